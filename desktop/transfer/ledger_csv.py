"""The ledger as CSV (RFC 4180): one line for each attempt, a comma between values, a point in decimals, UTF-8."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from desktop.domain.ledger import LedgerEntry
from desktop.transfer.ledger_record import COLUMNS, Value, decimal, record

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def head() -> str:
    """What stands before the rows."""
    return line(COLUMNS)


def rows(entries: Iterable[tuple[date, LedgerEntry]]) -> str:
    """Entries with the local dates on which they began. Unknown is empty, tags are parted by semicolons."""
    return "".join(line(record(day, entry).values()) for day, entry in entries)


def line(values: Iterable[Value]) -> str:
    """Texts that a spreadsheet would take for a formula have an apostrophe before them, which it does not show."""
    text = io.StringIO()
    csv.writer(text).writerow([_cell(value) for value in values])
    return text.getvalue()


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return decimal(value)
        case int():
            return str(value)
        case tuple():
            return _cell("; ".join(value))
        case _:
            return f"'{value}" if value.startswith(_FORMULA) else value
