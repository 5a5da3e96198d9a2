"""The chat page over the real services, with a provider that says what the test tells it to."""

import asyncio
import functools
import gc
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import qasync
import shiboken6
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop import providers
from desktop.domain.cost import NOTHING, Price, Rates
from desktop.domain.errors import AppError
from desktop.domain.events import Finished, ProviderEvent, TextDelta
from desktop.domain.message import FinishReason
from desktop.domain.model import Endpoint, Model, ModelRef
from desktop.providers.base import ChatRequest
from desktop.providers.discovery import LocalServer
from desktop.providers.registry import provider_from, service
from desktop.services.budgets import Budgets
from desktop.services.catalogue import Catalogue
from desktop.services.charges import Charges
from desktop.services.chat import Chat
from desktop.services.estimates import Estimates
from desktop.services.feed import Feed
from desktop.services.health import Health
from desktop.services.library import Library
from desktop.services.meter import Meters
from desktop.services.reconcile import Reconcile
from desktop.services.routes import Routes
from desktop.services.spending import Spending
from desktop.services.standing import Standing
from desktop.services.tokens import Tokens
from desktop.services.what_if import WhatIf
from desktop.settings import options
from desktop.settings.files import Writer
from desktop.settings.providers import ProviderStore
from desktop.settings.routes import RouteStore
from desktop.settings.secrets import Secrets
from desktop.settings.store import Settings
from desktop.storage import models as stored_models
from desktop.storage.database import Database
from desktop.ui.chat.chat_page import ChatPage
from desktop.ui.chat.composer import Composer
from desktop.ui.chat.frame import PageFrame
from desktop.ui.services import Services
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.entry import Entry
from desktop.ui.widgets.toast import Toasts

QWEN = ModelRef("ollama", "qwen3:4b")
MISTRAL = ModelRef("mistral", "mistral-medium-3.5")


async def until(condition: Callable[[], Any], what: str = "", seconds: float = 5) -> None:
    """Let Qt and asyncio go on until the condition holds."""
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < end, f"never came: {what}"
        await asyncio.sleep(0.002)


class Answer:
    """One running request."""

    def __init__(self, request: ChatRequest) -> None:
        self.request = request
        self._events: asyncio.Queue[ProviderEvent | AppError] = asyncio.Queue()
        self.closed = False

    @property
    def question(self) -> str:
        return self.request.messages[-1].text

    def say(self, text: str) -> None:
        self._events.put_nowait(TextDelta(text))

    def finish(self, text: str = "") -> None:
        if text:
            self.say(text)
        self._events.put_nowait(Finished(FinishReason.END))

    def fail(self, error: AppError) -> None:
        self._events.put_nowait(error)

    async def events(self) -> AsyncIterator[ProviderEvent]:
        try:
            while True:
                event = await self._events.get()
                if isinstance(event, AppError):
                    raise event
                yield event
                if isinstance(event, Finished):
                    return
        finally:
            self.closed = True


class ScriptedClient:
    """The dialect of every provider of the stage; `answers` are the requests so far."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    async def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncIterator[ProviderEvent]:
        answer = Answer(request)
        self.answers.append(answer)
        async for event in answer.events():
            yield event

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        return []


class StagePrices:
    """Knows what a test says; what runs on this computer is free."""

    list_name = "stage"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.known = {MISTRAL: Price("stage:medium", Rates(Decimal("1.5"), Decimal("7.5"), cache_read=Decimal("0.15")))}

    async def prepare(self) -> None:
        pass

    def priced(self, model: Model) -> Model:
        return model

    def price(self, ref: ModelRef, at_ms: int | None = None) -> Price | None:
        return NOTHING if self._catalogue.is_free(ref) else self.known.get(ref)


class StageCatalogue(Catalogue):
    """Finds what the test has put on the loopback ports."""

    servers: tuple[LocalServer, ...] = ()
    looked = 0

    async def find_local(self) -> list[LocalServer]:
        self.looked += 1
        return list(self.servers)


@dataclass
class Stage:
    """The page and everything behind it."""

    theme: Theme
    settings: Settings
    database: Database
    library: Library
    chat: Chat
    catalogue: StageCatalogue
    feed: Feed
    tasks: Tasks
    client: ScriptedClient
    page: ChatPage
    toasts: Toasts
    host: QWidget
    prices: StagePrices
    budgets: Budgets
    errors: list[AppError] = field(default_factory=list)
    bugs: list[BaseException] = field(default_factory=list)

    @property
    def composer(self) -> Composer:
        return self.page.findChild(Composer)

    async def open_database(self, *, set_up: bool = True) -> None:
        await self.database.open()
        if set_up:
            for model in (Model(QWEN, "qwen3:4b"), Model(MISTRAL, "Mistral Medium 3.5")):
                await self.database.run(functools.partial(stored_models.add_model, model=model))
        await self.catalogue.load()

    async def close(self) -> None:
        await self.chat.stop_all()
        await self.idle()
        with suppress(AppError):
            await self.page.flush_draft()
        await self.database.close()
        self.host.hide()
        shiboken6.delete(self.host)

    async def answer(self, count: int) -> Answer:
        """The `count`-th request, from 1."""
        await until(lambda: len(self.client.answers) >= count, f"request {count}")
        return self.client.answers[count - 1]

    async def ask(self, text: str, reply: str) -> str:
        """Ask in the chat that is shown and wait for the whole reply; the id of the conversation."""
        number = len(self.client.answers) + 1
        self.page.send_text(text)
        (await self.answer(number)).finish(reply)
        await self.settled()
        assert self.page.conversation_id is not None
        return self.page.conversation_id

    async def settled(self) -> None:
        """Until no reply is written and nothing is being read."""
        await until(lambda: not self.chat.running(), "the end of all replies")
        await self.idle()

    async def idle(self) -> None:
        """Until every task has ended, also those that others have started."""
        while self.tasks._running:
            await self.tasks.finish()

    def texts(self) -> list[str]:
        """What the transcript shows, in order."""
        return [entry.message.text for entry in self.entries()]

    def entries(self) -> list[Entry]:
        """What the transcript is given."""
        return self.page._entries.of(self.page._open.shown)


def pytest_asyncio_loop_factories(config: object, item: object) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Qt and asyncio share one loop, as in the program."""
    return {"qt": lambda: qasync.QEventLoop(QApplication.instance() or QApplication([]))}


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    theme = Theme("light")
    theme.apply(qapp)
    return theme


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> ScriptedClient:
    client = ScriptedClient()
    monkeypatch.setattr(providers, "client", lambda dialect, http: client)
    return client


