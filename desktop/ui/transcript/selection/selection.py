"""What is selected in a conversation: from where to where, and which part of each message that is. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.ui.transcript.position import Place, Ranges, TextPosition

Lengths = Sequence[Sequence[int]]
"""How many letters each leaf of each column of a message has."""

Marks = dict[int, dict[int, Ranges]]
"""What is marked in a message, by column and leaf."""

Stretch = tuple[TextPosition, TextPosition]
"""A word, line or letter that is selected as a whole."""

RowOf = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a message. None is the message's own beginning or end, whatever its text is."""

    start: Place | None = None
    end: Place | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """`anchor` is where it was begun, `head` where it is extended; either may come first."""

    anchor: TextPosition
    head: TextPosition

    @property
    def is_empty(self) -> bool:
        return self.anchor == self.head

    def ends(self, row_of: RowOf) -> tuple[TextPosition, TextPosition]:
        """The first place and the last, in reading order."""
        first, last = self.anchor, self.head
        return (first, last) if order(first, row_of) <= order(last, row_of) else (last, first)

    def part_of(self, message_id: str, row_of: RowOf) -> Part | None:
        """What of a message is selected; None for nothing."""
        if self.is_empty:
            return None
        first, last = self.ends(row_of)
        if not row_of(first.message_id) <= row_of(message_id) <= row_of(last.message_id):
            return None
        return Part(
            first.place if message_id == first.message_id else None,
            last.place if message_id == last.message_id else None,
        )


def order(position: TextPosition, row_of: RowOf) -> tuple[int, Place]:
    """What places of a conversation are sorted by."""
    return row_of(position.message_id), position.place


def extended(
    base: tuple[TextPosition, TextPosition], to: tuple[TextPosition, TextPosition], row_of: RowOf
) -> Selection:
    """From one stretch to another, with both of them whole."""
    if order(to[0], row_of) < order(base[0], row_of):
        return Selection(base[1], to[0])
    return Selection(base[0], max(base[1], to[1], key=lambda position: order(position, row_of)))


def marks(lengths: Lengths, part: Part) -> Marks:
    """The selected letters of each leaf. Places beyond the text count as its end."""
    found: Marks = {}
    start, end = part.start or Place(0, 0, 0), part.end or Place(len(lengths), 0, 0)
    for column, leaves in enumerate(lengths):
        first_leaf = start.leaf if column == start.column else 0
        last_leaf = min(end.leaf + 1, len(leaves)) if column == end.column else len(leaves)
        if not start.column <= column <= end.column:
            continue
        for leaf in range(first_leaf, last_leaf):
            first = start.offset if (column, leaf) == (start.column, start.leaf) else 0
            last = end.offset if (column, leaf) == (end.column, end.leaf) else leaves[leaf]
            if first < min(last, leaves[leaf]):
                found.setdefault(column, {})[leaf] = ((first, min(last, leaves[leaf])),)
    return found


def is_whole(lengths: Lengths, column: int, part: Part) -> bool:
    """Whether no letter of a column is left out."""
    return marks(lengths, part).get(column) == marks(lengths, Part()).get(column)


def in_column(part: Part, column: int) -> Part | None:
    """What of a column is selected, None for nothing; its places still name the column."""
    start, end = part.start, part.end
    if (start and start.column > column) or (end and end.column < column):
        return None
    return Part(start if start and start.column == column else None, end if end and end.column == column else None)
