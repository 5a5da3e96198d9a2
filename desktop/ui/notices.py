"""The notice bar: what is wrong with the application itself, one thing at a time, with what can be done about it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.errors import Action, AppError
from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.labels import ElidedLabel

KEYCHAIN_ICON = "lock-key"
ICONS = {
    "disk_full": "database",
    "busy": "database",
    "storage": "database",
    "database_damaged": "database",
    "database_too_new": "database",
    "no_keychain": KEYCHAIN_ICON,
    "keychain_locked": KEYCHAIN_ICON,
    "keychain_refused": KEYCHAIN_ICON,
    "key_file_locked": KEYCHAIN_ICON,
    "wrong_passphrase": KEYCHAIN_ICON,
    "no_connection": "wifi-slash",
}

WORDS = {
    Action.SHOW_FOLDER: N_("Show the folder"),
    Action.OPEN_PROVIDER_SETTINGS: N_("Open settings"),
    Action.UNLOCK_KEYCHAIN: N_("Open settings"),
    Action.KEEP_FOR_SESSION: N_("Keep for this session"),
    Action.SET_PASSPHRASE: N_("Set a passphrase"),
}


class NoticeBar(QWidget):
    """40 px under the header, hidden while there is nothing to say. A new notice takes the place of the old one."""

    chosen = Signal(object)  # Action
    HEIGHT = 40

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = "warning-circle"
        self._text = ElidedLabel(theme, "", size=13, role="text")
        self._buttons: list[Button] = []
        self._close = IconButton(theme, "x-bold", _("Dismiss"), size=28)
        self._close.clicked.connect(self.hide)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(40), 0, theme.px(8), 0)
        self._row.setSpacing(theme.px(8))
        self._row.addWidget(self._text, 1)
        self._row.addWidget(self._close)
        self.setFixedHeight(theme.px(self.HEIGHT))
        self.setAccessibleName(_("Notice"))
        self.hide()

    def show_error(self, error: AppError) -> None:
        """Say an error, with a button for each of its actions that makes sense outside a message."""
        self.show_text(" · ".join(filter(None, (error.title, error.explanation))), ICONS.get(error.code, ""))
        for action in error.actions:
            if action in WORDS and len(self._buttons) < 2:
                button = Button(self._theme, _(WORDS[action]), small=True)
                button.clicked.connect(lambda _checked=False, chosen=action: self._choose(chosen))
                self._row.insertWidget(self._row.count() - 1, button)
                self._buttons.append(button)

    def show_text(self, text: str, icon: str = "") -> None:
        """Say something that asks for nothing."""
        for button in self._buttons:
            button.deleteLater()
        self._buttons.clear()
        self._icon = icon or "warning-circle"
        self._text.setText(text)
        self._text.setToolTip(text)
        self.setAccessibleDescription(text)
        self.show()
        self.update()

    def show_offer(self, text: str, icon: str, words: str, act: Callable[[], object]) -> None:
        """Say something with a button for what can be done about it."""
        self.show_text(text, icon)
        button = Button(self._theme, words, small=True)
        button.clicked.connect(self.hide)
        button.clicked.connect(act)
        self._row.insertWidget(self._row.count() - 1, button)
        self._buttons.append(button)

    def _choose(self, action: Action) -> None:
        self.hide()
        self.chosen.emit(action)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("warning-soft"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("warning-border"))
            size = theme.px(16)
            place = self.rect().adjusted(theme.px(16), 0, 0, 0)
            place.setTop((self.height() - size) // 2)
            place.setSize(place.size().boundedTo(place.size().scaled(size, size, Qt.AspectRatioMode.IgnoreAspectRatio)))
            theme.icons.paint(painter, place.toRectF(), self._icon, theme.color("warning"))
