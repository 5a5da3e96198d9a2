"""The database's shape, one function per change with its reason. A released function is never edited again.

Conventions: times are Unix milliseconds; money is whole nano-dollars, NULL where unknown; flags are 0 or 1. Rows that
the word index points at have a `number`, because SQLite may renumber implicit row ids.

The word index (FTS5) was chosen by measuring 47,000 messages (55 MB of prose and code):

    tokenizer                               size/text   two typed letters   substrings
    unicode61                               0.32        38 ms               no
    unicode61, prefix 2 and 3 (this one)    0.80        8 ms                see desktop.storage.index
    trigram                                 2.26        finds nothing       all of three and more characters

Trigram's size and its blindness to two-character words, the commonest length in Chinese, speak against it; instead the
text is cut for unicode61 by `desktop.storage.index`. The index is contentless: storing the text twice would make it
2.26 as well.
"""

from typing import TYPE_CHECKING

from desktop.storage.values import Db

if TYPE_CHECKING:
    from sqlite_utils import Database


def m001_conversations(db: "Database") -> None:
    """Conversations, and what was typed but not sent; the draft of a new chat has an empty key.

    `head_status` and `cost_nano` repeat what the messages say: looking it up for 10,000 rows of the list took 1.8 s
    from a cold disk.
    """
    db.executescript("""
        CREATE TABLE conversations (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            title TEXT NOT NULL,
            title_source TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL,
            head_id TEXT,
            provider_id TEXT,
            model_id TEXT,
            model_name TEXT NOT NULL DEFAULT '',
            system_prompt TEXT,
            pinned INTEGER NOT NULL DEFAULT 0,
            unread INTEGER NOT NULL DEFAULT 0,
            deleted_ms INTEGER,
            head_status TEXT,
            cost_nano INTEGER
        ) STRICT;
        CREATE INDEX conversations_deleted ON conversations (deleted_ms) WHERE deleted_ms IS NOT NULL;
        CREATE TABLE drafts (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
        CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    """)


def m002_messages(db: "Database") -> None:
    """The tree of messages and their parts.

    `writer` and `flushed_ms` tell a reply that is being written from one whose writer died. The indexes serve the
    conversation's messages, its cost, and that question.
    """
    db.executescript("""
        CREATE TABLE messages (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            parent_id TEXT,
            role TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            status TEXT NOT NULL,
            provider_id TEXT,
            provider_name TEXT NOT NULL DEFAULT '',
            model_id TEXT,
            model_name TEXT NOT NULL DEFAULT '',
            finish TEXT,
            ttft_ms INTEGER,
            duration_ms INTEGER,
            input_tokens INTEGER,
            output_tokens INTEGER,
            cache_read_tokens INTEGER,
            cache_write_tokens INTEGER,
            reasoning_tokens INTEGER,
            usage_estimated INTEGER,
            cost_nano INTEGER,
            failure_code TEXT,
            failure_title TEXT,
            failure_explanation TEXT,
            failure_status INTEGER,
            failure_detail TEXT,
            writer TEXT,
            flushed_ms INTEGER
        ) STRICT;
        CREATE INDEX messages_conversation ON messages (conversation_id, created_ms);
        CREATE INDEX messages_cost ON messages (conversation_id, cost_nano) WHERE cost_nano IS NOT NULL;
        CREATE INDEX messages_streaming ON messages (writer, flushed_ms) WHERE status = 'streaming';
        CREATE TABLE parts (
            message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            duration_ms INTEGER,
            PRIMARY KEY (message_id, position)
        ) STRICT;
    """)


def m003_word_index(db: "Database") -> None:
    """The words of titles and of messages; written by desktop.storage.index, see above for the choice."""
    db.executescript("""
        CREATE VIRTUAL TABLE title_words USING fts5(
            text, content='', prefix='2 3', tokenize='unicode61 remove_diacritics 2'
        );
        CREATE VIRTUAL TABLE message_words USING fts5(
            text, content='', prefix='2 3', tokenize='unicode61 remove_diacritics 2'
        );
    """)


