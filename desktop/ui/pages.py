"""What stands beside the sidebar: the chat, or in its place the usage page, with the dialogs about what was spent."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from desktop.settings.store import Settings
from desktop.ui.chat.chat_page import ChatPage
from desktop.ui.services import Services
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.toast import Toasts

if TYPE_CHECKING:
    from desktop.domain.spending import Only, Span
    from desktop.ui.usage.page import UsagePage
    from desktop.ui.usage.view import View


class Pages(QStackedWidget):
    """Begins with the chat; the usage page is made when it is first shown."""

    usage_shown = Signal(bool)  # False: the chat is there again
    usage_closed = Signal()  # by the user, who wants the chat back
    chat_requested = Signal(str, str)  # conversation id, message id
    settings_requested = Signal(str)  # a page
    sidebar_toggled = Signal()

    def __init__(
        self, theme: Theme, settings: Settings, services: Services, tasks: Tasks, toasts: Toasts, chat: ChatPage
    ) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._services = services
        self._tasks = tasks
        self._toasts = toasts
        self._chat = chat
        self._usage: UsagePage | None = None
        self.addWidget(chat)
        chat.what_if_requested.connect(self._ask_what_if)

    @property
    def usage_view(self) -> "View | None":
        """What the usage page looks at; None while it is not on the screen."""
        usage = self._usage
        return usage.view if usage is not None and self.currentWidget() is usage else None

    def show_usage(self, view: "View | None" = None) -> None:
        """What was spent, as it was last looked at or as `view` says."""
        usage = self._usage or self._make_usage()
        if view is not None:
            usage.show_view(view)
        self.setCurrentWidget(usage)
        usage.setFocus(Qt.FocusReason.OtherFocusReason)
        self.usage_shown.emit(True)

    def show_chat(self) -> None:
        if self.usage_view is not None:
            self.setCurrentWidget(self._chat)
            self.usage_shown.emit(False)

    def panes(self) -> tuple[QWidget, ...]:
        """What F6 goes round, in order."""
        return self._usage.panes() if self._usage is not None and self.usage_view is not None else self._chat.panes()

    def _make_usage(self) -> "UsagePage":
        from desktop.ui.usage.page import UsagePage  # with its chart and tables, for those who look

        usage = self._usage = UsagePage(self._theme, self._settings, self._services, self._tasks, self._toasts)
        usage.closed.connect(self.usage_closed)
        usage.sidebar_toggled.connect(self.sidebar_toggled)
        usage.settings_requested.connect(self.settings_requested)
        usage.chat_requested.connect(self.chat_requested)
        usage.bill_requested.connect(self._compare_bill)
        usage.what_if_requested.connect(self._ask_what_if)
        self.addWidget(usage)
        return usage

    def _compare_bill(self) -> None:
        from desktop.ui.usage.bill_dialog import BillDialog

        self._open(BillDialog(self._theme, self._services.reconcile, self._tasks, self.window()))

    def _ask_what_if(self, what: str, span: "Span", only: "Only") -> None:
        from desktop.ui.usage.what_if_dialog import WhatIfDialog

        self._open(WhatIfDialog(self._theme, self._services.what_if, self._tasks, what, span, only, self.window()))

    @staticmethod
    def _open(dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
