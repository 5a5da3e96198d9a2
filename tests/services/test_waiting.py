"""Limits that are known before they bite, and routes all of whose targets cool."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest

from desktop.domain.errors import NoCredit, Overloaded, RateLimited
from desktop.domain.events import AllCooling, FellBack, Finished, ModelChosen, Retrying, TextDelta, TurnEvent
from desktop.domain.limits import RateLimits
from desktop.domain.message import FinishReason, Message, Status
from desktop.domain.model import ModelRef
from desktop.domain.route import Route, Target
from desktop.providers.base import ChatRequest
from desktop.services.chat import Chat
from desktop.services.routes import Routes
from desktop.storage.database import Database

from .conftest import MODEL, ScriptedCatalogue

LARGE, SONNET = Target(ModelRef("mistral", "large")), Target(ModelRef("anthropic", "sonnet"))
ROUTE = Route("r1", "Everyday", (LARGE, SONNET))
TITLE = "Scripted allows no more requests with this key"


@pytest.fixture(autouse=True)
def _answers(catalogue: ScriptedCatalogue) -> None:
    catalogue.known_routes = (ROUTE,)

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        yield TextDelta(request.model_id)
        yield Finished(FinishReason.END)

    catalogue.script = script


def close(routes: Routes, target: Target, seconds: float) -> None:
    """The target has said that it answers nothing more for so long."""
    routes.standing.set_limits(target, RateLimits(remaining=0, reset_s=seconds))


def cool(routes: Routes, target: Target, times: int = 1) -> None:
    """The target has failed so often that it cools for 5 s, or for 10 s the second time."""
    for _failure in range(3 * times):
        routes.standing.failed(target, Overloaded("It has a problem", http_status=503))


async def reply_of(chat: Chat, model: ModelRef = MODEL, *, hurry: bool = False) -> tuple[Message, list[TurnEvent]]:
    turn = await chat.send(None, "Hi", model)
    events: list[TurnEvent] = []

    def listen(event: TurnEvent) -> None:
        events.append(event)
        if hurry and turn.paused is event:
            turn.try_now()

    turn.subscribe(listen)
    async with asyncio.timeout(10):
        return await turn.wait(), events


def rows_of(database: Database) -> list[tuple[object, ...]]:
    with sqlite3.connect(database.path) as connection:
        return connection.execute("SELECT attempt_no, provider, status FROM ledger").fetchall()


async def test_nothing_is_sent_before_the_reset(
    chat: Chat, catalogue: ScriptedCatalogue, routes: Routes, database: Database
) -> None:
    close(routes, Target(MODEL), 30)
    turn = await chat.send(None, "Hi", MODEL)
    async with asyncio.timeout(10):
        while turn.paused is None:
            await asyncio.sleep(0)
    waiting = turn.paused
    assert isinstance(waiting, AllCooling)
    assert (waiting.first.reason, waiting.others) == (TITLE, ())
    assert 29 < waiting.wait_s <= 30
    assert catalogue.requests == []
    turn.try_now()
    message = await turn.wait()
    assert (message.text, message.attempts, turn.paused) == ("m-1", (), None)
    assert rows_of(database) == [(1, "scripted", "complete")]


async def test_it_is_sent_when_the_reset_has_come(chat: Chat, routes: Routes) -> None:
    close(routes, Target(MODEL), 0.05)
    message, events = await reply_of(chat)
    assert message.text == "m-1"
    assert [type(event) for event in events] == [AllCooling, ModelChosen, TextDelta, Finished]
    message, events = await reply_of(chat)
    assert [type(event) for event in events] == [ModelChosen, TextDelta, Finished]


async def test_tokens_count_like_requests(chat: Chat, routes: Routes) -> None:
    routes.standing.set_limits(Target(MODEL), RateLimits(remaining=90, remaining_tokens=0, reset_tokens_s=0.05))
    _message, events = await reply_of(chat)
    assert isinstance(events[0], AllCooling)


async def test_stopped_while_it_waits_nothing_was_tried(
    chat: Chat, catalogue: ScriptedCatalogue, routes: Routes, database: Database
) -> None:
    close(routes, Target(MODEL), 30)
    turn = await chat.send(None, "Hi", MODEL)
    turn.subscribe(lambda event: turn.stop() if isinstance(event, AllCooling) else None)
    async with asyncio.timeout(10):
        message = await turn.wait()
    assert (message.status, catalogue.requests, rows_of(database)) == (Status.STOPPED, [], [])


async def test_nobody_waits_longer_than_a_minute(
    chat: Chat, catalogue: ScriptedCatalogue, routes: Routes, database: Database
) -> None:
    close(routes, Target(MODEL), 90)
    message, events = await reply_of(chat)
    assert message.failure is not None
    assert (message.failure.code, message.failure.title) == ("rate_limited", TITLE)
    assert message.failure.explanation.startswith("It answers again in 1\N{NO-BREAK SPACE}min\N{NO-BREAK SPACE}30")
    assert not any(isinstance(event, AllCooling) for event in events)
    assert (catalogue.requests, rows_of(database)) == ([], [])
    message, _events = await reply_of(chat)
    assert message.text == "m-1"  # who was told and asks all the same is let through


async def test_a_route_takes_the_next_target_at_once(chat: Chat, routes: Routes) -> None:
    close(routes, LARGE, 30)
    message, events = await reply_of(chat, ROUTE.ref)
    assert (message.text, message.attempts) == ("sonnet", ())
    assert [type(event) for event in events] == [ModelChosen, TextDelta, Finished]


async def test_the_next_target_is_waited_for(chat: Chat, catalogue: ScriptedCatalogue, routes: Routes) -> None:
    close(routes, SONNET, 30)
    answered = catalogue.script
    assert answered is not None

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if request.model_id == "large":
            raise NoCredit("Used up", http_status=402)
        async for event in answered(request):
            yield event

    catalogue.script = script
    message, events = await reply_of(chat, ROUTE.ref, hurry=True)
    assert [type(event) for event in events] == [ModelChosen, FellBack, AllCooling, ModelChosen, TextDelta, Finished]
    waiting = events[2]
    assert isinstance(waiting, AllCooling)
    assert (waiting.first.model, waiting.others) == (SONNET.model, ())
    assert message.text == "sonnet"


async def test_pauses_and_waits_are_a_minute_altogether(
    chat: Chat, catalogue: ScriptedCatalogue, routes: Routes
) -> None:
    close(routes, Target(MODEL), 40)
    error = RateLimited("Slow down", http_status=429)
    error.retry_after = 25

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        raise error
        yield

    catalogue.script = script
    message, events = await reply_of(chat, hurry=True)
    assert message.status is Status.FAILED
    assert not any(isinstance(event, Retrying) for event in events)  # 40 s and 25 s are too much


async def test_all_cool_and_the_first_to_recover_is_asked(chat: Chat, routes: Routes) -> None:
    cool(routes, LARGE, times=2)
    cool(routes, SONNET)
    message, events = await reply_of(chat, ROUTE.ref)
    assert [type(event) for event in events] == [AllCooling, ModelChosen, TextDelta, Finished]
    told = events[0]
    assert isinstance(told, AllCooling)
    assert (told.first.model, told.first.reason, told.wait_s) == (SONNET.model, "It has a problem", 0)
    assert [(other.model, other.reason) for other in told.others] == [(LARGE.model, "It has a problem")]
    assert 4 < told.first.wait_s <= 5
    assert 9 < told.others[0].wait_s <= 10
    assert message.text == "sonnet"


async def test_the_first_to_recover_may_have_to_be_waited_for(chat: Chat, routes: Routes) -> None:
    cool(routes, LARGE, times=3)
    close(routes, SONNET, 6)
    _message, events = await reply_of(chat, ROUTE.ref, hurry=True)
    (told,) = [event for event in events if isinstance(event, AllCooling)]
    assert (told.first.model, told.first.reason) == (SONNET.model, TITLE)
    assert 5 < told.wait_s <= 6
    assert [other.model for other in told.others] == [LARGE.model]


async def test_who_is_asked_can_be_read_while_that_one_answers(
    chat: Chat, catalogue: ScriptedCatalogue, routes: Routes
) -> None:
    cool(routes, LARGE)
    cool(routes, SONNET)
    go_on = asyncio.Event()

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        await go_on.wait()
        raise NoCredit("Used up", http_status=402)
        yield

    catalogue.script = script
    turn = await chat.send(None, "Hi", ROUTE.ref)
    async with asyncio.timeout(10):
        while not catalogue.requests:
            await asyncio.sleep(0)
    assert isinstance(turn.paused, AllCooling)
    go_on.set()
    await turn.wait()
    assert turn.paused is None


@pytest.mark.parametrize("cooling", [0, 1])
async def test_a_model_alone_that_cools_is_asked_without_ado(chat: Chat, routes: Routes, cooling: int) -> None:
    cool(routes, Target(MODEL), cooling)
    _message, events = await reply_of(chat)
    assert [type(event) for event in events] == [ModelChosen, TextDelta, Finished]


async def test_two_keys_of_one_model_are_told_apart(chat: Chat, catalogue: ScriptedCatalogue, routes: Routes) -> None:
    catalogue.labels = ("Work", "Personal")
    cool(routes, Target(MODEL, "Work"), times=2)
    cool(routes, Target(MODEL, "Personal"))
    _message, events = await reply_of(chat)
    told = events[0]
    assert isinstance(told, AllCooling)
    assert told.first.name == "Scripted One, key “Personal”"
    assert [other.name for other in told.others] == ["Scripted One, key “Work”"]
