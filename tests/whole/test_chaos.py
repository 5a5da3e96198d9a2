"""Every fault in every dialect, and a thousand turns of which a fifth go wrong: what is shown is right, and all that
had come is kept.
"""

import asyncio
import os
import random
import re
import socket
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest

from desktop import providers
from desktop.domain.events import FellBack, Retrying, TextDelta, TurnEvent
from desktop.domain.message import Message, Status
from desktop.domain.model import Dialect, ModelRef
from desktop.domain.route import Route, Strategy, Target
from desktop.services import catalogue as catalogue_module
from desktop.services import network, retry
from desktop.services.budgets import Budgets
from desktop.services.catalogue import Catalogue
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.services.prices import Prices
from desktop.services.routes import Routes
from desktop.services.standing import Standing
from desktop.services.tokens import Tokens
from desktop.services.turn import Turn
from desktop.settings.files import Writer
from desktop.settings.prices import PriceStore
from desktop.settings.providers import ProviderStore
from desktop.settings.routes import RouteStore
from desktop.settings.secrets import Secrets
from desktop.settings.store import Settings
from desktop.storage.database import Database
from tests.helpers import chaos
from tests.helpers.chaos import FAULTS, Asked, ChaosServer, Fault
from tests.helpers.wires import STREAMED

SEED = 20261121
SILENCE_S = 0.15
PASSING = {"rate_limited", "overloaded", "timed_out", "broken_stream", "no_connection"}

# What a status alone tells, from a server that nothing is known of.
STATUSES = {
    301: "bad_address", 308: "bad_address", 400: "bad_request", 401: "key_rejected", 402: "no_credit",
    403: "not_allowed", 404: "bad_address", 405: "bad_address", 408: "timed_out", 409: "bad_request",
    412: "no_credit", 413: "too_long", 422: "bad_request", 425: "bad_request", 429: "rate_limited",
    434: "not_allowed", 435: "too_long", 446: "bad_request", 451: "not_allowed", 498: "overloaded", 499: "overloaded",
    500: "overloaded", 501: "bad_request", 502: "overloaded", 503: "overloaded", 504: "timed_out", 520: "overloaded",
    524: "timed_out", 529: "overloaded", 599: "overloaded",
}  # fmt: skip


@dataclass
class World:
    """The services as the program builds them, on a folder of their own."""

    chat: Chat
    library: Library
    routes: RouteStore
    path: Path

    async def stored(self, turn: Turn) -> tuple[Message, Message]:
        """The question and its reply, as they are on disk."""
        _conversation, tree = await self.library.conversation(turn.conversation_id)
        reply = tree[turn.message_id]
        assert reply.parent_id is not None
        return tree[reply.parent_id], reply

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(query).fetchall()


@asynccontextmanager
async def world(folder: Path, url: str) -> AsyncIterator[World]:
    writer = Writer(on_error=lambda path, error: pytest.fail(f"{path}: {error}"))
    settings, store, route_store = (
        Settings(folder / "settings.json", writer), ProviderStore(folder / "providers.json"),
        RouteStore(folder / "routes.json"),
    )  # fmt: skip
    for provider in chaos.providers(url):
        store.save(provider)
    database, feed = Database(folder / "tuppence.db"), Feed()
    await database.open()
    catalogue = Catalogue(store, Secrets(folder / "keys", chaos.environment()), settings, database, feed, route_store)
    library = Library(database, feed)
    own_prices = PriceStore(folder / "prices.json")
    own_prices.load()
    prices, tokens = Prices(own_prices, catalogue, settings, feed, folder / "price-list.json"), Tokens(database)
    routes = Routes(catalogue, Standing(folder / "standing.json", writer), settings, prices)
    budgets = Budgets(database, prices, tokens, settings, feed)
    chat = Chat(database, library, catalogue, settings, feed, routes, budgets, tokens)
    try:
        yield World(chat, library, route_store, database.path)
    finally:
        await chat.stop_all()
        await providers.aclose()
        await database.close()
        writer.flush()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_FIRST_S", 0.002)
    monkeypatch.setattr(retry, "_MOST_S", 0.005)

    def impatient(settings: Settings, *, reasons: bool = False) -> providers.HttpSettings:
        return replace(network.http_settings(settings, reasons=reasons), read_timeout_s=SILENCE_S)

    monkeypatch.setattr(catalogue_module, "http_settings", impatient)


