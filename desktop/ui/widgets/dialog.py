"""The base of dialogs: a title, a text, what a subclass adds, and buttons at the end."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.labels import text_label


class Dialog(QDialog):
    """A window-modal dialog; show it with `open()`. `kind` is that of the button that accepts, `width` 340 to 480."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        text: str,
        verb: str,
        *,
        kind: str = "primary",
        width: int = 340,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        px = theme.px
        self.theme = theme
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setFixedWidth(px(width))
        self._recolor()
        theme.changed.connect(self._recolor)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(20), px(20), px(20))
        column.setSpacing(0)
        column.addWidget(text_label(theme, title, 15, 600, wrap=True))
        if text:
            column.addSpacing(px(8))
            column.addWidget(text_label(theme, text, 13, role="text-secondary", wrap=True))
            self.setAccessibleDescription(text)
        self.body = QVBoxLayout()
        """Where a subclass puts its fields."""
        self.body.setSpacing(px(12))
        column.addLayout(self.body)
        column.addStretch()
        column.addSpacing(px(18))
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addStretch()
        self.cancel_button = Button(theme, _("Cancel"))
        self.accept_button = Button(theme, verb, kind=kind)
        self.cancel_button.clicked.connect(self.reject)
        self.accept_button.clicked.connect(self.accept)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.accept_button)
        column.addLayout(buttons)

    def add(self, widget: QWidget) -> None:
        """Add a widget between the text and the buttons."""
        if self.body.isEmpty():
            self.body.setContentsMargins(0, self.theme.px(14), 0, 0)
        self.body.addWidget(widget)

    def _recolor(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, self.theme.color("surface-raised"))
        self.setPalette(palette)
