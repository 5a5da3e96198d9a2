"""The ring: how full something is, or that something runs."""

import time

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_arc

TURN_MS = 900
FRAME_MS = 90
"""Ten frames a turn: something so small looks no smoother with more, and each one costs."""

_SPINNING_SHARE = 0.3
_STILL_SHARE = 0.75


def spin(now: float) -> float:
    """Where a running ring stands at `now` (seconds, monotonic), in turns; every ring on the screen agrees."""
    return now * 1000 / TURN_MS % 1


class Ring(QWidget):
    """A ring of `size` with a line of `pen` design pixels. It is decoration: the word beside it has the meaning."""

    def __init__(
        self, theme: Theme, size: int = 14, pen: float = 2, parent: QWidget | None = None, *, on: str = ""
    ) -> None:
        """With `on`, the colour of what it stands on, that is not painted again for each frame."""
        super().__init__(parent)
        self.theme = theme
        self._on = on
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, bool(on))
        self._side = size
        self._pen = pen
        self._role = "accent"
        self._value = 0.0
        self._spinning = False
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._turn)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def value(self) -> float:
        return self._value

    def set_value(self, value: float, role: str = "accent") -> None:
        """Show a share from 0 to 1 in the colour of `role`."""
        self._value, self._role = min(max(value, 0.0), 1.0), role
        self.set_spinning(False)
        self.update()

    def spinning(self) -> bool:
        return self._spinning

    def set_spinning(self, spinning: bool) -> None:
        """Run, or stand at the value that was set."""
        self._spinning = spinning
        self._run()
        self.update()

    def turn(self) -> None:
        """Move on now, together with something else that is painted. Its own next frame comes the later."""
        if self._timer.isActive():
            self._timer.start(2 * FRAME_MS)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(self._side), self.theme.px(self._side))

    def _run(self) -> None:
        if self._spinning and self.isVisible() and not self.theme.reduced_motion:
            self._timer.start()
        else:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._run()

    def _turn(self) -> None:
        self._timer.setInterval(FRAME_MS)
        if not self.window().isMinimized():
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        start, share = 0.0, self._value
        if self._spinning:
            running = self._timer.isActive()
            start, share = (spin(time.monotonic()), _SPINNING_SHARE) if running else (0.0, _STILL_SHARE)
        pen = self._pen * self.theme.px(100) / 100
        color = self.theme.color
        painter = QPainter(self)
        if self._on:
            painter.fillRect(self.rect(), color(self._on))
        paint_arc(painter, QRectF(self.rect()), pen, start, share, color(self._role), color("track"))
