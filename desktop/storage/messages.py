"""Messages and their parts: turns as they begin, grow and end.

A reply is one row from its first moment on. While it is written its status is STREAMING, `writer` says who writes it
and `flushed_ms` when that was last seen alive, so that a reply whose writer died can be told from one that grows. A
message is in the word index from the moment it is no longer STREAMING.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

from desktop.domain.conversation import Conversation
from desktop.domain.errors import Failure
from desktop.domain.ids import now_ms
from desktop.domain.ledger import LedgerEntry
from desktop.domain.message import (
    Attempt,
    FinishReason,
    Message,
    OpaquePart,
    Part,
    ReasoningPart,
    Role,
    Status,
    TextPart,
)
from desktop.domain.model import ModelRef
from desktop.domain.usage import CostSource, Usage, estimate_tokens
from desktop.storage import conversations, index, ledger, reservations
from desktop.storage.values import Db, from_nano, storable, to_nano

APP_WRITER = "app"
"""The writer of the window's replies: there is at most one, the holder of the data folder's lock."""

_FIXED = ("id", "conversation_id", "parent_id", "role", "created_ms")
_CHANGING = (
    "status", "provider_id", "provider_name", "model_id", "model_name", "finish", "ttft_ms", "duration_ms",
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "usage_estimated",
    "cost_nano", "cost_source", "failure_code", "failure_title", "failure_explanation", "failure_status",
    "failure_detail",
)  # fmt: skip
_COLUMNS = (*_FIXED, *_CHANGING)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM messages"  # noqa: S608 - the names above and nothing else
_INSERT = f"""
    INSERT INTO messages ({", ".join(_COLUMNS)}, writer, flushed_ms)
    VALUES ({", ".join("?" for _ in _COLUMNS)}, ?, ?)
"""  # noqa: S608
_UPDATE = f"""
    UPDATE messages SET {", ".join(f"{column} = ?" for column in _CHANGING)}, flushed_ms = ? WHERE number = ?
