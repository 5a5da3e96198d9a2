"""Health: figures from the ledger, as they come; keys tested on request; limits that run out."""

import asyncio
import re

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from desktop.domain.changes import TurnEnded
from desktop.domain.errors import KeyRejected
from desktop.domain.ids import now_ms
from desktop.domain.ledger import LedgerEntry
from desktop.domain.limits import RateLimits
from desktop.domain.message import Status
from desktop.domain.model import KeyRef, ModelRef
from desktop.domain.route import Target
from desktop.domain.usage import Usage
from desktop.services.health import HOUR_MS, Figures
from desktop.storage import ledger
from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.settings.health_list import HealthColumns
from desktop.ui.settings.health_page import HealthPage
from desktop.ui.settings.health_rows import KeyLine, Place
from desktop.ui.settings.words import limits_line
from desktop.ui.theme.theme import Theme
from tests.ui.settings.world import LOCAL, World

SMALL, GONE = ModelRef("mistral", "mistral-small-latest"), ModelRef("gone", "gone-1")


async def reply(world: World, ref: ModelRef, minutes_ago: int, error: str = "", message: str = "m") -> None:
    at = now_ms() - minutes_ago * 60_000
    entry = LedgerEntry(
        at,
        None if error else at + 600,
        at + 2600,
        "c",
        message,
        ref,
        ref.provider_id.title(),
        Status.FAILED if error else Status.COMPLETE,
        None if error else Usage(10, 100),
        key_label="Personal",
        error_code=error,
    )
    await world.database.run(lambda db: ledger.append(db, entry))


@pytest.fixture
async def page(world: World, dialog: SettingsDialog) -> HealthPage:
    """Mistral with two keys and a local server."""
    await world.add("mistral", "Personal", "Work")
    await world.catalogue.test("mistral")
    await world.catalogue.add_provider(LOCAL)
    page = dialog.page("health")
    assert isinstance(page, HealthPage)
    return page


async def opened(world: World, dialog: SettingsDialog) -> list[str]:
    dialog.show_page("health")
    await world.settle()
    return spoken(dialog)


def spoken(dialog: SettingsDialog) -> list[str]:
    page = dialog.page("health")
    assert isinstance(page, HealthPage)
    rows = page.list.rows
    texts = [rows.index(at).data(Qt.ItemDataRole.AccessibleTextRole) for at in range(rows.rowCount())]
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]


async def test_nothing_yet(world: World, dialog: SettingsDialog, page: HealthPage) -> None:
    assert await opened(world, dialog) == [
        "No replies in this time",
        "Keys",
        "Mistral, Personal",
        "Mistral, Work",
        "Ollama, No key needed",
    ]
    assert page.summary.text() == ""


async def test_providers_and_their_models(world: World, dialog: SettingsDialog, page: HealthPage) -> None:
    await reply(world, SMALL, 30, "overloaded", message="one")
    await reply(world, GONE, 29, message="one")
    await reply(world, SMALL, 20)
    before = await opened(world, dialog)
    assert before[1].startswith(
        "Mistral Small 4, 1 of 2 answered, first token in half of them within 0.6 s, in 95% within 0.6 s, 50 tok/s, "
        "last error: Problem on its side, "
    )
    assert re.search(r": 1 of [12] failed$", before[1])  # what the bars show
    assert before[2].startswith("Gone, 1 of 1 answered")
    assert before[3].startswith("gone-1, 1 of 1 answered")
    assert page.summary.text() == "2 of 3 tries answered · Rescued by fallback: 1"


async def test_the_time_is_chosen(world: World, dialog: SettingsDialog, page: HealthPage) -> None:
    await reply(world, SMALL, 10)
    await reply(world, SMALL, 5 * 60)
    await reply(world, SMALL, 3 * 24 * 60, "timed_out")
    for period, count in (("day", "2 of 2"), ("hour", "1 of 1"), ("week", "2 of 3")):
        page.period.set_value(period)
        rows = await opened(world, dialog)
        assert rows[0].startswith(f"Mistral, {count} answered")
    assert any(QLocale().standaloneDayName(day) in rows[0] for day in range(1, 8))  # a clock alone would not tell


