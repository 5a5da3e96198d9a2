"""Lists of prices: found and read as genai-prices itself finds and reads them, and where a list is wrong."""

import json
import warnings
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from desktop.domain.cost import Rates, Tier
from desktop.domain.usage import Usage
from desktop.providers import price_sources
from desktop.providers.price_list import PriceList

TOKENS = [(1000, 300), (150_000, 0), (300_000, 300)]
MOMENTS = [
    datetime(2026, 11, 22, 2, 30, tzinfo=UTC),  # DeepSeek's dear hours
    datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    datetime(2025, 3, 1, 18, 0, tzinfo=UTC),
]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.fixture(scope="module")
def bundled() -> PriceList:
    """As it comes back after it was kept."""
    rows = json.loads(json.dumps(price_sources.bundled().rows, default=str))
    return PriceList("genai", rows)


def test_every_model_costs_what_genai_prices_says(bundled):
    from genai_prices.data_snapshot import get_snapshot
    from genai_prices.types import Usage as TheirUsage

    compared = 0
    snapshot = get_snapshot()
    for provider in snapshot.providers:
        for model in provider.models:
            try:
                _provider, theirs = snapshot.find_provider_model(model.id, None, provider.id, None)
            except LookupError:
                continue  # its own rule does not find it
            ours = bundled.find(provider.id, model.id)
            for moment in MOMENTS if isinstance(theirs.prices, list) else MOMENTS[:1]:
                prices = theirs.get_prices(moment)
                if prices.input_mtok is None or prices.output_mtok is None:
                    continue  # an embedding, or paid by the second or the page
                assert ours is not None, (provider.id, model.id)
                for input_tokens, read in TOKENS:
                    counts = {"cache_read_tokens": read, "cache_write_tokens": 200}
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        told = TheirUsage(
                            input_tokens=input_tokens, output_tokens=500, cache_write_1h_tokens=50, **counts
                        )
                        try:
                            expected = prices.calc_price(told)["total_price"]
                        except ValueError:
                            continue  # it sells what is no text too, and wants to know how much of it was
                    usage = Usage(input_tokens, 500, **counts, cache_write_long_tokens=50)
                    cost = ours.at(int(moment.timestamp() * 1000)).cost(usage)
                    assert abs(cost - expected) < Decimal("1e-9"), (provider.id, model.id, moment)
                    compared += 1
    assert compared > 6_000


@pytest.mark.parametrize(
    ("provider", "model", "moment", "expected"),
    [
        ("anthropic", "claude-opus-5-5", "2026-11-22T12:00Z", "4/20"),
        ("anthropic", "Claude-Opus-5-5-20260921", "2026-11-22T12:00Z", "4/20"),
        ("azure", "gpt-6-luna", "2026-11-22T12:00Z", "0.1/0.5"),
        ("openrouter", "anthropic/claude-opus-5.5", "2026-11-22T12:00Z", "4/20"),
        ("deepseek", "deepseek-flash", "2026-11-22T02:30Z", "0.3/1.2"),
        ("deepseek", "deepseek-flash", "2026-11-22T04:00Z", "0.15/0.6"),
    ],
)
def test_models_by_the_names_they_go_by(bundled, provider, model, moment, expected):
    rates = bundled.find(provider, model).at(ms(moment)).rates
    assert (rates.input, rates.output) == tuple(map(Decimal, expected.split("/")))


def test_long_inputs(bundled):
    price = bundled.find("openai", "gpt-6.1-sol").at(ms("2026-11-22T12:00Z"))
    assert price.rates == Rates(Decimal(2), Decimal(10), Decimal("0.1"), Decimal("2.5"))
    assert price.tiers == (Tier(272_000, Rates(Decimal(4), Decimal(15), Decimal("0.2"), Decimal(5))),)
    assert price.id == "genai:openai/gpt-6.1-sol"


