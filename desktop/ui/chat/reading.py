"""What menus and shortcuts do with the messages that are read: select, copy, quote, print."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.domain.message import Role
from desktop.i18n import gettext as _
from desktop.ui.chat.copying import last_code
from desktop.ui.chat.middle import Middle
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.toast import Toasts


class Reading:
    """Does nothing while no messages are on the screen."""

    def __init__(
        self, theme: Theme, page: QWidget, middle: Middle, open_chat: OpenChat, tasks: Tasks, toasts: Toasts
    ) -> None:
        self._theme = theme
        self._page = page
        self._middle = middle
        self._open = open_chat
        self._tasks = tasks
        self._toasts = toasts

    @property
    def has_messages(self) -> bool:
        return self._middle.messages is not None

    @property
    def has_selection(self) -> bool:
        return (messages := self._middle.messages) is not None and messages.has_selection

    @property
    def has_outline(self) -> bool:
        return (messages := self._middle.messages) is not None and messages.has_outline

    def select_all(self) -> None:
        """Select all messages on the screen."""
        if messages := self._middle.messages:
            messages.select_all()

    def copy_selection(self) -> None:
        if messages := self._middle.messages:
            messages.copy_selection()

    def quote_selection(self) -> None:
        """Quote what is selected in the next message."""
        if messages := self._middle.messages:
            messages.quote_selection()

    def copy_last_reply(self) -> None:
        """Its Markdown source."""
        if (reply := self._open.shown.last(Role.ASSISTANT)) and reply.text:
            self._copy(reply.text)

    def copy_last_code(self) -> None:
        """The text of the newest code block on the branch."""
        for message in reversed(self._open.shown.path()):
            if message.role is Role.ASSISTANT and (code := last_code(message.text)):
                self._copy(code)
                return

    def show_outline(self) -> None:
        """Open the list of questions."""
        if messages := self._middle.messages:
            messages.show_outline()

    def toggle_caret(self) -> None:
        """Let the arrow keys move a caret through the text, or scroll again."""
        if messages := self._middle.messages:
            messages.toggle_caret()

    def print(self) -> None:
        if messages := self._middle.messages:
            from desktop.ui.transcript.paper.printing import (
                print_conversation,  # with Qt's printing, for those who print
            )

            title = self._open.shown.title
            print_conversation(self._page.window(), self._theme, self._tasks, title, messages.entries)

    def save_pdf(self) -> None:
        """Write what is on the screen to a PDF file."""
        if messages := self._middle.messages:
            from desktop.ui.transcript.paper.printing import save_pdf  # as above

            title, said = self._open.shown.title, self._toasts.show
            save_pdf(self._page.window(), self._theme, self._tasks, title, messages.entries, said)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._toasts.show(_("Copied"))
