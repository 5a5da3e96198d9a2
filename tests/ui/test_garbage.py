"""The cycle collector as the program runs it."""

import asyncio
import gc
import sys
import weakref
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from desktop.ui.garbage import UiThreadCollector, end_dropped_generators


class Knot:
    """Something that only the collector can end."""

    def __init__(self) -> None:
        self.itself = self


def many_knots() -> weakref.ref[Knot]:
    return [weakref.ref(Knot()) for _ in range(2 * gc.get_threshold()[0])][-1]


def test_cycles_are_collected_and_what_is_new_with_a_module_is_left(
    collector: UiThreadCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules: dict[str, object] = {}  # of one's own: other tests leave threads that import
    monkeypatch.setattr("desktop.ui.garbage.sys", SimpleNamespace(modules=modules))
    collector.collect()
    found = many_knots()
    collector.collect()
    assert found() is None
    permanent = gc.get_freeze_count()
    modules["one that has just come"] = object()
    found = many_knots()
    collector.collect()
    assert found() is not None
    assert gc.get_freeze_count() > permanent
    found = many_knots()
    collector.collect()
    assert found() is None


async def test_a_generator_that_is_dropped_halfway_comes_to_its_end(caplog: pytest.LogCaptureFixture) -> None:
    ends: list[str] = []

    async def words(name: str) -> AsyncIterator[str]:
        try:
            yield name
        finally:
            await asyncio.sleep(0)  # as where a connection is given back
            ends.append(name)
            if name == "bad":
                raise ValueError(name)

    async def first(name: str) -> str:
        async for word in words(name):
            return word
        return ""

    before = sys.get_asyncgen_hooks()
    tasks: list[asyncio.Task[None]] = []
    try:
        loop = asyncio.get_running_loop()
        end_dropped_generators(loop, lambda ending: tasks.append(loop.create_task(ending)))
        await first("good")
        await first("bad")
        await asyncio.sleep(0)
        await asyncio.gather(*tasks)
    finally:
        sys.set_asyncgen_hooks(*before)
    assert ends == ["good", "bad"]
    assert "did not end well" in caplog.text
