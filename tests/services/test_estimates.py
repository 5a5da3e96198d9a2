"""What a message will cost, said before it is sent."""

from decimal import Decimal
from typing import Any

import pytest

from desktop.domain.cost import NOTHING, Price, Rates, Tier
from desktop.domain.message import Message, Role, TextPart
from desktop.domain.model import Model, ModelRef
from desktop.domain.route import Route, Target
from desktop.domain.usage import Usage
from desktop.services.estimates import Estimates
from desktop.services.longest_answer import ROOMY
from desktop.services.tokens import FRAMING, Tokens
from desktop.storage.database import Database

DEAR, CHEAP, LOCAL, DARK = (ModelRef("p", name) for name in ("dear", "cheap", "local", "dark"))
PRICES = {
    DEAR: Price("list:dear", Rates(Decimal(3), Decimal(15), cache_read=Decimal("0.3"), cache_write=Decimal("3.75"))),
    CHEAP: Price("list:cheap", Rates(Decimal(1), Decimal(2))),
    LOCAL: NOTHING,
}


class KnownPrices:
    def price(self, ref: ModelRef, at_ms: int | None = None) -> Price | None:
        return PRICES.get(ref)


class KnownModels:
    def __init__(self) -> None:
        self.models = {DEAR: Model(DEAR, "Dear", context_window=200_000, max_output=1000)}
        self.list: tuple[Route, ...] = ()

    def model(self, ref: ModelRef) -> Model | None:
        return self.models.get(ref)

    def routes(self) -> tuple[Route, ...]:
        return self.list


@pytest.fixture
def models() -> KnownModels:
    return KnownModels()


@pytest.fixture
def estimates(database: Database, models: KnownModels) -> Estimates:
    prices: Any = KnownPrices()
    catalogue: Any = models
    return Estimates(prices, Tokens(database), catalogue)


def message(text: str, role: Role = Role.USER, usage: Usage | None = None) -> Message:
    return Message(text[:9], "c", None, role, (TextPart(text),), 0, model=DEAR, usage=usage)


def test_the_parts_add_up(estimates: Estimates) -> None:
    pieces = estimates.pieces(DEAR, [message("a" * 400), message("b" * 800, Role.ASSISTANT)], "c" * 40)
    estimate = estimates.of(pieces, "d" * 80)
    # letters / 4, and 4 for the frame of each message
    assert estimate.system.tokens == 10 + FRAMING
    assert estimate.history.tokens == 100 + 200 + 2 * FRAMING
    assert estimate.message.tokens == 20 + FRAMING
    assert estimate.tokens == 330 + 4 * FRAMING
    assert estimate.longest.tokens == 1000
    assert estimate.low == Decimal("0.001038")  # 346 tokens at $3 for a million
    assert estimate.longest.cost == Decimal("0.015")
    parts = (estimate.system, estimate.history, estimate.message)
    assert sum((part.cost for part in parts if part.cost is not None), Decimal(0)) == estimate.low
    # Every byte a token (1,320), 8 for each frame and 100 around, written to the cache; then the longest answer.
    assert estimate.high == (Decimal(1320 + 4 * 8 + 100) * Decimal("3.75") + 1000 * 15) / 1_000_000


def test_what_was_cached_is_likely_to_be_cached_again(estimates: Estimates) -> None:
    counted = Usage(10_000, 100, cache_read_tokens=8_000)
    pieces = estimates.pieces(DEAR, [message("a" * 400), message("b", Role.ASSISTANT, counted)], None)
    estimate = estimates.of(pieces, "")
    assert (estimate.tokens, estimate.cached, estimate.is_counted) == (10_100 + FRAMING, 10_000, True)
    assert estimate.low == (10_000 * Decimal("0.3") + (100 + FRAMING) * 3) / 1_000_000
    assert estimate.high is not None
    assert estimate.high > (10_100 * Decimal("3.75") + 1000 * 15) / 1_000_000  # as if nothing came from it


def test_an_unknown_price_is_no_sum_and_a_local_model_is_free(estimates: Estimates) -> None:
    unknown = estimates.of(estimates.pieces(DARK, [message("Hello")], None), "More")
    assert (unknown.low, unknown.high, unknown.price, unknown.is_free) == (None, None, None, False)
    assert unknown.tokens > 0
    local = estimates.of(estimates.pieces(LOCAL, [message("Hello")], None), "More")
    assert (local.low, local.high, local.is_free) == (0, 0, True)


def test_of_a_route_the_cheapest_and_the_dearest_target_bound_the_sum(
    estimates: Estimates, models: KnownModels
) -> None:
    route = Route("r", "Any", (Target(DEAR), Target(CHEAP)))
    models.list = (route,)
    estimate = estimates.of(estimates.pieces(route.ref, [], None), "word " * 400)
    alone = {ref: estimates.of(estimates.pieces(ref, [], None), "word " * 400) for ref in (DEAR, CHEAP)}
    assert estimate.targets == (DEAR, CHEAP)
    assert estimate.low == alone[CHEAP].low
    assert estimate.high == max(each.high for each in alone.values() if each.high is not None)
    models.list = (Route("r", "Any", (Target(CHEAP), Target(DARK))),)
    dark = estimates.of(estimates.pieces(route.ref, [], None), "word")
    assert dark.high is None


def test_the_longest_answer_is_what_is_told_or_has_room(estimates: Estimates, models: KnownModels) -> None:
    assert estimates.longest(DEAR, 100) == (1000, True)
    assert estimates.longest(DEAR, 199_500) == (500, True)
    models.models[CHEAP] = Model(CHEAP, "Cheap", context_window=32_000)
    assert estimates.longest(CHEAP, 2_000) == (ROOMY, False)
    assert estimates.longest(CHEAP, 30_000) == (2_000, False)
    assert estimates.longest(DARK, 100) == (ROOMY, False)


def test_long_inputs_are_priced_by_their_tier(estimates: Estimates, monkeypatch: pytest.MonkeyPatch) -> None:
    tiers = (Tier(1000, Rates(Decimal(6), Decimal(30))),)
    monkeypatch.setitem(PRICES, DEAR, Price("list:tiers", Rates(Decimal(3), Decimal(15)), tiers))
    estimate = estimates.of(estimates.pieces(DEAR, [message("a" * 8000)], None), "b" * 40)
    assert estimate.low == Decimal(2000 + 10 + 2 * FRAMING) * 6 / 1_000_000
    assert estimate.longest.cost == Decimal("0.03")
