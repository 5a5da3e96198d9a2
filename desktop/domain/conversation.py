"""Conversations: the whole thing, the row in the list, and the tree of messages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desktop.domain.message import Message, Role, Status
from desktop.domain.model import ModelRef


class TitleSource(StrEnum):
    """Who made the title; an automatic one never replaces the user's."""

    QUESTION = "question"
    MODEL = "model"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Conversation:
    """`head_id` is the newest message of the branch last looked at. Times are Unix milliseconds.

    `tags` say whom it is done for; they are sorted, and what it costs counts for all of them.
    """

    id: str
    title: str
    created_ms: int
    updated_ms: int
    title_source: TitleSource = TitleSource.QUESTION
    head_id: str | None = None
    model: ModelRef | None = None
    system_prompt: str | None = None
    pinned: bool = False
    deleted_ms: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A row of the conversation list. `cost` is US dollars over all branches, None where no price is known."""

    id: str
    title: str
    updated_ms: int
    model: ModelRef | None = None
    model_name: str = ""
    cost: Decimal | None = None
    pinned: bool = False
    unread: bool = False
    last_status: Status | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A place where a query was found. `snippet` is cut into (text, is_match) runs for highlighting.

    `message_id` is None for a hit in the title.
    """

    conversation_id: str
    title: str
    message_id: str | None
    role: Role | None
    updated_ms: int
    snippet: tuple[tuple[str, bool], ...]


class Tree:
    """The messages of one conversation, navigable. Siblings stand in order of creation."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._by_id = {message.id: message for message in sorted(messages, key=lambda m: (m.created_ms, m.id))}
        self._children: dict[str | None, list[Message]] = {}
        for message in self._by_id.values():
            self._children.setdefault(message.parent_id, []).append(message)

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._by_id

    def __getitem__(self, message_id: str) -> Message:
        return self._by_id[message_id]

    def __iter__(self) -> Iterator[Message]:
        """All messages of all branches, oldest first."""
        return iter(self._by_id.values())

    def updated(self, messages: Iterable[Message]) -> "Tree":
        """A tree of these. A message that is equal to one of this tree stays the same object, and so does the tree."""
        known = self._by_id
        taken = [old if (old := known.get(message.id)) == message else message for message in messages]
        same = len(taken) == len(known) and all(known.get(message.id) is message for message in taken)
        return self if same else Tree(taken)

    def path(self, head_id: str | None) -> list[Message]:
        """From the first message to `head_id`; empty for None or an unknown id."""
        path: list[Message] = []
        node = self._by_id.get(head_id) if head_id else None
        while node is not None:
            path.append(node)
            node = self._by_id.get(node.parent_id) if node.parent_id else None
        return path[::-1]

    def siblings(self, message_id: str) -> list[Message]:
        """The message and its alternatives."""
        return self._children[self._by_id[message_id].parent_id]

    def newest_leaf(self, message_id: str) -> str:
        """The end of the newest branch below a message: what to show after switching to it."""
        while children := self._children.get(message_id):
            message_id = children[-1].id
        return message_id
