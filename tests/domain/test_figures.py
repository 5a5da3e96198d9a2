from collections.abc import Iterator
from decimal import Decimal

import pytest

from desktop.domain import figures


def plain(text: str) -> str:
    return text.replace(figures.NBSP, " ")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("0.00001", "< $0.0001"),
        ("0.0001", "$0.0001"),
        ("0.0042", "$0.0042"),
        ("0.184", "$0.1840"),
        ("0.99996", "$1.00"),
        ("1.84", "$1.84"),
        ("1204.5", "$1,204.50"),
    ],
)
def test_money_of_a_message(amount: str, shown: str) -> None:
    assert plain(figures.money(Decimal(amount))) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "$0.00"), ("0.00002", "< $0.0001"), ("0.0042", "$0.0042"), ("0.01", "$0.01"), ("12.345", "$12.35")],
)
def test_money_in_total(amount: str, shown: str) -> None:
    assert plain(figures.money_total(Decimal(amount))) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1204, "1.2k"),
        (9949, "9.9k"),
        (9950, "10k"),
        (24_000, "24k"),
        (262_144, "262k"),
        (999_499, "999k"),
        (999_500, "1M"),
        (1_048_576, "1.05M"),
        (4_120_000, "4.12M"),
    ],
)
def test_tokens(count: int, shown: str) -> None:
    assert figures.tokens(count) == shown


@pytest.mark.parametrize(
    ("milliseconds", "shown"), [(612, "0.6 s"), (9949, "9.9 s"), (9960, "10 s"), (72_000, "1 min 12 s")]
)
def test_latency(milliseconds: int, shown: str) -> None:
    assert plain(figures.latency(milliseconds)) == shown


@pytest.mark.parametrize(("milliseconds", "shown"), [(200, "1 s"), (6200, "6 s"), (59_600, "1 min 0 s")])
def test_duration(milliseconds: int, shown: str) -> None:
    assert plain(figures.duration(milliseconds)) == shown


@pytest.mark.parametrize(("value", "shown"), [(84.3, "84 tok/s"), (8.44, "8.4 tok/s"), (9.96, "10 tok/s")])
def test_speed(value: float, shown: str) -> None:
    assert plain(figures.speed(value)) == shown


@pytest.fixture
def german() -> Iterator[None]:
    figures.select(",", ".")
    yield
    figures.select(".", ",")


@pytest.mark.usefixtures("german")
def test_marks_of_the_language() -> None:
    assert figures.money(Decimal("1204.5")) == "$1.204,50"
    assert figures.tokens(1204) == "1,2k"
    assert figures.count(1204) == "1.204"
