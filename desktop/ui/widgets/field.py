"""Text fields of one line: plain, for searching, for secrets, and with a label and an error line."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.paint import paint_box

SHOWN_MS = 5_000
"""How long a secret stays readable."""


class Field(QLineEdit):
    """A field of 32 px. `name` is its accessible name. `edge=False` leaves out the box, for fields inside one."""

    error_changed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        name: str,
        *,
        placeholder: str = "",
        edge: bool = True,
        size: int = 14,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._edge = edge
        self._error = ""
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setFrame(False)
        self.setFont(theme.font(size))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_margins(11 if edge else 0, 11 if edge else 0)
        self._recolor()
        theme.changed.connect(self._recolor)

    def set_margins(self, before: int, after: int) -> None:
        """Room before and after the text in design pixels."""
        self._margins = before, after
        # Qt keeps 2 px of its own at each side of the text.
        left, right = (max(0, self.theme.px(room) - 2) for room in self._margins)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left, right = right, left
        self.setTextMargins(left, 0, right, 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self.set_margins(*self._margins)

    @property
    def error(self) -> str:
        """What is wrong with the content, or nothing."""
        return self._error

    def set_error(self, text: str | None) -> None:
        """Mark the content as wrong and say why, or take that back."""
        if (text or "") == self._error:
            return
        self._error = text or ""
        self.setAccessibleDescription(self._error)
        self.error_changed.emit(self._error)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(200), self.theme.px(32))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(64), self.theme.px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._edge:
            self._paint_box()
        super().paintEvent(event)

    def _paint_box(self) -> None:
        painter = QPainter(self)
        color = self.theme.color
        edge, width = "border-strong", 1
        if self._error:
            edge, width = "danger", self.theme.px(2)
        elif self.hasFocus():
            edge, width = "accent", self.theme.px(2)
        enabled = self.isEnabled()
        fill = color("surface-raised") if enabled else None
        paint_box(painter, QRectF(self.rect()), self.theme.px(8), fill, color(edge if enabled else "border"), width)

    def _recolor(self) -> None:
        palette = self.palette()
        color = self.theme.color
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        palette.setColor(QPalette.ColorRole.Text, color("text"))
        palette.setColor(QPalette.ColorRole.PlaceholderText, color("text-muted"))
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text, color("text-disabled"))
        self.setPalette(palette)


class SearchField(Field):
    """A field with a magnifying glass; a cross, or Esc, empties it."""

    def __init__(
        self,
        theme: Theme,
        placeholder: str,
        name: str,
        *,
        edge: bool = True,
        size: int = 14,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, name, placeholder=placeholder, edge=edge, size=size, parent=parent)
        self._clear = IconButton(theme, "x-bold", _("Clear the search"), size=24, parent=self)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        self.set_margins(35 if edge else 28, 32)
        self.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        _place_at_end(self, self._clear)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        px = self.theme.px
        side, inset = px(16), px(11 if self._edge else 0)
        x = self.width() - inset - side if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else inset
        glass = QRectF(x, (self.height() - side) / 2, side, side)
        self.theme.icons.paint(QPainter(self), glass, "magnifying-glass", self.theme.color("text-secondary"))


class SecretField(Field):
    """A field that shows dots; its eye shows the text for five seconds."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        *,
        placeholder: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, name, placeholder=placeholder, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(lambda: self._show(False))
        self._eye = IconButton(theme, "eye", _("Show"), size=24, parent=self)
        self._eye.setCursor(Qt.CursorShape.ArrowCursor)
        self._eye.clicked.connect(lambda: self._show(self.echoMode() == QLineEdit.EchoMode.Password))
        self.set_margins(11, 36)

    def _show(self, shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._eye.set_icon("eye-slash" if shown else "eye")
        self._eye.set_name(_("Hide") if shown else _("Show"))
        if shown:
            self._timer.start(SHOWN_MS)
        else:
            self._timer.stop()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._show(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        _place_at_end(self, self._eye)


class FieldBox(QWidget):
    """A field with its label above and its error below."""

    def __init__(self, theme: Theme, field: Field, label: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        if label:
            head = text_label(theme, label, 13, 600)
            head.setBuddy(field)
            column.addWidget(head)
        column.addWidget(field)
        self._error = text_label(theme, field.error, 12, role="danger", wrap=True)
        self._error.setVisible(bool(field.error))
        column.addWidget(self._error)
        field.error_changed.connect(self._show_error)

    def _show_error(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))


def _place_at_end(field: Field, button: IconButton) -> None:
    """Put a button inside a field at the end of its line."""
    side = button.sizeHint()
    gap = (field.height() - side.height()) // 2
    left = gap if field.layoutDirection() == Qt.LayoutDirection.RightToLeft else field.width() - side.width() - gap
    button.setGeometry(left, gap, side.width(), side.height())
