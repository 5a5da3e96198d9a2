"""What happens to what the user sends: in the chat that is shown, and in others where something waited for its moment.

A reply that begins late, or fails to, is compared with the `Shown` it was asked for, as in open_chat.py.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.domain.errors import OverBudget
from desktop.domain.model import ModelRef
from desktop.services.turn import Turn
from desktop.ui.chat.drafts import Drafts, join
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.chat.shown import Shown
from desktop.ui.services import Services
from desktop.ui.tasks import Tasks

StartTurn = Callable[[], Coroutine[Any, Any, Turn]]
Again = Callable[[str, bool], None]
"""Sends once more: the text, if it takes one, and whether to do so whatever the caps say."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A cap has kept something from being sent; a text that was to be sent is back in the composer.

    `goes_on`: it was a reply that is to go on, which only its own model can.
    """

    error: OverBudget
    again: Again
    takes_text: bool = False
    goes_on: bool = False


class Sending(QObject):
    """Sends, regenerates, edits, continues and stops. Until a text is stored as a message it counts as a draft."""

    given_back = Signal(str)  # a text that could not be sent and belongs into the composer
    refused = Signal(object)  # Refused

    def __init__(
        self, services: Services, tasks: Tasks, drafts: Drafts, open_chat: OpenChat, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._library = services.library
        self._chat = services.chat
        self._catalogue = services.catalogue
        self._tasks = tasks
        self._drafts = drafts
        self._open = open_chat
        open_chat.completed.connect(self._send_waiting)

    def submit(self, text: str, once: bool = False) -> None:
        """Send a text after what waits, or let it wait for the running reply to end; `once`: whatever the caps say."""
        shown = self._open.shown
        unsent = self._drafts.of(shown.id)
        if shown.running:
            unsent.waiting = join(unsent.waiting, text)
            self._drafts.touch(shown.id)
            self._open.changed.emit()
        elif shown.model is not None:
            whole, unsent.waiting = join(unsent.waiting, text), ""
            self._send(shown, whole, shown.model, shown.tail_id, once)

    def send_in(self, conversation_id: str | None, text: str) -> None:
        """Send a text at the end of a chat, which need not be on the screen."""
        if conversation_id == self._open.shown.id:
            self.submit(text)
        elif conversation_id is None:
            if (model := self._open.model_for_new) is not None:
                self._send(Shown(None), text, model, None)
        else:
            self._drafts.of(conversation_id).sending = text
            self._tasks.start(self._send_at_end(conversation_id, text))

    async def _send_at_end(self, conversation_id: str, text: str) -> None:
        if (turn := self._chat.turn(conversation_id)) is not None:
            await turn.wait()
        conversation, _tree = await self._library.conversation(conversation_id)
        if (model := conversation.model or self._catalogue.default_model()) is not None:
            self._send(Shown(conversation_id), text, model, conversation.head_id)

    def stop(self) -> None:
        """End the reply at once and keep what has arrived."""
        shown = self._open.shown
        if shown.id is not None:
            self._chat.stop(shown.id)
        shown.stopping = shown.sending

    def regenerate(self, reply_id: str, once: bool = False) -> None:
        """Answer the same question again with the chat's model; `once` as in `submit`."""
        shown = self._open.shown
        if shown.id is not None and reply_id in shown.tree and not shown.sending:
            call = partial(self._chat.regenerate, shown.id, reply_id, shown.model, once=once)
            again = partial(self._again, self.regenerate, reply_id)
            self._begin(shown, self._start_turn(shown, call), partial(Refused, again=again))

    def use_once(self, reply_id: str, model: ModelRef) -> None:
        """Answer the same question again with another model; the next ones go to the chat's own."""
        shown = self._open.shown
        if shown.id is not None and reply_id in shown.tree and not shown.sending:
            call = partial(self._regenerate_once, shown.id, reply_id, model, shown.model)
            again = partial(self._again, self.regenerate, reply_id)
            self._begin(shown, self._start_turn(shown, call), partial(Refused, again=again))

    async def _regenerate_once(
        self, conversation_id: str, reply_id: str, model: ModelRef, own: ModelRef | None
    ) -> Turn:
        turn = await self._chat.regenerate(conversation_id, reply_id, model)
        if own is not None:
            await self._library.set_model(conversation_id, own, self._catalogue.name_of(own))
        return turn

    def continue_reply(self, reply_id: str, once: bool = False) -> None:
        """Have a reply that was cut off go on; `once` as in `submit`."""
        shown = self._open.shown
        if shown.id is not None and reply_id in shown.tree and not shown.running:
            call = partial(self._chat.continue_reply, shown.id, reply_id, once=once)
            self._begin(shown, self._start_turn(shown, call), partial(self.refused_to_go_on, reply_id))

    def refused_to_go_on(self, reply_id: str, error: OverBudget) -> Refused:
        """A reply that a cap has cut off, or keeps from going on."""
        return Refused(error, partial(self._again, self.continue_reply, reply_id), goes_on=True)

    @staticmethod
    def _again(call: Callable[[str, bool], None], reply_id: str, _text: str, once: bool) -> None:
        call(reply_id, once)

    def try_now(self) -> None:
        """Wait no longer before the next try."""
        if self._open.shown.turn is not None:
            self._open.shown.turn.try_now()

    def edit(self, message_id: str, text: str, once: bool = False) -> None:
        """Ask again with another text, as a branch beside the old question; `once` as in `submit`."""
        shown = self._open.shown
        if shown.id is None or message_id not in shown.tree or shown.model is None or shown.sending:
            self.given_back.emit(text)
        else:
            call = partial(self._chat.edit, shown.id, message_id, text, shown.model, once=once)
            again = partial(self.edit, message_id)
            self._begin(shown, self._deliver(shown, text, call), partial(Refused, again=again, takes_text=True))

    # Inside

    def _begin(
        self, shown: Shown, coroutine: Coroutine[Any, Any, None], refused: Callable[[OverBudget], Refused]
    ) -> None:
        """From this moment on the chat counts as running."""
        shown.sending = True
        self._tasks.start(self._unless_refused(shown, coroutine, refused))
        if shown is self._open.shown:
            self._open.changed.emit()

    async def _unless_refused(
        self, shown: Shown, coroutine: Coroutine[Any, Any, None], refused: Callable[[OverBudget], Refused]
    ) -> None:
        """A cap that stops it is told where it was to be sent, or like any error if that is not on the screen."""
        try:
            await coroutine
        except OverBudget as error:
            if shown is not self._open.shown:
                raise
            self.refused.emit(refused(error))

    def _send(self, shown: Shown, text: str, model: ModelRef, parent_id: str | None, once: bool = False) -> None:
        self._drafts.of(shown.id).sending = text
        call = partial(self._chat.send, shown.id, text, model, parent_id, once=once)
        self._begin(shown, self._deliver(shown, text, call), partial(Refused, again=self.submit, takes_text=True))

    async def _deliver(self, shown: Shown, text: str, call: StartTurn) -> None:
        """Have a text stored and answered. Until it is stored it counts as a draft, and comes back if that fails."""
        unsent = self._drafts.of(shown.id)
        unsent.sending = text
        try:
            await self._start_turn(shown, call)
        except BaseException:
            if unsent is self._drafts.of(self._open.shown.id):
                self.given_back.emit(text)
            else:
                unsent.text = join(text, unsent.text)
            raise
        finally:
            unsent.sending = ""
            self._drafts.touch(shown.id)

    async def _start_turn(self, shown: Shown, call: StartTurn) -> None:
        """Ask the service for a turn, after the chat's running one has ended, and show it."""
        try:
            if shown.id is not None and (running := self._chat.turn(shown.id)):
                running.stop()
                await running.wait()
            turn = await call()
            if shown.stopping:
                turn.stop()
            if shown is self._open.shown:
                self._open.take_turn(turn)
        finally:
            shown.sending = shown.stopping = False
            if shown is self._open.shown:
                self._open.changed.emit()

    def _send_waiting(self, ended: Turn) -> None:
        """The reply is complete, so what waited for it is sent, also in a chat that is not on the screen."""
        unsent = self._drafts.of(ended.conversation_id)
        text, unsent.waiting = unsent.waiting, ""
        if not text:
            return
        if self._open.shown.id == ended.conversation_id:
            self._send(self._open.shown, text, self._open.shown.model or ended.model, ended.message_id)
        else:
            unsent.sending = text
            self._tasks.start(self._send_elsewhere(ended, text))

    async def _send_elsewhere(self, ended: Turn, text: str) -> None:
        conversation, _tree = await self._library.conversation(ended.conversation_id)
        self._send(Shown(conversation.id), text, conversation.model or ended.model, ended.message_id)
