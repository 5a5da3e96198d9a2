"""Where in the whole conversation marked places are, shown on the scroll bar."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollBar, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.position import TextPosition

_THICK = 2
_CURRENT_THICK = 4


class ScrollMarks(QWidget):
    """Lies over a scroll bar and lets the mouse through. `share_of` says how far down a place is, from 0 to 1."""

    def __init__(self, theme: Theme, bar: QScrollBar, share_of: Callable[[TextPosition], float]) -> None:
        super().__init__(bar)
        self._theme = theme
        self._bar = bar
        self._share_of = share_of
        self._positions: Sequence[TextPosition] = ()
        self._current = -1
        self._rows: list[int] = []  # pixels from the top; ten thousand marks are as many as fit
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        bar.installEventFilter(self)
        bar.rangeChanged.connect(self._place)
        theme.changed.connect(self.update)

    def set_marks(self, positions: Sequence[TextPosition], current: int) -> None:
        """Show these, the one at the index `current` stronger; -1 for none of them."""
        self._positions, self._current = positions, current
        self.setVisible(bool(positions))
        self._place()

    def _place(self) -> None:
        if not self._positions:
            return
        self.setGeometry(self._bar.rect())
        self._rows = sorted({self._y_of(position) for position in self._positions})
        self.update()

    def _y_of(self, position: TextPosition) -> int:
        return round(self._share_of(position) * (self.height() - self._theme.px(_CURRENT_THICK)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, px = QPainter(self), self._theme, self._theme.px
        inset = px(2)
        width = self.width() - 2 * inset
        for y in self._rows:
            painter.fillRect(QRect(inset, y + px(1), width, px(_THICK)), theme.color("warning-fill"))
        if 0 <= self._current < len(self._positions):
            y = self._y_of(self._positions[self._current])
            painter.fillRect(QRect(inset, y, width, px(_CURRENT_THICK)), theme.color("accent"))
