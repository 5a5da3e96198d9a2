"""The list inside the model picker: its columns and the star that is clicked."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.figures import tokens
from desktop.domain.model import Capability
from desktop.i18n import gettext as _
from desktop.ui.chat.model_picker_rows import Entry, Heading, PickerModel, price_text
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box, paint_dot, text_flags
from desktop.ui.widgets.row_list import RowList

Index = QModelIndex | QPersistentModelIndex

PAD = 10
GAP = 10
STAR, PRICE, CONTEXT, CAN = 16, 104, 48, 86  # widths of the columns, from the end of the row
CAPABILITIES = (
    (Capability.VISION, "eye"),
    (Capability.TOOLS, "wrench"),
    (Capability.REASONING, "brain"),
    (Capability.JSON, "brackets-curly"),
)


class ModelRowDelegate(QStyledItemDelegate):
    """Paints headings, models and offers; the first heading has the names of the columns."""

    def __init__(self, theme: Theme, model: PickerModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._heading_font = theme.font(12, 600)
        self._note_font = theme.font(12)
        self._name_font = theme.font(14)
        self._current_font = theme.font(14, 500)
        self._figure_font = theme.tabular(theme.font(13))

    def columns(self, row: QRect) -> tuple[QRect, QRect, QRect, QRect]:
        """Where capabilities, context, price and star stand in a row that runs left to right."""
        px = self._theme.px
        boxes = []
        right = row.right() + 1 - px(PAD)
        for width in (STAR, PRICE, CONTEXT, CAN):
            boxes.append(QRect(right - px(width), row.top(), px(width), row.height()))
            right -= px(width + GAP)
        star, price, context, can = boxes
        return can, context, price, star

    def star_rect(self, row: QRect, direction: Qt.LayoutDirection) -> QRect:
        """Where a click makes the model a favourite."""
        grow = self._theme.px(6)
        return QStyle.visualRect(direction, row, self.columns(row)[3]).adjusted(-grow, 0, grow, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row(index.row())
        if isinstance(row, Heading):
            self._paint_heading(painter, option, row, with_columns=index.row() == 0)
            return
        theme, px = self._theme, self._theme.px
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            paint_box(painter, QRectF(option.rect), px(8), theme.color("selected" if chosen else "hover"))
        if isinstance(row, Entry):
            self._paint_entry(painter, option, row, chosen, hovered)
        else:
            box = option.rect.adjusted(px(PAD + 18), 0, -px(PAD), 0)
            self._text(painter, option, box, row.text, self._current_font, "accent-text")

    def _paint_heading(
        self, painter: QPainter, option: QStyleOptionViewItem, heading: Heading, *, with_columns: bool
    ) -> None:
        px = self._theme.px
        row = option.rect.adjusted(0, px(3), 0, 0)
        left = row.left() + px(PAD)
        if heading.service_id:
            self._dot(painter, option, QRect(left, row.top(), px(8), row.height()), heading.service_id)
            left += px(16)
        width = QFontMetrics(self._heading_font).horizontalAdvance(heading.title)
        title = QRect(left, row.top(), width + 1, row.height())
        self._text(painter, option, title, heading.title, self._heading_font, "text-muted")
        note = QRect(title.right() + px(8), row.top(), row.width(), row.height())
        self._text(painter, option, note, heading.note, self._note_font, "text-muted")
        if with_columns:
            can, context, price, _star = self.columns(row)
            end = Qt.AlignmentFlag.AlignRight
            self._text(painter, option, can, _("Can"), self._heading_font, "text-muted")
            self._text(
                painter,
                option,
                context.adjusted(-px(GAP), 0, 0, 0),
                _("Context"),
                self._heading_font,
                "text-muted",
                end,
            )
            self._text(painter, option, price, _("In / out per 1M"), self._heading_font, "text-muted", end)

    def _paint_entry(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, chosen: bool, hovered: bool
    ) -> None:
        px, row = self._theme.px, option.rect
        can, context, price, star = self.columns(row)
        if entry.service_id:
            self._dot(painter, option, QRect(row.left() + px(PAD), row.top(), px(8), row.height()), entry.service_id)
        self._paint_name(painter, option, entry, chosen, can.left())
        for at, (capability, icon) in enumerate(CAPABILITIES):
            if capability in entry.model.capabilities:
                box = QRect(can.left() + px(1) + at * px(23), row.top(), px(16), row.height())
                self._icon(painter, option, box, icon, "text-muted")
        if entry.model.context_window:
            size = tokens(entry.model.context_window)
            self._text(painter, option, context, size, self._figure_font, "text-muted", Qt.AlignmentFlag.AlignRight)
        text = price_text(entry)
        self._text(painter, option, price, text, self._figure_font, "text-secondary", Qt.AlignmentFlag.AlignRight)
        if entry.model.favourite:
            self._icon(painter, option, star, "star-fill", "accent")
        elif hovered or chosen:
            self._icon(painter, option, star, "star", "text-muted")

    def _paint_name(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, chosen: bool, end: int
    ) -> None:
        """The name, cut in its middle if need be, a check if it is in use, and a word if it is the default."""
        px, row, ref = self._theme.px, option.rect, entry.model.ref
        font = self._current_font if chosen else self._name_font
        metrics = QFontMetrics(font)
        note = _("default") if ref == self._model.default else ""
        after = px(24) if ref == self._model.current else 0
        note_width = QFontMetrics(self._note_font).horizontalAdvance(note) + px(10) if note else 0
        left = row.left() + px(PAD + 18)
        space = end - px(12) - left - after - note_width
        shown = metrics.elidedText(entry.model.name, Qt.TextElideMode.ElideMiddle, space)
        width = metrics.horizontalAdvance(shown)
        self._text(painter, option, QRect(left, row.top(), width + 1, row.height()), shown, font, "text")
        left += width + px(10)
        if after:
            self._icon(painter, option, QRect(left, row.top(), px(14), row.height()), "check", "accent-text")
            left += px(24)
        self._text(
            painter, option, QRect(left, row.top(), note_width, row.height()), note, self._note_font, "text-muted"
        )

    def _dot(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, service_id: str) -> None:
        centre = QRectF(QStyle.visualRect(option.direction, option.rect, box)).center()
        paint_dot(painter, centre, self._theme.px(8), self._theme.provider_color(service_id))

    def _icon(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, name: str, role: str) -> None:
        rect = QRectF(QStyle.visualRect(option.direction, option.rect, box))
        self._theme.icons.paint(painter, rect, name, self._theme.color(role))

    def _text(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        box: QRect,
        text: str,
        font: QFont,
        role: str,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.color(role))
        flags = text_flags(option.direction, align)
        painter.drawText(QStyle.visualRect(option.direction, option.rect, box), flags, text)


class ModelList(RowList):
    """A click on a star toggles it; anywhere else on a row chooses."""

    starred = Signal(QModelIndex)

    def __init__(self, theme: Theme, model: PickerModel, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Models"), parent, ground="surface-raised", inset=6, foot=6)
        self._picker_model = model
        self._delegate = ModelRowDelegate(theme, model, self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard stays in the search field

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        star = self._delegate.star_rect(self.visualRect(index), self.layoutDirection())
        if self._picker_model.entry(index) and star.contains(point):
            self.starred.emit(index)
        else:
            super().mouseReleaseEvent(event)
