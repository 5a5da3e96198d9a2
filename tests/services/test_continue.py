"""A reply that was cut off goes on in the same message; what each try took is written down once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from desktop.domain.errors import BrokenStream, Overloaded
from desktop.domain.events import Finished, Opaque, ReasoningDelta, Retrying, TextDelta, UsageReported
from desktop.domain.message import FinishReason, Message, OpaquePart, Role, Status, TextPart
from desktop.domain.usage import CostSource, Usage
from desktop.providers.base import ChatRequest
from desktop.services import retry
from desktop.services.chat import Chat
from desktop.services.library import Library
from desktop.storage import search
from desktop.storage.database import Database

from .conftest import MODEL, ScriptedCatalogue


def play(catalogue: ScriptedCatalogue, *takes: list[object]) -> None:
    """What each request gets; an exception in it is raised."""
    left = list(takes)

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        for event in left.pop(0):
            if isinstance(event, Exception):
                raise event
            yield event

    catalogue.script = script


def cut() -> BrokenStream:
    return BrokenStream("The reply was cut short", "The text so far is kept.")


END = Finished(FinishReason.END)


async def continued(chat: Chat, message: Message) -> Message:
    await asyncio.sleep(0)
    return await (await chat.continue_reply(message.conversation_id, message.id)).wait()


async def test_it_goes_on_in_the_same_message(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library, database: Database
) -> None:
    play(
        catalogue,
        [ReasoningDelta("Hm."), TextDelta("The loan has less inter"), cut()],
        [TextDelta("inter"), TextDelta("est."), UsageReported(Usage(40, 2, cost=Decimal("0.5"))), END],
    )
    first = await (await chat.send(None, "Why?", MODEL, system_prompt="Be brief.")).wait()
    assert (first.status, first.text) == (Status.FAILED, "The loan has less inter")
    second = await continued(chat, first)
    assert (second.id, second.status, second.failure) == (first.id, Status.COMPLETE, None)
    assert second.parts == (first.parts[0], TextPart("The loan has less interest."))
    asked = catalogue.requests[-1]
    assert asked.system == "Be brief."
    assert [(message.role, message.text) for message in asked.messages] == [
        (Role.USER, "Why?"),
        (Role.ASSISTANT, "The loan has less inter"),
    ]
    assert [each.failure.code for each in second.attempts] == ["broken_stream"]
    assert second.attempts[0].key_label == "Personal"
    assert first.usage is not None
    own = Usage(40, 2, cost=Decimal("0.5"), cost_source=CostSource.REPORTED)
    assert (second.attempts[0].usage, second.usage, second.spent) == (first.usage, own, first.usage + own)
    _conversation, tree = await library.conversation(first.conversation_id)
    assert [message.text for message in tree.path(first.id)] == ["Why?", "The loan has less interest."]
    assert tree[first.id] == second
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute(
            "SELECT attempt_no, status, output_tokens, ts_end >= ts_start FROM ledger ORDER BY number"
        ).fetchall()
    assert rows == [(1, "failed", first.usage.output_tokens, 1), (2, "complete", 2, 1)]
    assert (await library.spent_today())[0] == Decimal("0.5")


async def test_it_is_found_again_by_all_of_its_words(
    chat: Chat, catalogue: ScriptedCatalogue, database: Database
) -> None:
    play(catalogue, [TextDelta("alpha "), cut()], [TextDelta("omega"), END])
    first = await (await chat.send(None, "Why?", MODEL)).wait()
    await continued(chat, first)
    for word in ("alpha", "omega"):
        found = await database.run(lambda db, word=word: search.search(db, word, 5))  # type: ignore[misc]
        assert found


async def test_it_can_be_cut_off_again_and_again(chat: Chat, catalogue: ScriptedCatalogue, database: Database) -> None:
    play(
        catalogue,
        [TextDelta("one "), cut()],
        [TextDelta("two "), Overloaded("Busy", http_status=529)],
        [Opaque("x", "{}"), TextDelta("three"), END],
    )
    message = await (await chat.send(None, "Count", MODEL)).wait()
    message = await continued(chat, message)
    assert (message.status, message.text) == (Status.FAILED, "one two ")
    message = await continued(chat, message)
    assert message.parts == (TextPart("one two "), OpaquePart("x", "{}"), TextPart("three"))
    assert [each.failure.code for each in message.attempts] == ["broken_stream", "overloaded"]
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute("SELECT attempt_no, status FROM ledger ORDER BY number").fetchall()
    assert rows == [(1, "failed"), (2, "failed"), (3, "complete")]


async def test_going_on_is_tried_again_like_any_question(
    chat: Chat, catalogue: ScriptedCatalogue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_FIRST_S", 0.01)
    play(catalogue, [TextDelta("one "), cut()], [Overloaded("Busy", http_status=529)], [TextDelta("two"), END])
    message = await continued(chat, await (await chat.send(None, "Count", MODEL)).wait())
    assert (message.text, message.status) == ("one two", Status.COMPLETE)
    assert [each.failure.code for each in message.attempts] == ["broken_stream", "overloaded"]
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute("SELECT attempt_no, status FROM ledger ORDER BY number").fetchall()
    assert rows == [(1, "failed"), (2, "failed"), (3, "complete")]


async def test_only_what_was_cut_off_goes_on(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    play(catalogue, [TextDelta("all"), END])
    message = await (await chat.send(None, "Why?", MODEL)).wait()
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="cut off"):
        await chat.continue_reply(message.conversation_id, message.id)
    assert chat.turn(message.conversation_id) is None


async def test_a_turn_tells_why_it_waits(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    limited = Overloaded("Busy", http_status=529)
    limited.retry_after = 30.0
    play(catalogue, [limited], [TextDelta("Hello"), END])
    turn = await chat.send(None, "Hi", MODEL)
    assert turn.paused is None
    async with asyncio.timeout(10):
        while not isinstance(turn.paused, Retrying):
            await asyncio.sleep(0)
    assert turn.paused.wait_s == 30.0
    turn.try_now()
    message = await turn.wait()
    assert (message.text, turn.paused) == ("Hello", None)
