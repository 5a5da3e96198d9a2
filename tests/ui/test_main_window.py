"""The whole program in this process: menus, narrow windows, zoom, notices, names and keys of every control."""

import asyncio
import functools
import gc
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from operator import attrgetter
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from desktop.application import Application
from desktop.domain.changes import ModelsChanged, SavingFailed
from desktop.domain.errors import DiskFull
from desktop.domain.message import Status
from desktop.domain.model import Model, ModelRef
from desktop.paths import Paths
from desktop.providers.registry import provider_from, service
from desktop.services.catalogue import TOUR_MODEL
from desktop.settings import options
from desktop.settings.choices import Choices
from desktop.start import Start
from desktop.storage import models as stored_models
from desktop.ui.actions import ACTIONS, MENUS
from desktop.ui.chat.chat_page import ChatPage
from desktop.ui.chat.composer import Composer
from desktop.ui.chat.editor import MessageEdit
from desktop.ui.chat.find_bar import FindBar
from desktop.ui.dialogs.first_cap import FirstCapDialog
from desktop.ui.dialogs.shortcuts import ELSEWHERE, ShortcutsDialog
from desktop.ui.main_window import MainWindow
from desktop.ui.notices import NoticeBar
from desktop.ui.settings.dialog import PAGES
from desktop.ui.sidebar.sidebar import Sidebar
from desktop.ui.sidebar.today import SpentToday
from desktop.ui.single_instance import SingleInstance
from desktop.ui.transcript.view import Transcript
from desktop.ui.usage.page import UsagePage
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.dialog import Dialog

Scenario = Callable[[Application], Awaitable[None]]
Run = Callable[[Scenario], None]
INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)


@pytest.fixture
def run(tmp_path: Path, qapp: QApplication) -> Iterator[Run]:
    """Starts the program on this test's folder, plays a scenario once the history is open, and ends the program."""
    hook = sys.excepthook

    def play(scenario: Scenario) -> None:
        paths = Paths.choose(tmp_path)
        application = Application(Start(qapp, paths, Choices(paths)), SingleInstance(paths))
        failures: list[BaseException] = []

        async def whole() -> None:
            try:
                async with asyncio.timeout(60):
                    await application.ready.wait()
                    await application.tasks.finish()  # QTest's keys let events in, and no task may begin inside another
                    await scenario(application)
            except BaseException as error:
                failures.append(error)
            finally:
                application.close()

        QTimer.singleShot(0, lambda: application.tasks.start(whole()))
        watchdog = QTimer(singleShot=True, interval=90_000)  # Qt's own, should asyncio's timeouts not fire
        watchdog.timeout.connect(lambda: (failures.append(TimeoutError("the program did not end")), qapp.exit()))
        watchdog.start()
        application.run()
        watchdog.stop()
        application.theme.release()
        if failures:
            raise failures[0]

    yield play
    sys.excepthook = hook
    gc.unfreeze()


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def found(application: Application, kind: type) -> QWidget:
    return application.window.findChild(kind)


async def toured(application: Application, question: str = "What can you do?") -> str:
    """Asks the tour and waits for the whole answer; the id of the conversation, which is shown."""
    turn = await application.chat.send(None, question, TOUR_MODEL)
    application.window.open(turn.conversation_id)
    await turn.wait()
    await until(lambda: application.window.conversation_id == turn.conversation_id)
    return turn.conversation_id


def unnamed(root: QWidget) -> list[str]:
    """Controls that take part in the interface and that a screen reader could only call by their kind."""
    nameless = []
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, INTERACTIVE) or isinstance(widget, QScrollBar) or not widget.isVisibleTo(root):
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not (widget.accessibleName() or text) and widget.objectName() != "qt_toolbar_ext_button":
            nameless.append(
                f"{type(widget).__module__}.{type(widget).__qualname__} in {type(widget.parent()).__name__}"
            )
    return nameless


def unreachable(root: QWidget) -> list[str]:
    """Visible buttons and fields that Tab never comes to. Those in a row of a list are the list's own business."""
    return [
        widget.accessibleName() or type(widget).__name__
        for widget in root.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QLineEdit | QTextEdit)
        and widget.isVisibleTo(root)
        and widget.isEnabled()
        and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(widget.parent(), QLineEdit | QAbstractSpinBox)
    ]


