"""The table of the health page: figures with a bar for each part of the time, and the keys below them."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.i18n import gettext as _
from desktop.ui.settings.column_head import END, START, ColumnHead, Head
from desktop.ui.settings.health_rows import HealthRows, KeyLine, Nothing, Place
from desktop.ui.settings.rows import Heading, Index, paint_heading
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box, text_flags
from desktop.ui.widgets.row_list import RowList
from desktop.ui.widgets.tile import paint_tile

BAR, BAR_GAP, BARS = 3, 1, 24
BARS_HEIGHT = 22
POOR, BAD = 0.9, 0.5
"""Shares of answers below which the figure takes the colour of a warning or of an error."""


class HealthColumns:
    """Where the columns of a row stand. In narrow space the last error goes first, then the bars, then the speed."""

    def __init__(self, theme: Theme, row: QRect, direction: Qt.LayoutDirection) -> None:
        px = theme.px
        self._row, self._direction = row, direction
        self._end = row.width() - px(10)
        width = row.width()
        self.error = self._take(px(190), px(20)) if width >= px(860) else None
        self.speed = self._take(px(76), px(12)) if width >= px(520) else None
        self.first = self._take(px(118), px(12))
        self.success = self._take(px(68), px(16))
        self.bars = self._take(px(BARS * (BAR + BAR_GAP)), px(16)) if width >= px(640) else None
        self.tile = self._placed(px(10), px(24))
        self.name = self._placed(px(44), self._end - px(44))
        self.result = self._placed(row.width() // 2, row.width() // 2 - px(10))
        self.key = self._placed(px(44), row.width() // 2 - px(60))

    def _take(self, width: int, gap: int) -> QRect:
        """A column of `width` at the end of what is left, and the gap before it."""
        place = self._placed(self._end - width, width)
        self._end -= width + gap
        return place

    def _placed(self, x: int, width: int) -> QRect:
        place = QRect(self._row.left() + x, self._row.top(), max(0, width), self._row.height())
        return QStyle.visualRect(self._direction, self._row, place)


class HealthList(RowList):
    """Read with the arrows; a row's tooltip and spoken text say when tries failed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Health of providers, models and keys"), parent, ground="surface", inset=0, foot=8)
        self.rows = HealthRows(self)
        self.setItemDelegate(_Delegate(theme, self.rows, self))
        self.setModel(self.rows)


