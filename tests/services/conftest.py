"""Services over a real database and real settings, with a scripted provider in the place of the network."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path

import pytest

from desktop.domain.cost import Price
from desktop.domain.errors import AppError
from desktop.domain.events import ProviderEvent
from desktop.domain.model import Dialect, Endpoint, Model, ModelRef, Provider
from desktop.domain.route import Route
from desktop.providers.base import ChatRequest
from desktop.services.budgets import Budgets
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.services.routes import Routes
from desktop.services.standing import Standing
from desktop.services.tokens import Tokens
from desktop.settings.files import Writer
from desktop.settings.store import Settings
from desktop.storage.database import Database

MODEL = ModelRef("scripted", "m-1")
Script = Callable[[ChatRequest], AsyncIterator[ProviderEvent]]


class ScriptedCatalogue:
    """One provider whose answers a test writes: `script` is an async generator over the request."""

    def __init__(self) -> None:
        self.script: Script | None = None
        self.refuse: AppError | None = None
        self.requests: list[ChatRequest] = []
        self.closed = 0
        self.address = "http://127.0.0.1:9"
        self.known_routes: tuple[Route, ...] = ()
        self.labels: tuple[str, ...] = ()
        self.models: dict[ModelRef, Model] = {}

    def provider(self, provider_id: str) -> Provider | None:
        return Provider(provider_id, "custom", "Scripted", Dialect.OPENAI_CHAT, self.address)

    def routes(self) -> tuple[Route, ...]:
        return self.known_routes

    def key_labels(self, provider_id: str) -> tuple[str, ...]:
        return self.labels

    def model(self, ref: ModelRef) -> Model | None:
        return self.models.get(ref)

    def is_free(self, ref: ModelRef) -> bool:
        return False

    def name_of(self, ref: ModelRef) -> str:
        return "Scripted One"

    async def connect(
        self, provider_id: str, label: str | None = None, model_id: str = ""
    ) -> tuple[Endpoint, "ScriptedCatalogue"]:
        if self.refuse:
            raise self.refuse
        provider = self.provider(provider_id)
        assert provider
        return Endpoint(provider, "sk-test-000000", label or "Personal"), self

    async def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        self.requests.append(request)
        assert self.script
        try:
            async for event in self.script(request):
                yield event
        finally:
            self.closed += 1

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        return []


class FakePrices:
    """Knows what a test says, and of everything else nothing."""

    def __init__(self) -> None:
        self.known: dict[ModelRef, Price] = {}

    async def prepare(self) -> None:
        pass

    def price(self, ref: ModelRef, at_ms: int | None = None) -> Price | None:
        return self.known.get(ref)


@pytest.fixture
def catalogue() -> ScriptedCatalogue:
    return ScriptedCatalogue()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "tuppence.db")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json", Writer(on_error=lambda path, error: pytest.fail(f"{path}: {error}")))


@pytest.fixture
def library(database: Database, feed: Feed) -> Library:
    return Library(database, feed)


@pytest.fixture
def routes(catalogue: ScriptedCatalogue, settings: Settings, prices: FakePrices, tmp_path: Path) -> Routes:
    writer = Writer(on_error=lambda path, error: pytest.fail(f"{path}: {error}"))
    return Routes(catalogue, Standing(tmp_path / "standing.json", writer), settings, prices)  # type: ignore[arg-type]


@pytest.fixture
def prices() -> FakePrices:
    return FakePrices()


@pytest.fixture
def tokens(database: Database) -> Tokens:
    return Tokens(database)


@pytest.fixture
def budgets(database: Database, prices: FakePrices, tokens: Tokens, settings: Settings, feed: Feed) -> Budgets:
    return Budgets(database, prices, tokens, settings, feed)  # type: ignore[arg-type]


@pytest.fixture
async def chat(
    database: Database,
    library: Library,
    catalogue: ScriptedCatalogue,
    settings: Settings,
    feed: Feed,
    routes: Routes,
    budgets: Budgets,
    tokens: Tokens,
) -> AsyncIterator[Chat]:
    chat = Chat(database, library, catalogue, settings, feed, routes, budgets, tokens)  # type: ignore[arg-type]
    yield chat
    await chat.stop_all()
