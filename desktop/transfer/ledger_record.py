"""The ledger's row as exports name and write its values: money in decimal dollars, times in UTC."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from desktop.domain.cost import Cost
from desktop.domain.ledger import LedgerEntry
from desktop.domain.usage import Usage

Value = str | int | Decimal | tuple[str, ...] | None

COLUMNS = (
    "ts_start", "ts_first_token", "ts_end", "local_date",
    "conversation_id", "message_id", "attempt_no", "purpose",
    "provider", "provider_name", "model_requested", "model_answered", "key_label",
    "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens",
    "cost", "currency", "cost_source", "cost_computed", "saved_cost", "price_id",
    "status", "http_status", "error_class", "fallback_from",
    "tags", "finish_reason", "provider_request_id", "ttft_ms", "tokens_per_s",
)  # fmt: skip

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def values(day: date, entry: LedgerEntry) -> tuple[Value, ...]:
    """In the order of `COLUMNS`; `day` is the local date on which the attempt began."""
    model, fallback, finish = entry.model, entry.fallback_from, entry.finish
    return (
        _time(entry.start_ms), _time(entry.first_token_ms), _time(entry.end_ms), day.isoformat(),
        entry.conversation_id, entry.message_id, entry.attempt_no, entry.purpose.value,
        model.provider_id, entry.provider_name, model.model_id, entry.model_answered, entry.key_label,
        *_tokens(entry.usage),
        *_cost(entry.cost),
        entry.status.value, entry.http_status, entry.error_code, str(fallback) if fallback else None,
        entry.tags, finish.value if finish else None, entry.request_id, *_pace(entry),
    )  # fmt: skip


def _tokens(usage: Usage | None) -> tuple[Value, ...]:
    if usage is None:
        return (None,) * 5
    caches = usage.cache_read_tokens, usage.cache_write_tokens
    return (usage.input_tokens, *caches, usage.output_tokens, usage.reasoning_tokens)


def _cost(cost: Cost | None) -> tuple[Value, ...]:
    if cost is None:
        return (None, "USD", None, None, None, "")
    return (cost.amount, "USD", cost.source.value, cost.computed, cost.saved, cost.price_id)


def _pace(entry: LedgerEntry) -> tuple[Value, Value]:
    """Milliseconds to the first token, and tokens per second from there on."""
    if entry.first_token_ms is None:
        return None, None
    writing_ms, speed = entry.end_ms - entry.first_token_ms, None
    if entry.usage is not None and writing_ms > 0:
        speed = (Decimal(1000 * entry.usage.output_tokens) / writing_ms).quantize(Decimal("0.1"))
    return entry.first_token_ms - entry.start_ms, speed


def decimal(value: Decimal) -> str:
    """Digits and a point, without an exponent or needless zeros: 0.0042."""
    text = f"{value:f}"
    return text.rstrip("0").removesuffix(".") if "." in text else text


def _time(ms: int | None) -> str | None:
    """ISO 8601 in UTC: 2026-11-22T09:30:00.125Z."""
    if ms is None:
        return None
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
