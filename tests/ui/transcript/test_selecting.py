"""Selecting over messages with mouse and keyboard, and what is then on the clipboard."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QGuiApplication, QHelpEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from desktop.domain.events import TextDelta
from desktop.domain.message import Status
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import menus
from desktop.ui.transcript.bubble import BubbleWidget
from desktop.ui.transcript.position import Highlight, Place, TextPosition
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.selection import clipboard
from desktop.ui.transcript.view import Transcript
from desktop.ui.widgets.menu import Menu
from tests.ui.transcript.turns import question, reply, talk

Settle = Callable[[], None]
CODE = "def f(x):\n\treturn x + 1  # 😀\nprint(f(2))"
ANSWER = f"""Some **bold words** and `code` with a [link](https://example.com/a) here.

```python
{CODE}
```

1. It costs $5 and $6.
2. And $x^2$ too.

| a | b |
|---|---|
| 1 | two words |
| 3 | 4 |

$$\\int_0^1 x$$

The end."""
PARAGRAPH, CODE_LEAF, COSTS, FORMULA_ITEM, TABLE, FORMULA, END = range(7)
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class Mouse:
    """Points at text and drags, as the window system would: what is pressed on has the mouse until it is let go."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._window = transcript.windowHandle()

    def at(self, message_id: str, column: int, leaf: int, offset: int) -> QPoint:
        line = self._transcript.caret_rect(TextPosition(message_id, Place(column, leaf, offset)))
        return QPoint(line.x(), line.center().y())

    def press(self, point: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mousePress(self._window, Qt.MouseButton.LeftButton, keys, point)

    def move(self, point: QPoint) -> None:
        QTest.mouseMove(self._window, point)

    def move_outside(self, held: QWidget, point: QPoint) -> None:
        """Where the window ends, events go on to what holds the mouse."""
        around = self._transcript.viewport().mapToGlobal(QPointF(point))
        none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        where = held.mapFromGlobal(around)
        QApplication.sendEvent(
            held, QMouseEvent(QEvent.Type.MouseMove, where, around, none, Qt.MouseButton.LeftButton, keys)
        )

    def release(self, point: QPoint) -> None:
        QTest.mouseRelease(self._window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)

    def click(self, point: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.press(point, keys)
        self.release(point)

    def drag(self, start: QPoint, *points: QPoint) -> None:
        self.press(start)
        for point in points:
            self.move(point)
        self.release(points[-1])

    def clicks(self, point: QPoint, count: int) -> None:
        """Two or three clicks so close together that they are one."""
        widget = self._transcript.widget_of(self._transcript.position_at(point).message_id)  # type: ignore[union-attr]
        around = self._transcript.viewport().mapToGlobal(QPointF(point))
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        press, release = QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease
        kinds = [press, release, QEvent.Type.MouseButtonDblClick, release, press, release][: 2 * count]
        for number, kind in enumerate(kinds):
            event = QMouseEvent(kind, widget.mapFromGlobal(around), around, left, left, none)
            event.setTimestamp(1000 + number)
            QApplication.sendEvent(widget, event)


@pytest.fixture
def mouse(transcript: Transcript, settle: Settle) -> Mouse:
    transcript.resize(1008, 1000)
    entries = [
        question("First *question*\nsecond line", "q0"),
        reply(ANSWER, "r0", thought="I think.\n\nSo I am."),
        question("And more", "q1"),
        reply("Yes, *that* is it.", "r1"),
    ]
    transcript.set_entries(entries)
    settle()
    transcript.verticalScrollBar().setValue(0)
    settle()
    return Mouse(transcript)


def copied(transcript: Transcript) -> QMimeData:
    QGuiApplication.clipboard().clear()
    transcript.copy_selection()
    return QGuiApplication.clipboard().mimeData()


def markdown(data: QMimeData) -> str:
    return bytes(data.data("text/markdown").data()).decode()


def select(transcript: Transcript, start: tuple[str, int, int, int], end: tuple[str, int, int, int]) -> None:
    transcript.selecting.select(*(TextPosition(at[0], Place(*at[1:])) for at in (start, end)))


def head(transcript: Transcript) -> tuple[str, int, int, int]:
    selection = transcript.selecting.selection
    assert selection is not None
    place = selection.head.place
    return selection.head.message_id, place.column, place.leaf, place.offset


def marked(transcript: Transcript, message_id: str) -> dict[int, tuple[tuple[int, int], ...]]:
    """What is marked of what is drawn, in the last column."""
    widget = transcript.widget_of(message_id)
    column = widget.numbered()[-1]
    found = {}
    for leaf in range(len(column)):
        drawn = column.drawn(leaf)
        if drawn is not None and drawn.highlights.get(Highlight.SELECTION):
            found[leaf] = drawn.highlights[Highlight.SELECTION]
    return found


# Mouse


def test_a_drag_selects_over_messages_and_blocks(transcript: Transcript, mouse: Mouse) -> None:
    mouse.drag(mouse.at("q0", 0, 0, 6), mouse.at("r0", 1, CODE_LEAF, 3), mouse.at("r0", 1, COSTS, 8))
    data = copied(transcript)
    assert data.text().startswith("*question*\nsecond line\n\nSome bold words and code")
    assert CODE in data.text()
    assert data.text().endswith("1. It costs")
    assert markdown(data).startswith("*question*\nsecond line\n\nSome **bold words** and `code` with a [link](https://")
    assert f"```python\n{CODE}\n```" in markdown(data)
    assert "<strong>bold words</strong>" in data.html()
    assert data.html().count("<section>") == 2
    assert marked(transcript, "q0") == {0: ((6, 16),), 1: ((0, 11),)}
    assert list(marked(transcript, "r0")) == [PARAGRAPH, CODE_LEAF, COSTS]
    assert not marked(transcript, "r1")


def test_dragging_upwards_is_the_same(transcript: Transcript, mouse: Mouse) -> None:
    mouse.drag(mouse.at("r0", 1, COSTS, 8), mouse.at("q0", 0, 0, 6))
    assert markdown(copied(transcript)).startswith("*question*\nsecond line\n\nSome **bold")
    assert head(transcript) == ("q0", 0, 0, 6)


def test_a_drag_may_begin_beside_the_messages(transcript: Transcript, mouse: Mouse) -> None:
    start = QPoint(4, mouse.at("r0", 1, PARAGRAPH, 0).y())
    mouse.drag(start, mouse.at("r0", 1, PARAGRAPH, 4))
    assert copied(transcript).text() == "Some"


def test_a_click_clears_what_was_selected(transcript: Transcript, mouse: Mouse) -> None:
    select(transcript, ("q0", 0, 0, 0), ("r1", 1, 0, 3))
    assert transcript.has_selection
    mouse.click(mouse.at("r0", 1, END, 3))
    assert not transcript.has_selection
    assert not marked(transcript, "q0")


def test_shift_and_a_click_extend(transcript: Transcript, mouse: Mouse) -> None:
    mouse.click(mouse.at("r0", 1, PARAGRAPH, 5))
    mouse.click(mouse.at("r0", 1, PARAGRAPH, 15), SHIFT)
    assert copied(transcript).text() == "bold words"
    mouse.click(mouse.at("r0", 1, PARAGRAPH, 9), SHIFT)
    assert markdown(copied(transcript)) == "**bold**"


def test_two_clicks_select_a_word_and_three_a_paragraph_or_line(transcript: Transcript, mouse: Mouse) -> None:
    within = mouse.at("r0", 1, PARAGRAPH, 7)
    mouse.clicks(within, 2)
    assert copied(transcript).text() == "bold"
    mouse.clicks(within, 3)
    assert copied(transcript).text() == "Some bold words and code with a link here."
    mouse.clicks(mouse.at("r0", 1, CODE_LEAF, len("def f(x):\n\tret")), 3)
    assert copied(transcript).text() == "\treturn x + 1  # 😀"
    mouse.clicks(mouse.at("r0", 1, TABLE, len("a\tb\n1\ttwo")), 3)
    assert copied(transcript).text() == "two words"


def test_the_last_letter_of_a_word_is_part_of_it(transcript: Transcript, mouse: Mouse) -> None:
    mouse.clicks(mouse.at("r0", 1, PARAGRAPH, 9) - QPoint(2, 0), 2)
    assert copied(transcript).text() == "bold"


def test_a_drag_after_two_clicks_takes_whole_words(transcript: Transcript, mouse: Mouse) -> None:
    widget = transcript.widget_of("r0")
    start, end = mouse.at("r0", 1, PARAGRAPH, 7), mouse.at("r0", 1, PARAGRAPH, 22)
    around = [transcript.viewport().mapToGlobal(QPointF(point)) for point in (start, end)]
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, point in ((QEvent.Type.MouseButtonDblClick, around[0]), (QEvent.Type.MouseMove, around[1])):
        QApplication.sendEvent(widget, QMouseEvent(kind, widget.mapFromGlobal(point), point, left, left, none))
    assert copied(transcript).text() == "bold words and code"


def test_dragging_past_the_edge_scrolls_and_goes_on(qtbot, transcript: Transcript, mouse: Mouse) -> None:
    transcript.set_entries(talk(40))
    transcript.verticalScrollBar().setValue(0)
    start = mouse.at("q0", 0, 0, 0)
    mouse.press(start)
    mouse.move_outside(transcript.widget_of("q0"), QPoint(300, transcript.height() + 200))
    qtbot.waitUntil(lambda: transcript.verticalScrollBar().value() > 1500)
    mouse.release(QPoint(300, transcript.height() - 1))
    stopped = transcript.verticalScrollBar().value()
    last, *_ = head(transcript)
    assert transcript.row_of(last) > 8
    assert markdown(copied(transcript)).startswith("Question 0\n\nSome words")
    QTest.qWait(60)
    assert transcript.verticalScrollBar().value() == stopped


def test_a_link_is_opened_by_a_click_and_selected_by_a_drag(
    transcript: Transcript, mouse: Mouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    link = len("Some bold words and code with a ")
    mouse.drag(mouse.at("r0", 1, PARAGRAPH, link + 1), mouse.at("r0", 1, PARAGRAPH, link + 4))
    assert not opened
    assert markdown(copied(transcript)) == "[ink](https://example.com/a)"
    mouse.click(mouse.at("r0", 1, PARAGRAPH, link + 2))
    assert opened == ["https://example.com/a"]


def test_a_click_folds_and_a_drag_over_the_summary_selects(transcript: Transcript, settle: Settle) -> None:
    text = "<details><summary>The summary</summary>\n\nInside.\n\n</details>\n\nAfter."
    transcript.set_entries([reply(text, "r")])
    settle()
    mouse = Mouse(transcript)
    widget = transcript.widget_of("r")
    folded = widget.height()
    mouse.drag(mouse.at("r", 1, 0, 0), mouse.at("r", 1, 0, 3))
    settle()
    assert widget.height() == folded
    assert copied(transcript).text() == "The"
    mouse.click(mouse.at("r", 1, 0, 6))
    settle()
    assert widget.height() > folded


def test_hovering_shows_the_whole_target(transcript: Transcript, mouse: Mouse) -> None:
    widget = transcript.widget_of("r0")
    link = widget.caret_rect(Place(1, PARAGRAPH, len("Some bold words and code with a l"))).center()
    around = widget.mapToGlobal(link.toPoint())
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, link.toPoint(), around))
    assert QToolTip.text() == "https://example.com/a"
    QToolTip.hideText()


def test_the_pointer_tells_text_from_links_and_the_rest(transcript: Transcript, mouse: Mouse) -> None:
    widget = transcript.widget_of("r0")

    def shape(point: QPoint) -> Qt.CursorShape:
        mouse.move(point)
        return widget.cursor().shape()

    link = len("Some bold words and code with a ")
    code = mouse.at("r0", 1, CODE_LEAF, 0)
    assert shape(mouse.at("r0", 1, PARAGRAPH, 3)) is Qt.CursorShape.IBeamCursor
    assert shape(mouse.at("r0", 1, PARAGRAPH, link + 2)) is Qt.CursorShape.PointingHandCursor
    assert shape(code + QPoint(2, 0)) is Qt.CursorShape.IBeamCursor
    assert shape(code - QPoint(0, 24)) is Qt.CursorShape.ArrowCursor


def test_selecting_takes_the_focus_and_a_click_does_not(qtbot, transcript: Transcript, mouse: Mouse) -> None:
    transcript.activateWindow()
    transcript.clearFocus()
    mouse.click(mouse.at("r0", 1, PARAGRAPH, 3))
    assert not transcript.hasFocus()
    mouse.drag(mouse.at("r0", 1, PARAGRAPH, 0), mouse.at("r0", 1, PARAGRAPH, 4))
    assert transcript.hasFocus()
    qtbot.keyClick(transcript, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "Some"


# Copying


@pytest.mark.parametrize(
    ("leaf", "start", "end", "plain", "source"),
    [
        (CODE_LEAF, 0, len(CODE), CODE, f"```python\n{CODE}\n```"),
        (CODE_LEAF, 4, 8, "f(x)", "`f(x)`"),
        (COSTS, 0, 22, "It costs $5 and $6.", "It costs $5 and $6."),
        (FORMULA_ITEM, 4, 5, "x^2", "$x^2$"),
        (FORMULA, 0, 1, "\\int_0^1 x", "$$\n\\int_0^1 x\n$$"),
        (TABLE, 4, 15, "1\ttwo words", None),
        (TABLE, 6, 9, "two", "two"),
    ],
)
def test_a_part_is_copied_as_it_was_written(
    transcript: Transcript, mouse: Mouse, leaf: int, start: int, end: int, plain: str, source: str | None
) -> None:
    select(transcript, ("r0", 1, leaf, start), ("r0", 1, leaf, end))
    data = copied(transcript)
    assert data.text() == plain
    if source is not None:
        assert markdown(data) == source


def test_whole_messages_are_copied_to_the_letter(transcript: Transcript, mouse: Mouse) -> None:
    transcript.select_all()
    data = copied(transcript)
    assert markdown(data) == f"First *question*\nsecond line\n\n{ANSWER}\n\nAnd more\n\nYes, *that* is it."
    assert data.text().startswith("First *question*\nsecond line\n\nSome bold words")
    assert data.html().count("<section>") == 4


def test_folded_reasoning_is_not_copied_and_unfolded_is(transcript: Transcript, mouse: Mouse) -> None:
    transcript.selecting.select_message("r0")
    assert markdown(copied(transcript)) == ANSWER
    widget = transcript.widget_of("r0")
    assert isinstance(widget, ReplyWidget)
    transcript.reveal(TextPosition("r0", Place(0, 1, 0)))
    assert widget.shows_reasoning
    assert markdown(copied(transcript)) == f"> I think.\n>\n> So I am.\n\n{ANSWER}"
    select(transcript, ("r0", 0, 1, 0), ("r0", 1, PARAGRAPH, 4))
    assert markdown(copied(transcript)) == "> So I am.\n\nSome"


def test_copy_message_gives_all_forms(transcript: Transcript, mouse: Mouse) -> None:
    transcript.widget_of("r1").copy_message()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == markdown(data) == "Yes, *that* is it."
    assert "<em>that</em>" in data.html()
    transcript.widget_of("q0").copy_message()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == markdown(data) == "First *question*\nsecond line"


def test_what_is_selected_is_for_the_middle_button(
    qtbot, transcript: Transcript, mouse: Mouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []
    monkeypatch.setattr(clipboard, "put_primary", offered.append)
    mouse.drag(mouse.at("r0", 1, PARAGRAPH, 5), mouse.at("r0", 1, PARAGRAPH, 9))
    qtbot.waitUntil(lambda: offered == ["bold"])
    transcript.set_entries(talk(200))
    transcript.select_all()
    qtbot.waitUntil(lambda: not transcript.selecting._primary.isActive())
    assert offered == ["bold"]


def test_a_question_is_no_html(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("<b>a</b> & b\n  c")])
    settle()
    transcript.select_all()
    data = copied(transcript)
    assert data.text() == markdown(data) == "<b>a</b> & b\n  c"
    assert "&lt;b&gt;a&lt;/b&gt; &amp; b\n  c" in data.html()


def test_a_folded_question_is_copied_whole(transcript: Transcript, settle: Settle) -> None:
    text = "\n".join(f"line {n}" for n in range(60))
    transcript.set_entries([question(text, "q0"), reply("Yes.", "r0")])
    settle()
    select(transcript, ("q0", 0, 1, 0), ("r0", 1, 0, 4))
    assert markdown(copied(transcript)) == text.removeprefix("line 0\n") + "\n\nYes."
    bubble = transcript.widget_of("q0")
    assert isinstance(bubble, BubbleWidget)
    assert max(marked(transcript, "q0")) < 20
    transcript.reveal(TextPosition("q0", Place(0, 50, 2)))
    settle()
    assert marked(transcript, "q0")[50] == ((0, 7),)


def test_of_a_long_conversation_the_text_is_copied_at_once(qtbot, transcript: Transcript) -> None:
    transcript.set_entries(talk(60))
    transcript.select_all()
    data = copied(transcript)
    source = data.text()
    assert data.formats() == ["text/plain"]
    assert source.count("Question ") == 60
    assert "\n\nSome words in a line that is not short.\n\n- and\n- a list\n\nQuestion 1\n" in source
    qtbot.waitUntil(lambda: not transcript.selecting.long_copy.is_busy, timeout=20_000)
    data = QGuiApplication.clipboard().mimeData()
    assert markdown(data) == source
    assert data.html().count("<section>") == 120


def test_what_is_copied_meanwhile_stays(qtbot, transcript: Transcript) -> None:
    transcript.set_entries(talk(60))
    transcript.select_all()
    transcript.copy_selection()
    QGuiApplication.clipboard().setText("mine")
    qtbot.waitUntil(lambda: not transcript.selecting.long_copy.is_busy, timeout=20_000)
    assert QGuiApplication.clipboard().text() == "mine"


def test_selecting_everything_marks_what_is_drawn_later(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(60))
    settle()
    transcript.select_all()
    transcript.verticalScrollBar().setValue(0)
    settle()
    assert marked(transcript, "q0") == {0: ((0, 10),)}
    assert 0 in marked(transcript, "r0")
    transcript.selecting.clear()
    transcript.scroll_to_end()
    settle()
    assert not marked(transcript, "r59")


def test_quoting(qtbot, transcript: Transcript, mouse: Mouse) -> None:
    select(transcript, ("r0", 1, PARAGRAPH, 5), ("r0", 1, CODE_LEAF, 8))
    with qtbot.waitSignal(transcript.quote_requested) as asked:
        transcript.quote_selection()
    assert asked.args[0].startswith("> **bold words** and `code`")
    assert asked.args[0].endswith("\n>\n> ```python\n> def f(x)\n> ```")
    transcript.selecting.clear()
    with qtbot.assertNotEmitted(transcript.quote_requested):
        transcript.quote_selection()


# What a selection survives


def test_a_selection_survives_streaming_theme_and_width(transcript: Transcript, settle: Settle, theme: Theme) -> None:
    running = reply("First words here.\n\nSecond", "r", status=Status.STREAMING, running=True)
    transcript.set_entries([question("Hi", "q"), running])
    settle()
    select(transcript, ("q", 0, 0, 0), ("r", 1, 0, 11))
    for piece in (" part", " and more.\n\n- a", "\n- b\n\n```py\nx = 1\n```\n"):
        transcript.stream("r", TextDelta(piece))
        transcript._turns.replies["r"].flush()
        assert marked(transcript, "r") == {0: ((0, 11),)}
    theme.set_mode("dark")
    transcript.resize(500, 600)
    settle()
    assert marked(transcript, "r") == {0: ((0, 11),)}
    text = "First words here.\n\nSecond part and more.\n\n- a\n- b\n\n```py\nx = 1\n```\n"
    older = [question("Older", "q0"), reply("Older too", "r0")]
    transcript.set_entries([*older, question("Hi", "q"), reply(text, "r"), question("New", "q2")])
    settle()
    assert marked(transcript, "r") == {0: ((0, 11),)}
    assert markdown(copied(transcript)) == "Hi\n\nFirst words"


def test_a_selection_survives_parking(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(60))
    transcript.verticalScrollBar().setValue(0)
    settle()
    select(transcript, ("q0", 0, 0, 0), ("r0", 1, 0, 4))
    transcript.scroll_to_end()
    settle()
    assert "r0" not in transcript._turns.live
    assert markdown(copied(transcript)) == "Question 0\n\nSome"
    transcript.verticalScrollBar().setValue(0)
    settle()
    assert marked(transcript, "r0") == {0: ((0, 4),)}


def test_a_selection_goes_with_its_messages(transcript: Transcript, mouse: Mouse) -> None:
    select(transcript, ("q0", 0, 0, 0), ("r0", 1, 0, 4))
    transcript.set_entries([question("First *question*\nsecond line", "q0"), reply("Another.", "r9")])
    assert not transcript.has_selection
    assert not marked(transcript, "q0")


# Keyboard


def test_the_caret_walks_through_messages(qtbot, transcript: Transcript, mouse: Mouse) -> None:
    transcript.activateWindow()
    transcript.setFocus()
    qtbot.keyClick(transcript, Qt.Key.Key_F7)
    assert head(transcript) == ("q0", 0, 0, 0)
    turn = transcript.widget_of("q0")
    assert turn.hasFocus()

    def press(key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> tuple[str, int, int, int]:
        qtbot.keyClick(QApplication.focusWidget(), key, keys)
        return head(transcript)

    assert press(Qt.Key.Key_Right) == ("q0", 0, 0, 1)
    assert press(Qt.Key.Key_Right, CONTROL) == ("q0", 0, 0, 7)
    assert press(Qt.Key.Key_End) == ("q0", 0, 0, 16)
    assert press(Qt.Key.Key_Right) == ("q0", 0, 1, 0)
    assert press(Qt.Key.Key_Left) == ("q0", 0, 0, 16)
    assert press(Qt.Key.Key_Home) == ("q0", 0, 0, 0)
    assert press(Qt.Key.Key_Down) == ("q0", 0, 1, 0)
    message_id, column, leaf, _offset = press(Qt.Key.Key_Down)
    assert (message_id, column, leaf) == ("r0", 1, PARAGRAPH)
    assert transcript.widget_of("r0").hasFocus()
    assert press(Qt.Key.Key_Down)[2:] == (CODE_LEAF, len("def f(x):"))
    assert press(Qt.Key.Key_Down)[2] == CODE_LEAF
    assert press(Qt.Key.Key_End, CONTROL) == ("r1", 1, 0, len("Yes, that is it."))
    assert press(Qt.Key.Key_Home, CONTROL) == ("q0", 0, 0, 0)
    assert press(Qt.Key.Key_Up) == ("q0", 0, 0, 0)
    assert not transcript.has_selection
    press(Qt.Key.Key_Right, SHIFT | CONTROL)
    press(Qt.Key.Key_Down, SHIFT)
    assert transcript.has_selection
    assert head(transcript)[:3] == ("q0", 0, 1)
    press(Qt.Key.Key_Escape)
    assert not transcript.has_selection
    assert transcript.selecting.caret.position is not None
    press(Qt.Key.Key_Escape)
    assert transcript.selecting.caret.position is None


def test_down_and_up_keep_their_column_over_short_lines(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([reply("A line of some length\n\nx\n\nA line of some length", "r")])
    settle()
    transcript.activateWindow()
    select(transcript, ("r", 1, 0, 10), ("r", 1, 0, 10))
    transcript.toggle_caret()
    turn = transcript.widget_of("r")
    for expected in ((1, 1), (2, 10), (2, 21)):
        qtbot.keyClick(turn, Qt.Key.Key_Down)
        assert head(transcript)[2:] == expected
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(turn, key)
    assert head(transcript)[2:] == (0, 0)


def test_in_text_from_right_to_left_the_left_key_goes_on(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([reply("שלום עולם", "r")])
    settle()
    transcript.activateWindow()
    transcript.toggle_caret()
    turn = transcript.widget_of("r")
    qtbot.keyClick(turn, Qt.Key.Key_Left)
    qtbot.keyClick(turn, Qt.Key.Key_Left, CONTROL)
    assert head(transcript) == ("r", 1, 0, 5)
    qtbot.keyClick(turn, Qt.Key.Key_Right)
    assert head(transcript) == ("r", 1, 0, 4)


def test_pages_and_scrolling_into_view(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(60))
    transcript.verticalScrollBar().setValue(0)
    settle()
    transcript.activateWindow()
    transcript.toggle_caret()
    before = transcript.verticalScrollBar().value()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_PageDown)
    page = transcript.verticalScrollBar().value() - before
    assert transcript.viewport().height() * 0.6 < page < transcript.viewport().height()
    assert transcript.selecting._is_in_view(transcript.selecting.selection.head)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_End, CONTROL | SHIFT)
    assert head(transcript)[0] == "r59"
    assert transcript.selecting._is_in_view(transcript.selecting.selection.head)
    assert transcript.has_selection


def test_without_a_caret_keys_scroll_as_ever(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(60))
    transcript.verticalScrollBar().setValue(400)
    settle()
    transcript.setFocus()
    select(transcript, ("q0", 0, 0, 0), ("q0", 0, 0, 3))
    qtbot.keyClick(transcript, Qt.Key.Key_Home)
    assert transcript.verticalScrollBar().value() == 0
    qtbot.keyClick(transcript, Qt.Key.Key_Right, SHIFT)
    assert head(transcript) == ("q0", 0, 0, 4)
    transcript.selecting.clear()
    qtbot.keyClick(transcript, Qt.Key.Key_Right, SHIFT)
    assert transcript.selecting.selection is None


def test_enter_opens_the_link_under_the_caret(
    qtbot, transcript: Transcript, mouse: Mouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    link = len("Some bold words and code with a ")
    transcript.activateWindow()
    for offset in (link, link + 4, 3):
        select(transcript, ("r0", 1, PARAGRAPH, offset), ("r0", 1, PARAGRAPH, offset))
        transcript.toggle_caret()
        qtbot.keyClick(transcript.widget_of("r0"), Qt.Key.Key_Return)
        transcript.toggle_caret()
    assert opened == ["https://example.com/a"] * 2


def test_a_caret_in_reasoning_that_is_folded_goes_on_in_the_answer(qtbot, transcript: Transcript, mouse: Mouse) -> None:
    transcript.activateWindow()
    transcript.reveal(TextPosition("r0", Place(0, 1, 0)))
    select(transcript, ("r0", 0, 1, 3), ("r0", 0, 1, 3))
    transcript.toggle_caret()
    turn = transcript.widget_of("r0")
    assert isinstance(turn, ReplyWidget)
    qtbot.keyClick(turn, Qt.Key.Key_Space)
    assert not turn.shows_reasoning
    qtbot.keyClick(turn, Qt.Key.Key_Right)
    assert head(transcript) == ("r0", 1, 0, 1)


def test_footnotes_lead_there_and_back(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([reply("Said[^1] so.\n\n" + "Words.\n\n" * 60 + "[^1]: The note.", "r")])
    transcript.verticalScrollBar().setValue(0)
    settle()
    transcript.activateWindow()
    select(transcript, ("r", 1, 0, 4), ("r", 1, 0, 4))
    transcript.toggle_caret()
    turn = transcript.widget_of("r")
    qtbot.keyClick(turn, Qt.Key.Key_Return)
    assert transcript.widget_of("r").text_of(*head(transcript)[1:3]) == "The note."
    assert transcript.verticalScrollBar().value() > 500
    column = transcript.widget_of("r").numbered()[1]
    mark = column.leaf_rect(head(transcript)[2]).topLeft() + QPoint(-8, 8)
    assert turn.act_at(QPointF(mark))
    assert head(transcript)[2:] == (0, 4)


def test_the_caret_is_seen_and_does_not_blink_with_reduced_motion(
    transcript: Transcript, mouse: Mouse, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    caret = transcript.selecting.caret

    def is_seen() -> bool:
        line = transcript.caret_rect(TextPosition("r0", Place(1, PARAGRAPH, 5)))
        picture = transcript.viewport().grab().toImage()
        return picture.pixelColor(line.x(), line.center().y()) == theme.color("accent")

    transcript.activateWindow()
    select(transcript, ("r0", 1, PARAGRAPH, 5), ("r0", 1, PARAGRAPH, 5))
    assert not is_seen()
    monkeypatch.setattr(type(theme), "reduced_motion", property(lambda self: True))
    transcript.toggle_caret()
    assert is_seen()
    assert not caret._blink.isActive()
    transcript.toggle_caret()
    assert not is_seen()


# Menus


def texts(transcript: Transcript, point: QPoint) -> list[str]:
    position = transcript.position_at(point)
    assert position is not None
    widget = transcript.widget_of(position.message_id)
    menu = Menu(widget.theme, "", widget)
    menus.fill(menu, widget, QPointF(widget.mapFromGlobal(transcript.viewport().mapToGlobal(point))))
    return [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()]


def act(transcript: Transcript, point: QPoint, text: str) -> None:
    position = transcript.position_at(point)
    assert position is not None
    widget = transcript.widget_of(position.message_id)
    menu = Menu(widget.theme, "", widget)
    menus.fill(menu, widget, QPointF(widget.mapFromGlobal(transcript.viewport().mapToGlobal(point))))
    next(action for action in menu.actions() if action.text().startswith(text)).trigger()


def test_menus_are_about_what_is_under_the_pointer(transcript: Transcript, mouse: Mouse) -> None:
    rest = ["Copy message", "Copy message as picture", "Regenerate", "Select message", "Select all"]
    end = mouse.at("r0", 1, END, 2)
    assert texts(transcript, end) == rest
    assert "Edit message" in texts(transcript, mouse.at("q0", 0, 0, 3))
    link = mouse.at("r0", 1, PARAGRAPH, len("Some bold words and code with a l"))
    assert texts(transcript, link)[:2] == ["Open https://example.com/a", "Copy link"]
    assert texts(transcript, mouse.at("r0", 1, CODE_LEAF, 2))[0] == "Copy code"
    table = mouse.at("r0", 1, TABLE, 6)
    assert texts(transcript, table)[:3] == ["Copy table as Markdown", "Copy table as CSV", "Copy table as TSV"]
    select(transcript, ("r0", 1, PARAGRAPH, 0), ("r0", 1, PARAGRAPH, 4))
    assert texts(transcript, end)[:3] == ["Copy", "Quote the selection", "Copy as picture"]


def test_menus_copy_to_the_letter(transcript: Transcript, mouse: Mouse) -> None:
    board = QGuiApplication.clipboard()
    act(transcript, mouse.at("r0", 1, TABLE, 6), "Copy table as CSV")
    assert board.text() == "a,b\r\n1,two words\r\n3,4\r\n"
    act(transcript, mouse.at("r0", 1, TABLE, 6), "Copy table as TSV")
    assert board.text() == "a\tb\n1\ttwo words\n3\t4"
    act(transcript, mouse.at("r0", 1, CODE_LEAF, 6), "Copy code")
    assert board.text() == CODE
    inline = mouse.at("r0", 1, FORMULA_ITEM, 4) + QPoint(2, 0)
    act(transcript, inline, "Copy formula as TeX")
    assert board.text() == "x^2"
    display = transcript.widget_of("r0").numbered()[1].leaf_rect(FORMULA).center()
    act(transcript, transcript.widget_of("r0").mapTo(transcript.viewport(), display), "Copy formula as MathML")
    assert board.text().startswith("<math")
    act(transcript, mouse.at("r1", 1, 0, 2), "Select message")
    assert markdown(copied(transcript)) == "Yes, *that* is it."


def test_a_selection_is_copied_as_a_picture(qtbot, transcript: Transcript, mouse: Mouse) -> None:
    select(transcript, ("q0", 0, 0, 6), ("r0", 1, PARAGRAPH, 9))
    board = QGuiApplication.clipboard()
    board.clear()
    act(transcript, mouse.at("r0", 1, END, 2), "Copy as picture")
    qtbot.waitUntil(lambda: board.mimeData() is not None and board.mimeData().hasImage())
    part = board.image()
    board.clear()
    act(transcript, mouse.at("r0", 1, END, 2), "Copy message as picture")
    qtbot.waitUntil(lambda: board.mimeData() is not None and board.mimeData().hasImage())
    assert board.image().height() > part.height() > 0


def test_the_menu_key_acts_at_the_caret(transcript: Transcript, mouse: Mouse) -> None:
    select(transcript, ("r0", 1, TABLE, 6), ("r0", 1, TABLE, 6))
    turn = transcript.widget_of("r0")
    for widget in (turn, transcript):
        middle = widget.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, widget.mapToGlobal(middle))
        QApplication.sendEvent(widget, event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, Menu)
        assert menu.actions()[0].text() == "Copy table as Markdown"
        menu.close()


def test_forms_of_nothing_but_a_formula() -> None:
    assert clipboard.forms(clipboard.Excerpt("$$\nx^2\n$$")).plain == "x^2"
