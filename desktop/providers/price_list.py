"""A list of prices in the format that genai-prices publishes: which of its rows is meant by a model's name, and what
that row says for a moment.

Rows are told by rules over names, not by names, and may hold several prices of which the last that applies counts: from
a date on, or at some hours of the day (UTC). They are read when they are first asked for, because a list has thousands.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from desktop.domain.cost import Price, Rates, Tier

Row = Mapping[str, Any]

_KINDS = ("input", "output", "cache_read", "cache_write", "cache_write_1h")
_DATED = re.compile(r"-(\d{4})(\d\d)(\d\d)$")
_PROVIDER_FIELDS = ("id", "api_pattern", "model_match", "provider_match", "fallback_model_providers")
_THOUSAND = Decimal(1000)
_MOST = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Dated:
    """A price while it applies: from `since` on, and at the `hours` of the day from the first up to the second."""

    price: Price
    since: date | None = None
    hours: tuple[time, time] | None = None

    def applies(self, moment: datetime) -> bool:
        """`moment` is UTC."""
        if self.since is not None and moment.date() < self.since:
            return False
        if self.hours is None:
            return True
        start, end = self.hours
        now = moment.time()
        return start <= now < end if start <= end else now >= start or now < end


@dataclass(frozen=True, slots=True)
class Listed:
    """A model's prices; of those that apply the last one counts, and where none does the first."""

    prices: tuple[Dated, ...]

    def at(self, at_ms: int) -> Price:
        """The price at a moment, in Unix milliseconds."""
        if len(self.prices) == 1:
            return self.prices[0].price
        moment = datetime.fromtimestamp(at_ms // 1000, UTC).replace(tzinfo=None)
        applying = (dated.price for dated in reversed(self.prices) if dated.applies(moment))
        return next(applying, self.prices[0].price)

    def scaled(self, factor: Decimal, mark: str) -> "Listed":
        """All of them times `factor`, with `mark` at the end of their ids."""
        return Listed(tuple(replace(dated, price=_scaled(dated.price, factor, mark)) for dated in self.prices))


class PriceList:
    """`name` goes before the ids of its prices; `providers` are rows as published, the strange ones passed over.

    Providers have the ids of genai-prices (`x-ai`, `moonshotai`).
    """

    def __init__(self, name: str, providers: Sequence[object]) -> None:
        self.name = name
        self._providers: dict[str, Row] = {
            row["id"]: row for row in providers if isinstance(row, Mapping) and isinstance(row.get("id"), str)
        }

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What it was made from, without all that is not used here: for keeping."""
        return [
            {name: row[name] for name in _PROVIDER_FIELDS if row.get(name)}
            | {"models": [{name: model[name] for name in ("id", "match", "prices")} for model in _models(row)]}
            for row in self._providers.values()
        ]

    def count(self) -> int:
        """How many models have a price that can be read; reads all of them."""
        return sum(
            self._read(provider, model) is not None
            for provider, row in self._providers.items()
            for model in _models(row)
        )

    def find(self, provider_id: str, model_id: str) -> Listed | None:
        """What a provider's model costs, also under a name with a date or where the provider resells another's."""
        row = self._providers.get(provider_id)
        if row is None:
            return None
        name = model_id.lower()
        for wanted in dict.fromkeys((name, _DATED.sub(r"-\1-\2-\3", name))):
            for seller in (provider_id, *(row.get("fallback_model_providers") or ())):
                for model in _models(self._providers.get(seller, {})):
                    if _matches(model.get("match"), wanted):
                        return self._read(seller, model)
        return None

    def provider_at(self, url: str) -> str:
        """The provider whose address that is; empty if there is none."""
        return next(
            (name for name, row in self._providers.items() if _fits(row.get("api_pattern"), url)),
            "",
        )

    def provider_called(self, name: str) -> str:
        """The provider that has that id or goes by that name; empty if there is none."""
        name = name.lower()
        if name in self._providers:
            return name
        return next((each for each, row in self._providers.items() if _matches(row.get("provider_match"), name)), "")

    def maker_of(self, model_id: str) -> str:
        """The provider whose models are called so; empty if there is none."""
        name = model_id.lower()
        return next((each for each, row in self._providers.items() if _matches(row.get("model_match"), name)), "")

    def _read(self, provider_id: str, model: Row) -> Listed | None:
        said = model.get("prices")
        conditions = said if isinstance(said, list) else [{"prices": said}]
        price_id = f"{self.name}:{provider_id}/{model.get('id')}"
        try:
            return Listed(tuple(_dated(each, price_id) for each in conditions)) if conditions else None
        except (AttributeError, InvalidOperation, KeyError, TypeError, ValueError):
            return None


def _models(provider: Row) -> list[Row]:
    models = provider.get("models")
    return [model for model in models if isinstance(model, Mapping)] if isinstance(models, list) else []


def _matches(rule: object, name: str) -> bool:
    """`name` is in small letters."""
    if not isinstance(rule, Mapping):
        return False
    for kind, value in rule.items():
        if kind in ("or", "and"):
            found = (_matches(each, name) for each in value)
            return any(found) if kind == "or" else all(found)
        if kind == "regex":
            return _fits(value, name, anywhere=True)
        text = str(value).lower()
        match kind:
            case "equals":
                return name == text
            case "starts_with":
                return name.startswith(text)
            case "ends_with":
                return name.endswith(text)
            case "contains":
                return text in name
    return False


def _fits(pattern: object, text: str, *, anywhere: bool = False) -> bool:
    try:
        found = re.search if anywhere else re.match
        return isinstance(pattern, str) and found(pattern, text) is not None
    except re.error:
        return False


def _dated(said: Row, price_id: str) -> Dated:
    """Raises what a wrong row happens to raise."""
    only = said.get("constraint") or {}
    hours = (_utc(only["start_time"]), _utc(only["end_time"])) if "start_time" in only else None
    since = date.fromisoformat(only["start_date"]) if "start_date" in only else None
    return Dated(_price(said["prices"], price_id), since, hours)


def _utc(text: str) -> time:
    at = time.fromisoformat(text)
    whole = datetime.combine(date(2000, 1, 2), at)
    return (whole.astimezone(UTC) if at.tzinfo else whole).time()


def _price(said: Row, price_id: str) -> Price:
    amounts = {kind: said.get(f"{kind}_mtok") for kind in _KINDS}
    steps = {tier["start"] for amount in amounts.values() if isinstance(amount, Mapping) for tier in amount["tiers"]}
    tiers = tuple(Tier(above, _rates(amounts, above)) for above in sorted(steps))
    return Price(price_id, _rates(amounts, None), tiers, _amount(said.get("requests_kcount") or 0) / _THOUSAND)


def _rates(amounts: Mapping[str, Any], above: int | None) -> Rates:
    """For requests with more input than `above`. A model that is paid for one side only is none that answers."""
    caches = (None if amounts[kind] is None else _step(amounts[kind], above) for kind in _KINDS[2:])
    return Rates(_step(amounts["input"], above), _step(amounts["output"], above), *caches)


def _step(said: Any, above: int | None) -> Decimal:
    if not isinstance(said, Mapping):
        return _amount(said)
    reached = [tier for tier in said["tiers"] if above is not None and tier["start"] <= above]
    return _amount(max(reached, key=lambda tier: tier["start"])["price"] if reached else said["base"])


def _amount(said: object) -> Decimal:
    if isinstance(said, bool):
        raise TypeError(said)
    amount = Decimal(str(said))
    if not amount.is_finite() or not 0 <= amount <= _MOST:
        raise ValueError(said)
    return amount


def _scaled(price: Price, factor: Decimal, mark: str) -> Price:
    tiers = tuple(Tier(tier.above, tier.rates.scaled(factor)) for tier in price.tiers)
    return Price(price.id + mark, price.rates.scaled(factor), tiers, price.per_request * factor)
