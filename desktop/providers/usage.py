"""What services say a reply used and cost -> counts and US dollars."""

from decimal import Decimal
from typing import Any

_COUNTLESS = 10**15
_TICKS_PER_DOLLAR = 10**10


def whole(value: object) -> int | None:
    """A count as services give it, or None: also for one that nothing could count up to."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:20])
    return int(value) if isinstance(value, int | float) and 0 < value < _COUNTLESS else None


def dollars(value: object, per_dollar: int = 1) -> Decimal | None:
    """A cost as services give it, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _COUNTLESS:
        return None
    return Decimal(str(value)) / per_dollar


def reported_cost(usage: dict[str, Any]) -> Decimal | None:
    """US dollars, from the services that tell: OpenRouter and Perplexity (`cost`), xAI (10¹⁰ ticks are a dollar)."""
    told = usage.get("cost")
    said = dollars(told.get("total_cost") if isinstance(told, dict) else told)
    return dollars(usage.get("cost_in_usd_ticks"), _TICKS_PER_DOLLAR) if said is None else said
