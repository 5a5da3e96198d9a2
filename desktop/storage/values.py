"""How Python's values become SQLite's, where the two differ."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import sqlite3

Db: TypeAlias = "sqlite3.Connection"

_NANO = Decimal(1_000_000_000)


def to_nano(dollars: Decimal | None) -> int | None:
    """US dollars as whole nano-dollars, so that sums in SQL are exact. None (unknown) stays None."""
    return None if dollars is None else int((dollars * _NANO).to_integral_value(ROUND_HALF_EVEN))


def from_nano(nano: int | None) -> Decimal | None:
    """The inverse of `to_nano`."""
    return None if nano is None else Decimal(nano) / _NANO


def storable(text: str) -> str:
    """The text with surrogates joined to the characters they are halves of, and lone ones replaced by U+FFFD.

    A provider that cuts an emoji between two JSON strings sends such halves, and SQLite takes only valid UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
