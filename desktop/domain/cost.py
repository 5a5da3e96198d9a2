"""What tokens cost: a price, and the cost that follows from it.

Money is `Decimal` US dollars, whole nano-dollars (10⁻⁹) once it is a cost; a price is for a million tokens.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from desktop.domain.usage import CostSource, Usage

NANO = Decimal("1e-9")
_MILLION = Decimal(1_000_000)

FREE = "free"
"""The id of the price of what runs on this computer."""


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars for a million tokens of each kind. None for a cache: like any other input."""

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_long: Decimal | None = None  # kept for an hour or more; None: like any other cache write

    def scaled(self, factor: Decimal) -> "Rates":
        """All of them times `factor`: 0.9 for a discount of 10 %."""
        caches = (self.cache_read, self.cache_write, self.cache_write_long)
        return Rates(self.input * factor, self.output * factor, *(c if c is None else c * factor for c in caches))


@dataclass(frozen=True, slots=True)
class Tier:
    """Other rates for the whole request where its input is longer than `above` tokens."""

    above: int
    rates: Rates


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, with where that was read: `id` names the source, its version and the row.

    `tiers` stand from the lowest `above` to the highest; `per_request` is US dollars for each request that is answered.
    """

    id: str
    rates: Rates
    tiers: tuple[Tier, ...] = ()
    per_request: Decimal = Decimal(0)

    def rates_at(self, input_tokens: int) -> Rates:
        """The rates of a request with so long an input."""
        fitting = [tier.rates for tier in self.tiers if input_tokens > tier.above]
        return fitting[-1] if fitting else self.rates

    def cost(self, usage: Usage) -> Decimal:
        """What these tokens cost, in US dollars, rounded to the nano-dollar once, at the end."""
        rates = self.rates_at(usage.input_tokens)
        read, write, long = usage.cache_read_tokens, usage.cache_write_tokens, usage.cache_write_long_tokens
        write_rate = rates.input if rates.cache_write is None else rates.cache_write
        dollars = (
            max(0, usage.input_tokens - read - write) * rates.input
            + read * (rates.input if rates.cache_read is None else rates.cache_read)
            + (write - long) * write_rate
            + long * (write_rate if rates.cache_write_long is None else rates.cache_write_long)
            + usage.output_tokens * rates.output
        ) / _MILLION
        return (dollars + self.per_request).quantize(NANO, ROUND_HALF_EVEN)

    def saved(self, usage: Usage) -> Decimal:
        """What the cache saved, in US dollars: the cost without it, less the cost with it. Below 0 where it cost."""
        without = Usage(usage.input_tokens, usage.output_tokens)
        return self.cost(without) - self.cost(usage)

    def at_most(self, input_tokens: int, output_tokens: int) -> Decimal:
        """The most that a request can cost, in US dollars: with no more tokens than these, whatever a cache does."""
        in_rate, out_rate = self._dearest(input_tokens)
        dollars = (input_tokens * in_rate + output_tokens * out_rate) / _MILLION
        return (dollars + self.per_request).quantize(NANO, ROUND_CEILING)

    def output_for(self, dollars: Decimal, input_tokens: int) -> int | None:
        """How many output tokens are sure to be paid by so many US dollars, after the input and the request itself.

        Below 0 where these cost more already; None where output costs nothing, so that any number is.
        """
        in_rate, out_rate = self._dearest(input_tokens)
        left = (dollars - self.per_request) * _MILLION - input_tokens * in_rate
        if not out_rate:
            return None if left >= 0 else -1
        return int((left / out_rate).to_integral_value(ROUND_FLOOR))

    def _dearest(self, input_tokens: int) -> tuple[Decimal, Decimal]:
        """The highest rates of a token in and of one out that an input of so many tokens, or fewer, can have."""
        reached = [self.rates, *(tier.rates for tier in self.tiers if input_tokens > tier.above)]
        every = [(r.input, r.cache_read, r.cache_write, r.cache_write_long) for r in reached]
        return max(rate for rates in every for rate in rates if rate is not None), max(r.output for r in reached)


NOTHING = Price(FREE, Rates(Decimal(0), Decimal(0)))
"""The price of what runs on this computer."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one attempt cost. `amount` is US dollars, None where the price is unknown.

    `computed` is what the price list says, also where the provider reported another `amount`; `saved` is what the
    cache saved by that list. `price_id` is that of the `Price`, or empty.
    """

    amount: Decimal | None
    source: CostSource
    price_id: str = ""
    computed: Decimal | None = None
    saved: Decimal | None = None

    @classmethod
    def of(cls, usage: Usage, price: Price | None) -> "Cost":
        """What the provider reported, else what follows from the price, else unknown."""
        computed = price.cost(usage) if price else None
        saved = price.saved(usage) if price else None
        price_id = price.id if price else ""
        if usage.cost is not None and usage.cost_source in (None, CostSource.REPORTED):
            return cls(usage.cost.quantize(NANO, ROUND_HALF_EVEN), CostSource.REPORTED, price_id, computed, saved)
        if computed is None:
            return cls(None, CostSource.UNPRICED)
        guessed = usage.estimated and price_id != FREE
        return cls(computed, CostSource.ESTIMATED if guessed else CostSource.COMPUTED, price_id, computed, saved)

    def on(self, usage: Usage) -> Usage:
        """The usage with this cost."""
        return replace(usage, cost=self.amount, cost_source=self.source)
