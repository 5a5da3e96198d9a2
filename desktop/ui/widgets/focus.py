"""The focus ring: 2 px outside a control, shown only when the keyboard brought the focus there."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box

_BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_BACK_AGAIN = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)

GAP = 2
PEN = 2


class KeyboardFocus:
    """Mixin for controls, named before the Qt class: gives them a ring while they have the keyboard's focus.

    The control has `theme`, and overrides `ring_radius` if its corners are not 8 px.
    """

    theme: Theme
    _ring: "FocusRing | None" = None
    _ring_on_return = False

    def ring_radius(self) -> int:
        """Radius of the control's own corners in design pixels."""
        return 8

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)  # type: ignore[misc]
        reason = event.reason()
        if reason in _BY_KEYBOARD or (reason in _BACK_AGAIN and self._ring_on_return):
            self._show_ring()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[misc]
        # Coming back from another window or a menu, the ring is there again if it was before.
        self._ring_on_return = self._ring is not None and event.reason() in _BACK_AGAIN
        self._hide_ring()

    def _show_ring(self) -> None:
        if self._ring is None:
            assert isinstance(self, QWidget)
            self._ring = FocusRing(self.theme, self, self.ring_radius())

    def _hide_ring(self) -> None:
        if self._ring is not None:
            self._ring.remove()
            self._ring = None


class FocusRing(QWidget):
    """Lies over the window around one control and follows it; made when the ring shows and gone when it does not."""

    def __init__(self, theme: Theme, control: QWidget, radius: int) -> None:
        self._window = control.window()
        super().__init__(self._window)
        self._theme = theme
        self._control = control
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._followed: list[QWidget] = []
        widget: QWidget | None = control
        while widget is not None and not (widget.isWindow() and widget is not control):
            widget.installEventFilter(self)
            self._followed.append(widget)
            widget = widget.parentWidget()
        theme.changed.connect(self.update)
        control.destroyed.connect(self.deleteLater)  # its focus-out event no longer reaches Python then
        self._follow()

    def remove(self) -> None:
        """Take the ring away."""
        for widget in self._followed:
            widget.removeEventFilter(self)
        self._followed.clear()
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A control that is hidden loses the focus, so hiding needs no attention here.
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show):
            self._follow()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        pen = self._theme.px(PEN)
        reach = pen + self._theme.px(GAP)
        around = QRectF(QRect(self._origin(), self._control.size())).adjusted(-reach, -reach, reach, reach)
        painter.setClipRect(self.rect())
        paint_box(painter, around, self._theme.px(self._radius) + reach, None, self._theme.color("accent"), pen)

    def _origin(self) -> QPoint:
        return self.mapFromGlobal(self._control.mapToGlobal(QPoint(0, 0)))

    def _follow(self) -> None:
        """Lie around the control, but not beyond the scroll area it may stand in."""
        # A pixel more, because the ring is moved to whole device pixels when it is painted.
        reach = self._theme.px(PEN) + self._theme.px(GAP) + 1
        at = self._control.mapTo(self._window, QPoint(0, 0))
        rect = QRect(at, self._control.size()).adjusted(-reach, -reach, reach, reach)
        for widget in self._followed:
            area = widget.parentWidget()
            if isinstance(area, QAbstractScrollArea) and widget is area.viewport():
                rect &= QRect(widget.mapTo(self._window, QPoint(0, 0)), widget.size())
        self.setGeometry(rect)
        self.setVisible(self._control.isVisible() and not rect.isEmpty())
        self.raise_()
        self.update()
