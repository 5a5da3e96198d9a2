"""Turns: how they begin, grow, end and survive a crash."""

import subprocess
import sys
import textwrap
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.conversation import Tree
from desktop.domain.errors import Failure
from desktop.domain.ids import now_ms
from desktop.domain.message import FinishReason, OpaquePart, ReasoningPart, Status, TextPart
from desktop.domain.usage import Usage
from desktop.storage import conversations, ledger, messages
from desktop.storage.database import Database
from desktop.storage.messages import APP_WRITER
from desktop.storage.search import search
from desktop.storage.values import from_nano, storable, to_nano


async def begin(database: Database, samples, writer: str = APP_WRITER):
    conversation = samples.conversation()
    question = samples.question(conversation)
    reply = samples.reply(question)
    await database.run(lambda db: messages.add_turn(db, conversation, question, reply, writer))
    return conversation, question, reply


async def stored(database: Database, conversation) -> list:
    return await database.run(lambda db: messages.messages_of(db, conversation.id))


async def found(database: Database, query: str) -> list[str | None]:
    return [hit.message_id for hit in await database.run(lambda db: search(db, query, 10))]


async def test_a_turn_begins_in_one_piece(database: Database, samples) -> None:
    conversation, question, reply = await begin(database, samples)
    assert await stored(database, conversation) == [question, reply]
    now = await database.run(lambda db: conversations.get(db, conversation.id))
    assert now.head_id == reply.id
    assert now.updated_ms == reply.created_ms
    assert now.model == reply.model


async def test_a_turn_that_cannot_begin_leaves_nothing(database: Database, samples) -> None:
    *_, reply = await begin(database, samples)
    other = samples.conversation()
    again = samples.question(other)
    with pytest.raises(Exception, match="UNIQUE"):
        await database.run(lambda db: messages.add_turn(db, other, again, replace(reply, parent_id=again.id), "cli"))
    assert await database.run(lambda db: conversations.get(db, other.id)) is None
    assert await stored(database, other) == []


async def test_everything_about_a_reply_comes_back(database: Database, samples) -> None:
    conversation, question, reply = await begin(database, samples)
    full = replace(
        reply,
        parts=(
            ReasoningPart("Hm.\0", 1200),
            OpaquePart("anthropic", '{"signature": "x"}'),
            TextPart("Wörter, 言葉 and \N{GRINNING FACE}\r\n"),
            OpaquePart("gemini", "[]"),
            TextPart(""),
        ),
        status=Status.FAILED,
        finish=FinishReason.LENGTH,
        usage=Usage(100, 50, 80, 10, 20, Decimal("0.004200001"), estimated=True),
        ttft_ms=0,
        duration_ms=1500,
        failure=Failure("overloaded", "OpenAI has a problem", "No answer.", 503, "upstream"),
    )
    assert await samples.finish(database, full)
    assert await stored(database, conversation) == [question, full]


async def test_a_growing_reply_is_the_same_row(database: Database, samples) -> None:
    conversation, question, reply = await begin(database, samples)
    states = [
        (ReasoningPart("Let"),),
        (ReasoningPart("Let me see"),),
        (ReasoningPart("Let me see", 300), TextPart("It")),
        (ReasoningPart("Let me see", 300), TextPart("It is so.")),
        (TextPart("Another model begins again"),),
        (),
    ]
    for parts in states:
        grown = replace(reply, parts=parts)
        assert await database.run(lambda db, grown=grown: messages.flush_reply(db, grown))
        assert await stored(database, conversation) == [question, grown]


async def test_a_flush_writes_only_what_changed(database: Database, samples) -> None:
    _, _, reply = await begin(database, samples)
    first = replace(reply, parts=(ReasoningPart("r" * 100_000, 5), TextPart("one")))
    await database.run(lambda db: messages.flush_reply(db, first))

    def flush(db: conversations.Db) -> int:
        before = db.total_changes
        messages.flush_reply(db, replace(first, parts=(*first.parts[:1], TextPart("one two"))))
        return db.total_changes - before

    assert await database.run(flush) == 2  # the message and its last part


async def test_a_reply_deleted_meanwhile(database: Database, samples) -> None:
    conversation, _, reply = await begin(database, samples)
    await database.run(lambda db: conversations.trash(db, [conversation.id], 1))
    assert await database.run(lambda db: messages.flush_reply(db, reply))  # in the trash it still grows
    await database.run(lambda db: conversations.purge_deleted_before(db, 2))
    assert not await database.run(lambda db: messages.flush_reply(db, reply))
    assert not await samples.finish(database, samples.finished(reply))
    assert await stored(database, conversation) == []
    assert await database.run(lambda db: ledger.spent_since(db, 0)) == (Decimal(0), 46)


async def test_the_end_is_one_transaction(database: Database, samples) -> None:
    conversation, _, reply = await begin(database, samples)
    done = samples.finished(reply, "Forty-two.", usage=Usage(12, 34, cost=Decimal("0.5")))
    await samples.finish(database, done)
    assert await found(database, "forty") == [done.id]
    row = await database.run(lambda db: conversations.summary(db, conversation.id))
    assert row.unread
    assert row.updated_ms == done.created_ms + done.duration_ms
    assert row.last_status is Status.COMPLETE
    assert await database.run(lambda db: ledger.spent_since(db, 0)) == (Decimal("0.5"), 46)


