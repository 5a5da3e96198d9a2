"""Figures about providers, from tries written by hand."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from desktop.domain.errors import Overloaded
from desktop.domain.events import Finished, TextDelta
from desktop.domain.message import FinishReason, Status
from desktop.domain.model import ModelRef
from desktop.domain.route import Route, Target
from desktop.providers.base import ChatRequest
from desktop.services.chat import Chat
from desktop.services.health import HOUR_MS, Health, of_tries
from desktop.storage.database import Database
from desktop.storage.ledger import Try

from .conftest import ScriptedCatalogue

A, B = ModelRef("mistral", "a"), ModelRef("openai", "b")
FINE = Try("m1", A, "Mistral", "Work", 0, 400, 2400, 100, Status.COMPLETE, "")
BAD = replace(FINE, ttft_ms=None, output_tokens=None, status=Status.FAILED, error_code="overloaded")


def test_a_model_that_always_answered() -> None:
    tries = [replace(FINE, message_id=str(n), ttft_ms=100 * n, start_ms=n) for n in range(1, 21)]
    figures = of_tries(tries, 0, HOUR_MS).models[A]
    assert (figures.tries, figures.answered, figures.success) == (20, 20, 1)
    assert (figures.ttft_p50_ms, figures.ttft_p95_ms) == (1000, 1900)
    assert (figures.last_error, figures.last_error_ms) == ("", None)
    assert sum(total for total, _bad in figures.bins) == 20


def test_speed_is_of_the_writing_alone() -> None:
    figures = of_tries([FINE, replace(FINE, ttft_ms=2300)], 0, HOUR_MS).models[A]
    assert figures.speed_p50 == 50  # the second wrote for too short a time to tell


def test_failures_and_when() -> None:
    later = replace(BAD, start_ms=HOUR_MS - 1, error_code="rate_limited")
    figures = of_tries([FINE, BAD, later], 0, HOUR_MS).providers["mistral"]
    assert figures.success == pytest.approx(1 / 3)
    assert (figures.last_error, figures.last_error_ms) == ("rate_limited", HOUR_MS - 1)
    assert figures.bins[0] == (2, 1)
    assert figures.bins[-1] == (1, 1)


@pytest.mark.parametrize(
    ("tries", "rescued"),
    [
        ([FINE], 0),
        ([BAD, FINE], 0),  # the same target, tried again
        ([BAD, replace(FINE, model=B)], 1),
        ([BAD, replace(FINE, key_label="Personal")], 1),
        ([BAD, replace(BAD, model=B)], 0),
        ([BAD, replace(FINE, message_id="m2", model=B)], 0),
    ],
)
def test_rescued(tries: list[Try], rescued: int) -> None:
    assert of_tries(tries, 0, HOUR_MS).rescued == rescued


def test_nothing_is_nothing() -> None:
    report = of_tries([], 0, HOUR_MS)
    assert (report.models, report.providers, report.rescued) == ({}, {}, 0)


async def test_from_real_replies(chat: Chat, catalogue: ScriptedCatalogue, database: Database) -> None:
    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if request.model_id == "a":
            raise Overloaded("", http_status=501)
        yield TextDelta("Hello")
        yield Finished(FinishReason.END)

    catalogue.script = script
    catalogue.known_routes = (Route("r", "R", (Target(A), Target(B))),)
    await (await chat.send(None, "Hi", catalogue.known_routes[0].ref)).wait()
    report = await Health(database).report(HOUR_MS)
    assert report.rescued == 1
    assert report.models[B].answered == 1
    assert report.models[A].last_error == "overloaded"


async def test_speeds_are_kept_while_shorter_times_are_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    health = Health(database)
    written = [FINE]
    monkeypatch.setattr("desktop.services.health.ledger.tries_since", lambda db, ms: written)
    await health.report(HOUR_MS)
    written.clear()
    await health.report(HOUR_MS)
    assert health.speeds() == {A: 50}
