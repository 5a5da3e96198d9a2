"""What the usage page looks at: which days, grouped by what, and which rows of the ledger count."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from desktop.domain.budget import Period
from desktop.domain.spending import Grouping, Only, Span

DAYS_AROUND = 14
"""One bar says nothing: a single day is shown at the end of so many."""


class Kind(StrEnum):
    """The segments of the head; all but CUSTOM are calendar periods."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class View:
    """`span` is the whole period, which may reach beyond today; `by` is what the bars are stacked by."""

    kind: Kind
    span: Span
    by: Grouping = Grouping.PROVIDER
    only: Only = field(default_factory=Only)

    @classmethod
    def holding(cls, kind: Kind, day: date, week_start: int) -> "View":
        """The calendar period that `day` is in; of CUSTOM, the day alone. `week_start` is 0 for Monday."""
        days = None if kind is Kind.CUSTOM else Period(kind.value).days(day, week_start)
        first, last = days or (day, day)
        return cls(kind, Span(first, last))

    def spanning(self, kind: Kind, span: Span) -> "View":
        """The same groups and filter over other days."""
        return replace(self, kind=kind, span=span)

    def stepped(self, step: int) -> "View":
        """The period so many before (negative) or after it."""
        span = self.span
        if self.kind is not Kind.MONTH:
            days = timedelta(days=step * span.days)
            return replace(self, span=Span(span.first + days, span.last + days))
        months = span.first.year * 12 + span.first.month - 1 + step
        first = date(months // 12, months % 12 + 1, 1)
        following = (first + timedelta(days=31)).replace(day=1)
        return replace(self, span=Span(first, following - timedelta(days=1)))

    def counted(self, today: date) -> Span:
        """The days of the period that have come."""
        return Span(self.span.first, max(self.span.first, min(self.span.last, today)))

    def drawn(self) -> Span:
        """The days that the chart shows."""
        if self.span.days > 1:
            return self.span
        return Span(self.span.last - timedelta(days=DAYS_AROUND - 1), self.span.last)
