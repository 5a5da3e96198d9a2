"""Token counts, normalised so that every provider means the same by them."""

import re
from dataclasses import dataclass
from decimal import Decimal

_WIDE = "[\u2e80-\U0010ffff]"  # compiled when it is first used: it is the slow part of importing this module


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one attempt.

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


def estimate_tokens(text: str) -> int:
    """A rough count for text no provider counted: four characters a token, one for each CJK character."""
    wide = 0 if text.isascii() else len(re.findall(_WIDE, text))
    return wide + -(-(len(text) - wide) // 4)
