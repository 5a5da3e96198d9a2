"""What attempts used and cost."""

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlite_utils

from desktop.domain.errors import Failure
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import Status
from desktop.domain.usage import Usage
from desktop.storage import ledger
from desktop.storage.database import Database


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
    made = entry(
        samples,
        usage=Usage(1, 2, 3, 4, 5, Decimal("0.25"), estimated=True),
        http_status=429,
        error_code="rate_limited",
        status=Status.FAILED,
    )
    await database.run(lambda db: ledger.append(db, made))
    (row,) = await database.run(lambda db: list(sqlite_utils.Database(db).query("SELECT * FROM ledger")))
    assert row == {
        "number": 1,
        "ts_start_ms": made.start_ms,
        "ts_first_token_ms": made.first_token_ms,
        "ts_end_ms": made.end_ms,
        "conversation_id": made.conversation_id,
        "message_id": made.message_id,
        "purpose": "chat",
        "provider_id": "openai",
        "provider_name": "OpenAI",
        "model_id": "gpt-x",
        "key_label": "work",
        "input_tokens": 1,
        "output_tokens": 2,
        "cache_read_tokens": 3,
        "cache_write_tokens": 4,
        "reasoning_tokens": 5,
        "estimated": 1,
        "cost_nano": 250_000_000,
        "status": "failed",
        "http_status": 429,
        "error_code": "rate_limited",
        "attempt_no": 1,
    }


async def test_spending_counts_what_is_known(database: Database, samples) -> None:
    assert await database.run(lambda db: ledger.spent_since(db, 0)) == (Decimal(0), 0)
    entries = [
        entry(samples, start_ms=1000, usage=Usage(100, 10, cost=Decimal("0.1"))),
        entry(samples, start_ms=2000, usage=Usage(10, 1, cost=Decimal("0.2"))),
        entry(samples, start_ms=3000, usage=Usage(1, 1)),
        entry(samples, start_ms=4000, usage=None),
    ]
    for made in entries:
        await database.run(lambda db, made=made: ledger.append(db, made))
    assert await database.run(lambda db: ledger.spent_since(db, 1000)) == (Decimal("0.3"), 123)
    assert await database.run(lambda db: ledger.spent_since(db, 1001)) == (Decimal("0.2"), 13)
    assert await database.run(lambda db: ledger.spent_since(db, 4000)) == (Decimal(0), 0)
