"""Levels of caps that are passed: what the window says, what the desktop is told, and the cheaper model."""

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtWidgets import QAbstractButton

from desktop.domain.budget import Budget, BudgetState, Period
from desktop.domain.changes import BudgetAlerted
from desktop.ui.alerts import Alerts
from desktop.ui.notices import NoticeBar
from tests.ui.chat.conftest import MISTRAL, QWEN, Stage

MONTH = Budget("m", "Monthly", Decimal(20), period=Period.MONTH, cheaper=QWEN)


class Told:
    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def show(self, title: str, text: str) -> None:
        self.said.append((title, text))


@pytest.fixture
def notices(stage: Stage) -> NoticeBar:
    bar = NoticeBar(stage.theme)
    stage.page.set_notice_bar(bar)
    return bar


@pytest.fixture
def told(stage: Stage, notices: NoticeBar) -> Told:
    told = Told()
    cheaper = stage.page.cheaper_model
    Alerts(notices, told, cheaper, stage.catalogue, stage.feed, stage.page, lambda: date(2026, 11, 9))  # type: ignore[arg-type]
    return told


def alert(stage: Stage, level: int, spent: str) -> None:
    state = BudgetState(MONTH, MONTH.cap, Decimal(spent), reached_on=date(2026, 11, 19), resets_on=date(2026, 12, 1))
    stage.feed.publish(BudgetAlerted(state, level))


def offers(notices: NoticeBar) -> list[QAbstractButton]:
    return [each for each in notices.findChildren(QAbstractButton) if each.text()]


async def test_the_window_and_the_desktop_say_how_far_it_is_with_the_forecast(
    stage: Stage, notices: NoticeBar, told: Told
) -> None:
    alert(stage, 50, "10.40")
    expected = "“Monthly” has reached 50%: $10.40 of $20.00. At this pace the $20.00 cap is reached on 19 November."
    assert told.said == [("Monthly", expected)]
    assert notices.isVisible()
    assert notices.accessibleDescription() == expected
    assert offers(notices) == []


async def test_from_80_per_cent_on_a_cheaper_model_is_offered_until_the_reset(
    stage: Stage, notices: NoticeBar, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.page._open.choose_model(MISTRAL)
    await stage.ask("Why?", "Because.")
    first = stage.page.conversation_id
    assert first is not None
    alert(stage, 80, "16.50")
    (offer,) = offers(notices)
    assert offer.text() == "Use qwen3:4b until then"
    offer.click()
    assert not notices.isVisible()
    assert stage.page._open.shown.model == QWEN
    stage.page._open._chosen_for_new = MISTRAL
    stage.page.show_new()
    assert stage.page._open.shown.model == QWEN  # new chats too
    await stage.idle()
    stage.page.open(first)
    await stage.idle()
    cheaper = stage.page.cheaper_model
    cheaper.look()
    assert stage.page._open.shown.model == QWEN
    monkeypatch.setattr(cheaper, "_clock", lambda: cheaper._until_ms)
    cheaper.look()
    assert stage.page._open.shown.model == MISTRAL


async def test_what_is_cheap_already_is_offered_nothing(stage: Stage, notices: NoticeBar, told: Told) -> None:
    stage.page._open.choose_model(QWEN)
    alert(stage, 80, "16.50")
    assert offers(notices) == []
    assert len(told.said) == 1


async def test_another_choice_of_the_user_is_left_alone(
    stage: Stage, notices: NoticeBar, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.page._open.choose_model(MISTRAL)
    alert(stage, 100, "20")
    offers(notices)[0].click()
    cheaper = stage.page.cheaper_model
    other = type(MISTRAL)("mistral", "mistral-small")
    stage.page._open.choose_model(other)
    monkeypatch.setattr(cheaper, "_clock", lambda: cheaper._until_ms)
    cheaper.look()
    assert stage.page._open.shown.model == other
