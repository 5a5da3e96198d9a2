"""The transcript as a whole: what exists, what stays where it is, what is painted again."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop.domain.events import Failed, Finished, ReasoningDelta, Stopped, TextDelta
from desktop.domain.message import FinishReason, Status
from desktop.render import highlight
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.blocks.code import DrawnCode
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.view import Transcript
from tests.render.corpus import SNIPPETS
from tests.ui.transcript.turns import question, reply, talk

Settle = Callable[[], None]
LONG = "A paragraph of some words that fills more than one line of the column, so that there is something.\n\n" * 30


def turn(transcript: Transcript, message_id: str) -> MessageWidget:
    return transcript._turns.live[message_id]


def at_end(transcript: Transcript) -> bool:
    bar = transcript.verticalScrollBar()
    return bar.value() == bar.maximum()


class Paints(QObject):
    """Counts how often widgets are painted."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.count = 0
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_only_what_is_near_exists(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(1000))
    settle()
    assert len(transcript._turns.live) < 60
    assert at_end(transcript)
    for place in (0.5, 0.1, 0.0):
        transcript.verticalScrollBar().setValue(int(transcript.verticalScrollBar().maximum() * place))
        settle()
    assert len(transcript.findChildren(MessageWidget)) < 120


def test_what_is_equal_is_not_touched(transcript: Transcript, settle: Settle) -> None:
    entries = talk(5)
    transcript.set_entries(entries)
    settle()
    before = dict(transcript._turns.live)
    QApplication.processEvents()
    paints = Paints(*before.values())
    transcript.set_entries(talk(5))
    settle()
    assert transcript._turns.live == before
    assert paints.count == 0


def test_a_stream_paints_nothing_that_is_finished(qtbot, transcript: Transcript, settle: Settle) -> None:
    qtbot.waitUntil(lambda: highlight.prepare("py"))
    transcript.set_entries(
        [question("Hi", "q0"), reply("Old.", "r0"), question("More"), reply("", status=Status.STREAMING, running=True)]
    )
    settle()
    writing = turn(transcript, "r")
    assert isinstance(writing, ReplyWidget)
    transcript.stream("r", TextDelta("First paragraph.\n\n```py\nx = 1\n```\n\nLast"))
    qtbot.waitUntil(lambda: writing.written.text != "")
    settle()
    QApplication.processEvents()
    paints = Paints(*(widget for key, widget in transcript._turns.live.items() if key != "r"))
    drawn = [slot.drawn for slot in writing._answer._slots]
    painted: list[object] = []
    for leaf in drawn[:-1]:
        leaf.paint = lambda *_, leaf=leaf: painted.append(leaf)  # type: ignore[method-assign, union-attr]
    for number in range(20):
        transcript.stream("r", TextDelta(f" {number}"))
        qtbot.waitUntil(lambda n=number: writing.written.text.endswith(f" {n}"))
        QApplication.processEvents()
    assert paints.count == 0
    assert painted == []
    assert [slot.drawn for slot in writing._answer._slots][:-1] == drawn[:-1]


def test_open_code_is_appended_to(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("Hi"), reply("", status=Status.STREAMING, running=True)])
    settle()
    writing = turn(transcript, "r")
    assert isinstance(writing, ReplyWidget)
    transcript.stream("r", TextDelta("```py\nfirst = 1\n"))
    qtbot.waitUntil(lambda: len(writing._answer) == 1)
    leaf = writing._answer._slots[0].drawn
    for _ in range(30):
        transcript.stream("r", TextDelta("more = 2\n"))
    qtbot.waitUntil(lambda: writing.written.text.count("more") == 30)
    assert writing._answer._slots[0].drawn is leaf
    transcript.stream("r", TextDelta("```\n"))
    transcript.stream("r", Finished(FinishReason.END))
    assert writing._answer._slots[0].drawn is leaf


def test_the_end_is_followed_until_the_reader_moves_up(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([*talk(3), question("More"), reply("", status=Status.STREAMING, running=True)])
    settle()
    for _ in range(10):
        transcript.stream("r", TextDelta(LONG[:300]))
        qtbot.wait(40)
    assert at_end(transcript)
    assert not transcript._margins.jump.isVisible()
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.value() - 1)
    line = transcript.mapFromGlobal(turn(transcript, "r").mapToGlobal(QPoint(0, 0))).y()
    for _ in range(10):
        transcript.stream("r", TextDelta(LONG[:300]))
        qtbot.wait(40)
    assert transcript.mapFromGlobal(turn(transcript, "r").mapToGlobal(QPoint(0, 0))).y() == line
    assert transcript._margins.jump.isVisible()
    qtbot.mouseClick(transcript._margins.jump, Qt.MouseButton.LeftButton)
    assert at_end(transcript)


def test_the_line_being_read_stays_when_heights_above_become_exact(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(200))
    settle()
    transcript.scroll_to_message("r100")
    settle()
    place = turn(transcript, "r100").y()
    bar = transcript.verticalScrollBar()
    for _ in range(40):
        before = {key: widget.y() for key, widget in transcript._turns.live.items() if widget.isVisible()}
        value = bar.value()
        bar.setValue(value - 37)
        for key, y in before.items():
            if key in transcript._turns.live and 0 <= y < transcript.height():
                assert transcript._turns.live[key].y() == y + 37
        settle()
    assert place > 0


def test_the_line_being_read_stays_when_the_window_changes(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("Hi"), reply(LONG + "# Here\n\n" + LONG), *talk(20)])
    settle()
    transcript.scroll_to_message("r")
    settle()
    widget = turn(transcript, "r")
    transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().value() + 700)
    settle()
    row, below = widget._answer.place_at(-widget.y())
    assert row > 5
    transcript.resize(600, 500)
    settle()
    assert widget._answer.y_of(row) + below == -widget.y()


