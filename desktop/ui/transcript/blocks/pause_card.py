"""The card of a reply that waits: for the next try, or for the network to come back."""

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.domain import figures
from desktop.domain.errors import Action
from desktop.domain.events import Offline, Retrying
from desktop.domain.ids import now_ms
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.paint import paint_arc, paint_box

_PAD, _TEXT_LEFT, _RING, _BUTTON, _BETWEEN = 12, 52, 24, 28, 8
_LEAST_TEXT = 240  # with less beside the buttons, they stand below


class PauseCard(QWidget):
    """Counts down by the second while it is seen."""

    action_requested = Signal(object)  # Action

    def __init__(self, theme: Theme, pause: Retrying | Offline, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pause = pause
        self._seconds = 0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._count)
        title = _("Offline · will send when back") if isinstance(pause, Offline) else pause.attempt.failure.title
        self._title = text_label(theme, title, 14, 600, wrap=True, parent=self)
        self._line = text_label(theme, "", 13, role="text-secondary", wrap=True, parent=self)
        self._buttons = [self._button(_("Stop"), Action.STOP)]
        if isinstance(pause, Retrying):
            self._buttons.insert(0, self._button(_("Try now"), Action.TRY_NOW))
            self._line.setAccessibleName(_("Waiting for the next try"))  # what counts is not read every second
        self.setAccessibleName(title)
        self._count()
        theme.changed.connect(self.update)

    def text(self) -> str:
        """What is shown, for tests."""
        return " · ".join(filter(None, (self._title.text(), self._line.text())))

    def set_width(self, width: int) -> int:
        """Lay out for a width. Returns the height."""
        px = self._theme.px
        left, right = px(_TEXT_LEFT), width - px(_PAD)
        beside = sum(button.width() for button in self._buttons) + len(self._buttons) * px(_BETWEEN)
        is_narrow = right - left - beside < px(_LEAST_TEXT)
        room = right - left - (0 if is_narrow else beside)
        y = px(_PAD)
        for label in (self._title, self._line):
            if label.text():
                height = label.heightForWidth(room)
                self._put(label, left, y, room, height, width)
                y += height + px(2)
        y = max(y + px(_PAD - 2), 2 * px(_PAD) + px(_RING))
        x, top = (left, y - px(2)) if is_narrow else (right - beside + px(_BETWEEN), (y - px(_BUTTON)) // 2)
        for button in self._buttons:
            self._put(button, x, top, button.width(), button.height(), width)
            x += button.width() + px(_BETWEEN)
        return top + px(_BUTTON + _PAD) if is_narrow else y

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px, pause = self._theme, self._theme.px, self.pause
        fill, edge = ("warning-soft", "warning-border") if isinstance(pause, Retrying) else ("surface-raised", "border")
        paint_box(painter, QRectF(self.rect()), px(8), theme.color(fill), theme.color(edge))
        ring = self._ring()
        if isinstance(pause, Offline):
            inset = px(3)
            icon = ring.adjusted(inset, inset, -inset, -inset)
            theme.icons.paint(painter, icon, "wifi-slash", theme.color("text-secondary"))
            return
        share = self._seconds / max(1.0, pause.wait_s)
        paint_arc(painter, ring, px(2), 0.0, min(1.0, share), theme.color("warning"), theme.color("track"))
        painter.setFont(theme.tabular(theme.font(11, 600)))
        painter.setPen(theme.color("warning"))
        painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, str(self._seconds))

    def _ring(self) -> QRectF:
        px = self._theme.px
        x = px(_PAD + 2)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = self.width() - x - px(_RING)
        return QRectF(x, px(_PAD), px(_RING), px(_RING))

    def _count(self) -> None:
        """Show the seconds that are left, and come back when there is one less."""
        if isinstance(self.pause, Offline):
            return
        attempt = self.pause.attempt
        left_ms = max(0, attempt.ended_ms + attempt.pause_ms - now_ms())
        self._seconds = -(-left_ms // 1000)
        parts = [
            "" if attempt.failure.http_status is None else str(attempt.failure.http_status),
            _("next try in {time}").format(time=figures.duration(max(1, self._seconds) * 1000)),
        ]
        self._line.setText(" · ".join(filter(None, parts)))
        self.update(self._ring().toAlignedRect())
        if left_ms and self.isVisible():
            self._timer.start(left_ms - (self._seconds - 1) * 1000)

    def _button(self, text: str, action: Action) -> Button:
        button = Button(self._theme, text, small=True, parent=self)
        button.resize(button.sizeHint())
        button.clicked.connect(lambda: self.action_requested.emit(action))
        return button

    def _put(self, widget: QWidget, x: int, y: int, width: int, height: int, whole: int) -> None:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = whole - x - width
        widget.setGeometry(x, y, width, height)
