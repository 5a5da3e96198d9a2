"""Which price counts, and where prices come from."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from desktop import providers
from desktop.domain import figures
from desktop.domain.changes import Change, ModelsChanged, OptionChanged, PricesChanged
from desktop.domain.cost import NOTHING, Rates
from desktop.domain.errors import PricesRefused, StorageError
from desktop.domain.model import Model, ModelRef, Provider
from desktop.domain.usage import CostSource, Usage
from desktop.providers import price_sources, registry
from desktop.providers.price_list import PriceList
from desktop.services.feed import Feed
from desktop.services.prices import Prices
from desktop.settings import options
from desktop.settings.files import Writer
from desktop.settings.prices import PriceStore
from desktop.settings.store import Settings
from tests.helpers.fake_service import FakeService, Reply

LUNA = ModelRef("openai", "gpt-6-luna")
TODAY = date.today()  # noqa: DTZ011 - the user's own day
DAY = timedelta(days=1)


def ms(day: date) -> int:
    """Noon of a local day."""
    return int(datetime(day.year, day.month, day.day, 12).timestamp() * 1000)  # noqa: DTZ001


def row(name: str, dollars: object, *, tiers: bool = False) -> dict[str, object]:
    price = {"base": dollars, "tiers": [{"start": 1000, "price": 9}]} if tiers else dollars
    return {"id": name, "match": {"starts_with": name}, "prices": {"input_mtok": price, "output_mtok": 2}}


BUNDLED = [
    {"id": "openai", "provider_match": {"contains": "openai"}, "model_match": {"starts_with": "gpt-"},
     "api_pattern": r"https://api\.openai\.com",
     "models": [row("gpt-6-luna", "0.1"), *(row(f"m{n}", 1) for n in range(98))]},
    {"id": "openrouter", "models": [row("a/b", 4, tiers=True)]},
    {"id": "azure", "fallback_model_providers": ["openai"], "models": []},
]  # fmt: skip


@dataclass
class FakeCatalogue:
    models: dict[ModelRef, Model] = field(default_factory=dict)
    custom: Provider | None = None

    def provider(self, provider_id: str) -> Provider | None:
        if self.custom is not None and self.custom.id == provider_id:
            return self.custom
        known = provider_id in {service.id for service in registry.SERVICES}
        return registry.provider_from(registry.service(provider_id)) if known else None

    def model(self, ref: ModelRef) -> Model | None:
        return self.models.get(ref)

    def is_free(self, ref: ModelRef) -> bool:
        provider = self.provider(ref.provider_id)
        return provider is not None and registry.service(provider.service_id).local


@dataclass
class World:
    folder: Path
    catalogue: FakeCatalogue = field(default_factory=FakeCatalogue)
    feed: Feed = field(default_factory=Feed)
    heard: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings = Settings(self.folder / "settings.json", Writer(lambda path, error: pytest.fail(str(error))))
        self.feed.subscribe(self.heard.append)

    def prices(self) -> Prices:
        """As after a new start."""
        store = PriceStore(self.folder / "prices.json")
        store.load()
        return Prices(store, self.catalogue, self.settings, self.feed, self.folder / "list.json")  # type: ignore[arg-type]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(price_sources, "bundled", lambda: PriceList("bundled", BUNDLED))
    return World(tmp_path)


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeService]:
    async with FakeService() as service:
        monkeypatch.setattr(price_sources, "ADDRESS", f"{service.url}/data.json")
        yield service
        await providers.aclose()


def input_price(prices: Prices, ref: ModelRef, at_ms: int | None = None) -> Decimal | None:
    price = prices.price(ref, at_ms)
    return None if price is None else price.rates.input


async def test_the_lists_are_known_once_prepared(world: World) -> None:
    prices = world.prices()
    assert prices.price(LUNA) is None
    await asyncio.gather(prices.prepare(), prices.prepare())
    assert input_price(prices, LUNA) == Decimal("0.1")
    assert input_price(prices, ModelRef("azure", "gpt-6-luna")) == Decimal("0.1")
    assert input_price(prices, ModelRef("qwen", "qwen3.8-max")) == 2  # from our own list
    assert world.heard == [PricesChanged()]


async def test_what_nobody_knows_is_unknown_and_what_runs_here_is_free(world: World) -> None:
    prices = world.prices()
    await prices.prepare()
    for unknown in ("openai/zephyr", "nvidia/meta/llama", "ollama-cloud/x", "gone/x", "custom/gpt-6-luna"):
        provider_id, _slash, model_id = unknown.partition("/")
        assert prices.price(ModelRef(provider_id, model_id)) is None
    assert prices.price(ModelRef("ollama", "gpt-6-luna")) is NOTHING
    cost = prices.cost(ModelRef("openai", "zephyr"), Usage(10, 10), 0)
    assert (cost.amount, cost.source) == (None, CostSource.UNPRICED)


async def test_the_list_is_converted_once_for_each_version(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.prices().prepare()
    monkeypatch.setattr(price_sources, "bundled", lambda: pytest.fail("converted again"))
    again = world.prices()
    await again.prepare()
    assert (again.list_name, again.downloaded_on) == ("bundled", None)
    assert input_price(again, LUNA) == Decimal("0.1")

    monkeypatch.setattr(price_sources, "bundled_version", lambda: "9.9")
    monkeypatch.setattr(price_sources, "bundled", lambda: PriceList("newer", BUNDLED))
    newer = world.prices()
    await newer.prepare()
    assert newer.list_name == "newer"


@pytest.mark.parametrize("damage", [b"", b"{", b"[]\n[]", b'{"package": 3}', b"\xff"])
async def test_a_damaged_list_is_made_anew(world: World, damage: bytes) -> None:
    (world.folder / "list.json").write_bytes(damage)
    prices = world.prices()
    await prices.prepare()
    assert input_price(prices, LUNA) == Decimal("0.1")


async def test_a_list_that_cannot_be_kept_is_used_all_the_same(world: World) -> None:
    (world.folder / "list.json").mkdir()
    prices = world.prices()
    await prices.prepare()
    assert input_price(prices, LUNA) == Decimal("0.1")


async def test_the_users_own_price_from_its_day_on(world: World) -> None:
    prices = world.prices()
    await prices.prepare()
    await prices.set_price(LUNA, Rates(Decimal(7), Decimal(8)), TODAY)
    await prices.set_price(LUNA, Rates(Decimal(5), Decimal(6), Decimal("0.5")), TODAY - 9 * DAY)
    for each in (prices, world.prices()):
        await each.prepare()
        assert input_price(each, LUNA) == 7
        assert input_price(each, LUNA, ms(TODAY - DAY)) == 5
        assert input_price(each, LUNA, ms(TODAY - 10 * DAY)) == Decimal("0.1")
        assert each.price(LUNA, ms(TODAY)).id == f"own {TODAY}:openai/gpt-6-luna"
        assert [own.since for own in each.overrides()] == [TODAY - 9 * DAY, TODAY]
    await prices.set_price(LUNA, Rates(Decimal(1), Decimal(1)), TODAY)
    assert input_price(prices, LUNA) == 1
    await prices.set_price(LUNA, None, TODAY)
    assert input_price(prices, LUNA) == 5
    await prices.set_price(LUNA, None, TODAY - 9 * DAY)
    assert prices.overrides() == ()
    assert input_price(prices, LUNA) == Decimal("0.1")


async def test_a_price_of_ones_own_makes_the_unknown_known(world: World) -> None:
    ref = ModelRef("nvidia", "x")
    prices = world.prices()
    await prices.set_price(ref, Rates(Decimal(1), Decimal(2)), TODAY)
    cost = prices.cost(ref, Usage(1000, 1000), ms(TODAY))
    assert (cost.amount, cost.source) == (Decimal("0.003"), CostSource.COMPUTED)


async def test_a_discount_is_on_lists_and_not_on_ones_own_price(world: World) -> None:
    prices = world.prices()
    await prices.prepare()
    await prices.set_discount("openai", Decimal("12.5"))
    assert prices.price(LUNA).id == "bundled:openai/gpt-6-luna -12.5%"
    # 1,000,000 × 0.1/m × 0.875 = 0.0875
    assert prices.price(LUNA).cost(Usage(1_000_000, 0)) == Decimal("0.0875")
    assert input_price(world.prices(), LUNA) is None
    await prices.set_price(LUNA, Rates(Decimal(7), Decimal(8)), TODAY)
    assert input_price(prices, LUNA) == 7
    await prices.set_discount("openai", Decimal(0))
    assert prices.discounts() == {}


async def test_the_providers_list_goes_first_where_it_says_something_else(world: World) -> None:
    ref = ModelRef("openrouter", "a/b")
    prices = world.prices()
    await prices.prepare()
    told = Model(ref, "B", input_price=Decimal(4), output_price=Decimal(2), cache_read_price=Decimal(1))
    world.catalogue.models[ref] = told
    world.feed.publish(ModelsChanged())
    assert prices.price(ref).tiers  # the same, but the other list knows long inputs too
    world.catalogue.models[ref] = Model(ref, "B", input_price=Decimal(3), output_price=Decimal(2))
    assert prices.price(ref).rates.input == 4  # until the provider is asked again
    world.feed.publish(ModelsChanged("openrouter"))
    assert prices.price(ref).id == "openrouter list:a/b"
    assert input_price(prices, ref) == 3


async def test_a_list_that_says_nothing_but_0_is_believed_where_it_is_meant(world: World) -> None:
    prices = world.prices()
    for provider_id, expected in (("openrouter", 0), ("together", None)):
        ref = ModelRef(provider_id, "some/model:free")
        world.catalogue.models[ref] = Model(ref, "", input_price=Decimal(0), output_price=Decimal(0))
        assert input_price(prices, ref) == expected


@pytest.mark.parametrize(
    ("provider_id", "model_id", "known"),
    [
        ("portkey", "@my-openai-prod/gpt-6-luna", True),
        ("portkey", "@team/gpt-6-luna", True),
        ("litellm", "openai/gpt-6-luna", True),
        ("litellm", "gpt-6-luna", True),
        ("unify", "gpt-6-luna@openai", True),
        ("tokenmix", "gpt-6-luna", True),
        ("open-webui", "gpt-6-luna", True),
        ("open-webui", "gpt-oss:20b", False),
        ("litellm", "my-alias", False),
        ("unify", "gpt-6-luna@somebody", False),
    ],
)
async def test_gateways_cost_what_the_model_behind_costs(
    world: World, provider_id: str, model_id: str, known: bool
) -> None:
    prices = world.prices()
    await prices.prepare()
    assert input_price(prices, ModelRef(provider_id, model_id)) == (Decimal("0.1") if known else None)


async def test_a_custom_server_is_known_by_its_address(world: World) -> None:
    row = registry.service("custom")
    world.catalogue.custom = registry.provider_from(row, id="mine", base_url="https://api.openai.com/v1")
    prices = world.prices()
    await prices.prepare()
    assert input_price(prices, ModelRef("mine", "gpt-6-luna")) == Decimal("0.1")


# Updates


def published(count: int) -> Reply:
    return Reply.json([{"id": "openai", "models": [row("gpt-6-luna", 0.3), *(row(f"m{n}", 1) for n in range(count))]}])


async def test_an_update_takes_the_place_of_the_list_and_stays(world: World, fake: FakeService) -> None:
    fake.reply("/data.json", published(200))
    prices = world.prices()
    assert await prices.update() == 201
    for each in (prices, world.prices()):
        await each.prepare()
        assert input_price(each, LUNA) == Decimal("0.3")
        assert each.downloaded_on == TODAY
        assert each.list_name == f"genai-prices {TODAY}"
        assert input_price(each, ModelRef("qwen", "qwen3.8-max")) == 2
    assert len(fake.requests) == 1


async def test_a_refused_update_leaves_the_old_list(world: World, fake: FakeService) -> None:
    fake.reply("/data.json", published(49))  # with luna 50, of 100
    prices = world.prices()
    assert await prices.update() == 50
    fake.reply("/data.json", published(48))
    with pytest.raises(PricesRefused):
        await prices.update()
    again = world.prices()
    await again.prepare()
    assert input_price(again, LUNA) == Decimal("0.3")


async def test_an_update_that_cannot_be_kept(world: World, fake: FakeService) -> None:
    (world.folder / "list.json").mkdir()
    fake.reply("/data.json", published(200))
    prices = world.prices()
    with pytest.raises(StorageError) as error:
        await prices.update()
    assert "list.json" in error.value.explanation
    assert input_price(prices, LUNA) == Decimal("0.1")


async def test_nothing_is_downloaded_before_the_user_wants_it(world: World, fake: FakeService) -> None:
    fake.reply("/data.json", published(200))
    prices = world.prices()
    await prices.prepare()
    await prices.aclose()
    assert fake.requests == []

    world.settings.set(options.UPDATE_PRICES, True)
    await prices.prepare()
    while prices.downloaded_on is None:
        await asyncio.sleep(0.01)
    await prices.prepare()
    await prices.aclose()
    again = world.prices()
    await again.prepare()
    await again.aclose()
    assert len(fake.requests) == 1

    kept = (world.folder / "list.json").read_text().replace(str(TODAY), str(TODAY - DAY))
    (world.folder / "list.json").write_text(kept)
    old = world.prices()
    await old.prepare()
    while old.downloaded_on != TODAY:
        await asyncio.sleep(0.01)
    await old.aclose()
    assert len(fake.requests) == 2


async def test_a_background_update_that_fails_is_tried_once_a_day(world: World, fake: FakeService) -> None:
    fake.reply("/data.json", Reply.json({}, status=500))
    world.settings.set(options.UPDATE_PRICES, True)
    prices = world.prices()
    await prices.prepare()
    while not fake.requests:
        await asyncio.sleep(0.01)
    await prices.aclose()
    await prices.prepare()
    await prices.aclose()
    assert len(fake.requests) == 1
    assert input_price(prices, LUNA) == Decimal("0.1")


async def test_an_update_ends_with_the_program(world: World, fake: FakeService) -> None:
    fake.reply("/data.json", Reply(b"", fault="silence"))
    world.settings.set(options.UPDATE_PRICES, True)
    prices = world.prices()
    await prices.prepare()
    while not fake.requests:
        await asyncio.sleep(0.01)
    await asyncio.wait_for(prices.aclose(), 2)


# Currency


async def test_the_currency_that_is_shown(world: World) -> None:
    world.settings.subscribe(lambda key: world.feed.publish(OptionChanged(key)))
    prices = world.prices()
    try:
        world.settings.set(options.CURRENCY, "EUR")
        assert figures.money(Decimal("0.0042")) == "$0.0042"  # nobody has said what a dollar is worth
        world.settings.set(options.EXCHANGE_RATE, "0.92")
        assert figures.money(Decimal("0.0042")) == "€0.0039"
        assert world.heard.count(PricesChanged()) == 2
        world.settings.set(options.CURRENCY, "CHF")
        assert figures.money(Decimal("0.0042")) == "$0.0042"  # that was the rate of the euro
        world.settings.set(options.EXCHANGE_RATE, "0,92")
        assert figures.money_total(Decimal(10)) == f"CHF{figures.NBSP}9.20"
        assert prices.cost(ModelRef("ollama", "x"), Usage(1, 1), 0).amount == 0
    finally:
        world.settings.set(options.CURRENCY, "USD")
    assert figures.money(Decimal("0.0042")) == "$0.0042"


def test_the_real_list_is_kept_whole(tmp_path: Path) -> None:
    world = World(tmp_path)

    async def both() -> list[object]:
        first = world.prices()
        await first.prepare()
        second = world.prices()
        await second.prepare()
        moment = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)
        refs = [ModelRef("anthropic", "claude-opus-5-5"), ModelRef("deepseek", "deepseek-flash"), LUNA]
        return [(first.price(ref, moment), second.price(ref, moment)) for ref in refs]

    for before, after in asyncio.run(both()):
        assert before is not None
        assert before == after
    lines = (tmp_path / "list.json").read_text().splitlines()
    assert json.loads(lines[0])["name"] == f"genai-prices {price_sources.bundled_version()}"
