"""What the ledger adds up to, and its rows as they were written.

Without a filter the sums of `ledger_sums` are read, which are there already; with one the ledger's own rows. Both have
the same columns, so that the rest is the same for both.
"""

# ruff: noqa: S608 - queries are put together from the texts of this file and of the migration; values are bound

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from desktop.domain.cost import Cost
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import FinishReason, Status
from desktop.domain.model import ModelRef
from desktop.domain.spending import Group, Grouping, LedgerRow, Only, Span, Sum
from desktop.domain.usage import CostSource, Usage
from desktop.storage.ledger import date_of, day_number, tags_of
from desktop.storage.migrations import SUMMED, SUMMED_BY
from desktop.storage.values import Db, from_nano

EVERYTHING = Only()

_ZERO = Decimal(0)

_TAGGED = "instr(char(10) || new.tags || char(10), char(10) || :tag || char(10)) > 0"
_FILTERS = {
    "provider_id": "new.provider = :provider_id",
    "model": f"{SUMMED_BY['model']} = :model",
    "key_label": "new.key_label = :key_label",
    "tag": f"iif(:tag = '', new.tags = '', {_TAGGED})",
    "conversation_id": "new.conversation_id = :conversation_id",
    "purpose": "new.purpose = :purpose",
}
_COLUMNS = ", ".join(SUMMED)
_SUMS = ", ".join(f"sum({column}) AS {column}" for column in SUMMED)
_TITLE = "coalesce((SELECT title FROM conversations WHERE id = {id}), '')"
_DIMENSION = {by: "all" if by is Grouping.DAY else by.value for by in Grouping}


def total(db: Db, span: Span, only: Only = EVERYTHING) -> Sum:
    """Of all days together."""
    source, values = _source("all", span, only)
    return _sum([amount or 0 for amount in db.execute(f"SELECT {_SUMS} FROM ({source})", values).fetchone()])


def by_source(db: Db, span: Span, only: Only = EVERYTHING) -> dict[CostSource, Sum]:
    """By how the cost is known, without what used nothing."""
    source, values = _source("source", span, only)
    rows = db.execute(f"SELECT value, {_SUMS} FROM ({source}) WHERE value <> '' GROUP BY value", values)
    return {CostSource(value): _sum(sums) for value, *sums in rows}


def groups(db: Db, by: Grouping, span: Span, only: Only = EVERYTHING, limit: int | None = None) -> list[Group]:
    """The dearest first, no more than `limit`; days in their order.

    The name is a provider's latest one or a chat's title, else the key itself; "" where there is none (any more).
    """  # SQLite takes a column beside max() from the row that has the maximum
    source, values = _source(_DIMENSION[by], span, only)
    values |= {"limit": -1 if limit is None else limit}
    if by is Grouping.DAY:
        rows = db.execute(f"SELECT day, '', {_SUMS} FROM ({source}) GROUP BY day ORDER BY day LIMIT :limit", values)
        return [_group(by, date_of(day).isoformat(), name, sums) for day, name, *sums in rows]
    rows = db.execute(
        f"""
        SELECT value, {_TITLE.format(id="value") if by is Grouping.CONVERSATION else "name"}, {_COLUMNS} FROM (
            SELECT value, name, max(day), {_SUMS} FROM ({source})
            GROUP BY value ORDER BY sum(cost) DESC, sum(requests) DESC, value LIMIT :limit
        )
        """,
        values,
    )
    return [_group(by, key, name, sums) for key, name, *sums in rows]


def days(db: Db, by: Grouping, span: Span, only: Only = EVERYTHING) -> dict[date, tuple[Group, ...]]:
    """The groups of each day on which there was something, the dearest first."""
    source, values = _source(_DIMENSION[by], span, only)
    rows = db.execute(
        f"""
        SELECT day, value, name, {_SUMS} FROM ({source})
        GROUP BY day, value ORDER BY day, sum(cost) DESC, sum(requests) DESC, value
        """,
        values,
    )
    found: dict[date, list[Group]] = {}
    for day, key, name, *sums in rows:
        of = date_of(day)
        found.setdefault(of, []).append(_group(by, of.isoformat() if by is Grouping.DAY else key, name, sums))
    return {day: tuple(each) for day, each in found.items()}


def tags(db: Db) -> list[str]:
    """All that chats have and that the ledger has counted for."""
    rows = db.execute(
        "SELECT tags FROM conversations WHERE tags <> '' UNION SELECT value FROM ledger_sums WHERE dimension = 'tag'"
    )
    return sorted({tag for (text,) in rows for tag in tags_of(text)}, key=lambda tag: (tag.casefold(), tag))


def rows(db: Db, span: Span, only: Only = EVERYTHING, limit: int = 200) -> list[LedgerRow]:
    """Those that were written last come first."""
    where, values = _where(span, only)
    found = db.execute(
        f"""
        SELECT new.ts_start, new.conversation_id, {_TITLE.format(id="conversation_id")}, new.message_id,
            new.provider, new.model_requested, new.purpose, new.status,
            coalesce(new.input_tokens, 0), coalesce(new.output_tokens, 0), new.cost, new.cost_source
        FROM ledger AS new WHERE {where} ORDER BY new.day DESC, new.number DESC LIMIT :limit
        """,
        values | {"limit": limit},
    )
    return [
        LedgerRow(
            start_ms,
            conversation_id,
            title,
            message_id,
            ModelRef(provider_id, model_id),
            Purpose(purpose),
            Status(status),
            into,
            out,
            from_nano(cost),
            _source_of(source),
        )
        for (
            start_ms, conversation_id, title, message_id, provider_id, model_id,
            purpose, status, into, out, cost, source,
        ) in found
    ]  # fmt: skip