async def test_a_reply_that_ends_shows_while_the_page_does(
    world: World, dialog: SettingsDialog, page: HealthPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    report = world.health.report

    def counted(period_ms: int):  # type: ignore[no-untyped-def]
        asked.append(period_ms)
        return report(period_ms)

    monkeypatch.setattr(world.health, "report", counted)
    world.feed.publish(TurnEnded("c"))
    await world.settle()
    assert asked == []
    await opened(world, dialog)
    await reply(world, SMALL, 0)
    world.feed.publish(TurnEnded("c"))
    await world.settle()
    assert spoken(dialog)[0].startswith("Mistral, 1 of 1 answered")
    dialog.show_page("about")
    world.feed.publish(TurnEnded("c"))
    await world.settle()
    assert len(asked) == 2


async def test_all_keys_are_tested_and_one_that_works_is_used_again(
    world: World, dialog: SettingsDialog, page: HealthPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for target in (Target(SMALL, "Personal"), Target(SMALL, "Work")):
        world.standing.failed(target, KeyRejected("no"))
    assert "Mistral, Work. Rejected. Test it to use it again." in await opened(world, dialog)
    test = world.catalogue.test

    async def only_personal(provider_id: str, label: str | None = None):  # type: ignore[no-untyped-def]
        if label == "Work":
            raise KeyRejected("Mistral rejected the key “Work”", "It was revoked.", http_status=401, detail="<b>no</b>")
        return await test(provider_id, label)

    monkeypatch.setattr(world.catalogue, "test", only_personal)
    world.client.gate = asyncio.Event()
    page.test.click()
    assert spoken(dialog)[2:5] == [
        "Mistral, Personal. Testing",
        "Mistral, Work. Testing",
        "Ollama, No key needed. Testing",
    ]
    assert not page.test.isEnabled()
    world.client.gate.set()
    await world.settle()
    assert page.test.isEnabled()
    first, second, local = spoken(dialog)[2:5]
    assert first.startswith("Mistral, Personal. Connected · 11 models")
    assert second == "Mistral, Work. Mistral rejected the key “Work” · 401. It was revoked."
    assert local.startswith("Ollama, No key needed. Connected")
    tip = page.list.rows.index(3).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;no" in tip
    assert not world.standing.is_rejected(KeyRef("mistral", "Personal"))
    assert world.standing.is_rejected(KeyRef("mistral", "Work"))


async def test_limits_are_told_until_they_reset(
    world: World, dialog: SettingsDialog, page: HealthPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(world.standing, "_clock", lambda: now)
    world.standing.set_limits(Target(ModelRef("mistral", "m"), "Work"), RateLimits(12, 40))
    assert "Mistral, Work. 12 requests left, resets in 40 s" in await opened(world, dialog)
    now += 30
    page._clock.timeout.emit()
    assert "Mistral, Work. 12 requests left, resets in 10 s" in spoken(dialog)
    now += 30
    page._clock.timeout.emit()
    assert "Mistral, Work" in spoken(dialog)
    dialog.show_page("about")
    assert not page._clock.isActive()


@pytest.mark.parametrize(
    ("limits", "age", "text"),
    [
        (RateLimits(), 0, ""),
        (
            RateLimits(1, 90),
            0,
            "1 request left, resets in 1\N{NO-BREAK SPACE}min\N{NO-BREAK SPACE}30\N{NO-BREAK SPACE}s",
        ),
        (RateLimits(7), 500, "7 requests left"),
        (RateLimits(None, None, 18_000, 3), 1, "18,000 tokens left, resets in 2\N{NO-BREAK SPACE}s"),
        (RateLimits(0, 9, 5, 60), 20, "5 tokens left, resets in 40\N{NO-BREAK SPACE}s"),
    ],
)
def test_limits_in_words(limits: RateLimits, age: float, text: str) -> None:
    assert limits_line(limits, age) == text


def place(*bins: tuple[int, int], tries: int = 1000, answered: int = 999) -> Place:
    figures = Figures(tries, answered, None, None, None, None, "", None, bins or ((0, 0),) * 24)
    return Place("M", "", figures, 0, 24 * HOUR_MS)


def test_a_hundred_percent_means_that_nothing_failed() -> None:
    assert place().success == "99%"
    assert place(answered=1000).success == "100%"
    assert place(answered=0).success == "0%"


def test_bars_that_fail_are_told_in_words() -> None:
    assert place().failures() == []
    bins = [(0, 0)] * 22 + [(5, 2), (3, 0)]
    (line,) = place(*bins).failures()
    assert line.endswith(": 2 of 5 failed")


async def test_bars_are_drawn_with_failures_in_danger(
    world: World, dialog: SettingsDialog, page: HealthPage, theme: Theme
) -> None:
    def reds(picture: QImage) -> int:
        danger = theme.color("danger").rgb()
        box = page.list.visualRect(page.list.rows.index(0))
        bars = HealthColumns(theme, box, Qt.LayoutDirection.LeftToRight).bars
        assert bars is not None
        return sum(
            picture.pixel(x, y) == danger
            for x in range(bars.left(), bars.right() + 1)
            for y in range(bars.top(), bars.bottom() + 1)
        )

    await reply(world, SMALL, 20)
    await opened(world, dialog)
    assert reds(page.list.viewport().grab().toImage()) == 0
    await reply(world, SMALL, 10, "overloaded")
    page.refresh()
    await world.settle()
    assert reds(page.list.viewport().grab().toImage()) > 6


async def test_rows_are_read_with_the_arrows(world: World, dialog: SettingsDialog, page: HealthPage) -> None:
    await reply(world, SMALL, 20)
    await opened(world, dialog)
    rows = page.list.rows
    page.list.setCurrentIndex(rows.index(0))
    seen = []
    for _ in range(4):
        QTest.keyClick(page.list, Qt.Key.Key_Down)
        seen.append(type(rows.row(page.list.currentIndex().row())))
    assert seen == [Place, KeyLine, KeyLine, KeyLine]  # past the heading
