"""Services over a real database and real settings, with a scripted provider in the place of the network."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path

import pytest

from desktop.domain.errors import AppError
from desktop.domain.events import ProviderEvent
from desktop.domain.model import Dialect, Endpoint, Model, ModelRef, Provider
from desktop.providers.base import ChatRequest
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.library import Library
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

    def provider(self, provider_id: str) -> Provider | None:
        return Provider(provider_id, "custom", "Scripted", Dialect.OPENAI_CHAT, "http://127.0.0.1:9")

    def name_of(self, ref: ModelRef) -> str:
        return "Scripted One"

    async def connect(self, provider_id: str) -> tuple[Endpoint, "ScriptedCatalogue"]:
        if self.refuse:
            raise self.refuse
        provider = self.provider(provider_id)
        assert provider
        return Endpoint(provider, "sk-test-000000", "Personal"), self

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
async def chat(
    database: Database, library: Library, catalogue: ScriptedCatalogue, settings: Settings, feed: Feed
) -> AsyncIterator[Chat]:
    chat = Chat(database, library, catalogue, settings, feed)  # type: ignore[arg-type]
    yield chat
    await chat.stop_all()
