"""Caps on spending: what they count, over which time, and what becomes of a send that does not fit.

A budget's days are the user's local dates as they were when the money was spent, so travelling moves no spending from
one day to another.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from desktop.domain.model import ModelRef


class ScopeKind(StrEnum):
    ALL = "all"
    PROVIDER = "provider"
    KEY = "key"
    MODEL = "model"
    CONVERSATION = "conversation"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a budget counts: `value` is empty for ALL, else a provider's id, a key's label, "provider/model", the id of
    a conversation, or a tag.
    """

    kind: ScopeKind = ScopeKind.ALL
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}" if self.value else self.kind.value

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """The inverse of `str`. Raises ValueError."""
        kind, colon, value = text.partition(":")
        scope = cls(ScopeKind(kind), value)
        if (scope.kind is ScopeKind.ALL) == bool(value) or (colon and not value):
            raise ValueError(f"not a scope: {text}")
        return scope


@dataclass(frozen=True, slots=True)
class Spender:
    """What a request is charged to: everything that a scope may ask about."""

    model: ModelRef
    key_label: str
    conversation_id: str
    tags: tuple[str, ...] = ()

    def is_in(self, scope: Scope) -> bool:
        """Whether a budget of that scope counts it."""
        match scope.kind:
            case ScopeKind.ALL:
                return True
            case ScopeKind.PROVIDER:
                return self.model.provider_id == scope.value
            case ScopeKind.KEY:
                return self.key_label == scope.value
            case ScopeKind.MODEL:
                return str(self.model) == scope.value
            case ScopeKind.CONVERSATION:
                return self.conversation_id == scope.value
            case ScopeKind.TAG:
                return scope.value in self.tags


class Period(StrEnum):
    """What a cap holds for. MESSAGE: each reply with all its tries; TOTAL: for ever."""

    MESSAGE = "message"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"

    def days(self, today: date, week_start: int = 0) -> tuple[date, date] | None:
        """The first and the last day of the period that holds `today`; None where days play no part.

        `week_start` is 0 for Monday to 6 for Sunday.
        """
        match self:
            case Period.MESSAGE | Period.TOTAL:
                return None
            case Period.DAY:
                return today, today
            case Period.WEEK:
                first = today - timedelta(days=(today.weekday() - week_start) % 7)
                return first, first + timedelta(days=6)
            case Period.MONTH:
                first = today.replace(day=1)
                following = (first + timedelta(days=31)).replace(day=1)
                return first, following - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Budget:
    """`cap` is US dollars. `alerts` are per cents of it, rising, at which the user is told.

    `allow_unpriced`: models without a known price may be used although nobody can say what they add. `cheaper` is
    offered from 80 % on until the reset.
    """

    id: str
    name: str
    cap: Decimal
    scope: Scope = Scope()
    period: Period = Period.DAY
    alerts: tuple[int, ...] = (50, 80, 100)
    allow_unpriced: bool = False
    cheaper: ModelRef | None = None


@dataclass(frozen=True, slots=True)
class BudgetState:
    """How a budget stands. US dollars; `cap` with what it was raised to for this period.

    `reserved` is what running replies may still cost. `forecast` is what the period will have cost at this pace, and
    `reached_on` the day on which the cap would be reached; None where it cannot be told or will not be. `resets_on` is
    the first day of the next period.
    """

    budget: Budget
    cap: Decimal
    spent: Decimal
    reserved: Decimal = Decimal(0)
    unpriced: int = 0
    forecast: Decimal | None = None
    reached_on: date | None = None
    resets_on: date | None = None

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.cap - self.spent - self.reserved)
