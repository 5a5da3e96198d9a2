"""What attempts used and cost."""

import sqlite3
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlite_utils

from desktop.domain.cost import Cost
from desktop.domain.errors import Failure
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import FinishReason, Status
from desktop.domain.model import ModelRef
from desktop.domain.spending import Span
from desktop.domain.usage import CostSource, Usage
from desktop.storage import ledger, spending
from desktop.storage.database import Database

ALWAYS = Span(date(1970, 1, 1), date(2100, 1, 1))


def entry(samples, **changes: object) -> LedgerEntry:
    conversation = samples.conversation()
    reply = samples.finished(samples.reply(samples.question(conversation)))
    return replace(LedgerEntry.of(reply, Purpose.CHAT, "work"), **changes)


def test_an_entry_tells_of_its_reply(samples) -> None:
    reply = samples.finished(samples.reply(samples.question(samples.conversation())))
    failed = replace(reply, status=Status.FAILED, failure=Failure("rate_limited", "Slow down", "", 429), ttft_ms=None)
    made = LedgerEntry.of(failed, Purpose.TITLE, "work")
    assert (made.start_ms, made.first_token_ms, made.end_ms) == (reply.created_ms, None, reply.created_ms + 420)
    assert (made.http_status, made.error_code, made.purpose) == (429, "rate_limited", Purpose.TITLE)
    assert LedgerEntry.of(reply, Purpose.CHAT, "").first_token_ms == reply.created_ms + 20
    with pytest.raises(ValueError, match="model"):
        LedgerEntry.of(replace(reply, model=None), Purpose.CHAT, "")


async def test_every_column_is_written(database: Database, samples) -> None:
    usage = Usage(100, 20, 30, 40, 5, estimated=True)
    made = entry(
        samples,
        usage=usage,
        cost=Cost(Decimal("0.25"), CostSource.REPORTED, "list 2026-11: gpt-x", Decimal("0.26"), Decimal("0.01")),
        http_status=429,
        error_code="rate_limited",
        status=Status.FAILED,
        attempt_no=2,
        model_answered="gpt-x-2026",
        request_id="req_1",
        fallback_from=ModelRef("mistral", "large"),
        tags=("beta", "Acme"),
        finish=FinishReason.LENGTH,
    )
    await database.run(lambda db: ledger.append(db, made))
    (row,) = await database.run(lambda db: list(sqlite_utils.Database(db).query("SELECT * FROM ledger")))
    assert row == {
        "number": 1,
        "ts_start": made.start_ms,
        "ts_first_token": made.start_ms + 20,
        "ts_end": made.start_ms + 420,
        "day": (datetime.fromtimestamp(made.start_ms / 1000).astimezone().date() - date(1970, 1, 1)).days,
        "conversation_id": made.conversation_id,
        "message_id": made.message_id,
        "attempt_no": 2,
        "purpose": "chat",
        "provider": "openai",
        "provider_name": "OpenAI",
        "model_requested": "gpt-x",
        "model_answered": "gpt-x-2026",
        "key_label": "work",
        "input_tokens": 100,
        "cache_read_tokens": 30,
        "cache_write_tokens": 40,
        "output_tokens": 20,
        "reasoning_tokens": 5,
        "estimated": 1,
        "cost": 250_000_000,
        "currency": "USD",
        "cost_source": "reported",
        "price_id": "list 2026-11: gpt-x",
        "cost_computed": 260_000_000,
        "saved_cost": 10_000_000,
        "status": "failed",
        "http_status": 429,
        "error_class": "rate_limited",
        "fallback_from": "mistral/large",
        "tags": "Acme\nbeta",
        "finish_reason": "length",
        "provider_request_id": "req_1",
        "ttft_ms": 20,
        "tokens_per_s": 50.0,
    }
    ((_day, back),) = (await database.run(lambda db: spending.entries_after(db, None, ALWAYS)))[0]
    assert back == replace(made, tags=("Acme", "beta"), usage=made.cost.on(usage))


async def test_it_cannot_be_changed_or_shortened(database: Database, samples) -> None:
    await database.run(lambda db: ledger.append(db, entry(samples)))
    for sql in ("DELETE FROM ledger", "UPDATE ledger SET cost = 0", "UPDATE ledger SET number = 7"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            await database.run(lambda db, sql=sql: db.execute(sql))
    assert (await samples.spent(database)).requests == 1


async def test_an_attempt_is_written_once(database: Database, samples) -> None:
    first = entry(samples)
    another = replace(first, attempt_no=2)
    for made in (first, another, first, replace(first, purpose=Purpose.TITLE), another):
        await database.run(lambda db, made=made: ledger.append_new(db, made))
    assert (await samples.spent(database)).requests == 3
