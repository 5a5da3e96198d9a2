"""What is held for requests on their way, one row for each until its own is in the ledger."""

import json
from decimal import Decimal
from typing import Any

from desktop.domain.budget import Hold, Spender
from desktop.domain.cost import Price, Rates, Tier
from desktop.domain.ledger import Purpose
from desktop.domain.model import ModelRef
from desktop.storage.ledger import local_day, tags_text
from desktop.storage.values import Db, from_nano, storable, to_nano


def put(db: Db, hold: Hold, writer: str) -> None:
    """Hold this, in the place of what was held for the same message. `writer` names the process, as for messages."""
    model, spender = hold.spender.model, hold.spender
    db.execute(
        "INSERT OR REPLACE INTO reservations ("
        " message_id, provider, provider_name, model_requested, key_label, conversation_id, purpose, tags, day,"
        " started_ms, attempt_no, worst, input_tokens, price, writer"
        ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            hold.message_id,
            model.provider_id,
            hold.provider_name,
            model.model_id,
            spender.key_label,
            spender.conversation_id,
            hold.purpose,
            tags_text(spender.tags),
            local_day(hold.started_ms),
            hold.started_ms,
            hold.attempt_no,
            to_nano(hold.worst),
            hold.input_tokens,
            "" if hold.price is None else json.dumps(_price_row(hold.price)),
            writer,
        ),
    )


def release(db: Db, message_id: str) -> None:
    """Hold nothing for it any more."""
    db.execute("DELETE FROM reservations WHERE message_id = ?", (message_id,))


def of(db: Db, message_id: str) -> Hold | None:
    """What is held for a reply."""
    found = _read(db, "message_id = ?", message_id)
    return found[0] if found else None


def abandoned(db: Db, writer: str, before_ms: int) -> list[Hold]:
    """What a process of that name has held since before a moment, but for replies that are not known to have ended."""
    streaming = "SELECT id FROM messages WHERE status = 'streaming'"
    return _read(db, f"writer = ? AND started_ms < ? AND message_id NOT IN ({streaming})", writer, before_ms)


def _read(db: Db, where: str, *values: object) -> list[Hold]:
    rows = db.execute(
        f"""
        SELECT message_id, provider, model_requested, key_label, conversation_id, tags, provider_name, purpose,
               started_ms, attempt_no, worst, input_tokens, price
        FROM reservations WHERE {where} ORDER BY started_ms
        """,  # noqa: S608 - one of the conditions in this file
        values,
    )
    holds = []
    for (
        id_,
        provider,
        model,
        label,
        conversation,
        tags,
        name,
        purpose,
        started_ms,
        number,
        worst,
        tokens,
        price,
    ) in rows:
        spender = Spender(ModelRef(provider, model), label, conversation, tuple(tags.split("\n")) if tags else ())
        known = _price(json.loads(price)) if price else None
        holds.append(Hold(id_, spender, name, Purpose(purpose), started_ms, number, from_nano(worst), tokens, known))
    return holds


def _price_row(price: Price) -> dict[str, object]:
    return {
        "id": storable(price.id),
        "rates": _rates_row(price.rates),
        "tiers": [[tier.above, _rates_row(tier.rates)] for tier in price.tiers],
        "per_request": str(price.per_request),
    }


def _price(row: dict[str, Any]) -> Price:
    tiers = tuple(Tier(above, _rates(rates)) for above, rates in row["tiers"])
    return Price(row["id"], _rates(row["rates"]), tiers, Decimal(row["per_request"]))


def _rates_row(rates: Rates) -> list[str | None]:
    caches = (rates.cache_read, rates.cache_write, rates.cache_write_long)
    return [str(rates.input), str(rates.output), *(None if cache is None else str(cache) for cache in caches)]


def _rates(row: list[Any]) -> Rates:
    caches = (None if cache is None else Decimal(cache) for cache in row[2:])
    return Rates(Decimal(row[0]), Decimal(row[1]), *caches)
