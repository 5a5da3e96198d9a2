"""Scrolling sideways inside a leaf that is wider than the column."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from desktop.ui.theme.theme import Theme

_THUMB = 6


class Sideways:
    """How far a leaf's content is scrolled, in pixels, and its thin bar."""

    def __init__(self) -> None:
        self.offset = 0
        self._content = 0
        self._room = 0

    @property
    def needed(self) -> bool:
        return self._content > self._room

    def set_extent(self, content: int, room: int) -> None:
        self._content, self._room = content, room
        self.offset = max(0, min(self.offset, content - room))

    def move(self, pixels: int) -> bool:
        """Scroll; False where nothing moved."""
        old = self.offset
        self.offset = max(0, min(self.offset + pixels, self._content - self._room))
        return self.offset != old

    def paint(self, painter: QPainter, theme: Theme, track: QRectF) -> None:
        """The bar along the bottom of `track`."""
        if not self.needed:
            return
        length = max(theme.px(24), track.width() * self._room / self._content)
        share = self.offset / (self._content - self._room)
        height = theme.px(_THUMB)
        thumb = QRectF(track.x() + (track.width() - length) * share, track.bottom() - height, length, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("border-strong"))
        painter.drawRoundedRect(thumb, height / 2, height / 2)
