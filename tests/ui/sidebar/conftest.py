"""Stand-ins for the services behind the sidebar, with the conversations of the design's pictures."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication

from desktop.domain.budget import BudgetState
from desktop.domain.changes import ConversationsChanged
from desktop.domain.conversation import SearchHit, Summary
from desktop.domain.message import Status
from desktop.domain.model import Dialect, ModelRef, Provider
from desktop.services.feed import Feed
from desktop.ui.sidebar.frame import SidebarFrame
from desktop.ui.sidebar.sidebar import Sidebar
from desktop.ui.theme.theme import Theme

MODELS = {
    "luna": (ModelRef("openai", "gpt-6-luna"), "GPT-6 Luna"),
    "medium": (ModelRef("mistral", "mistral-medium-3.5"), "Mistral Medium 3.5"),
    "sonnet": (ModelRef("anthropic", "claude-sonnet-5.5"), "Claude Sonnet 5.5"),
    "flash": (ModelRef("gemini", "gemini-3.8-flash"), "Gemini 3.8 Flash"),
    "argon": (ModelRef("gemini", "gemini-4-argon"), "Gemini 4 Argon"),
    "qwen": (ModelRef("ollama", "qwen3:4b"), "qwen3:4b"),
    "pro": (ModelRef("deepseek", "deepseek-v4-pro"), "DeepSeek V4 Pro"),
    "haiku": (ModelRef("anthropic", "claude-haiku-5.5"), "Claude Haiku 5.5"),
}


def days_ago(days: int, minutes: int = 0) -> int:
    """Noon so many local days ago, less some minutes, in milliseconds."""
    noon = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)
    return int((noon - timedelta(days=days, minutes=minutes)).timestamp() * 1000)


def chat(
    conversation_id: str, title: str, updated_ms: int, model: str = "medium", cost: str | None = None, **more: Any
) -> Summary:
    ref, name = MODELS[model]
    return Summary(conversation_id, title, updated_ms, ref, name, Decimal(cost) if cost else None, **more)


def seeded() -> list[Summary]:
    return [
        chat("meals", "Weekly meal planner", days_ago(0, 9), "luna", "0.0310", pinned=True),
        chat("mortgage", "Mortgage overpayment maths", days_ago(0, 1), "medium", "0.0126"),
        chat("postgres", "Postgres index advice", days_ago(0, 2), "sonnet", "0.1840"),
        chat("landlord", "Refusal letter to the landlord", days_ago(0, 3), "luna", "0.0046", unread=True),
        chat("tenancy", "Tenancy agreement, in Portuguese", days_ago(0, 4), "flash", "0.2173"),
        chat("lisbon", "Lisbon in May, four days", days_ago(1, 1), "argon", "0.0402"),
        chat("allotment", "Name ideas for the allotment", days_ago(1, 2), "qwen"),
        chat("sql", "SQL: keep only the latest row", days_ago(3, 1), "pro", "0.0018", last_status=Status.FAILED),
        chat("rust", "Rust lifetimes, slowly", days_ago(4, 1), "haiku", "0.0217"),
    ]


class FakeLibrary:
    """Keeps summaries in memory and publishes as the real one does."""

    def __init__(self, feed: Feed, summaries: Sequence[Summary]) -> None:
        self.feed = feed
        self.rows = {summary.id: summary for summary in summaries}
        self.bin: dict[str, Summary] = {}
        self.hits: dict[str, list[SearchHit]] = {}
        self.spent = (Decimal("0.42"), 52_000)
        self.calls: list[tuple[str, ...]] = []

    async def summaries(self) -> list[Summary]:
        self.calls.append(("summaries",))
        return sorted(self.rows.values(), key=lambda row: -row.updated_ms)

    async def summary(self, conversation_id: str) -> Summary | None:
        self.calls.append(("summary", conversation_id))
        return self.rows.get(conversation_id)

    async def rename(self, conversation_id: str, title: str) -> None:
        self.change(replace(self.rows[conversation_id], title=title))

    async def set_pinned(self, conversation_id: str, pinned: bool) -> None:
        self.change(replace(self.rows[conversation_id], pinned=pinned))

    async def trash(self, ids: Sequence[str]) -> None:
        self.bin.update({conversation_id: self.rows.pop(conversation_id) for conversation_id in ids})
        self.feed.publish(ConversationsChanged(frozenset(ids)))

    async def restore(self, ids: Sequence[str]) -> None:
        self.rows.update({conversation_id: self.bin.pop(conversation_id) for conversation_id in ids})
        self.feed.publish(ConversationsChanged(frozenset(ids)))

    async def search(self, query: str, limit: int = 200) -> list[SearchHit]:
        self.calls.append(("search", query))
        return self.hits.get(query, [])

    async def spent_today(self) -> tuple[Decimal, int]:
        return self.spent

    def change(self, *summaries: Summary) -> None:
        self.rows.update({summary.id: summary for summary in summaries})
        self.feed.publish(ConversationsChanged(frozenset(summary.id for summary in summaries)))


@dataclass
class FakeTurn:
    conversation_id: str


class FakeChat:
    def __init__(self) -> None:
        self.turns: list[FakeTurn] = []

    def running(self) -> tuple[FakeTurn, ...]:
        return tuple(self.turns)


class FakeCatalogue:
    def provider(self, provider_id: str) -> Provider | None:
        return Provider(provider_id, provider_id, provider_id.title(), Dialect.OPENAI_CHAT, "https://example.test")

    def is_free(self, ref: ModelRef) -> bool:
        return ref.provider_id in ("ollama", "tour")


class FakeMeters:
    def __init__(self) -> None:
        self.growing: dict[str, Decimal] = {}

    def costs(self) -> dict[str, Decimal]:
        return self.growing


class FakeBudgets:
    def __init__(self) -> None:
        self.caps: list[BudgetState] = []

    async def states(self) -> list[BudgetState]:
        return self.caps


class StepTasks:
    """Runs a coroutine at once, to its end: nothing in the stand-ins really waits. `held` keeps them for later."""

    def __init__(self) -> None:
        self.held: list[Coroutine[Any, Any, Any]] | None = None

    def start(self, coroutine: Coroutine[Any, Any, Any], *, on_error: object = None) -> None:
        if self.held is not None:
            self.held.append(coroutine)
            return
        with pytest.raises(StopIteration):
            coroutine.send(None)

    def release(self) -> None:
        held, self.held = self.held or [], None
        for coroutine in held:
            self.start(coroutine)


class FakeToasts:
    def __init__(self) -> None:
        self.text = ""
        self.action: Callable[[], object] | None = None
        self.seconds = 0.0

    def show(
        self,
        text: str,
        action_text: str | None = None,
        action: Callable[[], object] | None = None,
        seconds: float = 6,
    ) -> None:
        self.text, self.action, self.seconds = text, action, seconds


@dataclass
class Stage:
    """A sidebar with everything behind it."""

    sidebar: Sidebar
    library: FakeLibrary
    chat: FakeChat
    feed: Feed
    tasks: StepTasks
    toasts: FakeToasts
    meters: FakeMeters
    budgets: FakeBudgets


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    theme = Theme("light")
    theme.apply(qapp)
    return theme


@pytest.fixture
def make_stage(theme: Theme) -> Iterator[Callable[..., Stage]]:
    made: list[Sidebar] = []

    def make(summaries: Sequence[Summary] | None = None) -> Stage:
        feed, tasks, toasts, talk = Feed(), StepTasks(), FakeToasts(), FakeChat()
        library = FakeLibrary(feed, seeded() if summaries is None else summaries)
        meters, budgets = FakeMeters(), FakeBudgets()
        services = SimpleNamespace(
            library=library, chat=talk, catalogue=FakeCatalogue(), meters=meters, budgets=budgets, feed=feed
        )
        sidebar = Sidebar(theme, SidebarFrame(theme), services, tasks, toasts)  # type: ignore[arg-type]
        made.append(sidebar)
        sidebar.resize(272, 800)
        return Stage(sidebar, library, talk, feed, tasks, toasts, meters, budgets)

    yield make
    for sidebar in made:
        if shiboken6.isValid(sidebar):
            sidebar.close()
            shiboken6.delete(sidebar)


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    return make_stage()


@pytest.fixture
def shown(stage: Stage, qtbot: Any) -> Iterator[Stage]:
    """The sidebar on the screen, in an active window."""
    with qtbot.waitActive(stage.sidebar):
        stage.sidebar.show()
    yield stage
    stage.sidebar.hide()