def m004_ledger(db: "Database") -> None:
    """Every attempt and what it used. No foreign keys: the rows outlive the chats they speak of."""
    db.executescript("""
        CREATE TABLE ledger (
            number INTEGER PRIMARY KEY,
            ts_start_ms INTEGER NOT NULL,
            ts_first_token_ms INTEGER,
            ts_end_ms INTEGER NOT NULL,
            conversation_id TEXT NOT NULL,
            message_id TEXT NOT NULL,
            purpose TEXT NOT NULL,
            provider_id TEXT NOT NULL,
            provider_name TEXT NOT NULL,
            model_id TEXT NOT NULL,
            key_label TEXT NOT NULL,
            input_tokens INTEGER,
            output_tokens INTEGER,
            cache_read_tokens INTEGER,
            cache_write_tokens INTEGER,
            reasoning_tokens INTEGER,
            estimated INTEGER NOT NULL,
            cost_nano INTEGER,
            status TEXT NOT NULL,
            http_status INTEGER,
            error_code TEXT NOT NULL
        ) STRICT;
        CREATE INDEX ledger_start ON ledger (ts_start_ms);
    """)


def m005_models(db: "Database") -> None:
    """Model lists as last fetched, and the user's choices about models, which outlive every fetch.

    Prices are decimal text. `by_hand` marks models that the user typed and no list may remove.
    """
    db.executescript("""
        CREATE TABLE models (
            provider_id TEXT NOT NULL,
            model_id TEXT NOT NULL,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            context_window INTEGER,
            max_output INTEGER,
            capabilities TEXT NOT NULL,
            input_price TEXT,
            output_price TEXT,
            size_bytes INTEGER,
            by_hand INTEGER NOT NULL DEFAULT 0,
            fetched_ms INTEGER NOT NULL,
            PRIMARY KEY (provider_id, model_id)
        ) STRICT;
        CREATE TABLE model_choices (
            provider_id TEXT NOT NULL,
            model_id TEXT NOT NULL,
            favourite INTEGER NOT NULL DEFAULT 0,
            shown INTEGER NOT NULL DEFAULT 1,
            PRIMARY KEY (provider_id, model_id)
        ) STRICT;
    """)


def m006_attempts(db: "Database") -> None:
    """The tries that brought nothing before the one that a reply's own row tells of; the ledger counts them too."""
    db.executescript("""
        CREATE TABLE attempts (
            message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            provider_id TEXT NOT NULL,
            model_id TEXT NOT NULL,
            model_name TEXT NOT NULL,
            provider_name TEXT NOT NULL,
            key_label TEXT NOT NULL,
            started_ms INTEGER NOT NULL,
            ended_ms INTEGER NOT NULL,
            pause_ms INTEGER NOT NULL,
            failure_code TEXT NOT NULL,
            failure_title TEXT NOT NULL,
            failure_explanation TEXT NOT NULL,
            failure_status INTEGER,
            failure_detail TEXT NOT NULL,
            PRIMARY KEY (message_id, number)
        ) STRICT;
        ALTER TABLE ledger ADD COLUMN attempt_no INTEGER NOT NULL DEFAULT 1;
    """)


STEPS = (m001_conversations, m002_messages, m003_word_index, m004_ledger, m005_models, m006_attempts)
NAMES = frozenset(step.__name__ for step in STEPS)
_SET = "tuppence"


def applied(db: Db) -> frozenset[str]:
    """The names of the changes that a file has seen, from the table that sqlite-utils keeps; read without it."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
        return frozenset()
    return frozenset(
        name for (name,) in db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (_SET,))
    )


def apply(db: Db) -> None:
    """Make the changes that are missing, in the transaction that is open."""
    from sqlite_utils import Database, Migrations  # 90 ms and 9 MB that a start without changes need not pay

    migrations = Migrations(_SET)
    for step in STEPS:
        migrations()(step)
    migrations.apply(Database(db, execute_plugins=False))
