"""Periods, bars and the money axis, without any widget."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.budget import Period
from desktop.domain.spending import Group, Span, Sum
from desktop.ui.usage.bars import MOST_SERIES, OTHERS, bars_of
from desktop.ui.usage.scale import cap_in_view, ticks
from desktop.ui.usage.view import Kind, View

DAY = date(2026, 11, 18)  # a Wednesday
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
MONEY = st.decimals(Decimal(0), Decimal(9999), places=9)


def group(key: str, cost: str) -> Group:
    return Group(key, key.title(), Sum(1, cost=Decimal(cost)), key)


def test_calendar_periods_hold_their_day() -> None:
    assert View.holding(Kind.DAY, DAY, 0).span == Span(DAY, DAY)
    assert View.holding(Kind.WEEK, DAY, 0).span == Span(date(2026, 11, 16), date(2026, 11, 22))
    assert View.holding(Kind.WEEK, DAY, 6).span == Span(date(2026, 11, 15), date(2026, 11, 21))
    assert View.holding(Kind.MONTH, DAY, 0).span == Span(date(2026, 11, 1), date(2026, 11, 30))


@given(DAYS, st.sampled_from(Kind), st.integers(-40, 40))
def test_periods_follow_each_other_without_a_gap(day: date, kind: Kind, steps: int) -> None:
    view = View.holding(kind, day, 0)
    there = view.stepped(steps)
    assert there.stepped(-steps) == view
    assert there.stepped(1).span.first == there.span.last + timedelta(days=1)


def test_only_days_that_have_come_are_counted_and_a_day_is_shown_among_others() -> None:
    month = View.holding(Kind.MONTH, DAY, 0)
    assert month.counted(DAY) == Span(date(2026, 11, 1), DAY)
    assert month.counted(date(2026, 12, 5)) == month.span
    assert month.drawn() == month.span
    assert View.holding(Kind.DAY, DAY, 0).drawn() == Span(date(2026, 11, 5), DAY)


@given(
    st.dictionaries(st.integers(0, 900), st.lists(st.tuples(st.sampled_from("abcdefghijklm"), MONEY), max_size=6)),
    st.integers(1, 900),
)
def test_bars_lose_no_money_and_leave_no_day_out(spent: dict[int, list[tuple[str, Decimal]]], length: int) -> None:
    span = Span(DAY, DAY + timedelta(days=length - 1))
    days = {
        DAY + timedelta(days=at): [Group(key, key, Sum(1, cost=cost)) for key, cost in found]
        for at, found in spent.items()
        if at < length
    }
    bars = bars_of(days, span, ("c", "a"), "{n} others", 0)
    everything = sum((each.sum.cost for groups in days.values() for each in groups), Decimal(0))
    assert sum((bar.total.cost for bar in bars.bars), Decimal(0)) == everything
    assert sum((series.sum.cost for series in bars.series), Decimal(0)) == everything
    assert len(bars.series) <= MOST_SERIES
    assert bars.bars[0].first == span.first
    assert bars.bars[-1].last == span.last
    for before, after in pairwise(bars.bars):
        assert after.first == before.last + timedelta(days=1)
    order = [series.key for series in bars.series]
    for bar in bars.bars:
        assert [part.key for part in bar.parts] == sorted((part.key for part in bar.parts), key=order.index)


def test_series_stand_in_their_fixed_order_whatever_they_cost() -> None:
    days = {DAY: [group("mistral", "9"), group("new", "8"), group("openai", "1"), group("anthropic", "0.5")]}
    bars = bars_of(days, Span(DAY, DAY), ("anthropic", "openai", "mistral"), "{n} others", 0)
    assert [series.key for series in bars.series] == ["anthropic", "openai", "mistral", "new"]


def test_two_hundred_providers_become_a_handful() -> None:
    days = {DAY: [group(f"p{at}", str(at + 1)) for at in range(200)]}
    bars = bars_of(days, Span(DAY, DAY), (), "{n} others", 0)
    assert len(bars.series) == MOST_SERIES
    assert bars.series[0].key == "p199"
    assert (bars.series[-1].key, bars.series[-1].name) == (OTHERS, "193 others")


def test_long_spans_are_put_together_by_the_week_and_by_the_month() -> None:
    units = {days: bars_of({}, Span(DAY, DAY + timedelta(days=days - 1)), (), "", 0) for days in (62, 365, 1000)}
    assert [(bars.unit, len(bars.bars)) for bars in units.values()] == [
        (Period.DAY, 62),
        (Period.WEEK, 53),
        (Period.MONTH, 34),
    ]
    assert units[365].bars[0].last == date(2026, 11, 22)  # the first week is not whole


@given(st.decimals(Decimal("0.000000001"), Decimal(10**9), places=9).filter(bool))
def test_the_axis_reaches_the_highest_bar_in_a_few_even_steps(most: Decimal) -> None:
    lines = ticks(most)
    assert lines[0] == 0
    assert lines[-2] < most <= lines[-1]
    assert 2 <= len(lines) <= 6
    assert len({after - before for before, after in pairwise(lines)}) == 1


def test_a_cap_is_shown_where_it_leaves_the_bars_readable() -> None:
    assert cap_in_view(Decimal(2), Decimal("1.24")) == 2
    assert cap_in_view(Decimal(500), Decimal("1.24")) is None
    assert cap_in_view(None, Decimal(1)) is None
