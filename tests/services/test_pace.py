"""Replies share a thread with the window: what comes fast gives way."""

import asyncio
from types import SimpleNamespace

import pytest

from desktop.services import pace


async def test_all_replies_together_work_no_longer_than_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: clock))
    rounds: list[list[str]] = [[]]

    async def reply(name: str) -> None:
        nonlocal clock
        for _word in range(4):
            clock += 0.003
            rounds[-1].append(name)
            await pace.rest()

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


async def test_a_loop_that_ended_in_the_middle_of_a_slice_leaves_nothing_behind() -> None:
    def elsewhere() -> None:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(pace.rest())
        loop.close()

    await asyncio.to_thread(elsewhere)
    here = asyncio.get_running_loop()
    assert here not in pace._slice_ends
    await pace.rest()
    assert here in pace._slice_ends
    await asyncio.sleep(0)
    assert here not in pace._slice_ends
