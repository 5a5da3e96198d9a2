"""Caps on spending: what they count, over which time, and what becomes of a send that does not fit.

A budget's days are the user's local dates as they were when the money was spent, so travelling moves no spending from
one day to another.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from desktop.domain.cost import Cost, Price
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage


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


@dataclass(frozen=True, slots=True)
class Hold:
    """What is held for one request until its row is in the ledger, and what is needed to write that row should its
    writer die. `message_id` is the reply's, or something unique; `started_ms` is Unix milliseconds.

    `worst` is the most it can cost in US dollars, None where nobody knows its `price`; `input_tokens` is what it is
    likely to have sent.
    """

    message_id: str
    spender: Spender
    provider_name: str
    purpose: Purpose
    started_ms: int
    attempt_no: int
    worst: Decimal | None
    input_tokens: int
    price: Price | None

    def entry(self, status: Status, end_ms: int, usage: Usage | None) -> LedgerEntry:
        """The ledger's row of the request, which ended so. What only its answer could tell is left out."""
        return LedgerEntry(
            start_ms=self.started_ms,
            first_token_ms=None,
            end_ms=end_ms,
            conversation_id=self.spender.conversation_id,
            message_id=self.message_id,
            model=self.spender.model,
            provider_name=self.provider_name,
            status=status,
            usage=usage,
            purpose=self.purpose,
            key_label=self.spender.key_label,
            attempt_no=self.attempt_no,
            cost=None if usage is None else Cost.of(usage, self.price),
            tags=self.spender.tags,
        )


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
    offered from 80% on until the reset.
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
    def is_daily(self) -> bool:
        """Whether it is a cap on everything in a day."""
        return self.budget.period is Period.DAY and self.budget.scope.kind is ScopeKind.ALL

    @property
    def left(self) -> Decimal:
        return max(Decimal(0), self.cap - self.spent - self.reserved)
