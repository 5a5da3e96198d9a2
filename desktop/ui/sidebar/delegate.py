"""Paints the rows of the conversation list and edits their titles in place."""

import time
from typing import cast

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from desktop.domain.conversation import Summary
from desktop.domain.message import Status
from desktop.i18n import gettext as _
from desktop.ui.sidebar.groups import when
from desktop.ui.sidebar.model import ChatListModel, Heading
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.paint import paint_arc, paint_box, paint_dot, text_flags
from desktop.ui.widgets.ring import spin

Index = QModelIndex | QPersistentModelIndex

PAD = 10  # from the edge of a row to what is in it


class ChatRowDelegate(QStyledItemDelegate):
    """One painter for headings and chat rows; nothing is measured per row."""

    renamed = Signal(str, str)  # conversation id, new title

    def __init__(self, theme: Theme, model: ChatListModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._heading_font = theme.font(12, 600)
        self._title_font = theme.font(14)
        self._open_font = theme.font(14, 500)
        self._unread_font = theme.font(14, 600)
        self._meta_font = theme.tabular(theme.font(12))

    # Where things are in a row

    def mark_rect(self, row: QRect, side: int) -> QRect:
        """A square at the end of the title's line: dot, ring, warning or the menu's dots."""
        px = self._theme.px
        square = QRect(0, 0, px(side), px(side))
        square.moveCenter(row.topLeft() + QRect(0, 0, 1, px(32)).center())
        square.moveRight(row.right() - px(PAD))
        return QStyle.visualRect(self._direction(), row, square)

    def menu_rect(self, row: QRect) -> QRect:
        """Where a click opens the row's menu."""
        grow = self._theme.px(6)
        return self.mark_rect(row, 16).adjusted(-grow, -grow, grow, grow)

    def ring_rect(self, row: QRect) -> QRect:
        """All that a turning ring may touch, whether or not the menu's dots have moved it aside."""
        ring = self.mark_rect(row, 14)
        return ring.united(ring.translated(self._aside(), 0)).adjusted(-1, -1, 1, 1)

    def _aside(self) -> int:
        """How far a mark gives way to the menu's dots."""
        shift = self._theme.px(16 + 8)
        return -shift if self._direction() == Qt.LayoutDirection.LeftToRight else shift

    def _direction(self) -> Qt.LayoutDirection:
        return cast(QWidget, self.parent()).layoutDirection()

    # Painting

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row(index.row())
        if isinstance(row, Heading):
            self._paint_heading(painter, option, row)
        else:
            self._paint_chat(painter, option, row)

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, heading: Heading) -> None:
        px = self._theme.px
        painter.setFont(self._heading_font)
        painter.setPen(self._theme.color("text-muted"))
        box = QRect(option.rect)
        box.setTop(box.bottom() + 1 - px(22))
        painter.drawText(box.adjusted(px(PAD), 0, -px(PAD), 0), text_flags(option.direction), heading.title)

    def _paint_chat(self, painter: QPainter, option: QStyleOptionViewItem, chat: Summary) -> None:
        theme, px = self._theme, self._theme.px
        is_open = chat.id == self._model.open_id
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        self._paint_back(painter, option.rect, is_open or focused, hovered, focused)

        end = px(PAD)
        if hovered or focused:
            theme.icons.paint(
                painter, QRectF(self.mark_rect(option.rect, 16)), "dots-three-bold", theme.color("text-secondary")
            )
            end += px(16 + 8)
        end += self._paint_mark(painter, option.rect, chat, self._aside() if hovered or focused else 0)
        if self.ring_rect(option.rect).contains(painter.clipBoundingRect().toAlignedRect()):
            return  # one frame of a turning ring

        font = self._unread_font if chat.unread else self._open_font if is_open or focused else self._title_font
        box = QRect(option.rect.left() + px(PAD), option.rect.top() + px(6), 0, px(20))
        box.setRight(option.rect.right() - end)
        self._text(painter, option, box, chat.title, font, "text", Qt.TextElideMode.ElideRight)
        self._paint_meta(painter, option, chat)

    def _paint_back(self, painter: QPainter, rect: QRect, filled: bool, hovered: bool, focused: bool) -> None:
        theme = self._theme
        radius = theme.px(8)
        if filled or hovered:
            edge = theme.color("accent") if focused else None
            paint_box(painter, QRectF(rect), radius, theme.color("selected" if filled else "hover"), edge, theme.px(2))

    def _paint_mark(self, painter: QPainter, rect: QRect, chat: Summary, shift: int) -> int:
        """Paint what the row has to say about its last reply; returns the width that takes."""
        theme = self._theme
        if chat.id in self._model.running:
            box = QRectF(self.mark_rect(rect, 14).translated(shift, 0))
            self._paint_ring(painter, box, turning=chat.id != self._model.open_id)
            return theme.px(14 + 8)
        if chat.last_status is Status.FAILED:
            box = QRectF(self.mark_rect(rect, 14).translated(shift, 0))
            theme.icons.paint(painter, box, "warning-circle", theme.color("danger"))
            return theme.px(14 + 8)
        if chat.unread:
            centre = QRectF(self.mark_rect(rect, 8).translated(shift, 0)).center()
            paint_dot(painter, centre, theme.px(8), theme.color("accent"))
            return theme.px(8 + 8)
        return 0

    def _paint_ring(self, painter: QPainter, box: QRectF, *, turning: bool) -> None:
        theme = self._theme
        start, share = (spin(time.monotonic()), 0.3) if turning and not theme.reduced_motion else (0.0, 0.75)
        paint_arc(painter, box, theme.px(2), start, share, theme.color("accent"), theme.color("track"))

    def _paint_meta(self, painter: QPainter, option: QStyleOptionViewItem, chat: Summary) -> None:
        """The second line: dot, model, cost."""
        theme, px = self._theme, self._theme.px
        cost = self._model.cost(chat)
        name = chat.model_name or (chat.model.model_id if chat.model else "")
        row = option.rect
        box = QRect(row.left() + px(PAD), row.top() + px(26), row.width() - 2 * px(PAD), px(16))
        metrics = QFontMetrics(self._meta_font)
        if name:
            dot = QStyle.visualRect(option.direction, row, QRect(box.left(), box.top() + px(4), px(8), px(8)))
            color = theme.provider_color(self._model.provider_id(chat))
            paint_dot(painter, QRectF(dot).center(), px(8), color)
            box.setLeft(box.left() + px(14))
            separator = px(15) if cost else 0
            space = box.width() - metrics.horizontalAdvance(cost) - separator
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, space)
            self._text(painter, option, box, shown, self._meta_font, "text-muted")
            box.setLeft(box.left() + metrics.horizontalAdvance(shown))
            if cost:
                point = QRect(box.left(), box.top(), separator, box.height())
                painter.drawText(QStyle.visualRect(option.direction, row, point), Qt.AlignmentFlag.AlignCenter, "·")
                box.setLeft(box.left() + separator)
        self._text(painter, option, box, cost, self._meta_font, "text-secondary")

    def _text(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        box: QRect,
        text: str,
        font: QFont,
        role: str,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideNone,
    ) -> None:
        if elide != Qt.TextElideMode.ElideNone:
            text = QFontMetrics(font).elidedText(text, elide, box.width())
        painter.setFont(font)
        painter.setPen(self._theme.color(role))
        painter.drawText(QStyle.visualRect(option.direction, option.rect, box), text_flags(option.direction), text)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The whole title, which the row may cut short, and when the chat was last changed."""
        row = self._model.row(index.row()) if index.isValid() else None
        if event.type() != QEvent.Type.ToolTip or not isinstance(row, Summary):
            return super().helpEvent(event, view, option, index)
        from html import escape  # with its table of 2,000 names not on the way to the first window

        title, time_of = escape(row.title), escape(when(row.updated_ms, self._model.today))
        QToolTip.showText(event.globalPos(), f"<qt>{title}<br>{time_of}</qt>", view)
        return True

    # Renaming in place

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = Field(self._theme, _("Chat title"), parent=parent)
        editor.set_margins(7, 7)
        editor.setMaxLength(400)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        field = cast(QLineEdit, editor)
        if not field.isModified():
            field.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            field.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        title = " ".join(cast(QLineEdit, editor).text().split())
        conversation_id = self._model.id_at(index)
        if conversation_id and title and title != index.data(Qt.ItemDataRole.EditRole):
            self.renamed.emit(conversation_id, title)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        px = self._theme.px
        row = option.rect
        editor.setGeometry(row.left() + px(3), row.top() + px(3), row.width() - px(6), px(24))