"""  # noqa: S608


def add_user_message(db: Db, message: Message) -> None:
    """A message that is complete."""
    index.index_message(db, _insert(db, message, None), message.id)


def add_turn(db: Db, new: Conversation | None, question: Message | None, reply: Message, writer: str) -> None:
    """A question and the empty reply that is about to be written, in a conversation that is `new` or exists.

    Without a question the reply is another answer to its parent. The reply becomes the conversation's head and its
    model the conversation's model. `writer` names the process: `APP_WRITER`, or something unique.
    """
    if new is not None:
        conversations.create(db, new)
    if question is not None:
        add_user_message(db, question)
    _insert(db, reply, writer)
    conversations.set_head(db, reply.conversation_id, reply.id)
    conversations.touch(db, reply.conversation_id, reply.created_ms)
    if reply.model is not None:
        db.execute(
            "UPDATE conversations SET provider_id = ?, model_id = ?, model_name = ? WHERE id = ?",
            (reply.model.provider_id, reply.model.model_id, reply.model_name, reply.conversation_id),
        )


def continue_reply(db: Db, cut_off: Message, writer: str) -> Message:
    """A reply that has failed is being written again, after the text it has. Returns it so.

    The try that failed becomes one of its attempts. Its row in the ledger stays as it is.
    """
    if cut_off.model is None or cut_off.failure is None:
        raise ValueError("not a reply that has failed")
    began = cut_off.created_ms
    label, start_ms, end_ms = ledger.last_try(db, cut_off.id) or ("", began, began + (cut_off.duration_ms or 0))
    names = cut_off.model_name, cut_off.provider_name
    attempt = Attempt(cut_off.model, *names, label, start_ms, end_ms, 0, cut_off.failure, cut_off.usage)
    attempts = (*cut_off.attempts, attempt)
    message = replace(cut_off, status=Status.STREAMING, finish=None, usage=None, failure=None, attempts=attempts)
    _store(db, message)
    written = estimate_tokens(message.text + message.reasoning)
    db.execute("UPDATE messages SET writer = ?, written_before = ? WHERE id = ?", (writer, written, message.id))
    return message


def flush_reply(db: Db, message: Message) -> bool:
    """Stores a reply as it is so far. Returns False if it was deleted meanwhile."""
    return _store(db, message)


def finish_reply(db: Db, message: Message, entries: Sequence[LedgerEntry]) -> bool:
    """Stores a reply that has ended, with a row in the ledger for each try if any was made; it is now unread.

    Nothing is held for it any more. Returns False if the reply was deleted meanwhile; what it cost is written down all
    the same.
    """
    for entry in entries:
        ledger.append_new(db, entry)
    reservations.release(db, message.id)
    if not _store(db, message):
        return False
    end_ms = entries[-1].end_ms if entries else message.created_ms + (message.duration_ms or 0)
    conversations.touch(db, message.conversation_id, end_ms)
    conversations.set_unread(db, message.conversation_id, True)
    return True


def heartbeat(db: Db, message_id: str, now_ms: int) -> None:
    """Says that the writer lives although nothing new has come."""
    db.execute("UPDATE messages SET flushed_ms = ? WHERE id = ?", (now_ms, message_id))


def messages_of(db: Db, conversation_id: str) -> list[Message]:
    """All messages of all branches, oldest first."""
    parts: dict[str, list[Part]] = {}
    for message_id, kind, text, duration_ms in db.execute(
        """
        SELECT p.message_id, p.kind, p.text, p.duration_ms
        FROM messages m JOIN parts p ON p.message_id = m.id
        WHERE m.conversation_id = ? ORDER BY p.message_id, p.position
        """,
        (conversation_id,),
    ):
        parts.setdefault(message_id, []).append(_part(kind, text, duration_ms))
    attempts = _attempts_of(db, conversation_id)
    rows = db.execute(f"{_SELECT} WHERE conversation_id = ? ORDER BY created_ms, id", (conversation_id,))
    return [_message(row, tuple(parts.get(row[0], ())), tuple(attempts.get(row[0], ()))) for row in rows]


def _attempts_of(db: Db, conversation_id: str) -> dict[str, list[Attempt]]:
    """With what each used by its row in the ledger."""
    found: dict[str, list[Attempt]] = {}
    for message_id, provider_id, model_id, model_name, provider_name, label, start, end, pause, *rest in db.execute(
        """
        SELECT a.message_id, a.provider_id, a.model_id, a.model_name, a.provider_name, a.key_label,
               a.started_ms, a.ended_ms, a.pause_ms,
               a.failure_code, a.failure_title, a.failure_explanation, a.failure_status, a.failure_detail,
               l.input_tokens, l.output_tokens, l.cache_read_tokens, l.cache_write_tokens, l.reasoning_tokens,
               l.estimated, l.cost, l.cost_source
        FROM messages m JOIN attempts a ON a.message_id = m.id
        LEFT JOIN ledger l ON l.message_id = a.message_id AND l.attempt_no = a.number AND l.purpose = 'chat'
        WHERE m.conversation_id = ? ORDER BY a.message_id, a.number
        """,
        (conversation_id,),
    ):
        model = ModelRef(provider_id, model_id)
        names, failure, usage = (model_name, provider_name, label), Failure(*rest[:5]), _usage(*rest[5:])
        attempt = Attempt(model, *names, start, end, pause, failure, usage)
        found.setdefault(message_id, []).append(attempt)
    return found


def _insert(db: Db, message: Message, writer: str | None) -> int:
    """Returns its number."""
    fixed = (message.id, message.conversation_id, message.parent_id, message.role, message.created_ms)
    flushed_ms = None if writer is None else message.created_ms
    number = db.execute(_INSERT, (*fixed, *_values(message), writer, flushed_ms)).lastrowid
    _write_parts(db, message)
    return cast(int, number)


def _store(db: Db, message: Message) -> bool:
    row = db.execute("SELECT number, status FROM messages WHERE id = ?", (message.id,)).fetchone()
    if row is None:
        return False
    number, status = row
    if status != Status.STREAMING:
        index.unindex_message(db, number, message.id)
    db.execute(_UPDATE, (*_values(message), now_ms(), number))
    _write_parts(db, message)
    _write_attempts(db, message)
    if message.status is not Status.STREAMING:
        index.index_message(db, number, message.id)
    if not message.status == status == Status.STREAMING:
        conversations.recount(db, message.conversation_id)
    return True


def _write_parts(db: Db, message: Message) -> None:
    """Only what changed is written: of a reply that grows, its last part."""
    db.executemany(
        """
        INSERT INTO parts (message_id, position, kind, text, duration_ms) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (message_id, position) DO UPDATE
        SET kind = excluded.kind, text = excluded.text, duration_ms = excluded.duration_ms
        WHERE text <> excluded.text OR kind <> excluded.kind OR duration_ms IS NOT excluded.duration_ms
        """,
        [(message.id, position, *_part_values(part)) for position, part in enumerate(message.parts)],
    )
    db.execute("DELETE FROM parts WHERE message_id = ? AND position >= ?", (message.id, len(message.parts)))


def _write_attempts(db: Db, message: Message) -> None:
    """What has been tried does not change; only new ones are written."""
    for number, attempt in enumerate(message.attempts, 1):
        failure = attempt.failure
        db.execute(
            "INSERT OR IGNORE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                message.id,
                number,
                attempt.model.provider_id,
                attempt.model.model_id,
                attempt.model_name,
                attempt.provider_name,
                attempt.key_label,
                attempt.started_ms,
                attempt.ended_ms,
                attempt.pause_ms,
                failure.code,
                storable(failure.title),
                storable(failure.explanation),
                failure.http_status,
                storable(failure.detail),
            ),
        )


def _part_values(part: Part) -> tuple[str, str, int | None]:
    match part:
        case TextPart(text):
            return "text", storable(text), None
        case ReasoningPart(text, duration_ms):
            return "reasoning", storable(text), duration_ms
        case OpaquePart(kind, data):
            return f"opaque:{kind}", storable(data), None


def _part(kind: str, text: str, duration_ms: int | None) -> Part:
    if kind == "text":
        return TextPart(text)
    if kind == "reasoning":
        return ReasoningPart(text, duration_ms)
    return OpaquePart(kind.partition(":")[2], text)


def _values(message: Message) -> tuple[Any, ...]:
    """In the order of `_CHANGING`."""
    model, usage, failure = message.model, message.usage, message.failure
    return (
        message.status,
        model.provider_id if model else None,
        message.provider_name,
        model.model_id if model else None,
        message.model_name,
        message.finish,
        message.ttft_ms,
        message.duration_ms,
        *ledger.tokens(usage),
        usage.estimated if usage else None,
        to_nano(usage.cost) if usage else None,
        usage.cost_source if usage else None,
        *(
            (
                failure.code,
                storable(failure.title),
                storable(failure.explanation),
                failure.http_status,
                storable(failure.detail),
            )
            if failure
            else (None,) * 5
        ),
    )


# Looking a value up takes a tenth of what calling the enumeration does, and a conversation may have 10,000 rows.
_ROLES: dict[str, Role] = {role.value: role for role in Role}
_STATUSES: dict[str, Status] = {status.value: status for status in Status}
_SOURCES: dict[str | None, CostSource | None] = {None: None, **{source.value: source for source in CostSource}}
_FINISHES: dict[str | None, FinishReason | None] = {None: None, **{reason.value: reason for reason in FinishReason}}


def _usage(
    input_tokens: int | None,
    output_tokens: int,
    cache_read: int,
    cache_write: int,
    reasoning: int,
    estimated: int,
    cost_nano: int | None,
    source: str | None,
) -> Usage | None:
    if input_tokens is None:
        return None
    caches = cache_read, cache_write
    cost, estimate = from_nano(cost_nano), bool(estimated)
    return Usage(input_tokens, output_tokens, *caches, reasoning, cost, estimate, 0, _SOURCES[source])


@lru_cache(maxsize=256)
def _model_ref(provider_id: str, model_id: str) -> ModelRef:
    """One object for all messages of a model."""
    return ModelRef(provider_id, model_id)


def _message(row: tuple[Any, ...], parts: tuple[Part, ...], attempts: tuple[Attempt, ...]) -> Message:
    """From a row in the order of `_COLUMNS`."""
    (
        id_, conversation_id, parent_id, role, created_ms, status,
        provider_id, provider_name, model_id, model_name, finish, ttft_ms, duration_ms,
        input_tokens, output_tokens, cache_read, cache_write, reasoning, estimated, cost_nano, source,
        failure_code, failure_title, failure_explanation, failure_status, failure_detail,
    ) = row  # fmt: skip
    usage = _usage(input_tokens, output_tokens, cache_read, cache_write, reasoning, estimated, cost_nano, source)
    failure = None
    if failure_code is not None:
        failure = Failure(failure_code, failure_title, failure_explanation, failure_status, failure_detail)
    return Message(
        id_,
        conversation_id,
        parent_id,
        _ROLES[role],
        parts,
        created_ms,
        _STATUSES[status],
        None if provider_id is None or model_id is None else _model_ref(provider_id, model_id),
        model_name,
        provider_name,
        _FINISHES[finish],
        usage,
        ttft_ms,
        duration_ms,
        failure,
        attempts,
    )
