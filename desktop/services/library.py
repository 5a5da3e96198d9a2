"""The user's conversations: listing, opening, finding, renaming, deleting."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from desktop.domain.changes import ConversationsChanged, TagsChanged
from desktop.domain.conversation import Conversation, SearchHit, Summary, TitleSource, Tree
from desktop.domain.errors import ConversationGone
from desktop.domain.ids import new_id, now_ms
from desktop.domain.model import ModelRef
from desktop.domain.spending import Span
from desktop.i18n import gettext as _
from desktop.services.feed import Feed
from desktop.storage import conversations, messages, recovery, search, spending
from desktop.storage.database import Database
from desktop.storage.values import Db

TRASH_DAYS = 30
STALE_MS = 15_000  # a command that has not said that it lives for so long is dead


class Library:
    """All methods raise StorageError. What changes is published on the feed."""

    def __init__(self, database: Database, feed: Feed) -> None:
        self._database = database
        self._feed = feed

    async def recover(self, *, app: bool) -> None:
        """At start: end replies that a crash cut off, with what they used in the ledger.

        `app` says that no other window can be writing these data.
        """
        stale = now_ms() - STALE_MS
        await self._database.run(lambda db: recovery.mark_interrupted(db, app=app, stale_before_ms=stale))

    async def empty_old_trash(self) -> None:
        """Deletes for good what has been in the trash for 30 days. May take seconds: once the list is shown."""
        before = now_ms() - TRASH_DAYS * 86_400_000
        await self._database.run(lambda db: conversations.purge_deleted_before(db, before))

    async def summaries(self) -> list[Summary]:
        """The rows of the list, newest first, without the trash."""
        return await self._database.run(conversations.summaries)

    async def summary(self, conversation_id: str) -> Summary | None:
        """One row, or None if it is gone or in the trash."""
        return await self._database.run(lambda db: conversations.summary(db, conversation_id))

    async def conversation(self, conversation_id: str, known: Tree | None = None) -> tuple[Conversation, Tree]:
        """A conversation with all its messages. Raises ConversationGone for an unknown id.

        With a tree that has been read before, what has not changed since is the same object again, at best all of it.
        """
        before = known or Tree(())

        def read(db: Db) -> tuple[Conversation, Tree] | None:
            conversation = conversations.get(db, conversation_id)
            return (conversation, before.updated(messages.messages_of(db, conversation_id))) if conversation else None

        if found := await self._database.run(read):
            return found
        raise ConversationGone

    async def create(self, model: ModelRef | None) -> Conversation:
        """An empty conversation that is stored at once."""
        now = now_ms()
        conversation = Conversation(new_id(), _("New chat"), now, now, model=model)
        await self._database.run(lambda db: conversations.create(db, conversation))
        self._changed(conversation.id)
        return conversation

    async def rename(self, conversation_id: str, title: str) -> None:
        """An empty title changes nothing."""
        if title := " ".join(title.split()):
            await self._database.run(lambda db: conversations.rename(db, conversation_id, title, TitleSource.USER))
            self._changed(conversation_id)

    async def set_pinned(self, conversation_id: str, pinned: bool) -> None:
        await self._database.run(lambda db: conversations.set_pinned(db, conversation_id, pinned))
        self._changed(conversation_id)

    async def set_model(self, conversation_id: str, model: ModelRef, name: str) -> None:
        """`name` is what the list of chats calls it."""
        await self._database.run(lambda db: conversations.set_model(db, conversation_id, model, name))
        self._changed(conversation_id)

    async def set_system_prompt(self, conversation_id: str, text: str | None) -> None:
        await self._database.run(lambda db: conversations.set_system_prompt(db, conversation_id, text or None))

    async def set_tags(self, conversation_id: str, tags: Iterable[str]) -> None:
        """Whom the conversation is done for from now on; what it has cost stays where it was counted.

        Tags are trimmed and have no line breaks; of those that differ only in case the first is kept.
        """
        tidy = (" ".join(tag.split()) for tag in tags)
        kept: dict[str, str] = {}
        for tag in filter(None, tidy):
            kept.setdefault(tag.casefold(), tag)
        await self._database.run(lambda db: conversations.set_tags(db, conversation_id, list(kept.values())))
        self._feed.publish(TagsChanged(conversation_id))
        self._changed(conversation_id)

    async def mark_read(self, conversation_id: str) -> None:
        if await self._database.run(lambda db: conversations.set_unread(db, conversation_id, False)):
            self._changed(conversation_id)

    async def set_head(self, conversation_id: str, message_id: str) -> None:
        """Note the end of the branch that is shown, for the next time. Nothing is published: who shows it knows."""
        await self._database.run(lambda db: conversations.set_head(db, conversation_id, message_id))

    async def trash(self, ids: Sequence[str]) -> None:
        """Kept for 30 days; `restore` undoes it."""
        await self._database.run(lambda db: conversations.trash(db, ids, now_ms()))
        self._changed(*ids)

    async def restore(self, ids: Sequence[str]) -> None:
        await self._database.run(lambda db: conversations.restore(db, ids))
        self._changed(*ids)

    async def draft(self, conversation_id: str | None) -> str:
        """The unsent text of a conversation; None names the new chat."""
        return await self._database.run(lambda db: conversations.draft(db, conversation_id or ""))

    async def save_draft(self, conversation_id: str | None, text: str) -> None:
        await self._database.run(lambda db: conversations.save_draft(db, conversation_id or "", text))

    async def search(self, query: str, limit: int = 200) -> list[SearchHit]:
        """Titles first, then messages of all branches; any text is a legal query."""
        return await self._database.run(lambda db: search.search(db, query, limit))

    async def spent_today(self) -> tuple[Decimal, int]:
        """US dollars whose price is known, and tokens, on this local day."""
        today = datetime.now().astimezone().date()
        spent = await self._database.run(lambda db: spending.total(db, Span(today, today)))
        return spent.cost, spent.input_tokens + spent.output_tokens

    def _changed(self, *ids: str) -> None:
        self._feed.publish(ConversationsChanged(frozenset(ids)))
