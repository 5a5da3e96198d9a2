"""The sidebar as it is used: opening, searching, renaming, pinning, deleting, and following the feed."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from desktop.domain.budget import Budget, BudgetState, Period
from desktop.domain.changes import BudgetsChanged, ConversationsChanged, TurnEnded, TurnStarted
from desktop.domain.conversation import SearchHit, Summary
from desktop.domain.errors import Busy
from desktop.domain.message import Role
from desktop.ui.sidebar import groups
from tests.ui.sidebar.conftest import FakeTurn

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab

Stage = Any
NEW = Summary("new", "A new one", 0)


def titles(stage: Stage) -> list[str]:
    model = stage.sidebar._model
    return [model.row(at).title for at in range(model.rowCount())]


def listen(stage: Stage) -> list[tuple[str, str]]:
    opened: list[tuple[str, str]] = []
    stage.sidebar.opened.connect(lambda *args: opened.append(args))
    stage.sidebar.hit_opened.connect(lambda *args: opened.append(args[:2]))
    return opened


def focus_row(stage: Stage, conversation_id: str) -> QWidget:
    """Put the keyboard on a row."""
    chats = stage.sidebar._list
    chats.setFocus(Qt.FocusReason.TabFocusReason)
    chats.setCurrentIndex(stage.sidebar._model.index_of(conversation_id))
    return chats


def rect_of(stage: Stage, conversation_id: str) -> Any:
    return stage.sidebar._list.visualRect(stage.sidebar._model.index_of(conversation_id))


def editor(stage: Stage) -> QLineEdit:
    return next(field for field in stage.sidebar._list.viewport().findChildren(QLineEdit) if field.isVisible())


def hit(conversation_id: str, message_id: str | None = "m1") -> SearchHit:
    return SearchHit(conversation_id, "Some title", message_id, Role.USER if message_id else None, 0, (("pay", True),))


class TestList:
    def test_shows_groups_and_chats(self, stage: Stage) -> None:
        assert titles(stage) == [
            "Pinned",
            "Weekly meal planner",
            "Today",
            "Mortgage overpayment maths",
            "Postgres index advice",
            "Refusal letter to the landlord",
            "Tenancy agreement, in Portuguese",
            "Yesterday",
            "Lisbon in May, four days",
            "Name ideas for the allotment",
            "Previous 7 days",
            "SQL: keep only the latest row",
            "Rust lifetimes, slowly",
        ]

    def test_measures_of_the_design(self, shown: Stage) -> None:
        rect = rect_of(shown, "mortgage")
        assert (rect.left(), rect.width(), rect.height()) == (8, 255, 48)
        first = rect_of(shown, "meals")
        assert shown.sidebar._list.viewport().mapTo(shown.sidebar, first.topLeft()) == QPoint(8, 80)
        assert shown.sidebar._strip.y() == 744

    def test_a_click_opens(self, shown: Stage, qtbot: Any) -> None:
        opened = listen(shown)
        viewport = shown.sidebar._list.viewport()
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=rect_of(shown, "lisbon").center())
        assert opened == [("lisbon", "")]

    def test_a_click_on_a_heading_does_nothing(self, shown: Stage, qtbot: Any) -> None:
        opened = listen(shown)
        viewport = shown.sidebar._list.viewport()
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(40, 10))
        assert opened == []

    def test_arrows_skip_headings_and_enter_opens(self, shown: Stage, qtbot: Any) -> None:
        opened = listen(shown)
        chats = focus_row(shown, "tenancy")
        qtbot.keyClick(chats, Qt.Key.Key_Down)
        qtbot.keyClick(chats, Qt.Key.Key_Return)
        qtbot.keyClick(chats, Qt.Key.Key_Up)
        qtbot.keyClick(chats, Qt.Key.Key_Return)
        qtbot.keyClick(chats, Qt.Key.Key_Home)
        qtbot.keyClick(chats, Qt.Key.Key_Return)
        qtbot.keyClick(chats, Qt.Key.Key_End)
        qtbot.keyClick(chats, Qt.Key.Key_Return)
        assert [conversation for conversation, _message in opened] == ["lisbon", "tenancy", "meals", "rust"]

    def test_type_ahead(self, shown: Stage, qtbot: Any) -> None:
        chats = focus_row(shown, "meals")
        qtbot.keyClicks(chats, "na")
        assert chats.currentIndex().data() == "Name ideas for the allotment"

    def test_the_keyboard_starts_from_the_open_chat(self, shown: Stage) -> None:
        shown.sidebar.set_current("sql")
        shown.sidebar._list.setFocus(Qt.FocusReason.TabFocusReason)
        assert shown.sidebar._list.currentIndex().data() == "SQL: keep only the latest row"

    def test_open_next_and_previous(self, stage: Stage) -> None:
        opened = listen(stage)
        stage.sidebar.set_current("tenancy")
        stage.sidebar.open_next()
        stage.sidebar.open_previous()
        assert opened == [("lisbon", ""), ("landlord", "")]

    def test_open_index(self, stage: Stage) -> None:
        opened = listen(stage)
        for index in (0, 1, 8, 9):
            stage.sidebar.open_index(index)
        assert [conversation for conversation, _message in opened] == ["meals", "mortgage", "rust"]

    def test_panes_in_the_order_of_the_screen(self, shown: Stage) -> None:
        sidebar = shown.sidebar
        visible = [pane.accessibleName() for pane in sidebar.panes() if pane.isVisibleTo(sidebar)]
        assert visible == ["Search chats", "Chats", "Today: $0.42 spent. Open usage"]
        sidebar.setFocus(Qt.FocusReason.OtherFocusReason)
        assert sidebar._field.hasFocus()

    def test_new_chat_and_settings(self, stage: Stage, qtbot: Any) -> None:
        for name, signal in (("New chat", "new_chat_requested"), ("Settings", "settings_requested")):
            button = next(b for b in stage.sidebar.findChildren(QAbstractButton) if b.accessibleName() == name)
            with qtbot.waitSignal(getattr(stage.sidebar, signal)):
                button.click()

    def test_empty(self, make_stage: Callable[..., Stage], qtbot: Any) -> None:
        stage = make_stage([])
        stage.sidebar.show()
        assert stage.sidebar._empty.isVisible()
        stage.library.change(replace(NEW, updated_ms=int(time.time() * 1000)))
        assert stage.sidebar._list.isVisible()
        assert titles(stage) == ["Today", "A new one"]


class TestFollowing:
    def test_reads_only_the_rows_that_changed(self, stage: Stage) -> None:
        stage.library.calls.clear()
        stage.library.change(replace(stage.library.rows["rust"], title="Rust, faster"))
        assert stage.library.calls == [("summary", "rust")]
        assert "Rust, faster" in titles(stage)

    def test_an_empty_set_means_all(self, stage: Stage) -> None:
        stage.library.calls.clear()
        stage.feed.publish(ConversationsChanged())
        assert stage.library.calls == [("summaries",)]

    def test_many_changes_are_read_at_once(self, stage: Stage) -> None:
        stage.library.calls.clear()
        stage.feed.publish(ConversationsChanged(frozenset(str(n) for n in range(100))))
        assert stage.library.calls == [("summaries",)]

    def test_changes_that_come_while_reading_are_read_together(self, stage: Stage) -> None:
        stage.library.calls.clear()
        stage.tasks.held = []
        for conversation_id in ("rust", "sql", "rust"):
            stage.feed.publish(ConversationsChanged(frozenset({conversation_id})))
        assert len(stage.tasks.held) == 1
        stage.tasks.release()
        assert sorted(stage.library.calls) == [("summary", "rust"), ("summary", "sql")]

    def test_a_conversation_that_moves_up_keeps_keyboard_and_mark(self, shown: Stage) -> None:
        shown.sidebar.set_current("rust")
        focus_row(shown, "sql")
        shown.library.change(
            replace(shown.library.rows["sql"], updated_ms=shown.library.rows["mortgage"].updated_ms + 60_000)
        )
        assert titles(shown)[3] == "SQL: keep only the latest row"
        assert shown.sidebar._list.currentIndex().data() == "SQL: keep only the latest row"
        assert shown.sidebar._model.open_id == "rust"

    def test_reading_the_whole_list_keeps_the_keyboards_row(self, shown: Stage) -> None:
        shown.sidebar.set_current("mortgage")
        focus_row(shown, "sql")
        shown.feed.publish(ConversationsChanged())
        assert shown.sidebar._list.currentIndex().data() == "SQL: keep only the latest row"

    def test_the_open_chat_comes_into_view_when_the_list_arrives(self, make_stage: Callable[..., Stage]) -> None:
        stage = make_stage([])
        stage.sidebar.show()
        stage.sidebar.set_current("c300")
        now = int(time.time() * 1000)
        stage.library.rows = {f"c{n}": Summary(f"c{n}", f"Chat {n}", now - n * 3_600_000) for n in range(500)}
        stage.feed.publish(ConversationsChanged())
        assert stage.sidebar._list.viewport().rect().contains(rect_of(stage, "c300"))

    def test_a_change_that_could_not_be_read_is_made_up_for(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def busy(conversation_id: str) -> Summary:
            raise Busy("The chat database is in use")

        with monkeypatch.context() as patch:
            patch.setattr(stage.library, "summary", busy)
            stage.tasks.held = []
            stage.library.change(replace(stage.library.rows["rust"], title="Rust, faster"))
            (reading,) = stage.tasks.held
            stage.tasks.held = None
            with pytest.raises(Busy):
                reading.send(None)
        stage.feed.publish(ConversationsChanged(frozenset({"sql"})))
        assert "Rust, faster" in titles(stage)

    @pytest.mark.parametrize("whole", [True, False])
    def test_what_is_in_view_stays_where_it_is(self, make_stage: Callable[..., Stage], qtbot: Any, whole: bool) -> None:
        now = int(time.time() * 1000)
        stage = make_stage([Summary(f"c{n}", f"Chat {n}", now - n * 3_600_000) for n in range(500)])
        stage.sidebar.show()
        stage.sidebar._list.verticalScrollBar().setValue(5000)
        before = rect_of(stage, "c150").top()
        if whole:
            stage.library.rows["new"] = replace(NEW, updated_ms=now + 1)
            stage.feed.publish(ConversationsChanged())
        else:
            stage.library.change(replace(NEW, updated_ms=now + 1))
        assert stage.sidebar._model.row(1).title == "A new one"
        assert rect_of(stage, "c150").top() == before

    def test_at_the_top_new_chats_come_into_view(self, shown: Stage) -> None:
        shown.library.change(replace(NEW, updated_ms=int(time.time() * 1000) + 60_000, pinned=True))
        assert shown.sidebar._list.verticalScrollBar().value() == 0
        assert shown.sidebar._list.viewport().rect().contains(rect_of(shown, "new"))

    def test_regroups_when_the_day_changes(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011
        monkeypatch.setattr(groups, "today", lambda: tomorrow)
        stage.library.spent = (stage.library.spent[0] * 0, 0)
        stage.sidebar._day_timer.timeout.emit()
        assert "Today" not in titles(stage)
        assert titles(stage)[2] == "Yesterday"
        assert stage.sidebar._strip.spent.accessibleName() == "Today: $0.00 spent. Open usage"
        assert 0 < stage.sidebar._day_timer.remainingTime() <= 3_601_000  # the timer keeps whole seconds

    def test_the_day_is_followed_only_while_it_is_seen(self, shown: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        assert shown.sidebar._day_timer.isActive()
        shown.sidebar.hide()
        assert not shown.sidebar._day_timer.isActive()
        tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011
        monkeypatch.setattr(groups, "today", lambda: tomorrow)
        shown.sidebar.show()
        assert "Today" not in titles(shown)
        assert shown.sidebar._day_timer.isActive()

    def test_a_closed_window_follows_no_day(self, stage: Stage, qtbot: Any) -> None:
        window = QWidget()
        stage.sidebar.setParent(window)
        with qtbot.waitExposed(window):
            window.show()
        assert stage.sidebar._day_timer.isActive()
        window.close()
        assert not stage.sidebar._day_timer.isActive()
        stage.sidebar.setParent(None)

    def test_spent_today(self, stage: Stage) -> None:
        spent = stage.sidebar._strip.spent
        assert spent.accessibleName() == "Today: $0.42 spent. Open usage"
        assert spent.toolTip() == "52k tokens today"
        stage.library.spent = (stage.library.spent[0] * 2, 60_000)
        stage.feed.publish(TurnEnded("sql"))
        assert spent.accessibleName() == "Today: $0.84 spent. Open usage"

    def test_spent_today_is_measured_against_the_lowest_cap_on_a_day(self, stage: Stage) -> None:
        caps = (("3", Period.DAY), ("2", Period.DAY), ("1", Period.MONTH))
        stage.budgets.caps = [
            BudgetState(Budget(name, name, Decimal(name), period=period), Decimal(name), Decimal("0.42"))
            for name, period in caps
        ]
        stage.feed.publish(BudgetsChanged())
        assert stage.sidebar._strip.spent.accessibleName() == "Today: $0.42 of $2.00 spent. Open usage"

    def test_costs_grow_while_replies_are_written(self, stage: Stage) -> None:
        stage.chat.turns.append(FakeTurn("tenancy"))
        stage.feed.publish(TurnStarted("tenancy"))
        stage.meters.growing = {"tenancy": Decimal("0.5")}
        stage.sidebar._cost_timer.timeout.emit()
        assert stage.sidebar._model.cost(stage.library.rows["tenancy"]) == "$0.7173"

    def test_goes_silent_when_it_is_gone(self, stage: Stage) -> None:
        shiboken6.delete(stage.sidebar)
        stage.library.calls.clear()
        stage.feed.publish(ConversationsChanged())
        assert stage.library.calls == []


class TestRings:
    def start(self, stage: Stage, conversation_id: str) -> None:
        turn = type("Turn", (), {"conversation_id": conversation_id})()
        stage.chat.turns.append(turn)
        stage.feed.publish(TurnStarted(conversation_id))

    def test_turn_while_a_reply_is_written_and_stop_after(self, shown: Stage) -> None:
        timer = shown.sidebar._list._rings
        assert not timer.isActive()
        self.start(shown, "postgres")
        assert timer.isActive()
        assert 1000 / timer.interval() <= 30
        shown.chat.turns.clear()
        shown.feed.publish(TurnEnded("postgres"))
        assert not timer.isActive()

    def test_stand_still_while_hidden(self, shown: Stage) -> None:
        self.start(shown, "postgres")
        shown.sidebar.hide()
        assert not shown.sidebar._list._rings.isActive()
        shown.sidebar.show()
        assert shown.sidebar._list._rings.isActive()

    def test_paint_only_themselves(self, shown: Stage, qtbot: Any) -> None:
        self.start(shown, "postgres")
        painted: list[Any] = []
        chats = shown.sidebar._list
        paint = chats.paintEvent
        chats.paintEvent = lambda event: (painted.append(event.region().boundingRect()), paint(event))[1]
        qtbot.waitUntil(lambda: bool(painted))
        painted.clear()  # the first was the whole window's
        qtbot.waitUntil(lambda: len(painted) >= 2)
        del chats.paintEvent
        row = rect_of(shown, "postgres")
        assert all(row.contains(rect) and rect.width() <= 48 for rect in painted)

    def test_many_paint_no_text_between_them(self, shown: Stage, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        for conversation_id in ("postgres", "lisbon"):
            self.start(shown, conversation_id)
        delegate, texts, rings = shown.sidebar._list._delegate, [], []
        monkeypatch.setattr(delegate, "_paint_ring", lambda *_how, **_more: rings.append(1))
        qtbot.waitUntil(lambda: len(rings) >= 2)
        monkeypatch.setattr(delegate, "_text", lambda *_how: texts.append(1))
        rings.clear()
        qtbot.waitUntil(lambda: len(rings) >= 4)
        assert texts == []


class TestRename:
    def test_f2_enter_saves(self, shown: Stage, qtbot: Any) -> None:
        chats = focus_row(shown, "lisbon")
        qtbot.keyClick(chats, Qt.Key.Key_F2)
        field = editor(shown)
        assert field.text() == "Lisbon in May, four days"
        assert field.selectedText() == field.text()
        assert field.accessibleName() == "Chat title"
        field.selectAll()
        qtbot.keyClicks(field, "Porto in June")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: shown.library.rows["lisbon"].title == "Porto in June")
        assert "Porto in June" in titles(shown)

    def test_escape_restores(self, shown: Stage, qtbot: Any) -> None:
        shown.sidebar._list.rename("lisbon")
        qtbot.keyClicks(editor(shown), "Nonsense")
        qtbot.keyClick(editor(shown), Qt.Key.Key_Escape)
        QApplication.processEvents()
        assert shown.library.rows["lisbon"].title == "Lisbon in May, four days"

    def test_an_empty_title_changes_nothing(self, shown: Stage, qtbot: Any) -> None:
        shown.sidebar._list.rename("lisbon")
        editor(shown).setText("   ")
        qtbot.keyClick(editor(shown), Qt.Key.Key_Return)
        QApplication.processEvents()
        assert shown.library.rows["lisbon"].title == "Lisbon in May, four days"

    def test_what_is_typed_survives_a_change_of_the_row(self, shown: Stage, qtbot: Any) -> None:
        shown.sidebar._list.rename("lisbon")
        qtbot.keyClicks(editor(shown), "Porto")
        shown.library.change(replace(shown.library.rows["lisbon"], unread=True))
        assert editor(shown).text() == "Porto"


class TestPinAndTrash:
    def test_ctrl_shift_p(self, shown: Stage, qtbot: Any) -> None:
        chats = focus_row(shown, "rust")
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        qtbot.keyClick(chats, Qt.Key.Key_P, both)
        assert titles(shown).index("Rust lifetimes, slowly") < titles(shown).index("Today")
        qtbot.keyClick(chats, Qt.Key.Key_P, both)
        assert titles(shown)[-1] == "Rust lifetimes, slowly"

    def test_pin_the_open_chat(self, stage: Stage) -> None:
        stage.sidebar.set_current("rust")
        stage.sidebar.toggle_pinned_current()
        assert stage.library.rows["rust"].pinned

    def test_the_keys_of_a_row_go_before_those_of_the_window(self, shown: Stage) -> None:
        chats = focus_row(shown, "rust")
        for key, taken in ((Qt.Key.Key_F2, True), (Qt.Key.Key_F3, False)):
            event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
            event.ignore()
            QApplication.sendEvent(chats, event)
            assert event.isAccepted() == taken

    def test_delete_and_undo(self, shown: Stage, qtbot: Any) -> None:
        opened = listen(shown)
        shown.sidebar.set_current("mortgage")
        chats = focus_row(shown, "rust")
        qtbot.keyClick(chats, Qt.Key.Key_Delete)
        assert "rust" in shown.library.bin
        assert "Rust lifetimes, slowly" not in titles(shown)
        assert (shown.toasts.text, shown.toasts.seconds) == ("Deleted “Rust lifetimes, slowly”", 10)
        assert opened == []
        shown.toasts.action()
        assert titles(shown)[-1] == "Rust lifetimes, slowly"
        assert opened == []

    def test_deleting_the_open_chat_opens_the_next(self, shown: Stage) -> None:
        opened = listen(shown)
        shown.sidebar.set_current("mortgage")
        shown.sidebar.trash_current()
        assert opened == [("postgres", "")]
        shown.toasts.action()
        assert opened == [("postgres", ""), ("mortgage", "")]

    def test_deleting_the_last_open_chat_opens_the_one_above(self, shown: Stage) -> None:
        opened = listen(shown)
        shown.sidebar.set_current("rust")
        shown.sidebar.trash_current()
        assert opened == [("sql", "")]

    def test_deleting_the_only_chat_leads_to_a_new_one(self, make_stage: Callable[..., Stage], qtbot: Any) -> None:
        stage = make_stage([NEW])
        stage.sidebar.set_current("new")
        with qtbot.waitSignal(stage.sidebar.new_chat_requested):
            stage.sidebar.trash_current()

    def test_menu(self, shown: Stage) -> None:
        menu = shown.sidebar._list.menu_for("meals")
        words = [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()]
        assert words == ["Rename", "Unpin", "Delete"]
        menu.actions()[1].trigger()
        assert not shown.library.rows["meals"].pinned
        menu.actions()[-1].trigger()
        assert "meals" in shown.library.bin

    @pytest.mark.parametrize("how", ["dots", "keyboard", "right button"])
    def test_ways_to_the_menu(self, shown: Stage, qtbot: Any, how: str) -> None:
        opened = listen(shown)
        chats = focus_row(shown, "lisbon")
        row = rect_of(shown, "lisbon")
        if how == "dots":
            at = QPoint(row.right() - 16, row.top() + 16)
            qtbot.mouseClick(chats.viewport(), Qt.MouseButton.LeftButton, pos=at)
        else:
            reasons = QContextMenuEvent.Reason
            reason = reasons.Keyboard if how == "keyboard" else reasons.Mouse
            at = row.center()
            event = QContextMenuEvent(reason, at, chats.viewport().mapToGlobal(at))
            QApplication.sendEvent(chats.viewport(), event)
        menu = QApplication.activePopupWidget()
        assert menu is not None
        menu.close()
        assert opened == []


class TestSearch:
    def search(self, stage: Stage, qtbot: Any, query: str) -> None:
        stage.sidebar.focus_search()
        qtbot.keyClicks(stage.sidebar._field, query)
        qtbot.waitUntil(lambda: ("search", query) in stage.library.calls)

    def test_waits_for_the_typing_to_pause(self, shown: Stage, qtbot: Any) -> None:
        self.search(shown, qtbot, "pay")
        assert [call for call in shown.library.calls if call[0] == "search"] == [("search", "pay")]

    def test_enter_opens_the_first_hit_at_its_message(self, shown: Stage, qtbot: Any) -> None:
        opened = listen(shown)
        shown.library.hits["pay"] = [hit("lisbon", "m7"), hit("sql")]
        self.search(shown, qtbot, "pay")
        qtbot.keyClick(shown.sidebar._field, Qt.Key.Key_Return)
        assert opened == [("lisbon", "m7")]

    def test_enter_does_not_wait(self, shown: Stage, qtbot: Any) -> None:
        opened = listen(shown)
        shown.library.hits["pay"] = [hit("lisbon", None)]
        shown.sidebar.focus_search()
        qtbot.keyClicks(shown.sidebar._field, "pay")
        qtbot.keyClick(shown.sidebar._field, Qt.Key.Key_Return)
        assert opened == [("lisbon", "")]

    def test_down_goes_into_the_hits_and_up_comes_back(self, shown: Stage, qtbot: Any) -> None:
        opened = listen(shown)
        shown.library.hits["pay"] = [hit("lisbon"), hit("sql", "m2")]
        self.search(shown, qtbot, "pay")
        qtbot.keyClick(shown.sidebar._field, Qt.Key.Key_Down)
        hits = shown.sidebar._results.hits
        assert hits.hasFocus()
        qtbot.keyClick(hits, Qt.Key.Key_Down)
        qtbot.keyClick(hits, Qt.Key.Key_Return)
        assert opened == [("sql", "m2")]
        qtbot.keyClick(hits, Qt.Key.Key_Up)
        qtbot.keyClick(hits, Qt.Key.Key_Up)
        assert shown.sidebar._field.hasFocus()

    def test_escape_clears_and_shows_the_list_at_once(self, shown: Stage, qtbot: Any) -> None:
        shown.library.hits["pay"] = [hit("lisbon")]
        self.search(shown, qtbot, "pay")
        assert shown.sidebar._results.isVisible()
        qtbot.keyClick(shown.sidebar._field, Qt.Key.Key_Escape)
        assert shown.sidebar._field.text() == ""
        assert shown.sidebar._list.isVisible()

    def test_nothing_found(self, shown: Stage, qtbot: Any) -> None:
        self.search(shown, qtbot, "zebra")
        assert shown.sidebar._results._nothing._title.text() == "Nothing found for “zebra”"
        assert shown.sidebar._results._nothing.isVisible()

    def test_a_late_answer_to_an_older_query_is_dropped(self, shown: Stage, qtbot: Any) -> None:
        shown.library.hits["pay"] = [hit("lisbon")]
        shown.tasks.held = []
        shown.sidebar._field.setText("pay")
        qtbot.waitUntil(lambda: len(shown.tasks.held) == 1)
        shown.sidebar._field.clear()
        shown.tasks.release()
        assert shown.sidebar._list.isVisible()

    def test_hits_read_out_what_they_show(self, shown: Stage, qtbot: Any) -> None:
        shown.library.hits["pay"] = [hit("lisbon"), hit("sql", None)]
        self.search(shown, qtbot, "pay")
        model = shown.sidebar._results.hits.model()
        said = [str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(2)]
        assert said[0].startswith("Some title, pay, You · ")
        assert said[1].startswith("Some title, Title · ")

    def test_down_with_nothing_typed_goes_to_the_list(self, shown: Stage, qtbot: Any) -> None:
        shown.sidebar.focus_search()
        qtbot.keyClick(shown.sidebar._field, Qt.Key.Key_Down)
        assert shown.sidebar._list.hasFocus()


class TestManyConversations:
    @pytest.fixture
    def crowd(self, make_stage: Callable[..., Stage]) -> Stage:
        now = int(time.time() * 1000)
        return make_stage([Summary(f"c{n}", f"Chat {n}", now - n * 600_000) for n in range(10_000)])

    def test_a_change_and_a_frame_are_far_below_a_stall(self, crowd: Stage) -> None:
        crowd.sidebar.show()
        QApplication.processEvents()
        started = time.perf_counter()
        crowd.library.change(replace(crowd.library.rows["c9000"], updated_ms=int(time.time() * 1000)))
        crowd.sidebar.grab()
        assert time.perf_counter() - started < 0.05
        assert crowd.sidebar._model.row(1).title == "Chat 9000"

    def test_the_end_is_one_key_away(self, crowd: Stage, qtbot: Any) -> None:
        crowd.sidebar.show()
        crowd.sidebar._list.setFocus(Qt.FocusReason.TabFocusReason)
        started = time.perf_counter()
        qtbot.keyClick(crowd.sidebar._list, Qt.Key.Key_End)
        assert time.perf_counter() - started < 0.1
        assert crowd.sidebar._list.currentIndex().data() == "Chat 9999"
        assert crowd.sidebar._list.viewport().rect().contains(rect_of(crowd, "c9999"))


def test_every_control_has_a_name(stage: Stage) -> None:
    stage.sidebar._list.rename("lisbon")
    sidebar = stage.sidebar
    controls: list[QWidget] = [
        *sidebar.findChildren(QAbstractButton),
        *sidebar.findChildren(QLineEdit),
        sidebar._list,
        sidebar._results.hits,
    ]
    assert len(controls) >= 6
    assert [control for control in controls if not control.accessibleName()] == []
