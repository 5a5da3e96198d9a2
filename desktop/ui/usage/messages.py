"""The messages behind a row of a table: when, in which chat, by which model, for how much."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QHBoxLayout, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from desktop.domain import figures
from desktop.domain.ledger import Purpose
from desktop.domain.spending import LedgerRow
from desktop.domain.usage import CostSource
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.ui.settings.rows import Index, RowsModel, paint_fill
from desktop.ui.sidebar.groups import today, when
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import words
from desktop.ui.widgets.labels import ElidedLabel, text_label
from desktop.ui.widgets.paint import text_flags
from desktop.ui.widgets.popover import Popover, fit_on_screen
from desktop.ui.widgets.row_list import RowList

ROW = 44
WIDTH = 440
MOST_HEIGHT = 400
END = Qt.AlignmentFlag.AlignRight


class MessagesPopover(Popover):
    """Enter or a click opens the chat at the message."""

    chosen = Signal(str, str)  # conversation id, message id

    def __init__(
        self,
        theme: Theme,
        title: str,
        rows: Sequence[LedgerRow],
        requests: int,
        catalogue: Catalogue,
        parent: QWidget,
    ) -> None:
        super().__init__(theme, parent)
        px = theme.px
        self._rows = _Rows(catalogue, self)
        self._rows.replace(rows)
        self.list = RowList(theme, title, ground="surface-raised", inset=6, foot=6)
        self.list.setItemDelegate(_Delegate(theme, self._rows, self.list))
        self.list.setModel(self._rows)
        self.list.chosen.connect(self._on_chosen)
        self.list.setFixedHeight(min(self.list.content_height(), px(MOST_HEIGHT)))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, px(12), 1, px(2))
        column.setSpacing(px(8))
        head = QHBoxLayout()
        head.setContentsMargins(px(15), 0, px(15), 0)
        head.addWidget(ElidedLabel(theme, title, 13, 600))
        column.addLayout(head)
        column.addWidget(self.list)
        if requests > len(rows):
            note = _("The newest {n} of {all}").format(n=figures.count(len(rows)), all=figures.count(requests))
            foot = text_label(theme, note, 12, role="text-muted")
            foot.setContentsMargins(px(16), 0, px(16), px(10))
            column.addWidget(foot)
        self.setFixedWidth(px(WIDTH))

    def open_at(self, place: QRect, near: QWidget) -> None:
        """Open below a place on the screen, wholly on that screen."""
        self._came_from = near.window().focusWidget()
        self.adjustSize()
        left = (
            place.right() + 1 - self.width()
            if near.layoutDirection() == Qt.LayoutDirection.RightToLeft
            else place.left()
        )
        below = QRect(QPoint(left, place.bottom() + self.theme.px(4)), self.size())
        self.move(fit_on_screen(below, near).topLeft())
        self.show()
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)
        self.list.setCurrentIndex(self._rows.index(0))

    def _on_chosen(self, index: Index) -> None:
        row = self._rows.rows()[index.row()]
        if not isinstance(row, str) and row.title:
            self._came_from = None  # the chat takes the keys
            self.close()
            self.chosen.emit(row.conversation_id, row.message_id)


class _Rows(RowsModel[LedgerRow]):
    def __init__(self, catalogue: Catalogue, parent: QWidget) -> None:
        super().__init__(ROW, parent=parent)
        self._catalogue = catalogue

    def spoken(self, row: LedgerRow) -> str:
        return ", ".join((self.title(row), *self.details(row), self.sum(row)))

    def title(self, row: LedgerRow) -> str:
        return row.title or _("Deleted chat")

    def details(self, row: LedgerRow) -> tuple[str, ...]:
        parts = [when(row.start_ms, today()), self._catalogue.name_of(row.model)]
        if row.purpose is not Purpose.CHAT:
            parts.append(words.purpose(row.purpose))
        parts.append(_("{n} tokens").format(n=figures.tokens(row.input_tokens + row.output_tokens)))
        return tuple(parts)

    def sum(self, row: LedgerRow) -> str:
        if row.cost is None:
            return _("price unknown") if row.cost_source is CostSource.UNPRICED else ""
        text = figures.money(row.cost) if row.cost else _("free")
        return f"≈{figures.NBSP}{text}" if row.cost_source is CostSource.ESTIMATED else text


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, rows: _Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = rows

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, px = self._theme, self._theme.px
        row = self._rows.row(index.row())
        if isinstance(row, str):
            return
        paint_fill(painter, option, theme)
        inner = option.rect.adjusted(px(10), px(4), -px(10), -px(4))
        upper, lower = QRect(inner), QRect(inner)
        upper.setHeight(px(18))
        lower.setTop(lower.bottom() + 1 - px(17))
        money = theme.tabular(theme.font(13, 500))
        text = self._rows.sum(row)
        painter.setFont(money)
        painter.setPen(theme.color("warning" if row.cost_source is CostSource.UNPRICED else "text"))
        painter.drawText(upper, text_flags(option.direction, END), text)
        room = QFontMetrics(money).horizontalAdvance(text) + px(12)
        title = QStyle.visualRect(option.direction, upper, upper.adjusted(0, 0, -room, 0))
        plain = theme.font(13)
        painter.setFont(plain)
        painter.setPen(theme.color("text" if row.title else "text-muted"))
        shown = QFontMetrics(plain).elidedText(self._rows.title(row), Qt.TextElideMode.ElideRight, title.width())
        painter.drawText(title, text_flags(option.direction), shown)
        small = theme.tabular(theme.font(12))
        painter.setFont(small)
        painter.setPen(theme.color("text-muted"))
        details = " · ".join(self._rows.details(row))
        shown = QFontMetrics(small).elidedText(details, Qt.TextElideMode.ElideRight, lower.width())
        painter.drawText(lower, text_flags(option.direction), shown)
