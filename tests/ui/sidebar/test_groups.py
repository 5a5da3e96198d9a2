"""Which group a conversation stands in, and how times are written."""

import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from desktop.domain.conversation import Summary
from desktop.ui.sidebar.groups import PINNED, TODAY, YESTERDAY, Groups, when

DAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


def at(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> int:
    """Local time in milliseconds."""
    return int(time.mktime((year, month, day, hour, minute, 0, 0, 0, -1)) * 1000)


def title(ms: int, *, pinned: bool = False, today: date = DAY) -> str:
    groups = Groups(today)
    return groups.title(groups.of(Summary("id", "title", ms, pinned=pinned)))


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (at(2026, 11, 21, 23, 59), "Today"),
        (at(2026, 11, 21, 0, 0), "Today"),
        (at(2026, 11, 22), "Today"),  # a clock that was wrong
        (at(2026, 11, 20, 23, 59), "Yesterday"),
        (at(2026, 11, 20, 0, 0), "Yesterday"),
        (at(2026, 11, 19), "Previous 7 days"),
        (at(2026, 11, 14), "Previous 7 days"),
        (at(2026, 11, 13), "Previous 30 days"),
        (at(2026, 10, 22), "Previous 30 days"),
        (at(2026, 10, 21), "October"),
        (at(2026, 1, 1), "January"),
        (at(2025, 12, 31), "December 2025"),
        (at(2019, 3, 5), "March 2019"),
        (-1, "January 1970"),
    ],
)
def test_local_days_make_the_groups(ms: int, expected: str) -> None:
    assert title(ms) == expected


def test_the_same_time_moves_on_with_the_day() -> None:
    moment = at(2026, 11, 21)
    assert [title(moment, today=DAY + timedelta(days=days)) for days in (0, 1, 2, 8, 31)] == [
        "Today",
        "Yesterday",
        "Previous 7 days",
        "Previous 30 days",
        "November",
    ]


def test_pinned_wins_over_time() -> None:
    assert title(at(2019, 3, 5), pinned=True) == "Pinned"


@given(st.lists(st.integers(0, 4_000_000_000_000), min_size=2, max_size=2))
def test_newer_never_stands_below_older(times: list[int]) -> None:
    older, newer = sorted(times)
    groups = Groups(DAY)
    assert groups.of(Summary("a", "", newer)) <= groups.of(Summary("b", "", older))
    assert PINNED < TODAY < YESTERDAY


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (at(2026, 11, 21, 14, 2), "14:02"),
        (at(2026, 11, 20, 14, 2), "Friday"),
        (at(2026, 11, 15), "Sunday"),
        (at(2026, 11, 14), "14 November"),
        (at(2025, 11, 9), "9 November 2025"),
    ],
)
def test_times_get_coarser_with_age(ms: int, expected: str) -> None:
    assert when(ms, DAY) == expected
