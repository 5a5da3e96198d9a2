"""The caret of caret browsing: a blinking line in a message."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QTimer
from PySide6.QtGui import QGuiApplication, QPainter

from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.position import TextPosition

if TYPE_CHECKING:
    from desktop.ui.transcript.view import Transcript

_WIDTH = 2


class Caret(QObject):
    """`position` is where it stands, None while there is none. Messages paint it."""

    def __init__(self, theme: Theme, transcript: "Transcript") -> None:
        super().__init__(transcript)
        self.position: TextPosition | None = None
        self._theme = theme
        self._transcript = transcript
        self._lit = True
        self._blink = QTimer(self)
        self._blink.timeout.connect(self._toggle)

    def show_at(self, position: TextPosition | None) -> None:
        """Stand there, lit; None takes it away."""
        self._update()
        self.position = position
        self._lit = True
        self._update()
        half = QGuiApplication.styleHints().cursorFlashTime() // 2
        if position is not None and half > 0 and not self._theme.reduced_motion:
            self._blink.start(half)
        else:
            self._blink.stop()

    def paint(self, widget: MessageWidget, painter: QPainter) -> None:
        """Draw it if it stands in this message and keys go there."""
        here = self.position is not None and self.position.message_id == widget.entry.message.id
        if here and self._lit and widget.hasFocus():
            painter.fillRect(self._rect(widget), self._theme.color("accent"))

    def _toggle(self) -> None:
        self._lit = not self._lit
        self._update()

    def _update(self) -> None:
        if self.position is not None and (widget := self._transcript.find_widget(self.position.message_id)) is not None:
            widget.update(self._rect(widget).toAlignedRect().adjusted(-1, -1, 1, 1))

    def _rect(self, widget: MessageWidget) -> QRectF:
        assert self.position is not None
        rect = widget.caret_rect(self.position.place)
        width = self._theme.px(_WIDTH)
        return QRectF(rect.x() - width / 2, rect.y(), width, rect.height())
