"""Token counts, normalised so that every provider means the same by them."""

import re
from dataclasses import dataclass
from decimal import Decimal

_WIDE = "[\u2e80-\U0010ffff]"  # compiled when it is first used: it is the slow part of importing this module


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one attempt, or of all that one reply took.

    `input_tokens` is the whole input with cache reads and writes inside; `output_tokens` is the whole output with
    reasoning inside. Providers that report them apart are summed by their dialect. `cost` is US dollars as the
    provider itself reported it, or None. `estimated` marks figures counted from text because the provider sent none
    (a stopped or broken stream).
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    cost: Decimal | None = None
    estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        """Of both together; a cost that only one of them knows counts as that of both."""
        costs = [usage.cost for usage in (self, other) if usage.cost is not None]
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            sum(costs, Decimal(0)) if costs else None,
            self.estimated or other.estimated,
        )


def estimate_tokens(text: str) -> int:
    """A rough count for text no provider counted: four characters a token, one for each CJK character."""
    wide = 0 if text.isascii() else len(re.findall(_WIDE, text))
    return wide + -(-(len(text) - wide) // 4)
