"""Says where keys are kept and, when they cannot be, what can be done about it."""

from functools import partial

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.errors import Action, KeychainLocked, KeyFileLocked, NoKeychain, SecretsError
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.settings.secrets import KeyStorage
from desktop.ui.settings.passphrase import PassphraseDialog
from desktop.ui.settings.surfaces import Card
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.labels import text_label


class Picture(QWidget):
    """An icon that only looks; the text beside it says what it means."""

    def __init__(self, theme: Theme, icon: str, role: str, size: int = 14) -> None:
        super().__init__()
        self._theme = theme
        self._look = (icon, role)
        self._side = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_look(self, icon: str, role: str) -> None:
        self._look = (icon, role)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(self._side), self._theme.px(self._side))

    def paintEvent(self, event: QPaintEvent) -> None:
        icon, role = self._look
        self._theme.icons.paint(QPainter(self), QRectF(self.rect()), icon, self._theme.color(role))


class KeyStorageLine(QWidget):
    """One quiet line while all is well; else the error with its choices.

    `resolved` tells that a choice was made and what failed may be tried again.
    """

    resolved = Signal()

    def __init__(self, theme: Theme, catalogue: Catalogue, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._catalogue = catalogue
        self._tasks = tasks
        self._choices: Card | None = None
        px = theme.px
        self._line = QWidget()
        line = QHBoxLayout(self._line)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(6))
        line.addWidget(Picture(theme, "lock-key", "text-muted"))
        self._words = text_label(theme, "", 12, role="text-muted", wrap=True)
        line.addWidget(self._words, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._line)

    def show_storage(self, storage: KeyStorage) -> None:
        """As the catalogue last knew it."""
        problem: SecretsError | None = None
        match storage:
            case KeyStorage.KEYCHAIN:
                self._words.setText(_("Stored in your system keychain, never in the chat database."))
            case KeyStorage.SESSION:
                self._words.setText(_("Kept in memory until Tuppence quits, and nowhere else."))
            case KeyStorage.PASSPHRASE_FILE:
                self._words.setText(_("Stored in a file encrypted under your passphrase."))
            case KeyStorage.LOCKED:
                problem = KeychainLocked(_("Your keychain is locked"), _("Tuppence needs it to keep and read keys."))
            case KeyStorage.FILE_LOCKED:
                problem = KeyFileLocked(
                    _("Your key file is locked"), _("Its passphrase opens it until Tuppence quits.")
                )
            case KeyStorage.UNAVAILABLE:
                problem = NoKeychain(
                    _("No keychain was found on this computer"),
                    _("Keys can be kept for this session only, or in a file that you protect with a passphrase."),
                )
        if problem is None:
            self._clear()
        else:
            self.show_error(problem)

    def show_error(self, error: SecretsError) -> None:
        """The error with a button for each of its actions."""
        self._clear()
        self._line.hide()
        theme, px = self._theme, self._theme.px
        card = self._choices = Card(theme, "warning")
        card.column.setContentsMargins(px(12), px(10), px(12), px(12))
        card.column.setSpacing(px(4))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(Picture(theme, "lock-key", "warning", 16))
        head.addWidget(text_label(theme, error.title, 14, 600, wrap=True), 1)
        card.column.addLayout(head)
        card.column.addWidget(text_label(theme, error.explanation, 13, role="text-secondary", wrap=True))
        for first in range(0, len(error.actions), 2):  # two beside each other fit, also when 40 % longer
            row = QHBoxLayout()
            row.setSpacing(px(8))
            for action in error.actions[first : first + 2]:
                button = Button(theme, self._words_for(action, error), small=True)
                button.clicked.connect(partial(self._do, action, error))
                row.addWidget(button)
            row.addStretch()
            card.column.addSpacing(px(4))
            card.column.addLayout(row)
        self._column.addWidget(card)
        announce(self, f"{error.title}. {error.explanation}", urgent=True)

    def _clear(self) -> None:
        if self._choices is not None:
            self._choices.hide()
            self._choices.deleteLater()
            self._choices = None
        self._line.show()

    @staticmethod
    def _words_for(action: Action, error: SecretsError) -> str:
        if action is Action.UNLOCK_KEYCHAIN:
            return _("Enter passphrase…") if isinstance(error, KeyFileLocked) else _("Unlock keychain")
        return _("Keep for this session") if action is Action.KEEP_FOR_SESSION else _("Set a passphrase…")

    def _do(self, action: Action, error: SecretsError) -> None:
        if action is Action.KEEP_FOR_SESSION:
            self._tasks.start(self._keep_for_session())
        elif action is Action.UNLOCK_KEYCHAIN and not isinstance(error, KeyFileLocked):
            self.resolved.emit()  # trying again makes the keychain ask for its password itself
        else:
            new = not isinstance(error, KeyFileLocked)
            dialog = PassphraseDialog(self._theme, self._catalogue, self._tasks, new=new, parent=self.window())
            dialog.opened.connect(self._resolve)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    async def _keep_for_session(self) -> None:
        await self._catalogue.keep_keys_for_session()
        self._resolve()

    def _resolve(self) -> None:
        self.show_storage(self._catalogue.key_storage())
        self.resolved.emit()
