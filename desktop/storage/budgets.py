"""Caps, what has been spent and is held against them, and which alerts were given."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from desktop.domain.budget import Budget, Period, Scope, ScopeKind
from desktop.domain.model import ModelRef
from desktop.storage.values import Db, from_nano, to_nano

Days = tuple[date, date] | None
"""The first and the last day of a period, None where days play no part."""

_EPOCH = date(1970, 1, 1).toordinal()

_HAS_TAG = "instr(char(10) || {column} || char(10), char(10) || :value || char(10)) > 0"

# For the ledger and for reservations, which have these columns by the same names.
_IN_SCOPE = {
    ScopeKind.ALL: "1",
    ScopeKind.PROVIDER: "provider = :value",
    ScopeKind.KEY: "key_label = :value",
    ScopeKind.MODEL: "provider || '/' || model_requested = :value",
    ScopeKind.CONVERSATION: "conversation_id = :value",
    ScopeKind.TAG: _HAS_TAG.format(column="tags"),
}


def all_budgets(db: Db) -> list[Budget]:
    """In the user's order."""
    rows = db.execute(
        "SELECT id, name, scope, period, cap, alerts, allow_unpriced, cheaper FROM budgets ORDER BY position"
    )
    return [
        Budget(
            id_,
            name,
            from_nano(cap) or Decimal(0),
            Scope.parse(scope),
            Period(period),
            tuple(int(level) for level in alerts.split()),
            bool(allow_unpriced),
            _ref(cheaper) if cheaper else None,
        )
        for id_, name, scope, period, cap, alerts, allow_unpriced, cheaper in rows
    ]


def replace_all(db: Db, budgets: Sequence[Budget]) -> None:
    """Make these the budgets. What an unchanged cap was raised to stays, and so do the alerts that were given."""
    for gone in {budget.id for budget in all_budgets(db)} - {budget.id for budget in budgets}:
        db.execute("DELETE FROM budgets WHERE id = ?", (gone,))
    for position, budget in enumerate(budgets):
        values = {
            "id": budget.id,
            "position": position,
            "name": budget.name,
            "scope": str(budget.scope),
            "period": budget.period,
            "cap": to_nano(budget.cap),
            "alerts": " ".join(map(str, budget.alerts)),
            "allow_unpriced": budget.allow_unpriced,
            "cheaper": str(budget.cheaper) if budget.cheaper else "",
        }
        db.execute(
            """
            DELETE FROM budget_raises
            WHERE budget_id = :id AND (SELECT cap <> :cap OR period <> :period FROM budgets WHERE id = :id)
            """,
            values,
        )
        db.execute(
            """
            INSERT INTO budgets VALUES
                (:id, :position, :name, :scope, :period, :cap, :alerts, :allow_unpriced, :cheaper)
            ON CONFLICT DO UPDATE SET position = :position, name = :name, scope = :scope, period = :period, cap = :cap,
                alerts = :alerts, allow_unpriced = :allow_unpriced, cheaper = :cheaper
            """,
            values,
        )


def raise_cap(db: Db, budget_id: str, days: Days, cap: Decimal) -> None:
    """Another cap for the period of these days."""
    db.execute("INSERT OR REPLACE INTO budget_raises VALUES (?, ?, ?)", (budget_id, _first(days), to_nano(cap)))


def raised_cap(db: Db, budget_id: str, days: Days) -> Decimal | None:
    """What the cap was raised to for the period of these days, in US dollars."""
    row = db.execute(
        "SELECT cap FROM budget_raises WHERE budget_id = ? AND day = ?", (budget_id, _first(days))
    ).fetchone()
    return from_nano(row[0]) if row else None


def spent(db: Db, budget: Budget, days: Days, message_id: str) -> tuple[Decimal, int]:
    """US dollars in the ledger that a budget counts in these days, and the requests among them of unknown price.

    `message_id` is the reply that a cap on each message counts.
    """
    scope = budget.scope
    if budget.period is Period.MESSAGE:
        unpriced = "cost_source = 'unpriced'"
        source = f"ledger WHERE message_id = :message AND {_IN_SCOPE[scope.kind]}"
    else:
        unpriced, group, index = "unpriced", "value = :value", "INDEXED BY ledger_sums_value"  # else all chats are met
        if scope.kind is ScopeKind.TAG:
            group, index = _HAS_TAG.format(column="value"), ""
        source = f"ledger_sums {index} WHERE dimension = :kind AND {group} AND day BETWEEN :first AND :last"
    nano, unknown = db.execute(
        f"SELECT coalesce(sum(cost), 0), coalesce(sum({unpriced}), 0) FROM {source}",  # noqa: S608 - only the above
        {"kind": scope.kind, "value": scope.value, "message": message_id} | _bounds(days),
    ).fetchone()
    return from_nano(nano) or Decimal(0), unknown


def held(db: Db, budget: Budget, days: Days, message_id: str) -> Decimal:
    """US dollars that requests on their way may still cost, of those that a budget counts in these days."""
    which = "message_id = :message" if budget.period is Period.MESSAGE else "day BETWEEN :first AND :last"
    values = {"value": budget.scope.value, "message": message_id} | _bounds(days)
    (nano,) = db.execute(
        f"SELECT coalesce(sum(worst), 0) FROM reservations WHERE {which} AND {_IN_SCOPE[budget.scope.kind]}",  # noqa: S608
        values,
    ).fetchone()
    return from_nano(nano) or Decimal(0)


def note_alert(db: Db, budget_id: str, days: Days, level: int) -> bool:
    """Note that this was told in the period of these days. Returns whether it is for the first time."""
    noted = db.execute("INSERT OR IGNORE INTO budget_alerts VALUES (?, ?, ?)", (budget_id, _first(days), level))
    return noted.rowcount > 0


def requests_since(db: Db, conversation_id: str, ms: int) -> int:
    """How many requests of a conversation began at that moment or later, those on their way included."""
    (count,) = db.execute(
        """
        SELECT (SELECT count(*) FROM ledger WHERE ts_start >= :ms AND +conversation_id = :id)
             + (SELECT count(*) FROM reservations WHERE started_ms >= :ms AND conversation_id = :id)
        """,  # the plus: the last minute has fewer rows than a long conversation
        {"ms": ms, "id": conversation_id},
    ).fetchone()
    return int(count)


def _ref(text: str) -> ModelRef:
    provider_id, _slash, model_id = text.partition("/")
    return ModelRef(provider_id, model_id)


def _first(days: Days) -> int:
    return _number(days[0]) if days else 0


def _bounds(days: Days) -> dict[str, int]:
    first, last = days or (date.min, date.max)
    return {"first": _number(first), "last": _number(last)}


def _number(day: date) -> int:
    """As the ledger counts them: days since 1970-01-01."""
    return day.toordinal() - _EPOCH
