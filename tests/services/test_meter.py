"""What running replies have cost so far."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from desktop.domain.cost import Price, Rates
from desktop.domain.errors import RateLimited
from desktop.domain.events import Finished, ModelChosen, ProviderEvent, Retrying, TextDelta, UsageReported
from desktop.domain.message import FinishReason
from desktop.domain.usage import CostSource, Usage
from desktop.providers.base import ChatRequest
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.services.meter import Meters
from desktop.services.tokens import FRAMING, Tokens
from tests.services.conftest import MODEL, ScriptedCatalogue

PRICE = Price("list:m-1", Rates(Decimal(1), Decimal(10)))


@pytest.fixture
def meters(chat: Chat, prices: Any, tokens: Tokens, feed: Feed) -> Meters:
    prices.known[MODEL] = PRICE
    return Meters(chat, prices, tokens, feed)


async def cost(meters: Meters, conversation_id: str, expected: Decimal) -> None:
    async with asyncio.timeout(5):
        while meters.costs().get(conversation_id) != expected:
            await asyncio.sleep(0)


async def test_it_counts_until_the_provider_tells_and_then_believes_it(
    chat: Chat, catalogue: ScriptedCatalogue, meters: Meters
) -> None:
    steps: asyncio.Queue[ProviderEvent] = asyncio.Queue()

    async def script(request: ChatRequest) -> AsyncIterator[ProviderEvent]:
        while True:
            event = await steps.get()
            yield event
            if isinstance(event, Finished):
                return

    catalogue.script = script
    turn = await chat.send(None, "a" * 400, MODEL)
    sent = 100 + FRAMING
    await cost(meters, turn.conversation_id, Decimal(sent) / 1_000_000)
    steps.put_nowait(TextDelta("b" * 6))
    steps.put_nowait(TextDelta("b" * 6))  # together 3 tokens at $10 a million
    await cost(meters, turn.conversation_id, Decimal(sent + 30) / 1_000_000)
    steps.put_nowait(TextDelta("数据"))
    await cost(meters, turn.conversation_id, Decimal(sent + 50) / 1_000_000)
    steps.put_nowait(UsageReported(Usage(input_tokens=90, output_tokens=1)))
    await cost(meters, turn.conversation_id, Decimal(90 + 50) / 1_000_000)
    steps.put_nowait(UsageReported(Usage(90, 7, cost=Decimal("0.5"))))
    await cost(meters, turn.conversation_id, Decimal("0.5"))
    meter = meters.of(turn.conversation_id)
    assert meter is not None
    assert meter.usage.cost_source is CostSource.REPORTED
    steps.put_nowait(Finished(FinishReason.END))
    await turn.wait()
    await chat.stop_all()
    assert meters.of(turn.conversation_id) is None
    assert meters.costs() == {}


async def test_a_try_that_failed_is_not_counted_while_the_next_one_waits(
    chat: Chat, catalogue: ScriptedCatalogue, meters: Meters, library: Library
) -> None:
    limited = RateLimited("Slow down", http_status=429)
    limited.retry_after = 50

    async def script(request: ChatRequest) -> AsyncIterator[ProviderEvent]:
        yield UsageReported(Usage(1000))
        raise limited

    catalogue.script = script
    turn = await chat.send(None, "a" * 400, MODEL)
    async with asyncio.timeout(5):
        while turn.paused is None:
            await asyncio.sleep(0)
    meter = meters.of(turn.conversation_id)
    assert meter is not None
    assert meter.usage.cost is None
    assert meter.whole.cost == Decimal("0.001")
    assert [row.cost for row in await library.summaries()] == [Decimal("0.001")]  # it is in the sum already
    turn.stop()
    await turn.wait()
    assert [row.cost for row in await library.summaries()] == [Decimal("0.001")]


async def test_what_used_nothing_has_cost_nothing(
    chat: Chat, catalogue: ScriptedCatalogue, meters: Meters, library: Library
) -> None:
    limited = RateLimited("Slow down", http_status=429)
    limited.retry_after = 50

    async def script(request: ChatRequest) -> AsyncIterator[ProviderEvent]:
        raise limited
        yield

    catalogue.script = script
    turn = await chat.send(None, "Hi", MODEL)
    turn.subscribe(lambda event: turn.stop() if isinstance(event, Retrying) else None)
    async with asyncio.timeout(5):
        await turn.wait()
    assert [row.cost for row in await library.summaries()] == [Decimal(0)]


async def test_an_unknown_price_is_no_cost(
    chat: Chat, catalogue: ScriptedCatalogue, meters: Meters, prices: Any
) -> None:
    prices.known.clear()
    go_on = asyncio.Event()

    async def script(request: ChatRequest) -> AsyncIterator[ProviderEvent]:
        yield TextDelta("Yes.")
        await go_on.wait()
        yield Finished(FinishReason.END)

    catalogue.script = script
    turn = await chat.send(None, "Why?", MODEL)
    seen: list[object] = []
    turn.subscribe(seen.append)
    async with asyncio.timeout(5):
        while not any(isinstance(event, TextDelta) for event in seen):
            await asyncio.sleep(0)
    assert any(isinstance(event, ModelChosen) for event in seen)
    meter = meters.of(turn.conversation_id)
    assert meter is not None
    assert (meter.price, meter.usage.cost, meter.usage.cost_source) == (None, None, CostSource.UNPRICED)
    assert meter.usage.output_tokens == 1
    assert meters.costs() == {}
    go_on.set()
    await turn.wait()