async def test_branches(database: Database, samples) -> None:
    conversation, question, done = await samples.turn(database)
    again = samples.reply(question)
    await database.run(lambda db: messages.add_turn(db, None, None, again, APP_WRITER))
    edited = samples.question(conversation, "Why not?")
    answer = samples.reply(edited)
    await database.run(lambda db: messages.add_turn(db, None, edited, answer, APP_WRITER))
    follow_up = samples.question(conversation, "And then?", done)
    await database.run(lambda db: messages.add_user_message(db, follow_up))
    tree = Tree(await stored(database, conversation))
    assert [message.id for message in tree.siblings(done.id)] == [done.id, again.id]
    assert [message.id for message in tree.siblings(question.id)] == [question.id, edited.id]
    assert [message.id for message in tree.path(follow_up.id)] == [question.id, done.id, follow_up.id]
    head = (await database.run(lambda db: conversations.get(db, conversation.id))).head_id
    assert [message.id for message in tree.path(head)] == [edited.id, answer.id]


# After a crash


async def test_own_replies_are_interrupted_only_with_the_lock(database: Database, samples) -> None:
    conversation, question, reply = await begin(database, samples)
    partial = replace(reply, parts=(TextPart("Half of an ans"),))
    await database.run(lambda db: messages.flush_reply(db, partial))
    later = now_ms() + 60_000
    assert not await database.run(lambda db: messages.mark_interrupted(db, app=False, stale_before_ms=later))
    assert await found(database, "half") == []
    assert await database.run(lambda db: messages.mark_interrupted(db, app=True, stale_before_ms=0)) == {
        conversation.id
    }
    assert await stored(database, conversation) == [question, replace(partial, status=Status.INTERRUPTED)]
    row = await database.run(lambda db: conversations.summary(db, conversation.id))
    assert row.last_status is Status.INTERRUPTED
    assert await found(database, "half") == [reply.id]
    assert not await database.run(lambda db: messages.mark_interrupted(db, app=True, stale_before_ms=later))


async def test_replies_of_others_are_interrupted_when_stale(database: Database, samples) -> None:
    conversation, *_, reply = await begin(database, samples, "cli-1234")
    await database.run(lambda db: messages.heartbeat(db, reply.id, 10_000))
    assert not await database.run(lambda db: messages.mark_interrupted(db, app=True, stale_before_ms=10_000))
    assert await database.run(lambda db: messages.mark_interrupted(db, app=False, stale_before_ms=10_001)) == {
        conversation.id
    }


async def test_a_reply_that_lives_after_all_takes_its_row_back(database: Database, samples) -> None:
    """A laptop slept: the reply was given up, then goes on."""
    conversation, question, reply = await begin(database, samples, "cli-1")
    partial = replace(reply, parts=(TextPart("slumber"),))
    await database.run(lambda db: messages.flush_reply(db, partial))
    await database.run(lambda db: messages.mark_interrupted(db, app=False, stale_before_ms=now_ms() + 60_000))
    awake = replace(reply, parts=(TextPart("awake"),))
    assert await database.run(lambda db: messages.flush_reply(db, awake))
    assert await found(database, "slumber") == []
    done = samples.finished(reply, "awake again")
    await samples.finish(database, done)
    assert await stored(database, conversation) == [question, done]
    assert await found(database, "slumber") == []
    assert await found(database, "awake") == [reply.id]
    await samples.finish(database, samples.finished(reply, "said twice"))
    assert await found(database, "awake") == []
    assert await found(database, "twice") == [reply.id]


async def test_killed_while_writing(path: Path) -> None:
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
    assert await database.run(lambda db: messages.mark_interrupted(db, app=True, stale_before_ms=0)) == {"c"}
    question, reply = await database.run(lambda db: messages.messages_of(db, "c"))
    assert question.text == "go on"
    assert reply.status is Status.INTERRUPTED
    assert reply.text in ("word " * acknowledged, "word " * (acknowledged + 1))
    assert await database.run(lambda db: db.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
    assert await found(database, "word") == ["r"]
    await database.close()


# Values


async def test_halves_of_characters_are_stored(database: Database, samples) -> None:
    conversation, _, reply = await begin(database, samples)
    await samples.finish(database, samples.finished(reply, "joined \ud83d\ude00, lone \ud83d."))
    assert (await stored(database, conversation))[1].text == "joined \N{GRINNING FACE}, lone \ufffd."


@given(st.text(st.characters()))
def test_any_text_can_be_stored(text: str) -> None:
    assert storable(text).encode().decode() == storable(text)
    assert storable(storable(text)) == storable(text)


@given(st.decimals(0, 10**6, places=9))
def test_money_is_exact(dollars: Decimal) -> None:
    assert from_nano(to_nano(dollars)) == dollars


def test_unknown_money_stays_unknown() -> None:
    assert from_nano(to_nano(None)) is None
