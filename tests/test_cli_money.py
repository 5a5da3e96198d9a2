"""`usage`, `budget` and `price`, in this process."""

import asyncio
import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.domain.cost import Cost
from desktop.domain.ledger import LedgerEntry
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage
from desktop.paths import Paths
from desktop.storage import ledger
from desktop.storage.database import Database
from tests.test_cli import run  # noqa: F401 - a fixture

Rows = list[tuple[int, str, str | None]]


def write(folder: Path, rows: Rows) -> None:
    """A row for each (day of November 2026, model, cost in US dollars)."""

    async def fill() -> None:
        database = Database(Paths.choose(folder).database)
        await database.open()
        for day, model, cost in rows:
            start = int(datetime(2026, 11, day, 12).astimezone().timestamp() * 1000)
            usage = Usage(1000, 100, cost=cost and Decimal(cost))  # type: ignore[arg-type]
            entry = LedgerEntry(
                start, None, start, "c", "m", ModelRef("openai", model), "OpenAI", Status.COMPLETE, usage,
                key_label="Work", cost=Cost.of(usage, None), tags=("client",),
            )  # fmt: skip
            await database.run(lambda db, entry=entry: ledger.append(db, entry))
        await database.close()

    asyncio.run(fill())


@pytest.fixture
def november(tmp_path: Path) -> None:
    write(tmp_path, [(3, "large", "0.1"), (3, "small", "0.02"), (4, "small", "0.003"), (5, "odd", None)])


SPAN = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest.mark.usefixtures("november")
class TestUsage:
    @pytest.mark.parametrize(
        ("by", "keys"),
        [
            ("day", ["2026-11-03", "2026-11-04", "2026-11-05"]),
            ("provider", ["openai"]),
            ("model", ["openai/large", "openai/small", "openai/odd"]),
            ("conversation", ["c"]),
            ("key", ["Work"]),
            ("tag", ["client"]),
            ("purpose", ["chat"]),
        ],
    )
    def test_every_grouping_adds_up_to_the_same(self, run, by: str, keys: list[str]) -> None:  # noqa: F811
        code, out, _err = run("usage", *SPAN, "--by", by, "--json")
        found = json.loads(out)
        assert code == 0
        assert [group["key"] for group in found["groups"]] == keys
        assert sum(Decimal(group["cost"]) for group in found["groups"]) == Decimal("0.123")
        assert (Decimal(found["total"]["cost"]), found["total"]["unpriced"]) == (Decimal("0.123"), 1)

    def test_for_people(self, run) -> None:  # noqa: F811
        _code, out, _err = run("usage", *SPAN, "--by", "model")
        head, large, _small, odd, total = out.splitlines()
        assert head.split()[0] == "model"
        assert large.split() == ["large", "1", "1000", "100", "$0.10"]
        assert "1 without a known price" in odd
        assert total.split()[-6] == "$0.123"

    def test_days_limit_it(self, run) -> None:  # noqa: F811
        found = json.loads(run("usage", "--from", "2026-11-04", "--to", "2026-11-04", "--json")[1])
        assert found["total"]["cost"] == "0.003"

    def test_rows_as_files(self, run, tmp_path: Path) -> None:  # noqa: F811
        out = run("usage", *SPAN, "--csv", "-")[1]
        costs = [row["cost"] for row in csv.DictReader(io.StringIO(out, newline=""))]
        assert costs == ["0.1", "0.02", "0.003", ""]
        file = tmp_path / "out.jsonl"
        assert run("usage", *SPAN, "--jsonl", str(file))[:2] == (0, "Exported 4 rows\n")
        assert [json.loads(line)["model_requested"] for line in file.read_text().splitlines()] == [
            "large", "small", "small", "odd",
        ]  # fmt: skip
        assert run("usage", *SPAN, "--csv", str(tmp_path))[0] == 1, "a folder"


def test_a_budget_is_made_counts_and_is_removed(run, tmp_path: Path) -> None:  # noqa: F811
    write(tmp_path, [])
    added = ("budget", "add", "Mine", "--scope", "key:Work", "--period", "total", "--cap", "2.00", "--alert", "80,50")
    assert run(*added) == (0, "", "")
    write(tmp_path, [(3, "large", "0.1")])
    state = json.loads(run("budget", "list", "--json")[1])
    assert (state["scope"], state["period"], state["cap"], state["alerts"]) == ("key:Work", "total", "2", [50, 80])
    assert Decimal(state["spent"]) == Decimal("0.1")
    assert "$0.10 of $2.00" in run("budget", "list")[1]
    assert run("budget", "add", "Mine", "--cap", "1")[0] == 2, "the name is taken"
    assert run("budget", "remove", "Mine")[0] == 0
    assert run("budget", "list") == (0, "", "")


def test_prices_of_one_s_own(run) -> None:  # noqa: F811
    run("provider", "add", "--id", "openai")
    assert run("price", "show", "openai", "no-such")[1] == "price unknown\n"
    assert run("price", "set", "openai", "no-such", "--input", "2.00", "--output", "6.00", "--cached", "0.2")[0] == 0
    price = json.loads(run("price", "show", "openai", "no-such", "--json")[1])["price"]
    assert (price["input"], price["output"], price["cached"]) == ("2.00", "6.00", "0.2")
    assert run("price", "show", "tour", "tour")[1] == "free\n"


@pytest.mark.parametrize(
    "words",
    [
        ("usage", "--from", "2026-11-05", "--to", "2026-11-04"),
        ("usage", "--from", "yesterday"),
        ("usage", "--csv", "-", "--json"),
        ("budget", "add", " ", "--cap", "1"),
        ("budget", "add", "x"),
        ("budget", "add", "x", "--cap", "much"),
        ("budget", "add", "x", "--cap", "-1"),
        ("budget", "add", "x", "--cap", "NaN"),
        ("budget", "add", "x", "--cap", "1", "--scope", "planet:earth"),
        ("budget", "add", "x", "--cap", "1", "--scope", "provider:nobody"),
        ("budget", "add", "x", "--cap", "1", "--scope", "model:no-such"),
        ("budget", "add", "x", "--cap", "1", "--alert", "0,50"),
        ("budget", "remove", "nobody"),
        ("price", "show", "nobody", "m"),
        ("price", "set", "tour", "m", "--input", "1"),
        ("price", "set", "tour", "m", "--input", "1", "--output", "inf"),
    ],
)
def test_words_that_do_not_fit(run, words: tuple[str, ...]) -> None:  # noqa: F811
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.strip()
