"""What a crash left open: it is ended once, and what it used is counted once."""

import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from desktop.domain.budget import Hold, Spender
from desktop.domain.cost import Cost, Price, Rates
from desktop.domain.errors import Failure
from desktop.domain.ids import now_ms
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import Attempt, Message, ReasoningPart, Status, TextPart
from desktop.domain.spending import Span
from desktop.domain.usage import CostSource, Usage
from desktop.storage import conversations, messages, recovery, reservations, spending
from desktop.storage.database import Database


def hold(reply: Message, price: Price | None) -> Hold:
    """What was held when the reply was asked for, with 500 tokens of input."""
    spender = Spender(reply.model, "work", reply.conversation_id, ("Acme", "Beta"))
    return Hold(reply.id, spender, "OpenAI", Purpose.CHAT, reply.created_ms + 10, 1, Decimal(1), 500, price)


async def interrupted(database: Database) -> frozenset[str]:
    return await database.run(lambda db: recovery.mark_interrupted(db, app=True, stale_before_ms=0))


async def entries(database: Database) -> list[LedgerEntry]:
    """In the order in which they were written."""
    always = Span(date(1970, 1, 1), date(2100, 1, 1))
    found, _place = await database.run(lambda db: spending.entries_after(db, None, always))
    return [entry for _day, entry in found]


async def test_own_replies_are_interrupted_only_with_the_lock(database: Database, samples) -> None:
    conversation, question, reply = await samples.begin(database)
    partial = replace(reply, parts=(TextPart("Half of an ans"),))
    await database.run(lambda db: messages.flush_reply(db, partial))
    later = now_ms() + 60_000
    assert not await database.run(lambda db: recovery.mark_interrupted(db, app=False, stale_before_ms=later))
    assert await samples.found(database, "half") == []
    assert await interrupted(database) == {conversation.id}
    (asked, ended) = await samples.stored(database, conversation)
    assert asked == question
    assert replace(ended, usage=None) == replace(partial, status=Status.INTERRUPTED)
    row = await database.run(lambda db: conversations.summary(db, conversation.id))
    assert row.last_status is Status.INTERRUPTED
    assert await samples.found(database, "half") == [reply.id]
    assert not await database.run(lambda db: recovery.mark_interrupted(db, app=True, stale_before_ms=later))


async def test_what_it_used_is_counted_as_it_was_held(database: Database, samples) -> None:
    """By the price, the key and the tags of the moment when it was asked."""
    conversation, _, reply = await samples.begin(database)
    held = hold(reply, Price("list: gpt-x", Rates(Decimal(2), Decimal(10))))
    await database.run(lambda db: reservations.put(db, held, messages.APP_WRITER))
    grown = replace(reply, parts=(ReasoningPart("x" * 40), TextPart("y" * 60)), ttft_ms=30)
    await database.run(lambda db: messages.flush_reply(db, grown))
    await interrupted(database)
    usage = Usage(500, 25, estimated=True)  # 100 letters
    cost = Cost(Decimal("0.00125"), CostSource.ESTIMATED, "list: gpt-x", Decimal("0.00125"), Decimal(0))
    (entry,) = await entries(database)
    assert entry == replace(
        held.entry(Status.INTERRUPTED, entry.end_ms, cost.on(usage)), cost=cost, first_token_ms=reply.created_ms + 30
    )
    assert entry.end_ms > held.started_ms
    assert (await samples.stored(database, conversation))[1].usage == cost.on(usage)
    assert (await database.run(lambda db: conversations.summary(db, conversation.id))).cost == Decimal("0.00125")
    assert await database.run(lambda db: reservations.of(db, reply.id)) is None
    assert not await interrupted(database)
    assert len(await entries(database)) == 1


async def test_a_question_that_was_on_its_way_counts_as_sent(database: Database, samples) -> None:
    *_, reply = await samples.begin(database)
    await database.run(lambda db: reservations.put(db, hold(reply, None), messages.APP_WRITER))
    await interrupted(database)
    (entry,) = await entries(database)
    assert entry.cost == Cost(None, CostSource.UNPRICED)
    assert entry.usage == entry.cost.on(Usage(500, 0, estimated=True))


async def test_what_nothing_was_held_for(database: Database, samples) -> None:
    """As in replies of an older version: its text counts, with what was asked, at an unknown price."""
    conversation, _, done = await samples.turn(database, "q" * 40, "a" * 40)
    await database.run(lambda db: conversations.set_system_prompt(db, conversation.id, "s" * 40))
    await database.run(lambda db: conversations.set_tags(db, conversation.id, ["Acme"]))
    again = samples.question(conversation, "q" * 40, done)
    silent, speaking = samples.reply(again), samples.reply(again)
    for reply in (silent, speaking):
        await database.run(lambda db, reply=reply: messages.add_turn(db, None, None, reply, messages.APP_WRITER))
    await database.run(lambda db: messages.add_user_message(db, again))
    grown = replace(speaking, parts=(TextPart("t" * 40),))
    await database.run(lambda db: messages.flush_reply(db, grown))
    await interrupted(database)
    _, of_silent, of_speaking = await entries(database)
    assert (of_silent.usage, of_silent.cost) == (None, None)
    assert of_speaking.usage == Usage(40, 10, estimated=True, cost_source=CostSource.UNPRICED)
    assert of_speaking.tags == ("Acme",)
    assert of_speaking.status is Status.INTERRUPTED


