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

Longer than most because the changes belong together: whoever adds one reads those before.
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


SUMMED_BY = {
    "all": "''",
    "provider": "new.provider",
    "model": "new.provider || '/' || new.model_requested",
    "conversation": "new.conversation_id",
    "key": "new.key_label",
    "tag": "new.tags",
    "purpose": "new.purpose",
    "source": "coalesce(new.cost_source, '')",
}
"""What the ledger is added up by as it is written, each with the group that a row (`new`) belongs to."""

SUMMED = {
    "requests": "1",
    "input_tokens": "coalesce(new.input_tokens, 0)",
    "cache_read_tokens": "coalesce(new.cache_read_tokens, 0)",
    "output_tokens": "coalesce(new.output_tokens, 0)",
    "cost": "coalesce(new.cost, 0)",
    "saved_cost": "coalesce(new.saved_cost, 0)",
    "unpriced": "coalesce(new.cost_source = 'unpriced', 0)",
    "rescued": "new.fallback_from IS NOT NULL AND new.status = 'complete'",
}
"""What is added up, and what a row adds."""

SUM_UP = tuple(
    f"""
    INSERT INTO ledger_sums SELECT
        '{dimension}', new.day, {value}, {"max(new.provider_name)" if dimension == "provider" else "''"},
        {", ".join(f"sum({amount})" for amount in SUMMED.values())}
    FROM ledger AS new GROUP BY new.day, {value}
    """  # noqa: S608 - the texts above and nothing else
    for dimension, value in SUMMED_BY.items()
)
"""Adds up what is in the ledger already."""


