"""What the ledger adds up to: spans of days, filters, groups and their sums. Money is US dollars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from desktop.domain.ledger import Purpose
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import CostSource


class Grouping(StrEnum):
    """What rows are put together by. Every grouping adds up to the same total; TAG groups by all tags of a row."""

    DAY = "day"
    PROVIDER = "provider"
    MODEL = "model"
    CONVERSATION = "conversation"
    KEY = "key"
    TAG = "tag"
    PURPOSE = "purpose"


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Span":
        """What it is compared with: the span just as long before it; of several days from the first of a month on, the
        same days of the month before, all of them for a whole month.
        """
        ended = self.first - timedelta(days=1)
        if self.days == 1 or self.first.day > 1 or self.days > 31 or self.last.month != self.first.month:
            return Span(self.first - timedelta(days=self.days), ended)
        is_whole = (self.last + timedelta(days=1)).day == 1
        return Span(ended.replace(day=1), ended if is_whole else ended.replace(day=min(self.last.day, ended.day)))


EVER = Span(date(1970, 1, 1), date(9999, 12, 31))


@dataclass(frozen=True, slots=True)
class Only:
    """Which rows count; what is None or empty does not limit. `tag` "" stands for rows without one."""

    provider_id: str | None = None
    model: str | None = None  # "provider/model"
    key_label: str | None = None
    tag: str | None = None
    conversation_id: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """Of some rows. `cost` is of those with a known cost, `unpriced` counts the others that used tokens; `rescued`
    counts replies by a fallback, `saved` is what caches saved.
    """

    requests: int = 0
    input_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    saved: Decimal = Decimal(0)
    unpriced: int = 0
    rescued: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(
            self.requests + other.requests,
            self.input_tokens + other.input_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.output_tokens + other.output_tokens,
            self.cost + other.cost,
            self.saved + other.saved,
            self.unpriced + other.unpriced,
            self.rescued + other.rescued,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a grouping. `key` is an ISO date, an id, "provider/model", a label, the tags one on a line, or a
    purpose; `name` is what a person reads ("" where there is nothing, as for rows without a tag). `provider_id` gives
    the colour, where there is one provider.
    """

    key: str
    name: str
    sum: Sum
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One attempt of a list that leads to the messages. `title` is the chat's, "" if that is gone.

    `cost` is US dollars and None where it is unknown; `cost_source` is None where nothing was used.
    """

    start_ms: int
    conversation_id: str
    title: str
    message_id: str
    model: ModelRef
    purpose: Purpose
    status: Status
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    cost_source: CostSource | None


@dataclass(frozen=True, slots=True)
class Report:
    """What the usage page shows of a span.

    `before` is of `span.before`; None if nothing is recorded there. `days` has an entry for each day with spending: its
    groups by the chosen grouping.
    """

    span: Span
    total: Sum
    before: Sum | None
    by_source: Mapping[CostSource, Sum]
    groups: tuple[Group, ...]
    days: Mapping[date, tuple[Group, ...]] = field(default_factory=dict)
