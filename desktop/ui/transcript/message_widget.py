"""What a question and a reply have in common: columns of leaves, links, hover and focus."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.render import addresses
from desktop.render.blocks import Block
from desktop.ui.transcript import leaves, links, measures
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.column import Column
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.position import Highlight, Place, TextPosition
from desktop.ui.transcript.selection.clipboard import Piece
from desktop.ui.transcript.selection.selection import Marks
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.paint import paint_box

if TYPE_CHECKING:
    from desktop.ui.transcript.selection.selecting import Selecting


class MessageWidget(QWidget):
    """One turn. It stands `OUTSET` beyond the column on both sides.

    The view gives it a width and tells it which part is near the viewport; heights of the rest are estimates.
    """

    resized = Signal(object)  # itself: its height changed for a reason of its own
    regenerate_requested = Signal(str)
    edit_requested = Signal(str, str)
    branch_requested = Signal(str)
    action_requested = Signal(str, object)

    after = measures.AFTER_REPLY
    """The space below it, in design pixels."""

    selecting: "Selecting | None" = None
    """Set by the view: what the mouse and keys select."""

    def __init__(self, styles: Styles, entry: Entry, parent: QWidget) -> None:
        super().__init__(parent)
        self.styles = styles
        self.theme = styles.theme
        self.entry = entry
        self.is_last = False
        self.laid_out_width = 0  # the view's note of the width it was last measured for
        self._pressed = False
        self._pressed_link: tuple[str, str] | None = None
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)  # text that grows paints only what is new

    # For the view

    def set_width(self, width: int) -> int:
        """Lay out for a width. Returns the height."""
        raise NotImplementedError

    def columns(self) -> list[Column]:
        """The columns of leaves that are shown, from top to bottom."""
        raise NotImplementedError

    def show_band(self, top: int, bottom: int, reach: int) -> bool:
        """Make what lies between two of its heights exact, and keep what is `reach` around that.

        Returns whether its own height changed.
        """
        changed = False
        for column in self.columns():
            changed |= column.show_band(top, bottom, top - reach, bottom + reach)
        return changed

    def set_last(self, last: bool) -> None:
        """Whether it is the last reply, whose actions always show."""
        if last != self.is_last:
            self.is_last = last
            self.update_active()

    def update_active(self) -> None:
        """Show or hide what shows while the turn is pointed at or has the focus."""

    @property
    def is_pointed(self) -> bool:
        """Whether the pointer is over it, or the focus in it."""
        focus = QGuiApplication.focusObject()
        inside = isinstance(focus, QWidget) and (focus is self or self.isAncestorOf(focus))
        return self.underMouse() or inside

    @property
    def is_busy(self) -> bool:
        """Whether it holds something of the user's that must not be dropped: an edit, or the mouse."""
        return self._pressed

    def restyle(self) -> None:
        """Take the theme's present colours."""
        for column in self.numbered():
            column.restyle()
        self.update()

    @property
    def unfolded(self) -> bool:
        """Whether the reader has unfolded what is folded at first. A widget made anew for the message is to be so."""
        raise NotImplementedError

    @unfolded.setter
    def unfolded(self, unfolded: bool) -> None:
        raise NotImplementedError

    def dispose(self) -> None:
        for column in self.numbered():
            column.dispose()
        self.hide()
        self.deleteLater()

    def leaf_resized(self, leaf: DrawnLeaf) -> None:
        """Called by a leaf whose height changed by itself, perhaps by something that came late."""
        if shiboken6.isValid(self) and any(column.resized(leaf) for column in self.columns()):
            self.resized.emit(self)

    def show_sibling(self, step: int) -> None:
        """Ask for the alternative before (-1) or after (1) this one."""
        index = self.entry.sibling_index + step
        if 0 <= index < len(self.entry.sibling_ids):
            self.branch_requested.emit(self.entry.sibling_ids[index])

    # Text. Places count the columns of `numbered`, whether they are shown or not.

    def numbered(self) -> Sequence[Column]:
        """All columns by the number that places call them by."""
        raise NotImplementedError

    def texts(self) -> list[list[str]]:
        """The plain text of every leaf of every column, also of what is folded."""
        raise NotImplementedError

    def text_of(self, column: int, leaf: int) -> str:
        """The plain text of one leaf, empty where there is none."""
        raise NotImplementedError

    def blocks_of(self, column: int) -> tuple[Block, ...]:
        """What a column's leaves were made of; nothing for a question, which is shown as it was written."""
        raise NotImplementedError

    def first_place(self) -> Place:
        """The beginning of what is shown."""
        shown = self.columns()
        return next((Place(n, 0, 0) for n, column in enumerate(self.numbered()) if column in shown), Place(0, 0, 0))

    def end_of(self, column: int) -> Place:
        """Behind the last letter of a column."""
        leaf = len(self.texts()[column]) - 1
        return Place(column, max(leaf, 0), len(self.text_of(column, leaf)) if leaf >= 0 else 0)

    def nearest_shown(self, place: Place) -> Place:
        """The place itself, or one that is still there and shown if it is not."""
        column = self.numbered()[min(place.column, len(self.numbered()) - 1)]
        if column not in self.columns() or not len(column):
            return self.first_place()
        leaf = min(place.leaf, len(column) - 1)
        return Place(place.column, leaf, min(place.offset, len(leaves.plain(column.leaf(leaf)))))

    def place_in_text(self, point: QPointF) -> Place:
        """The place nearest to a point of the widget."""
        nearest: tuple[float, int, Column] | None = None
        for number, column in enumerate(self.numbered()):
            if column not in self.columns() or not len(column):
                continue
            top = column.y_of(0)
            distance = max(top - point.y(), point.y() - top - column.height, 0)
            if nearest is None or distance < nearest[0]:
                nearest = distance, number, column
        if nearest is None:
            return Place(len(self.numbered()) - 1, 0, 0)
        return Place(nearest[1], *nearest[2].offset_at(point))

    def caret_rect(self, place: Place) -> QRectF:
        """Where a caret stands in the widget; of what is folded, the line it is folded into."""
        column = self.numbered()[min(place.column, len(self.numbered()) - 1)]
        if column not in self.columns() or not len(column):
            return self.folded_rect()
        leaf = min(place.leaf, len(column) - 1)
        return column.caret_rect(leaf, place.offset)

    def folded_rect(self) -> QRectF:
        """What stands for text that is not shown."""
        return QRectF(0, 0, 0, self.theme.px(measures.LINE))

    def set_highlight(self, kind: Highlight, marks: Marks) -> None:
        """Mark parts of the text; what is left out is no longer marked."""
        for number, column in enumerate(self.numbered()):
            column.set_highlight(kind, marks.get(number, {}))

    def reveal(self, place: Place, end_offset: int) -> bool:
        """Unfold and scroll sideways so that what begins at a place can be seen. Whether heights may have changed."""
        unfolded = self.unfold(place)
        column = self.numbered()[min(place.column, len(self.numbered()) - 1)]
        if place.leaf >= len(column):
            return unfolded
        return column.reveal(place.leaf, place.offset, end_offset) or unfolded

    def unfold(self, place: Place) -> bool:
        """Show the part of the text that a place is in. Whether it was not shown."""
        return False

    def copy_message(self) -> None:
        """Put the whole message on the clipboard; as plain text it is Markdown, as it was written."""
        if self.selecting is not None:
            self.selecting.long_copy.start([self.source()], as_source=True)

    def source(self) -> Piece:
        """The whole message, for copying."""
        raise NotImplementedError

    def fill_menu(self, menu: Menu) -> None:
        """Add to a menu what can be done with this kind of message."""

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_under(painter, event.rect())
        for column in self.columns():
            column.paint(painter, event.rect())
        if self.selecting is not None:
            self.selecting.caret.paint(self, painter)
        if self.hasFocus():
            pen = self.theme.px(3 if self.theme.high_contrast else 2)
            painter.setClipping(False)
            paint_box(painter, QRectF(self.rect()), self.theme.px(8), None, self.theme.color("accent"), pen)

    def paint_under(self, painter: QPainter, clip: QRect) -> None:
        """Draw what lies under the leaves."""

    # Input

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update_active()

    def leaveEvent(self, event: QEvent) -> None:
        self.update_active()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update_active()
        self.update()
        if self.selecting is not None:
            self.selecting.turn_focused(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update_active()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.selecting is not None and self.selecting.key(event):
            return
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            event.ignore()
            return
        if not self.on_letter(Qt.Key(event.key())):
            event.ignore()

    def on_letter(self, key: Qt.Key) -> bool:
        """A key without modifiers while the turn has the focus. False lets the view have it."""
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        match key:
            case Qt.Key.Key_C:
                self.copy_message()
            case Qt.Key.Key_Left:
                self.show_sibling(1 if mirrored else -1)
            case Qt.Key.Key_Right:
                self.show_sibling(-1 if mirrored else 1)
            case _:
                return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.selecting is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed = True
        self._pressed_link = self.link_at(event.position())
        self.selecting.mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed and self.selecting is not None:
            self.selecting.mouse.move(event)
        if self.selecting is None or not self.selecting.mouse.is_dragging:
            self.setCursor(self._cursor_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._pressed:
            event.ignore()
            return
        link, self._pressed_link = self._pressed_link, None
        self._pressed = False
        dragged = self.selecting is not None and self.selecting.mouse.release(event)
        if not dragged and self.link_at(event.position()) == link:
            self.act_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.selecting is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed = True
        self.selecting.mouse.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A leaf takes sideways movement; everything else is the view's."""
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
        sideways = delta.x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not sideways:
            sideways = delta.y()
        leaf = self.leaf_at(event.position())
        if leaf is None or abs(sideways) <= abs(delta.y()) * (not event.modifiers()) or not leaf.wheel(-sideways):
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        from desktop.ui.transcript import menus  # not before it is asked for

        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            menus.open_at_caret(self)
        else:
            menus.open_at(self, QPointF(event.pos()), event.globalPos())

    def leaf_at(self, point: QPointF) -> DrawnLeaf | None:
        """What is drawn at a point of the widget."""
        for column in self.columns():
            if (leaf := column.drawn_at(point)) is not None:
                return leaf
        return None

    def link_at(self, point: QPointF) -> tuple[str, str] | None:
        """Target and words of the link at a point; what leads within the message begins with `#`."""
        return next(filter(None, (column.link_at(point) for column in self.columns())), None)

    def act_at(self, point: QPointF) -> bool:
        """Do what a click at a point does: open the link, or fold. False where it does nothing."""
        if (link := self.link_at(point)) is None:
            leaf = self.leaf_at(point)
            return leaf is not None and leaf.clicked(point - QPointF(leaf.rect.topLeft()))
        if link[0].startswith("#"):
            for number, column in enumerate(self.numbered()):
                if column in self.columns() and (target := column.target(link[0])) and self.selecting is not None:
                    self.selecting.go_to(TextPosition(self.entry.message.id, Place(number, *target)))
        else:
            links.open_link(self, self.theme, *link)
        return True

    def _tip_at(self, point: QPointF) -> str:
        link = self.link_at(point)
        if link and not link[0].startswith("#"):
            return addresses.target(link[0]).replace("<", "%3C").replace(">", "%3E")  # Qt takes tags for HTML
        leaf = self.leaf_at(point)
        return leaf.tip_at(point - QPointF(leaf.rect.topLeft())) if leaf is not None else ""

    def _cursor_at(self, point: QPointF) -> Qt.CursorShape:
        if self.link_at(point):
            return Qt.CursorShape.PointingHandCursor
        leaf = self.leaf_at(point)
        if leaf is None or isinstance(leaf.leaf, leaves.RuleLeaf):
            return Qt.CursorShape.ArrowCursor
        inside = point - QPointF(leaf.rect.topLeft())
        # Code has a head above its first line.
        return Qt.CursorShape.IBeamCursor if inside.y() >= leaf.caret_rect(0).top() else Qt.CursorShape.ArrowCursor
