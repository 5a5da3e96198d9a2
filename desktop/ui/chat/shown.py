"""What is known about the chat on the screen, and about those left last."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from desktop.domain.conversation import Conversation, Tree
from desktop.domain.message import Message, Role, Status
from desktop.domain.model import ModelRef
from desktop.services.turn import Turn
from desktop.ui.transcript.entry import Entry

KEPT_CHATS = 4
KEPT_MESSAGES = 25_000
"""How much is remembered of chats that have been left: of the last one everything, whatever its size."""


@dataclass(slots=True, eq=False)
class Shown:
    """One visit to a chat. `id` is None for a new one until its first message is stored.

    `head_id` is the end of the branch on the screen; `ended` the last reply that came to its end meanwhile, which may
    not have been read from disk yet; `stopping` that it was stopped before there was a turn. `choosing` counts the
    choices of a branch that are on their way to the disk; `made` are the entries that were made last, and for what
    content. `growing` is what the reply costs that is being written, as long as `cost` is without it.
    """

    id: str | None
    model: ModelRef | None = None
    conversation: Conversation | None = None
    tree: Tree = field(default_factory=lambda: Tree(()))
    head_id: str | None = None
    title: str = ""
    cost: Decimal | None = None
    growing: Decimal | None = None
    turn: Turn | None = None
    unsubscribe: Callable[[], None] | None = None
    ended: Message | None = None
    sending: bool = False
    stopping: bool = False
    reading: bool = False
    stale: bool = False
    choosing: int = 0
    made: tuple[tuple[object, ...], list[Entry]] | None = None
    _path: tuple[Tree, str | None, list[Message]] | None = None

    @property
    def running(self) -> bool:
        """Whether a reply is being written or asked for."""
        return self.sending or self.writing_id is not None

    @property
    def writing_id(self) -> str | None:
        """The message that a turn is writing."""
        turn = self.turn
        return turn.message_id if turn is not None and turn.reply.status is Status.STREAMING else None

    @property
    def content(self) -> tuple[object, ...]:
        """Equal as long as the same messages are on the screen, but for the text that a turn adds to its own."""
        stage = (self.turn.answering, self.turn.paused, self.turn.reply.attempts) if self.turn is not None else ()
        return (self.tree, self.head_id, self.writing_id, self.ended, stage)

    @property
    def tail_id(self) -> str | None:
        """What the next question follows: the end of the branch, also of one that has not been read yet."""
        latest = self.turn.message_id if self.turn else self.ended.id if self.ended else None
        return latest if latest is not None and latest not in self.tree else self.head_id

    def path(self) -> Sequence[Message]:
        """The messages on the screen, the one being written as it stands."""
        if self._path is None or self._path[0] is not self.tree or self._path[1] != self.head_id:
            self._path = self.tree, self.head_id, self.tree.path(self.head_id)
        path = self._path[2]
        live = {self.ended.id: self.ended} if self.ended else {}
        if self.turn is not None:
            live[self.turn.message_id] = self.turn.message()
        return [live.get(message.id, message) for message in path] if live else path

    def last(self, role: Role) -> Message | None:
        """The newest question or reply on the screen."""
        return next((message for message in reversed(self.path()) if message.role is role), None)


class KeptChats:
    """What has been read of chats that were left, so that they are on the screen at once when they are opened again.

    It is read anew then, so nothing here has to follow what happens meanwhile.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Shown] = {}

    def __iter__(self) -> Iterator[Shown]:
        """The one left last is the last."""
        return iter(self._kept.values())

    def keep(self, left: Shown) -> None:
        """Remember a chat, if it has been read, and forget the oldest beyond the limits."""
        if left.id is None or left.conversation is None:
            return
        kept = Shown(left.id, left.model, left.conversation, left.tree, left.head_id, left.title, left.cost)
        kept.ended, kept.made = left.ended, left.made
        self._kept[left.id] = kept
        while len(self._kept) > 1 and (
            len(self._kept) > KEPT_CHATS or sum(len(each.tree) for each in self) > KEPT_MESSAGES
        ):
            del self._kept[next(iter(self._kept))]

    def take(self, conversation_id: str) -> Shown | None:
        return self._kept.pop(conversation_id, None)
