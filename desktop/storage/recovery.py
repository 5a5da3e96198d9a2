"""What a crash left open is brought to its end: replies whose writers died, with what they used.

A reply's text is on disk to within 250 ms, and what it was asked for is held in `reservations`, so that its row in the
ledger can be written by another. `finish_reply` writes no second one.
"""

from dataclasses import replace

from desktop.domain.conversation import Tree
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import Message, Status
from desktop.domain.usage import Usage, estimate_tokens
from desktop.storage import conversations, ledger, messages, reservations
from desktop.storage.values import Db


def mark_interrupted(db: Db, *, app: bool, stale_before_ms: int) -> frozenset[str]:
    """Ends the replies whose writers died, counts what they used, and returns the ids of their conversations.

    `app` says that the caller holds the window's lock, so no window writes. Replies of other writers count as dead if
    they were last flushed before `stale_before_ms`; should one live after all, its next flush takes its reply back.
    """
    rows = db.execute(
        """
        SELECT id, conversation_id, flushed_ms, written_before FROM messages
        WHERE status = 'streaming' AND ((writer = :window AND :app) OR (writer <> :window AND flushed_ms < :stale))
        """,
        {"window": messages.APP_WRITER, "app": app, "stale": stale_before_ms},
    ).fetchall()
    for message_id, conversation_id, flushed_ms, written_before in rows:
        _end(db, Tree(messages.messages_of(db, conversation_id)), message_id, flushed_ms, written_before)
    return frozenset(conversation_id for _id, conversation_id, *_times in rows)


def _end(db: Db, tree: Tree, message_id: str, flushed_ms: int, written_before: int) -> None:
    reply = tree[message_id]
    for number, attempt in enumerate(reply.attempts, 1):
        ledger.append_new(db, LedgerEntry.of_attempt(reply, number, attempt))
    entry = _entry(db, tree, reply, flushed_ms, estimate_tokens(reply.text + reply.reasoning) - written_before)
    ledger.append_new(db, entry)
    reservations.release(db, message_id)
    used = entry.cost.on(entry.usage) if entry.usage and entry.cost else None
    messages.flush_reply(db, replace(reply, status=Status.INTERRUPTED, usage=used))


def _entry(db: Db, tree: Tree, reply: Message, end_ms: int, written: int) -> LedgerEntry:
    """Of the try that was going on. Where something was held for it, the question counts as sent."""
    first_ms = None if reply.ttft_ms is None else reply.created_ms + reply.ttft_ms
    if hold := reservations.of(db, reply.id):
        entry = hold.entry(Status.INTERRUPTED, end_ms, Usage(hold.input_tokens, max(0, written), estimated=True))
        return replace(entry, first_token_ms=None if first_ms is None else max(hold.started_ms, first_ms))
    conversation = conversations.get(db, reply.conversation_id)
    asked = [message.text for message in tree.path(reply.parent_id)]
    asked.append((conversation and conversation.system_prompt) or "")
    sent = sum(map(estimate_tokens, asked))
    usage = Usage(sent, written, estimated=True) if written > 0 else None
    ended = replace(reply, status=Status.INTERRUPTED, usage=usage)
    entry = LedgerEntry.of(ended, Purpose.CHAT, "")
    return replace(entry, end_ms=end_ms, tags=conversation.tags if conversation else ())
