"""Coroutines started from slots: waiting for them, and ending them."""

import asyncio
from contextlib import suppress

import pytest

from desktop.ui.tasks import Tasks


@pytest.fixture
def tasks() -> Tasks:
    return Tasks(lambda error: pytest.fail(str(error)), lambda bug: pytest.fail(repr(bug)))


async def test_finishing_waits_for_all_others_and_what_they_start(tasks: Tasks) -> None:
    done: list[str] = []

    async def work(name: str, then: str = "") -> None:
        await asyncio.sleep(0)
        if then:
            tasks.start(work(then))
        done.append(name)

    async def wait() -> None:
        await tasks.finish()
        done.append("waited")

    tasks.start(work("one", then="two"))
    await asyncio.wait_for(tasks.start(wait()), 10)
    assert done == ["one", "two", "waited"]


async def test_one_that_does_not_end_is_given_up(tasks: Tasks) -> None:
    ended, begun = asyncio.Event(), asyncio.Event()

    async def stay() -> None:
        begun.set()
        while not ended.is_set():
            with suppress(asyncio.CancelledError):
                await ended.wait()

    staying = tasks.start(stay())
    await begun.wait()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await tasks.aclose()
    assert not staying.done()
    ended.set()
    await staying


async def test_ending_none_is_nothing(tasks: Tasks) -> None:
    await tasks.aclose()
