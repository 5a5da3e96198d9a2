"""An open database in a file of its own, and things to put into it."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from desktop.domain.conversation import Conversation
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import FinishReason, Message, Role, Status, TextPart
from desktop.domain.model import ModelRef
from desktop.domain.spending import Only, Span, Sum
from desktop.domain.usage import Usage
from desktop.storage import messages, spending
from desktop.storage.database import Database
from desktop.storage.search import search

ALWAYS = Span(date(1970, 1, 1), date(2100, 1, 1))

MODEL = ModelRef("openai", "gpt-x")


class Samples:
    """Things with ids and times that grow, as the real ones do."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def conversation(self, title: str = "Chat", **changes: object) -> Conversation:
        now = self._now()
        return replace(Conversation(f"c{now:08}", title, now, now, model=MODEL), **changes)

    def question(self, conversation: Conversation, text: str = "Why?", parent: Message | None = None) -> Message:
        now = self._now()
        return Message(f"m{now:08}", conversation.id, parent.id if parent else None, Role.USER, (TextPart(text),), now)

    def reply(self, parent: Message) -> Message:
        now = self._now()
        return Message(
            f"m{now:08}",
            parent.conversation_id,
            parent.id,
            Role.ASSISTANT,
            (),
            now,
            Status.STREAMING,
            MODEL,
            "GPT X",
            "OpenAI",
        )

    def finished(self, reply: Message, text: str = "Because.", **changes: object) -> Message:
        done = replace(
            reply,
            parts=(TextPart(text),),
            status=Status.COMPLETE,
            finish=FinishReason.END,
            usage=Usage(12, 34),
            ttft_ms=20,
            duration_ms=420,
        )
        return replace(done, **changes)

    async def turn(
        self, database: Database, question: str = "Why?", answer: str = "Because.", title: str = "Chat"
    ) -> tuple[Conversation, Message, Message]:
        """A new conversation with a question and its finished reply, stored."""
        conversation = self.conversation(title)
        asked = self.question(conversation, question)
        reply = self.reply(asked)
        await database.run(lambda db: messages.add_turn(db, conversation, asked, reply, messages.APP_WRITER))
        done = self.finished(reply, answer)
        await self.finish(database, done)
        return conversation, asked, done

    async def finish(self, database: Database, reply: Message) -> bool:
        return await database.run(
            lambda db: messages.finish_reply(db, reply, [LedgerEntry.of(reply, Purpose.CHAT, "work")])
        )

    async def begin(
        self, database: Database, writer: str = messages.APP_WRITER
    ) -> tuple[Conversation, Message, Message]:
        """A new conversation with a question and its reply, of which nothing is there yet."""
        conversation = self.conversation()
        question = self.question(conversation)
        reply = self.reply(question)
        await database.run(lambda db: messages.add_turn(db, conversation, question, reply, writer))
        return conversation, question, reply

    async def stored(self, database: Database, conversation: Conversation) -> list[Message]:
        return await database.run(lambda db: messages.messages_of(db, conversation.id))

    async def found(self, database: Database, query: str) -> list[str | None]:
        """The messages in which the search finds that."""
        return [hit.message_id for hit in await database.run(lambda db: search(db, query, 10))]

    async def spent(self, database: Database, only: Only = Only()) -> Sum:  # noqa: B008 - frozen
        """What the ledger holds altogether."""
        return await database.run(lambda db: spending.total(db, ALWAYS, only))

    def _now(self) -> int:
        return 1_700_000_000_000 + next(self._numbers) * 1000


@pytest.fixture
def samples() -> Samples:
    return Samples()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tuppence.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = Database(path)
    await database.open()
    yield database
    await database.close()
