"""What a question and a reply have in common: a column of leaves, links, a menu, hover and focus."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
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

from desktop.i18n import gettext as _
from desktop.ui.transcript import links, measures
from desktop.ui.transcript.blocks.code import DrawnCode
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.column import Column
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.paint import paint_box


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

    def __init__(self, styles: Styles, entry: Entry, parent: QWidget) -> None:
        super().__init__(parent)
        self.styles = styles
        self.theme = styles.theme
        self.entry = entry
        self.is_last = False
        self.laid_out_width = 0  # the view's note of the width it was last measured for
        self._pressed_link: tuple[str, str] | None = None
        self.setMouseTracking(True)

    # For the view

    def set_width(self, width: int) -> int:
        """Lay out for a width. Returns the height."""
        raise NotImplementedError

    def columns(self) -> list[Column]:
        """The columns of leaves from top to bottom."""
        raise NotImplementedError

    def show_band(self, top: int, bottom: int, reach: int) -> bool:
        """Make what lies between two of its heights exact, and keep what is `reach` around that.

        Returns whether its own height changed.
        """
        changed = False
        for column in self.columns():
            changed |= column.show_band(top, bottom, top - reach, bottom + reach)
        return changed

    def place_at(self, y: int) -> tuple[int, int, int]:
        """A place in the text that stays with it when heights change: column, leaf, pixels below the leaf's top."""
        for number, column in enumerate(self.columns()):
            if len(column) and column.y_of(0) <= y < column.y_of(0) + column.height:
                return number, *column.place_at(y)
        return -1, 0, y

    def y_of(self, place: tuple[int, int, int]) -> int:
        """Where a place of `place_at` is now."""
        number, row, below = place
        columns = self.columns()
        return below if number < 0 or number >= len(columns) else columns[number].y_of(row) + below

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
        """Whether it holds something of the user's that must not be dropped, such as an edit."""
        return False

    def restyle(self) -> None:
        """Take the theme's present colours."""
        for column in self.columns():
            column.restyle()
        self.update()

    def dispose(self) -> None:
        for column in self.columns():
            column.dispose()
        self.hide()
        self.deleteLater()

    def leaf_resized(self, leaf: DrawnLeaf) -> None:
        """Called by a leaf whose height changed by itself."""
        if any(column.resized(leaf) for column in self.columns()):
            self.resized.emit(self)

    def copy_message(self) -> None:
        """Put the message on the clipboard as it was written: Markdown."""
        QGuiApplication.clipboard().setText(self.entry.message.text)

    def show_sibling(self, step: int) -> None:
        """Ask for the alternative before (-1) or after (1) this one."""
        index = self.entry.sibling_index + step
        if 0 <= index < len(self.entry.sibling_ids):
            self.branch_requested.emit(self.entry.sibling_ids[index])

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_under(painter, event.rect())
        for column in self.columns():
            column.paint(painter, event.rect())
        if self.hasFocus():
            pen = self.theme.px(2)
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

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update_active()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
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

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        link = self._link_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_link = None
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_link = self._link_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        link, self._pressed_link = self._pressed_link, None
        if link and event.button() == Qt.MouseButton.LeftButton and self._link_at(event.position()) == link:
            links.open_link(self, self.theme, *link)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A leaf takes sideways movement; everything else is the view's."""
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
        sideways = delta.x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not sideways:
            sideways = delta.y()
        leaf = self._leaf_at(event.position())
        if leaf is None or abs(sideways) <= abs(delta.y()) * (not event.modifiers()) or not leaf.wheel(-sideways):
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            link = self._link_at(QPointF(event.pos()))
            if link:
                QToolTip.showText(event.globalPos(), link[0], self)
                return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = Menu(self.theme, _("Message"), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu, event.pos())
        menu.popup(event.globalPos())

    def fill_menu(self, menu: Menu, at: QPoint) -> None:
        """What can be done with what is at a point."""
        clipboard = QGuiApplication.clipboard()
        if link := self._link_at(QPointF(at)):
            menu.add("copy", _("Copy link"), lambda: clipboard.setText(link[0]))
        leaf = self._leaf_at(QPointF(at))
        if isinstance(leaf, DrawnCode):
            menu.add("copy", _("Copy code"), leaf.copy)
        menu.add("copy", _("Copy message"), self.copy_message, "C")

    def _leaf_at(self, point: QPointF) -> DrawnLeaf | None:
        for column in self.columns():
            if (leaf := column.drawn_at(point)) is not None:
                return leaf
        return None

    def _link_at(self, point: QPointF) -> tuple[str, str] | None:
        leaf = self._leaf_at(point)
        return leaf.link_at(point - QPointF(leaf.rect.topLeft())) if leaf else None