def test_folding_above_does_not_move_what_is_read(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("Hi"), reply("Answer.", thought=LONG), *talk(10)])
    settle()
    transcript.scroll_to_message("q1")
    settle()
    y = turn(transcript, "q1").y()
    widget = turn(transcript, "r")
    assert isinstance(widget, ReplyWidget)
    assert widget._toggle is not None
    widget._toggle.click()
    settle()
    assert turn(transcript, "q1").y() == y
    assert "unfolded" in widget._toggle.accessibleName()


def test_a_finished_stream_is_what_the_text_reads_as(qtbot, transcript: Transcript, settle: Settle) -> None:
    text = "See [it][1].\n\n- a\n- b[^n]\n\n[1]: https://x.org\n\n[^n]: Note.\n"
    transcript.set_entries([question("Hi"), reply("", status=Status.STREAMING, running=True)])
    for letter in text:
        transcript.stream("r", TextDelta(letter))
    transcript.stream("r", Finished(FinishReason.END))
    transcript.set_entries([question("Hi"), reply(text)])
    streamed = turn(transcript, "r")
    assert isinstance(streamed, ReplyWidget)
    leaves = streamed.written.answer.leaves
    transcript.set_entries([])
    transcript.set_entries([question("Hi"), reply(text)])
    settle()
    whole = turn(transcript, "r")
    assert isinstance(whole, ReplyWidget)
    assert whole.written.answer.leaves == leaves


def test_reasoning_runs_and_folds(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("Hi"), reply("", status=Status.STREAMING, running=True)])
    settle()
    widget = turn(transcript, "r")
    assert isinstance(widget, ReplyWidget)
    assert widget._footer._status == "Waiting"
    transcript.stream("r", ReasoningDelta("Let me think."))
    qtbot.waitUntil(lambda: widget._toggle is not None)
    assert widget._toggle is not None
    assert widget._toggle._text.startswith("Thinking…")
    transcript.stream("r", TextDelta("So."))
    qtbot.waitUntil(lambda: widget._footer._status == "Writing")
    assert widget._toggle._text.startswith("Thought for")


def test_a_reply_that_was_stopped_or_failed_keeps_its_text(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("Hi"), reply("", status=Status.STREAMING, running=True)])
    transcript.stream("r", TextDelta("Half a"))
    transcript.stream("r", Stopped())
    transcript.set_entries([question("Hi"), reply("Half a", status=Status.STOPPED)])
    settle()
    widget = turn(transcript, "r")
    assert isinstance(widget, ReplyWidget)
    assert widget.written.answer.text == "Half a"
    assert widget._footer._status == "Stopped"


def test_events_of_other_messages_are_ignored(transcript: Transcript) -> None:
    transcript.set_entries(talk(1))
    transcript.stream("elsewhere", TextDelta("x"))
    transcript.stream("r0", Failed(None))  # type: ignore[arg-type]


def test_each_chat_is_shown_where_it_was_left(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(50))
    settle()
    transcript.scroll_to_message("r20")
    settle()
    y = turn(transcript, "r20").y()
    other = [Entry(replace(entry.message, conversation_id="d")) for entry in talk(3)]
    transcript.set_entries(other)
    transcript.set_entries(talk(50))
    settle()
    assert turn(transcript, "r20").y() == y


def test_anything_can_be_shown(transcript: Transcript) -> None:
    for text in SNIPPETS:
        transcript.set_entries([question(text), reply(text, thought=text)])
        widget = turn(transcript, "r")
        assert isinstance(widget, ReplyWidget)
        if widget._toggle is not None:
            widget._toggle.click()
        assert not transcript.grab().isNull(), text


def test_light_and_dark(qtbot, transcript: Transcript, theme: Theme, settle: Settle) -> None:
    def coloured(view: Transcript) -> bool:
        widget = turn(view, "r")
        assert isinstance(widget, ReplyWidget)
        code = widget._answer.drawn(1)
        return isinstance(code, DrawnCode) and code._colours.finished

    qtbot.waitUntil(lambda: highlight.prepare("py"))
    transcript.set_entries(
        [reply("**Text** with `code`.\n\n```py\nx = 1\n```\n\n| a |\n|---|\n| 1 |\n", thought="Hm.")]
    )
    settle()
    qtbot.waitUntil(lambda: coloured(transcript))
    light = transcript.grab().toImage()
    theme.set_mode("dark")
    dark = transcript.grab().toImage()
    assert light.pixelColor(2, 2) != dark.pixelColor(2, 2)
    fresh = Transcript(theme)
    fresh.resize(transcript.size())
    fresh.set_entries(transcript.entries)
    qtbot.waitUntil(lambda: coloured(fresh))
    assert fresh.grab().toImage() == dark
    theme.set_mode("light")
    assert transcript.grab().toImage() == light
    fresh.deleteLater()


def test_every_control_says_what_it_does(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(
        [
            question("Hi", sibling_count=2, sibling_ids=("q", "p")),
            reply("```py\nx\n```\n", thought="Hm.", sibling_count=2),
        ]
    )
    settle()
    for button in transcript.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text()
    assert turn(transcript, "q").accessibleName().startswith("You, ")
    assert turn(transcript, "r").accessibleName().startswith("Mistral Medium 3.5: ")


def test_nothing_heavy_is_imported_before_there_is_something_to_read() -> None:
    heavy = "markdown", "markdown_it", "pygments", "mdit_py_plugins"
    code = f"import sys, desktop.ui.transcript.view; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
