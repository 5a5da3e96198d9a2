"""A picture in full view: fitted to the window at first, larger by wheel and keys, moved by dragging."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QDialog, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import IconButton

_STEP = 1.25
_LARGEST = 8.0
_SHARE = 0.92  # of the window


class PictureDialog(QDialog):
    """Shows `image`; Esc or a click beside it closes, + − 0 and the wheel change its size, Ctrl C copies it."""

    def __init__(self, theme: Theme, image: QImage, alt: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image = image
        self._factor = 1.0  # of the size that fits
        self._shift = QPointF()
        self._dragged: QPointF | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(alt or _("Picture"))
        self.setAccessibleName(alt or _("Picture"))
        window = parent.window()
        self.resize(round(window.width() * _SHARE), round(window.height() * _SHARE))
        self._buttons = [
            IconButton(theme, "copy", _("Copy picture"), parent=self),
            IconButton(theme, "x-bold", _("Close"), parent=self),
        ]
        self._buttons[0].clicked.connect(self.copy)
        self._buttons[1].clicked.connect(self.reject)

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(self._image)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.color("surface-sunken"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._place(), self._image)

    def resizeEvent(self, event: object) -> None:
        x = self.width() - self._theme.px(12)
        for button in reversed(self._buttons):
            x -= button.sizeHint().width()
            button.move(x, self._theme.px(12))
            x -= self._theme.px(4)
        self._zoom(1.0, QPointF(self.rect().center()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        middle = QPointF(self.rect().center())
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(_STEP, middle)
            case Qt.Key.Key_Minus:
                self._zoom(1 / _STEP, middle)
            case Qt.Key.Key_0:
                self._zoom(1 / self._factor, middle)
            case Qt.Key.Key_C if control:
                self.copy()
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._zoom(_STEP ** (event.angleDelta().y() / 120), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._place().contains(event.position()):
            self._dragged = event.position() - self._shift
        else:
            self.reject()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            self._shift = event.position() - self._dragged
            self._zoom(1.0, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None

    def _place(self) -> QRectF:
        ratio = self.devicePixelRatioF()
        size = QSizeF(self._image.size()) / ratio
        room = QSizeF(self.size()) * 0.98
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        rect = QRectF(QPointF(), size * self._factor)
        rect.moveCenter(QRectF(self.rect()).center() + self._shift)
        return rect

    def _zoom(self, by: float, around: QPointF) -> None:
        """Change the size with the point under the pointer staying, and keep the picture within reach."""
        before = self._place()
        factor = max(1.0, min(self._factor * by, _LARGEST))
        centre = around + (before.center() - around) * (factor / self._factor)
        self._factor = factor
        self._shift = centre - QRectF(self.rect()).center()
        after = self._place()
        spare_x = max(0.0, (after.width() - self.width()) / 2)
        spare_y = max(0.0, (after.height() - self.height()) / 2)
        self._shift.setX(max(-spare_x, min(self._shift.x(), spare_x)))
        self._shift.setY(max(-spare_y, min(self._shift.y(), spare_y)))
        self.update()
