"""What the buttons of an error card do."""

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from desktop.domain.errors import Action
from desktop.domain.message import Message
from desktop.providers.registry import service
from desktop.services.catalogue import Catalogue
from desktop.ui.tasks import Tasks


class ErrorActions(QObject):
    """Turns an action about a failed reply into what the page or the window can do."""

    retried = Signal(str)  # id of the reply
    edit_requested = Signal(str)  # id of the question
    model_requested = Signal()
    settings_requested = Signal(str, str)  # page, provider id or ""

    def __init__(self, catalogue: Catalogue, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._tasks = tasks

    def act(self, message: Message, action: Action) -> None:
        """Do what the button says."""
        provider_id = message.model.provider_id if message.model else ""
        match action:
            case Action.RETRY:
                self.retried.emit(message.id)
            case Action.CHOOSE_MODEL:
                self.model_requested.emit()
            case Action.EDIT_MESSAGE:
                self.edit_requested.emit(message.parent_id)
            case Action.OPEN_BILLING if page := self._billing_page(provider_id):
                QDesktopServices.openUrl(QUrl(page))
            case Action.SHOW_FOLDER:
                self.settings_requested.emit("data", "")
            case Action.KEEP_FOR_SESSION:
                self._tasks.start(self._catalogue.keep_keys_for_session())
                self.settings_requested.emit("providers", provider_id)
            case Action.UNLOCK_KEYCHAIN if message.failure and message.failure.code == "keychain_locked":
                self.retried.emit(message.id)  # reading the key opens the keychain's own dialog
            case _:
                self.settings_requested.emit("providers", provider_id)

    def _billing_page(self, provider_id: str) -> str | None:
        provider = self._catalogue.provider(provider_id)
        return service(provider.service_id).billing_page if provider else None
