"""Selecting with the mouse: by letters, words and lines, and past the edges."""

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.leaves import CodeLeaf, TableLeaf
from desktop.ui.transcript.position import Place, TextPosition
from desktop.ui.transcript.selection import words
from desktop.ui.transcript.selection.selection import Stretch, extended

if TYPE_CHECKING:
    from desktop.ui.transcript.selection.selecting import Selecting
    from desktop.ui.transcript.view import Transcript

_SLOP = 3  # pixels that the mouse may move in a click
_SCROLL_MS = 16
_SCROLL_SHARE = 0.2  # of the distance beyond the edge, each time
_SCROLL_MOST = 80


class Unit(Enum):
    """What one click, two and three select."""

    LETTER = auto()
    WORD = auto()
    LINE = auto()


class Dragging(QObject):
    """Takes the mouse of messages and of what is beside them. Points are the viewport's."""

    def __init__(self, theme: Theme, transcript: "Transcript", selecting: "Selecting") -> None:
        super().__init__(selecting)
        self.is_dragging = False
        self._theme = theme
        self._transcript = transcript
        self._selecting = selecting
        self._unit = Unit.LETTER
        self._base: Stretch | None = None
        self._pressed_at = QPoint()
        self._pointer = QPoint()
        self._doubled: tuple[int, QPoint] | None = None
        self._edge = QTimer(self, interval=_SCROLL_MS)
        self._edge.timeout.connect(self._scroll_on)

    def press(self, event: QMouseEvent) -> None:
        """The left button goes down on text or beside it."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = self._point(event)
        position = self._transcript.position_at(point)
        if position is None:
            return
        self._pressed_at = self._pointer = point
        selection = self._selecting.selection
        if self._is_third(event, point):
            self._begin(position, Unit.LINE, point)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and selection is not None:
            self._unit, self._base = Unit.LETTER, (selection.anchor, selection.anchor)
            self._selecting.take_focus()
            self._extend(position)
        else:
            self._unit, self._base = Unit.LETTER, (position, position)
            self._selecting.select(position, position)
        self._doubled = None

    def double_click(self, event: QMouseEvent) -> None:
        """The left button goes down a second time."""
        point = self._point(event)
        position = self._transcript.position_at(point)
        if event.button() == Qt.MouseButton.LeftButton and position is not None:
            self._pressed_at = self._pointer = point
            self._begin(position, Unit.WORD, point)
            self._doubled = event.timestamp(), point

    def move(self, event: QMouseEvent) -> None:
        """The mouse moves with the button down."""
        if self._base is None:
            return
        self._pointer = self._point(event)
        if not self.is_dragging:
            if (self._pointer - self._pressed_at).manhattanLength() <= _SLOP:
                return
            self.is_dragging = True
            self._transcript.stop_following()
            self._selecting.take_focus()
        self._extend_to_pointer()
        self._edge.start() if self._beyond_edge() else self._edge.stop()

    def release(self, event: QMouseEvent) -> bool:
        """The button goes up. Whether something was selected, and it was no click."""
        dragged = self.is_dragging
        self.stop()
        return dragged

    def stop(self) -> None:
        """Let go."""
        self._edge.stop()
        self.is_dragging = False
        self._base = None

    def _begin(self, position: TextPosition, unit: Unit, point: QPoint) -> None:
        self._selecting.take_focus()
        self._unit = unit
        self._base = self._stretch(position, point)
        self._selecting.select(*self._base)

    def _extend_to_pointer(self) -> None:
        height = self._transcript.viewport().height()
        inside = QPoint(self._pointer.x(), max(0, min(self._pointer.y(), height - 1)))
        if (position := self._transcript.position_at(inside)) is not None:
            self._extend(position, inside)

    def _extend(self, position: TextPosition, point: QPoint | None = None) -> None:
        if self._base is not None:
            found = extended(self._base, self._stretch(position, point), self._transcript.row_of)
            self._selecting.select(found.anchor, found.head)

    def _beyond_edge(self) -> int:
        """How far the pointer is above the viewport (negative) or below it."""
        y, height = self._pointer.y(), self._transcript.viewport().height()
        return min(0, y) + max(0, y - height + 1)

    def _scroll_on(self) -> None:
        bar, beyond = self._transcript.verticalScrollBar(), self._beyond_edge()
        step = max(1, min(round(abs(beyond) * _SCROLL_SHARE), self._theme.px(_SCROLL_MOST)))
        bar.setValue(bar.value() + (step if beyond > 0 else -step))
        self._extend_to_pointer()

    def _stretch(self, position: TextPosition, point: QPoint | None) -> Stretch:
        """The word or line at a place, of which the pointer says on which side of it."""
        place = position.place
        if self._unit is Unit.LETTER:
            return position, position
        widget = self._transcript.widget_of(position.message_id)
        text = widget.text_of(place.column, place.leaf)
        if self._unit is Unit.WORD:
            offset = place.offset
            if point is not None and offset and self._is_before(position, point):
                offset -= 1
            start, end = words.word_at(text, offset)
        else:
            leaf = widget.numbered()[place.column].leaf(place.leaf)
            start, end = 0, len(text)
            if isinstance(leaf, CodeLeaf | TableLeaf):
                start, end = words.line_at(text, place.offset, "\n" if isinstance(leaf, CodeLeaf) else "\t\n")

        def at(offset: int) -> TextPosition:
            return TextPosition(position.message_id, Place(place.column, place.leaf, offset))

        return at(start), at(end)

    def _is_before(self, position: TextPosition, point: QPoint) -> bool:
        """Whether a point lies on the letter before a place rather than on the one after it."""
        place = position.place
        before = TextPosition(position.message_id, Place(place.column, place.leaf, place.offset - 1))
        here, there = self._transcript.caret_rect(position), self._transcript.caret_rect(before)
        return here.y() == there.y() and min(here.x(), there.x()) <= point.x() <= max(here.x(), there.x())

    def _is_third(self, event: QMouseEvent, point: QPoint) -> bool:
        if self._doubled is None:
            return False
        then, where = self._doubled
        near = (point - where).manhattanLength() <= QApplication.startDragDistance()
        return near and event.timestamp() - then <= QApplication.doubleClickInterval()

    def _point(self, event: QMouseEvent) -> QPoint:
        return self._transcript.viewport().mapFromGlobal(event.globalPosition()).toPoint()
