"""Turns under caps: what is refused, limited, cut off and counted, try by try."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from desktop.domain.budget import Budget, Period, Scope
from desktop.domain.cost import Price, Rates
from desktop.domain.errors import (
    Action,
    AppError,
    BrokenStream,
    NoConnection,
    OverBudget,
    Overloaded,
    TimedOut,
    TooManyRequests,
    actions_for,
)
from desktop.domain.events import Finished, Identified, TextDelta, UsageReported
from desktop.domain.ledger import Purpose
from desktop.domain.message import FinishReason, Message, Role, Status, TextPart
from desktop.domain.model import Model, ModelRef
from desktop.domain.route import Route, Target
from desktop.domain.usage import CostSource, Usage
from desktop.providers.base import ChatRequest
from desktop.services import retry
from desktop.services.aside import Asides
from desktop.services.budgets import Budgets
from desktop.services.chat import Chat
from desktop.services.library import Library
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.storage.database import Database

from .conftest import MODEL, FakePrices, ScriptedCatalogue

CENT = Decimal("0.01")
CENTS = Price("cents", Rates(Decimal(100), Decimal(10_000)))  # a cent for a token out, a hundredth of one for one in
DAY = Budget("day", "A day", Decimal(2))
END = Finished(FinishReason.END)


@pytest.fixture(autouse=True)
def cents(prices: FakePrices, catalogue: ScriptedCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    prices.known[MODEL] = CENTS
    catalogue.models[MODEL] = Model(MODEL, "Scripted One", max_output=500)
    monkeypatch.setattr(retry, "_FIRST_S", 0.001)


def play(catalogue: ScriptedCatalogue, *takes: list[object]) -> None:
    """What each request gets; an exception in it is raised, and an event waited for."""
    left = list(takes)

    async def script(request: ChatRequest) -> AsyncIterator[object]:
        for event in left.pop(0):
            if isinstance(event, Exception):
                raise event
            if isinstance(event, asyncio.Event):
                await event.wait()
            else:
                yield event

    catalogue.script = script


async def rows(database: Database, columns: str) -> list[tuple[object, ...]]:
    return await database.run(lambda db: db.execute(f"SELECT {columns} FROM ledger ORDER BY number").fetchall())


async def held(database: Database) -> int:
    return await database.run(lambda db: int(db.execute("SELECT count(*) FROM reservations").fetchone()[0]))


async def ask(chat: Chat, text: str = "Why?", **more: object) -> Message:
    message = await (await chat.send(None, text, MODEL, **more)).wait()  # type: ignore[arg-type]
    await asyncio.sleep(0)
    return message


async def test_what_has_no_room_is_neither_stored_nor_sent(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue, library: Library
) -> None:
    await budgets.save([Budget("day", "A day", Decimal("0.16"))])
    with pytest.raises(OverBudget, match="Your message was not sent"):
        await chat.send(None, "Why?", MODEL)
    assert (catalogue.requests, await library.summaries()) == ([], [])
    play(catalogue, [TextDelta("Be"), END], [TextDelta("cause"), END])
    message = await ask(chat, once=True)
    assert message.status is Status.COMPLETE
    id_ = message.conversation_id
    for refused in (
        lambda: chat.send(id_, "And?", MODEL, message.id),
        lambda: chat.edit(id_, str(message.parent_id), "What?", MODEL),
        lambda: chat.regenerate(id_, message.id),
    ):
        with pytest.raises(OverBudget):
            await refused()
    _conversation, tree = await library.conversation(id_)
    assert len(tree.path(message.id)) == len(tree.siblings(message.id)) + 1 == 2
    assert (await (await chat.regenerate(id_, message.id, once=True)).wait()).text == "cause"


async def test_a_reply_is_priced_and_its_row_tells_all(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue, library: Library, database: Database
) -> None:
    """7 in at $0.0001 and 3 out at $0.01 are $0.0307."""
    await budgets.save([DAY])
    play(catalogue, [Identified("m-1-2026", "req-9"), TextDelta("No."), UsageReported(Usage(7, 3)), END], [END])
    first = await ask(chat)
    assert first.usage == Usage(7, 3, cost=Decimal("0.0307"), cost_source=CostSource.COMPUTED)
    assert catalogue.requests[0].max_output == 198  # $2 less at most 112 tokens in
    found = "cost, cost_source, price_id, model_answered, provider_request_id, finish_reason, status"
    assert await rows(database, found) == [(30_700_000, "computed", "cents", "m-1-2026", "req-9", "end", "complete")]
    assert await held(database) == 0
    await library.set_tags(first.conversation_id, ["Acme"])
    play(catalogue, [TextDelta("Yes."), UsageReported(Usage(7, 3, cost=Decimal("0.5"))), END])
    await (await chat.send(first.conversation_id, "Sure?", MODEL, first.id)).wait()
    assert (await rows(database, "cost, cost_source, cost_computed, tags"))[1:] == [
        (500_000_000, "reported", 30_700_000, "Acme")
    ]
    (summary,) = await library.summaries()
    assert summary.cost == Decimal("0.5307")
    (state,) = await budgets.states()
    assert (state.spent, state.reserved) == (Decimal("0.5307"), Decimal(0))


async def test_a_running_reply_tells_at_what_cost_a_cap_ends_it(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue
) -> None:
    """At most 112 tokens in and the 198 that the rest of $2 buys."""
    for caps, stops_at in (([DAY], Decimal("1.9912")), ([], None)):
        await budgets.save(caps)
        goes_on, begun = asyncio.Event(), asyncio.Event()
        play(catalogue, [TextDelta("No."), goes_on, END])
        turn = await chat.send(None, "Why?", MODEL)
        turn.subscribe(lambda _event, begun=begun: begun.set())
        await begun.wait()
        assert turn.record.stops_at == stops_at
        goes_on.set()
        await turn.wait()


async def test_without_a_cap_nothing_is_limited_and_all_is_counted(
    chat: Chat, catalogue: ScriptedCatalogue, database: Database
) -> None:
    play(catalogue, [TextDelta("x" * 4000), UsageReported(Usage(7, 1000)), END])
    message = await ask(chat)
    assert (message.status, catalogue.requests[0].max_output) == (Status.COMPLETE, None)
    assert await rows(database, "cost") == [(10_000_700_000,)]


async def test_a_server_that_does_not_obey_is_cut_off_and_its_text_kept(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue, database: Database
) -> None:
    await budgets.save([DAY])
    play(catalogue, [TextDelta("four" * 10) for _ in range(1000)])
    turn = await chat.send(None, "Why?", MODEL)
    message = await turn.wait()
    assert (message.status, message.text) == (Status.FAILED, "four" * 200)  # the first whole piece behind 198 tokens
    assert message.failure is not None
    assert message.failure.title == "“A day” stopped this reply"
    assert actions_for(message.failure.code, has_text=True)[0] is Action.CONTINUE
    assert turn.over_budget is not None
    assert catalogue.closed == 1
    (state,) = await budgets.states()
    assert state.spent == Decimal("2.0005")  # a question of 5 tokens and an answer of 200, by our own count
    assert await rows(database, "cost_source, status, error_class") == [("estimated", "failed", "over_budget")]


async def test_a_reply_that_the_limit_ended_says_so_and_keeps_the_figures(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue
) -> None:
    await budgets.save([DAY])
    play(catalogue, [TextDelta("word " * 60), UsageReported(Usage(7, 198)), Finished(FinishReason.LENGTH)])
    message = await ask(chat)
    assert message.failure is not None
    assert message.failure.code == "over_budget"
    assert message.usage == Usage(7, 198, cost=Decimal("1.9807"), cost_source=CostSource.COMPUTED)
    with pytest.raises(OverBudget):
        await chat.continue_reply(message.conversation_id, message.id)
    await budgets.raise_cap("day", Decimal(4))
    play(catalogue, [TextDelta("on."), UsageReported(Usage(107, 3)), END])
    done = await (await chat.continue_reply(message.conversation_id, message.id)).wait()
    assert (done.status, done.text) == (Status.COMPLETE, "word " * 60 + "on.")
    assert done.spent is not None
    assert done.spent.cost == Decimal("1.9807") + Decimal("0.0407")


async def test_the_models_own_end_is_no_cap(chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue) -> None:
    await budgets.save([Budget("day", "A day", Decimal(100))])
    play(catalogue, [TextDelta("word"), UsageReported(Usage(7, 500)), Finished(FinishReason.LENGTH)])
    message = await ask(chat)
    assert (message.status, message.finish) == (Status.COMPLETE, FinishReason.LENGTH)


@pytest.mark.parametrize(
    ("error", "cost"),
    [
        (TimedOut("Slow"), 500_000),  # a question of 5 tokens has been read
        (BrokenStream("Cut"), 500_000),
        (TimedOut("Slow", http_status=504), None),
        (Overloaded("Busy", http_status=529), None),
        (NoConnection("Gone"), None),
    ],
)
async def test_each_try_is_counted_by_itself(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue, database: Database, error: AppError, cost: int | None
) -> None:
    await budgets.save([DAY])
    play(catalogue, [error], [TextDelta("No."), UsageReported(Usage(7, 3)), END])
    message = await ask(chat)
    assert message.usage is not None
    assert message.usage.cost == Decimal("0.0307")
    source = None if cost is None else "estimated"
    found = await rows(database, "attempt_no, cost, cost_source, status")
    assert found == [(1, cost, source, "failed"), (2, 30_700_000, "computed", "complete")]
    assert await held(database) == 0


async def test_what_a_failed_try_used_is_settled_before_the_next(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue, database: Database
) -> None:
    go_on = asyncio.Event()
    await budgets.save([DAY])
    play(catalogue, [TimedOut("Slow")], [go_on, TextDelta("No."), END])
    turn = await chat.send(None, "Why?", MODEL)
    async with asyncio.timeout(10):
        while len(catalogue.requests) < 2:
            await asyncio.sleep(0)
    (state,) = await budgets.states()
    assert state.spent == Decimal("0.0005")
    assert state.reserved > Decimal("1.98")
    go_on.set()
    await turn.wait()


@pytest.mark.parametrize("said", [[], [TextDelta("four" * 5)]])
async def test_a_reply_that_is_stopped_costs_what_was_asked_and_written(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue, said: list[object]
) -> None:
    await budgets.save([DAY])
    play(catalogue, [*said, asyncio.Event()])
    turn = await chat.send(None, "Why?", MODEL)
    async with asyncio.timeout(10):
        while not catalogue.requests or (said and not turn.reply.has_text):
            await asyncio.sleep(0)
    turn.stop()
    message = await turn.wait()
    cost = Decimal("0.0005") + 5 * len(said) * CENT
    assert message.usage == Usage(5, 5 * len(said), cost=cost, estimated=True, cost_source=CostSource.ESTIMATED)
    (state,) = await budgets.states()
    assert (state.spent, state.reserved) == (cost, Decimal(0))


async def test_parallel_sends_share_what_is_left(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue, database: Database
) -> None:
    """All are let in together; whoever comes too late is told so, and nothing of it is sent or billed."""
    go_on = asyncio.Event()
    catalogue.models[MODEL] = Model(MODEL, "Scripted One", max_output=95)
    await budgets.save([DAY])
    play(catalogue, *([go_on, TextDelta("No."), UsageReported(Usage(7, 95)), END] for _ in range(3)))
    turns = await asyncio.gather(*(chat.send(None, "Why?", MODEL) for _ in range(3)))
    async with asyncio.timeout(10):
        while len(catalogue.requests) + sum(turn.reply.status is Status.FAILED for turn in turns) < 3:
            await asyncio.sleep(0)
    go_on.set()
    messages = [await turn.wait() for turn in turns]
    assert sorted(message.status for message in messages) == ["complete", "complete", "failed"]
    assert [request.max_output for request in catalogue.requests] == [95, 95]
    lost = next(message for message in messages if message.failure)
    assert (lost.failure and lost.failure.code, lost.usage) == ("over_budget", None)
    assert await rows(database, "status") == [("complete",), ("complete",)]


async def test_a_route_goes_on_to_a_target_that_has_room(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue, prices: FakePrices, database: Database
) -> None:
    other = ModelRef("other", "m-2")
    prices.known[other] = CENTS
    route = Route("r1", "Both", (Target(MODEL), Target(other)))
    catalogue.known_routes = (route,)
    await budgets.save([Budget("mine", "This one", Decimal(0), Scope.parse("provider:scripted"))])
    play(catalogue, [TextDelta("No."), UsageReported(Usage(7, 3)), END])
    message = await (await chat.send(None, "Why?", route.ref)).wait()
    assert (message.status, message.model) == (Status.COMPLETE, other)
    assert [each.failure.code for each in message.attempts] == ["over_budget"]
    assert await rows(database, "provider, fallback_from") == [("other", str(MODEL))]
    await budgets.save([DAY, Budget("none", "Nothing", Decimal(0), period=Period.TOTAL)])
    with pytest.raises(OverBudget):
        await chat.send(None, "Why?", route.ref)


async def test_tries_without_the_user_come_to_an_end(
    chat: Chat, catalogue: ScriptedCatalogue, settings: Settings
) -> None:
    settings.set(options.REQUESTS_IN_A_ROW, 2)
    play(catalogue, *[[Overloaded("Busy", http_status=529)]] * 2)
    message = await ask(chat)
    assert message.failure is not None
    assert message.failure.code == TooManyRequests.code
    assert len(catalogue.requests) == 2


async def test_a_chat_is_not_asked_more_often_than_allowed(
    chat: Chat, catalogue: ScriptedCatalogue, settings: Settings
) -> None:
    settings.set(options.REQUESTS_A_MINUTE, 2)
    play(catalogue, *[[TextDelta("No."), END]] * 3)
    message = await ask(chat)
    await (await chat.regenerate(message.conversation_id, message.id)).wait()
    await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        await chat.regenerate(message.conversation_id, message.id)
    assert (await ask(chat, "Elsewhere")).status is Status.COMPLETE


async def test_titles_are_counted_and_left_out_where_they_have_no_room(
    chat: Chat, budgets: Budgets, catalogue: ScriptedCatalogue, settings: Settings, library: Library, database: Database
) -> None:
    settings.set(options.TITLE_BY_MODEL, True)
    answer = [TextDelta("No."), UsageReported(Usage(7, 3)), END]
    play(catalogue, answer, [TextDelta("Doubts"), UsageReported(Usage(40, 2)), END], answer)
    await ask(chat)
    await chat.stop_all()
    assert await rows(database, "purpose, cost, status") == [
        ("chat", 30_700_000, "complete"),
        ("title", 24_000_000, "complete"),
    ]
    (summary,) = await library.summaries()
    assert (summary.title, summary.cost) == ("Doubts", Decimal("0.0547"))
    await budgets.save([Budget("day", "A day", Decimal("0.24"))])  # room for an answer of 17 tokens, and then for none
    second = await ask(chat, "Again?")
    await chat.stop_all()
    assert second.status is Status.COMPLETE
    assert len(await rows(database, "cost")) == 3
    assert await held(database) == 0


async def test_a_title_that_fails_is_counted_too(
    chat: Chat, catalogue: ScriptedCatalogue, settings: Settings, database: Database
) -> None:
    settings.set(options.TITLE_BY_MODEL, True)
    play(catalogue, [TextDelta("No."), END], [TextDelta("Dou"), BrokenStream("Cut")])
    await ask(chat)
    await chat.stop_all()
    assert (await rows(database, "purpose, status, output_tokens, cost_source, error_class"))[1:] == [
        ("title", "failed", 1, "estimated", "broken_stream")
    ]


async def test_the_question_that_tries_a_key_is_counted_and_capped(
    budgets: Budgets, catalogue: ScriptedCatalogue, database: Database
) -> None:
    """It asks for no more than 16 tokens itself: that its answer ends there is not the cap's doing."""
    await budgets.save([Budget("day", "A day", Decimal("0.2"))])
    play(catalogue, [TextDelta("Hello"), UsageReported(Usage(8, 16)), Finished(FinishReason.LENGTH)])
    endpoint, client = await catalogue.connect("scripted")
    hi = Message("hi", "", None, Role.USER, (TextPart("Hi"),), 0)
    asking = endpoint, client, ChatRequest("m-1", (hi,), max_output=16), Model(MODEL, "One"), Purpose.TEST
    asides = Asides(budgets)
    assert (await asides.ask(*asking, "t1")).finish is FinishReason.LENGTH  # type: ignore[arg-type]
    assert await rows(database, "purpose, cost, status") == [("test", 160_800_000, "complete")]
    with pytest.raises(OverBudget):
        await asides.ask(*asking, "t2")  # type: ignore[arg-type]
    assert (len(catalogue.requests), await held(database)) == (1, 0)
