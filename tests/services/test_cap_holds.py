"""Whatever happens, a cap is not passed by more than the tokens of one network chunk for each running reply."""

import asyncio
import sqlite3
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.budget import Budget
from desktop.domain.cost import Price, Rates
from desktop.domain.errors import BrokenStream, OverBudget, Overloaded, TimedOut
from desktop.domain.events import Finished, TextDelta, UsageReported
from desktop.domain.message import FinishReason
from desktop.domain.model import Model
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.services import retry
from desktop.services.budgets import Budgets
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.services.routes import Routes
from desktop.services.standing import Standing
from desktop.services.tokens import Tokens
from desktop.settings.files import Writer
from desktop.settings.store import Settings
from desktop.storage.database import Database

from .conftest import MODEL, FakePrices, ScriptedCatalogue

CENTS = Price("cents", Rates(Decimal(100), Decimal(10_000)))  # a cent for a token out, a hundredth of one for one in
CENT, IN = Decimal("0.01"), Decimal("0.0001")
CAP = Decimal(3)
LARGEST = 12  # tokens of a network chunk


@dataclass(frozen=True)
class Plan:
    """One send: what befalls it. `answer` tokens come in pieces of `chunk`; `obeys` the limit it is told, or does not.

    `failures` come before the first word, one for each try; `breaks` and `stops` after so many chunks.
    """

    answer: int
    chunk: int
    obeys: bool
    reports: bool
    failures: tuple[str, ...]
    breaks: int | None
    stops: int | None
    waits: int


@dataclass
class Provider:
    """Bills what it has read and written; a question has four tokens and four more around it."""

    billed: Decimal = Decimal(0)
    plans: dict[str, Plan] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)

    async def answer(self, request: ChatRequest) -> AsyncIterator[object]:
        name = request.messages[-1].text
        plan, at = self.plans[name], self.tries[name]
        self.tries[name] += 1
        for _ in range(plan.waits):
            await asyncio.sleep(0)
        failure = plan.failures[at] if at < len(plan.failures) else ""
        if failure == "busy":
            raise Overloaded("Busy", http_status=529)
        self.billed += 8 * IN
        if failure == "slow":
            raise TimedOut("Slow")
        limit = request.max_output if plan.obeys else None
        whole = plan.answer if limit is None else min(plan.answer, limit)
        written = 0
        while written < whole:
            if plan.breaks is not None and written >= plan.breaks * plan.chunk:
                raise BrokenStream("Cut")
            piece = min(plan.chunk, whole - written)
            written += piece
            self.billed += piece * CENT
            yield TextDelta("four" * piece)
            await asyncio.sleep(0)
        if plan.reports:
            yield UsageReported(Usage(8, written))
        yield Finished(FinishReason.LENGTH if written < plan.answer else FinishReason.END)


@dataclass
class Program:
    """A window on a data folder, which may be killed."""

    folder: Path
    provider: Provider

    async def __aenter__(self) -> "Program":
        self.database = Database(self.folder / "tuppence.db")
        await self.database.open()
        feed, prices, tokens = Feed(), FakePrices(), Tokens(self.database)
        prices.known[MODEL] = CENTS
        catalogue = ScriptedCatalogue()
        catalogue.script = self.provider.answer  # type: ignore[assignment]
        catalogue.models[MODEL] = Model(MODEL, "Scripted One", max_output=200)
        writer = Writer(on_error=lambda path, error: pytest.fail(f"{path}: {error}"))
        self.writer = writer
        own = Settings(self.folder / "settings.json", writer)
        self.budgets = Budgets(self.database, prices, tokens, own, feed)  # type: ignore[arg-type]
        library = Library(self.database, feed)
        routes = Routes(catalogue, Standing(self.folder / "standing.json", writer), own, prices)  # type: ignore[arg-type]
        self.chat = Chat(self.database, library, catalogue, own, feed, routes, self.budgets, tokens)  # type: ignore[arg-type]
        await library.recover(app=True)
        await self.budgets.recover(app=True)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.chat.stop_all()
        await self.database.close()
        self.writer.flush()

    async def send(self, name: str) -> None:
        plan = self.provider.plans[name]
        for _ in range(plan.waits):
            await asyncio.sleep(0)
        with suppress(OverBudget):
            turn = await self.chat.send(None, name, MODEL)
            chunks = 0

            def count(event: object) -> None:
                nonlocal chunks
                chunks += isinstance(event, TextDelta)
                if plan.stops is not None and chunks >= plan.stops:
                    turn.stop()

            turn.subscribe(count)
            await turn.wait()

    async def kill(self) -> None:
        """What is queued for the disk gets there; nothing else is written, sent or read any more."""
        self.database.run = self._never  # type: ignore[method-assign]
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)

    async def _never(self, _work: object) -> None:
        await asyncio.Event().wait()


plans = st.builds(
    Plan,
    answer=st.integers(1, 250),
    chunk=st.integers(1, LARGEST),
    obeys=st.booleans(),
    reports=st.booleans(),
    failures=st.lists(st.sampled_from(["busy", "slow"]), max_size=2).map(tuple),
    breaks=st.none() | st.integers(1, 10),
    stops=st.none() | st.integers(1, 10),
    waits=st.integers(0, 30),
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(plans, min_size=1, max_size=20), st.lists(plans, max_size=5), st.none() | st.integers(0, 300))
def test_no_interleaving_passes_a_cap(
    monkeypatch: pytest.MonkeyPatch, first: list[Plan], later: list[Plan], killed_after: int | None
) -> None:
    """Sends at once, tries again, stops and a crash; then, on the same data, some more."""
    monkeypatch.setattr(retry, "_FIRST_S", 0.0)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), first, later, killed_after))


async def _play(folder: Path, first: list[Plan], later: list[Plan], killed_after: int | None) -> None:
    provider = Provider()
    provider.plans = {f"{n:016}": plan for n, plan in enumerate([*first, *later])}
    names = list(provider.plans)
    async with Program(folder, provider) as program:
        await program.budgets.save([Budget("day", "A day", CAP)])
        sends = [asyncio.create_task(program.send(name)) for name in names[: len(first)]]
        if killed_after is None:
            await asyncio.gather(*sends)
        else:
            for _ in range(killed_after):
                await asyncio.sleep(0)
            await program.kill()
    async with Program(folder, provider) as program:
        await asyncio.gather(*(program.send(name) for name in names[len(first) :]))
        (state,) = await program.budgets.states()
    streams = len(provider.tries)
    allowed = CAP + streams * LARGEST * CENT
    assert state.spent <= allowed
    assert state.reserved == 0
    if killed_after is None:
        assert provider.billed <= allowed
    with closing(sqlite3.connect(folder / "tuppence.db")) as db:
        rows = db.execute("SELECT message_id, attempt_no FROM ledger").fetchall()
        (total,) = db.execute("SELECT coalesce(sum(cost), 0) FROM ledger").fetchone()
    assert len(rows) == len(set(rows))
    assert Decimal(total) / 10**9 == state.spent
