"""Spending as people and files are told of it."""

import asyncio
import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.domain.changes import Change, ConversationsChanged, TagsChanged
from desktop.domain.conversation import Conversation
from desktop.domain.cost import Cost
from desktop.domain.errors import TransferError
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.spending import Grouping, Only, Span, Sum
from desktop.domain.usage import CostSource, Usage
from desktop.services import spending as spending_module
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.services.spending import Spending
from desktop.storage import conversations, ledger
from desktop.storage.database import Database
from desktop.transfer import ledger_csv
from tests.services.conftest import ScriptedCatalogue

NOVEMBER = Span(date(2026, 11, 1), date(2026, 11, 30))
LARGE = ModelRef("mistral", "large")


def entry(day: date, cost: str | None = "0.25", conversation_id: str = "c1", **changes: object) -> LedgerEntry:
    start = int(datetime(day.year, day.month, day.day, 12).astimezone().timestamp() * 1000)
    priced = Cost(None if cost is None else Decimal(cost), CostSource.UNPRICED if cost is None else CostSource.COMPUTED)
    made = LedgerEntry(
        start, start + 10, start + 1010, conversation_id, f"m{start}", LARGE, "Mistral", Status.COMPLETE,
        Usage(100, 10), cost=priced, tags=("Acme",),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
async def spending(database: Database, catalogue: ScriptedCatalogue) -> Spending:
    written = [
        entry(date(2026, 10, 31), "1"),
        entry(date(2026, 11, 1)),
        entry(date(2026, 11, 1), None, "c2", tags=()),
        entry(date(2026, 11, 21), "0.5", "", purpose=Purpose.TEST, tags=("Acme", "=Beta")),
        replace(entry(date(2026, 11, 22), tags=(), status=Status.FAILED), usage=None, cost=None),
        entry(date(2026, 12, 1), "2"),
    ]

    def write(db: conversations.Db) -> None:
        conversations.create(db, Conversation("c1", "Still there", 1, 1))
        for each in written:
            ledger.append(db, each)

    await database.run(write)
    return Spending(database, catalogue)  # type: ignore[arg-type]


async def test_a_report_agrees_with_itself(spending: Spending) -> None:
    report = await spending.report(NOVEMBER, Grouping.CONVERSATION)
    assert report.total == Sum(4, 300, 0, 30, Decimal("0.75"), unpriced=1)
    assert report.before == Sum(1, 100, 0, 10, Decimal(1))
    assert report.by_source == {
        CostSource.COMPUTED: Sum(2, 200, 0, 20, Decimal("0.75")),
        CostSource.UNPRICED: Sum(1, 100, 0, 10, unpriced=1),
    }
    assert [(group.key, group.name, group.sum.cost) for group in report.groups] == [
        ("", "Without a chat", Decimal("0.5")),
        ("c1", "Still there", Decimal("0.25")),
        ("c2", "Deleted chat", Decimal(0)),
    ]
    assert {day.day: [group.name for group in groups] for day, groups in report.days.items()} == {
        1: ["Still there", "Deleted chat"],
        21: ["Without a chat"],
        22: ["Still there"],
    }
    assert sum((group.sum for groups in report.days.values() for group in groups), Sum()) == report.total
    assert (await spending.report(Span(date(2026, 1, 1), date(2026, 1, 2)), Grouping.DAY)).before is None


async def test_names_are_those_of_today(spending: Spending) -> None:
    (provider,) = await spending.groups(Grouping.PROVIDER, NOVEMBER)
    (model,) = await spending.groups(Grouping.MODEL, NOVEMBER)
    assert (provider.name, provider.provider_id) == ("Scripted", "mistral")
    assert (model.key, model.name, model.provider_id) == ("mistral/large", "Scripted One", "mistral")
    tags = await spending.groups(Grouping.TAG, NOVEMBER)
    assert {group.key: group.name for group in tags} == {"": "", "Acme": "Acme", "=Beta\nAcme": "=Beta, Acme"}
    assert await spending.tags() == ["=Beta", "Acme"]
    assert len(await spending.groups(Grouping.TAG, NOVEMBER, limit=1)) == 1


async def test_rows_lead_to_messages(spending: Spending) -> None:
    rows = await spending.messages(NOVEMBER, Only(tag="Acme"), 1)
    assert [(row.title, row.purpose, row.cost) for row in rows] == [("", Purpose.TEST, Decimal("0.5"))]


async def test_a_filtered_export(spending: Spending, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text("what was there before")
    assert await spending.export(path, "csv", NOVEMBER, Only(tag="Acme")) == 2
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["local_date"], row["cost"], row["tags"]) for row in rows] == [
        ("2026-11-01", "0.25", "Acme"),
        ("2026-11-21", "0.5", "'=Beta; Acme"),
    ]
    stream = io.StringIO()
    assert await spending.export(stream, "jsonl", NOVEMBER) == 4
    assert [json.loads(line)["cost"] for line in stream.getvalue().splitlines()] == ["0.25", None, "0.5", None]
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".csv"] == ["usage.csv"]


