"""What models cost: the user's own prices, else the provider's list, else genai-prices, else a list of our own.

A price that nobody knows is None. The list of genai-prices is converted once for each version of the package and kept
as a file, because importing the package takes half a second and 36 MB; a downloaded newer list takes its place.
"""

import asyncio
import errno
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from desktop.domain import figures
from desktop.domain.changes import Change, ModelsChanged, OptionChanged, PricesChanged, ProvidersChanged
from desktop.domain.cost import NOTHING, Cost, Price, Rates
from desktop.domain.errors import AppError, DiskFull, StorageError
from desktop.domain.ids import now_ms
from desktop.domain.model import Model, ModelRef
from desktop.domain.usage import Usage
from desktop.i18n import gettext as _
from desktop.paths import resources
from desktop.providers import price_sources
from desktop.providers.price_list import Dated, Listed, PriceList
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.network import http_settings
from desktop.settings import options
from desktop.settings.files import write_atomically
from desktop.settings.prices import OwnPrice, PriceStore
from desktop.settings.store import Settings

_log = logging.getLogger(__name__)

# The names that genai-prices has for services; its list is asked for no others.
_SELLERS = {
    "openai": "openai",
    "azure": "azure",
    "anthropic": "anthropic",
    "gemini": "google",
    "vertex-express": "google",
    "mistral": "mistral",
    "deepseek": "deepseek",
    "openrouter": "openrouter",
    "xai": "x-ai",
    "groq": "groq",
    "together": "together",
    "fireworks": "fireworks",
    "perplexity": "perplexity",
    "moonshot": "moonshotai",
    "zhipu": "zhipuai",
    "zai": "zai",
    "cohere": "cohere",
    "cerebras": "cerebras",
}
# Services that pass questions on to others: what those take is what is billed.
_GATEWAYS = ("portkey", "litellm", "unify", "tokenmix", "open-webui")
_CURRENCY_OPTIONS = (options.CURRENCY.key, options.EXCHANGE_RATE.key)


