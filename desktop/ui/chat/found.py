"""What was found in a conversation, and the way from one find to the next. No Qt."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from desktop.render.finding import Matcher
from desktop.ui.chat.searched import Columns
from desktop.ui.transcript.position import Place, Ranges, TextPosition

Marks = dict[int, dict[int, Ranges]]
"""What is marked in a message, by column and leaf."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A find: `start` and `end` count in `leaves.plain`."""

    message_id: str
    column: int
    leaf: int
    start: int
    end: int

    @property
    def position(self) -> TextPosition:
        return TextPosition(self.message_id, Place(self.column, self.leaf, self.start))


def hits_in(message_id: str, columns: Columns, matcher: Matcher) -> tuple[Hit, ...]:
    """All finds in a message. Raises TooSlow."""
    places = [(column, leaf, each) for column, found in enumerate(columns) for leaf, each in enumerate(found)]
    hits: dict[Hit, None] = {}  # several in one formula are one, as it is marked as a whole
    for number, start, end in matcher.spans([each.text for _column, _leaf, each in places]):
        column, leaf, each = places[number]
        hits[Hit(message_id, column, leaf, *each.plain_span(start, end))] = None
    return tuple(hits)


def marks(hits: Iterable[Hit]) -> Marks:
    """What to mark in the message that they are in."""
    found: dict[int, dict[int, list[tuple[int, int]]]] = {}
    for hit in hits:
        spans = found.setdefault(hit.column, {}).setdefault(hit.leaf, [])
        if spans and hit.start < spans[-1][1]:  # one in a formula, whose whole was marked with the text before it
            spans[-1] = (spans[-1][0], max(hit.end, spans[-1][1]))
        else:
            spans.append((hit.start, hit.end))
    return {column: {leaf: tuple(spans) for leaf, spans in held.items()} for column, held in found.items()}


class Found:
    """The finds of one query by message, in the order of reading.

    Of a message that has not been read yet only a guess is known of how many there are. The messages of the branch
    that was shown when the search began come first, those of other branches after them.
    """

    def __init__(self) -> None:
        self._order: list[str] = []
        self._rows: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._hits: dict[str, tuple[Hit, ...]] = {}
        self._marks: dict[str, Marks] = {}
        self._unmarked: set[str] = set()  # their marks are to be made or taken back
        self.total = 0
        self.held = 0

    def set_order(self, message_ids: Sequence[str]) -> None:
        """All messages that are searched. What was found in others is forgotten."""
        self._order = list(message_ids)
        self._rows = {message_id: row for row, message_id in enumerate(self._order)}
        for message_id in [message_id for message_id in self._counts if message_id not in self._rows]:
            self.forget(message_id)

    def forget(self, message_id: str) -> None:
        self.total -= self._counts.pop(message_id, 0)
        if hits := self._hits.pop(message_id, ()):
            self.held -= len(hits)
            self._unmarked.add(message_id)

    def guess(self, message_id: str, count: int) -> None:
        """There are about so many in a message that is not read yet."""
        self.forget(message_id)
        self._counts[message_id] = count
        self.total += count

    def put(self, message_id: str, hits: tuple[Hit, ...]) -> None:
        """These are in a message."""
        self.guess(message_id, len(hits))
        self._hits[message_id] = hits
        if hits:
            self.held += len(hits)
            self._unmarked.add(message_id)

    def hits(self, message_id: str) -> tuple[Hit, ...]:
        """Those that are known."""
        return self._hits.get(message_id, ())

    def marks(self) -> dict[str, Marks]:
        """What to mark in the messages in which something is known to be. A copy, made quickly."""
        for message_id in self._unmarked:
            if hits := self._hits.get(message_id):
                self._marks[message_id] = marks(hits)
            else:
                self._marks.pop(message_id, None)
        self._unmarked.clear()
        return dict(self._marks)

    def outside(self, branch: Iterable[str]) -> int:
        """How many there are in messages that are not on a branch."""
        return self.total - sum(self._counts.get(message_id, 0) for message_id in branch)

    def is_before(self, hit: Hit, place: TextPosition) -> bool:
        """Whether a find is read before a place."""
        there = self._rows.get(place.message_id, 0), place.place
        return (self._rows[hit.message_id], hit.position.place) < there

    def number(self, hit: Hit) -> int:
        """Its place among all, from 1."""
        before = sum(self._counts.get(message_id, 0) for message_id in self._order[: self._rows[hit.message_id]])
        return before + self._hits[hit.message_id].index(hit) + 1

    def next(self, place: TextPosition | None, step: int, read: Callable[[str], None]) -> Hit | None:
        """The find nearest after a place (`step` 1), or before it (-1), going on round from the other end.

        One that begins just at the place counts as after it. `read` is called for messages that are only guessed at
        and has to `put` what is in them.
        """
        if not self._order:
            return None
        row = self._rows.get(place.message_id, 0) if place is not None else 0
        here = place.place if place is not None and place.message_id in self._rows else Place(0, 0, 0)
        for distance in range(len(self._order) + 1):
            message_id = self._order[(row + distance * step) % len(self._order)]
            if not self._counts.get(message_id):
                continue
            if message_id not in self._hits:
                read(message_id)
            hits = self._hits.get(message_id, ())
            if distance == 0:
                hits = tuple(hit for hit in hits if (hit.position.place >= here) == (step > 0))
            elif distance == len(self._order):  # all the way round: what is on the other side of the place
                hits = tuple(hit for hit in hits if (hit.position.place >= here) != (step > 0))
            if hits:
                return hits[0 if step > 0 else -1]
        return None