async def test_an_export_lets_others_in_between(
    spending: Spending, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many rows, few are read at a time, and what others write meanwhile is not held up."""
    read = spending_module.spending.entries_after
    monkeypatch.setattr(
        spending_module.spending, "entries_after", lambda db, place, span, only: read(db, place, span, only, 1)
    )
    order: list[str] = []
    run = database.run

    async def noted(work: object) -> object:
        order.append("read")
        return await run(work)  # type: ignore[arg-type]

    async def other() -> None:
        while "written" not in order:
            await asyncio.sleep(0)
            if order:
                await run(lambda db: conversations.save_draft(db, "", "typed"))
                order.append("written")

    monkeypatch.setattr(database, "run", noted)
    stream = io.StringIO()
    count, _ = await asyncio.gather(spending.export(stream, "csv", NOVEMBER), other())
    assert count == 4
    assert order.index("written") < len(order) - 1


async def test_a_file_that_cannot_be_written(spending: Spending, tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file where the folder should be")
    for write in (
        spending.export(tmp_path / "folder" / "usage.csv", "csv", NOVEMBER),
        spending.statement("Acme", NOVEMBER, tmp_path / "folder" / "acme.html", "html"),
    ):
        with pytest.raises(TransferError, match="could not be written"):
            await write
    path = tmp_path / "usage.csv"
    path.write_text("what was there before")

    def full(entries: object) -> str:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger_csv, "rows", full)
        with pytest.raises(TransferError):
            await spending.export(path, "csv", NOVEMBER)
    assert path.read_text() == "what was there before"
    assert {file.name for file in tmp_path.iterdir() if "usage" in file.name} == {"usage.csv"}


async def test_a_statement_for_a_tag(spending: Spending, tmp_path: Path) -> None:
    await spending.statement("Acme", NOVEMBER, tmp_path / "acme.csv", "csv")
    with (tmp_path / "acme.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["model"], row["requests"], row["cost"]) for row in rows] == [("large", "2", "0.75"), ("", "2", "0.75")]
    await spending.statement("Acme", NOVEMBER, tmp_path / "acme.html", "html")
    assert "Scripted One" in (tmp_path / "acme.html").read_text(encoding="utf-8")


async def test_tags_are_tidied(library: Library, feed: Feed) -> None:
    said: list[Change] = []
    feed.subscribe(said.append)
    chat = await library.create(None)
    said.clear()
    await library.set_tags(chat.id, ["  Zeta \n Ltd ", "acme", "ACME", "", " \t", "zeta ltd"])
    assert (await library.conversation(chat.id))[0].tags == ("Zeta Ltd", "acme")
    summary = await library.summary(chat.id)
    assert summary
    assert summary.tags == ("Zeta Ltd", "acme")
    assert said == [TagsChanged(chat.id), ConversationsChanged(frozenset({chat.id}))]
    await library.set_tags(chat.id, [])
    assert (await library.conversation(chat.id))[0].tags == ()


async def test_today_is_the_local_day(library: Library, database: Database) -> None:
    today = datetime.now().astimezone().date()
    for day in (today - timedelta(days=1), today):
        await database.run(lambda db, day=day: ledger.append(db, entry(day, "0.3")))
    assert await library.spent_today() == (Decimal("0.3"), 110)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-31")),
        ("2026-11-01", "2026-11-21", ("2026-10-01", "2026-10-21")),
        ("2026-03-01", "2026-03-30", ("2026-02-01", "2026-02-28")),
        ("2026-11-01", "2026-11-01", ("2026-10-31", "2026-10-31")),
        ("2026-11-16", "2026-11-22", ("2026-11-09", "2026-11-15")),
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
    ],
)
def test_what_a_span_is_compared_with(first: str, last: str, before: tuple[str, str]) -> None:
    span = Span(date.fromisoformat(first), date.fromisoformat(last))
    assert (span.before.first.isoformat(), span.before.last.isoformat()) == before
