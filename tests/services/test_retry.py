"""Trying again: when, how often, and what is written down about it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import (
    BadRequest,
    BrokenStream,
    KeyRejected,
    NoConnection,
    NoCredit,
    Overloaded,
    ProviderError,
    RateLimited,
    TimedOut,
    TooLong,
)
from desktop.domain.events import Finished, Offline, ReasoningDelta, Retrying, TextDelta, TurnEvent
from desktop.domain.message import FinishReason, Status
from desktop.providers.base import ChatRequest
from desktop.services import network, retry
from desktop.services.chat import Chat
from desktop.services.library import Library
from desktop.storage.database import Database

from .conftest import MODEL, ScriptedCatalogue


def error(
    kind: type[ProviderError], status: int | None = None, after: float | None = None, may: bool | None = None
) -> ProviderError:
    made = kind("It failed", http_status=status)
    made.retry_after, made.may_retry = after, may
    return made


@pytest.mark.parametrize(
    "made",
    [
        error(RateLimited, 429),
        error(Overloaded, 500),
        error(Overloaded, 529),
        error(TimedOut, 408),
        error(TimedOut),
        error(NoConnection),
        error(BrokenStream),
        error(BadRequest, 409),
        error(BadRequest, 425),
        error(BadRequest, 400, may=True),
    ],
    ids=str,
)
def test_what_passes_is_tried_again(made: ProviderError) -> None:
    first, second = retry.pause_after(made, 1, 0), retry.pause_after(made, 2, 0)
    assert first is not None
    assert second is not None
    assert 0.375 <= first <= 0.5
    assert 0.75 <= second <= 1
    assert retry.pause_after(made, 3, 0) is None


@pytest.mark.parametrize(
    "made",
    [
        error(NoCredit, 429),
        error(NoCredit, 429, after=1, may=True),
        error(KeyRejected, 401),
        error(BadRequest, 400),
        error(TooLong, 400),
        error(RateLimited, 429, may=False),
        error(Overloaded, 503, after=1, may=False),
    ],
    ids=str,
)
def test_what_stays_is_not(made: ProviderError) -> None:
    assert retry.pause_after(made, 1, 0) is None


def test_what_the_provider_says_goes_first() -> None:
    assert retry.pause_after(error(RateLimited, 429, after=12.5), 1, 0) == 12.5
    assert retry.pause_after(error(RateLimited, 429, after=0), 1, 0) == 0
    assert retry.pause_after(error(RateLimited, 429, after=61), 1, 0) is None
    assert retry.pause_after(error(RateLimited, 429, after=31), 2, 30) is None


@given(st.integers(1, 10), st.floats(0, 100), st.none() | st.floats(0, 1000))
def test_never_longer_than_a_minute_altogether(tries: int, waited: float, after: float | None) -> None:
    pause = retry.pause_after(error(RateLimited, 429, after=after), tries, waited)
    assert pause is None or (pause >= 0 and waited + pause <= retry.LONGEST_S and tries < retry.TRIES)


def failing(*errors: ProviderError):
    left = list(errors)

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if left:
            raise left.pop(0)
        yield TextDelta("Hello")
        yield Finished(FinishReason.END)

    return script


async def test_an_answer_after_two_failures(
    chat: Chat, library: Library, catalogue: ScriptedCatalogue, database: Database
) -> None:
    catalogue.script = failing(error(RateLimited, 429, after=0.01), error(Overloaded, 503, after=0))
    turn = await chat.send(None, "Hi", MODEL)
    events: list[TurnEvent] = []
    turn.subscribe(events.append)
    message = await turn.wait()
    assert (message.status, message.text) == (Status.COMPLETE, "Hello")
    assert [(e.number, e.wait_s, e.attempt.failure.http_status) for e in events if isinstance(e, Retrying)] == [
        (1, 0.01, 429),
        (2, 0, 503),
    ]
    _conversation, tree = await library.conversation(turn.conversation_id)
    assert tree[message.id] == message
    assert [attempt.failure.code for attempt in message.attempts] == ["rate_limited", "overloaded"]
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute("SELECT attempt_no, status, http_status, message_id FROM ledger").fetchall()
    assert rows == [(1, "failed", 429, message.id), (2, "failed", 503, message.id), (3, "complete", None, message.id)]


async def test_the_last_failure_is_the_one_that_shows(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    catalogue.script = failing(*(error(Overloaded, status, after=0) for status in (500, 502, 503, 504)))
    message = await (await chat.send(None, "Hi", MODEL)).wait()
    assert message.status is Status.FAILED
    assert message.failure is not None
    assert message.failure.http_status == 503
    assert len(message.attempts) == 2


@pytest.mark.parametrize("first", [TextDelta("Hel"), ReasoningDelta("hm")])
async def test_never_after_the_first_word(chat: Chat, catalogue: ScriptedCatalogue, first: object) -> None:
    async def breaks(request: ChatRequest) -> AsyncIterator[object]:
        yield first
        raise error(BrokenStream)

    catalogue.script = breaks
    message = await (await chat.send(None, "Hi", MODEL)).wait()
    assert message.status is Status.FAILED
    assert message.attempts == ()
    assert len(catalogue.requests) == 1


async def test_the_user_need_not_wait(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    catalogue.script = failing(error(RateLimited, 429, after=50))
    turn = await chat.send(None, "Hi", MODEL)
    turn.subscribe(lambda event: turn.try_now() if isinstance(event, Retrying) else None)
    async with asyncio.timeout(10):
        message = await turn.wait()
    assert message.text == "Hello"


async def test_stop_ends_the_wait(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    catalogue.script = failing(error(RateLimited, 429, after=50))
    turn = await chat.send(None, "Hi", MODEL)
    turn.subscribe(lambda event: turn.stop() if isinstance(event, Retrying) else None)
    async with asyncio.timeout(10):
        message = await turn.wait()
    assert message.status is Status.STOPPED
    assert len(message.attempts) == 1


async def test_without_a_network_it_waits_for_one(
    chat: Chat, catalogue: ScriptedCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter([True, True, True, False])
    monkeypatch.setattr(network, "is_offline", lambda: next(states))
    monkeypatch.setattr(network, "_LOOK_AGAIN_S", 0)
    catalogue.address = "https://api.example.com/v1"
    catalogue.script = failing(error(NoConnection))
    turn = await chat.send(None, "Hi", MODEL)
    events: list[TurnEvent] = []
    turn.subscribe(events.append)
    message = await turn.wait()
    assert Offline() in events
    assert (message.text, message.attempts) == ("Hello", ())  # no try was made in earnest


async def test_what_was_sent_before_the_network_went_is_a_try(
    chat: Chat, catalogue: ScriptedCatalogue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter([True, False])
    monkeypatch.setattr(network, "is_offline", lambda: next(states))
    catalogue.address = "https://api.example.com/v1"
    lost = error(NoConnection)
    lost.was_sent = True
    catalogue.script = failing(lost)
    message = await (await chat.send(None, "Hi", MODEL)).wait()
    assert (message.text, [attempt.failure.code for attempt in message.attempts]) == ("Hello", ["no_connection"])
    assert message.attempts[0].usage is not None
    assert message.attempts[0].usage.estimated
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute("SELECT attempt_no, status FROM ledger ORDER BY number").fetchall()
    assert rows == [(1, "failed"), (2, "complete")]


async def test_waiting_for_a_network_can_be_ended(
    chat: Chat, catalogue: ScriptedCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "is_offline", lambda: True)
    catalogue.address = "https://api.example.com/v1"
    catalogue.script = failing(error(NoConnection))
    turn = await chat.send(None, "Hi", MODEL)
    turn.subscribe(lambda event: turn.stop() if isinstance(event, Offline) else None)
    async with asyncio.timeout(10):
        assert (await turn.wait()).status is Status.STOPPED


async def test_a_server_on_this_computer_needs_no_network(
    chat: Chat, catalogue: ScriptedCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "is_offline", lambda: True)
    monkeypatch.setattr(retry, "_FIRST_S", 0.0)
    catalogue.script = failing(*(error(NoConnection) for _ in range(5)))
    message = await (await chat.send(None, "Hi", MODEL)).wait()
    assert message.status is Status.FAILED
