"""The line that is read does not move by itself, whatever happens around it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint

from desktop.domain.events import Finished, TextDelta
from desktop.domain.message import FinishReason, Status
from desktop.settings.files import Writer
from desktop.settings.places import Places
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.position import TextPosition
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.view import Transcript
from tests.ui.transcript.turns import question, reply, talk

Settle = Callable[[], None]
LONG = "A paragraph of some words that fills more than one line of the column, so that there is something.\n\n" * 30
MIXED = "# Title\n\n" + LONG + "```py\nx = 1\ny = 2\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two\n\n" + LONG


def line_read(transcript: Transcript) -> TextPosition:
    """The place in text a third down the viewport."""
    position = transcript.position_at(QPoint(transcript.viewport().width() // 2, transcript.viewport().height() // 3))
    assert position is not None
    return position


@contextmanager
def nothing_moves(transcript: Transcript, settle: Settle) -> Iterator[None]:
    settle()
    position = transcript._arrangement.line_at_top()
    assert position is not None
    assert position.place is not None
    first, read = TextPosition(position.message_id, position.place), line_read(transcript)
    before = [transcript.caret_rect(each).top() for each in (first, read)]
    yield
    settle()
    assert [transcript.caret_rect(each).top() for each in (first, read)] == before


def scroll_by(transcript: Transcript, pixels: int) -> None:
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.value() + pixels)


@pytest.fixture
def reading(transcript: Transcript, settle: Settle) -> Transcript:
    """In the middle of a long reply, above one that is being written."""
    running = reply("", "live", status=Status.STREAMING, running=True)
    transcript.set_entries([*talk(30), question("Hi"), reply(MIXED), question("More", "q-live"), running])
    transcript.scroll_to_message("r")
    settle()
    scroll_by(transcript, 310)
    settle()
    return transcript


def test_while_text_is_written_below(qtbot, reading: Transcript, settle: Settle) -> None:
    with nothing_moves(reading, settle):
        for piece in MIXED.split(" "):
            reading.stream("live", TextDelta(piece + " "))
        reading.stream("live", Finished(FinishReason.END))


def test_in_the_reply_that_is_written(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("Hi"), reply("", status=Status.STREAMING, running=True)])
    transcript.stream("r", TextDelta(LONG * 2))
    qtbot.waitUntil(lambda: transcript.written_of("r").text != "")
    scroll_by(transcript, -700)
    with nothing_moves(transcript, settle):
        for piece in MIXED.split("\n"):
            transcript.stream("r", TextDelta(piece + "\n"))
            transcript._turns.replies["r"].flush()
        transcript.stream("r", Finished(FinishReason.END))
        transcript.set_entries([question("Hi"), reply(LONG * 2 + MIXED)])


def test_when_heights_above_become_exact(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(200, MIXED[:1500]))
    transcript.scroll_to_message("r100")
    for step in (-37, -1, -250, 90, -411):
        settle()
        read = line_read(transcript)
        y = transcript.caret_rect(read).top()
        scroll_by(transcript, step)
        assert transcript.caret_rect(read).top() == y - step
        settle()
        assert transcript.caret_rect(read).top() == y - step


def test_when_the_theme_changes(reading: Transcript, settle: Settle, theme: Theme) -> None:
    with nothing_moves(reading, settle):
        theme.set_mode("dark")
    theme.set_mode("light")


def test_when_the_window_changes(reading: Transcript, settle: Settle) -> None:
    settle()
    anchor = reading._arrangement.line_at_top()
    assert anchor is not None
    assert anchor.place is not None
    for width, height in ((600, 500), (431, 700), (900, 333), (1008, 600)):
        reading.resize(width, height)
        settle()
        line = reading.caret_rect(TextPosition(anchor.message_id, anchor.place))
        assert line.top() == anchor.y


def test_when_older_messages_come(reading: Transcript, settle: Settle) -> None:
    older = [replace(entry, message=replace(entry.message, id=f"old-{entry.message.id}")) for entry in talk(40)]
    with nothing_moves(reading, settle):
        reading.set_entries([*older, *reading.entries])


def test_when_what_stood_below_goes_away(reading: Transcript, settle: Settle) -> None:
    with nothing_moves(reading, settle):
        reading.set_entries(reading.entries[:-2])
    assert reading._arrangement.has_room_below or not reading._arrangement.at_end


def test_when_a_fold_above_opens(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("Hi"), reply(MIXED, thought=LONG), *talk(10)])
    transcript.scroll_to_message("r")
    scroll_by(transcript, 200)
    widget = transcript.widget_of("r")
    assert isinstance(widget, ReplyWidget)
    assert widget._toggle is not None
    with nothing_moves(transcript, settle):
        widget._toggle.click()
    with nothing_moves(transcript, settle):
        widget._toggle.click()


def test_when_the_line_itself_is_gone_its_neighbour_stays(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([*talk(10), question("Hi"), reply(MIXED)])
    transcript.scroll_to_message("q")
    scroll_by(transcript, 40)
    settle()
    y = transcript.widget_of("q").y()
    transcript.set_entries([*talk(10), question("Hi"), reply("Another.", "r-other")])
    settle()
    assert transcript.widget_of("q").y() == y


def test_a_place_survives_another_window_and_zoom(
    qtbot, transcript: Transcript, settle: Settle, tmp_path: Path, qapp
) -> None:
    def fail(path: Path, error: OSError) -> None:
        pytest.fail(f"{path}: {error}")

    writer = Writer(fail)
    transcript._places = Places(tmp_path / "places.json", writer)
    entries = [*talk(10), question("Hi"), reply(MIXED), *[Entry(each.message) for each in talk(3)]][:-6]
    transcript.set_entries(
        [*entries, *[replace(e, message=replace(e.message, id=f"z{e.message.id}")) for e in talk(9)]]
    )
    transcript.scroll_to_message("r")
    scroll_by(transcript, 333)
    settle()
    anchor = transcript._arrangement.anchor
    assert anchor is not None
    assert anchor.place is not None
    transcript.keep_place()
    writer.flush()
    for zoom in (100, 150):
        theme = Theme("light", zoom=zoom)
        other = Transcript(theme, places=Places(tmp_path / "places.json", writer))
        qtbot.addWidget(other)
        other.resize(transcript.size())
        other.set_entries(transcript.entries)
        assert other.caret_rect(TextPosition(anchor.message_id, anchor.place)).top() == anchor.y
        other.set_entries([])
