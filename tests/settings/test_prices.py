"""The user's prices and discounts in their file."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from desktop.domain.cost import Rates
from desktop.domain.errors import StorageError
from desktop.domain.model import ModelRef
from desktop.settings.prices import MOST, OwnPrice, PriceStore

AMOUNTS = st.decimals(0, MOST, allow_nan=False, allow_infinity=False)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
RATES = st.builds(Rates, AMOUNTS, AMOUNTS, st.none() | AMOUNTS, st.none() | AMOUNTS, st.none() | AMOUNTS)
PRICES = st.lists(st.builds(OwnPrice, st.builds(ModelRef, NAMES, NAMES), st.dates(), RATES), max_size=4).map(tuple)
DISCOUNTS = st.dictionaries(NAMES, st.decimals(0, 100, allow_nan=False, allow_infinity=False), max_size=3)


def store_at(path: Path) -> PriceStore:
    store = PriceStore(path)
    store.load()
    return store


@given(PRICES, DISCOUNTS)
@hypothesis_settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_set_comes_back_to_the_last_digit(
    tmp_path: Path, prices: tuple[OwnPrice, ...], discounts: dict[str, Decimal]
) -> None:
    store_at(tmp_path / "new.json").replace(prices, discounts)
    again = store_at(tmp_path / "new.json")
    assert again.prices() == prices
    assert again.discounts() == discounts
    assert again.problems == []


def test_a_row_of_another_version_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    good = {"provider": "p", "model": "m", "since": "2026-11-22", "input": "1", "output": "2"}
    strange = [
        good | {"input": 0.1}, good | {"input": "-1"}, good | {"input": "NaN"}, good | {"input": "1e99"},
        good | {"since": "soon"}, good | {"provider": ""}, good | {"model": 3}, {"new": True}, 7,
        {name: value for name, value in good.items() if name != "output"},
    ]  # fmt: skip
    path.write_text(json.dumps({"prices": [*strange, good], "discounts": {"p": "10", "q": "101", "r": 5}}))
    store = store_at(path)
    (own,) = store.prices()
    assert own == OwnPrice(ModelRef("p", "m"), date(2026, 11, 22), Rates(Decimal(1), Decimal(2)))
    assert store.discounts() == {"p": 10}
    store.replace((own,), {})
    assert json.loads(path.read_text())["prices"] == [good, *strange]


def test_a_damaged_file_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text("{")
    store = store_at(path)
    assert store.prices() == ()
    assert str(tmp_path / "prices.json.damaged") in store.problems[0]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "prices.json").mkdir()
    store = PriceStore(tmp_path / "prices.json")
    with pytest.raises(StorageError):
        store.replace((), {"p": Decimal(5)})
    assert store.discounts() == {}
