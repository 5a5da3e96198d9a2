"""A reply that was cut off goes on with a real model, through each dialect that llama.cpp speaks.

In Chat Completions the model itself goes on from the last letter (llama.cpp does so where the conversation ends with
the assistant's words, and does not say them again in a stream); in the others it is asked to.
"""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from desktop import providers
from desktop.domain.conversation import Conversation
from desktop.domain.errors import BrokenStream
from desktop.domain.ids import now_ms
from desktop.domain.message import Message, Role, Status, TextPart
from desktop.domain.model import Dialect, ModelRef
from desktop.providers.history import GO_ON
from desktop.providers.registry import provider_from, service
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
from desktop.storage import messages
from desktop.storage.database import Database
from tests.helpers.llama_server import MODEL

DIALECTS = {Dialect.OPENAI_CHAT: "/v1", Dialect.OPENAI_RESPONSES: "/v1", Dialect.ANTHROPIC: ""}
REF = ModelRef("llama", MODEL)
CUT = "The capital of France is the city of Par"


@asynccontextmanager
async def conversation(folder: Path, dialect: Dialect, url: str):
    """A chat service over the real server, with one reply that was cut off."""
    folder.mkdir()
    writer = Writer(on_error=lambda path, error: pytest.fail(f"{path}: {error}"))
    settings, store = Settings(folder / "settings.json", writer), ProviderStore(folder / "providers.json")
    base_url = url + DIALECTS[dialect]
    store.save(replace(provider_from(service("llamacpp")), id=REF.provider_id, dialect=dialect, base_url=base_url))
    database, feed = Database(folder / "tuppence.db"), Feed()
    await database.open()
    catalogue = Catalogue(
        store, Secrets(folder / "keys", {}), settings, database, feed, RouteStore(folder / "routes.json")
    )
    own_prices = PriceStore(folder / "prices.json")
    own_prices.load()
    prices, tokens = Prices(own_prices, catalogue, settings, feed, folder / "price-list.json"), Tokens(database)
    routes = Routes(catalogue, Standing(folder / "standing.json", writer), settings, prices)
    budgets = Budgets(database, prices, tokens, settings, feed)
    chat = Chat(database, Library(database, feed), catalogue, settings, feed, routes, budgets, tokens)
    question = Message("q", "c", None, Role.USER, (TextPart("What is the capital of France?"),), now_ms())
    reply = Message("r", "c", "q", Role.ASSISTANT, (), now_ms(), Status.STREAMING, model=REF)
    failure = BrokenStream("The reply was cut short").failure()
    cut_off = replace(reply, parts=(TextPart(CUT),), status=Status.FAILED, failure=failure, duration_ms=1)
    new = Conversation("c", "Capitals", now_ms(), now_ms(), model=REF)
    await database.run(lambda db: messages.add_turn(db, new, question, reply, "app"))
    await database.run(lambda db: messages.finish_reply(db, cut_off, []))
    try:
        yield chat
    finally:
        await chat.stop_all()
        await providers.aclose()
        await database.close()


async def test_a_real_model_goes_on(tmp_path: Path, llama: str) -> None:
    taken: dict[Dialect, int] = {}
    for dialect in DIALECTS:
        async with conversation(tmp_path / dialect.value, dialect, llama) as chat, asyncio.timeout(60):
            message = await (await chat.continue_reply("c", "r")).wait()
        assert message.status is Status.COMPLETE, message.failure
        assert message.text.startswith(CUT)
        assert CUT not in message.text[len(CUT) :][: len(CUT)]
        assert [attempt.failure.code for attempt in message.attempts] == ["broken_stream"]
        assert message.usage is not None
        taken[dialect] = message.usage.input_tokens
    asked_to = min(taken[Dialect.OPENAI_RESPONSES], taken[Dialect.ANTHROPIC])
    assert taken[Dialect.OPENAI_CHAT] + len(GO_ON.split()) < asked_to, "nothing had to be said to have it go on"
