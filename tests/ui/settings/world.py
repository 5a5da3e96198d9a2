"""The real services on a folder of their own; only the network and the keychain are stand-ins."""

import asyncio
from decimal import Decimal
from pathlib import Path

import keyring
from PySide6.QtWidgets import QApplication

from desktop.domain.errors import AppError
from desktop.domain.model import Capability, Dialect, Endpoint, KeyRef, Model, ModelRef, Provider
from desktop.paths import Paths
from desktop.providers.registry import provider_from, service
from desktop.services.aside import Asides
from desktop.services.budgets import Budgets
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.health import Health
from desktop.services.library import Library
from desktop.services.prices import Prices
from desktop.services.routes import Routes
from desktop.services.spending import Spending
from desktop.services.standing import Standing
from desktop.services.tokens import Tokens
from desktop.settings.files import Writer
from desktop.settings.prices import PriceStore
from desktop.settings.providers import ProviderStore
from desktop.settings.routes import RouteStore
from desktop.settings.secrets import Secrets
from desktop.settings.store import Settings
from desktop.storage.database import Database
from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from tests.settings.keychains import Working

V, T, R, J = Capability.VISION, Capability.TOOLS, Capability.REASONING, Capability.JSON


def model(
    name: str,
    model_id: str,
    context: int,
    prices: tuple[str, str] | None,
    can: set[Capability],
    provider: str = "mistral",
) -> Model:
    return Model(
        ModelRef(provider, model_id),
        name,
        context_window=context,
        capabilities=frozenset(can),
        input_price=Decimal(prices[0]) if prices else None,
        output_price=Decimal(prices[1]) if prices else None,
    )


MISTRAL_MODELS = (
    model("Mistral Medium 3.5", "mistral-medium-latest", 262_144, ("1.50", "7.50"), {V, T, R, J}),
    model("Mistral Small 4", "mistral-small-latest", 262_144, ("0.15", "0.60"), {V, T, R, J}),
    model("Mistral Large 4", "mistral-large-4", 1_000_000, ("0.70", "2.10"), {V, T, R, J}),
    model("Codestral", "codestral-latest", 256_000, ("0.30", "0.90"), {T, J}),
    model("Ministral 3 14B", "ministral-14b-2512", 262_144, ("0.20", "0.20"), {V, T, J}),
    model("Ministral 3 8B", "ministral-8b-2512", 262_144, ("0.15", "0.15"), {V, T, J}),
    model("Ministral 3 3B", "ministral-3b-2512", 131_072, ("0.10", "0.10"), {V, T, J}),
    model("Mistral Large 3", "mistral-large-2512", 262_144, ("0.50", "1.50"), {V, T}),
    model("Voxtral Small", "voxtral-small-24b-2507", 32_000, ("0.10", "0.40"), {T, J}),
    model("Mistral NeMo", "open-mistral-nemo", 128_000, ("0.15", "0.15"), {T, J}),
    model("Magistral Medium", "magistral-medium-2509", 128_000, None, {T, R}),
)


class FakeClient:
    """Answers for every provider: with `models`, or by raising `problem`."""

    def __init__(self) -> None:
        self.models: tuple[Model, ...] = MISTRAL_MODELS
        self.problem: AppError | None = None
        self.asked: list[Endpoint] = []
        self.gate: asyncio.Event | None = None

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        self.asked.append(endpoint)
        if self.gate is not None:
            await self.gate.wait()
        if self.problem is not None:
            raise self.problem
        return [
            Model(
                ModelRef(endpoint.provider.id, each.ref.model_id),
                each.name,
                each.context_window,
                capabilities=each.capabilities,
                input_price=each.input_price,
                output_price=each.output_price,
            )
            for each in self.models
        ]


class World:
    """What the dialog is built from. `client` has to be put in the place of `desktop.providers.client`."""

    def __init__(self, folder: Path) -> None:
        self.paths = Paths.choose(folder)
        self.bugs: list[BaseException] = []
        self.notices: list[AppError] = []
        self.feed = Feed()
        self.writer = Writer(lambda path, error: self.bugs.append(error))
        self.settings = Settings(self.paths.settings, self.writer)
        self.settings.load()
        self.store = ProviderStore(self.paths.providers)
        self.store.load()
        self.database = Database(self.paths.database)
        self.client = FakeClient()
        routes = RouteStore(self.paths.routes)
        secrets = Secrets(self.paths.keys, {})
        self.catalogue = Catalogue(self.store, secrets, self.settings, self.database, self.feed, routes)
        prices = PriceStore(self.paths.prices)
        self.prices = Prices(prices, self.catalogue, self.settings, self.feed, self.paths.price_list)
        self.budgets = Budgets(self.database, self.prices, Tokens(self.database), self.settings, self.feed)
        self.catalogue.asides = Asides(self.budgets)
        self.standing = Standing(self.paths.standing, self.writer)
        self.feed.subscribe(self.standing.on_change)
        self.health = Health(self.database)
        self.routes = Routes(self.catalogue, self.standing, self.settings, self.prices, self.health.speeds)
        self.library = Library(self.database, self.feed)
        self.tasks = Tasks(self.notices.append, self.bugs.append)

    async def open(self) -> None:
        await self.database.open()
        await self.catalogue.load()

    async def close(self) -> None:
        await self.settle()
        await self.database.close()
        self.writer.flush()
        assert self.bugs == []

    async def settle(self) -> None:
        """Until nothing is left to do, in tasks or in the event queue."""
        for _round in range(3):
            await self.tasks.finish()
            QApplication.processEvents()
            await asyncio.sleep(0)

    async def add(self, service_id: str, *labels: str, key: str = "key-of-sixteen-chars") -> Provider:
        """A service set up with keys of those labels, tested."""
        provider = provider_from(service(service_id))
        await self.catalogue.save_provider(provider)
        for label in labels:
            provider = await self.catalogue.add_key(service_id, label, key)
        return provider

    def stored_key(self, provider_id: str, label: str) -> str | None:
        """What the keychain holds, past the catalogue."""
        keychain = keyring.get_keyring()
        assert isinstance(keychain, Working)
        ref = KeyRef(provider_id, label)
        return keychain.passwords.get(("Tuppence", f"{ref.provider_id}/{ref.label}"))

    def dialog(self, theme: Theme) -> SettingsDialog:
        return SettingsDialog(
            theme,
            self.settings,
            self.catalogue,
            self.routes,
            self.health,
            self.library,
            self.feed,
            self.tasks,
            self.paths,
            prices=self.prices,
            budgets=self.budgets,
            spending=Spending(self.database, self.catalogue),
        )


LOCAL = Provider("ollama", "ollama", "Ollama", Dialect.OLLAMA, "http://localhost:11434")