async def build_stage(
    folder: Path, theme: Theme, client: ScriptedClient, *, set_up: bool, open_database: bool
) -> Stage:
    """A page of its own window. Without `set_up` nothing but the tour can answer."""
    errors: list[AppError] = []
    bugs: list[BaseException] = []
    feed = Feed()
    store = ProviderStore(folder / "providers.json")
    store.load()
    writer = Writer(on_error=lambda path, error: bugs.append(error))
    settings = Settings(folder / "settings.json", writer)
    settings.load()
    if set_up:
        for service_id in ("mistral", "ollama"):
            store.save(provider_from(service(service_id)))
        settings.set(options.DEFAULT_MODEL, str(QWEN))
    database = Database(folder / "tuppence.db")
    secrets = Secrets(folder / "keys.age", {"TUPPENCE_KEY_MISTRAL": "test"})
    catalogue = StageCatalogue(store, secrets, settings, database, feed, RouteStore(folder / "routes.json"))
    library = Library(database, feed)
    prices = StagePrices(catalogue)
    routes = Routes(catalogue, Standing(folder / "standing.json", writer), settings, prices)  # type: ignore[arg-type]
    tokens = Tokens(database)
    budgets = Budgets(database, prices, tokens, settings, feed)  # type: ignore[arg-type]
    chat = Chat(database, library, catalogue, settings, feed, routes, budgets, tokens)
    tasks = Tasks(errors.append, bugs.append)
    host = QWidget()
    toasts = Toasts(theme, host)
    services = Services(
        library,
        chat,
        catalogue,
        routes,
        Health(database),
        Estimates(prices, tokens, catalogue),  # type: ignore[arg-type]
        Meters(chat, prices, tokens, feed),  # type: ignore[arg-type]
        Charges(database),
        budgets,
        Spending(database, catalogue),
        Reconcile(database, catalogue),
        WhatIf(database, catalogue, prices, tokens),  # type: ignore[arg-type]
        feed,
    )
    page = ChatPage(theme, PageFrame(theme), settings, services, tasks, toasts)
    stage = Stage(
        theme, settings, database, library, chat, catalogue, feed, tasks, client, page, toasts, host, prices, budgets
    )
    stage.errors, stage.bugs = errors, bugs
    if open_database:
        await stage.open_database(set_up=set_up)
    column = QVBoxLayout(host)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(page)
    host.resize(1008, 800)
    host.show()
    page.show_new()
    page.focus_composer()
    if open_database:
        await stage.idle()
    return stage


class MakeStage:
    """Builds pages over one data folder; all of them end with the test."""

    def __init__(self, folder: Path, theme: Theme, client: ScriptedClient) -> None:
        self._folder, self._theme, self._client = folder, theme, client
        self._stages: list[Stage] = []

    async def __call__(self, *, set_up: bool = True, open_database: bool = True) -> Stage:
        stage = await build_stage(self._folder, self._theme, self._client, set_up=set_up, open_database=open_database)
        self._stages.append(stage)
        return stage

    async def close(self) -> None:
        for stage in self._stages:
            await stage.close()
            assert not stage.bugs


@pytest.fixture
def make_stage(tmp_path: Path, theme: Theme, client: ScriptedClient) -> MakeStage:
    return MakeStage(tmp_path, theme, client)


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test's stages close in the run of the test: after it, Qt's events arrive while no loop is running."""
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        test = item.obj

        @functools.wraps(test)
        async def then_close(**given: Any) -> None:
            try:
                await test(**given)
            finally:
                if make_stage := item.funcargs.get("make_stage"):
                    await make_stage.close()
                gc.collect()

        item.obj = then_close


@pytest.fixture
async def stage(make_stage: MakeStage) -> Stage:
    return await make_stage()