@pytest.fixture
async def leaks() -> AsyncIterator[None]:
    """What the test opened is closed when it ends: files, sockets, tasks."""
    before = _handles()
    yield
    for _moment in range(200):
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if not left and _handles() == before:
            return
        await asyncio.sleep(0.005)
    pytest.fail(f"left: {left}; {_handles()} and not {before}")


def _handles() -> Counter[str]:
    process = psutil.Process()
    if os.name == "nt":
        return Counter({"handles": process.num_handles()})
    return Counter(connections=len(process.net_connections()), descriptors=process.num_fds())


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.mark.usefixtures("leaks")
@pytest.mark.parametrize("dialect", STREAMED)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
async def test_every_fault_in_every_dialect(dialect: Dialect, fault: Fault, tmp_path: Path) -> None:
    server = ChaosServer(lambda _asked: (fault, f"{SEED} {fault.name} {dialect}"))
    async with server, world(tmp_path, server.url) as here:
        await _check(here, server, dialect, fault)


@pytest.mark.usefixtures("leaks")
@pytest.mark.parametrize("dialect", STREAMED)
async def test_every_status_in_every_dialect(dialect: Dialect, tmp_path: Path) -> None:
    faults = [chaos.status(number, code) for number, code in STATUSES.items()]
    server = ChaosServer(lambda _asked: (fault, SEED))
    async with server, world(tmp_path, server.url) as here:
        for fault in faults:
            server.requests.clear()
            await _check(here, server, dialect, fault)


async def _check(here: World, server: ChaosServer, dialect: Dialect, fault: Fault) -> None:
    """One question, and all that must be true of what came of it."""
    turn = await here.chat.send(None, "Hello, chaos", ModelRef(dialect.value, "m"))
    told: list[TurnEvent] = []
    turn.subscribe(told.append)
    if fault.code == "stopped":
        await _until(lambda: any(isinstance(event, TextDelta) for event in told))
        await asyncio.sleep(0.05)
        turn.stop()
    async with asyncio.timeout(20):
        await turn.wait()
    last = server.requests[-1]
    await _until(lambda: not server.connections or last.keeps_open)  # nothing is left hanging on the server
    question, reply = await here.stored(turn)

    assert question.text == "Hello, chaos"
    shown = "".join(event.text for event in told if isinstance(event, TextDelta))
    assert reply.text == shown
    if fault.code == "stopped":
        assert reply.status is Status.STOPPED
        assert shown
        assert last.text.startswith(shown)
    elif not fault.code:
        assert (reply.status, reply.failure) == (Status.COMPLETE, None)
        assert shown == last.text != ""
    else:
        assert reply.status is Status.FAILED
        assert reply.failure is not None
        assert reply.failure.code == fault.code, (fault.name, reply.failure)
        assert shown == last.text
        assert not last.is_whole

    tries = len(server.requests)
    assert tries == (retry.TRIES if _goes_on(fault) and not shown else 1), fault.name
    assert [attempt.failure.code for attempt in reply.attempts] == [fault.code] * (tries - 1)
    assert here.rows(f"SELECT count(*) FROM ledger WHERE message_id = '{reply.id}'") == [(tries,)]
    assert "sk-fake" not in str(here.rows("SELECT * FROM messages") + here.rows("SELECT * FROM attempts"))


def _goes_on(fault: Fault) -> bool:
    return fault.code in PASSING or fault.name in ("status 409", "status 425", "status 501")


