"""The chat that is shown: its messages, the turn that is writing, and what happens to what the user sends.

Replies belong to the chat service and go on when another chat is opened. Whatever arrives late is compared with the
`Shown` it was asked for, so that it never lands in another chat. Longer than most because opening, sending and
following share that one guard.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.domain.changes import (
    Change,
    ConversationsChanged,
    MessagesChanged,
    ModelsChanged,
    OptionChanged,
    ProvidersChanged,
    TagsChanged,
    TurnEnded,
    TurnStarted,
)
from desktop.domain.errors import ConversationGone, OverBudget
from desktop.domain.events import Failed, FellBack, Finished, ModelChosen, Pause, Stopped, TurnEvent
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.services.catalogue import Catalogue
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.services.meter import Meter
from desktop.services.turn import Turn
from desktop.ui.chat.drafts import Drafts, join
from desktop.ui.chat.shown import Shown
from desktop.ui.tasks import Tasks
from desktop.ui.transcript.entry import Entry

KEPT_CHATS = 4
KEPT_MESSAGES = 25_000
"""How much is remembered of chats that have been left: of the last one everything, whatever its size."""

_STAGES = ModelChosen | Pause | FellBack | Finished | Failed | Stopped

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


class OpenChat(QObject):
    """Loads and follows one chat at a time; sends, regenerates, edits and stops in it."""

    left = Signal()  # the chat on the screen is about to change: keep what must be kept
    entered = Signal()  # `shown` is another one now; its messages may still be on their way
    loaded = Signal(str)  # the messages are there; the one to go to, or ""
    changed = Signal()  # messages, title, model, running: anything on the screen
    replied = Signal()  # a reply in this chat has ended
    given_back = Signal(str)  # a text that belongs into the composer: a draft, or what could not be sent
    refused = Signal(object)  # Refused

    def __init__(
        self,
        library: Library,
        chat: Chat,
        catalogue: Catalogue,
        feed: Feed,
        tasks: Tasks,
        drafts: Drafts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._chat = chat
        self._catalogue = catalogue
        self._tasks = tasks
        self._drafts = drafts
        self._chosen_for_new: ModelRef | None = None
        self._turns = {turn.conversation_id: turn for turn in chat.running()}
        self._begun = False
        self._kept: dict[str, Shown] = {}  # of the chats left last, the latest at the end
        self.on_event: Callable[[str, TurnEvent], None] = lambda _message_id, _event: None
        """Told every event of the turn that is shown. Not a signal: they come a hundred times a second."""
        self.meter_of: Callable[[str], Meter | None] = lambda _conversation_id: None
        self.shown = Shown(None, catalogue.default_model())
        self.destroyed.connect(feed.subscribe(self._on_change))

    # Which chat

    def show_new(self) -> None:
        """A new chat. If one is on the screen it stays as it is."""
        if self._begun and self.shown.id is None and not self.shown.sending:
            self._follow_models()
            return
        self._enter(Shown(None, self._chosen_for_new or self._catalogue.default_model()))
        self._tasks.start(self._load_new(self.shown))

    def open(self, conversation_id: str, message_id: str = "") -> None:
        """A stored chat, on the branch of `message_id` if one is given."""
        if conversation_id != self.shown.id:
            self._enter(self._kept.pop(conversation_id) if conversation_id in self._kept else Shown(conversation_id))
        self._tasks.start(self._load(self.shown, message_id))

    def _enter(self, shown: Shown) -> None:
        self.left.emit()
        if self.shown.unsubscribe is not None:
            self.shown.unsubscribe()
            self.shown.unsubscribe = self.shown.turn = None
        self._keep(self.shown)
        self.shown = shown
        self._follow_turn(shown)
        self._begun = True
        self.entered.emit()
        self.changed.emit()

    def _keep(self, left: Shown) -> None:
        """Remember what has been read of a chat that is left: it will be on the screen at once when it is opened again.

        It is read anew then, so nothing here has to follow what happens meanwhile.
        """
        if left.id is None or left.conversation is None:
            return
        kept = Shown(left.id, left.model, left.conversation, left.tree, left.head_id, left.title, left.cost)
        kept.ended, kept.made = left.ended, left.made
        self._kept[left.id] = kept
        while len(self._kept) > 1 and (
            len(self._kept) > KEPT_CHATS or sum(len(each.tree) for each in self._kept.values()) > KEPT_MESSAGES
        ):
            del self._kept[next(iter(self._kept))]

    async def _load_new(self, shown: Shown) -> None:
        self._hand_out(shown, await self._drafts.stored(None))

    async def _load(self, shown: Shown, message_id: str) -> None:
        assert shown.id is not None
        try:
            await self._read(shown)
            if message_id and all(message.id != message_id for message in shown.path()):
                self._choose_branch(shown, message_id)
            self._hand_out(shown, await self._drafts.stored(shown.id))
        except ConversationGone:
            if shown is self.shown:
                shown.conversation = None  # so that it is not kept
                self.show_new()
            raise
        if shown is self.shown:
            self.loaded.emit(message_id)

    def _hand_out(self, shown: Shown, draft: str) -> None:
        """What an earlier session left goes before what has been typed since."""
        if draft and shown.id == self.shown.id:
            self.given_back.emit(draft)
        elif draft:
            unsent = self._drafts.of(shown.id)
            unsent.text = join(draft, unsent.text)

    async def _read(self, shown: Shown) -> None:
        """Messages, title and cost from disk, as they stand when this returns."""
        assert shown.id is not None
        summary = await self._library.summary(shown.id)
        conversation, tree = await self._library.conversation(shown.id, shown.tree)
        if shown is not self.shown:
            return
        shown.conversation, shown.tree = conversation, tree
        if not shown.choosing:
            shown.head_id = conversation.head_id
        shown.title = conversation.title
        shown.cost = summary.cost if summary else None
        if self._chat.turn(shown.id) is None:
            shown.growing = None
        shown.model = shown.model or conversation.model or self._catalogue.default_model()
        self._follow_turn(shown)
        if shown.ended is not None and shown.ended.id in tree and tree[shown.ended.id].status is shown.ended.status:
            shown.ended = None
        self.changed.emit()

    def _read_again(self, shown: Shown) -> None:
        """Several changes at once are read once; one that comes while reading is read after it."""
        shown.stale = True
        if not shown.reading:
            shown.reading = True
            self._tasks.start(self._read_until_fresh(shown))

    async def _read_until_fresh(self, shown: Shown) -> None:
        try:
            while shown.stale and shown is self.shown:
                shown.stale = False
                await self._read(shown)
        finally:
            shown.reading = False

    # What is on the screen

    def entries(self) -> list[Entry]:
        """The branch on the screen for the transcript."""
        shown = self.shown
        if shown.made is not None and shown.turn is None and shown.made[0] == shown.content:
            return shown.made[1]
        known: dict[tuple[str, str], tuple[bool, str]] = {}
        entries = []
        tree, writing_id = shown.tree, shown.writing_id
        for message in shown.path():
            free, service_id = False, ""
            if (model := message.model) is not None:
                key = model.provider_id, model.model_id  # quicker to look up than the model
                if key not in known:
                    known[key] = self._catalogue.is_free(model), self.service_of(model)
                free, service_id = known[key]
            place = 0
            ids: tuple[str, ...] = (message.id,)
            if len(siblings := tree.siblings(message.id)) > 1:
                ids = tuple([sibling.id for sibling in siblings])
                place = ids.index(message.id)
            running = message.id == writing_id
            paused = shown.turn.paused if running and shown.turn is not None else None
            meter = self.meter_of(message.conversation_id) if running else None
            entries.append(Entry(message, place, len(ids), ids, free, service_id, running, paused, meter))
        shown.made = shown.content, entries
        return entries

    def service_of(self, model: ModelRef) -> str:
        """The service behind a model's provider, which has the colour."""
        provider = self._catalogue.provider(model.provider_id)
        return provider.service_id if provider else model.provider_id

    # What the user does

    def choose_model(self, model: ModelRef) -> None:
        """The model that answers from now on in this chat."""
        shown = self.shown
        shown.model = model
        if shown.id is None:
            self._chosen_for_new = model
        else:
            self._tasks.start(self._library.set_model(shown.id, model, self._catalogue.name_of(model)))
        self.changed.emit()

    def submit(self, text: str, once: bool = False) -> None:
        """Send a text after what waits, or let it wait for the running reply to end; `once`: whatever the caps say."""
        shown = self.shown
        unsent = self._drafts.of(shown.id)
        if shown.running:
            unsent.waiting = join(unsent.waiting, text)
            self._drafts.touch(shown.id)
            self.changed.emit()
        elif shown.model is not None:
            whole, unsent.waiting = join(unsent.waiting, text), ""
            self._send(shown, whole, shown.model, shown.tail_id, once)

    def send_in(self, conversation_id: str | None, text: str) -> None:
        """Send a text at the end of a chat, which need not be on the screen."""
        if conversation_id == self.shown.id:
            self.submit(text)
        elif conversation_id is None:
            model = self._chosen_for_new or self._catalogue.default_model()
            if model is not None:
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
        shown = self.shown
        if shown.id is not None:
            self._chat.stop(shown.id)
        shown.stopping = shown.sending

    def regenerate(self, reply_id: str, once: bool = False) -> None:
        """Answer the same question again with the chat's model; `once` as in `submit`."""
        shown = self.shown
        if shown.id is not None and reply_id in shown.tree and not shown.sending:
            call = partial(self._chat.regenerate, shown.id, reply_id, shown.model, once=once)
            again = partial(self._again, self.regenerate, reply_id)
            self._begin(shown, self._start_turn(shown, call), partial(Refused, again=again))

    def use_once(self, reply_id: str, model: ModelRef) -> None:
        """Answer the same question again with another model; the next ones go to the chat's own."""
        shown = self.shown
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
        shown = self.shown
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
        if self.shown.turn is not None:
            self.shown.turn.try_now()

    def edit(self, message_id: str, text: str, once: bool = False) -> None:
        """Ask again with another text, as a branch beside the old question; `once` as in `submit`."""
        shown = self.shown
        if shown.id is None or message_id not in shown.tree or shown.model is None or shown.sending:
            self.given_back.emit(text)
        else:
            call = partial(self._chat.edit, shown.id, message_id, text, shown.model, once=once)
            again = partial(self.edit, message_id)
            self._begin(shown, self._deliver(shown, text, call), partial(Refused, again=again, takes_text=True))

    def show_branch(self, message_id: str) -> None:
        """Show the newest end of the branch through a message."""
        self._choose_branch(self.shown, message_id)

    def _choose_branch(self, shown: Shown, message_id: str) -> None:
        if shown.id is None or message_id not in shown.tree:
            return
        shown.head_id = shown.tree.newest_leaf(message_id)
        shown.choosing += 1  # what is read until it is stored does not know of it
        self._tasks.start(self._keep_head(shown, shown.id, shown.head_id))
        if shown is self.shown:
            self.changed.emit()

    async def _keep_head(self, shown: Shown, conversation_id: str, head_id: str) -> None:
        try:
            await self._library.set_head(conversation_id, head_id)
        finally:
            shown.choosing -= 1

    def rename(self, title: str) -> None:
        if self.shown.id is not None:
            self.shown.title = title
            self._tasks.start(self._library.rename(self.shown.id, title))

    def mark_read(self) -> None:
        """The user has seen the newest reply."""
        if self.shown.id is not None:
            self._tasks.start(self._library.mark_read(self.shown.id))

    # Sending

    def _begin(
        self, shown: Shown, coroutine: Coroutine[Any, Any, None], refused: Callable[[OverBudget], Refused]
    ) -> None:
        """From this moment on the chat counts as running."""
        shown.sending = True
        self._tasks.start(self._unless_refused(shown, coroutine, refused))
        if shown is self.shown:
            self.changed.emit()

    async def _unless_refused(
        self, shown: Shown, coroutine: Coroutine[Any, Any, None], refused: Callable[[OverBudget], Refused]
    ) -> None:
        """A cap that stops it is told where it was to be sent, or like any error if that is not on the screen."""
        try:
            await coroutine
        except OverBudget as error:
            if shown is not self.shown:
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
            if unsent is self._drafts.of(self.shown.id):
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
            if shown is self.shown:
                if shown.id is None:
                    shown.id = turn.conversation_id
                    self._chosen_for_new = None
                    self._drafts.move(shown.id)
                self._follow_turn(shown)
                self._read_again(shown)
        finally:
            shown.sending = shown.stopping = False
            if shown is self.shown:
                self.changed.emit()

    def _send_waiting(self, ended: Turn) -> None:
        """The reply is complete, so what waited for it is sent, also in a chat that is not on the screen."""
        unsent = self._drafts.of(ended.conversation_id)
        text, unsent.waiting = unsent.waiting, ""
        if not text:
            return
        if self.shown.id == ended.conversation_id:
            self._send(self.shown, text, self.shown.model or ended.model, ended.message_id)
        else:
            unsent.sending = text
            self._tasks.start(self._send_elsewhere(ended, text))

    async def _send_elsewhere(self, ended: Turn, text: str) -> None:
        conversation, _tree = await self._library.conversation(ended.conversation_id)
        self._send(Shown(conversation.id), text, conversation.model or ended.model, ended.message_id)

    # Following what happens

    def _on_change(self, change: Change) -> None:
        shown = self.shown
        match change:
            case TurnStarted(conversation_id):
                if turn := self._chat.turn(conversation_id):
                    self._turns[conversation_id] = turn
                if conversation_id == shown.id and not shown.sending:
                    self._read_again(shown)
            case TurnEnded(conversation_id):
                self._on_turn_ended(conversation_id)
            case MessagesChanged(conversation_id) | TagsChanged(conversation_id) if conversation_id == shown.id:
                self._read_again(shown)
            case ConversationsChanged(ids) if shown.id is not None and (shown.id in ids or not ids):
                self._tasks.start(self._read_summary(shown))
            case ModelsChanged() | ProvidersChanged() | OptionChanged():
                self._follow_models()

    def _on_turn_ended(self, conversation_id: str) -> None:
        shown = self.shown
        turn = self._turns.pop(conversation_id, None)
        if conversation_id == shown.id:
            self._follow_turn(shown)
            self.changed.emit()
            self.replied.emit()
        if turn is not None and turn.reply.status is Status.COMPLETE:
            self._send_waiting(turn)

    async def _read_summary(self, shown: Shown) -> None:
        assert shown.id is not None
        summary = await self._library.summary(shown.id)
        if shown is not self.shown or shown.conversation is None:
            return
        if summary is None:  # in the trash, perhaps by another program
            self.show_new()
        elif (summary.title, summary.cost) != (shown.title, shown.cost):
            shown.title, shown.cost = summary.title, summary.cost
            self.changed.emit()

    def _follow_models(self) -> None:
        for shown in (self.shown, *self._kept.values()):
            shown.made = None  # the entries tell what models cost and whose they are
        if self.shown.model is None or (self.shown.id is None and self._chosen_for_new is None):
            self.shown.model = self._catalogue.default_model()
        self.changed.emit()

    def _follow_turn(self, shown: Shown) -> None:
        """Listen to the turn that runs in the chat now, if there is one."""
        turn = self._chat.turn(shown.id) if shown.id is not None else None
        if turn is shown.turn:
            return
        if shown.unsubscribe is not None:
            shown.unsubscribe()
            shown.unsubscribe = None
        if shown.turn is not None:
            shown.ended = shown.turn.message()
        shown.turn = turn
        if turn is not None:
            shown.ended = None
            shown.unsubscribe = turn.subscribe(partial(self._on_event, turn))

    def _on_event(self, turn: Turn, event: TurnEvent) -> None:
        self.on_event(turn.message_id, event)
        if isinstance(event, _STAGES):
            self.changed.emit()
