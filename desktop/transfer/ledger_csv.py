"""The ledger as CSV (RFC 4180): one line for each attempt, a comma between values, a point in decimals, UTF-8."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from desktop.domain.ledger import LedgerEntry
from desktop.transfer.ledger_record import COLUMNS, Value, decimal, values

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def head() -> str:
    """What stands before the rows."""
    return lines([COLUMNS])


def rows(entries: Iterable[tuple[date, LedgerEntry]]) -> str:
    """Entries with the local dates on which they began. Unknown is empty, tags are parted by semicolons."""
    return lines(values(day, entry) for day, entry in entries)


def lines(rows: Iterable[Iterable[Value]]) -> str:
    """Texts that a spreadsheet would take for a formula have an apostrophe before them, which it does not show."""
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Value) -> str | int:
    if isinstance(value, tuple):
        value = "; ".join(value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, Decimal):
        return decimal(value)
    return "" if value is None else value
