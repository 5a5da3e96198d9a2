"""Routes: made, named, put in order by hand and by keyboard, saved as they are changed; and what is said of targets."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.errors import DiskFull, KeyRejected
from desktop.domain.model import KeyRef, Model, ModelRef
from desktop.domain.route import DEEPEST, Route, Strategy, Target
from desktop.settings import options
from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.settings.routes_page import RoutesPage
from desktop.ui.settings.target_facts import facts_of
from desktop.ui.settings.target_row import TargetRow
from desktop.ui.widgets.dialog import Dialog
from tests.ui.settings.world import MISTRAL_MODELS, World

MEDIUM, SMALL, LARGE = (model.ref for model in MISTRAL_MODELS[:3])
SONNET = ModelRef("anthropic", "claude-sonnet")


@pytest.fixture
async def page(world: World, dialog: SettingsDialog) -> RoutesPage:
    """Mistral with two keys and Anthropic with one; no routes yet."""
    await world.add("mistral", "Personal", "Work")
    await world.catalogue.test("mistral")
    await world.add("anthropic", "Personal")
    world.client.models = (Model(SONNET, "Claude Sonnet", 200_000, input_price=Decimal(3), output_price=Decimal(15)),)
    await world.catalogue.test("anthropic")
    dialog.show_page("routes")
    await world.settle()
    page = dialog.page("routes")
    assert isinstance(page, RoutesPage)
    return page


async def made(world: World, page: RoutesPage, *targets: Target, strategy: Strategy = Strategy.FALLBACK) -> RoutesPage:
    await world.catalogue.save_routes([Route("r", "Everyday", targets, strategy)])
    await world.settle()
    return page


async def saved(world: World, page: RoutesPage) -> tuple[Route, ...]:
    """What is saved once the page is left, so that nothing has to be waited for."""
    page.hide()
    await world.settle()
    page.show()
    return world.catalogue.routes()


def said(root: QWidget) -> str:
    return "\n".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())


def rows(page: RoutesPage) -> list[TargetRow]:
    return page.editor.targets.rows()


def order(page: RoutesPage) -> list[ModelRef]:
    return [target.model for target in page.editor.targets.targets()]


async def test_a_route_is_made_named_and_saved(world: World, page: RoutesPage) -> None:
    assert "No routes yet" in said(page)
    page.first.click()
    assert page.editor.name.selectedText() == "New route"
    QTest.keyClicks(page.editor.name, "Everyday")
    assert await saved(world, page) == ()  # it goes nowhere yet
    choice = page.editor.targets.choice()
    choice.search.setText("sonnet")
    assert [model.ref for model in choice.models()] == [SONNET]
    QTest.keyClick(choice.search, Qt.Key.Key_Return)
    page.editor.targets.add_model(SMALL)
    page.editor.strategy.set_value("cheapest")
    (route,) = await saved(world, page)
    assert (route.name, route.strategy) == ("Everyday", Strategy.CHEAPEST)
    assert route.targets == (Target(SONNET), Target(SMALL))
    spoken = page.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Everyday, Cheapest first · 2 models"


async def test_what_is_typed_is_saved_by_itself(world: World, page: RoutesPage, qtbot: QtBot) -> None:
    await made(world, page, Target(SMALL))
    page.editor.name.selectAll()
    QTest.keyClicks(page.editor.name, "Drafts")
    assert world.catalogue.routes()[0].name == "Everyday"  # not at every letter
    timer = page._timer
    assert timer.isActive()
    timer.timeout.emit()
    await world.settle()
    assert world.catalogue.routes()[0].name == "Drafts"


async def test_names_are_there_and_told_apart(world: World, page: RoutesPage) -> None:
    await world.catalogue.save_routes([Route("a", "One", (Target(SMALL),)), Route("b", "Two", (Target(SMALL),))])
    await world.settle()
    page.go_to("b")
    name = page.editor.name
    for typed, problem in (("", "Give the route a name"), ("  ", "Give the route a name"), ("one", "already")):
        name.setFocus()
        name.setText(typed)
        name.textEdited.emit(typed)
        assert problem in name.error
        assert name.accessibleDescription() == name.error
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert (name.text(), name.error) == ("Two", "")
    assert [route.name for route in await saved(world, page)] == ["One", "Two"]
    page.new_route()
    page.new_route()
    assert [route.name for route in page._routes] == ["One", "Two", "New route", "New route 2"]


async def test_alt_and_an_arrow_move_a_target_and_the_keyboard_with_it(
    world: World, page: RoutesPage, dialog: SettingsDialog
) -> None:
    await made(world, page, Target(MEDIUM), Target(SMALL), Target(SONNET))
    dialog.activateWindow()
    row = rows(page)[2]
    row.remove.setFocus()
    QTest.keyClick(row.remove, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert order(page) == [MEDIUM, SONNET, SMALL]
    assert row.remove.hasFocus()
    row.grip.setFocus()
    for _ in range(3):  # at the top it stays there
        QTest.keyClick(row.grip, Qt.Key.Key_Up)
    assert order(page) == [SONNET, MEDIUM, SMALL]
    assert row.grip.accessibleName() == "Move Claude Sonnet, 1 of 3, with Alt and an arrow"
    assert [target.model for target in (await saved(world, page))[0].targets] == [SONNET, MEDIUM, SMALL]
    following = row.remove.nextInFocusChain()
    while not (following.focusPolicy() & Qt.FocusPolicy.TabFocus and following.isVisible()):
        following = following.nextInFocusChain()
    assert following is rows(page)[1].grip


@pytest.mark.parametrize(
    ("dragged", "onto", "expected"),
    [
        (0, 2, [SMALL, SONNET, MEDIUM]),
        (2, 0, [SONNET, MEDIUM, SMALL]),
        (0, 1, [SMALL, MEDIUM, SONNET]),
        (1, 1, [MEDIUM, SMALL, SONNET]),
    ],
)
async def test_a_target_is_dragged_by_its_grip(
    world: World, page: RoutesPage, dragged: int, onto: int, expected: list[ModelRef]
) -> None:
    await made(world, page, Target(MEDIUM), Target(SMALL), Target(SONNET))
    drag(page, dragged, onto)
    QTest.mouseRelease(rows(page)[dragged].grip, Qt.MouseButton.LeftButton)
    assert order(page) == expected
    assert [target.model for target in (await saved(world, page))[0].targets] == expected


async def test_esc_ends_a_drag_with_nothing_moved(world: World, page: RoutesPage, dialog: SettingsDialog) -> None:
    await made(world, page, Target(MEDIUM), Target(SMALL))
    drag(page, 0, 1)
    QTest.keyClick(rows(page)[0].grip, Qt.Key.Key_Escape)
    QTest.mouseRelease(rows(page)[0].grip, Qt.MouseButton.LeftButton)
    assert order(page) == [MEDIUM, SMALL]
    assert dialog.isVisible()


def drag(page: RoutesPage, dragged: int, onto: int) -> None:
    """Press a grip and move to the far edge of another row, without letting go."""
    grip, target = rows(page)[dragged].grip, rows(page)[onto]
    QTest.mousePress(grip, Qt.MouseButton.LeftButton)
    for y in (target.height() // 2, target.height() - 2 if onto > dragged else 2 if onto < dragged else 5):
        move(grip, target.mapToGlobal(QPoint(20, y)))


def move(widget: QWidget, point: QPoint) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    button = Qt.MouseButton.LeftButton
    local = QPointF(widget.mapFromGlobal(point))
    event = QMouseEvent(QEvent.Type.MouseMove, local, QPointF(point), button, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


async def test_targets_are_added_up_to_five_and_removed_down_to_one(world: World, page: RoutesPage) -> None:
    await made(world, page, Target(MEDIUM))
    targets = page.editor.targets
    assert not rows(page)[0].remove.isEnabled()
    for ref in (SMALL, LARGE, SONNET, MISTRAL_MODELS[3].ref, MISTRAL_MODELS[4].ref):
        targets.add_model(ref)
    assert len(order(page)) == DEEPEST
    assert not targets.add.isEnabled()
    assert targets.add.text() == "A route has at most 5 models"
    while len(order(page)) > 1:
        rows(page)[0].remove.click()
    assert order(page) == [MISTRAL_MODELS[3].ref]
    assert not rows(page)[0].remove.isEnabled()
    assert rows(page)[0].remove.accessibleName() == "A route needs at least one model"


async def test_keys_are_chosen_where_there_are_two(world: World, page: RoutesPage) -> None:
    await made(world, page, Target(SMALL), Target(SONNET))
    first, second = rows(page)
    assert first.key.isVisible()
    assert first.key.accessibleName() == "Key for Mistral Small 4: Any key"
    assert not second.key.isVisible()
    next(action for action in first.key_menu().actions() if action.text() == "Work").trigger()
    page.editor.targets.add_model(SMALL)  # with the key that is not there yet
    route = (await saved(world, page))[0]
    assert route.targets == (Target(SMALL, "Work"), Target(SONNET), Target(SMALL))
    assert [action.text() for action in rows(page)[2].key_menu().actions()] == ["Any key", "Personal"]
    page.editor.targets.add_model(SMALL)
    choice = page.editor.targets.choice()
    assert SMALL not in [model.ref for model in choice.models()]  # each of its keys is there
    assert SONNET not in [model.ref for model in choice.models()]
    choice.close()


async def test_weights_count_only_where_the_lot_decides(world: World, page: RoutesPage) -> None:
    await made(world, page, Target(SMALL), Target(SONNET))
    assert not rows(page)[0].weight.isVisible()
    page.editor.strategy.set_value("weighted")
    field = rows(page)[0].weight
    assert field.isVisible()
    assert rows(page)[0].share.text() == "50%"
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert [row.share.text() for row in rows(page)] == ["75%", "25%"]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0x")  # nothing that could not be a weight
    assert rows(page)[0].target.weight == 3
    QTest.keyClicks(field, "9")
    assert [target.weight for target in (await saved(world, page))[0].targets] == [9, 1]


async def test_rows_say_what_the_route_would_do(world: World, page: RoutesPage) -> None:
    await made(world, page, Target(SMALL, "Old"), Target(SMALL), Target(SONNET), Target(ModelRef("gone", "gone-1")))
    lines = [row.line.text() for row in rows(page)]
    assert lines == [
        "The key “Old” was removed. Choose another.",
        "Mistral · $0.15 in, $0.60 out per million",
        "Anthropic · $3.00 in, $15.00 out per million",
        "This provider was removed. The route passes it over.",
    ]
    assert [row.asks.isVisible() for row in rows(page)] == [False, False, True, False]
    assert "You are asked" in rows(page)[2].grip.accessibleDescription()
    world.settings.set(options.GUARD_PRICE, False)
    page.editor.refresh()
    assert not rows(page)[2].asks.isVisible()
    anthropic = world.catalogue.provider("anthropic")
    assert anthropic is not None
    await world.catalogue.save_provider(replace(anthropic, enabled=False))
    await world.settle()
    assert rows(page)[2].line.text() == "Anthropic is switched off. The route passes it over."


async def test_a_rejected_key_is_told_until_a_test_accepts_it(world: World, page: RoutesPage) -> None:
    await made(world, page, Target(SONNET), Target(SMALL, "Work"))
    for target in (Target(SONNET), Target(SMALL, "Work")):
        world.standing.failed(target, KeyRejected("no"))
    page.editor.refresh()
    assert rows(page)[0].line.text() == "Anthropic rejected the key. Test it to use it again."
    assert rows(page)[1].line.text() == "The key “Work” was rejected. Test it to use it again."
    await world.catalogue.test("anthropic")
    await world.catalogue.add_key("mistral", "Work", "another-key-of-16-chars")
    await world.settle()
    assert not world.standing.is_rejected(KeyRef("anthropic", ""))
    assert "rejected" not in said(page.editor)


@pytest.mark.parametrize(
    ("strategy", "asking"),
    [
        (Strategy.FALLBACK, [False, False]),  # the dear one stands first: its price is the one agreed to
        (Strategy.CHEAPEST, [True, False]),
        (Strategy.ROUND_ROBIN, [True, False]),
    ],
)
async def test_what_is_dear_depends_on_who_begins(
    world: World, page: RoutesPage, strategy: Strategy, asking: list[bool]
) -> None:
    targets = (Target(SONNET), Target(SMALL))
    found = facts_of(targets, strategy, world.catalogue, world.routes, guard_price=True)
    assert [each.asks_first for each in found] == asking


async def test_a_route_is_deleted_after_a_question(world: World, page: RoutesPage, dialog: SettingsDialog) -> None:
    await world.catalogue.save_routes([Route("a", "One", (Target(SMALL),)), Route("b", "Two", (Target(SMALL),))])
    await world.settle()
    page.editor.delete.click()
    question = next(each for each in dialog.findChildren(Dialog) if each.isVisible())
    assert "Delete the route “One”?" in said(question)
    question.accept_button.click()
    assert [route.name for route in await saved(world, page)] == ["Two"]
    assert page.editor.name.text() == "Two"
    page.new_route()
    page.editor.delete.click()  # nothing is lost with an empty one
    assert [route.name for route in page._routes] == ["Two"]


async def test_routes_change_places(world: World, page: RoutesPage) -> None:
    await world.catalogue.save_routes([Route(each, each, (Target(SMALL),)) for each in "abc"])
    await world.settle()
    page.go_to("c")
    QTest.keyClick(page.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [route.id for route in await saved(world, page)] == ["a", "c", "b"]
    assert page.editor.name.text() == "c"
    QTest.keyClick(page.list, Qt.Key.Key_Up)
    assert page.editor.name.text() == "a"


async def test_what_cannot_be_saved_is_told_and_tried_again(
    world: World, page: RoutesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(world, page, Target(SMALL))

    async def full(_routes: object) -> None:
        raise DiskFull("The routes could not be saved", "No space left.")

    with monkeypatch.context() as patch:
        patch.setattr(world.catalogue, "save_routes", full)
        page.editor.targets.add_model(SONNET)
        await saved(world, page)
    assert page.notice.text() == "The routes could not be saved. No space left."
    assert page.notice.isVisible()
    assert order(page) == [SMALL, SONNET]
    page.editor.strategy.set_value("fastest")
    (route,) = await saved(world, page)
    assert (route.strategy, len(route.targets)) == (Strategy.FASTEST, 2)
    assert not page.notice.isVisible()


async def test_the_search_finds_a_route(world: World, page: RoutesPage, dialog: SettingsDialog) -> None:
    await world.catalogue.save_routes([Route("a", "One", (Target(SMALL),)), Route("b", "Drafts", (Target(SMALL),))])
    dialog.search.setText("drafts")
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.current_page() == "routes"
    assert page.editor.name.text() == "Drafts"
