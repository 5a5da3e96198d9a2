"""Replies that are being written are on disk while they grow, all in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from desktop.domain.errors import DiskFull
from desktop.domain.events import Finished, TextDelta
from desktop.domain.message import FinishReason
from desktop.providers.base import ChatRequest
from desktop.services import flusher
from desktop.services.chat import Chat
from desktop.services.library import Library
from desktop.services.turn import Turn
from desktop.storage.database import Database

from .conftest import MODEL, ScriptedCatalogue


@pytest.fixture
def go_on(catalogue: ScriptedCatalogue) -> asyncio.Event:
    """Replies say a word and then wait for this."""
    event = asyncio.Event()

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        yield TextDelta("Half")
        await event.wait()
        yield TextDelta(" and whole")
        yield Finished(FinishReason.END)

    catalogue.script = script
    return event


async def stored(library: Library, turn: Turn) -> str:
    _conversation, tree = await library.conversation(turn.conversation_id)
    return tree[turn.message_id].text


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


async def test_all_that_grew_is_one_transaction(
    chat: Chat, library: Library, database: Database, go_on: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flusher, "FLUSH_SECONDS", 60)
    turns = [await chat.send(None, f"Question {n}", MODEL) for n in range(5)]
    await until(lambda: all(turn.reply.has_text for turn in turns))
    runs: list[object] = []
    run = database.run
    monkeypatch.setattr(database, "run", lambda work: (runs.append(work), run(work))[1])
    await chat._flusher.flush()
    await chat._flusher.flush()  # nothing is left to do
    assert len(runs) == 1
    assert [await stored(library, turn) for turn in turns] == ["Half"] * 5
    go_on.set()
    await asyncio.gather(*(turn.wait() for turn in turns))
    assert [await stored(library, turn) for turn in turns] == ["Half and whole"] * 5


async def test_it_happens_by_itself(
    chat: Chat, library: Library, go_on: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flusher, "FLUSH_SECONDS", 0.01)
    turn = await chat.send(None, "Hi", MODEL)
    await until(lambda: turn.reply.has_text and not turn.record.is_dirty)
    assert await stored(library, turn) == "Half"
    go_on.set()
    await turn.wait()


async def test_what_could_not_be_saved_is_saved_the_next_time(
    chat: Chat, library: Library, database: Database, go_on: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flusher, "FLUSH_SECONDS", 60)
    turn = await chat.send(None, "Hi", MODEL)
    await until(lambda: turn.reply.has_text)

    async def fails(work: Any) -> Any:
        raise DiskFull("The disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(database, "run", fails)
        await chat._flusher.flush()
    assert await stored(library, turn) == ""
    await chat._flusher.flush()
    assert await stored(library, turn) == "Half"
    go_on.set()
    await turn.wait()


async def test_nothing_runs_when_nothing_is_written(chat: Chat, go_on: asyncio.Event) -> None:
    turns = [await chat.send(None, "Hi", MODEL) for _ in range(2)]
    assert [task.get_name() for task in asyncio.all_tasks()].count("flush replies") == 1
    go_on.set()
    await asyncio.gather(*(turn.wait() for turn in turns))
    await until(lambda: not any(task.get_name() == "flush replies" for task in asyncio.all_tasks()))


async def test_a_silent_reply_still_says_that_its_writer_lives(
    chat: Chat, database: Database, go_on: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flusher, "FLUSH_SECONDS", 0.01)
    monkeypatch.setattr(flusher, "HEARTBEAT_SECONDS", 0.02)
    turn = await chat.send(None, "Hi", MODEL)
    alive: list[str] = []
    monkeypatch.setattr(flusher.messages, "heartbeat", lambda db, message_id, now: alive.append(message_id))
    await until(lambda: len(alive) > 1)
    assert set(alive) == {turn.message_id}
    go_on.set()
    await turn.wait()