def test_every_control_of_the_window_and_the_settings_has_a_name_and_is_reached_by_tab(run: Run) -> None:
    async def scenario(application: Application) -> None:
        window = application.window
        assert unnamed(window) == []  # the first-run page
        assert unreachable(window) == []
        await toured(application)
        assert unnamed(window) == []
        window.page.choose_model()
        await asyncio.sleep(0)
        assert unnamed(window) == []
        QTest.keyClick(QApplication.activePopupWidget() or window, Qt.Key.Key_Escape)
        window.show_usage()
        await asyncio.sleep(0.1)
        assert unnamed(window) == []
        assert unreachable(window) == []
        window.open_settings()
        dialog = window._settings_dialog
        assert dialog
        for page in PAGES:
            dialog.show_page(page.id)
            await asyncio.sleep(0)
            assert unnamed(dialog) == [], page.id
            assert unreachable(dialog) == [], page.id
        dialog.close()

    run(scenario)


def test_usage_takes_the_place_of_the_chat_until_one_returns(run: Run) -> None:
    async def scenario(application: Application) -> None:
        window = application.window
        conversation = await toured(application)
        QTest.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        usage = window.findChild(UsagePage)
        await until(lambda: usage.report.isVisible())
        assert usage.report.figures.spend.text[0] == "free"
        assert not found(application, ChatPage).isVisible()
        window.menus.actions["page.regenerate"].trigger()  # nothing is sent from behind the page
        assert application.chat.running() == ()
        QTest.keyClick(usage, Qt.Key.Key_Escape)
        assert found(application, ChatPage).isVisible()
        assert window.conversation_id == conversation
        strip = window.findChild(SpentToday)
        QTest.keyClick(strip, Qt.Key.Key_Return)
        assert usage.isVisible()
        usage.chat_requested.emit(conversation, "")
        assert found(application, ChatPage).isVisible()
        window.show_usage()
        view = window.pages.usage_view
        window.zoom_in()
        await until(lambda: application.window is not window)
        await until(lambda: application.window.pages.usage_view == view)

    run(scenario)


def test_menus_and_shortcuts_are_whole(run: Run) -> None:
    shortcuts = [keys for spec in ACTIONS for keys in spec.shortcuts]
    assert len(shortcuts) == len(set(shortcuts))
    for spec in ACTIONS:
        assert spec.menu in MENUS
        for keys in spec.shortcuts:
            assert not QKeySequence(keys).isEmpty(), keys

    async def scenario(application: Application) -> None:
        for spec in ACTIONS:
            assert callable(attrgetter(spec.slot)(application.window)), spec.slot

    run(scenario)


def test_every_action_is_in_a_menu_of_the_window(run: Run) -> None:
    async def scenario(application: Application) -> None:
        texts = [action.text() for menu in application.window.menuBar().actions() for action in menu.menu().actions()]
        assert [text for text in texts if text] == [
            spec.text for menu in MENUS for spec in ACTIONS if spec.menu == menu
        ]
        bar = application.window.menuBar()
        assert not bar.isVisible()
        for key_event in (QTest.keyPress, QTest.keyRelease):
            key_event(application.window.windowHandle(), Qt.Key.Key_Alt)
        assert bar.isVisible()

    run(scenario)


def test_shortcuts_are_listed(run: Run) -> None:
    async def scenario(application: Application) -> None:
        application.window.show_shortcuts()
        dialog = application.window.findChild(ShortcutsDialog)
        assert dialog.isVisible()
        from PySide6.QtWidgets import QLabel

        said = {label.text() for label in dialog.findChildren(QLabel)}
        assert {spec.text for spec in ACTIONS if spec.shortcuts} <= said
        assert {text for _group, rows in ELSEWHERE for text, _keys in rows} <= said
        dialog.close()

    run(scenario)


def test_a_chat_is_found_again_at_the_next_start_with_its_draft(run: Run) -> None:
    kept: list[str] = []

    async def first(application: Application) -> None:
        kept.append(await toured(application))
        found(application, Composer).set_text("half a thought")

    async def second(application: Application) -> None:
        await until(lambda: application.window.conversation_id == kept[0])
        await until(lambda: found(application, Composer).text() == "half a thought")

    run(first)
    run(second)


def test_without_reopening_a_start_begins_with_a_new_chat(run: Run) -> None:
    async def first(application: Application) -> None:
        await toured(application)
        application.settings.set(options.REOPEN_LAST, False)

    async def second(application: Application) -> None:
        assert application.window.conversation_id is None

    run(first)
    run(second)


def test_zoom_makes_a_larger_window_with_the_same_chat_and_text(run: Run) -> None:
    async def scenario(application: Application) -> None:
        conversation = await toured(application)
        found(application, Composer).set_text("half a thought")
        small = found(application, Composer).sizeHint().height()
        old = application.window
        old.zoom_in()
        await until(lambda: application.window is not old)
        await until(lambda: application.window.conversation_id == conversation)
        await until(lambda: found(application, Composer).text() == "half a thought")
        assert application.settings.get(options.ZOOM) == 110
        assert found(application, Composer).sizeHint().height() > small
        application.window.zoom_reset()

    run(scenario)


