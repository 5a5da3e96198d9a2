"""Scrolling by wheel, touchpad and finger."""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QInputDevice, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QScroller

from desktop.ui.theme.theme import Theme

_FRAME_MS = 16
_GLIDE_MS = 120
_NOTCH = 120  # of `angleDelta`: one click of a common wheel


class Wheel(QObject):
    """Moves a scroll area's bar. Touchpads tell pixels and move it at once; a wheel's notch glides.

    The rest of a glide is a distance, not a goal: what changes above the reader meanwhile does not disturb it.
    """

    def __init__(self, theme: Theme, area: QAbstractScrollArea) -> None:
        super().__init__(area)
        self._theme = theme
        self._bar = area.verticalScrollBar()
        self._rest = 0.0
        self._frames = 0
        self._timer = QTimer(self, interval=_FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._glide)
        if any(device.type() == QInputDevice.DeviceType.TouchScreen for device in QInputDevice.devices()):
            QScroller.grabGesture(area.viewport(), QScroller.ScrollerGestureType.TouchGesture)

    def turn(self, event: QWheelEvent) -> bool:
        """Take a turn of the wheel. False where it does not go up or down."""
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            return False
        pixels, angle = event.pixelDelta().y(), event.angleDelta().y()
        if pixels:
            self.stop()
            self._bar.setValue(self._bar.value() - pixels)
        elif angle:
            self._add(-angle * QApplication.wheelScrollLines() * self._bar.singleStep() / _NOTCH)
        return bool(pixels or angle)

    def stop(self) -> None:
        """Stand still."""
        self._timer.stop()
        self._rest = 0.0

    def _add(self, distance: float) -> None:
        if self._theme.reduced_motion:
            self._bar.setValue(self._bar.value() + round(distance))
            return
        if self._rest * distance < 0:  # the other way now
            self._rest = 0.0
        self._rest += distance
        self._frames = round(_GLIDE_MS / _FRAME_MS)
        if not self._timer.isActive():
            self._timer.start()
            self._glide()

    def _glide(self) -> None:
        """Go the next part: quick at first, then slower."""
        step = round(self._rest if self._frames <= 1 else self._rest * 2 / (self._frames + 1))
        before = self._bar.value()
        self._bar.setValue(before + step)
        self._rest -= step
        self._frames -= 1
        at_an_end = step and self._bar.value() in (self._bar.minimum(), self._bar.maximum())
        if self._frames <= 0 or at_an_end:
            self.stop()
