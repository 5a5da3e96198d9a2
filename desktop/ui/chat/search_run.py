"""One search through a conversation, in slices short enough not to be felt. No Qt.

The source of every message is looked through first, which takes a moment even for thousands and tells about how often
the query stands in each. Only then are messages read as the transcript reads them, those in view before the others,
until every place is known; a message that is wanted sooner is read at once.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping

from desktop.domain.message import Message, Part, Role
from desktop.render.finding import Matcher
from desktop.ui.chat import searched
from desktop.ui.chat.found import Found, Hit, hits_in
from desktop.ui.chat.searched import Columns
from desktop.ui.transcript.written import Written

SLICE_SECONDS = 0.004
MOST_HELD = 50_000
"""From so many finds on only those in messages that are looked at are held; of the others their number is enough."""

Texts = dict[str, tuple[tuple[Part, ...], Columns]]
"""What has been read of messages, by id: kept from one query to the next."""


class SearchRun:
    """`live` gives what has been written of a message that is still growing, else None; `in_view` are the ids of the
    messages that the reader sees. `on_progress` is called between slices.
    """

    def __init__(
        self,
        matcher: Matcher,
        texts: Texts,
        live: Callable[[str], Written | None],
        in_view: Callable[[], Iterable[str]],
        on_progress: Callable[[], None],
    ) -> None:
        self.found = Found()
        self._matcher = matcher
        self._texts = texts
        self._live = live
        self._in_view = in_view
        self._on_progress = on_progress
        self._messages: dict[str, Message] = {}
        self._unseen: dict[str, None] = {}
        self._unread: dict[str, None] = {}
        self._slice_ends = 0.0

    @property
    def is_surveyed(self) -> bool:
        """Whether every message has been looked through, and it is known about where finds are."""
        return not self._unseen

    @property
    def is_done(self) -> bool:
        """Whether everything has been found that will be."""
        return not self._unseen and (not self._unread or self.found.held >= MOST_HELD)

    @property
    def is_exact(self) -> bool:
        return not self._unseen and not self._unread

    def take(self, messages: Mapping[str, Message], first: str = "") -> None:
        """Search these, in their order but for `first` and what follows it, which come before the others.

        What has not changed since the last time is left as it was found.
        """
        before, self._messages = self._messages, dict(messages)
        self.found.set_order(list(self._messages))
        changed = [key for key, message in self._messages.items() if not _is_same(before.get(key), message)]
        start = changed.index(first) if first in changed else 0
        self._unseen |= dict.fromkeys((*changed[start:], *changed[:start]))
        for waiting in (self._unseen, self._unread):
            for message_id in [message_id for message_id in waiting if message_id not in self._messages]:
                del waiting[message_id]

    async def run(self) -> None:
        """Search until it is done. Raises TooSlow."""
        self._slice_ends = time.monotonic() + SLICE_SECONDS
        while not self.is_done:
            if self._unseen:
                message_id = next(iter(self._unseen))
                del self._unseen[message_id]
                self._look_through(message_id)
            else:
                await self._read(self._next_to_read())
            await self._rest()

    def read_now(self, message_id: str) -> None:
        """Find what is in a message without waiting; for a query that is no expression."""
        *_pieces, columns = self._columns(self._messages[message_id])
        assert columns is not None
        self._unread.pop(message_id, None)
        self._unseen.pop(message_id, None)
        self.found.put(message_id, hits_in(message_id, columns, self._matcher))

    def _look_through(self, message_id: str) -> None:
        message = self._messages[message_id]
        known = self._known(message)
        if not self._matcher.query.expression and (known is not None or message.role is Role.USER):
            self.read_now(message_id)
            return
        source = searched.source(message)
        count = self._matcher.guess(source)
        if count or self._matcher.may_be_in(source):
            self.found.guess(message_id, count)
            self._unread[message_id] = None
        else:
            self._unread.pop(message_id, None)
            self.found.put(message_id, ())

    def _next_to_read(self) -> str:
        in_view = (message_id for message_id in self._in_view() if message_id in self._unread)
        return next(in_view, next(iter(self._unread)))

    async def _read(self, message_id: str) -> None:
        message = self._messages[message_id]
        columns: Columns = ()
        for read in self._columns(message):
            columns = read or ()
            await self._rest()
        hits: tuple[Hit, ...]
        if self._matcher.query.expression:
            hits = await asyncio.to_thread(hits_in, message_id, columns, self._matcher)
        else:
            hits = hits_in(message_id, columns, self._matcher)
        if self._messages.get(message_id) is message:  # else it has changed meanwhile and will be read again
            self._unread.pop(message_id, None)
            self.found.put(message_id, hits)

    def _columns(self, message: Message) -> Iterable[Columns | None]:
        """As `searched.read`, but what is known or is being written does not have to be read."""
        if (known := self._known(message)) is not None:
            return (known,)
        if (written := self._live(message.id)) is not None:
            return (searched.columns(written),)
        return self._read_new(message)

    def _read_new(self, message: Message) -> Iterable[Columns | None]:
        for columns in searched.read(message):
            if columns is not None:
                self._texts[message.id] = message.parts, columns
            yield columns

    def _known(self, message: Message) -> Columns | None:
        parts, columns = self._texts.get(message.id, ((), None))
        return columns if columns is not None and (parts is message.parts or parts == message.parts) else None

    async def _rest(self) -> None:
        """Let others go on if the slice is over."""
        if time.monotonic() >= self._slice_ends:
            self._on_progress()
            await asyncio.sleep(0)
            self._slice_ends = time.monotonic() + SLICE_SECONDS


def _is_same(old: Message | None, new: Message) -> bool:
    return old is new or (old is not None and old.parts == new.parts)
