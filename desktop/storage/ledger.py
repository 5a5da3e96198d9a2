"""The append-only record of what every attempt used and cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from desktop.domain.ledger import LedgerEntry
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage
from desktop.storage.values import Db, storable, to_nano

_EPOCH = date(1970, 1, 1).toordinal()


def append(db: Db, entry: LedgerEntry) -> None:
    """Write one attempt down. There is no function that changes or removes one."""
    usage, cost = entry.usage, entry.cost
    db.execute(
        """
        INSERT INTO ledger (
            ts_start, ts_first_token, ts_end, day, conversation_id, message_id, attempt_no, purpose,
            provider, provider_name, model_requested, model_answered, key_label,
            input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens,
            estimated, cost, cost_source, price_id, cost_computed, saved_cost,
            status, http_status, error_class, fallback_from, tags, finish_reason, provider_request_id
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            entry.start_ms,
            entry.first_token_ms,
            entry.end_ms,
            local_day(entry.start_ms),
            entry.conversation_id,
            entry.message_id,
            entry.attempt_no,
            entry.purpose,
            entry.model.provider_id,
            entry.provider_name,
            entry.model.model_id,
            storable(entry.model_answered),
            entry.key_label,
            *tokens(usage),
            usage is not None and usage.estimated,
            to_nano(cost.amount) if cost else None,
            cost.source if cost else None,
            cost.price_id if cost else "",
            to_nano(cost.computed) if cost else None,
            to_nano(cost.saved) if cost else None,
            entry.status,
            entry.http_status,
            entry.error_code,
            str(entry.fallback_from) if entry.fallback_from else None,
            tags_text(entry.tags),
            entry.finish,
            storable(entry.request_id),
        ),
    )


def append_new(db: Db, entry: LedgerEntry) -> None:
    """Write one attempt down unless that has been done, as it has when its writer was taken for dead."""
    written = db.execute(
        "SELECT 1 FROM ledger WHERE message_id = ? AND purpose = ? AND attempt_no = ?",
        (entry.message_id, entry.purpose, entry.attempt_no),
    )
    if not written.fetchone():
        append(db, entry)


def local_day(ms: int) -> int:
    """The local date of a moment in Unix milliseconds, as `day_number` counts it."""
    return day_number(datetime.fromtimestamp(ms / 1000, UTC).astimezone().date())


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def date_of(day: int) -> date:
    """The inverse of `day_number`."""
    return date.fromordinal(day + _EPOCH)


def tags_text(tags: Iterable[str]) -> str:
    """Tags as they are stored: sorted, one on a line."""
    return "\n".join(sorted(tags))


def tags_of(text: str) -> tuple[str, ...]:
    """The inverse of `tags_text`."""
    return tuple(text.split("\n")) if text else ()


@dataclass(frozen=True, slots=True)
class Try:
    """What one row tells about how a provider did. Times are milliseconds, `start_ms` since 1970."""

    message_id: str
    model: ModelRef
    provider_name: str
    key_label: str
    start_ms: int
    ttft_ms: int | None
    duration_ms: int
    output_tokens: int | None
    status: Status
    error_code: str


def tries_since(db: Db, ms: int) -> list[Try]:
    """The tries at replies that began at `ms` or later, in that order."""
    rows = db.execute(
        """
        SELECT message_id, provider, model_requested, provider_name, key_label, ts_start,
               ttft_ms, ts_end - ts_start, output_tokens, status, error_class
        FROM ledger WHERE ts_start >= ? AND purpose = 'chat' ORDER BY ts_start, number
        """,
        (ms,),
    )
    return [
        Try(message_id, ModelRef(provider_id, model_id), name, label, start, ttft, took, tokens, Status(status), code)
        for message_id, provider_id, model_id, name, label, start, ttft, took, tokens, status, code in rows
    ]


def last_try(db: Db, message_id: str) -> tuple[str, int, int] | None:
    """The label of the key of a reply's latest try, and when it began and ended, in milliseconds."""
    found: tuple[str, int, int] | None = db.execute(
        """
        SELECT key_label, ts_start, ts_end FROM ledger
        WHERE message_id = ? AND purpose = 'chat' ORDER BY number DESC LIMIT 1
        """,
        (message_id,),
    ).fetchone()
    return found


def tokens(usage: Usage | None) -> tuple[int | None, ...]:
    """The five token columns in the order input, output, cache read, cache write, reasoning."""
    if usage is None:
        return (None,) * 5
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
    )