class HealthHead(ColumnHead):
    """The names of the list's columns."""

    def heads(self, across: QRect) -> Iterable[Head]:
        columns = HealthColumns(self.theme, across, self.layoutDirection())
        start = self.theme.px(34)
        name = columns.name.adjusted(-start, 0, 0, 0) if self.isLeftToRight() else columns.name.adjusted(0, 0, start, 0)
        return (
            (name, _("Model"), START),
            (columns.bars, _("Tries"), START),
            (columns.success, _("Answered"), END),
            (columns.first, _("First p50 / p95"), END),
            (columns.speed, _("Speed"), END),
            (columns.error, _("Last error"), START),
        )


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, rows: HealthRows, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = rows

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, px = self._theme, self._theme.px
        row = self._rows.row(index.row())
        if isinstance(row, Nothing):
            painter.setFont(theme.font(13))
            painter.setPen(theme.color("text-muted"))
            painter.drawText(option.rect, Qt.AlignmentFlag.AlignCenter, row)
            return
        if isinstance(row, Heading):
            paint_heading(painter, option, theme, row)
            return
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, theme.color("hover"))
        following = self._rows.rows()[index.row() + 1 :][:1]
        if following and not isinstance(following[0], Heading):
            line = QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1)
            painter.fillRect(line, theme.color("border"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_box(painter, QRectF(option.rect), px(6), None, theme.color("accent"), px(2))
        columns = HealthColumns(theme, option.rect, option.direction)
        if isinstance(row, KeyLine):
            self._paint_key(painter, option, row, columns)
        else:
            self._paint_place(painter, option, row, columns)

    def _paint_place(self, painter: QPainter, option: QStyleOptionViewItem, row: Place, columns: HealthColumns) -> None:
        theme = self._theme
        whole = bool(row.service_id)
        if whole:
            self._paint_tile(painter, columns.tile, row.service_id, row.name)
        self._text(painter, option, columns.name, row.name, theme.font(14 if whole else 13, 500 if whole else 400))
        if columns.bars is not None:
            self._paint_bars(painter, option, row.figures.bins, columns.bars)
        numbers = theme.tabular(theme.font(13))
        share = row.figures.success
        role = "danger" if share < BAD else "warning" if share < POOR else "text"
        self._text(painter, option, columns.success, row.success, numbers, role, END)
        self._text(
            painter, option, columns.first, " / ".join(map(_isolated, row.first_token)), numbers, "text-secondary", END
        )
        self._text(painter, option, columns.speed, _isolated(row.speed), numbers, "text-secondary", END)
        self._text(painter, option, columns.error, row.last_error, theme.font(12), "text-muted")

    def _paint_bars(
        self, painter: QPainter, option: QStyleOptionViewItem, bins: tuple[tuple[int, int], ...], place: QRect
    ) -> None:
        """A bar of tries for each part of the time, the failed ones at its foot; the oldest first."""
        px, color = self._theme.px, self._theme.color
        most = max((tries for tries, _failed in bins), default=0) or 1
        height, foot = px(BARS_HEIGHT), place.center().y() + px(BARS_HEIGHT) // 2
        for at, (tries, failed) in enumerate(bins):
            bar = QRect(place.left() + at * px(BAR + BAR_GAP), 0, px(BAR), 0)

            def upright(low: int, high: int, bar: QRect = bar) -> QRect:
                """From `low` to `high` pixels above the foot."""
                box = QRect(bar.left(), foot - high, bar.width(), high - low)
                return QStyle.visualRect(option.direction, place, box)

            if not tries:
                painter.fillRect(upright(0, 1), color("border-strong"))
                continue
            top = max(px(3), round(height * tries / most))
            bad = min(top, max(px(3), round(top * failed / tries))) if failed else 0
            painter.fillRect(upright(bad, top), color("control"))
            painter.fillRect(upright(0, bad), color("danger"))

    def _paint_key(self, painter: QPainter, option: QStyleOptionViewItem, row: KeyLine, columns: HealthColumns) -> None:
        theme = self._theme
        self._paint_tile(painter, columns.tile, row.service_id, row.provider)
        half = columns.key.height() // 2
        upper = columns.key.adjusted(0, 0, 0, -half + theme.px(2)) if row.limits else columns.key
        self._text(painter, option, upper, f"{row.provider} · {row.name}", theme.font(13, 500))
        if row.limits:
            lower = columns.key.adjusted(0, half - theme.px(2), 0, -theme.px(2))
            self._text(painter, option, lower, row.limits, theme.font(12), "text-muted")
        text, role = row.result
        self._text(painter, option, columns.result, text, theme.font(13), role, END)

    def _paint_tile(self, painter: QPainter, place: QRect, service_id: str, name: str) -> None:
        side = self._theme.px(24)
        box = QRectF(place.left(), place.center().y() - side / 2 + 0.5, side, side)
        paint_tile(painter, self._theme, box, service_id, name)

    def _text(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        place: QRect | None,
        text: str,
        font: QFont,
        role: str = "text",
        align: Qt.AlignmentFlag = START,
    ) -> None:
        if place is None or not text:
            return
        painter.setFont(font)
        painter.setPen(self._theme.color(role))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, text_flags(option.direction, align), shown)


def _isolated(figure: str) -> str:
    """A figure with its unit keeps its order where reading goes left."""
    return f"\N{FIRST STRONG ISOLATE}{figure}\N{POP DIRECTIONAL ISOLATE}" if figure else ""
