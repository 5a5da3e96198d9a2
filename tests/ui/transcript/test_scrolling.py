"""Following, jumping, the wheel, the outline, and marks on the scroll bar."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from desktop.domain.events import TextDelta
from desktop.domain.message import Status
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import measures
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.position import Highlight, Place, TextPosition
from desktop.ui.transcript.view import Transcript
from tests.ui.transcript.turns import question, reply, talk

Settle = Callable[[], None]
LONG = "A paragraph of some words that fills more than one line of the column, so that there is something.\n\n" * 30


def turn_wheel(transcript: Transcript, *, pixels: int = 0, angle: int = 0) -> None:
    viewport = transcript.viewport()
    at = QPointF(viewport.width() / 2, viewport.height() / 2)
    modifiers, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    event = QWheelEvent(
        at,
        viewport.mapToGlobal(at),
        QPoint(0, pixels),
        QPoint(0, angle),
        buttons,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def running(message_id: str = "live") -> Entry:
    return reply("", message_id, status=Status.STREAMING, running=True)


def write(transcript: Transcript, text: str, message_id: str = "live") -> None:
    transcript.stream(message_id, TextDelta(text))
    transcript._turns.replies[message_id]._is_ready = lambda: True
    transcript._turns.replies[message_id].flush()


def at_end(transcript: Transcript) -> bool:
    bar = transcript.verticalScrollBar()
    return bar.value() == bar.maximum()


# Following


def test_any_way_up_ends_following_and_the_end_begins_it(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([*talk(5), question("Hi", "asked"), running()])
    settle()
    ways: list[Callable[[], None]] = [
        lambda: turn_wheel(transcript, pixels=1),
        lambda: qtbot.keyClick(transcript, Qt.Key.Key_Up),
        lambda: qtbot.keyClick(transcript, Qt.Key.Key_PageUp),
        lambda: transcript.verticalScrollBar().triggerAction(
            transcript.verticalScrollBar().SliderAction.SliderSingleStepSub
        ),
        transcript.stop_following,
    ]
    for way in ways:
        write(transcript, LONG[:400])
        assert at_end(transcript)
        way()
        place = transcript.verticalScrollBar().value()
        write(transcript, LONG[:400])
        assert transcript.verticalScrollBar().value() == place
        assert not at_end(transcript)
        qtbot.keyClick(transcript, Qt.Key.Key_End)
        assert at_end(transcript)


def test_a_reader_who_does_not_want_to_follow(transcript: Transcript, settle: Settle) -> None:
    transcript.following = "stay"
    transcript.set_entries([*talk(5), question("Hi", "asked"), running()])
    transcript.show_asked()
    settle()
    assert at_end(transcript)
    place = transcript.verticalScrollBar().value()
    write(transcript, LONG)
    transcript.scroll_to_end()
    assert at_end(transcript)
    end = transcript.verticalScrollBar().value()
    write(transcript, LONG)
    assert transcript.verticalScrollBar().value() == end > place


def test_the_question_goes_to_the_top_and_the_reply_grows_below(transcript: Transcript, settle: Settle) -> None:
    transcript.following = "question"
    transcript.set_entries([*talk(5), question("Hi", "asked"), running()])
    transcript.show_asked()
    top = transcript._theme.px(measures.TOP)
    for _ in range(4):
        settle()
        assert transcript.widget_of("asked").y() == top
        write(transcript, LONG)
    assert transcript._margins.jump.isVisible()
    transcript.resize(800, 500)
    settle()
    assert transcript.widget_of("asked").y() == top


def test_the_way_back_counts_what_has_come(qtbot, transcript: Transcript, settle: Settle) -> None:
    entries = talk(20)
    transcript.set_entries(entries)
    settle()
    assert not transcript._margins.jump.isVisible()
    turn_wheel(transcript, pixels=500)
    assert transcript._margins.jump.isVisible()
    assert transcript._margins.jump.accessibleName() == "Jump to latest"
    circle = transcript._margins.jump.width()
    assert circle == transcript._margins.jump.height()
    for count in (1, 2):
        entries = [*entries, question("More", f"more{count}"), reply("Words", f"new{count}")]
        transcript.set_entries(entries)
        assert transcript._margins.jump.accessibleName() == f"Jump to latest, {count} new"
    assert transcript._margins.jump.width() > circle
    qtbot.mouseClick(transcript._margins.jump, Qt.MouseButton.LeftButton)
    assert at_end(transcript)
    turn_wheel(transcript, pixels=500)
    assert transcript._margins.jump.accessibleName() == "Jump to latest"


# Wheel


def test_a_touchpad_moves_to_the_pixel(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(30))
    settle()
    place = transcript.verticalScrollBar().value()
    for pixels in (1, 7, -3, 100):
        turn_wheel(transcript, pixels=pixels)
        place -= pixels
        assert transcript.verticalScrollBar().value() == place


def test_a_wheel_glides_the_whole_way(qtbot, transcript: Transcript, settle: Settle, monkeypatch) -> None:
    monkeypatch.setattr(Theme, "reduced_motion", property(lambda _: False))
    transcript.set_entries(talk(40))
    settle()
    bar = transcript.verticalScrollBar()
    notch = QApplication.wheelScrollLines() * bar.singleStep()
    read = transcript.position_at(QPoint(400, 200))
    assert read is not None

    def y() -> int:
        return transcript.caret_rect(read).top()

    start = y()
    turn_wheel(transcript, angle=120)
    assert start < y() < start + notch
    turn_wheel(transcript, angle=120)
    qtbot.waitUntil(lambda: y() == start + 2 * notch)
    turn_wheel(transcript, angle=120)
    turn_wheel(transcript, angle=-120)  # the other way: what was left of the first is forgotten
    qtbot.waitUntil(lambda: not transcript._wheel._timer.isActive())
    assert start + notch < y() < start + 2 * notch


def test_without_motion_a_wheel_is_there_at_once(transcript: Transcript, settle: Settle, monkeypatch) -> None:
    monkeypatch.setattr(Theme, "reduced_motion", property(lambda _: True))
    transcript.set_entries(talk(40))
    settle()
    bar = transcript.verticalScrollBar()
    start = bar.value()
    turn_wheel(transcript, angle=120)
    assert bar.value() == start - QApplication.wheelScrollLines() * bar.singleStep()


def test_scrolling_paints_only_what_comes_into_view(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(60, LONG[:1000]))
    settle()
    turn_wheel(transcript, pixels=2000)
    settle()
    QApplication.processEvents()
    heights: list[int] = []
    for widget in transcript.widgets():
        paint = widget.paint_under
        widget.paint_under = lambda painter, clip, paint=paint: (heights.append(clip.height()), paint(painter, clip))  # type: ignore[method-assign]
    turn_wheel(transcript, pixels=-20)
    QApplication.processEvents()
    assert heights
    assert sum(heights) < 200


# Outline


def test_no_outline_for_a_few_questions(transcript: Transcript) -> None:
    transcript.set_entries(talk(2))
    assert not transcript.has_outline
    assert not transcript._margins.outline.isVisible()
    transcript.show_outline()
    assert not transcript._margins.outline._list.isVisible()


def test_the_outline_knows_where_one_is_and_goes_elsewhere(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(5000))
    settle()
    transcript.setFocus()
    outline = transcript._margins.outline
    assert outline.isVisible()
    assert outline._current == 4999
    transcript.scroll_to_message("q100")
    assert outline._current == 100
    transcript.show_outline()
    rows = outline._list._rows
    assert rows.hasFocus()
    assert rows.currentIndex().data() == "Question 100"
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert not outline._list.isVisible()
    assert transcript.widget_of("q102").y() == transcript._theme.px(measures.TOP)
    assert outline._current == 102
    assert transcript.hasFocus()
    transcript.show_outline()
    qtbot.keyClick(rows, Qt.Key.Key_Escape)
    assert not outline._list.isVisible()
    assert transcript.hasFocus()


def test_pointing_at_the_outline_opens_it_and_leaving_closes_it(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(10))
    settle()
    outline = transcript._margins.outline
    outline._opening.start()
    qtbot.waitUntil(outline._list.isVisible)
    outline._close_soon()
    qtbot.waitUntil(lambda: not outline._list.isVisible())


# Marks and places


def test_marks_stand_where_their_text_is(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(50))
    settle()
    positions = [TextPosition(f"r{n}", Place(1, 0, 0)) for n in (0, 25, 49)]
    transcript.set_scroll_marks(positions, 1)
    marks = transcript._margins.scroll_marks
    assert marks.isVisible()
    first, middle, last = marks._rows
    assert first < marks.height() * 0.05
    assert marks.height() * 0.4 < middle < marks.height() * 0.6
    assert last > marks.height() * 0.9
    transcript.set_scroll_marks([])
    assert not marks.isVisible()


def test_highlights_come_with_their_messages(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(200))
    settle()
    transcript.set_highlight(Highlight.FOUND, {"r0": {1: {0: ((0, 4),)}}, "r199": {1: {0: ((5, 10),)}}})

    def marked(message_id: str) -> object:
        leaf = transcript.widget_of(message_id).numbered()[1].drawn(0)
        return leaf.highlights.get(Highlight.FOUND) if leaf else None

    assert marked("r199") == ((5, 10),)
    transcript.scroll_to_message("r0")
    settle()
    assert marked("r0") == ((0, 4),)
    transcript.set_highlight(Highlight.FOUND, {})
    assert not marked("r0")
    transcript.scroll_to_end()
    settle()
    assert not marked("r199")


@pytest.mark.parametrize("centred", [True, False])
def test_a_place_is_brought_into_view(transcript: Transcript, settle: Settle, centred: bool) -> None:
    transcript.set_entries([*talk(20), question("Hi"), reply(LONG, thought=LONG)])
    settle()
    height = transcript.viewport().height()
    for place in (Place(1, 29, 10), Place(0, 20, 3), Place(1, 2, 0)):
        transcript.reveal(TextPosition("r", place), end_offset=place.offset + 3, centred=centred)
        settle()
        line = transcript.caret_rect(TextPosition("r", place))
        assert line.height() > 0
        assert 0 <= line.top() <= line.bottom() < height
        if centred and not at_end(transcript):
            assert abs(line.center().y() - height / 2) < 30
    before = transcript.verticalScrollBar().value()
    transcript.reveal(TextPosition("r", Place(1, 2, 5)))
    assert transcript.verticalScrollBar().value() == before


def test_places_and_points_agree(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([*talk(3), question("Hi"), reply(LONG)])
    settle()
    for y in range(0, transcript.viewport().height(), 17):
        position = transcript.position_at(QPoint(transcript.viewport().width() // 2, y))
        assert position is not None
        rect = transcript.caret_rect(position)
        assert abs(rect.center().y() - y) < 80
    assert transcript.caret_rect(TextPosition("elsewhere", Place(0, 0, 0))).isEmpty()
    transcript.set_entries([])
    assert transcript.position_at(QPoint(5, 5)) is None


def test_a_narrow_window_has_no_ticks(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(20))
    transcript.resize(500, 500)
    settle()
    assert not transcript._margins.outline.isVisible()
    transcript.show_outline()
    assert transcript._margins.outline._list.isVisible()
    assert transcript.rect().contains(transcript._margins.outline._list.geometry())


def test_the_pill_is_drawn_over_the_text(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(40, LONG[:900]))
    turn_wheel(transcript, pixels=900)
    settle()
    image: QImage = transcript.viewport().grab(transcript._margins.jump.geometry()).toImage()
    alone: QImage = transcript._margins.jump.grab().toImage()
    middle = QPoint(image.width() // 2, image.height() // 2)
    assert image.pixelColor(middle) == alone.pixelColor(middle)
