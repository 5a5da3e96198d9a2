"""Replies share a thread with the window: what comes fast gives way, what nobody reads is taken in at intervals."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from desktop.domain.events import Finished, TextDelta
from desktop.domain.message import FinishReason, Status
from desktop.providers.base import ChatRequest
from desktop.services import pace
from desktop.services.chat import Chat
from desktop.services.pace import Pace

from .conftest import MODEL, ScriptedCatalogue


async def test_all_replies_together_work_no_longer_than_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: clock))
    rounds: list[list[str]] = [[]]

    async def reply(name: str) -> None:
        nonlocal clock
        own = Pace()
        for _word in range(4):
            clock += 0.003
            rounds[-1].append(name)
            await own.rest(watched=True)

    async def window() -> None:
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            rounds.append([])

    tasks = [asyncio.create_task(reply(name)) for name in "ab"]
    await window()
    words = ["".join(done) for done in rounds if done]
    assert "".join(sorted("".join(words))) == "aaaabbbb"
    assert max(map(len, words)) <= 5  # a slice is over after three words, and each reply then has one more
    assert len(words) > 1


async def test_a_reply_that_is_read_does_not_rest_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(pace, "asyncio", SimpleNamespace(sleep=sleep, get_running_loop=asyncio.get_running_loop))
    clock = 0.0
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: clock))
    own = Pace()
    for _word in range(3):
        clock += 0.01  # as from a model that is no faster
        await own.rest(watched=True)
    assert pace.UNWATCHED_SECONDS not in rests
    clock += 0.01
    await own.rest(watched=False)
    assert rests.pop() == pace.UNWATCHED_SECONDS
    rests.clear()
    await own.rest(watched=False)  # more has come meanwhile
    assert pace.UNWATCHED_SECONDS not in rests


async def test_an_unwatched_reply_is_complete(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    async def script(request: ChatRequest) -> AsyncIterator[object]:
        for word in range(5):
            await asyncio.sleep(0.005)
            yield TextDelta(f"{word} ")
        yield Finished(FinishReason.END)

    catalogue.script = script
    turn = await chat.send(None, "Hi", MODEL)
    message = await turn.wait()
    assert (message.status, message.text) == (Status.COMPLETE, "0 1 2 3 4 ")


async def test_a_loop_that_ended_in_the_middle_of_a_slice_leaves_nothing_behind() -> None:
    def elsewhere() -> None:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(Pace().rest(watched=True))
        loop.close()

    await asyncio.to_thread(elsewhere)
    here = asyncio.get_running_loop()
    assert here not in pace._slice_ends
    await Pace().rest(watched=True)
    assert here in pace._slice_ends
    await asyncio.sleep(0)
    assert here not in pace._slice_ends
