"""The page of caps: an empty one explains, and caps are made, changed and taken away by mouse and keyboard."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.domain.budget import Budget, Period, Scope, ScopeKind
from desktop.domain.errors import DiskFull
from desktop.ui.settings.amount_field import parsed, plain
from desktop.ui.settings.budget_dialog import BudgetDialog
from desktop.ui.settings.budgets_page import BudgetsPage
from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.widgets.dialog import Dialog
from desktop.ui.widgets.menu import Menu
from tests.ui.settings.world import MISTRAL_MODELS, World

DAILY = Budget("d", "Daily", Decimal(2))
CLIENT = Budget("c", "Client", Decimal("5.5"), Scope(ScopeKind.TAG, "acme"), Period.TOTAL, alerts=(33, 80))


@pytest.fixture
async def page(world: World, dialog: SettingsDialog) -> BudgetsPage:
    await world.add("mistral", "Personal", "Work")
    await world.catalogue.test("mistral")
    dialog.show_page("budgets")
    await world.settle()
    page = dialog.page("budgets")
    assert isinstance(page, BudgetsPage)
    return page


def opened() -> BudgetDialog:
    dialogs = [each for each in QApplication.topLevelWidgets() if isinstance(each, BudgetDialog) and each.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


async def start_new(world: World, page: BudgetsPage) -> BudgetDialog:
    page.new.click()
    await world.settle()
    return opened()


async def saved(world: World) -> list[Budget]:
    await world.settle()
    return [state.budget for state in await world.budgets.states()]


def choose(menu_owner: QWidget, text: str) -> None:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, Menu)
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()


async def test_without_a_cap_the_page_explains_what_one_does(page: BudgetsPage) -> None:
    assert page.empty.isVisible()
    assert not page.rows.isVisible()
    assert page.row("budgets.week_start").isVisible()


async def test_a_cap_is_made_with_the_keyboard(world: World, page: BudgetsPage) -> None:
    page.new.setFocus()
    QTest.keyClick(page.new, Qt.Key.Key_Return)
    await world.settle()
    dialog = opened()
    assert dialog.cap.hasFocus()
    QTest.keyClicks(dialog.cap, "2,50")
    QTest.keyClick(dialog.cap, Qt.Key.Key_Return)
    (budget,) = await saved(world)
    assert (budget.name, budget.cap, budget.period, budget.scope) == ("Daily", Decimal("2.50"), Period.DAY, Scope())
    assert budget.alerts == (50, 80, 100)
    assert page.rows.isVisible()
    assert page.rows.rows[0].accessibleName() == "Daily: $0.00 of $2.50"
    assert page.rows.rows[0].accessibleDescription() == "Everything · a day · warns at 50, 80, 100%"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "A number, like 2.50"),
        ("two", "A number, like 2.50"),
        ("0", "A number from 0.0001 to 1000000"),
        ("-3", "A number, like 2.50"),
        ("1,000", "Write 1000 without a comma"),
    ],
)
async def test_a_sum_that_is_none_is_told(world: World, page: BudgetsPage, text: str, error: str) -> None:
    dialog = await start_new(world, page)
    dialog.cap.setText(text)
    dialog.accept_button.click()
    assert dialog.cap.error == error
    assert dialog.isVisible()
    assert await saved(world) == []
    dialog.reject()


async def test_every_part_of_a_cap_can_be_set(world: World, page: BudgetsPage) -> None:
    dialog = await start_new(world, page)
    dialog.cap.setText("20")
    dialog.period.set_value("month")
    dialog.scope.kind.click()
    choose(dialog, "A key")
    dialog.accept_button.click()
    assert dialog.isVisible()  # which key?
    dialog.scope.value.click()
    choose(dialog, "Work")
    dialog.levels[50].click()
    dialog.unpriced.click()
    dialog._choose(MISTRAL_MODELS[1].ref)
    dialog.accept_button.click()
    (budget,) = await saved(world)
    assert budget.scope == Scope(ScopeKind.KEY, "Work")
    assert (budget.name, budget.period, budget.cap) == ("Key “Work”", Period.MONTH, Decimal(20))
    assert budget.alerts == (80, 100)
    assert budget.allow_unpriced
    assert budget.cheaper == MISTRAL_MODELS[1].ref


async def test_caps_count_a_provider_a_model_a_chat_or_a_tag(world: World, page: BudgetsPage) -> None:
    chat = await world.library.create(None)
    await world.library.rename(chat.id, "Taxes")
    await world.library.set_tags(chat.id, ["acme"])
    dialog = await start_new(world, page)
    scope = dialog.scope
    for kind, expected in (
        (ScopeKind.PROVIDER, ("mistral", "Mistral")),
        (ScopeKind.CONVERSATION, (chat.id, "Taxes")),
        (ScopeKind.TAG, ("acme", "acme")),
    ):
        scope.choose(Scope(kind))
        assert expected in scope.values()
    scope.choose(Scope(ScopeKind.MODEL, str(MISTRAL_MODELS[0].ref)))
    assert scope.text == "Mistral Medium 3.5"
    scope.choose(Scope(ScopeKind.TAG))
    QTest.keyClicks(scope.tag, " client  b ")
    assert scope.scope == Scope(ScopeKind.TAG, "client b")
    dialog.reject()


async def test_a_cap_is_changed_and_keeps_what_is_not_touched(world: World, page: BudgetsPage) -> None:
    await world.budgets.save([DAILY, CLIENT])
    await world.settle()
    first, second = page.rows.rows
    assert second.accessibleDescription() == "Tag “acme” · in total · warns at 33, 80%"
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Down)
    assert second.hasFocus()
    QTest.keyClick(second, Qt.Key.Key_Return)
    await world.settle()
    dialog = opened()
    assert (dialog.name.text(), dialog.cap.text()) == ("Client", "5.50")
    dialog.name.setText("daily")
    dialog.accept_button.click()
    assert "already" in dialog.name.error
    dialog.name.setText("Acme")
    dialog.name.textEdited.emit("Acme")
    dialog.accept_button.click()
    assert [(each.id, each.name, each.alerts) for each in await saved(world)] == [
        ("d", "Daily", (50, 80, 100)),
        ("c", "Acme", (33, 80)),
    ]


async def test_alt_and_the_arrows_change_the_order(world: World, page: BudgetsPage) -> None:
    await world.budgets.save([DAILY, CLIENT])
    await world.settle()
    page.rows.rows[0].setFocus()
    QTest.keyClick(page.rows.rows[0], Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [each.id for each in await saved(world)] == [DAILY.id, CLIENT.id]
    QTest.keyClick(page.rows.rows[0], Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [each.id for each in await saved(world)] == [CLIENT.id, DAILY.id]
    await world.settle()
    assert [row.hasFocus() for row in page.rows.rows] == [False, True]
    assert page.rows.rows[1].accessibleName().startswith(DAILY.name)


async def test_a_cap_is_taken_away_by_bin_or_key_after_a_question(world: World, page: BudgetsPage) -> None:
    await world.budgets.save([DAILY, CLIENT])
    await world.settle()
    for act in (
        lambda: page.rows.rows[0].bin.click(),
        lambda: QTest.keyClick(page.rows.rows[0], Qt.Key.Key_Delete),
    ):
        act()
        await world.settle()
        question = next(
            each for each in QApplication.topLevelWidgets() if isinstance(each, Dialog) and each.isVisible()
        )
        question.accept_button.click()
        await world.settle()
    assert await saved(world) == []
    assert page.empty.isVisible()


async def test_what_cannot_be_saved_is_told_and_nothing_changes(
    world: World, page: BudgetsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.budgets.save([DAILY])
    await world.settle()

    async def fail(_budgets: object) -> None:
        raise DiskFull("The disk is full", "")

    monkeypatch.setattr(world.budgets, "save", fail)
    page._take(CLIENT)
    await world.settle()
    assert [error.title for error in world.notices] == ["The disk is full"]
    assert [state.budget for state in page.states()] == [DAILY]


def test_amounts_have_a_point_or_a_comma() -> None:
    known = {"2": "2", "2.5": "2.5", "2,50": "2.50", "$ 3": "3", ".5": "0.5", "0,125": "0.125"}
    assert {text: parsed(text) for text in known} == {text: Decimal(value) for text, value in known.items()}
    assert [parsed(text) for text in ("1,000", "1.000,50", "", "1e3")] == [None] * 4
    assert [plain(Decimal(text)) for text in ("2", "2.5", "20", "0.125")] == ["2", "2.50", "20", "0.125"]
