"""What the same tokens would have cost with other models that the user has.

An estimate by its nature: another model would have written another answer. Models also cut text into other tokens;
where both were seen to (`services/tokens.py`), the counts are scaled by that, and an `Alternative` says whether.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from desktop.domain.cost import Price
from desktop.domain.model import ModelRef
from desktop.domain.spending import EVER, Group, Grouping, Only, Span, Sum
from desktop.domain.usage import Usage
from desktop.services.catalogue import Catalogue
from desktop.services.prices import Prices
from desktop.services.tokens import Tokens
from desktop.storage import spending
from desktop.storage.database import Database


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a model would have taken, in US dollars; `difference` is that less what was spent.

    `is_scaled`: the tokens were recounted as this model was seen to count; else they are those of the models that
    answered.
    """

    model: ModelRef
    name: str
    cost: Decimal
    difference: Decimal
    is_scaled: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """`spent` is US dollars of the requests whose price is known. The cheapest alternative comes first."""

    spent: Decimal
    total: Sum
    alternatives: tuple[Alternative, ...]


class WhatIf:
    """Compares; changes nothing."""

    def __init__(self, database: Database, catalogue: Catalogue, prices: Prices, tokens: Tokens) -> None:
        self._database = database
        self._catalogue = catalogue
        self._prices = prices
        self._tokens = tokens

    async def compare(self, span: Span = EVER, only: Only = spending.EVERYTHING) -> Comparison:
        """For what was spent in a span, or in one conversation. Raises StorageError."""
        await self._prices.prepare()
        used = await self._database.run(lambda db: spending.groups(db, Grouping.MODEL, span, only))
        used = [group for group in used if group.sum.input_tokens or group.sum.output_tokens]
        total = sum((group.sum for group in used), Sum())
        found = []
        for model in self._catalogue.models():
            price = self._prices.price(model.ref)
            if price is None or not model.shown or [group.key for group in used] == [str(model.ref)]:
                continue
            cost, is_scaled = self._cost(model.ref, price, used)
            found.append(Alternative(model.ref, model.name, cost, cost - total.cost, is_scaled))
        found.sort(key=lambda each: (each.cost, str(each.model)))
        return Comparison(total.cost, total, tuple(found))

    def _cost(self, ref: ModelRef, price: Price, used: Iterable[Group]) -> tuple[Decimal, bool]:
        cost, is_scaled = Decimal(0), True
        own = self._tokens.learnt(ref)
        for group in used:
            provider_id, _slash, model_id = group.key.partition("/")
            theirs = self._tokens.learnt(ModelRef(provider_id, model_id))
            is_scaled = is_scaled and (own is not None and theirs is not None)
            scale = own / theirs if own is not None and theirs else Decimal(1)
            cost += _for(price, group.sum, scale)
        return cost, is_scaled


def _for(price: Price, used: Sum, scale: Decimal) -> Decimal:
    """By the rates of a request of average length, for they may depend on it."""
    usage = Usage(
        round(used.input_tokens * scale), round(used.output_tokens * scale), round(used.cache_read_tokens * scale)
    )
    requests = max(1, used.requests)
    rates = price.rates_at(usage.input_tokens // requests)
    return Price(price.id, rates).cost(usage) + price.per_request * requests
