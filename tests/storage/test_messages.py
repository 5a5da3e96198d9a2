"""Turns: how they begin, grow and end."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.conversation import Tree
from desktop.domain.errors import Failure
from desktop.domain.message import FinishReason, OpaquePart, ReasoningPart, Status, TextPart
from desktop.domain.spending import Sum
from desktop.domain.usage import Usage
from desktop.storage import conversations, messages
from desktop.storage.database import Database
from desktop.storage.messages import APP_WRITER
from desktop.storage.values import from_nano, storable, to_nano


async def test_a_turn_begins_in_one_piece(database: Database, samples) -> None:
    conversation, question, reply = await samples.begin(database)
    assert await samples.stored(database, conversation) == [question, reply]
    now = await database.run(lambda db: conversations.get(db, conversation.id))
    assert now.head_id == reply.id
    assert now.updated_ms == reply.created_ms
    assert now.model == reply.model


async def test_a_turn_that_cannot_begin_leaves_nothing(database: Database, samples) -> None:
    *_, reply = await samples.begin(database)
    other = samples.conversation()
    again = samples.question(other)
    with pytest.raises(Exception, match="UNIQUE"):
        await database.run(lambda db: messages.add_turn(db, other, again, replace(reply, parent_id=again.id), "cli"))
    assert await database.run(lambda db: conversations.get(db, other.id)) is None
    assert await samples.stored(database, other) == []


async def test_everything_about_a_reply_comes_back(database: Database, samples) -> None:
    conversation, question, reply = await samples.begin(database)
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
    assert await samples.stored(database, conversation) == [question, full]


async def test_a_growing_reply_is_the_same_row(database: Database, samples) -> None:
    conversation, question, reply = await samples.begin(database)
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
        assert await samples.stored(database, conversation) == [question, grown]


async def test_a_flush_writes_only_what_changed(database: Database, samples) -> None:
    _, _, reply = await samples.begin(database)
    first = replace(reply, parts=(ReasoningPart("r" * 100_000, 5), TextPart("one")))
    await database.run(lambda db: messages.flush_reply(db, first))

    def flush(db: conversations.Db) -> int:
        before = db.total_changes
        messages.flush_reply(db, replace(first, parts=(*first.parts[:1], TextPart("one two"))))
        return db.total_changes - before

    assert await database.run(flush) == 2  # the message and its last part


async def test_a_reply_deleted_meanwhile(database: Database, samples) -> None:
    conversation, _, reply = await samples.begin(database)
    await database.run(lambda db: conversations.trash(db, [conversation.id], 1))
    assert await database.run(lambda db: messages.flush_reply(db, reply))  # in the trash it still grows
    await database.run(lambda db: conversations.purge_deleted_before(db, 2))
    assert not await database.run(lambda db: messages.flush_reply(db, reply))
    assert not await samples.finish(database, samples.finished(reply))
    assert await samples.stored(database, conversation) == []
    assert await samples.spent(database) == Sum(1, 12, 0, 34, unpriced=1)


async def test_the_end_is_one_transaction(database: Database, samples) -> None:
    conversation, _, reply = await samples.begin(database)
    done = samples.finished(reply, "Forty-two.", usage=Usage(12, 34, cost=Decimal("0.5")))
    await samples.finish(database, done)
    assert await samples.found(database, "forty") == [done.id]
    row = await database.run(lambda db: conversations.summary(db, conversation.id))
    assert row.unread
    assert row.updated_ms == done.created_ms + done.duration_ms
    assert row.last_status is Status.COMPLETE
    assert await samples.spent(database) == Sum(1, 12, 0, 34, Decimal("0.5"))


async def test_branches(database: Database, samples) -> None:
    conversation, question, done = await samples.turn(database)
    again = samples.reply(question)
    await database.run(lambda db: messages.add_turn(db, None, None, again, APP_WRITER))
    edited = samples.question(conversation, "Why not?")
    answer = samples.reply(edited)
    await database.run(lambda db: messages.add_turn(db, None, edited, answer, APP_WRITER))
    follow_up = samples.question(conversation, "And then?", done)
    await database.run(lambda db: messages.add_user_message(db, follow_up))
    tree = Tree(await samples.stored(database, conversation))
    assert [message.id for message in tree.siblings(done.id)] == [done.id, again.id]
    assert [message.id for message in tree.siblings(question.id)] == [question.id, edited.id]
    assert [message.id for message in tree.path(follow_up.id)] == [question.id, done.id, follow_up.id]
    head = (await database.run(lambda db: conversations.get(db, conversation.id))).head_id
    assert [message.id for message in tree.path(head)] == [edited.id, answer.id]


# Values


async def test_halves_of_characters_are_stored(database: Database, samples) -> None:
    conversation, _, reply = await samples.begin(database)
    await samples.finish(database, samples.finished(reply, "joined \ud83d\ude00, lone \ud83d."))
    assert (await samples.stored(database, conversation))[1].text == "joined \N{GRINNING FACE}, lone \ufffd."


@given(st.text(st.characters()))
def test_any_text_can_be_stored(text: str) -> None:
    assert storable(text).encode().decode() == storable(text)
    assert storable(storable(text)) == storable(text)


@given(st.decimals(0, 10**6, places=9))
def test_money_is_exact(dollars: Decimal) -> None:
    assert from_nano(to_nano(dollars)) == dollars


def test_unknown_money_stays_unknown() -> None:
    assert from_nano(to_nano(None)) is None
