"""What the usage page's data and the check of budgets take over a million requests in three years.

Two floors, on a connection of its own: the page's sums in bare SQL from the ledger's rows, which is what there would be
without `ledger_sums`; and the very statements that the page has made, beside which the rest is the program's own.
"""

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from desktop.domain.budget import Budget, Period, Scope, ScopeKind
from desktop.domain.ids import now_ms
from desktop.domain.ledger import LedgerEntry
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.spending import Grouping, Only, Span
from desktop.services.budgets import Budgets
from desktop.services.feed import Feed
from desktop.services.spending import Spending
from desktop.settings.files import Writer
from desktop.settings.store import Settings
from desktop.storage import ledger, migrations
from desktop.storage import spending as stored
from desktop.storage.database import Database
from desktop.storage.values import Db
from desktop.ui.usage.group_table import MOST
from tests.bench.figure import Figure
from tests.helpers.x11 import Screen

ROWS = 1_000_000
DAYS = 3 * 365
ROUNDS = 7


class Names:
    """A catalogue that knows no names: looking them up is not what is measured."""

    def provider(self, provider_id: str) -> None:
        return None

    def name_of(self, ref: ModelRef) -> str:
        return ref.model_id


def measure(screen: Screen, scratch: Path) -> Iterator[Figure]:
    yield from asyncio.run(_measure(scratch / "usage.db"))


async def _measure(path: Path) -> list[Figure]:
    database = Database(path)
    await database.open()
    _fill(path)
    figures = []
    try:
        spending = Spending(database, Names())  # type: ignore[arg-type]
        today = datetime.now().astimezone().date()
        month, year = Span(today - timedelta(days=29), today), Span(today - timedelta(days=364), today)
        note = f"over {ROWS:,} requests"
        took, bare, own = await _by_turns(database, path, lambda: _open_page(spending, month, Only()))
        figures.append(Figure("usage of a month, opened", "ms", took, 300, limits="figure", note=note))
        figures.append(Figure("usage of a month, over bare SQL", "ms", took, 1.3, bare, note=note))
        figures.append(Figure("usage of a month, beside its own SQL", "ms", took, 20, own, limits="extra", note=note))
        for name, span, only in (("month, one key", month, Only(key_label="Work")), ("year", year, Only())):
            took = await _median(lambda span=span, only=only: _open_page(spending, span, only))
            figures.append(Figure(f"usage of a {name}, opened", "ms", took, 300, limits="figure", note=note))
        settings = Settings(path.parent / "settings.json", Writer(on_error=lambda path, error: None))
        budgets = Budgets(database, None, None, settings, Feed())  # type: ignore[arg-type]
        await budgets.save(_budgets())
        took = await _median(budgets.states)
        note = f"{len(_budgets())} of them, over {ROWS:,} requests"
        figures.append(Figure("check of budgets", "ms", took, 2, limits="figure", note=note))
        took = await _median(lambda: database.run(_append))
        figures.append(Figure("a request written down", "ms", took, 2, limits="figure", note="with its commit"))
    finally:
        await database.close()
    return figures


async def _open_page(spending: Spending, span: Span, only: Only) -> None:
    """What the page asks for before it shows anything."""
    await spending.report(span, Grouping.PROVIDER, only)
    for by in (Grouping.MODEL, Grouping.CONVERSATION, Grouping.KEY, Grouping.TAG):
        await spending.groups(by, span, only, MOST)


async def _by_turns(database: Database, path: Path, work: Callable[[], Awaitable[None]]) -> tuple[float, float, float]:
    """Milliseconds of some work, of the same from the ledger's rows, and of nothing but the SQL that it makes."""
    own = await _statements(database, work)
    with patch.object(stored, "EVERYTHING", Only(tag="another")):  # so that nothing counts as unfiltered
        bare = await _statements(database, work)
    took: dict[str, list[float]] = {"work": [], "bare": [], "own": []}
    with closing(sqlite3.connect(path)) as connection:
        for _round in range(ROUNDS):
            moments = [time.perf_counter()]
            await work()
            moments.append(time.perf_counter())
            for statements in (bare, own):
                for statement in statements:
                    connection.execute(statement).fetchall()
                moments.append(time.perf_counter())
            for name, since, until in zip(took, moments, moments[1:], strict=False):
                took[name].append((until - since) * 1000)
    return statistics.median(took["work"]), statistics.median(took["bare"]), statistics.median(took["own"])


