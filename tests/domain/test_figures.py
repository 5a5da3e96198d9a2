from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ("amount", "shown"),
    [("0", "$0.00"), ("0.0000001", "$0.001"), ("0.0111", "$0.012"), ("0.9991", "$1.00"), ("1.231", "$1.24")],
)
def test_an_upper_bound_is_rounded_up(amount: str, shown: str) -> None:
    assert figures.money_at_most(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        ("0.0041", "0.0304", "$0.004–0.031"),
        ("0.0002", "0.0111", "≤ $0.012"),
        ("0.0042", "0.0042", "$0.004–0.005"),
        ("0.0050", "0.0050", "≤ $0.005"),
        ("0.2", "1.921", "$0.200–1.93"),
        ("0.0015", "1.921", "$0.001–1.93"),
        ("1204.5", "1300", "$1,204.50–1,300.00"),
    ],
)
def test_what_a_send_may_cost(low: str, high: str, shown: str) -> None:
    assert plain(figures.money_between(Decimal(low), Decimal(high))) == shown


@pytest.mark.parametrize(
    ("amount", "bare", "table"),
    [("2", "$2", "$2.00"), ("1.5", "$1.50", "$1.50"), ("0.075", "$0.075", "$0.075"), ("0.0375", "$0.038", "$0.038")],
)
def test_a_price(amount: str, bare: str, table: str) -> None:
    assert figures.price(Decimal(amount), bare=True) == bare
    assert figures.price(Decimal(amount)) == table


@pytest.mark.parametrize(
    ("spent", "cap", "shown"),
    [
        ("1.9983", "2", "$1.9983"),
        ("1.999999", "2", "$1.999999"),
        ("1.5", "2", "$1.50"),
        ("0.0042", "2", "$0.0042"),
        ("2", "2", "$2.00"),
        ("2.004", "2", "$2.00"),
        ("0.00999", "0.01", "$0.00999"),
        ("0", "0", "$0.00"),
    ],
)
def test_spent_never_looks_like_a_cap_that_holds(spent: str, cap: str, shown: str) -> None:
    assert figures.money_against(Decimal(spent), Decimal(cap)) == shown


@given(st.decimals("0", "1000", places=9), st.decimals("0", "1000", places=9))
def test_spent_below_a_cap_is_written_below_it(spent: Decimal, cap: Decimal) -> None:
    written = plain(figures.money_against(spent, cap)).removeprefix("< ")[1:].replace(",", "")
    assert spent >= cap or Decimal(written) < max(cap, Decimal("0.0002"))


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


def test_money_in_another_currency() -> None:
    figures.select_currency("€", Decimal("0.5"))
    try:
        assert figures.money(Decimal("0.0084")) == "€0.0042"
        assert figures.money(Decimal("0.0001")) == f"<{figures.NBSP}€0.0001"
        assert figures.money_total(Decimal("0.019")) == "€0.0095"
        assert figures.money_total(Decimal(3)) == "€1.50"
        assert figures.money_at_most(Decimal("0.0061")) == "€0.004"
        assert figures.money_between(Decimal("0.008"), Decimal("0.0615")) == "€0.004–0.031"
        assert figures.money_against(Decimal("3.9998"), Decimal(4)) == "€1.9999"
    finally:
        figures.select_currency("$", Decimal(1))
    assert figures.money(Decimal("0.0084")) == "$0.0084"
