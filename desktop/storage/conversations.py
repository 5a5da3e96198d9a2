"""Conversations: their rows, the list, the trash and drafts. Times are Unix milliseconds.

Functions that change a conversation do nothing if there is none with that id.
"""

import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from desktop.domain.conversation import Conversation, Summary, TitleSource
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.storage import index
from desktop.storage.ledger import tags_of, tags_text
from desktop.storage.values import Db as Db
from desktop.storage.values import from_nano, storable


def create(db: Db, conversation: Conversation) -> None:
    model = conversation.model
    db.execute(
        """
        INSERT INTO conversations (
            id, title, title_source, created_ms, updated_ms, head_id, provider_id, model_id, system_prompt, pinned,
            deleted_ms, tags
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            conversation.id,
            storable(conversation.title),
            conversation.title_source,
            conversation.created_ms,
            conversation.updated_ms,
            conversation.head_id,
            model.provider_id if model else None,
            model.model_id if model else None,
            None if conversation.system_prompt is None else storable(conversation.system_prompt),
            conversation.pinned,
            conversation.deleted_ms,
            tags_text(conversation.tags),
        ),
    )
    index.index_title(db, conversation.id)
    if model:
        set_model(db, conversation.id, model)


def get(db: Db, conversation_id: str) -> Conversation | None:
    """Also of a conversation in the trash."""
    row = db.execute(
        """
        SELECT id, title, created_ms, updated_ms, title_source, head_id, provider_id, model_id, system_prompt, pinned,
            deleted_ms, tags
        FROM conversations WHERE id = ?
        """,
        (conversation_id,),
    ).fetchone()
    if row is None:
        return None
    (
        id_, title, created_ms, updated_ms, source, head_id, provider_id, model_id, system_prompt, pinned, deleted_ms,
        tags,
    ) = row  # fmt: skip
    return Conversation(
        id_,
        title,
        created_ms,
        updated_ms,
        TitleSource(source),
        head_id,
        _model(provider_id, model_id),
        system_prompt,
        bool(pinned),
        deleted_ms,
        tags_of(tags),
    )


_SUMMARIES = """
    SELECT id, title, updated_ms, provider_id, model_id, model_name, cost_nano, pinned, unread, head_status,
        tags
    FROM conversations WHERE deleted_ms IS NULL
"""


def summaries(db: Db) -> list[Summary]:
    """The rows of the list, newest first, without the trash."""
    return [_summary(row) for row in db.execute(f"{_SUMMARIES} ORDER BY updated_ms DESC, id DESC")]


def summary(db: Db, conversation_id: str) -> Summary | None:
    """One row of the list; None if it is gone or in the trash."""
    row = db.execute(f"{_SUMMARIES} AND id = ?", (conversation_id,)).fetchone()
    return row and _summary(row)


def rename(db: Db, conversation_id: str, title: str, source: TitleSource) -> None:
    index.unindex_title(db, conversation_id)
    db.execute(
        "UPDATE conversations SET title = ?, title_source = ? WHERE id = ?", (storable(title), source, conversation_id)
    )
    index.index_title(db, conversation_id)


def set_model(db: Db, conversation_id: str, model: ModelRef, name: str = "") -> None:
    """Without a name it is taken from the stored model lists; where they do not have it, it is the model's id."""
    db.execute(
        """
        UPDATE conversations SET provider_id = :provider, model_id = :model, model_name = coalesce(
            nullif(:name, ''), (SELECT name FROM models WHERE provider_id = :provider AND model_id = :model), :model
        ) WHERE id = :id
        """,
        {"provider": model.provider_id, "model": model.model_id, "name": name, "id": conversation_id},
    )


def set_pinned(db: Db, conversation_id: str, pinned: bool) -> None:
    db.execute("UPDATE conversations SET pinned = ? WHERE id = ?", (pinned, conversation_id))


def set_unread(db: Db, conversation_id: str, unread: bool) -> bool:
    """Returns whether it was otherwise before."""
    cursor = db.execute(
        "UPDATE conversations SET unread = :unread WHERE id = :id AND unread <> :unread",
        {"unread": unread, "id": conversation_id},
    )
    return cursor.rowcount > 0


def set_system_prompt(db: Db, conversation_id: str, text: str | None) -> None:
    text = None if text is None else storable(text)
    db.execute("UPDATE conversations SET system_prompt = ? WHERE id = ?", (text, conversation_id))


def set_tags(db: Db, conversation_id: str, tags: Sequence[str]) -> None:
    db.execute("UPDATE conversations SET tags = ? WHERE id = ?", (storable(tags_text(tags)), conversation_id))


def set_head(db: Db, conversation_id: str, message_id: str) -> None:
    db.execute("UPDATE conversations SET head_id = ? WHERE id = ?", (message_id, conversation_id))
    recount(db, conversation_id)


def recount(db: Db, conversation_id: str) -> None:
    """Brings what the list shows of a conversation's messages up to date; called whenever one changes its status."""
    db.execute(
        """
        UPDATE conversations SET
            head_status = (SELECT status FROM messages WHERE id = head_id),
            cost_nano = coalesce(
                (SELECT sum(cost) FROM ledger WHERE conversation_id = conversations.id),
                -- Tries that used nothing cost nothing, which is not the same as a price that nobody knows.
                (SELECT CASE WHEN count(*) > 0 AND count(input_tokens) = 0 THEN 0 END
                 FROM ledger WHERE conversation_id = conversations.id)
            )
        WHERE id = ?
        """,
        (conversation_id,),
    )


def touch(db: Db, conversation_id: str, now_ms: int) -> None:
    """Moves it up in the list."""
    db.execute("UPDATE conversations SET updated_ms = max(updated_ms, ?) WHERE id = ?", (now_ms, conversation_id))


def trash(db: Db, ids: Sequence[str], now_ms: int) -> None:
    for conversation_id in ids:
        db.execute(
            "UPDATE conversations SET deleted_ms = ? WHERE id = ? AND deleted_ms IS NULL", (now_ms, conversation_id)
        )


def restore(db: Db, ids: Sequence[str]) -> None:
    for conversation_id in ids:
        db.execute("UPDATE conversations SET deleted_ms = NULL WHERE id = ?", (conversation_id,))


def purge_deleted_before(db: Db, ms: int) -> int:
    """Deletes for good what went to the trash before `ms`; the ledger keeps its rows. Returns how many there were."""
    ids = [row[0] for row in db.execute("SELECT id FROM conversations WHERE deleted_ms < ?", (ms,)).fetchall()]
    for conversation_id in ids:
        ended = db.execute(
            "SELECT number, id FROM messages WHERE conversation_id = ? AND status <> ?",
            (conversation_id, Status.STREAMING),
        ).fetchall()
        for number, message_id in ended:
            index.unindex_message(db, number, message_id)
        index.unindex_title(db, conversation_id)
        db.execute("DELETE FROM drafts WHERE key = ?", (conversation_id,))
        db.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
    return len(ids)


def draft(db: Db, key: str) -> str:
    """What was typed and not sent in the conversation with that id; an empty key means the new chat."""
    row = db.execute("SELECT text FROM drafts WHERE key = ?", (key,)).fetchone()
    return row[0] if row else ""


def save_draft(db: Db, key: str, text: str) -> None:
    if text:
        db.execute("INSERT OR REPLACE INTO drafts (key, text) VALUES (?, ?)", (key, storable(text)))
    else:
        db.execute("DELETE FROM drafts WHERE key = ?", (key,))


def _summary(row: tuple[Any, ...]) -> Summary:
    id_, title, updated_ms, provider_id, model_id, model_name, cost_nano, pinned, unread, status, tags = row
    return Summary(
        id_,
        title,
        updated_ms,
        _model(provider_id, model_id),
        sys.intern(model_name),  # as with `_model`
        from_nano(cost_nano),
        bool(pinned),
        bool(unread),
        Status(status) if status else None,
        tags_of(tags),
    )


@lru_cache(256)  # a list of ten thousand rows, which stays in memory, speaks of few models
def _model(provider_id: str | None, model_id: str | None) -> ModelRef | None:
    return None if provider_id is None or model_id is None else ModelRef(provider_id, model_id)