def test_steps_of_zoom_that_come_quickly_make_no_windows_between(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(application: Application) -> None:
        conversation = await toured(application)
        found(application, Composer).set_text("half a thought")  # which is saved before a window goes, and that takes
        may_save = threading.Event()
        busy = asyncio.ensure_future(application.database.run(lambda _db: may_save.wait(20)))
        made = 0

        def count(self: MainWindow, *arguments: object) -> None:
            nonlocal made
            made += 1
            MainWindow.__init__(self, *arguments)

        monkeypatch.setattr("desktop.application.MainWindow", type("Counted", (MainWindow,), {"__init__": count}))
        for _ in range(4):
            application.window.zoom_in()
            for _ in range(10):
                await asyncio.sleep(0)
        may_save.set()
        await busy
        await until(lambda: application.theme.px(100) == 175)
        await until(lambda: application.window.conversation_id == conversation)
        shown = [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow) and each.isVisible()]
        assert shown == [application.window]
        assert made == 1
        await until(lambda: found(application, Composer).text() == "half a thought")
        application.window.zoom_reset()
        await until(lambda: application.theme.px(100) == 100)

    run(scenario)


def test_what_is_under_way_at_a_zoom_still_finds_its_window(run: Run) -> None:
    async def scenario(application: Application) -> None:
        old, may_go_on = application.window, asyncio.Event()

        async def late() -> bool:
            await may_go_on.wait()
            QApplication.sendPostedEvents(old, QEvent.Type.DeferredDelete)
            return shiboken6.isValid(old)

        under_way = application.tasks.start(late())
        old.zoom_in()
        await until(lambda: application.window is not old and not (shiboken6.isValid(old) and old.isVisible()))
        may_go_on.set()
        assert await under_way
        application.window.zoom_reset()

    run(scenario)


def test_a_narrow_window_hides_the_sidebar_and_lays_it_over(run: Run) -> None:
    async def scenario(application: Application) -> None:
        window, sidebar = application.window, found(application, Sidebar)
        window.resize(1280, 800)
        await until(sidebar.isVisible)
        window.resize(760, 800)
        await until(lambda: not sidebar.isVisible())
        window.toggle_sidebar()
        assert sidebar.isVisible()
        assert sidebar.width() == 288
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
        assert not sidebar.isVisible()
        window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        window.toggle_sidebar()
        assert sidebar.geometry().right() == window.width() - 1
        window.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        window.resize(1280, 800)
        await until(lambda: sidebar.isVisible() and sidebar.width() == 272)
        window.toggle_sidebar()
        assert not sidebar.isVisible()

    run(scenario)


def test_a_reply_that_cannot_be_saved_is_told_in_the_notice_bar(run: Run) -> None:
    async def scenario(application: Application) -> None:
        bar = application.window.findChild(NoticeBar)
        assert not bar.isVisible()
        application.feed.publish(SavingFailed(DiskFull("The disk is full", "The reply is kept in the window.")))
        assert bar.isVisible()
        assert bar.accessibleDescription() == "The disk is full · The reply is kept in the window."
        assert [button.text() for button in bar.findChildren(Button)] == ["Show the folder"]

    run(scenario)


def test_quitting_while_a_reply_is_written_asks_and_keeps_what_arrived(run: Run) -> None:
    turns = []

    async def scenario(application: Application) -> None:
        turn = await application.chat.send(None, "What can you do?", TOUR_MODEL)
        turns.append(turn)
        await until(lambda: turn.reply.has_text)
        application.window.close()
        asking = application.window.findChild(Dialog)
        assert asking.isVisible()
        asking.cancel_button.click()
        assert turn.reply.status is Status.STREAMING
        application.window.close()
        next(each for each in application.window.findChildren(Dialog) if each.isVisible()).accept_button.click()
        assert (await turn.wait()).status is Status.STOPPED

    async def again(application: Application) -> None:
        _conversation, tree = await application.library.conversation(turns[0].conversation_id)
        kept = tree[turns[0].message_id]
        assert kept.status is Status.STOPPED
        assert kept.text == turns[0].message().text != ""

    run(scenario)
    run(again)


def test_a_second_copy_hands_its_question_to_the_first(run: Run, tmp_path: Path) -> None:
    async def scenario(application: Application) -> None:
        second = SingleInstance(Paths.choose(tmp_path))
        assert not second.is_first
        assert await asyncio.to_thread(second.hand_over, "What does it cost?") == 0
        await until(application.chat.running)
        conversation, _tree = await application.library.conversation(application.chat.running()[0].conversation_id)
        assert conversation.title == "What does it cost?"

    run(scenario)


