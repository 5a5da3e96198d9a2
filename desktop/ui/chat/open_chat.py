"""The chat that is shown: its messages, and the turn that is writing.

Replies belong to the chat service and go on when another chat is opened. Whatever arrives late is compared with the
`Shown` it was asked for, so that it never lands in another chat. How things are sent is in sending.py.
"""

from collections.abc import Callable
from functools import partial

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
from desktop.domain.errors import ConversationGone
from desktop.domain.events import Failed, FellBack, Finished, ModelChosen, Pause, Stopped, TurnEvent
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.services.turn import Turn
from desktop.ui.chat.drafts import Drafts, join
from desktop.ui.chat.shown import KeptChats, Shown
from desktop.ui.services import Services
from desktop.ui.tasks import Tasks

_STAGES = ModelChosen | Pause | FellBack | Finished | Failed | Stopped


class OpenChat(QObject):
    """Loads and follows one chat at a time."""

    left = Signal()  # the chat on the screen is about to change: keep what must be kept
    entered = Signal()  # `shown` is another one now; its messages may still be on their way
    loaded = Signal(str)  # the messages are there; the one to go to, or ""
    changed = Signal()  # messages, title, model, running: anything on the screen
    replied = Signal()  # a reply in this chat has ended
    completed = Signal(object)  # Turn: a reply is complete, in this chat or in another
    given_back = Signal(str)  # a draft that an earlier session has left

    def __init__(self, services: Services, tasks: Tasks, drafts: Drafts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = services.library
        self._chat = services.chat
        self._catalogue = services.catalogue
        self._tasks = tasks
        self._drafts = drafts
        self._chosen_for_new: ModelRef | None = None
        self._turns = {turn.conversation_id: turn for turn in self._chat.running()}
        self._begun = False
        self._kept = KeptChats()
        self.on_event: Callable[[str, TurnEvent], None] = lambda _message_id, _event: None
        """Told every event of the turn that is shown. Not a signal: they come a hundred times a second."""
        self.shown = Shown(None, self._catalogue.default_model())
        self.destroyed.connect(services.feed.subscribe(self._on_change))

    # Which chat

    @property
    def model_for_new(self) -> ModelRef | None:
        """What answers in a new chat."""
        return self._chosen_for_new or self._catalogue.default_model()

    def show_new(self) -> None:
        """A new chat. If one is on the screen it stays as it is."""
        if self._begun and self.shown.id is None and not self.shown.sending:
            self._follow_models()
            return
        self._enter(Shown(None, self.model_for_new))
        self._tasks.start(self._load_new(self.shown))

    def open(self, conversation_id: str, message_id: str = "") -> None:
        """A stored chat, on the branch of `message_id` if one is given."""
        if conversation_id != self.shown.id:
            self._enter(self._kept.take(conversation_id) or Shown(conversation_id))
        self._tasks.start(self._load(self.shown, message_id))

    def _enter(self, shown: Shown) -> None:
        self.left.emit()
        if self.shown.unsubscribe is not None:
            self.shown.unsubscribe()
            self.shown.unsubscribe = self.shown.turn = None
        self._kept.keep(self.shown)
        self.shown = shown
        self._follow_turn(shown)
        self._begun = True
        self.entered.emit()
        self.changed.emit()

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

    # Following what happens

    def take_turn(self, turn: Turn) -> None:
        """A turn has begun in the chat on the screen, which may be the first of a new one."""
        shown = self.shown
        if shown.id is None:
            shown.id = turn.conversation_id
            self._chosen_for_new = None
            self._drafts.move(shown.id)
        self._follow_turn(shown)
        self._read_again(shown)

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
            self.completed.emit(turn)

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
        for shown in (self.shown, *self._kept):
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