def test_who_is_meant(bundled):
    assert bundled.provider_at("https://api.novita.ai/v3/openai") == "novita"
    assert bundled.provider_at("http://192.168.1.4:8000/v1") == ""
    assert bundled.provider_called("xai") == "x-ai"
    assert bundled.provider_called("my-openai-prod") == "openai"
    assert bundled.maker_of("gpt-6-luna") == "openai"
    assert bundled.maker_of("zephyr") == ""
    assert bundled.find("openai", "zephyr") is None
    assert bundled.find("nobody", "gpt-6-luna") is None


def listed(*prices: object) -> PriceList:
    return PriceList("n", [{"id": "p", "models": [{"id": "m", "match": {"equals": "M"}, "prices": list(prices)}]}])


def plain(dollars: object) -> dict[str, object]:
    return {"prices": sold(dollars)}


def at(prices: PriceList, moment: str) -> Decimal:
    return prices.find("p", "m").at(ms(moment)).rates.input


def test_the_last_price_that_applies_counts_and_else_the_first():
    found = listed(
        plain(1) | {"constraint": {"start_date": "2026-06-01"}}, plain(2) | {"constraint": {"start_date": "2026-09-01"}}
    )
    assert at(found, "2026-10-01T00:00Z") == 2
    assert at(found, "2026-08-31T23:59Z") == 1
    assert at(found, "2020-01-01T00:00Z") == 1


def test_hours_are_utc_also_over_midnight():
    night = {"constraint": {"start_time": "22:00:00Z", "end_time": "02:00:00Z"}}
    found = listed(plain(1), plain(3) | night)
    assert [at(found, f"2026-10-01T{hour}:00Z") for hour in ("21", "22", "01", "02")] == [1, 3, 3, 1]
    elsewhere = listed(plain(1), plain(3) | {"constraint": {"start_time": "01:00+02:00", "end_time": "03:00+02:00"}})
    assert [at(elsewhere, f"2026-10-01T{hour}:00Z") for hour in ("22", "23", "00", "01")] == [1, 3, 3, 1]


def sold(dollars: object) -> dict[str, object]:
    return {"input_mtok": dollars, "output_mtok": 1}


@pytest.mark.parametrize(
    "prices",
    [
        "free",
        [],
        {},
        None,
        [3],
        {"input_mtok": 1},
        sold(-1),
        sold("NaN"),
        sold("1e9999999999"),
        sold(True),
        sold({"base": 1}),
        sold({"base": 1, "tiers": [{}]}),
        [{"constraint": {"start_date": "soon"}, "prices": sold(1)}],
    ],
)
def test_a_price_that_is_none_is_unknown(prices):
    found = PriceList("n", [{"id": "p", "models": [{"id": "m", "match": {"equals": "m"}, "prices": prices}]}])
    assert found.find("p", "m") is None
    assert found.count() == 0


def test_rows_that_are_none_are_passed_over():
    good = {"id": "g", "match": {"regex": "^g$"}, "prices": {"input_mtok": 1, "output_mtok": 2}}
    rules = [{"regex": "("}, {"and": [{"starts_with": "g"}, {"ends_with": "x"}]}, {"new rule": "g"}, "g", None]
    models = [{"match": rule, "prices": sold(9)} for rule in rules]
    found = PriceList("n", [7, {"id": 3}, {"id": "q", "models": 4}, {"id": "p", "models": [5, *models, good]}])
    assert found.find("p", "G").at(0).rates.output == 2
    assert found.find("q", "g") is None
    assert found.provider_at("https://x") == ""


def test_the_list_of_our_own():
    from desktop.paths import resources

    own = json.loads((resources() / "prices" / "gaps.json").read_bytes(), parse_float=Decimal)
    models = [model for provider in own["providers"] for model in provider["models"]]
    found = PriceList("own", own["providers"])
    assert found.count() == len(models)
    assert all(model["source"].startswith("https://") and model["date"] <= own["date"] for model in models)
    for provider in own["providers"]:
        for model in provider["models"]:
            assert found.find(provider["id"], model["id"]) is not None, model["id"]
    assert found.find("qwen", "qwen3.8-max").at(ms("2026-11-22T12:00Z")).rates.output == 6
