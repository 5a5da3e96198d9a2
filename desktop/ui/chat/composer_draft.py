"""The composer for the chat that is shown: its draft, what waits there to be sent, and what the field says."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.i18n import gettext as _
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.ui.chat.composer import Composer
from desktop.ui.chat.drafts import Drafts, join
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.chat.send_later import LaterStrip, SendLater
from desktop.ui.chat.sending import Sending
from desktop.ui.theme.theme import Theme


class ComposerDraft(QObject):
    """Keeps what is typed with its chat, and puts back what was not sent."""

    taken = Signal()  # the text is being sent

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        composer: Composer,
        open_chat: OpenChat,
        sending: Sending,
        drafts: Drafts,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._composer = composer
        self._open = open_chat
        self._sending = sending
        self._drafts = drafts
        strip = LaterStrip(theme)
        composer.add_strip(strip)
        QWidget.setTabOrder(strip.controls[0], strip.controls[1])
        QWidget.setTabOrder(strip.controls[1], composer.edit)
        self._later = SendLater(drafts, strip, self)
        self._later.due.connect(self._send_due)
        strip.edit_requested.connect(lambda: self._give_back(self._later.take(open_chat.shown.id)))
        strip.removed.connect(lambda: self._later.take(open_chat.shown.id))
        composer.draft_changed.connect(self._keep)
        composer.waiting_edit_requested.connect(self._edit_waiting)
        composer.waiting_removed.connect(self._remove_waiting)
        open_chat.left.connect(lambda: self._keep(composer.text()))
        open_chat.entered.connect(self._enter)
        open_chat.given_back.connect(self._give_back)
        sending.given_back.connect(self._give_back)

    @property
    def is_typing(self) -> bool:
        """Whether something has been typed that is not sent."""
        edit = self._composer.edit
        return edit.document().isModified() and not edit.is_blank()

    def show(self) -> None:
        """Bring the composer in line with the chat."""
        shown, composer = self._open.shown, self._composer
        composer.edit.enter_sends = self._settings.get(options.SEND_WITH_ENTER)
        composer.set_running(shown.running)
        composer.set_waiting(self._drafts.of(shown.id).waiting, held=not shown.running)
        self._later.show(shown.id)
        if shown.model is None:
            composer.set_blocked(_("Choose a model to send"), _("Choose a model"))
        else:
            composer.set_blocked("")
        if shown.running and composer.edit.enter_sends:
            composer.set_placeholder(_("Write the next message. Enter sends it when this reply ends."))
        elif shown.running:
            composer.set_placeholder(_("Write the next message. Ctrl Enter sends it when this reply ends."))
        else:
            composer.set_placeholder(_("Write your first message") if shown.id is None else _("Ask a follow-up"))

    def focus(self) -> None:
        self._composer.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def put(self, text: str) -> None:
        """Have a text stand in the composer in place of what does."""
        self._composer.set_text(text)
        self._keep(text)

    def take(self) -> str:
        """Empty the composer: its text is being sent."""
        text = self._composer.text()
        self.put("")
        self.taken.emit()
        return text

    def send_later(self, due_ms: int, when: str) -> None:
        """Empty the composer and send its text at a moment (Unix milliseconds), which `when` says in words."""
        self._later.put(self._open.shown.id, self.take(), due_ms, when)

    async def flush(self) -> None:
        """Save what has been typed; what waits for a reply becomes part of the draft. Raises StorageError."""
        shown = self._open.shown
        self._keep(self._composer.text())
        await self._drafts.flush()
        self._drafts.of(shown.id).waiting = ""

    # Inside

    def _keep(self, text: str) -> None:
        shown_id = self._open.shown.id
        unsent = self._drafts.of(shown_id)
        if text != unsent.text:
            unsent.text = text
            self._drafts.touch(shown_id)

    def _enter(self) -> None:
        text = self._drafts.of(self._open.shown.id).text
        if text != self._composer.text():
            self._composer.set_text(text)

    def _give_back(self, text: str) -> None:
        """Put a text before what stands in the composer."""
        typing = self.is_typing
        self._composer.set_text(join(text, self._composer.text()))
        self._composer.edit.document().setModified(typing)
        self._keep(self._composer.text())

    def _edit_waiting(self) -> None:
        unsent = self._drafts.of(self._open.shown.id)
        text, unsent.waiting = unsent.waiting, ""
        self._give_back(text)
        self.show()
        self.focus()

    def _remove_waiting(self) -> None:
        self._drafts.of(self._open.shown.id).waiting = ""
        self._drafts.touch(self._open.shown.id)
        self.show()
        self.focus()

    def _send_due(self, conversation_id: str | None) -> None:
        text = self._later.take(conversation_id)
        self._sending.send_in(conversation_id, text)
