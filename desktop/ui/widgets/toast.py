"""Toasts: what just happened, and a way to take it back."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.focus import KeyboardFocus
from desktop.ui.widgets.labels import ElidedLabel
from desktop.ui.widgets.paint import paint_box

GAP = 12
"""Between a toast and what it stands above, in design pixels."""


class Toasts(QObject):
    """Shows one toast at a time at the bottom centre of `host`; a new one takes the place of the last."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._theme = theme
        self._host = host
        self._above: QWidget | None = None
        self._toast: _Toast | None = None

    def set_above(self, widget: QWidget | None) -> None:
        """Stand above this widget (the composer) and centred on it, instead of at the bottom of the host."""
        self._watch(False)
        self._above = widget
        if self._toast is not None:
            self._watch(True)
            self._place()

    def show(
        self,
        text: str,
        action_text: str | None = None,
        action: Callable[[], object] | None = None,
        seconds: float = 6,
    ) -> None:
        """Show a toast for some seconds; the time stands still while it is hovered or focused."""
        self.dismiss()
        self._toast = toast = _Toast(self._theme, self._host, text, action_text, action, seconds)
        toast.finished.connect(self._forget)
        self._watch(True)
        self._place()
        toast.show()
        toast.raise_()
        announce(self._host, text)

    def trigger(self) -> bool:
        """Do the action of the toast that shows, as a shortcut would; whether there was one."""
        return self._toast is not None and self._toast.trigger()

    def dismiss(self) -> None:
        """Take the toast away."""
        if self._toast is not None:
            self._toast.finish()

    @property
    def text(self) -> str:
        """What the toast says, or nothing."""
        return self._toast.text if self._toast is not None else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._place()
        return False

    def _forget(self) -> None:
        self._toast = None
        self._watch(False)

    def _watch(self, on: bool) -> None:
        """Follow the places that matter, only while there is something to place."""
        for widget in (self._host, self._above):
            if widget is not None and on:
                widget.installEventFilter(self)
            elif widget is not None:
                widget.removeEventFilter(self)

    def _place(self) -> None:
        if self._toast is None:
            return
        size = self._toast.sizeHint()
        left, width, bottom = 0, self._host.width(), self._host.height()
        if self._above is not None and self._above.isVisible():
            corner = self._above.mapTo(self._host, self._above.rect().topLeft())
            left, width, bottom = corner.x(), self._above.width(), corner.y()
        width_of_toast = min(size.width(), self._host.width() - 2 * self._theme.px(GAP))
        x = left + (width - width_of_toast) // 2
        self._toast.setGeometry(x, bottom - self._theme.px(GAP) - size.height(), width_of_toast, size.height())


class _Toast(QWidget):
    """One toast. Emits `finished` once when it is over."""

    finished = Signal()

    def __init__(
        self,
        theme: Theme,
        host: QWidget,
        text: str,
        action_text: str | None,
        action: Callable[[], object] | None,
        seconds: float,
    ) -> None:
        super().__init__(host)
        self.theme = theme
        self.text = text
        self._action = action
        self._left_ms = round(seconds * 1000)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.finish)
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(14), 0, theme.px(14), 0)
        row.setSpacing(theme.px(22))
        row.addWidget(ElidedLabel(theme, text, 13, role="surface"))
        if action_text is not None:
            button = _Action(theme, action_text, self)
            button.clicked.connect(self.trigger)
            button.installEventFilter(self)
            row.addWidget(button)
        theme.changed.connect(self.update)

    def trigger(self) -> bool:
        """Do the action and go; whether there is one."""
        action, self._action = self._action, None
        self.finish()
        if action is None:
            return False
        action()
        return True

    def finish(self) -> None:
        self._timer.stop()
        self.hide()
        self.finished.emit()
        self.deleteLater()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.theme.px(40))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._count()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._count()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            # The focus has moved only after the event.
            QTimer.singleShot(0, self, self._count)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_box(QPainter(self), QRectF(self.rect()), self.theme.px(8), self.theme.color("text"))

    def _count(self) -> None:
        """Let the time run, or hold it while the pointer or the focus is here."""
        if self.underMouse() or self._has_focus():
            if self._timer.isActive():
                self._left_ms = self._timer.remainingTime()
                self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start(self._left_ms)

    def _has_focus(self) -> bool:
        focused = self.window().focusWidget()
        return focused is not None and self.isAncestorOf(focused)


class _Action(KeyboardFocus, QPushButton):
    """The underlined word in a toast."""

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.theme = theme
        font = theme.font(13, 600)
        font.setUnderline(True)
        self.setFont(font)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def ring_radius(self) -> int:
        return 4

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 1, metrics.height() + self.theme.px(4))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.theme.color("surface"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