async def test_a_reply_that_went_on_counts_only_what_came_since(database: Database, samples) -> None:
    conversation, _, reply = await samples.begin(database)
    failed = samples.finished(
        reply, "t" * 80, status=Status.FAILED, failure=Failure("overloaded", "Busy", ""), usage=Usage(10, 70)
    )
    await samples.finish(database, failed)
    going = await database.run(lambda db: messages.continue_reply(db, failed, messages.APP_WRITER))
    held = replace(hold(reply, None), attempt_no=2)
    await database.run(lambda db: reservations.put(db, held, messages.APP_WRITER))
    await database.run(lambda db: messages.flush_reply(db, replace(going, parts=(TextPart("t" * 120),))))
    await interrupted(database)
    first, second = await entries(database)
    assert (first.attempt_no, first.usage.output_tokens) == (1, 70)
    assert (second.attempt_no, second.usage.output_tokens) == (2, 10)
    ended = (await samples.stored(database, conversation))[1]
    assert (ended.spent.input_tokens, ended.spent.output_tokens, ended.spent.estimated) == (510, 80, True)


async def test_tries_that_had_failed_before_have_their_rows(database: Database, samples) -> None:
    *_, reply = await samples.begin(database)
    attempt = Attempt(reply.model, "GPT X", "OpenAI", "work", 5, 6, 0, Failure("overloaded", "Busy", "", 529))
    await database.run(lambda db: messages.flush_reply(db, replace(reply, attempts=(attempt,))))
    await database.run(lambda db: reservations.put(db, replace(hold(reply, None), attempt_no=2), "app"))
    await interrupted(database)
    assert [(each.attempt_no, each.status, each.http_status) for each in await entries(database)] == [
        (1, Status.FAILED, 529),
        (2, Status.INTERRUPTED, None),
    ]


async def test_replies_of_others_are_interrupted_when_stale(database: Database, samples) -> None:
    conversation, *_, reply = await samples.begin(database, "cli-1234")
    await database.run(lambda db: messages.heartbeat(db, reply.id, 10_000))
    assert not await database.run(lambda db: recovery.mark_interrupted(db, app=True, stale_before_ms=10_000))
    assert await database.run(lambda db: recovery.mark_interrupted(db, app=False, stale_before_ms=10_001)) == {
        conversation.id
    }


async def test_a_reply_that_lives_after_all_takes_its_row_back(database: Database, samples) -> None:
    """A laptop slept: the reply was given up, then goes on."""
    conversation, question, reply = await samples.begin(database, "cli-1")
    partial = replace(reply, parts=(TextPart("slumber"),))
    await database.run(lambda db: messages.flush_reply(db, partial))
    await database.run(lambda db: recovery.mark_interrupted(db, app=False, stale_before_ms=now_ms() + 60_000))
    awake = replace(reply, parts=(TextPart("awake"),))
    assert await database.run(lambda db: messages.flush_reply(db, awake))
    assert await samples.found(database, "slumber") == []
    done = samples.finished(reply, "awake again")
    await samples.finish(database, done)
    assert await samples.stored(database, conversation) == [question, done]
    assert await samples.found(database, "slumber") == []
    assert await samples.found(database, "awake") == [reply.id]
    assert (await samples.spent(database)).requests == 1  # the row that stands
    await samples.finish(database, samples.finished(reply, "said twice"))
    assert await samples.found(database, "awake") == []
    assert await samples.found(database, "twice") == [reply.id]


async def test_killed_while_writing(path: Path, samples) -> None:
    """A process is killed in the middle of its flushes: what it was told is stored is stored, all else is whole."""
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent("""
                import asyncio, sys
                from dataclasses import replace
                from pathlib import Path
                from desktop.domain.conversation import Conversation
                from desktop.domain.message import Message, Role, Status, TextPart
                from desktop.domain.model import ModelRef
                from desktop.storage import messages
                from desktop.storage.database import Database

                async def main():
                    database = Database(Path(sys.argv[1]))
                    await database.open()
                    conversation = Conversation("c", "Long", 1, 1)
                    question = Message("q", "c", None, Role.USER, (TextPart("go on"),), 1)
                    reply = Message("r", "c", "q", Role.ASSISTANT, (), 2, Status.STREAMING, ModelRef("p", "m"))
                    await database.run(lambda db: messages.add_turn(db, conversation, question, reply, "app"))
                    for count in range(1, 1_000_000):
                        grown = replace(reply, parts=(TextPart("word " * count),))
                        await database.run(lambda db: messages.flush_reply(db, grown))
                        print(count, flush=True)

                asyncio.run(main())
            """),
            str(path),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with child:
        acknowledged = 0
        while acknowledged < 300:
            acknowledged = int(child.stdout.readline())
        child.kill()
        acknowledged = max([acknowledged, *map(int, child.stdout.read().splitlines())])
    database = Database(path)
    report = await database.open()
    assert not report.created
    assert await database.run(lambda db: recovery.mark_interrupted(db, app=True, stale_before_ms=0)) == {"c"}
    question, reply = await database.run(lambda db: messages.messages_of(db, "c"))
    assert question.text == "go on"
    assert reply.status is Status.INTERRUPTED
    assert reply.text in ("word " * acknowledged, "word " * (acknowledged + 1))
    assert await database.run(lambda db: db.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
    assert await samples.found(database, "word") == ["r"]
    await database.close()
