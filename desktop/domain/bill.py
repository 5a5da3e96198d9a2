"""A provider's own account of what was used, and how it differs from the ledger. Days are UTC; money is US dollars."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class BillLine:
    """One day of one model. None for what the file does not tell; cached input is inside `input_tokens`.

    `is_label` says that `model` is a name for people ("Claude Haiku 4.5"), not an id.
    """

    day: date
    model: str
    requests: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    is_label: bool = False

    def __add__(self, other: "BillLine") -> "BillLine":
        """Of the same day and model."""
        return BillLine(
            self.day,
            self.model,
            _sum(self.requests, other.requests),
            _sum(self.input_tokens, other.input_tokens),
            _sum(self.output_tokens, other.output_tokens),
            self.cost if other.cost is None else other.cost + (self.cost or 0),
            self.is_label,
        )


@dataclass(frozen=True, slots=True)
class Bill:
    """What a file holds: whose it is, and its lines by day and model."""

    service: str  # the id of the registry's row
    kind: str  # the name of the file's layout, for people
    lines: tuple[BillLine, ...]


class Reason(StrEnum):
    """Why a line of a bill and the ledger may differ, the likeliest first."""

    NONE = "none"  # they agree
    ROUNDING = "rounding"  # by less than the bill's last digit
    ELSEWHERE = "elsewhere"  # the provider counts more requests: another program uses the key
    NOT_BILLED = "not_billed"  # the ledger counts more: requests that failed, or billed on another day
    UNPRICED = "unpriced"  # the ledger knows no price for some requests
    ESTIMATED = "estimated"  # replies that were stopped early were estimated
    PRICE = "price"  # the same tokens at another price: a discount, a tier or a list out of date
    TOKENS = "tokens"  # the same requests with other tokens


@dataclass(frozen=True, slots=True)
class Difference:
    """One day and model as both sides tell it. None where a side tells nothing."""

    day: date
    model: str
    billed: BillLine | None
    recorded: BillLine | None
    reason: Reason

    @property
    def cost(self) -> Decimal | None:
        """How much more the provider bills, in US dollars; None where a side does not tell."""
        if self.billed is None or self.billed.cost is None:
            return None
        return self.billed.cost - ((self.recorded and self.recorded.cost) or Decimal(0))


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)