def m007_costs(db: "Database") -> None:
    """The ledger names its columns as its exports do, holds how a cost is known, and cannot be changed or shortened.

    `day` is the local date on which the attempt began, as days since 1970-01-01. What a provider did not report was
    not known before: such rows stay unpriced. Tags are sorted, one on a line.

    `ledger_sums` adds the rows up as they are written, for each day, by each of `SUMMED_BY`: adding up the million
    rows of three years takes a second. Each of them adds up to the same. Sums by everything at once (a row for each
    provider, model, key, tag, purpose and source of a day) were tried first and were half as many as the rows
    themselves. `name` is the provider's latest name.

    A reply's cost now says how it is known, and a conversation's is the sum of its ledger rows, titles included.
    `written_before` is what a reply had when it went on after a failure, in estimated tokens: the row of a writer that
    died must not count it again.

    Budgets are here and not among the settings because a send is checked against them in one transaction with what was
    spent. Their `day` is the first of the period (0 without one). A reservation holds what is needed to write the
    ledger's row of a reply whose writer died; `price` is JSON. `token_ratios` is what has been learnt of how
    a model cuts text, with few or many wide characters: rough estimates and the tokens they turned out to be.
    """
    db.executescript(f"""
        ALTER TABLE ledger RENAME TO ledger_before;
        DROP INDEX ledger_start;
        CREATE TABLE ledger (
            number INTEGER PRIMARY KEY,
            ts_start INTEGER NOT NULL,
            ts_first_token INTEGER,
            ts_end INTEGER NOT NULL,
            day INTEGER NOT NULL,
            conversation_id TEXT NOT NULL,
            message_id TEXT NOT NULL,
            attempt_no INTEGER NOT NULL,
            purpose TEXT NOT NULL,
            provider TEXT NOT NULL,
            provider_name TEXT NOT NULL,
            model_requested TEXT NOT NULL,
            model_answered TEXT NOT NULL DEFAULT '',
            key_label TEXT NOT NULL,
            input_tokens INTEGER,
            cache_read_tokens INTEGER,
            cache_write_tokens INTEGER,
            output_tokens INTEGER,
            reasoning_tokens INTEGER,
            estimated INTEGER NOT NULL,
            cost INTEGER,
            currency TEXT NOT NULL DEFAULT 'USD',
            cost_source TEXT,
            price_id TEXT NOT NULL DEFAULT '',
            cost_computed INTEGER,
            saved_cost INTEGER,
            status TEXT NOT NULL,
            http_status INTEGER,
            error_class TEXT NOT NULL,
            fallback_from TEXT,
            tags TEXT NOT NULL DEFAULT '',
            finish_reason TEXT,
            provider_request_id TEXT NOT NULL DEFAULT '',
            ttft_ms INTEGER GENERATED ALWAYS AS (ts_first_token - ts_start) VIRTUAL,
            tokens_per_s REAL GENERATED ALWAYS AS (
                1000.0 * output_tokens / nullif(ts_end - ts_first_token, 0)
            ) VIRTUAL
        ) STRICT;
        INSERT INTO ledger (
            number, ts_start, ts_first_token, ts_end, day, conversation_id, message_id, attempt_no, purpose,
            provider, provider_name, model_requested, key_label,
            input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
            estimated, cost, cost_source, status, http_status, error_class
        ) SELECT
            number, ts_start_ms, ts_first_token_ms, ts_end_ms,
            CAST(julianday(date(ts_start_ms / 1000, 'unixepoch', 'localtime')) - 2440587.5 AS INTEGER),
            conversation_id, message_id, attempt_no, purpose, provider_id, provider_name, model_id, key_label,
            input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
            estimated, cost_nano,
            CASE WHEN cost_nano IS NOT NULL THEN 'reported' WHEN input_tokens IS NOT NULL THEN 'unpriced' END,
            status, http_status, error_code
        FROM ledger_before ORDER BY number;
        DROP TABLE ledger_before;
        CREATE INDEX ledger_start ON ledger (ts_start);
        CREATE INDEX ledger_day ON ledger (day);
        CREATE INDEX ledger_conversation ON ledger (conversation_id, cost);
        CREATE INDEX ledger_message ON ledger (message_id);
        CREATE TRIGGER ledger_keeps_rows BEFORE DELETE ON ledger
            BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_keeps_values BEFORE UPDATE ON ledger
            BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
        CREATE TABLE ledger_sums (
            dimension TEXT NOT NULL,
            day INTEGER NOT NULL,
            value TEXT NOT NULL,
            name TEXT NOT NULL,
            {", ".join(f"{column} INTEGER NOT NULL" for column in SUMMED)},
            PRIMARY KEY (dimension, day, value)
        ) STRICT, WITHOUT ROWID;
        {";".join(SUM_UP)};
        CREATE INDEX ledger_sums_value ON ledger_sums (dimension, value, day, cost, unpriced);
        CREATE TRIGGER ledger_is_summed AFTER INSERT ON ledger BEGIN
            INSERT INTO ledger_sums
            SELECT column1, new.day, column2, iif(column1 = 'provider', new.provider_name, ''),
                {", ".join(SUMMED.values())}
            FROM (VALUES {", ".join(f"('{dimension}', {value})" for dimension, value in SUMMED_BY.items())})
            WHERE true ON CONFLICT DO UPDATE SET
                name = excluded.name, {", ".join(f"{column} = {column} + excluded.{column}" for column in SUMMED)};
        END;
        ALTER TABLE messages ADD COLUMN cost_source TEXT;
        UPDATE messages SET cost_source = CASE WHEN cost_nano IS NULL THEN 'unpriced' ELSE 'reported' END
            WHERE input_tokens IS NOT NULL;
        ALTER TABLE messages ADD COLUMN written_before INTEGER NOT NULL DEFAULT 0;
        DROP INDEX messages_cost;
        UPDATE conversations SET cost_nano = (SELECT sum(cost) FROM ledger WHERE conversation_id = conversations.id);
        ALTER TABLE conversations ADD COLUMN tags TEXT NOT NULL DEFAULT '';
        ALTER TABLE models ADD COLUMN cache_read_price TEXT;
        ALTER TABLE models ADD COLUMN cache_write_price TEXT;
        CREATE TABLE budgets (
            id TEXT PRIMARY KEY,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            scope TEXT NOT NULL,
            period TEXT NOT NULL,
            cap INTEGER NOT NULL,
            alerts TEXT NOT NULL,
            allow_unpriced INTEGER NOT NULL,
            cheaper TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE TABLE budget_raises (
            budget_id TEXT NOT NULL REFERENCES budgets (id) ON DELETE CASCADE,
            day INTEGER NOT NULL,
            cap INTEGER NOT NULL,
            PRIMARY KEY (budget_id, day)
        ) STRICT;
        CREATE TABLE budget_alerts (
            budget_id TEXT NOT NULL REFERENCES budgets (id) ON DELETE CASCADE,
            day INTEGER NOT NULL,
            level INTEGER NOT NULL,
            PRIMARY KEY (budget_id, day, level)
        ) STRICT;
        CREATE TABLE reservations (
            message_id TEXT PRIMARY KEY,
            provider TEXT NOT NULL,
            provider_name TEXT NOT NULL,
            model_requested TEXT NOT NULL,
            key_label TEXT NOT NULL,
            conversation_id TEXT NOT NULL,
            purpose TEXT NOT NULL,
            tags TEXT NOT NULL,
            day INTEGER NOT NULL,
            started_ms INTEGER NOT NULL,
            attempt_no INTEGER NOT NULL,
            worst INTEGER,
            input_tokens INTEGER NOT NULL,
            price TEXT NOT NULL,
            writer TEXT NOT NULL
        ) STRICT;
        CREATE TABLE token_ratios (
            provider TEXT NOT NULL,
            model_id TEXT NOT NULL,
            wide INTEGER NOT NULL,
            rough INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            worst_permille INTEGER NOT NULL,
            off_permille INTEGER,
            PRIMARY KEY (provider, model_id, wide)
        ) STRICT;
    """)  # noqa: S608 - the texts above and nothing else


STEPS = (m001_conversations, m002_messages, m003_word_index, m004_ledger, m005_models, m006_attempts, m007_costs)
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
