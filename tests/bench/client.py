"""What the services add to a bare httpx request: to the first token, and over a flood of events."""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from desktop import providers
from desktop.domain.events import TextDelta, TurnEvent
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.services.budgets import Budgets
from desktop.services.catalogue import Catalogue
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.services.prices import Prices
from desktop.services.routes import Routes
from desktop.services.standing import Standing
from desktop.services.tokens import Tokens
from desktop.settings.files import Writer
from desktop.settings.prices import PriceStore
from desktop.settings.providers import ProviderStore
from desktop.settings.routes import RouteStore
from desktop.settings.secrets import Secrets
from desktop.settings.store import Settings
from desktop.storage.database import Database
from tests.bench import seeded
from tests.bench.answer import model_server
from tests.bench.figure import Figure
from tests.bench.model_server import BURST_EVENTS
from tests.helpers import seed
from tests.helpers.x11 import Screen

FIRST_TOKENS = 60
FLOODS = 5


def measure(_screen: Screen, scratch: Path) -> Iterator[Figure]:
    with model_server() as port:
        data = scratch / "client"
        seeded.fill(data, conversations=20, base_url=f"http://127.0.0.1:{port}/v1")
        yield from asyncio.run(compare(data, f"http://127.0.0.1:{port}/v1"))


async def compare(data: Path, base_url: str) -> list[Figure]:
    async with services(data) as chat, httpx.AsyncClient() as client:
        firsts: dict[str, list[float]] = {"bare": [], "ours": []}
        for _ in range(FIRST_TOKENS):
            firsts["bare"].append(await bare_first_token(client, base_url))
            firsts["ours"].append(await our_first_token(chat))
        rates: dict[str, list[float]] = {"bare": [], "ours": []}
        for _ in range(FLOODS):
            rates["bare"].append(BURST_EVENTS / await bare_flood(client, base_url))
            rates["ours"].append(BURST_EVENTS / await our_flood(chat))
    first = {name: statistics.median(times) * 1000 for name, times in firsts.items()}
    rate = {name: statistics.median(each) for name, each in rates.items()}
    sent = "from sending to the first word, storing the question included"
    flood = "the floor reads lines and parses each as JSON; ours also saves"
    return [
        Figure("time to first token", "ms", first["ours"], 5.0, first["bare"], limits="extra", note=sent),
        Figure("20,000 events", "events/s", rate["ours"], 0.4, rate["bare"], at_least=True, note=flood),
    ]


@asynccontextmanager
async def services(data: Path) -> AsyncIterator[Chat]:
    """Chat as the program builds it, on a data folder."""
    paths = seed.paths(data)
    writer = Writer(on_error=lambda path, error: print(path, error))
    settings, store = Settings(paths.settings, writer), ProviderStore(paths.providers)
    settings.load()
    store.load()
    database, feed = Database(paths.database), Feed()
    catalogue = Catalogue(store, Secrets(paths.keys), settings, database, feed, RouteStore(paths.routes))
    own_prices = PriceStore(paths.prices)
    own_prices.load()
    prices, tokens = Prices(own_prices, catalogue, settings, feed, paths.price_list), Tokens(database)
    routes = Routes(catalogue, Standing(paths.standing, writer), settings, prices)
    budgets = Budgets(database, prices, tokens, settings, feed)
    chat = Chat(database, Library(database, feed), catalogue, settings, feed, routes, budgets, tokens)
    await database.open()
    await catalogue.load()
    try:
        yield chat
    finally:
        await chat.stop_all()
        await providers.aclose()
        await database.close()


def request(model: str) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": "Hello"}], "stream": True}


async def bare_first_token(client: httpx.AsyncClient, base_url: str) -> float:
    began = time.perf_counter()
    first = 0.0
    async with client.stream("POST", f"{base_url}/chat/completions", json=request("quick")) as response:
        async for line in response.aiter_lines():
            if not first and line.startswith("data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
                first = time.perf_counter() - began
    return first


async def our_first_token(chat: Chat) -> float:
    first: list[float] = []

    def listen(event: TurnEvent) -> None:
        if isinstance(event, TextDelta) and not first:
            first.append(time.perf_counter())

    began = time.perf_counter()
    turn = await chat.send(None, "Hello", ModelRef(seeded.PROVIDER, "quick"))
    turn.subscribe(listen)
    message = await turn.wait()
    assert message.status is Status.COMPLETE, message.failure
    return first[0] - began


async def bare_flood(client: httpx.AsyncClient, base_url: str) -> float:
    began = time.perf_counter()
    words = []
    async with client.stream("POST", f"{base_url}/chat/completions", json=request("burst")) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                choice = json.loads(line[6:])["choices"][0]
                words.append(choice["delta"].get("content", ""))
    assert len(words) == BURST_EVENTS + 1
    return time.perf_counter() - began


async def our_flood(chat: Chat) -> float:
    began = time.perf_counter()
    turn = await chat.send(None, "Hello", ModelRef(seeded.PROVIDER, "burst"))
    message = await turn.wait()
    assert message.text.endswith(f"word {BURST_EVENTS - 1} "), message.failure
    return time.perf_counter() - began
