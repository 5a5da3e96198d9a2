"""Caps: what they count, what they let through, what is set aside, and what the user is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.budget import Budget, Period, Scope, ScopeKind
from desktop.domain.changes import BudgetAlerted, BudgetsChanged, Change
from desktop.domain.cost import NOTHING, Price, Rates, Tier
from desktop.domain.errors import OverBudget, PriceUnknown, TooManyRequests
from desktop.domain.events import ReasoningDelta, TextDelta, UsageReported
from desktop.domain.ledger import Purpose
from desktop.domain.message import FinishReason
from desktop.domain.model import Model, ModelRef
from desktop.domain.usage import Usage
from desktop.services import budgets as module
from desktop.services import forecast
from desktop.services.budgets import Budgets, Spend
from desktop.services.feed import Feed
from desktop.services.longest_answer import ROOMY, longest_answer
from desktop.services.tokens import Tokens
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.storage import ledger, reservations
from desktop.storage.database import Database

from .conftest import MODEL, FakePrices
from .money import CENT_OUT, DOLLAR_A_TOKEN, at, entry, spend

TODAY = date(2026, 11, 18)  # a Wednesday
NOON = at(TODAY)
DAY = Budget("day", "A day", Decimal(2))
OTHER = ModelRef("other", "m-2")


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """It is noon of TODAY; called with another moment, that."""

    def turn(ms: int) -> None:
        monkeypatch.setattr(module, "now_ms", lambda: ms)

    turn(NOON)
    return turn


@pytest.fixture(autouse=True)
def a_cent_a_token(prices: FakePrices) -> None:
    prices.known[MODEL] = CENT_OUT


async def spent(budgets: Budgets, of: Spend, cost: str | None) -> None:
    await budgets.settle(of.message_id, lambda db: ledger.append(db, entry(of, cost)))


async def left(budgets: Budgets) -> dict[str, Decimal]:
    return {state.budget.id: state.left for state in await budgets.states()}


# What is counted


async def test_each_scope_counts_its_own(budgets: Budgets) -> None:
    scopes = ["all", "provider:scripted", "key:Work", f"model:{MODEL}", "conversation:c1", "tag:Acme"]
    await budgets.save([Budget(text, text, Decimal(100), Scope.parse(text)) for text in scopes])
    await spent(budgets, spend(NOON), "1")
    await spent(budgets, spend(NOON, model=OTHER, chat="c2"), "2")
    await spent(budgets, spend(NOON, model=OTHER, key="Work", chat="c2"), "4")
    await spent(budgets, spend(NOON, chat="c2", tags=("Acme", "urgent"), model=ModelRef("scripted", "m-1-b")), "8")
    await spent(budgets, spend(NOON, chat="c2", model=OTHER, tags=("Acme & Sons",)), "16")
    states = {state.budget.id: state.spent for state in await budgets.states()}
    assert states == {
        "all": Decimal(31),
        "provider:scripted": Decimal(9),
        "key:Work": Decimal(4),
        f"model:{MODEL}": Decimal(1),
        "conversation:c1": Decimal(1),
        "tag:Acme": Decimal(8),
    }


async def test_each_period_counts_its_days_in_local_time(budgets: Budgets, settings: Settings) -> None:
    """The 18th is a Wednesday: its week began on Monday the 16th, or on Sunday the 15th."""
    await budgets.save([Budget(p, p, Decimal(100), period=p) for p in Period if p is not Period.MESSAGE])
    for cost, ms in (
        ("1", at(TODAY, 0)),
        ("2", at(date(2026, 11, 17), 23)),
        ("4", at(date(2026, 11, 15))),
        ("8", at(date(2026, 11, 1), 0)),
        ("16", at(date(2026, 10, 31), 23)),
        ("32", at(date(2025, 11, 18))),
    ):
        await spent(budgets, spend(ms), cost)
    states = {state.budget.period: state for state in await budgets.states()}
    assert {period: state.spent for period, state in states.items()} == {
        Period.DAY: Decimal(1),
        Period.WEEK: Decimal(3),
        Period.MONTH: Decimal(15),
        Period.TOTAL: Decimal(63),
    }
    assert {period: state.resets_on for period, state in states.items()} == {
        Period.DAY: date(2026, 11, 19),
        Period.WEEK: date(2026, 11, 23),
        Period.MONTH: date(2026, 12, 1),
        Period.TOTAL: None,
    }
    settings.set(options.WEEK_START, "6")
    weeks = [state for state in await budgets.states() if state.budget.period is Period.WEEK]
    assert [(state.spent, state.resets_on) for state in weeks] == [(Decimal(7), date(2026, 11, 22))]


async def test_what_nobody_can_price_is_counted_as_requests(budgets: Budgets) -> None:
    await budgets.save([replace(DAY, allow_unpriced=True)])
    await spent(budgets, spend(NOON), None)
    (state,) = await budgets.states()
    assert (state.spent, state.unpriced) == (Decimal(0), 1)


async def test_budgets_are_kept_as_they_are(budgets: Budgets, feed: Feed) -> None:
    changes: list[Change] = []
    feed.subscribe(changes.append)
    made = [
        Budget(
            "b", "Acme", Decimal("12.345678901"), Scope(ScopeKind.TAG, "Acme: all"), Period.MONTH, (75,), True, OTHER
        ),
        Budget("a", "Nothing", Decimal(0), alerts=()),
    ]
    await budgets.save(made)
    assert [state.budget for state in await budgets.states()] == made
    await budgets.save(made[1:])
    assert [state.budget.id for state in await budgets.states()] == ["a"]
    assert changes == [BudgetsChanged(), BudgetsChanged()]


# What is let through


async def test_the_answer_may_be_as_long_as_the_money_goes(budgets: Budgets) -> None:
    """A cent a token: two dollars are 200 tokens, whatever the model could write."""
    await budgets.save([DAY])
    assert (await budgets.reserve(spend(NOON, longest=100))).max_output == 100
    assert await left(budgets) == {"day": Decimal(1)}
    second = await budgets.reserve(spend(NOON, longest=500))
    assert second.max_output == 100
    assert await left(budgets) == {"day": Decimal(0)}
    with pytest.raises(OverBudget, match=r"Up to \$2.00 is set aside") as caught:
        await budgets.reserve(spend(NOON, longest=500))
    error = caught.value
    assert (error.budget_id, error.cap, error.spent, error.would_cost) == ("day", Decimal(2), Decimal(0), Decimal(5))
    assert error.title == "Today’s budget has too little left"


async def test_what_was_not_used_is_free_again(budgets: Budgets) -> None:
    await budgets.save([DAY])
    first = spend(NOON, longest=500)
    await budgets.reserve(first)
    await spent(budgets, first, "0.3")
    assert await left(budgets) == {"day": Decimal("1.7")}
    assert (await budgets.reserve(spend(NOON, longest=500))).max_output == 170


async def test_nothing_is_sent_once_it_is_used_up(budgets: Budgets) -> None:
    await budgets.save([DAY])
    await spent(budgets, spend(NOON), "2")
    for refused in (budgets.reserve, budgets.check):
        with pytest.raises(OverBudget, match=r"Your message was not sent. It would cost up to \$1.00 with") as caught:
            await refused(spend(NOON))
        assert caught.value.title == "Today’s budget is used up"
    with pytest.raises(OverBudget, match="not sent"):  # a question that costs more than is left
        await budgets.reserve(spend(NOON, "Why?"))


async def test_the_question_counts_too(budgets: Budgets, prices: FakePrices) -> None:
    """At a dollar a token the four letters and what is around them are at most 112 tokens (4 + 8 + 100)."""
    prices.known[MODEL] = DOLLAR_A_TOKEN
    await budgets.save([Budget("day", "A day", Decimal(127))])
    with pytest.raises(OverBudget):
        await budgets.reserve(spend(NOON, "Why?"))
    await budgets.save([Budget("day", "A day", Decimal(130))])
    assert (await budgets.reserve(spend(NOON, "Why?"))).max_output == 18


async def test_checking_sets_nothing_aside(budgets: Budgets) -> None:
    await budgets.save([DAY])
    await budgets.check(spend(NOON))
    assert await left(budgets) == {"day": Decimal(2)}


async def test_the_tightest_of_several_caps_decides(budgets: Budgets) -> None:
    await budgets.save(
        [
            DAY,
            Budget("chat", "A chat", Decimal("0.5"), Scope(ScopeKind.CONVERSATION, "c1"), Period.TOTAL),
            Budget("other", "Not this one", Decimal(0), Scope(ScopeKind.PROVIDER, "other")),
        ]
    )
    assert (await budgets.reserve(spend(NOON))).max_output == 50
    with pytest.raises(OverBudget, match="The budget “A chat” has too little left") as caught:
        await budgets.reserve(spend(NOON))
    assert caught.value.budget_id == "chat"
    assert (await budgets.reserve(spend(NOON, chat="c2"))).max_output == 100


async def test_a_cap_on_each_message_counts_all_its_tries(budgets: Budgets) -> None:
    await budgets.save([Budget("each", "A message", Decimal(1), period=Period.MESSAGE)])
    one = spend(NOON, longest=500)
    assert (await budgets.reserve(one)).max_output == 100
    await spent(budgets, one, "0.6")
    assert (await budgets.reserve(one)).max_output == 40
    assert (await budgets.reserve(spend(NOON, longest=500))).max_output == 100


async def test_without_a_cap_nothing_is_limited(budgets: Budgets) -> None:
    assert (await budgets.reserve(spend(NOON))).max_output is None
    await budgets.save([Budget("other", "Not this one", Decimal(0), Scope(ScopeKind.PROVIDER, "other"))])
    reservation = await budgets.reserve(spend(NOON))
    assert (reservation.max_output, reservation.hold.worst) == (None, Decimal(1))


async def test_what_is_free_passes_every_cap(budgets: Budgets, prices: FakePrices) -> None:
    prices.known[MODEL] = NOTHING
    await budgets.save([replace(DAY, cap=Decimal(0))])
    assert (await budgets.reserve(spend(NOON, "Why?"))).max_output is None


async def test_an_unknown_price_is_refused_unless_the_user_allows_it(budgets: Budgets, prices: FakePrices) -> None:
    prices.known.clear()
    assert (await budgets.reserve(spend(NOON))).max_output is None
    await budgets.save([DAY])
    with pytest.raises(PriceUnknown, match=r"The price of Scripted One is unknown .* nothing was sent") as caught:
        await budgets.reserve(spend(NOON))
    assert (caught.value.budget_id, caught.value.would_cost) == ("day", None)
    await budgets.save([replace(DAY, allow_unpriced=True)])
    assert (await budgets.reserve(spend(NOON))).hold.price is None


async def test_sending_anyway_passes_the_caps_once_and_is_counted(budgets: Budgets) -> None:
    await budgets.save([DAY])
    await spent(budgets, spend(NOON), "2")
    assert (await budgets.reserve(spend(NOON, once=True))).max_output == 100
    (state,) = await budgets.states()
    assert state.reserved == Decimal(1)
    with pytest.raises(OverBudget):
        await budgets.reserve(spend(NOON))


async def test_one_reply_that_could_be_long_does_not_keep_the_others_waiting(
    budgets: Budgets, prices: FakePrices
) -> None:
    """A million tokens could take all that is left; 16,384 are enough, or a tenth of the money if that is more."""
    prices.known[MODEL] = Price("p", Rates(Decimal(0), Decimal(10)))
    await budgets.save([DAY])
    assert (await budgets.reserve(spend(NOON, longest=1_000_000))).max_output == 20_000
    await budgets.save([replace(DAY, cap=Decimal(1))])
    assert (await budgets.reserve(spend(NOON, longest=1_000_000))).max_output == 16_384
    await budgets.save([Budget("each", "A message", Decimal(1), period=Period.MESSAGE)])
    assert (await budgets.reserve(spend(NOON, longest=1_000_000))).max_output == 100_000


async def test_a_cap_can_be_raised_until_the_period_ends(budgets: Budgets, noon: Callable[[int], None]) -> None:
    await budgets.save([DAY, Budget("each", "A message", Decimal(1), period=Period.MESSAGE)])
    await budgets.raise_cap("day", Decimal(3))
    assert (await left(budgets))["day"] == Decimal(3)
    noon(at(TODAY + timedelta(days=1)))
    assert (await left(budgets))["day"] == Decimal(2)
    noon(NOON)
    await budgets.save([replace(DAY, name="Renamed")])
    assert (await left(budgets))["day"] == Decimal(3)
    await budgets.save([replace(DAY, cap=Decimal(1))])
    assert (await left(budgets))["day"] == Decimal(1)
    with pytest.raises(KeyError):
        await budgets.raise_cap("each", Decimal(3))
    await budgets.save([Budget("each", "A message", Decimal(1), period=Period.MESSAGE)])
    with pytest.raises(ValueError, match="each message"):
        await budgets.raise_cap("each", Decimal(3))


async def test_two_programs_count_each_other(
    budgets: Budgets, database: Database, prices: FakePrices, settings: Settings, feed: Feed
) -> None:
    await budgets.save([DAY])
    second = Database(database.path)
    await second.open()
    other = Budgets(second, prices, Tokens(second), settings, feed, writer="cli")  # type: ignore[arg-type]
    await other.reserve(spend(NOON, longest=150))
    assert (await budgets.reserve(spend(NOON, longest=150))).max_output == 50
    await second.close()


# Runaways


async def test_a_chat_that_asks_too_often_is_stopped(budgets: Budgets, settings: Settings) -> None:
    settings.set(options.REQUESTS_A_MINUTE, 3)
    await spent(budgets, spend(NOON - 61_000), "0.01")
    for at_ms in (NOON - 59_000, NOON - 1000):
        await spent(budgets, spend(at_ms), None)
    await budgets.reserve(spend(NOON))
    with pytest.raises(TooManyRequests, match="More than 3 requests in a minute"):
        await budgets.reserve(spend(NOON))
    await budgets.reserve(spend(NOON, chat="c2"))
    await budgets.reserve(spend(NOON + 60_000))
    await budgets.reserve(spend(NOON, once=True))


async def test_so_is_a_message_that_is_asked_again_and_again_without_the_user(
    budgets: Budgets, settings: Settings
) -> None:
    settings.set(options.REQUESTS_IN_A_ROW, 3)
    await budgets.reserve(spend(NOON, requests_before=2))
    with pytest.raises(TooManyRequests, match="3 requests in a row without you"):
        await budgets.reserve(spend(NOON, requests_before=3))


# While it is written


async def cut(budgets: Budgets, cap: str = "0.5", longest: int = 100) -> module.Reservation:
    await budgets.save([replace(DAY, cap=Decimal(cap))])
    return await budgets.reserve(spend(NOON, longest=longest, message_id="one"))


async def test_a_server_that_does_not_obey_is_cut_off(budgets: Budgets) -> None:
    """50 tokens are about 200 letters."""
    reservation = await cut(budgets)
    reservation.watch(TextDelta("a" * 150))
    reservation.watch(ReasoningDelta("b" * 50))
    assert reservation.written == 50
    with pytest.raises(OverBudget, match="“A day” stopped this reply The cap had room for 50 tokens") as caught:
        reservation.watch(TextDelta("c"))
    assert caught.value.failure().code == "over_budget"


async def test_letters_that_are_tokens_of_their_own_are_counted_so(budgets: Budgets) -> None:
    reservation = await cut(budgets)
    reservation.watch(TextDelta("字" * 50))
    with pytest.raises(OverBudget):
        reservation.watch(TextDelta("字"))


async def test_a_reply_that_its_limit_ended_was_ended_by_the_cap(budgets: Budgets) -> None:
    with pytest.raises(OverBudget):
        (await cut(budgets)).end(FinishReason.LENGTH)
    (await cut(budgets)).end(FinishReason.END)
    (await cut(budgets, cap="1")).end(FinishReason.LENGTH)  # as much as the model can write


async def test_figures_that_are_too_high_end_a_reply_if_it_goes_on(budgets: Budgets) -> None:
    reservation = await cut(budgets)
    reservation.watch(UsageReported(Usage(10, 49)))
    reservation.watch(TextDelta("on"))
    reservation.watch(UsageReported(Usage(10, 50)))
    reservation.end(FinishReason.END)
    with pytest.raises(OverBudget):
        reservation.watch(TextDelta("and on"))


async def test_the_price_is_that_of_the_moment_when_it_left(budgets: Budgets, prices: FakePrices) -> None:
    reservation = await cut(budgets)
    prices.known[MODEL] = DOLLAR_A_TOKEN
    assert reservation.cost(Usage(7, 3)).amount == Decimal("0.03")


# Alerts


async def test_each_level_is_told_once_in_a_period_and_never_twice(
    budgets: Budgets, database: Database, prices: FakePrices, settings: Settings, noon: Callable[[int], None]
) -> None:
    def heard(of: Budgets) -> list[tuple[int, Decimal]]:
        found: list[tuple[int, Decimal]] = []
        of._feed.subscribe(lambda change: isinstance(change, BudgetAlerted) and found.append(_told(change)))
        return found

    def _told(change: BudgetAlerted) -> tuple[int, Decimal]:
        return change.level, change.state.spent

    told = heard(budgets)
    await budgets.save([DAY, Budget("each", "A message", Decimal("0.1"), period=Period.MESSAGE)])
    await spent(budgets, spend(NOON), "0.99")
    assert told == []
    await spent(budgets, spend(NOON), "0.01")
    assert told == [(50, Decimal(1))]
    again = Budgets(database, prices, Tokens(database), settings, Feed())  # type: ignore[arg-type]
    told = heard(again)
    await spent(again, spend(NOON), "0.1")
    assert told == []
    await spent(again, spend(NOON), "1.5")  # past 80 and 100 at once
    assert told == [(100, Decimal("2.6"))]
    noon(at(TODAY + timedelta(days=1)))
    await spent(again, spend(at(TODAY + timedelta(days=1))), "1.7")
    assert told[1:] == [(80, Decimal("1.7"))]


def test_the_forecast_goes_by_the_days_that_have_begun() -> None:
    """12.34 / 21 × 30 = 17.628571429; 20 / (12.34 / 21) = 34.04 days, which the month does not have."""
    month = date(2026, 11, 1), date(2026, 11, 30)
    today = date(2026, 11, 21)
    assert forecast.by_the_end(Decimal("12.34"), *month, today) == Decimal("17.628571429")
    assert forecast.reached_on(Decimal("12.34"), Decimal(20), *month, today) is None
    assert forecast.reached_on(Decimal(14), Decimal(20), *month, today) == date(2026, 11, 30)
    assert forecast.reached_on(Decimal(12), Decimal(20), *month, date(2026, 11, 12)) == date(2026, 11, 20)
    assert forecast.reached_on(Decimal(20), Decimal(20), *month, today) == today
    assert forecast.reached_on(Decimal(0), Decimal(20), *month, today) is None
    assert forecast.by_the_end(Decimal(1), today, today, today) is None
    assert forecast.reached_on(Decimal(1), Decimal(2), today, today, today) is None


async def test_states_say_how_the_period_will_end(budgets: Budgets) -> None:
    await budgets.save([replace(DAY, period=Period.MONTH)])
    await spent(budgets, spend(NOON), "1.8")
    (state,) = await budgets.states()
    assert (state.forecast, state.reached_on) == (Decimal(3), date(2026, 11, 20))


# What is set aside by those who died


async def test_what_a_dead_program_set_aside_is_settled_as_a_question_without_an_answer(
    budgets: Budgets, database: Database, prices: FakePrices, settings: Settings
) -> None:
    prices.known[MODEL] = DOLLAR_A_TOKEN
    await budgets.save([replace(DAY, cap=Decimal(10_000))])
    title = spend(NOON - 5000, "Why?" * 10, purpose=Purpose.TITLE, tags=("Acme",))
    await budgets.reserve(title)
    command = Budgets(database, prices, Tokens(database), settings, Feed(), writer="cli")  # type: ignore[arg-type]
    await command.reserve(spend(NOON - 5000, purpose=Purpose.TEST))
    await command.recover(app=False)
    assert (await database.run(lambda db: db.execute("SELECT count(*) FROM reservations").fetchone())) == (2,)
    await budgets.recover(app=True)
    row = await database.run(
        lambda db: db.execute(
            "SELECT purpose, status, input_tokens, cost_source, cost / 1000000000, tags FROM ledger"
        ).fetchall()
    )
    assert row == [("title", "interrupted", 14, "estimated", 14, "Acme")]
    assert (await database.run(lambda db: db.execute("SELECT writer FROM reservations").fetchall())) == [("cli",)]


async def test_a_hold_is_read_as_it_was_written(budgets: Budgets, prices: FakePrices, database: Database) -> None:
    tier = Tier(200_000, Rates(Decimal(4), Decimal("22.5"), Decimal("0.4"), None, Decimal(8)))
    prices.known[MODEL] = Price("x:1", Rates(Decimal("2.5"), Decimal(15)), (tier,), Decimal("0.001"))
    made = spend(NOON, "Why?", tags=("Acme", "b c"), key="Work", purpose=Purpose.TITLE, attempt_no=2)
    held = (await budgets.reserve(made)).hold
    assert await database.run(lambda db: reservations.of(db, made.message_id)) == held
    assert await database.run(lambda db: reservations.of(db, "nobody's")) is None


# How much a price can come to


@pytest.mark.parametrize(
    ("model", "longest"),
    [
        (None, ROOMY),
        (Model(MODEL, ""), ROOMY),
        (Model(MODEL, "", max_output=4096), 4096),
        (Model(MODEL, "", context_window=8192), 7192),
        (Model(MODEL, "", context_window=8192, max_output=8192), 7192),
        (Model(MODEL, "", context_window=8192, max_output=500), 500),
        (Model(MODEL, "", context_window=500), 16),
    ],
)
def test_the_longest_answer(model: Model | None, longest: int) -> None:
    assert longest_answer(model, 1000)[0] == longest


rates = st.builds(
    Rates,
    *[st.decimals(0, 500, places=4)] * 2,
    *[st.none() | st.decimals(0, 1000, places=4)] * 3,
)
prices_drawn = st.builds(
    Price,
    st.just("p"),
    rates,
    st.lists(st.builds(Tier, st.integers(0, 10_000), rates), max_size=3).map(
        lambda tiers: tuple(sorted(tiers, key=lambda tier: tier.above))
    ),
    st.decimals(0, 1, places=3),
)


@given(prices_drawn, st.integers(0, 20_000), st.data())
def test_no_request_costs_more_than_its_worst_case(price: Price, input_tokens: int, data: st.DataObject) -> None:
    used = data.draw(st.integers(0, input_tokens))
    read = data.draw(st.integers(0, used))
    write = data.draw(st.integers(0, used - read))
    output, limit = data.draw(st.integers(0, 5000)), data.draw(st.integers(0, 5000))
    usage = Usage(used, min(output, limit), read, write, cache_write_long_tokens=data.draw(st.integers(0, write)))
    assert price.cost(usage) <= price.at_most(input_tokens, limit)


@given(prices_drawn, st.integers(0, 20_000), st.decimals(0, 100, places=9))
def test_what_fits_into_a_sum_costs_no_more(price: Price, input_tokens: int, dollars: Decimal) -> None:
    fitting = price.output_for(dollars, input_tokens)
    if fitting is None:
        assert price.at_most(input_tokens, 10**9) <= dollars
    elif fitting < 0:
        assert price.at_most(input_tokens, 0) > dollars
    else:
        assert price.at_most(input_tokens, fitting) <= dollars < price.at_most(input_tokens, fitting + 1)