async def _statements(database: Database, work: Callable[[], Awaitable[None]]) -> list[str]:
    """The SQL that some work makes, with its values."""
    said: list[str] = []
    await database.run(lambda db: db.set_trace_callback(said.append))
    await work()
    await database.run(lambda db: db.set_trace_callback(None))
    return [statement for statement in said if statement.lstrip().startswith("SELECT")]


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds."""
    took = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def _append(db: Db) -> None:
    now = now_ms()
    ledger.append(db, LedgerEntry(now, None, now, "bench", "bench", ModelRef("p0", "m0"), "P0", Status.COMPLETE))


def _budgets() -> list[Budget]:
    """One of each scope, over all periods."""
    scopes = (
        (Scope(), Period.DAY),
        (Scope(), Period.MONTH),
        (Scope(ScopeKind.PROVIDER, "p1"), Period.WEEK),
        (Scope(ScopeKind.MODEL, "p1/m1"), Period.MONTH),
        (Scope(ScopeKind.KEY, "Work"), Period.MONTH),
        (Scope(ScopeKind.TAG, "Client 3"), Period.MONTH),
        (Scope(ScopeKind.CONVERSATION, f"{ROWS // 25 - 1:024}"), Period.TOTAL),
        (Scope(), Period.TOTAL),
    )
    return [Budget(str(n), str(scope), Decimal(10**6), scope, period) for n, (scope, period) in enumerate(scopes)]


def _fill(path: Path) -> None:
    """Chats of 25 requests each, five at a time, by forty models of eight providers, two keys and ten clients."""
    with closing(sqlite3.connect(path)) as db, db:
        (trigger,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'ledger_is_summed'").fetchone()
        db.execute("DROP TRIGGER ledger_is_summed")
        began = now_ms() - DAYS * 86_400_000
        db.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :rows - 1),
            drawn AS MATERIALIZED (
                SELECT i, :began + i * :step AS start, i / 125 * 5 + abs(random()) % 5 AS chat,
                    abs(random()) % 40 AS model, 100 + abs(random()) % 40000 AS into_it,
                    10 + abs(random()) % 3000 AS out, abs(random()) % 100 AS percent
                FROM n
            )
            INSERT INTO ledger (
                ts_start, ts_first_token, ts_end, day, conversation_id, message_id, attempt_no, purpose, provider,
                provider_name, model_requested, model_answered, key_label, input_tokens, cache_read_tokens,
                cache_write_tokens, output_tokens, reasoning_tokens, estimated, cost, cost_source, price_id,
                cost_computed, saved_cost, status, error_class, tags, finish_reason, provider_request_id
            ) SELECT
                start, start + 400, start + 9000, start / 86400000, format('%024d', chat), format('%024d', i), 1,
                iif(percent < 90, 'chat', 'title'), 'p' || (model % 8), 'Provider ' || (model % 8), 'm' || model,
                'm' || model || '-2026', iif(chat % 3, 'Work', 'Home'), into_it, into_it / 3, 0, out, 0, 0,
                iif(percent < 4, NULL, into_it * 1500 + out * 7500),
                CASE WHEN percent < 4 THEN 'unpriced' WHEN percent < 10 THEN 'estimated'
                     WHEN percent < 30 THEN 'reported' ELSE 'computed' END,
                'genai-prices 2026-11-20', into_it * 1500 + out * 7500, into_it / 3 * 1200, 'complete', '',
                iif(chat % 4, '', 'Client ' || (chat % 10)), 'end', 'req_0123456789abcdef'
            FROM drawn
            """,
            {"rows": ROWS, "began": began, "step": DAYS * 86_400_000 // ROWS},
        )
        db.execute(
            """
            INSERT INTO conversations (id, title, title_source, created_ms, updated_ms)
            SELECT DISTINCT conversation_id, 'Chat ' || conversation_id, 'question', 0, 0 FROM ledger
            """
        )
        for query in migrations.SUM_UP:
            db.execute(query)
        db.execute(trigger)
