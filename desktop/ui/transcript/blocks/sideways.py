"""Scrolling sideways inside a leaf that is wider than the column."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.focus import KeyboardFocus

HEIGHT = 12
"""Of the room that the bar takes, in design pixels."""
_STEP = 40


class Sideways:
    """How far a leaf's content is scrolled, in pixels, and the thin bar for it, which exists only while it is needed.

    `moved` is called when the reader scrolls.
    """

    def __init__(self, theme: Theme, host: QWidget, moved: Callable[[], None]) -> None:
        self.offset = 0
        self._theme = theme
        self._host = host
        self._moved = moved
        self._content = 0
        self._room = 0
        self._bar: _Bar | None = None

    @property
    def needed(self) -> bool:
        return self._content > self._room

    @property
    def overflow(self) -> float:
        """How many times as wide as its room the content is."""
        return self._content / max(self._room, 1)

    def set_extent(self, content: int, room: int) -> None:
        """How wide the content is, and how much of it can be seen."""
        if (content, room) != (self._content, self._room):
            self._content, self._room = content, room
            self.offset = max(0, min(self.offset, content - room))
            self._set_bar()

    def place(self, rect: QRect) -> None:
        """Where in the host the bar stands."""
        if self.needed and self._bar is None:
            self._bar = _Bar(self._theme, self._host)
            self._set_bar()
            self._bar.valueChanged.connect(self._on_bar)
        if self._bar is not None:
            self._bar.setGeometry(rect)
            self._bar.setVisible(self.needed)

    def move(self, pixels: int) -> bool:
        """Scroll; False where nothing moved."""
        old = self.offset
        self.offset = max(0, min(self.offset + pixels, self._content - self._room))
        if self.offset == old:
            return False
        if self._bar is not None:
            self._bar.setValue(self.offset)
        self._moved()
        return True

    def show(self, left: float, right: float) -> bool:
        """Scroll no further than needed for a part of the content to be seen, or its beginning where it is too wide."""
        margin = min(self._theme.px(_STEP), self._room // 4)
        if left < self.offset or right - left > self._room:
            return self.move(round(left) - margin - self.offset)
        return right > self.offset + self._room and self.move(round(right) + margin - self._room - self.offset)

    def dispose(self) -> None:
        if self._bar is not None:
            self._bar.hide()
            self._bar.deleteLater()
            self._bar = None

    def _set_bar(self) -> None:
        if self._bar is not None:
            self._bar.setPageStep(self._room)
            self._bar.setRange(0, max(0, self._content - self._room))
            self._bar.setValue(self.offset)

    def _on_bar(self, value: int) -> None:
        if value != self.offset:
            self.offset = value
            self._moved()


class _Bar(KeyboardFocus, QScrollBar):
    """Looks like the other scroll bars. The arrow keys move it while it has the focus."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, host)
        self.theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # as what it scrolls
        self.setInvertedControls(False)  # or the arrow keys move it the other way
        self.setSingleStep(theme.px(_STEP))
        self.setAccessibleName(_("Scroll sideways"))

    def ring_radius(self) -> int:
        return 4

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the message tells sideways from downwards
