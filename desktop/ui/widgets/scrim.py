"""The dark veil behind what lies over the page."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.theme.theme import Theme

LIGHT, DARK = 0.28, 0.52


class Scrim(QWidget):
    """Hidden until shown; covers what its owner makes it cover and tells when it is clicked."""

    clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        color = QColor(self._theme.color("scrim"))
        color.setAlphaF(DARK if self._theme.dark else LIGHT)
        with QPainter(self) as painter:
            painter.fillRect(event.rect(), color)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()