def test_a_second_copy_of_one_that_hangs_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("desktop.ui.single_instance.ANSWER_S", 0.2)
    first = SingleInstance(Paths.choose(tmp_path))
    assert SingleInstance(Paths.choose(tmp_path)).hand_over("hello") == 1
    assert "does not answer" in capsys.readouterr().err
    assert list(tmp_path.glob("wishes/*.json")) == []
    first.close()
    assert SingleInstance(Paths.choose(tmp_path)).is_first


def test_the_theme_changes_at_once(run: Run) -> None:
    async def scenario(application: Application) -> None:
        application.settings.set(options.THEME, "light")
        bright = application.window.grab().toImage().pixelColor(640, 300).lightness()
        application.settings.set(options.THEME, "dark")
        await asyncio.sleep(0)
        dark = application.window.grab().toImage().pixelColor(640, 300).lightness()
        application.settings.set(options.THEME, "system")
        assert bright > 200 > 60 > dark

    run(scenario)


def test_copying_and_finding_act_where_the_keys_are(run: Run) -> None:
    async def scenario(application: Application) -> None:
        window = application.window
        await toured(application)
        transcript, edit = found(application, Transcript), found(application, MessageEdit)
        clipboard = QApplication.clipboard()
        control = Qt.KeyboardModifier.ControlModifier
        transcript.setFocus()
        QTest.keyClick(transcript, Qt.Key.Key_A, control)
        assert transcript.has_selection
        QTest.keyClick(transcript, Qt.Key.Key_C, control)
        await until(lambda: "What can you do?" in clipboard.text())
        edit.setFocus()
        edit.insertPlainText("a draft")
        QTest.keyClick(edit, Qt.Key.Key_A, control)
        QTest.keyClick(edit, Qt.Key.Key_C, control)
        assert clipboard.text() == "a draft"
        assert transcript.has_selection
        QTest.keyClick(edit, Qt.Key.Key_F, control)
        bar = found(application, FindBar)
        assert bar.isVisible()
        assert unnamed(window) == []
        assert unreachable(window) == []
        QTest.keyClick(bar.field, Qt.Key.Key_Escape)
        assert bar.isHidden()
        assert edit.hasFocus()

    run(scenario)


def test_menus_show_what_can_be_done(run: Run) -> None:
    async def scenario(application: Application) -> None:
        window = application.window
        menus = {action.text(): action.menu() for action in window.menuBar().actions()}
        window.new_chat()
        found(application, IconButton).setFocus()  # not a text field

        def able(menu: str) -> dict[str, bool]:
            menus[menu].aboutToShow.emit()
            found = {action.text(): action.isEnabled() for action in menus[menu].actions()}
            menus[menu].aboutToHide.emit()
            return found

        assert not any(able("Edit")[name] for name in ("Copy", "Select all", "Quote the selection", "Find in chat"))
        assert not able("File")["Print…"]
        assert all(action.isEnabled() for action in menus["Edit"].actions())  # keys reach them while it is closed
        await toured(application)
        found(application, Transcript).select_all()
        assert all(able("Edit")[name] for name in ("Copy", "Select all", "Quote the selection", "Find in chat"))
        assert able("File")["Print…"]

    run(scenario)


def test_the_first_key_that_works_brings_the_question_for_a_cap_once(run: Run) -> None:
    medium = Model(ModelRef("mistral", "medium"), "Medium")

    async def key_works(application: Application) -> list[FirstCapDialog]:
        provider = provider_from(service("mistral"))
        await application.catalogue.save_provider(provider)
        await application.database.run(functools.partial(stored_models.add_model, model=medium))
        await application.catalogue.load()
        application.feed.publish(ModelsChanged("mistral"))
        while not application.window._state_store.load().cap_offered:
            await asyncio.sleep(0.002)
        return application.window.findChildren(FirstCapDialog)

    async def first(application: Application) -> None:
        (dialog,) = await key_works(application)
        choices = [*dialog.sums, dialog.other, dialog.cancel_button]
        assert [button.text() for button in choices] == ["$2 a day", "$20 a month", "Another sum", "No cap"]
        assert not dialog.accept_button.isVisibleTo(dialog)
        dialog.other.click()
        assert dialog.cap.isVisibleTo(dialog)
        dialog.cap.setText("x")
        dialog.accept_button.click()
        assert dialog.cap.error
        dialog.cap.setText("1,50")
        dialog.accept_button.click()
        while not (states := await application.budgets.states()):
            await asyncio.sleep(0.002)
        (state,) = states
        assert (state.budget.name, state.cap, state.is_daily) == ("Daily", Decimal("1.50"), True)
        assert len(await key_works(application)) <= 1  # the one that is being deleted

    async def second(application: Application) -> None:
        await application.budgets.save([])
        assert await key_works(application) == []

    run(first)
    run(second)
