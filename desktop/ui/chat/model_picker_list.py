"""The list inside the model picker: its columns and the star that is clicked."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.figures import tokens
from desktop.domain.model import Capability
from desktop.i18n import gettext as _
from desktop.ui.chat.model_picker_conditions import Note
from desktop.ui.chat.model_picker_rows import Entry, Heading, PickerModel, price_text
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box, paint_dot, text_flags
from desktop.ui.widgets.row_list import RowList

Index = QModelIndex | QPersistentModelIndex

PAD = 10
GAP = 10
STAR, FIRST, PRICE, CONTEXT, CAN = 16, 48, 104, 48, 86  # widths of the columns, from the end of the row
NOTE_ROLES = {"danger": "danger", "warning-fill": "warning", "success": "text-muted"}
"""The colour of the text beside a dot."""
CAPABILITIES = (
    (Capability.VISION, "eye"),
    (Capability.TOOLS, "wrench"),
    (Capability.REASONING, "brain"),
    (Capability.JSON, "brackets-curly"),
)


class ModelRowDelegate(QStyledItemDelegate):
    """Paints headings, models and offers."""

    def __init__(self, theme: Theme, model: PickerModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._heading_font = theme.font(12, 600)
        self._note_font = theme.font(12)
        self._name_font = theme.font(14)
        self._current_font = theme.font(14, 500)
        self._figure_font = theme.tabular(theme.font(13))

    def columns(self, row: QRect) -> tuple[QRect, QRect, QRect, QRect, QRect]:
        """Where capabilities, context, price, time and star stand in a row that runs left to right."""
        px = self._theme.px
        boxes = []
        right = row.right() + 1 - px(PAD)
        for width in (STAR, FIRST, PRICE, CONTEXT, CAN):
            boxes.append(QRect(right - px(width), row.top(), px(width), row.height()))
            right -= px(width + GAP)
        star, first, price, context, can = boxes
        return can, context, price, first, star

    def star_rect(self, row: QRect, direction: Qt.LayoutDirection) -> QRect:
        """Where a click makes the model a favourite."""
        grow = self._theme.px(6)
        return QStyle.visualRect(direction, row, self.columns(row)[-1]).adjusted(-grow, 0, grow, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row(index.row())
        if isinstance(row, Heading):
            self._paint_heading(painter, option, row)
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

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, heading: Heading) -> None:
        px = self._theme.px
        row = option.rect.adjusted(0, px(3), 0, 0)
        left = row.left() + px(PAD)
        can, context, price, first, _star = self.columns(row)
        end = can.left() if heading.abilities else price.left() if heading.figures else row.right() - px(PAD)
        if heading.service_id:
            colour = self._theme.provider_color(heading.service_id)
            self._dot(painter, option, QRect(left, row.top(), px(8), row.height()), colour)
            left += px(16)
        box = QRect(left, row.top(), end - left, row.height())
        box.setLeft(box.left() + self._label(painter, option, box, heading.title, self._heading_font) + px(8))
        if heading.note:
            box.setLeft(box.left() + self._label(painter, option, box, heading.note, self._note_font) + px(8))
        if note := self._model.condition(heading):
            self._paint_note(painter, option, box, note, note.full, NOTE_ROLES[note.dot])
        titles = []
        if heading.abilities:
            self._text(painter, option, can, _("Can"), self._heading_font, "text-muted")
            titles.append((context.adjusted(-px(GAP), 0, 0, 0), _("Context")))
        if heading.figures:
            titles += [(price, _("In / out per 1M")), (first, _("First"))]
        for box, title in titles:
            self._text(painter, option, box, title, self._heading_font, "text-muted", Qt.AlignmentFlag.AlignRight)

    def _paint_entry(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, chosen: bool, hovered: bool
    ) -> None:
        px, row = self._theme.px, option.rect
        end = Qt.AlignmentFlag.AlignRight
        can, context, price, first, star = self.columns(row)
        left = row.left() + px(PAD)
        if entry.route is not None:
            self._icon(painter, option, QRect(left - px(2), row.top(), px(14), row.height()), "path", "text-secondary")
        elif entry.dotted:
            colour = self._theme.provider_color(entry.service_id)
            self._dot(painter, option, QRect(left, row.top(), px(8), row.height()), colour)
        self._paint_name(painter, option, entry, chosen, price.left() if entry.route is not None else can.left())
        if entry.route is None:
            for at, (capability, icon) in enumerate(CAPABILITIES):
                if capability in entry.model.capabilities:
                    box = QRect(can.left() + px(1) + at * px(23), row.top(), px(16), row.height())
                    self._icon(painter, option, box, icon, "text-muted")
            if entry.model.context_window:
                size = tokens(entry.model.context_window)
                self._text(painter, option, context, size, self._figure_font, "text-muted", end)
        cost = price_text(entry)
        role = "text-secondary" if cost else "text-muted"
        self._text(painter, option, price, cost or _("unknown"), self._figure_font, role, end)
        time = self._model.first_token(entry)
        self._text(painter, option, first, time, self._figure_font, "text-muted", end)
        if entry.model.favourite:
            self._icon(painter, option, star, "star-fill", "accent")
        elif hovered or chosen:
            self._icon(painter, option, star, "star", "text-muted")

    def _paint_name(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, chosen: bool, end: int
    ) -> None:
        """The name, cut in its middle if need be; a check if it is in use, what is to know of it, what a route does."""
        px, row, ref = self._theme.px, option.rect, entry.model.ref
        font = self._current_font if chosen else self._name_font
        note = self._model.trouble(entry)
        words = _("default") if ref == self._model.default else ""
        measure = QFontMetrics(self._note_font).horizontalAdvance
        after = px(24) if ref == self._model.current else 0
        after += measure(words) + px(10) if words else 0
        after += measure(note.text) + px(14 + 10) if note else 0
        box = row.adjusted(px(PAD + 18), 0, 0, 0)
        box.setRight(end - px(12) - after)
        width = self._label(painter, option, box, entry.model.name, font, "text", Qt.TextElideMode.ElideMiddle)
        box.setLeft(box.left() + width + px(10))
        box.setRight(end - px(12))
        if ref == self._model.current:
            self._icon(painter, option, QRect(box.left(), row.top(), px(14), row.height()), "check", "accent-text")
            box.setLeft(box.left() + px(24))
        if words:
            box.setLeft(box.left() + self._label(painter, option, box, words, self._note_font) + px(10))
        if note:
            width = self._paint_note(painter, option, box, note, note.text, "text-secondary")
            box.setLeft(box.left() + width + px(10))
        self._label(painter, option, box, entry.summary, self._note_font)

    def _paint_note(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, note: Note, text: str, role: str
    ) -> int:
        """A dot and what it means; the width of both."""
        px = self._theme.px
        self._dot(painter, option, QRect(box.left(), box.top(), px(8), box.height()), self._theme.color(note.dot))
        return px(14) + self._label(painter, option, box.adjusted(px(14), 0, 0, 0), text, self._note_font, role)

    def _label(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        box: QRect,
        text: str,
        font: QFont,
        role: str = "text-muted",
        cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> int:
        """A text cut to its box; the width it takes."""
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, cut, max(0, box.width()))
        width = metrics.horizontalAdvance(shown)
        self._text(painter, option, QRect(box.left(), box.top(), width + 1, box.height()), shown, font, role)
        return width

    def _dot(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, colour: QColor) -> None:
        centre = QRectF(QStyle.visualRect(option.direction, option.rect, box)).center()
        paint_dot(painter, centre, self._theme.px(8), colour)

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
        if not text:
            return
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
        self._counting: set[int] = set()

    def count_down(self) -> None:
        """Paint the rows in view that tell seconds again, and those that did until now."""
        first = max(0, self._row_at(self.verticalOffset()))
        last = self._row_at(self.verticalOffset() + self.viewport().height() - 1)
        rows = range(first, last + 1 if last >= 0 else self._picker_model.rowCount())
        before, self._counting = self._counting, {row for row in rows if self._picker_model.is_cooling(row)}
        for row in before | self._counting:
            self.viewport().update(self.visualRect(self._picker_model.index(row)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        star = self._delegate.star_rect(self.visualRect(index), self.layoutDirection())
        if self._picker_model.entry(index) and star.contains(point):
            self.starred.emit(index)
        else:
            super().mouseReleaseEvent(event)
