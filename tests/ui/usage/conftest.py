"""The usage page on a real ledger, which has the spending of the design's picture."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication

from desktop.domain.budget import Budget, BudgetState, Period, Scope, ScopeKind
from desktop.domain.conversation import Conversation
from desktop.domain.ids import new_id
from desktop.domain.model import Dialect, ModelRef, Provider
from desktop.services.feed import Feed
from desktop.services.spending import Spending
from desktop.settings.files import Writer
from desktop.settings.store import Settings
from desktop.storage import conversations, ledger
from desktop.storage.database import Database
from desktop.storage.values import Db
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import page as usage_page
from desktop.ui.usage.page import UsagePage
from tests.helpers import spending as sample

TODAY = date(2026, 11, 21)
DAILY = Budget("daily", "Daily", Decimal(2), alerts=(50, 80))
MONTHLY = Budget("monthly", "Monthly", Decimal(20), period=Period.MONTH)
WORK = Budget("work", "Work key", Decimal(3), Scope(ScopeKind.KEY, "Work"), Period.TOTAL, (80,))
STATES = (
    BudgetState(DAILY, Decimal(2), Decimal("0.42"), resets_on=date(2026, 11, 22)),
    BudgetState(MONTHLY, Decimal(20), Decimal("12.34"), forecast=Decimal("17.63"), resets_on=date(2026, 12, 1)),
    BudgetState(WORK, Decimal(3), Decimal("2.70")),
)


class FakeBudgets:
    def __init__(self) -> None:
        self.caps: Sequence[BudgetState] = STATES

    async def states(self) -> Sequence[BudgetState]:
        return self.caps


class FakeCatalogue:
    """Providers are called by their ids, models by the names of the sample."""

    def __init__(self) -> None:
        self.names = {row[0]: row[1] for rows in sample.MODELS.values() for row in rows}

    def provider(self, provider_id: str) -> Provider | None:
        name = dict(sample.PROVIDERS).get(provider_id, provider_id)
        return Provider(provider_id, provider_id, name, Dialect.OPENAI_CHAT, "https://example.test")

    def name_of(self, ref: ModelRef) -> str:
        return self.names.get(ref.model_id, ref.model_id)


class FakeToasts:
    def __init__(self) -> None:
        self.text = ""

    def show(self, text: str, *_more: object) -> None:
        self.text = text


class Desk:
    """The page with everything behind it."""

    def __init__(self, folder: Path, theme: Theme) -> None:
        self.folder, self.theme = folder, theme
        self.bugs: list[BaseException] = []
        self.feed = Feed()
        self.writer = Writer(lambda path, error: self.bugs.append(error))
        self.settings = Settings(folder / "settings.json", self.writer)
        self.settings.load()
        self.database = Database(folder / "chats.db")
        self.catalogue = FakeCatalogue()
        self.spending = Spending(self.database, self.catalogue)  # type: ignore[arg-type]
        self.budgets = FakeBudgets()
        self.tasks = Tasks(self.bugs.append, self.bugs.append)
        self.toasts = FakeToasts()
        self.page: UsagePage | None = None
        self.ids: list[str] = []

    async def spend(self, requests: Sequence[sample.Request]) -> None:
        """Write requests down, with their chats."""

        def write(db: Db) -> None:
            for title, *_rest in sample.CHATS:
                self.ids.append(new_id())
                if title:
                    conversations.create(db, Conversation(self.ids[-1], title, 0, 0))
            for entry in sample.entries(requests, self.ids):
                ledger.append(db, entry)

        await self.database.run(write)

    async def open(self) -> UsagePage:
        services = SimpleNamespace(
            spending=self.spending, budgets=self.budgets, catalogue=self.catalogue, feed=self.feed
        )
        self.page = UsagePage(self.theme, self.settings, services, self.tasks, self.toasts)  # type: ignore[arg-type]
        self.page.resize(1008, 800)
        self.page.show()
        await self.settle()
        return self.page

    async def settle(self) -> None:
        for _round in range(3):
            await self.tasks.finish()
            QApplication.processEvents()

    async def close(self) -> None:
        await self.settle()
        if self.page is not None:
            self.page.close()
            shiboken6.delete(self.page)
        await self.database.close()
        self.writer.flush()
        assert self.bugs == []


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    theme = Theme("light")
    theme.apply(qapp)
    return theme


@pytest.fixture
async def desk(tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(usage_page, "today", lambda: TODAY)
    desk = Desk(tmp_path, theme)
    await desk.database.open()
    yield desk
    await desk.close()


@pytest.fixture
async def month(desk: Desk) -> Desk:
    """With the spending of the picture."""
    await desk.spend(sample.month(TODAY))
    return desk