class Prices:
    """Answers from memory. Until `prepare` has ended, only the user's and the providers' own prices are known."""

    def __init__(
        self, store: PriceStore, catalogue: Catalogue, settings: Settings, feed: Feed, list_file: Path
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._settings = settings
        self._feed = feed
        self._file = list_file
        self._lists: tuple[PriceList, ...] = ()
        self._downloaded: date | None = None
        self._found: dict[ModelRef, Listed | None] = {}
        self._preparing: asyncio.Task[None] | None = None
        self._updating: asyncio.Task[None] | None = None
        self._tried_on: date | None = None
        self._show_currency()
        feed.subscribe(self._on_change)

    async def prepare(self) -> None:
        """Bring the lists into memory, in a thread; cheap once that is done.

        Where the user wants that, a list older than a day is then updated in the background, which is tried once a day.
        """
        if self._preparing is None:
            self._preparing = asyncio.create_task(self._prepare(), name="prices")
        await asyncio.shield(self._preparing)
        today = _today()
        is_due = self._downloaded is None or self._downloaded < today
        if is_due and self._tried_on != today and self._settings.get(options.UPDATE_PRICES):
            self._tried_on = today
            self._updating = asyncio.create_task(self._update_quietly(), name="update prices")

    async def aclose(self) -> None:
        """End what still runs."""
        running = [task for task in (self._preparing, self._updating) if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def price(self, ref: ModelRef, at_ms: int | None = None) -> Price | None:
        """What a model costs at a moment (Unix milliseconds; now); NOTHING on this computer, None if nobody knows.

        A route has no price: ask for its targets.
        """
        if self._catalogue.is_free(ref):
            return NOTHING
        at_ms = now_ms() if at_ms is None else at_ms
        if (own := self._own(ref, at_ms)) is not None:
            return own
        if ref not in self._found:
            self._found[ref] = self._find(ref)
        found = self._found[ref]
        return None if found is None else found.at(at_ms)

    def priced(self, model: Model) -> Model:
        """The model at what it costs now, where that is known: for lists of models."""
        price = self.price(model.ref)
        if price is None:
            return model
        return replace(model, input_price=price.rates.input, output_price=price.rates.output)

    def cost(self, ref: ModelRef, usage: Usage, at_ms: int) -> Cost:
        """What an attempt cost that began at that moment (Unix milliseconds)."""
        return Cost.of(usage, self.price(ref, at_ms))

    # What the user sets

    def overrides(self) -> tuple[OwnPrice, ...]:
        """The user's own prices, by model and day."""
        return self._store.prices()

    async def set_price(self, ref: ModelRef, rates: Rates | None, since: date) -> None:
        """The user's own price of a model from a local day on; None takes that of the day away. Raises StorageError.

        What was spent before keeps its cost.
        """
        others = [own for own in self._store.prices() if (own.model, own.since) != (ref, since)]
        if rates is not None:
            others.append(OwnPrice(ref, since, rates))
        others.sort(key=lambda own: (str(own.model), own.since))
        await self._save(tuple(others), self._store.discounts())

    def discounts(self) -> Mapping[str, Decimal]:
        """Per cents by the provider's id."""
        return self._store.discounts()

    async def set_discount(self, provider_id: str, percent: Decimal) -> None:
        """What the provider takes less than its list says, from 0 to 100 %. Raises StorageError."""
        others = {name: each for name, each in self._store.discounts().items() if name != provider_id}
        await self._save(self._store.prices(), others | ({provider_id: percent} if percent else {}))

    # The list

    @property
    def list_name(self) -> str:
        """The name and version or day of the list in use; empty before `prepare`."""
        return self._lists[0].name if self._lists else ""

    @property
    def downloaded_on(self) -> date | None:
        """The local day on which the list was downloaded; None for the one that came with the program."""
        return self._downloaded

    async def update(self) -> int:
        """Download the list as it is published now; how many models it has.

        Raises PricesRefused or StorageError; the old list then stays.
        """
        await self.prepare()
        today = _today()
        present = await asyncio.to_thread(self._lists[0].count)
        new = await price_sources.download(
            http_settings(self._settings), f"genai-prices {today.isoformat()}", present, price_sources.ADDRESS
        )
        try:
            await asyncio.to_thread(self._keep, new, today)
        except OSError as error:
            problem = DiskFull if error.errno == errno.ENOSPC else StorageError
            raise problem(
                _("The new prices could not be saved"),
                _("{path}: {reason}").format(path=self._file, reason=error.strerror or type(error).__name__),
            ) from error
        self._use(new, today)
        return await asyncio.to_thread(new.count)

    # Inside

    async def _prepare(self) -> None:
        published, downloaded, own = await asyncio.to_thread(self._read_lists)
        self._lists = (published, own)
        self._use(published, downloaded)

    async def _update_quietly(self) -> None:
        try:
            await self.update()
        except AppError as error:
            _log.warning("prices: %s", error)

    def _use(self, published: PriceList, downloaded: date | None) -> None:
        self._lists = (published, *self._lists[1:])
        self._downloaded = downloaded
        self._found.clear()
        self._feed.publish(PricesChanged())

    def _read_lists(self) -> tuple[PriceList, date | None, PriceList]:
        own = json.loads((resources() / "prices" / "gaps.json").read_bytes(), parse_float=Decimal)
        gaps = PriceList(f"tuppence {own['date']}", own["providers"])
        try:
            kept, *rows = map(json.loads, self._file.read_bytes().splitlines())
            if kept["package"] == price_sources.bundled_version():
                day = kept["downloaded"]
                return PriceList(kept["name"], rows), date.fromisoformat(day) if day else None, gaps
        except (OSError, KeyError, TypeError, ValueError):
            pass  # there is none yet, or not one that can be used
        published = price_sources.bundled()
        try:
            self._keep(published, None)
        except OSError as error:
            _log.warning("the list of prices could not be kept: %s", error)
        return published, None, gaps

    def _keep(self, prices: PriceList, downloaded: date | None) -> None:
        """A provider on a line, so that other threads get their turn between two."""
        head = {
            "name": prices.name,
            "package": price_sources.bundled_version(),
            "downloaded": downloaded.isoformat() if downloaded else None,
        }
        lines = [json.dumps(row, default=str, separators=(",", ":")) for row in (head, *prices.rows)]
        write_atomically(self._file, "\n".join(lines).encode())

    def _own(self, ref: ModelRef, at_ms: int) -> Price | None:
        prices = [own for own in self._store.prices() if own.model == ref]
        if not prices:
            return None
        day = date.fromtimestamp(at_ms // 1000)  # noqa: DTZ012 - the user's own day
        valid = [own for own in prices if own.since <= day]
        return Price(f"own {valid[-1].since}:{ref}", valid[-1].rates) if valid else None

    def _find(self, ref: ModelRef) -> Listed | None:
        found = self._look_up(ref)
        model, provider = self._catalogue.model(ref), self._catalogue.provider(ref.provider_id)
        told = None if model is None or provider is None else _told(model, provider.service_id)
        if told is not None and (found is None or not _agree(told, found)):
            found = Listed((Dated(told),))
        percent = self._store.discounts().get(ref.provider_id)
        if found is None or not percent:
            return found
        return found.scaled(1 - percent / 100, f" -{percent.normalize():f}%")

    def _look_up(self, ref: ModelRef) -> Listed | None:
        provider = self._catalogue.provider(ref.provider_id)
        if provider is None or not self._lists:
            return None
        published, gaps = self._lists
        service = provider.service_id
        if service in _GATEWAYS:
            return _through_gateway(published, ref.model_id)
        seller = published.provider_at(provider.base_url) if service == "custom" else _SELLERS.get(service, "")
        return published.find(seller, ref.model_id) or gaps.find(service, ref.model_id)

    async def _save(self, prices: tuple[OwnPrice, ...], discounts: Mapping[str, Decimal]) -> None:
        await asyncio.to_thread(self._store.replace, prices, discounts)
        self._found.clear()
        self._feed.publish(PricesChanged())

    def _on_change(self, change: Change) -> None:
        if isinstance(change, ModelsChanged | ProvidersChanged):
            self._found.clear()
        elif isinstance(change, OptionChanged) and change.key in _CURRENCY_OPTIONS:
            if change.key == options.CURRENCY.key:
                self._settings.set(options.EXCHANGE_RATE, "")  # it is another currency's
            self._show_currency()
            self._feed.publish(PricesChanged())

    def _show_currency(self) -> None:
        code, rate = self._settings.get(options.CURRENCY), self._settings.get(options.EXCHANGE_RATE)
        if code == "USD" or not rate:
            figures.select_currency("$", Decimal(1))
        else:
            sign = dict(options.CURRENCIES)[code]
            figures.select_currency(sign or f"{code}{figures.NBSP}", Decimal(rate))


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the user's own day


def _told(model: Model, service_id: str) -> Price | None:
    """What the provider's own list of models says. OpenRouter alone means it when it says 0."""
    if model.input_price is None or model.output_price is None:
        return None
    if not (model.input_price or model.output_price or service_id == "openrouter"):
        return None
    rates = Rates(model.input_price, model.output_price, model.cache_read_price, model.cache_write_price)
    return Price(f"{model.ref.provider_id} list:{model.ref.model_id}", rates)


def _agree(told: Price, found: Listed) -> bool:
    """Whether the provider's list says no other than a richer one, which knows long inputs and hours of the day too."""
    rates = found.at(now_ms()).rates
    return (told.rates.input, told.rates.output) == (rates.input, rates.output)


def _through_gateway(prices: PriceList, model_id: str) -> Listed | None:
    """The price of the model behind, where its name says whose it is: `openai/m`, `@slug/m`, `m@openai`, or `gpt-…`.

    A plain name with a colon is one of Ollama's, which runs what others have made.
    """
    front, slash, rest = model_id.removeprefix("@").partition("/")
    back, at, behind = model_id.rpartition("@")
    if at and back:
        return prices.find(prices.provider_called(behind), back)
    if slash:
        found = prices.find(prices.provider_called(front), rest)
        return found or prices.find(prices.maker_of(rest), rest)
    return None if ":" in model_id else prices.find(prices.maker_of(model_id), model_id)
