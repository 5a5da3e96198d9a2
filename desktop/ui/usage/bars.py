"""The bars of the chart: days, weeks or months, each stacked in the same fixed order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce

from desktop.domain.budget import Period
from desktop.domain.spending import Group, Span, Sum

MOST_DAYS = 62
MOST_WEEKS = 371
"""Days that are shown as so many bars; more are put together by the week, and then by the month."""

MOST_SERIES = 8
OTHERS = "\0others"
"""The key of the group that holds what is too small for a colour of its own."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Local days, both included, and what they hold, in the order of the series and without those of nothing."""

    first: date
    last: date
    parts: tuple[Group, ...] = ()

    @property
    def total(self) -> Sum:
        return reduce(Sum.__add__, (part.sum for part in self.parts), Sum())


@dataclass(frozen=True, slots=True)
class Bars:
    """`unit` (DAY, WEEK or MONTH) is what one bar stands for. `series` is what the bars are stacked of, from the foot
    up, each with its sum over all bars.
    """

    unit: Period
    bars: tuple[Bar, ...]
    series: tuple[Group, ...]

    @property
    def most(self) -> Decimal:
        """The cost of the highest bar."""
        return max((bar.total.cost for bar in self.bars), default=Decimal(0))


def bars_of(
    days: Mapping[date, Sequence[Group]], span: Span, order: Sequence[str], others: str, week_start: int
) -> Bars:
    """The bars of a span. Series stand in the given `order` of keys; those that it lacks follow, the dearest first.

    More than `MOST_SERIES` are cut to the dearest ones and one named `others` (its "{n}" is how many it holds).
    """
    unit = Period.DAY if span.days <= MOST_DAYS else Period.WEEK if span.days <= MOST_WEEKS else Period.MONTH
    series, merged = _series((group for groups in days.values() for group in groups), order, others)
    position = {group.key: at for at, group in enumerate(series)}
    stacks: dict[date, dict[str, Group]] = {}
    for day in sorted(days):
        stack = stacks.setdefault(_first(unit, day, week_start), {})
        for group in filter(_is_seen, days[day]):
            key = OTHERS if group.key in merged else group.key
            known = stack.get(key)
            total = group.sum + known.sum if known else group.sum
            stack[key] = replace(series[position[key]], sum=total)
    bars = []
    first = span.first
    while first <= span.last:
        begins = _first(unit, first, week_start)
        last = min(_last(unit, begins), span.last)
        stack = stacks.get(begins, {})
        bars.append(Bar(first, last, tuple(sorted(stack.values(), key=lambda group: position[group.key]))))
        first = last + timedelta(days=1)
    return Bars(unit, tuple(bars), series)


def _series(found: Iterable[Group], order: Sequence[str], others: str) -> tuple[tuple[Group, ...], frozenset[str]]:
    """What the bars are stacked of, and the keys of those that are put together."""
    sums: dict[str, Group] = {}
    for group in filter(_is_seen, found):
        known = sums.get(group.key)
        sums[group.key] = replace(group, sum=known.sum + group.sum) if known else group
    dearest = sorted(sums.values(), key=lambda group: (-group.sum.cost, group.name, group.key))
    place = {key: at for at, key in enumerate(order)}
    if len(dearest) <= MOST_SERIES:
        return tuple(sorted(dearest, key=lambda group: place.get(group.key, len(place)))), frozenset()
    kept, rest = dearest[: MOST_SERIES - 1], dearest[MOST_SERIES - 1 :]
    total = reduce(Sum.__add__, (group.sum for group in rest))
    kept.sort(key=lambda group: place.get(group.key, len(place)))
    return (*kept, Group(OTHERS, others.format(n=len(rest)), total)), frozenset(group.key for group in rest)


def _is_seen(group: Group) -> bool:
    """What was free has no height."""
    return bool(group.sum.cost or group.sum.unpriced)


def _first(unit: Period, day: date, week_start: int) -> date:
    """The first day of the bar that a day is in."""
    days = unit.days(day, week_start)
    return days[0] if days else day


def _last(unit: Period, first: date) -> date:
    """The last day of the bar that begins on a day."""
    days = unit.days(first, first.weekday())
    return days[1] if days else first
