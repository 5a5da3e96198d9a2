"""Where a bill and the ledger differ, and why."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.domain.bill import BillLine, Reason
from desktop.domain.cost import Cost
from desktop.domain.errors import TransferError
from desktop.domain.ledger import LedgerEntry
from desktop.domain.message import Status
from desktop.domain.model import Dialect, ModelRef, Provider
from desktop.domain.usage import CostSource, Usage
from desktop.services.reconcile import Reconcile, differences, same_name
from desktop.storage import ledger
from desktop.storage.billing import Used
from desktop.storage.database import Database

DAY = date(2026, 5, 12)
MODEL = "anthropic/claude-opus-4.7"


def billed(requests: int | None = 4, sent: int | None = 100, got: int | None = 10, cost: str | None = "1") -> BillLine:
    return BillLine(DAY, MODEL, requests, sent, got, cost and Decimal(cost))


def used(
    requests: int = 4, sent: int = 100, got: int = 10, cost: str = "1", unpriced: int = 0, estimated: int = 0
) -> Used:
    return Used(DAY, MODEL, requests, sent, got, Decimal(cost), unpriced, estimated)


@pytest.mark.parametrize(
    ("bill", "recorded", "reason"),
    [
        (billed(), used(), Reason.NONE),
        (billed(5, 120, 12, "1.2"), used(), Reason.ELSEWHERE),
        (billed(3, 80, 8, "0.8"), used(), Reason.NOT_BILLED),
        (billed(cost="0.9"), used(), Reason.PRICE),
        (billed(), used(cost="0", unpriced=4), Reason.UNPRICED),
        (billed(got=14), used(estimated=1), Reason.ESTIMATED),
        (billed(got=14), used(), Reason.TOKENS),
        (billed(None, 150, 15, None), used(), Reason.ELSEWHERE),
        (billed(None, 80, 8, None), used(), Reason.TOKENS),
        (billed(None, None, None, "1.004"), used(), Reason.ROUNDING),
        (billed(None, None, None, "1.2"), used(), Reason.PRICE),
        (billed(), None, Reason.ELSEWHERE),
        (None, used(), Reason.NOT_BILLED),
    ],
)
def test_the_likeliest_reason(bill: BillLine | None, recorded: Used | None, reason: Reason) -> None:
    (found,) = differences([bill] if bill else [], [recorded] if recorded else [])
    assert found.reason is reason
    if bill and bill.cost is not None:
        assert found.cost == bill.cost - (recorded.cost if recorded else 0)
    else:
        assert found.cost is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Claude Haiku 4.5", "claude-haiku-4-5-20251001"),
        ("anthropic/claude-4.5-sonnet-20250929", "anthropic/claude-sonnet-4.5"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("GPT-6 Luna", "openai/gpt-6-luna"),
    ],
)
def test_one_model_has_many_spellings(one: str, other: str) -> None:
    assert same_name(one) == same_name(other)


def test_other_models_stay_others() -> None:
    names = ["gpt-6-luna", "gpt-6-sol", "gpt-6.1-luna", "claude-opus-4.7", "claude-opus-4.5", "claude-sonnet-4.5"]
    assert len(set(map(same_name, names))) == len(names)


class OneProvider:
    def providers(self) -> tuple[Provider, ...]:
        return (
            Provider("mine", "openrouter", "Mine", Dialect.OPENAI_CHAT, "http://127.0.0.1:9"),
            Provider("other", "openai", "Other", Dialect.OPENAI_CHAT, "http://127.0.0.1:9"),
        )


async def test_a_file_against_the_ledger(database: Database, tmp_path: Path) -> None:
    """By UTC day, only the provider whose file it is, and only answered requests."""
    path = tmp_path / "activity.csv"
    path.write_text(
        "Date,Slug,Usage,Requests,Prompt Tokens,Completion Tokens\n"
        f"2026-05-12,{MODEL},1.00,2,100,10\n2026-05-13,{MODEL},0.50,1,50,5\n"
    )

    def entry(provider: str, hour: int, cost: str, usage: Usage | None, day: int = 12) -> LedgerEntry:
        start = int(datetime(2026, 5, day, hour, 59, tzinfo=UTC).timestamp() * 1000)
        source = Cost(Decimal(cost), CostSource.REPORTED) if usage else None
        return LedgerEntry(
            start, None, start, "c", "m", ModelRef(provider, MODEL), "", Status.COMPLETE, usage, cost=source
        )

    def fill(db) -> None:
        for each in (
            entry("mine", 0, "0.40", Usage(60, 6)),
            entry("mine", 23, "0.60", Usage(40, 4)),
            entry("mine", 12, "0", None),  # refused: nothing was used
            entry("other", 12, "9", Usage(999, 99)),
        ):
            ledger.append(db, each)

    await database.run(fill)
    bill, found = await Reconcile(database, OneProvider()).compare(path)  # type: ignore[arg-type]
    assert bill.kind == "OpenRouter activity"
    assert [(each.day.day, each.reason, each.cost) for each in found] == [
        (13, Reason.ELSEWHERE, Decimal("0.50")),
        (12, Reason.NONE, Decimal(0)),
    ]


async def test_an_empty_file(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "activity.csv"
    path.write_text("Date,Slug,Usage,Requests,Prompt Tokens,Completion Tokens\n")
    with pytest.raises(TransferError, match="holds no usage"):
        await Reconcile(database, OneProvider()).compare(path)  # type: ignore[arg-type]