Place = tuple[int, int]
"""Where one has come to in the ledger: the day and the number of a row."""

Entries = list[tuple[date, LedgerEntry]]
"""With the local dates on which they began."""


def entries_after(
    db: Db, place: Place | None, span: Span, only: Only = EVERYTHING, count: int = 1000
) -> tuple[Entries, Place | None]:
    """Those among the next `count` entries that pass, day by day; and the place after them.

    None as the place: from the beginning, or nothing follows. So that a long reading lets others in between, a limit
    is set to the rows that are looked at, not to those that pass.
    """
    where, values = _where(span, only)
    day, number = place or (values["first"], -1)
    found = db.execute(
        f"""
        SELECT new.day, new.number, {where}, {_ENTRY} FROM ledger AS new
        WHERE (new.day, new.number) > (:day, :number) AND new.day <= :last
        ORDER BY new.day, new.number LIMIT :count
        """,
        values | {"day": day, "number": number, "count": count},
    ).fetchall()
    passed = [(date_of(day), _entry(row)) for day, _number, passes, *row in found if passes]
    return passed, (found[-1][0], found[-1][1]) if len(found) == count else None


def _source(dimension: str, span: Span, only: Only) -> tuple[str, dict[str, Any]]:
    """What is summed: a query for `day`, `value`, `name` and the columns of a sum, with its values."""
    where, values = _where(span, only)
    if only == EVERYTHING:
        return "SELECT * FROM ledger_sums WHERE dimension = :dimension AND day BETWEEN :first AND :last", values | {
            "dimension": dimension
        }
    name = "new.provider_name" if dimension == "provider" else "''"
    amounts = ", ".join(f"{amount} AS {column}" for column, amount in SUMMED.items())
    query = f"SELECT new.day, {SUMMED_BY[dimension]} AS value, {name} AS name, {amounts} FROM ledger AS new"
    return f"{query} WHERE {where}", values


def _where(span: Span, only: Only) -> tuple[str, dict[str, Any]]:
    values = {name: value for name in _FILTERS if (value := getattr(only, name)) is not None}
    days = {"first": day_number(span.first), "last": day_number(span.last)}
    return " AND ".join(["new.day BETWEEN :first AND :last", *(_FILTERS[name] for name in values)]), values | days


def _group(by: Grouping, key: str, name: str, sums: Sequence[int]) -> Group:
    match by:
        case Grouping.PROVIDER:
            return Group(key, name, _sum(sums), key)
        case Grouping.MODEL:
            provider_id, _slash, model_id = key.partition("/")
            return Group(key, model_id, _sum(sums), provider_id)
        case Grouping.CONVERSATION:
            return Group(key, name, _sum(sums))
        case Grouping.TAG:
            return Group(key, ", ".join(tags_of(key)), _sum(sums))
        case _:
            return Group(key, key, _sum(sums))


def _sum(sums: Sequence[int]) -> Sum:
    """From the columns of `SUMMED`."""
    requests, into, cached, out, cost, saved, unpriced, rescued = sums
    return Sum(requests, into, cached, out, _dollars(cost), _dollars(saved), unpriced, rescued)


def _dollars(nano: int) -> Decimal:
    return from_nano(nano) or _ZERO


_ENTRY = """
    new.ts_start, new.ts_first_token, new.ts_end, new.conversation_id, new.message_id, new.attempt_no, new.purpose,
    new.provider, new.provider_name, new.model_requested, new.model_answered, new.key_label,
    new.input_tokens, new.output_tokens, new.cache_read_tokens, new.cache_write_tokens, new.reasoning_tokens,
    new.estimated, new.cost, new.cost_source, new.price_id, new.cost_computed, new.saved_cost,
    new.status, new.http_status, new.error_class, new.fallback_from, new.tags, new.finish_reason,
    new.provider_request_id
"""


def _entry(row: Sequence[Any]) -> LedgerEntry:
    """From the columns of `_ENTRY`."""
    (
        start_ms, first_token_ms, end_ms, conversation_id, message_id, attempt_no, purpose,
        provider_id, provider_name, model_id, model_answered, key_label,
        input_tokens, output_tokens, cache_read, cache_write, reasoning,
        estimated, nano, source, price_id, computed, saved,
        status, http_status, error_code, fallback_from, tagged, finish, request_id,
    ) = row  # fmt: skip
    usage = cost = None
    if (known := _source_of(source)) is not None:
        cost = Cost(from_nano(nano), known, price_id, from_nano(computed), from_nano(saved))
    if input_tokens is not None:
        usage = Usage(input_tokens, output_tokens, cache_read, cache_write, reasoning, estimated=bool(estimated))
    return LedgerEntry(
        start_ms,
        first_token_ms,
        end_ms,
        conversation_id,
        message_id,
        ModelRef(provider_id, model_id),
        provider_name,
        Status(status),
        cost.on(usage) if cost and usage else usage,
        Purpose(purpose),
        key_label,
        http_status,
        error_code,
        attempt_no,
        cost,
        model_answered,
        request_id,
        ModelRef(*fallback_from.split("/", 1)) if fallback_from else None,
        tags_of(tagged),
        FinishReason(finish) if finish else None,
    )


def _source_of(text: str | None) -> CostSource | None:
    return CostSource(text) if text else None
