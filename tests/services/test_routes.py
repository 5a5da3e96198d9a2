"""A reply through a route: who answers in the end, what is told, what is written down."""

import sqlite3
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.domain.cost import Price, Rates
from desktop.domain.errors import (
    Failure,
    KeyRejected,
    NoCredit,
    Overloaded,
    ProviderError,
    RateLimited,
    Refused,
    TooLong,
)
from desktop.domain.events import (
    FellBack,
    Finished,
    LimitsReported,
    ModelChosen,
    ReasoningDelta,
    TextDelta,
    TurnEvent,
    UsageReported,
)
from desktop.domain.limits import RateLimits
from desktop.domain.message import FinishReason, Message, Status
from desktop.domain.model import KeyRef, Model, ModelRef
from desktop.domain.route import Route, Strategy, Target
from desktop.domain.usage import CostSource, Usage
from desktop.providers.base import ChatRequest
from desktop.services.chat import Chat
from desktop.services.library import Library
from desktop.services.routes import Routes
from desktop.services.standing import Standing
from desktop.settings import options
from desktop.settings.files import Writer
from desktop.settings.store import Settings
from desktop.storage.database import Database

from .conftest import MODEL, FakePrices, ScriptedCatalogue

LARGE, SONNET = ModelRef("mistral", "large"), ModelRef("anthropic", "sonnet")
ROUTE = Route("r1", "Everyday", (Target(LARGE), Target(SONNET)))


def price(input_: int, output: int) -> Price:
    """US dollars for a million tokens."""
    return Price("test", Rates(Decimal(input_), Decimal(output)))


@pytest.fixture(autouse=True)
def _route(catalogue: ScriptedCatalogue, prices: FakePrices) -> None:
    catalogue.known_routes = (ROUTE,)
    catalogue.models = {
        LARGE: Model(LARGE, "Mistral Large", 1000),
        SONNET: Model(SONNET, "Claude Sonnet", 9000),
    }
    prices.known = {LARGE: price(1, 2), SONNET: price(1, 3)}


def answering(catalogue: ScriptedCatalogue, **failing: ProviderError) -> None:
    """Models named in `failing` fail, others answer with their own name."""

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if request.model_id in failing:
            raise failing[request.model_id]
        yield TextDelta(request.model_id)
        yield Finished(FinishReason.END)

    catalogue.script = script


async def reply_of(chat: Chat, model: ModelRef = ROUTE.ref) -> tuple[Message, list[TurnEvent]]:
    turn = await chat.send(None, "Hi", model)
    events: list[TurnEvent] = []
    turn.subscribe(events.append)
    return await turn.wait(), events


async def test_the_first_target_answers(chat: Chat, catalogue: ScriptedCatalogue, library: Library) -> None:
    answering(catalogue)
    message, events = await reply_of(chat)
    assert (message.model, message.text, message.attempts) == (LARGE, "large", ())
    assert [type(event) for event in events] == [ModelChosen, TextDelta, Finished]
    conversation, tree = await library.conversation(message.conversation_id)
    assert conversation.model == ROUTE.ref  # the next question takes the route again
    assert tree[message.id].model == LARGE


async def test_the_next_one_answers_and_all_is_told(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library, database: Database
) -> None:
    answering(catalogue, large=NoCredit("Your balance is used up", http_status=402))
    message, events = await reply_of(chat)
    assert (message.model, message.text, message.status) == (SONNET, "sonnet", Status.COMPLETE)
    (moved,) = [event for event in events if isinstance(event, FellBack)]
    assert (moved.attempt.model, moved.to, moved.number) == (LARGE, SONNET, 1)
    _conversation, tree = await library.conversation(message.conversation_id)
    assert tree[message.id] == message
    assert message.attempts[0].failure.http_status == 402
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute("SELECT attempt_no, provider, status, fallback_from FROM ledger").fetchall()
    assert rows == [(1, "mistral", "failed", None), (2, "anthropic", "complete", str(LARGE))]


