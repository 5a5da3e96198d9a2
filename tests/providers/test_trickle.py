"""What comes word by word is read in gulps; what comes at once, or rarely, without a pause."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from desktop.providers import trickle
from desktop.providers.trickle import GATHER_S, Trickle

SIZE = 180
MOST = 65_536 // SIZE  # pieces that one read takes
WORK_S = 0.000_1  # for each piece
EARLY_S = 0.000_9  # a timer of whole milliseconds may end so much too soon


class Wire:
    """A connection on a clock of its own. A read takes what has arrived, and waits if there is nothing."""

    def __init__(self, arrivals: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.arrivals = [self.now + at for at in arrivals]
        self.delays: list[float] = []
        self.reads = self.pauses = 0
        monkeypatch.setattr(trickle, "time", SimpleNamespace(monotonic=lambda: self.now))
        loop = SimpleNamespace(sleep=self.sleep, get_running_loop=asyncio.get_running_loop)
        monkeypatch.setattr(trickle, "asyncio", loop)

    async def sleep(self, seconds: float) -> None:
        self.pauses += 1
        self.now += max(0.0, seconds - EARLY_S)
        await asyncio.sleep(0)

    async def pieces(self) -> AsyncIterator[bytes]:
        while self.arrivals:
            self.reads += 1
            self.now = max(self.now, self.arrivals[0])
            await asyncio.sleep(0)
            read = [at for at in self.arrivals[:MOST] if at <= self.now]
            del self.arrivals[: len(read)]
            for at in read:
                self.delays.append(self.now - at)
                self.now += WORK_S
                yield bytes(SIZE)

    async def run(self, *, has_text: bool = True) -> None:
        trickle = Trickle(self.pieces())
        async for _piece in trickle:
            trickle.has_text = has_text
            await asyncio.sleep(0)  # the reader's own pauses do not count


async def test_a_hundred_words_a_second_are_read_in_gulps(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire([number / 100 for number in range(1000)], monkeypatch)
    await wire.run()
    assert len(wire.delays) == 1000
    assert wire.delays[:2] == [0, 0]  # the first words are not held up
    assert max(wire.delays) < GATHER_S + 0.01
    assert wire.reads < 2.2 * 10 / GATHER_S


@pytest.mark.parametrize("distance_s", [GATHER_S + 0.001, 0.5, 3.0])
async def test_what_comes_rarely_is_not_held_up(distance_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire([number * distance_s for number in range(50)], monkeypatch)
    await wire.run()
    assert (wire.pauses, max(wire.delays)) == (0, 0)


async def test_what_comes_in_bulk_is_read_without_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire([number / 100_000 for number in range(10_000)], monkeypatch)
    await wire.run()
    assert wire.pauses <= 2  # until the first reads have told how fast it is


async def test_what_follows_a_silence_is_not_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [number / 100 for number in range(100)]
    wire = Wire([*words, *(5 + at for at in words)], monkeypatch)
    await wire.run()
    assert wire.delays[100] == 0


async def test_nothing_before_the_first_word_holds_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire([number / 100 for number in range(100)], monkeypatch)
    await wire.run(has_text=False)
    assert (wire.pauses, max(wire.delays)) == (0, 0)
