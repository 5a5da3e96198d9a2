"""What the buttons of a reply's card do."""

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from desktop.domain.errors import Action
from desktop.domain.message import Message
from desktop.domain.route import ROUTES
from desktop.providers.registry import service
from desktop.services.catalogue import Catalogue
from desktop.ui.tasks import Tasks


class ErrorActions(QObject):
    """Turns an action about a reply that failed or waits into what the page or the window can do."""

    retried = Signal(str)  # id of the reply
    continued = Signal(str)  # as above
    model_accepted = Signal(str, object)  # as above, the model that may answer this once
    hurried = Signal()
    stopped = Signal()
    edit_requested = Signal(str)  # id of the question
    model_requested = Signal()
    cap_asked = Signal(object)  # the reply that a cap has cut off
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
            case Action.CONTINUE:
                self.continued.emit(message.id)
            case Action.USE_FALLBACK if message.model is not None:
                self.model_accepted.emit(message.id, message.model)
            case Action.TRY_NOW:
                self.hurried.emit()
            case Action.STOP:
                self.stopped.emit()
            case Action.CHOOSE_MODEL:
                self.model_requested.emit()
            case Action.EDIT_MESSAGE:
                self.edit_requested.emit(message.parent_id)
            case Action.OPEN_BILLING if page := self._billing_page(provider_id):
                QDesktopServices.openUrl(QUrl(page))
            case Action.SHOW_FOLDER:
                self.settings_requested.emit("data", "")
            case Action.RAISE_CAP:
                self.cap_asked.emit(message)
            case Action.SET_PRICE if message.model is not None:
                self.settings_requested.emit("prices", str(message.model))
            case Action.KEEP_FOR_SESSION:
                self._tasks.start(self._catalogue.keep_keys_for_session())
                self.settings_requested.emit("providers", provider_id)
            case Action.UNLOCK_KEYCHAIN if message.failure and message.failure.code == "keychain_locked":
                self.retried.emit(message.id)  # reading the key opens the keychain's own dialog
            case Action.OPEN_PROVIDER_SETTINGS if message.model is not None and provider_id == ROUTES:
                self.settings_requested.emit("routes", message.model.model_id)
            case _:
                self.settings_requested.emit("providers", provider_id)

    def _billing_page(self, provider_id: str) -> str | None:
        provider = self._catalogue.provider(provider_id)
        return service(provider.service_id).billing_page if provider else None