async def test_none_answers(chat: Chat, catalogue: ScriptedCatalogue, database: Database) -> None:
    answering(catalogue, large=NoCredit("Used up", http_status=402), sonnet=KeyRejected("Rejected", http_status=401))
    message, _events = await reply_of(chat)
    assert message.status is Status.FAILED
    assert message.failure is not None
    assert message.failure.code == "none_answered"
    assert message.failure.title == "None of 2 models answered"
    assert message.failure.explanation == "Scripted One: Used up. Scripted One: Rejected."
    assert message.model == SONNET
    assert [(each.model, each.failure.code) for each in message.attempts] == [
        (LARGE, "no_credit"),
        (SONNET, "key_rejected"),
    ]
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute("SELECT attempt_no, provider, error_class FROM ledger").fetchall()
    assert rows == [(1, "mistral", "no_credit"), (2, "anthropic", "key_rejected")]


async def test_too_long_goes_to_a_larger_model_only(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    answering(catalogue, large=TooLong("Too long", http_status=400))
    message, _events = await reply_of(chat)
    assert message.model == SONNET
    catalogue.models[SONNET] = Model(SONNET, "Claude Sonnet", 500)
    message, _events = await reply_of(chat)
    assert message.status is Status.FAILED
    assert message.model == LARGE


async def test_what_was_refused_is_passed_on_only_if_the_user_wants_it(
    chat: Chat, catalogue: ScriptedCatalogue, database: Database
) -> None:
    answering(catalogue, large=Refused("Mistral stopped this reply", "It said why.", detail="no"))
    message, events = await reply_of(chat)
    assert message.failure == Failure("refused_on_route", "Mistral stopped this reply", "It said why.", None, "no")
    assert message.model == SONNET  # whom the question is about
    assert [(attempt.model, attempt.failure.code) for attempt in message.attempts] == [(LARGE, "refused")]
    assert not any(isinstance(event, FellBack) for event in events)
    assert len(catalogue.requests) == 1
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute("SELECT provider, error_class FROM ledger").fetchall()
    assert rows == [("mistral", "refused")]


async def test_a_reply_that_was_filtered_before_its_first_word_is_refused(
    chat: Chat, catalogue: ScriptedCatalogue
) -> None:
    async def script(request: ChatRequest) -> AsyncIterator[object]:
        yield UsageReported(Usage(input_tokens=900, cost=Decimal("0.25")))
        yield Finished(FinishReason.FILTERED)

    catalogue.script = script
    message, _events = await reply_of(chat)
    assert message.failure is not None
    assert (message.failure.code, message.model) == ("refused_on_route", SONNET)
    alone, _events = await reply_of(chat, LARGE)
    assert alone.failure is not None
    assert (alone.failure.code, alone.attempts) == ("refused", ())


async def test_a_refusal_after_thoughts_asks_too_and_its_cost_is_the_tries(
    chat: Chat, catalogue: ScriptedCatalogue, library: Library
) -> None:
    async def script(request: ChatRequest) -> AsyncIterator[object]:
        yield ReasoningDelta("They want what I must not say.")
        yield UsageReported(Usage(1000, 500))
        raise Refused("Mistral stopped this reply", "It said why.")

    catalogue.script = script
    message, _events = await reply_of(chat)
    assert message.failure is not None
    assert (message.failure.code, message.model) == ("refused_on_route", SONNET)
    assert message.reasoning == "They want what I must not say."
    assert message.usage is None
    used = Usage(1000, 500, cost=Decimal("0.002"), cost_source=CostSource.COMPUTED)
    assert [attempt.usage for attempt in message.attempts] == [used]
    _conversation, tree = await library.conversation(message.conversation_id)
    assert tree[message.id] == message
    assert [row.cost for row in await library.summaries()] == [Decimal("0.002")]


async def test_a_refusal_after_a_visible_word_is_told_as_it_is(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    async def script(request: ChatRequest) -> AsyncIterator[object]:
        yield TextDelta("Well")
        raise Refused("Mistral stopped this reply", "It said why.")

    catalogue.script = script
    message, _events = await reply_of(chat)
    assert message.failure is not None
    assert (message.failure.code, message.model, message.attempts) == ("refused", LARGE, ())


async def test_a_reply_costs_what_its_tries_cost(chat: Chat, catalogue: ScriptedCatalogue, library: Library) -> None:
    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if request.model_id == "large":
            yield UsageReported(Usage(1000, 0))
            raise Overloaded("Busy", http_status=529)
        yield UsageReported(Usage(1000, 1000))
        yield TextDelta("Hello")
        yield Finished(FinishReason.END)

    catalogue.script = script
    message, _events = await reply_of(chat)
    assert message.model == SONNET
    assert len(message.attempts) == 3
    assert message.usage is not None
    assert message.spent is not None
    assert message.usage.cost == Decimal("0.004")
    assert message.spent.cost == 3 * Decimal("0.001") + Decimal("0.004")
    _conversation, tree = await library.conversation(message.conversation_id)
    assert tree[message.id] == message
    assert [row.cost for row in await library.summaries()] == [message.spent.cost]


async def test_a_refusal_says_what_the_next_one_costs(
    chat: Chat, catalogue: ScriptedCatalogue, prices: FakePrices
) -> None:
    prices.known[SONNET] = price(3, 9)
    answering(catalogue, large=Refused("Mistral stopped this reply", "It said why."))
    message, _events = await reply_of(chat)
    assert message.failure is not None
    assert message.failure.explanation == "It said why. Scripted One costs 4.0 times as much."


async def test_nobody_is_left_after_a_refusal(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    answering(catalogue, large=NoCredit("Used up", http_status=402), sonnet=Refused("Stopped"))
    message, _events = await reply_of(chat)
    assert message.failure is not None
    assert (message.failure.code, message.failure.title, message.model) == ("refused", "Stopped", SONNET)


@pytest.mark.parametrize(
    ("known", "title"), [(price(3, 9), "costs 4.0 times as much"), (None, "price of Scripted One is unknown")]
)
async def test_a_dearer_one_is_asked_about(
    chat: Chat,
    catalogue: ScriptedCatalogue,
    prices: FakePrices,
    settings: Settings,
    database: Database,
    known: Price | None,
    title: str,
) -> None:
    prices.known = {LARGE: price(1, 2)} | ({SONNET: known} if known else {})
    answering(catalogue, large=NoCredit("Used up", http_status=402))
    message, _events = await reply_of(chat)
    assert message.failure is not None
    assert message.failure.code == "dearer"
    assert title in message.failure.title
    assert len(catalogue.requests) == 1
    assert message.model == SONNET  # what the question is about
    assert [(attempt.model, attempt.failure.http_status) for attempt in message.attempts] == [(LARGE, 402)]
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute("SELECT provider, error_class FROM ledger").fetchall()
    assert rows == [("mistral", "no_credit")]  # the other one was not asked
    settings.set(options.GUARD_PRICE, False)
    message, _events = await reply_of(chat)
    assert message.model == SONNET


async def test_two_keys_of_one_provider_are_a_route_themselves(
    chat: Chat, catalogue: ScriptedCatalogue, routes: Routes
) -> None:
    catalogue.labels = ("Work", "Personal")
    limited = RateLimited("Slow down", http_status=429)
    limited.retry_after = 0.01
    failures = [limited]

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if failures:
            raise failures.pop()
        yield TextDelta("Hello")
        yield LimitsReported(RateLimits(remaining=0, reset_s=40))
        yield Finished(FinishReason.END)

    catalogue.script = script
    message, events = await reply_of(chat, MODEL)
    assert message.text == "Hello"
    assert [attempt.key_label for attempt in message.attempts] == ["Work"]
    assert not any(isinstance(event, LimitsReported) for event in events)
    known = routes.standing.limits(KeyRef(MODEL.provider_id, "Personal"))
    assert known is not None
    assert known[0].remaining == 0
    # Now the second key has nothing left, so the first one is asked first again.
    message, _events = await reply_of(chat, MODEL)
    assert message.attempts == ()


async def test_a_rejected_key_is_passed_over_until_it_is_tested(
    chat: Chat, catalogue: ScriptedCatalogue, routes: Routes
) -> None:
    catalogue.labels = ("Work", "Personal")
    failures = [KeyRejected("Rejected", http_status=401)]

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if failures:
            raise failures.pop()
        yield TextDelta("Hello")
        yield Finished(FinishReason.END)

    catalogue.script = script
    first, _events = await reply_of(chat, MODEL)
    second, _events = await reply_of(chat, MODEL)
    assert (len(first.attempts), len(second.attempts)) == (1, 0)
    assert routes.standing.is_rejected(KeyRef(MODEL.provider_id, "Work"))


async def test_a_target_that_cools_is_tried_last(chat: Chat, catalogue: ScriptedCatalogue, routes: Routes) -> None:
    answering(catalogue)
    for _ in range(3):
        routes.standing.failed(Target(LARGE), Overloaded("", http_status=503))
    message, _events = await reply_of(chat)
    assert message.model == SONNET


def test_the_one_that_recovers_first_does_so_however_long_the_looking_takes(
    catalogue: ScriptedCatalogue, settings: Settings, prices: FakePrices, tmp_path: Path
) -> None:
    now = [1_000_000.0]

    def clock() -> float:
        now[0] += 0.5
        return now[0]

    writer = Writer(on_error=lambda path, error: pytest.fail(f"{path}: {error}"))
    standing = Standing(tmp_path / "standing.json", writer, clock)
    routes = Routes(catalogue, standing, settings, prices)  # type: ignore[arg-type]
    first, second = ROUTE.targets
    for target, retry_after in ((first, 60.0), (second, 60.01)):
        now[0] = 1_000_000.0
        limited = RateLimited("", http_status=429)
        limited.retry_after = retry_after
        standing.failed(target, limited)
    assert routes.plan(ROUTE.ref).targets == (first, second)


async def test_round_robin_over_replies(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    catalogue.known_routes = (Route("r1", "Turns", ROUTE.targets, Strategy.ROUND_ROBIN),)
    answering(catalogue)
    models = [(await reply_of(chat))[0].model for _ in range(3)]
    assert models == [LARGE, SONNET, LARGE]


async def test_a_route_that_is_gone(chat: Chat, catalogue: ScriptedCatalogue) -> None:
    catalogue.known_routes = ()
    message, _events = await reply_of(chat)
    assert message.failure is not None
    assert message.failure.code == "no_target"


async def test_the_limits_of_an_only_key_are_known_before_the_next_question(
    chat: Chat, catalogue: ScriptedCatalogue, routes: Routes
) -> None:
    catalogue.labels = ("Personal",)

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if request.model_id == "large":
            yield LimitsReported(RateLimits(remaining=0, reset_s=30.0))
        yield TextDelta(request.model_id)
        yield Finished(FinishReason.END)

    catalogue.script = script
    assert [(await reply_of(chat))[0].model for _question in range(2)] == [LARGE, SONNET]
    assert 0 < routes.standing.cooling_s(Target(LARGE, "Personal")) <= 30


async def test_what_a_failed_try_counted_is_not_of_the_next_one(
    chat: Chat, catalogue: ScriptedCatalogue, database: Database
) -> None:
    async def script(request: ChatRequest) -> AsyncIterator[object]:
        if request.model_id == "large":
            yield UsageReported(Usage(input_tokens=5000, output_tokens=1))
            raise NoCredit("Used up", http_status=402)
        yield TextDelta("Hello")
        yield Finished(FinishReason.END)

    catalogue.script = script
    message, _events = await reply_of(chat)
    assert message.usage is not None
    assert message.usage.estimated
    assert message.usage.input_tokens < 100
    with sqlite3.connect(database.path) as connection:
        rows = connection.execute("SELECT provider, input_tokens FROM ledger").fetchall()
    assert rows == [("mistral", 5000), ("anthropic", message.usage.input_tokens)]
