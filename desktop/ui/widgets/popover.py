"""A frame that lies over the window until one clicks beside it or presses Esc."""

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QHideEvent, QPainter, QPainterPath, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box

RADIUS = 12


class Popover(QFrame):
    """A popup with rounded corners. Closing it gives the focus back to what had it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.theme = theme
        self._came_from: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        theme.changed.connect(self.update)

    def show_below(self, anchor: QWidget, gap: int = 4, *, trailing: bool = False) -> None:
        """Open under `anchor`, `gap` design pixels away, at its leading (or trailing) edge, wholly on its screen."""
        self._show_at(anchor, anchor.height() + self.theme.px(gap), trailing=trailing)

    def show_above(self, anchor: QWidget, gap: int = 4) -> None:
        """Open over `anchor`, at its trailing edge."""
        self.adjustSize()
        self._show_at(anchor, -self.height() - self.theme.px(gap), trailing=True)

    def _show_at(self, anchor: QWidget, y: int, *, trailing: bool) -> None:
        self._came_from = anchor.window().focusWidget()
        self.adjustSize()
        place = anchor.mapToGlobal(QPoint(0, y))
        if trailing == (anchor.layoutDirection() == Qt.LayoutDirection.LeftToRight):
            place.setX(place.x() + anchor.width() - self.width())
        self.move(fit_on_screen(QRect(place, self.size()), anchor).topLeft())
        self.show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._came_from is not None:
            self._came_from.setFocus(Qt.FocusReason.PopupFocusReason)
            self._came_from = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        cut_corners(self, self.theme.px(RADIUS))

    def paintEvent(self, event: QPaintEvent) -> None:
        color = self.theme.color
        radius = self.theme.px(RADIUS)
        paint_box(QPainter(self), QRectF(self.rect()), radius, color("surface-raised"), color("border-strong"))


def fit_on_screen(rect: QRect, near: QWidget) -> QRect:
    """The rectangle (global pixels) moved so that it lies on the screen of `near`."""
    room = near.screen().availableGeometry()
    fitted = QRect(rect)
    fitted.moveLeft(max(room.left(), min(rect.left(), room.right() + 1 - rect.width())))
    fitted.moveTop(max(room.top(), min(rect.top(), room.bottom() + 1 - rect.height())))
    return fitted


def cut_corners(popup: QWidget, radius: int) -> None:
    """Mask the corners on X11, where without a compositor a translucent window has black ones."""
    if QGuiApplication.platformName() != "xcb":
        return
    path = QPainterPath()
    path.addRoundedRect(QRectF(popup.rect()), radius, radius)
    popup.setMask(QRegion(path.toFillPolygon().toPolygon()))
