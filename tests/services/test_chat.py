"""A turn from the question to the row on disk: its one end, its saving, its branches."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.domain.changes import Change, SavingFailed, TurnEnded, TurnStarted
from desktop.domain.conversation import TitleSource
from desktop.domain.errors import AppError, ConversationGone, DiskFull, NoKey, Overloaded
from desktop.domain.events import Finished, ReasoningDelta, Stopped, TextDelta, TurnEvent, UsageReported
from desktop.domain.message import FinishReason, Role, Status
from desktop.domain.usage import CostSource, Usage
from desktop.providers.base import ChatRequest
from desktop.services import turn as turn_module
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.storage import messages
from desktop.storage.database import Database

from .conftest import MODEL, ScriptedCatalogue


async def hello(request: ChatRequest) -> AsyncIterator[object]:
    yield ReasoningDelta("hm")
    yield TextDelta("Hel")
    yield TextDelta("lo")
    yield UsageReported(Usage(7, 3, cost=Decimal("0.0042")))
    yield Finished(FinishReason.END)


async def endless(request: ChatRequest) -> AsyncIterator[object]:
    yield TextDelta("one ")
    await asyncio.Event().wait()


async def silent(request: ChatRequest) -> AsyncIterator[object]:
    await asyncio.Event().wait()
    yield TextDelta("never")


def ledger_rows(database: Database) -> list[tuple[object, ...]]:
    with sqlite3.connect(database.path) as connection:
        return connection.execute(
            "SELECT purpose, status, input_tokens, output_tokens, estimated, key_label FROM ledger"
        ).fetchall()


async def test_a_question_is_answered_saved_and_counted(
    chat: Chat, library: Library, catalogue: ScriptedCatalogue, database: Database, feed: Feed
) -> None:
    catalogue.script = hello
    changes: list[Change] = []
    feed.subscribe(changes.append)
    turn = await chat.send(None, "Say *hello*", MODEL)
    events: list[TurnEvent] = []
    turn.subscribe(events.append)
    assert chat.turn(turn.conversation_id) is turn
    message = await turn.wait()
    assert (message.text, message.reasoning, message.status) == ("Hello", "hm", Status.COMPLETE)
    assert sum(isinstance(event, Finished) for event in events) == 1
    assert isinstance(events[-1], Finished)
    conversation, tree = await library.conversation(turn.conversation_id)
    assert conversation.title == "Say hello"
    assert conversation.model == MODEL
    question, reply = tree.path(conversation.head_id)
    assert (question.role, question.text) == (Role.USER, "Say *hello*")
    assert reply == message
    assert ledger_rows(database) == [("chat", "complete", 7, 3, 0, "Personal")]
    assert (await library.spent_today()) == (Decimal("0.0042"), 10)
    await asyncio.sleep(0)
    assert changes.index(TurnStarted(conversation.id)) < changes.index(TurnEnded(conversation.id))
    assert chat.turn(conversation.id) is None


async def test_the_question_is_on_disk_before_the_request_leaves(
    chat: Chat, catalogue: ScriptedCatalogue, database: Database
) -> None:
    seen: list[list[tuple[str, str]]] = []

    async def look(request: ChatRequest) -> AsyncIterator[object]:
        with sqlite3.connect(database.path) as connection:
            seen.append(
                connection.execute("SELECT role, status FROM messages ORDER BY created_ms, role DESC").fetchall()
            )
        yield TextDelta("x")
        yield Finished(FinishReason.END)

    catalogue.script = look
    await (await chat.send(None, "Are you there?", MODEL)).wait()
    assert seen == [[("user", "complete"), ("assistant", "streaming")]]


async def test_text_reaches_the_disk_while_it_streams(
    chat: Chat, library: Library, catalogue: ScriptedCatalogue
) -> None:
    catalogue.script = endless
    turn = await chat.send(None, "Go", MODEL)
    async with asyncio.timeout(10):
        while not (await library.conversation(turn.conversation_id))[1][turn.message_id].text:
            await asyncio.sleep(0.01)
    stored = (await library.conversation(turn.conversation_id))[1][turn.message_id]
    assert (stored.text, stored.status) == ("one ", Status.STREAMING)


@pytest.mark.parametrize("script", [endless, silent])
async def test_stop_ends_at_once_and_keeps_what_arrived(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library, script: object
) -> None:
    catalogue.script = script  # type: ignore[assignment]
    turn = await chat.send(None, "Go", MODEL)
    events: list[TurnEvent] = []
    turn.subscribe(events.append)
    async with asyncio.timeout(10):
        while not catalogue.requests or (script is endless and not turn.reply.has_text):
            await asyncio.sleep(0)
    chat.stop(turn.conversation_id)
    assert isinstance(events[-1], Stopped)
    message = await turn.wait()
    assert message.status is Status.STOPPED
    assert catalogue.closed == 1
    stored = (await library.conversation(turn.conversation_id))[1][turn.message_id]
    assert stored == message
    written = 1 if script is endless else 0  # what was asked has been read by then, and will be billed
    assert message.text == "one " * written
    assert message.usage == Usage(5, written, estimated=True, cost_source=CostSource.UNPRICED)


async def test_a_provider_error_becomes_a_failure_that_is_kept(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library, database: Database
) -> None:
    async def broken(request: ChatRequest) -> AsyncIterator[object]:
        yield TextDelta("half")
        raise Overloaded("P has a problem on its side", "Nothing is lost.", http_status=529, detail="busy")

    catalogue.script = broken
    turn = await chat.send(None, "Go", MODEL)
    message = await turn.wait()
    assert (message.status, message.text) == (Status.FAILED, "half")
    assert message.failure
    assert (message.failure.code, message.failure.http_status) == ("overloaded", 529)
    assert (await library.conversation(turn.conversation_id))[1][turn.message_id] == message
    assert ledger_rows(database) == [("chat", "failed", 5, 1, 1, "Personal")]


async def test_without_a_key_the_question_is_kept_and_nothing_is_counted(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library
) -> None:
    catalogue.refuse = NoKey("Scripted")
    turn = await chat.send(None, "Go", MODEL)
    message = await turn.wait()
    assert message.failure
    assert message.failure.code == "no_key"
    assert message.usage is None
    assert [m.text for m in (await library.conversation(turn.conversation_id))[1].path(message.id)] == ["Go", ""]


async def test_a_bug_in_a_dialect_ends_the_turn_and_is_told(
    chat: Chat, catalogue: ScriptedCatalogue, caplog: pytest.LogCaptureFixture
) -> None:
    async def bug(request: ChatRequest) -> AsyncIterator[object]:
        raise KeyError("choices")
        yield

    catalogue.script = bug
    message = await (await chat.send(None, "Go", MODEL)).wait()
    assert message.status is Status.FAILED
    assert "a turn failed unexpectedly" in caplog.text


async def test_a_filtered_empty_reply_is_a_refusal(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    async def filtered(request: ChatRequest) -> AsyncIterator[object]:
        yield Finished(FinishReason.FILTERED)

    catalogue.script = filtered
    message = await (await chat.send(None, "Go", MODEL)).wait()
    assert message.failure
    assert message.failure.code == "refused"


async def test_history_is_the_shown_branch_without_empty_replies(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library
) -> None:
    catalogue.refuse = NoKey("Scripted")
    first = await chat.send(None, "one", MODEL, system_prompt="Be brief.")
    failed = await first.wait()
    catalogue.refuse, catalogue.script = None, hello
    second = await (await chat.send(first.conversation_id, "two", MODEL, failed.id)).wait()
    await asyncio.sleep(0)
    await (await chat.send(first.conversation_id, "three", MODEL, second.id)).wait()
    request = catalogue.requests[-1]
    assert [message.text for message in request.messages] == ["one", "two", "Hello", "three"]
    assert request.system == "Be brief."


async def test_regenerating_and_editing_make_siblings(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library
) -> None:
    catalogue.script = hello
    first = await (await chat.send(None, "one", MODEL)).wait()
    await asyncio.sleep(0)
    again = await (await chat.regenerate(first.conversation_id, first.id)).wait()
    await asyncio.sleep(0)
    assert first.parent_id
    edited = await (await chat.edit(first.conversation_id, first.parent_id, "uno", MODEL)).wait()
    conversation, tree = await library.conversation(first.conversation_id)
    assert [m.id for m in tree.siblings(first.id)] == [first.id, again.id]
    assert [m.text for m in tree.siblings(first.parent_id)] == ["one", "uno"]
    assert conversation.head_id == edited.id
    await library.set_head(first.conversation_id, tree.newest_leaf(first.parent_id))
    assert (await library.conversation(first.conversation_id))[0].head_id == again.id


async def test_one_reply_at_a_time_in_a_conversation_and_several_in_all(
    chat: Chat, catalogue: ScriptedCatalogue
) -> None:
    catalogue.script = endless
    first = await chat.send(None, "one", MODEL)
    second = await chat.send(None, "two", MODEL)
    with pytest.raises(AppError, match="still being written"):
        await chat.send(first.conversation_id, "again", MODEL, first.message_id)
    assert set(chat.running()) == {first, second}
    await chat.stop_all()
    assert chat.running() == ()
    assert (await first.wait()).status is (await second.wait()).status is Status.STOPPED


async def test_a_full_disk_at_the_end_loses_nothing(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, full = messages.finish_reply, [True]

    def finish_unless_full(*args: object) -> bool:
        if full.pop() if full else False:
            raise DiskFull("The disk is full")
        return finish(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(messages, "finish_reply", finish_unless_full)
    monkeypatch.setattr(turn_module, "SAVE_AGAIN_SECONDS", 0.01)
    told: list[Change] = []
    feed.subscribe(told.append)
    catalogue.script = hello
    turn = await chat.send(None, "Go", MODEL)
    message = await turn.wait()
    assert [change.error.code for change in told if isinstance(change, SavingFailed)] == ["disk_full"]
    assert (await library.conversation(turn.conversation_id))[1][turn.message_id] == message


async def test_a_title_by_a_model_is_asked_for_only_if_wanted_and_counted(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library, settings: Settings, database: Database
) -> None:
    catalogue.script = hello
    plain = await (await chat.send(None, "What is a tuppence?", MODEL)).wait()
    await chat.stop_all()
    assert len(catalogue.requests) == 1
    settings.set(options.TITLE_BY_MODEL, True)
    turn = await chat.send(None, "What is a tuppence?", MODEL)
    await turn.wait()
    await chat.stop_all()
    assert len(catalogue.requests) == 3
    conversation, _tree = await library.conversation(turn.conversation_id)
    assert (conversation.title, conversation.title_source) == ("Hello", TitleSource.MODEL)
    assert [row[0] for row in ledger_rows(database)] == ["chat", "chat", "title"]
    assert (await library.conversation(plain.conversation_id))[0].title == "What is a tuppence?"


async def test_a_deleted_conversation_is_said_to_be_gone(chat: Chat, library: Library) -> None:
    with pytest.raises(ConversationGone):
        await chat.send("0" * 22, "hello?", MODEL)


async def test_a_fast_stream_lets_other_work_through(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    """10,000 events without a pause must not keep the window waiting until the last."""

    async def flood(request: ChatRequest) -> AsyncIterator[object]:
        for _number in range(10_000):
            yield TextDelta("x")
        yield Finished(FinishReason.END)

    catalogue.script = flood
    turn = await chat.send(None, "Go", MODEL)
    turns_taken = 0
    while turn.reply.status is Status.STREAMING:
        turns_taken += 1
        await asyncio.sleep(0)
    assert turns_taken > 3


async def test_recovery_marks_what_a_crash_cut_off(
    library: Library, database: Database, catalogue: ScriptedCatalogue, chat: Chat, tmp_path: Path
) -> None:
    catalogue.script = endless
    turn = await chat.send(None, "Go", MODEL)
    async with asyncio.timeout(10):
        while not (await library.conversation(turn.conversation_id))[1][turn.message_id].text:
            await asyncio.sleep(0.01)
    await library.recover(app=False)
    assert (await library.conversation(turn.conversation_id))[1][turn.message_id].status is Status.STREAMING
    await library.recover(app=True)
    stored = (await library.conversation(turn.conversation_id))[1][turn.message_id]
    assert (stored.status, stored.text) == (Status.INTERRUPTED, "one ")
