"""A table of groups: a name, its requests, its share as a bar, its sum. A row leads to its messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.domain import figures
from desktop.domain.spending import Group, Grouping
from desktop.i18n import gettext as _
from desktop.ui.settings.rows import Index, RowsModel
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import words
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.labels import ElidedLabel, text_label
from desktop.ui.widgets.paint import paint_box, paint_dot, text_flags
from desktop.ui.widgets.row_list import RowList

ROW = 32
SHOWN = 6
"""Rows before "Show all"."""
MOST = 500
"""Rows of a table that are read at all."""
SUM, SHARE, COUNT = 60, 64, 48
WIDE = 300
"""Design pixels of width from which there is room for counts and shares."""
END = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with its look: a dot or an icon before the name; `share` of the dearest, None for no bar."""

    group: Group
    by: Grouping
    hue: QColor | None = None
    icon: str = ""
    share: Decimal | None = None

    @property
    def name(self) -> str:
        return words.name(self.group, self.by)


class _Rows(RowsModel[GroupRow]):
    def spoken(self, row: GroupRow) -> str:
        parts = [row.name, words.requests(row.group.sum.requests), words.spent(row.group.sum)]
        if row.group.sum.unpriced:
            parts.append(words.unpriced(row.group.sum.unpriced))
        return ", ".join(parts)


class GroupTable(QWidget):
    """A head, six rows, and the rest on demand."""

    chosen = Signal(object, QRect)  # a GroupRow, and where it stands on the screen

    def __init__(self, theme: Theme, title: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: Sequence[GroupRow] = ()
        self._open = False
        px = theme.px
        head = QHBoxLayout()
        head.setSpacing(px(8))
        name = text_label(theme, title, 13, 600)
        name.setFixedHeight(px(20))
        head.addWidget(name)
        head.addStretch(1)
        self._hint = ElidedLabel(theme, hint, 12, role="text-muted")
        head.addWidget(self._hint)
        self.list = GroupList(theme, title)
        self.list.chosen.connect(self._on_chosen)
        self.more = Button(theme, "", kind="link")
        self.more.clicked.connect(self._toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addLayout(head)
        column.addWidget(self.list)
        column.addWidget(self.more)
        column.addStretch(1)

    def show_rows(self, rows: Sequence[GroupRow]) -> None:
        self._all = rows
        self._fill()

    def _toggle(self) -> None:
        self._open = not self._open
        self._fill()

    def _fill(self) -> None:
        total = len(self._all)
        self.list.show_rows(self._all if self._open else self._all[:SHOWN])
        self.more.setVisible(total > SHOWN)
        all_of_them = _("Show all {n}") if total < MOST else _("Show the first {n}")
        self.more.setText(_("Show fewer") if self._open else all_of_them.format(n=figures.count(total)))
        self.more.updateGeometry()

    def _on_chosen(self, index: Index) -> None:
        place = self.list.visualRect(index)
        place.moveTo(self.list.viewport().mapToGlobal(place.topLeft()))
        self.chosen.emit(self.list.rows.row(index.row()), place)


class GroupList(RowList):
    """As high as its rows: the page scrolls, and the row under the keyboard is asked into view by it."""

    row_reached = Signal(QRect)  # in the list's pixels

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, name, parent, ground="surface", inset=0, foot=0)
        self.rows = _Rows(ROW, parent=self)
        self.setItemDelegate(_Delegate(theme, self.rows, self))
        self.setModel(self.rows)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[GroupRow]) -> None:
        self.rows.replace(rows)
        self.setFixedHeight(max(1, self.content_height()))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if rows else Qt.FocusPolicy.NoFocus)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.row_reached.emit(self.visualRect(current))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, rows: _Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = rows

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, px = self._theme, self._theme.px
        row = self._rows.row(index.row())
        if not isinstance(row, GroupRow):
            return
        place: QRect = option.rect
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(place, theme.color("hover"))
        if index.row() + 1 < self._rows.rowCount():
            painter.fillRect(QRect(place.left(), place.bottom(), place.width(), 1), theme.color("border"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_box(painter, QRectF(place), px(6), None, theme.color("accent"), px(2))
        end = place.width()
        sum_font = theme.tabular(theme.font(13, 500))
        text = words.spent(row.group.sum)
        end -= max(px(SUM), QFontMetrics(sum_font).horizontalAdvance(text) + px(12))
        painter.setFont(sum_font)
        painter.setPen(theme.color("warning" if row.group.sum.unpriced and not row.group.sum.cost else "text"))
        painter.drawText(place, text_flags(option.direction, END), text)
        if row.share is not None and place.width() >= px(WIDE):
            end = self._paint_share(painter, option, row, end)
        self._paint_name(painter, option, row, end)

    def _paint_share(self, painter: QPainter, option: QStyleOptionViewItem, row: GroupRow, end: int) -> int:
        """The bar and the count before it; where what is left of the row ends."""
        theme, px, place = self._theme, self._theme.px, option.rect
        track = QRect(place.left() + end - px(SHARE), place.center().y() - px(1), px(SHARE), px(4))
        track = QStyle.visualRect(option.direction, place, track)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("track"))
        painter.drawRoundedRect(QRectF(track), px(2), px(2))
        if row.share:
            filled = QRect(track)
            filled.setWidth(max(px(4), round(track.width() * float(row.share))))
            painter.setBrush(row.hue or theme.color("accent"))
            painter.drawRoundedRect(QRectF(QStyle.visualRect(option.direction, track, filled)), px(2), px(2))
        end -= px(SHARE) + px(20)
        count = QStyle.visualRect(
            option.direction, place, QRect(place.left() + end - px(COUNT), place.top(), px(COUNT), place.height())
        )
        painter.setFont(theme.tabular(theme.font(13)))
        painter.setPen(theme.color("text-muted"))
        painter.drawText(count, text_flags(option.direction, END), figures.count(row.group.sum.requests))
        return end - px(COUNT)

    def _paint_name(self, painter: QPainter, option: QStyleOptionViewItem, row: GroupRow, end: int) -> None:
        theme, px, place = self._theme, self._theme.px, option.rect
        start = 0
        if row.hue is not None:
            start = px(16)
            dot = QStyle.visualRect(option.direction, place, QRect(place.left(), place.top(), px(8), place.height()))
            paint_dot(painter, QPointF(dot.left() + dot.width() / 2, place.top() + place.height() / 2), px(8), row.hue)
        elif row.icon:
            start = px(24)
            box = QRect(place.left(), place.center().y() - px(8), px(16), px(16))
            theme.icons.paint(
                painter,
                QRectF(QStyle.visualRect(option.direction, place, box)),
                row.icon,
                theme.color("text-secondary"),
            )
        font = theme.font(13)
        words_place = QRect(place.left() + start, place.top(), max(0, end - start - px(8)), place.height())
        words_place = QStyle.visualRect(option.direction, place, words_place)
        nameless = not row.group.name and row.by is not Grouping.PURPOSE
        painter.setFont(font)
        painter.setPen(theme.color("text-muted" if nameless else "text"))
        shown = QFontMetrics(font).elidedText(row.name, Qt.TextElideMode.ElideRight, words_place.width())
        painter.drawText(words_place, text_flags(option.direction), shown)
