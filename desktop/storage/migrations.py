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


def m007_costs(db: "Database") -> None:
    """The ledger names its columns as its exports do, holds how a cost is known, and cannot be changed or shortened.

    `day` is the local date on which the attempt began, as days since 1970-01-01. What a provider did not report was
    not known before: such rows stay unpriced. Tags are sorted, one on a line. `ledger_sums` adds the rows up as they
    are written, by the local day and by the month (under its first day), because adding up a million rows takes a
    second. A reply's cost now says how it is known; a conversation's is the sum of its ledger rows, titles included.

    Budgets are here and not among the settings because a send is checked against them in one transaction with what was
    spent. Their `day` is the first of the period (0 without one). A reservation holds what is needed to write the
    ledger's row of a reply whose writer died; `price` is JSON. `token_ratios` is what has been learnt of a model's
    tokens: letters and tokens of the latest samples, the most tokens for 1,000 letters, and how far estimates were off.
    """
    day = "CAST(julianday(date(ts_start / 1000, 'unixepoch', 'localtime')) - 2440587.5 AS INTEGER)"
    month = "CAST(julianday(date(new.day * 86400, 'unixepoch', 'start of month')) - 2440587.5 AS INTEGER)"
    db.executescript(f"""
        ALTER TABLE ledger RENAME COLUMN ts_start_ms TO ts_start;
        ALTER TABLE ledger RENAME COLUMN ts_first_token_ms TO ts_first_token;
        ALTER TABLE ledger RENAME COLUMN ts_end_ms TO ts_end;
        ALTER TABLE ledger RENAME COLUMN provider_id TO provider;
        ALTER TABLE ledger RENAME COLUMN model_id TO model_requested;
        ALTER TABLE ledger RENAME COLUMN cost_nano TO cost;
        ALTER TABLE ledger RENAME COLUMN error_code TO error_class;
        ALTER TABLE ledger ADD COLUMN model_answered TEXT NOT NULL DEFAULT '';
        ALTER TABLE ledger ADD COLUMN currency TEXT NOT NULL DEFAULT 'USD';
        ALTER TABLE ledger ADD COLUMN cost_source TEXT;
        ALTER TABLE ledger ADD COLUMN price_id TEXT NOT NULL DEFAULT '';
        ALTER TABLE ledger ADD COLUMN cost_computed INTEGER;
        ALTER TABLE ledger ADD COLUMN saved_cost INTEGER;
        ALTER TABLE ledger ADD COLUMN fallback_from TEXT;
        ALTER TABLE ledger ADD COLUMN tags TEXT NOT NULL DEFAULT '';
        ALTER TABLE ledger ADD COLUMN finish_reason TEXT;
        ALTER TABLE ledger ADD COLUMN provider_request_id TEXT NOT NULL DEFAULT '';
        ALTER TABLE ledger ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledger ADD COLUMN ttft_ms INTEGER
            GENERATED ALWAYS AS (ts_first_token - ts_start) VIRTUAL;
        ALTER TABLE ledger ADD COLUMN tokens_per_s REAL
            GENERATED ALWAYS AS (1000.0 * output_tokens / nullif(ts_end - ts_first_token, 0)) VIRTUAL;
        UPDATE ledger SET day = {day}, cost_source = CASE
            WHEN cost IS NOT NULL THEN 'reported' WHEN input_tokens IS NOT NULL THEN 'unpriced' END;
        CREATE INDEX ledger_day ON ledger (day);
        CREATE INDEX ledger_conversation ON ledger (conversation_id, day);
        CREATE INDEX ledger_message ON ledger (message_id);
        CREATE TABLE ledger_sums (
            span TEXT NOT NULL,
            day INTEGER NOT NULL,
            provider TEXT NOT NULL,
            provider_name TEXT NOT NULL,
            model_requested TEXT NOT NULL,
            key_label TEXT NOT NULL,
            purpose TEXT NOT NULL,
            tags TEXT NOT NULL,
            cost_source TEXT NOT NULL,
            requests INTEGER NOT NULL,
            rescued INTEGER NOT NULL,
            input_tokens INTEGER NOT NULL,
            cache_read_tokens INTEGER NOT NULL,
            output_tokens INTEGER NOT NULL,
            cost INTEGER NOT NULL,
            saved_cost INTEGER NOT NULL,
            PRIMARY KEY (
                span, day, provider, model_requested, key_label, purpose, tags, cost_source, provider_name
            )
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER ledger_is_summed AFTER INSERT ON ledger BEGIN
            INSERT INTO ledger_sums SELECT
                span.name, iif(span.name = 'day', new.day, {month}), new.provider, new.provider_name,
                new.model_requested, new.key_label, new.purpose, new.tags, coalesce(new.cost_source, ''), 1,
                new.fallback_from IS NOT NULL AND new.status = 'complete', coalesce(new.input_tokens, 0),
                coalesce(new.cache_read_tokens, 0), coalesce(new.output_tokens, 0), coalesce(new.cost, 0),
                coalesce(new.saved_cost, 0)
            FROM (SELECT 'day' AS name UNION ALL SELECT 'month') AS span WHERE true
            ON CONFLICT DO UPDATE SET
                requests = requests + 1,
                rescued = rescued + excluded.rescued,
                input_tokens = input_tokens + excluded.input_tokens,
                cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
                output_tokens = output_tokens + excluded.output_tokens,
                cost = cost + excluded.cost,
                saved_cost = saved_cost + excluded.saved_cost;
        END;
        INSERT INTO ledger_sums SELECT
            span.name, iif(span.name = 'day', new.day, {month}) AS at, provider, provider_name, model_requested,
            key_label, purpose, tags, coalesce(cost_source, '') AS source, count(*), 0,
            coalesce(sum(input_tokens), 0), coalesce(sum(cache_read_tokens), 0),
            coalesce(sum(output_tokens), 0), coalesce(sum(cost), 0), 0
        FROM ledger AS new, (SELECT 'day' AS name UNION ALL SELECT 'month') AS span
        GROUP BY span.name, at, provider, provider_name, model_requested, key_label, purpose, tags, source;
        CREATE TRIGGER ledger_keeps_rows BEFORE DELETE ON ledger
            BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_keeps_values BEFORE UPDATE ON ledger
            BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
        ALTER TABLE messages ADD COLUMN cost_source TEXT;
        UPDATE messages SET cost_source = CASE WHEN cost_nano IS NULL THEN 'unpriced' ELSE 'reported' END
            WHERE input_tokens IS NOT NULL;
        DROP INDEX messages_cost;
        ALTER TABLE conversations ADD COLUMN tags TEXT NOT NULL DEFAULT '';
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
            price TEXT NOT NULL
        ) STRICT;
        CREATE TABLE token_ratios (
            provider TEXT NOT NULL,
            model_id TEXT NOT NULL,
            letters INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            samples INTEGER NOT NULL,
            worst_permille INTEGER NOT NULL,
            off_permille INTEGER NOT NULL,
            PRIMARY KEY (provider, model_id)
        ) STRICT;
    """)  # noqa: S608 - the two expressions above and nothing else


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
