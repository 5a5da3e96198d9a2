"""Places in a conversation's text, and what can be marked there."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Between two letters of a message.

    `column` is 0 for a reply's reasoning, 1 for its answer; 0 for a question. `leaf` counts the column's leaves,
    `offset` code points of `leaves.plain`. Places of one message are ordered as they are read.
    """

    column: int
    leaf: int
    offset: int


@dataclass(frozen=True, slots=True)
class TextPosition:
    """A place in a message; only the view knows the order of messages."""

    message_id: str
    place: Place


class Highlight(StrEnum):
    """Why text is marked; the value is the colour behind it. Later ones lie over earlier ones."""

    FOUND = "mark"
    CURRENT = "mark-current"
    SELECTION = "selection"


Ranges = tuple[tuple[int, int], ...]
"""Marked parts of one leaf: first and last offset of each, in order and apart."""
