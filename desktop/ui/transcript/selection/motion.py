"""Where the caret goes by a key, through the text as it is shown."""

from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from desktop.ui.transcript.leaves import plain
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.position import Place, TextPosition
from desktop.ui.transcript.selection import words
from desktop.ui.transcript.styles import direction_of

if TYPE_CHECKING:
    from desktop.ui.transcript.view import Transcript


class Motion(Enum):
    LEFT = auto()
    RIGHT = auto()
    WORD_LEFT = auto()
    WORD_RIGHT = auto()
    UP = auto()
    DOWN = auto()
    LINE_START = auto()
    LINE_END = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()
    START = auto()
    END = auto()


VERTICAL = frozenset((Motion.UP, Motion.DOWN, Motion.PAGE_UP, Motion.PAGE_DOWN))
"""Those that keep the distance from the left edge."""

_Key = QKeySequence.StandardKey
_KEYS = (
    (Motion.LEFT, _Key.MoveToPreviousChar, _Key.SelectPreviousChar),
    (Motion.RIGHT, _Key.MoveToNextChar, _Key.SelectNextChar),
    (Motion.WORD_LEFT, _Key.MoveToPreviousWord, _Key.SelectPreviousWord),
    (Motion.WORD_RIGHT, _Key.MoveToNextWord, _Key.SelectNextWord),
    (Motion.UP, _Key.MoveToPreviousLine, _Key.SelectPreviousLine),
    (Motion.DOWN, _Key.MoveToNextLine, _Key.SelectNextLine),
    (Motion.LINE_START, _Key.MoveToStartOfLine, _Key.SelectStartOfLine),
    (Motion.LINE_END, _Key.MoveToEndOfLine, _Key.SelectEndOfLine),
    (Motion.PAGE_UP, _Key.MoveToPreviousPage, _Key.SelectPreviousPage),
    (Motion.PAGE_DOWN, _Key.MoveToNextPage, _Key.SelectNextPage),
    (Motion.START, _Key.MoveToStartOfDocument, _Key.SelectStartOfDocument),
    (Motion.END, _Key.MoveToEndOfDocument, _Key.SelectEndOfDocument),
)


def asked_for(event: QKeyEvent) -> tuple[Motion, bool] | None:
    """What a key means on this platform, and whether it selects."""
    for motion, move, select in _KEYS:
        if event.matches(select):
            return motion, True
        if event.matches(move):
            return motion, False
    return None


def moved(transcript: "Transcript", position: TextPosition, motion: Motion, x: float) -> TextPosition:
    """The place a motion leads to; `x` is the pixel of the viewport that a way up or down keeps to."""
    step = -1 if motion in (Motion.LEFT, Motion.WORD_LEFT, Motion.UP, Motion.LINE_START, Motion.PAGE_UP) else 1
    match motion:
        case Motion.LEFT | Motion.RIGHT | Motion.WORD_LEFT | Motion.WORD_RIGHT:
            text = _text(transcript.widget_of(position.message_id), position.place)
            forwards = (step > 0) != (direction_of(text) is Qt.LayoutDirection.RightToLeft)
            return _along(transcript, position, forwards, by_word=motion in (Motion.WORD_LEFT, Motion.WORD_RIGHT))
        case Motion.UP | Motion.DOWN:
            return _line(transcript, position, step, x)
        case Motion.LINE_START | Motion.LINE_END:
            place = position.place
            column = transcript.widget_of(position.message_id).numbered()[place.column]
            ends = column.line_ends(place.leaf, place.offset)
            return TextPosition(position.message_id, Place(place.column, place.leaf, ends[step > 0]))
        case Motion.PAGE_UP | Motion.PAGE_DOWN:
            return _page(transcript, position, step, x)
        case Motion.START:
            return next(_leaves_from(transcript, 0, 1), position)
        case Motion.END:
            return next(_leaves_from(transcript, len(transcript.entries) - 1, -1), position)


def _along(transcript: "Transcript", position: TextPosition, forwards: bool, *, by_word: bool) -> TextPosition:
    place = position.place
    text = _text(transcript.widget_of(position.message_id), place)
    if by_word:
        offset = words.next_word(text, place.offset) if forwards else words.previous_word(text, place.offset)
    else:
        offset = words.next_letter(text, place.offset) if forwards else words.previous_letter(text, place.offset)
    if offset is not None:
        return TextPosition(position.message_id, Place(place.column, place.leaf, offset))
    ends = len(text) if forwards else 0
    at_end = TextPosition(position.message_id, Place(place.column, place.leaf, ends))
    return _beside(transcript, position, 1 if forwards else -1) or at_end


def _line(transcript: "Transcript", position: TextPosition, step: int, x: float) -> TextPosition:
    widget, place = transcript.widget_of(position.message_id), position.place
    x -= widget.x()
    rect = widget.caret_rect(place)
    beyond = rect.bottom() + rect.height() / 2 if step > 0 else rect.top() - rect.height() / 2
    found = widget.place_in_text(QPointF(x, beyond))
    if (found.column, found.leaf) == (place.column, place.leaf):
        y = widget.caret_rect(found).center().y()
        if (y > rect.bottom()) if step > 0 else (y < rect.top()):
            return TextPosition(position.message_id, found)
    beside = _beside(transcript, position, step)
    if beside is None:
        return moved(transcript, position, Motion.END if step > 0 else Motion.START, x)
    transcript.reveal(beside)
    widget = transcript.widget_of(beside.message_id)
    return TextPosition(
        beside.message_id, widget.place_in_text(QPointF(x, widget.caret_rect(beside.place).center().y()))
    )


def _page(transcript: "Transcript", position: TextPosition, step: int, x: float) -> TextPosition:
    bar = transcript.verticalScrollBar()
    before = bar.value()
    y = transcript.caret_rect(position).center().y()
    bar.setValue(before + step * (transcript.viewport().height() - 2 * bar.singleStep()))
    if bar.value() == before:
        return moved(transcript, position, Motion.END if step > 0 else Motion.START, x)
    return transcript.position_at(QPoint(round(x), y)) or position


def _beside(transcript: "Transcript", position: TextPosition, step: int) -> TextPosition | None:
    """The end of the next leaf (or start of it, upwards its end) that can be seen."""
    here = (position.message_id, position.place.column, position.place.leaf)
    found = _leaves_from(transcript, transcript.row_of(position.message_id), step)
    passed = False
    for beside in found:
        if passed:
            return beside
        passed = (beside.message_id, beside.place.column, beside.place.leaf) == here
    return None


def _leaves_from(transcript: "Transcript", row: int, step: int) -> Iterator[TextPosition]:
    """The leaves that can be seen from a message on: their beginnings, or upwards their ends."""
    while 0 <= row < len(transcript.entries):
        message_id = transcript.entries[row].message.id
        widget = transcript.widget_of(message_id)
        columns = [(n, column) for n, column in enumerate(widget.numbered()) if column in widget.columns()]
        for number, column in columns[::step]:
            for leaf in range(len(column))[::step]:
                if column.leaf_rect(leaf).height() > 0:
                    place = Place(number, leaf, 0)
                    yield TextPosition(
                        message_id, place if step > 0 else Place(number, leaf, len(_text(widget, place)))
                    )
        row += step


def _text(widget: MessageWidget, place: Place) -> str:
    """The text of a leaf as far as it is shown."""
    column = widget.numbered()[place.column]
    return plain(column.leaf(place.leaf)) if place.leaf < len(column) else ""
