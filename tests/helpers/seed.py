"""Fills a data folder as if the program had been used: providers, models, settings and conversations.

Writes through the program's own storage and settings, so that the result is what the program itself would have left.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from desktop.domain.conversation import Conversation, TitleSource
from desktop.domain.cost import NOTHING, Cost
from desktop.domain.ids import new_id, now_ms
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import FinishReason, Message, Part, ReasoningPart, Role, Status, TextPart
from desktop.domain.model import Model, ModelRef, Provider
from desktop.domain.usage import Usage
from desktop.paths import Paths
from desktop.settings import options
from desktop.settings.files import Writer
from desktop.settings.providers import ProviderStore
from desktop.settings.store import Settings
from desktop.settings.types import Option
from desktop.storage import conversations, ledger, messages, models
from desktop.storage.database import Database
from desktop.storage.values import Db

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """One reply."""

    model: ModelRef
    model_name: str
    provider_name: str
    text: str
    usage: Usage | None = None
    reasoning: str = ""
    reasoning_ms: int | None = None
    ttft_ms: int = 600
    duration_ms: int = 4400
    status: Status = Status.COMPLETE


@dataclass(frozen=True)
class Exchange:
    """A question and its replies, which are siblings; the one numbered `shown` is looked at and gone on from."""

    question: str
    answers: tuple[Answer, ...]
    shown: int = -1


@dataclass(frozen=True)
class Chat:
    title: str
    exchanges: tuple[Exchange, ...]
    at_ms: int
    pinned: bool = False
    unread: bool = False
    tags: tuple[str, ...] = ()


def provider(data: Path, *providers: Provider) -> None:
    store = ProviderStore(paths(data).providers)
    store.load()
    for each in providers:
        store.save(each)


def setting(data: Path, option: Option[T], value: T) -> None:
    def fail(path: Path, error: OSError) -> None:
        raise AssertionError(f"{path}: {error}")

    writer = Writer(on_error=fail)
    settings = Settings(paths(data).settings, writer)
    settings.load()
    settings.set(option, value)
    writer.flush()


def default_model(data: Path, ref: ModelRef) -> None:
    setting(data, options.DEFAULT_MODEL, str(ref))


def model_list(data: Path, provider_id: str, listed: Sequence[Model]) -> None:
    def store(db: Db) -> None:
        models.replace_models(db, provider_id, listed, now_ms())
        for model in listed:
            if model.favourite:
                models.set_favourite(db, model.ref, True)
            if not model.shown:
                models.set_shown(db, model.ref, False)

    in_database(data, store)


def chats(data: Path, stored: Sequence[Chat]) -> list[str]:
    """The ids of the new conversations."""
    return in_database(data, lambda db: [_store(db, chat) for chat in stored])


def spent(data: Path, entries: Iterable[LedgerEntry]) -> None:
    """Requests that only the ledger knows: of chats that are gone, or that hold no messages here."""

    def store(db: Db) -> None:
        for entry in entries:
            ledger.append(db, entry)

    in_database(data, store)


def titled(data: Path, titles: Sequence[str], at_ms: int) -> list[str]:
    """Conversations without messages, from long ago, the first the latest; their ids."""

    def store(db: Db) -> list[str]:
        times = [at_ms - 60_000 * number for number in range(len(titles))]
        made = [
            Conversation(new_id(), title, at, at, TitleSource.USER) for title, at in zip(titles, times, strict=True)
        ]
        for each in made:
            conversations.create(db, each)
        return [each.id for each in made]

    return in_database(data, store)


def in_database(data: Path, work: Callable[[Db], T]) -> T:
    async def run() -> T:
        database = Database(paths(data).database)
        await database.open()
        try:
            return await database.run(work)
        finally:
            await database.close()

    return asyncio.run(run())


def paths(data: Path) -> Paths:
    data.mkdir(parents=True, exist_ok=True)
    return Paths.choose(data)


def _store(db: Db, chat: Chat) -> str:
    first = chat.exchanges[0].answers[0].model
    new: Conversation | None = Conversation(
        new_id(), chat.title, chat.at_ms, chat.at_ms, TitleSource.USER, model=first, pinned=chat.pinned, tags=chat.tags
    )
    conversation_id = new.id if new else ""
    parent: str | None = None
    at = chat.at_ms - 60_000 * len(chat.exchanges)
    for exchange in chat.exchanges:
        at += 60_000
        question = Message(new_id(), conversation_id, parent, Role.USER, (TextPart(exchange.question),), at)
        asked: Message | None = question
        replies = []
        for number, answer in enumerate(exchange.answers):
            reply = _reply(conversation_id, question.id, answer, at + 1 + number)
            messages.add_turn(db, new, asked, replace(reply, parts=(), status=Status.STREAMING), "app")
            if answer.status is Status.STREAMING:
                messages.flush_reply(db, reply)
            else:
                messages.finish_reply(db, reply, [_entry(reply, chat)])
            new, asked = None, None
            replies.append(reply.id)
        parent = replies[exchange.shown]
        conversations.set_head(db, conversation_id, parent)
    conversations.touch(db, conversation_id, chat.at_ms)
    conversations.set_unread(db, conversation_id, chat.unread)
    return conversation_id


def _entry(reply: Message, chat: Chat) -> LedgerEntry:
    """As it is written for a reply with the key "Personal", or by what runs on this computer."""
    local = reply.model is not None and reply.model.provider_id == "ollama"
    entry = replace(LedgerEntry.of(reply, Purpose.CHAT, "" if local else "Personal"), tags=chat.tags)
    return replace(entry, cost=Cost.of(entry.usage, NOTHING)) if local and entry.usage else entry


def _reply(conversation_id: str, question_id: str, answer: Answer, at_ms: int) -> Message:
    parts: tuple[Part, ...] = (TextPart(answer.text),)
    if answer.reasoning:
        parts = (ReasoningPart(answer.reasoning, answer.reasoning_ms), *parts)
    return Message(
        new_id(),
        conversation_id,
        question_id,
        Role.ASSISTANT,
        parts,
        at_ms,
        answer.status,
        model=answer.model,
        model_name=answer.model_name,
        provider_name=answer.provider_name,
        finish=FinishReason.END if answer.status is Status.COMPLETE else None,
        usage=answer.usage,
        ttft_ms=answer.ttft_ms,
        duration_ms=answer.duration_ms,
    )
