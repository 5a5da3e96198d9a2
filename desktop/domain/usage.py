"""Token counts, normalised so that every provider means the same by them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

_WIDE = "[\u2e80-\U0010ffff]"  # compiled when it is first used: it is the slow part of importing this module


class CostSource(StrEnum):
    """How a cost is known, the surest first."""

    REPORTED = "reported"  # by the provider, with the reply
    COMPUTED = "computed"  # from the provider's token counts and a price list
    ESTIMATED = "estimated"  # from token counts that were estimated from text
    UNPRICED = "unpriced"  # nobody knows the price


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one attempt, or of all that one reply took.

    `input_tokens` is the whole input with cache reads and writes inside; `output_tokens` is the whole output with
    reasoning inside. Providers that report them apart are summed by their dialect. `cache_write_long_tokens` are those
    of the cache writes that are kept for an hour or more, which some providers bill higher. `cost` is US dollars, None
    where it is unknown; `cost_source` says how it is known, None where no price has been looked up yet (then a cost is
    the provider's own). `estimated` marks tokens counted from text because the provider sent none (a stopped or broken
    stream).
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    cost: Decimal | None = None
    estimated: bool = False
    cache_write_long_tokens: int = 0
    cost_source: CostSource | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """Of both together, as sure as the less sure of them; a cost that only one knows counts as that of both."""
        costs = [usage.cost for usage in (self, other) if usage.cost is not None]
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            sum(costs, Decimal(0)) if costs else None,
            self.estimated or other.estimated,
            self.cache_write_long_tokens + other.cache_write_long_tokens,
            max((each for each in (self.cost_source, other.cost_source) if each), key=_SUREST.index, default=None),
        )


_SUREST = tuple(CostSource)


def total(usages: Iterable[Usage | None]) -> Usage | None:
    """All that are known, together; None if none is."""
    known = [usage for usage in usages if usage is not None]
    return sum(known[1:], known[0]) if known else None


def estimate_tokens(text: str) -> int:
    """A rough count for text no provider counted: four characters a token, one for each CJK character."""
    wide = 0 if text.isascii() else len(re.findall(_WIDE, text))
    return wide + -(-(len(text) - wide) // 4)
