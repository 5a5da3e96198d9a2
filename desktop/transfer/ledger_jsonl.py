"""The ledger as JSON Lines: one object for each attempt, UTF-8."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from desktop.domain.ledger import LedgerEntry
from desktop.transfer.ledger_record import COLUMNS, decimal, values


def head() -> str:
    """What stands before the rows: nothing."""
    return ""


def rows(entries: Iterable[tuple[date, LedgerEntry]]) -> str:
    """Entries with the local dates on which they began. Unknown is null; decimals are strings, which stay exact."""
    return "".join(f"{_encode(dict(zip(COLUMNS, values(day, entry), strict=True)))}\n" for day, entry in entries)


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return decimal(value)
    raise TypeError(f"not a value of the ledger: {value!r}")


_encode = json.JSONEncoder(ensure_ascii=False, default=_exact).encode
