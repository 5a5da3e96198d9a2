"""The card of a reply that waits: for the next try, for a limit's end, or for the network to come back.

It also says who is asked where all targets of a route cool; that needs no button.
"""

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.errors import Action
from desktop.domain.events import AllCooling, Offline, Pause, Retrying
from desktop.domain.ids import now_ms
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.blocks import pause_words
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.paint import paint_arc, paint_box

_PAD, _TEXT_LEFT, _RING, _BUTTON, _BETWEEN = 12, 52, 24, 28, 8
_LEAST_TEXT = 240  # with less beside the buttons, they stand below


class PauseCard(QWidget):
    """Counts down by the second while it is seen."""

    action_requested = Signal(object)  # Action

    def __init__(self, theme: Theme, pause: Pause, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pause = pause
        self._seconds = 0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._count)
        self._wait_s = 0.0 if isinstance(pause, Offline) else pause.wait_s
        title = pause_words.title(pause)
        self._title = text_label(theme, title, 14, 600, wrap=True, parent=self)
        self._line = text_label(theme, "", 13, role="text-secondary", wrap=True, parent=self)
        who = pause_words.who_cools(pause) if isinstance(pause, AllCooling) else ""
        self._who = text_label(theme, who, 13, role="text-secondary", wrap=True, parent=self)
        self._buttons: list[Button] = []
        if isinstance(pause, Retrying) or self._wait_s:
            self._buttons.append(self._button(_("Try now"), Action.TRY_NOW))
            self._line.setAccessibleName(_("Waiting for the next try"))  # what counts is not read every second
        if self._buttons or isinstance(pause, Offline):
            self._buttons.append(self._button(_("Stop"), Action.STOP))
        self.setAccessibleName(" ".join(filter(None, (title, who))))
        self._count()
        theme.changed.connect(self.update)

    def text(self) -> str:
        """What is shown, for tests."""
        return " · ".join(filter(None, (self._title.text(), self._line.text(), self._who.text())))

    def set_width(self, width: int) -> int:
        """Lay out for a width. Returns the height."""
        px = self._theme.px
        left, right = px(_TEXT_LEFT), width - px(_PAD)
        beside = sum(button.width() for button in self._buttons) + len(self._buttons) * px(_BETWEEN)
        is_narrow = bool(self._buttons) and right - left - beside < px(_LEAST_TEXT)
        room = right - left - (0 if is_narrow else beside)
        y = px(_PAD)
        for label in (self._title, self._line, self._who):
            label.setVisible(bool(label.text()))
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
        fill, edge = ("surface-raised", "border") if isinstance(pause, Offline) else ("warning-soft", "warning-border")
        paint_box(painter, QRectF(self.rect()), px(8), theme.color(fill), theme.color(edge))
        ring = self._ring()
        if not self._counts:
            icon, role = ("wifi-slash", "text-secondary") if isinstance(pause, Offline) else ("cloud-slash", "warning")
            inset = px(3)
            theme.icons.paint(painter, ring.adjusted(inset, inset, -inset, -inset), icon, theme.color(role))
            return
        share = self._seconds / max(1.0, self._wait_s)
        paint_arc(painter, ring, px(2), 0.0, min(1.0, share), theme.color("warning"), theme.color("track"))
        painter.setFont(theme.tabular(theme.font(11, 600)))
        painter.setPen(theme.color("warning"))
        painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, str(self._seconds))

    @property
    def _counts(self) -> bool:
        """Whether there are seconds to be counted."""
        return bool(self._buttons) and not isinstance(self.pause, Offline)

    def _ring(self) -> QRectF:
        px = self._theme.px
        x = px(_PAD + 2)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = self.width() - x - px(_RING)
        return QRectF(x, px(_PAD), px(_RING), px(_RING))

    def _count(self) -> None:
        """Show the seconds that are left, and come back when there is one less."""
        pause = self.pause
        if isinstance(pause, Offline) or not self._counts:
            return
        began_ms = pause.attempt.ended_ms if isinstance(pause, Retrying) else pause.since_ms
        left_ms = max(0, began_ms + round(self._wait_s * 1000) - now_ms())
        self._seconds = -(-left_ms // 1000)
        line = pause_words.next_try(pause, max(1, self._seconds))
        status = pause.attempt.failure.http_status if isinstance(pause, Retrying) else None
        self._line.setText(line[0].upper() + line[1:] if status is None else f"{status} · {line}")
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