@pytest.mark.usefixtures("leaks")
@pytest.mark.parametrize("dialect", STREAMED)
async def test_a_refused_connection(dialect: Dialect, tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port, and nobody answers
        taken.bind(("127.0.0.1", 0))
        async with world(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}") as here:
            turn = await here.chat.send(None, "Hello, chaos", ModelRef(dialect.value, "m"))
            await turn.wait()
            question, reply = await here.stored(turn)
            assert question.text == "Hello, chaos"
            assert reply.failure is not None
            assert reply.failure.code == "no_connection"
            assert len(reply.attempts) == retry.TRIES - 1
            assert len(here.rows("SELECT * FROM ledger")) == retry.TRIES


TURNS, CHATS, AT_ONCE = 1000, 50, 25
ROUTES = [  # each with the next one, so that every dialect stands first and second
    Route(f"r{n}", f"Route {n}", (Target(ModelRef(one.value, "m")), Target(ModelRef(other.value, "m"))), strategy)
    for n, (one, other, strategy) in enumerate(zip(STREAMED, (*STREAMED[1:], STREAMED[0]), (*Strategy,), strict=True))
]
RANDOM_FAULTS = [
    *(FAULTS[name] for name in (
        "reset before the head", "reset after the head", "reset between events", "reset mid-chunk", "reset mid-letter",
        "silent end", "silent end of a connection", "shorter than it said", "error event in the middle",
        "200 with error JSON", "200 with HTML", "gzip that is none", "broken JSON in the middle", "silence",
        "stall between events", "when to come back, in nonsense", "an error answer that breaks", "not HTTP",
    )),
    *(chaos.status(number, STATUSES[number]) for number in (400, 402, 408, 429, 500, 503, 529)),
]  # fmt: skip


@pytest.mark.usefixtures("leaks")
async def test_a_thousand_turns_of_which_a_fifth_go_wrong(tmp_path: Path) -> None:
    """Each question names itself, and the server keeps what it sent for it: the two books are compared at the end."""

    def choose(asked: Asked) -> tuple[Fault, object]:
        mark = _mark(asked)
        seed = f"{SEED} {mark} {tries[mark]}"
        tries[mark] += 1
        draw = random.Random(seed)
        if mark.endswith("9"):  # one in ten is stopped by the user
            return FAULTS["an answer without end"], seed
        return (draw.choice(RANDOM_FAULTS) if draw.random() < 0.2 else FAULTS["none"]), seed

    server, tries = ChaosServer(choose), Counter[str]()
    turns: dict[str, Turn] = {}
    told: dict[str, list[TurnEvent]] = {}
    gate = asyncio.Semaphore(AT_ONCE)

    async def converse(number: int, here: World) -> None:
        draw, route, conversation, parent = random.Random(f"{SEED} {number}"), number % 5, None, None
        for step in range(TURNS // CHATS):
            mark = f"turn-{number * 100 + step:05}"
            async with gate:
                turn = await here.chat.send(conversation, f"Question {mark}", ROUTES[route].ref, parent)
                turns[mark], told[mark] = turn, []
                turn.subscribe(told[mark].append)
                if mark.endswith("9"):
                    await _until(lambda turn=turn: turn.reply.has_text or turn.reply.status is not Status.STREAMING)
                    await asyncio.sleep(draw.random() / 50)
                    turn.stop()
                await turn.wait()
            conversation, parent = turn.conversation_id, turn.message_id
            while here.chat.turn(conversation):
                await asyncio.sleep(0)

    async with server, world(tmp_path, server.url) as here:
        here.routes.replace(ROUTES)
        await asyncio.gather(*(converse(number, here) for number in range(CHATS)))
        book: dict[str, list[Asked]] = {mark: [] for mark in turns}
        for asked in server.requests:
            book[_mark(asked)].append(asked)
        assert len(turns) == TURNS
        outcomes: Counter[str] = Counter()
        for mark, turn in turns.items():
            question, reply = await here.stored(turn)
            last = book[mark][-1]
            of_all = reply.failure is not None and reply.failure.code == "none_answered"  # says what each try came to
            failed = book[mark] if of_all else book[mark][:-1]
            outcomes[reply.status] += 1
            assert question.text == f"Question {mark}"
            shown = "".join(event.text for event in told[mark] if isinstance(event, TextDelta))
            assert reply.text == shown
            if reply.status is Status.STOPPED:
                assert last.text.startswith(shown)
                assert shown
            else:
                assert shown == last.text
                assert (reply.status is Status.COMPLETE) == last.is_whole
                assert reply.failure is None or of_all or reply.failure.code == last.fault.code
            assert reply.model == ModelRef(last.dialect.value, "m")
            kept = [(attempt.model.provider_id, attempt.failure.code) for attempt in reply.attempts]
            assert kept == [(one.dialect.value, one.fault.code) for one in failed]
            announced = [event.attempt for event in told[mark] if isinstance(event, Retrying | FellBack)]
            assert announced == list(reply.attempts[:-1] if of_all else reply.attempts)
        assert outcomes[Status.COMPLETE] > TURNS * 0.7
        assert outcomes[Status.FAILED] > TURNS * 0.02
        assert outcomes[Status.STOPPED] == TURNS // 10
        assert here.rows("SELECT count(*) FROM ledger") == [(len(server.requests),)]
        assert here.rows("SELECT count(*) FROM messages") == [(2 * TURNS,)]
        assert here.rows("SELECT count(*) FROM messages WHERE status = 'streaming'") == [(0,)]
        rescued = [mark for mark in turns if len({one.dialect for one in book[mark]}) > 1]
        assert rescued


def _mark(asked: Asked) -> str:
    """The last question in a request, which is the one that is asked."""
    return str(re.findall(r"turn-\d+", asked.body)[-1])
