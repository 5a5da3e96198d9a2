"""Selecting text over messages with the mouse and the keyboard, and copying it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication

from desktop.domain.message import Role
from desktop.render import reasoning
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import question
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.position import Highlight, Place, TextPosition
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.selection import clipboard, motion
from desktop.ui.transcript.selection.caret import Caret
from desktop.ui.transcript.selection.dragging import Dragging
from desktop.ui.transcript.selection.long_copy import LongCopy
from desktop.ui.transcript.selection.selection import Part, Selection, marks

if TYPE_CHECKING:
    from desktop.ui.transcript.view import Transcript

_PRIMARY_MS = 200
_MOST_OFFERED = 100  # messages that the middle button pastes: it is offered whether it is wanted or not


class Selecting(QObject):
    """What is selected in a transcript. Messages hand it their keys and `mouse` their mouse, and show what it marks.

    Only messages that have a widget are marked, so that selecting all of a long conversation costs nothing.
    """

    changed = Signal()  # another selection, or the caret stands elsewhere
    quote_requested = Signal(str)  # Markdown

    def __init__(self, theme: Theme, transcript: "Transcript") -> None:
        super().__init__(transcript)
        self.caret = Caret(theme, transcript)
        self.long_copy = LongCopy(self)
        self.mouse = Dragging(theme, transcript, self)
        self._transcript = transcript
        self._selection: Selection | None = None
        self._x: float | None = None  # what a way up or down keeps to
        self._primary = QTimer(self, singleShot=True, interval=_PRIMARY_MS)
        self._primary.timeout.connect(self._offer)

    # What is selected

    @property
    def has_selection(self) -> bool:
        return self._selection is not None and not self._selection.is_empty

    @property
    def selection(self) -> Selection | None:
        """From where to where; an empty one is where the last click was, or the caret is."""
        return self._selection

    def select(self, anchor: TextPosition, head: TextPosition) -> None:
        """Select what lies between two places."""
        self._set(Selection(anchor, head))

    def select_all(self) -> None:
        """Select all messages of the branch."""
        if entries := self._transcript.entries:
            self._select_rows(0, len(entries) - 1)

    def select_message(self, message_id: str) -> None:
        if (row := self._transcript.row_of(message_id)) >= 0:
            self._select_rows(row, row)

    def clear(self) -> None:
        """Select nothing. The caret stays where it is."""
        head = self._selection.head if self._selection is not None and self.caret.position is not None else None
        self._set(Selection(head, head) if head is not None else None)

    def part_of(self, message_id: str) -> Part | None:
        """What of a message is selected."""
        return self._selection.part_of(message_id, self._transcript.row_of) if self._selection is not None else None

    def mark(self, widget: MessageWidget) -> None:
        """Show what of a message is selected."""
        part = self.part_of(widget.entry.message.id)
        lengths = [list(map(len, column)) for column in widget.texts()] if part is not None else []
        widget.set_highlight(Highlight.SELECTION, marks(lengths, part) if part is not None else {})

    def entries_changed(self) -> None:
        """Other messages are shown. What is selected goes with its messages."""
        row_of, selection = self._transcript.row_of, self._selection
        if selection is not None and (row_of(selection.anchor.message_id) < 0 or row_of(selection.head.message_id) < 0):
            self.mouse.stop()
            self.caret.show_at(None)
            self._set(None)

    def request_quote(self) -> None:
        """Have the selection quoted in the next message."""
        if pieces := self._pieces():
            copied = clipboard.all_forms(pieces)
            self.quote_requested.emit("\n".join(f"> {line}".rstrip() for line in copied.markdown.split("\n")))

    # Copying

    def copy(self) -> None:
        """Put the selection on the clipboard. Of a long one the text is there at once, the other forms follow."""
        if pieces := self._pieces():
            self.long_copy.start(pieces)

    def _offer(self) -> None:
        """Let the middle button paste what is selected."""
        if self._selection is None:
            return
        first, last = (self._transcript.row_of(end.message_id) for end in self._selection.ends(self._transcript.row_of))
        if last - first < _MOST_OFFERED and (pieces := self._pieces()):
            clipboard.put_primary(clipboard.interim(pieces))

    def selected(self) -> list[tuple[Entry, list[clipboard.Piece]]]:
        """What is selected of each message; reasoning comes before the answer."""
        if self._selection is None or self._selection.is_empty:
            return []
        row_of = self._transcript.row_of
        first, last = self._selection.ends(row_of)
        entries = self._transcript.entries[row_of(first.message_id) : row_of(last.message_id) + 1]
        parts = [Part()] * len(entries)
        parts[0] = Part(first.place, parts[0].end)
        parts[-1] = Part(parts[-1].start, last.place)
        found = ((entry, list(self._pieces_of(entry, part))) for entry, part in zip(entries, parts, strict=True))
        return [(entry, pieces) for entry, pieces in found if pieces]

    def _pieces(self) -> list[clipboard.Piece]:
        return [piece for _entry, pieces in self.selected() for piece in pieces]

    def _pieces_of(self, entry: Entry, part: Part) -> Iterator[clipboard.Piece]:
        if entry.message.role is Role.USER:
            if text := question.excerpt(entry.message.text, part.start, part.end):
                yield clipboard.Words(text)
            return
        widget = self._transcript.find_widget(entry.message.id)
        if widget is None and part == Part():
            if source := reasoning.split(entry.message.text)[1]:
                yield clipboard.Excerpt(source)
            return
        written = self._transcript.written_of(entry.message.id)
        thought = clipboard.excerpt(written, 0, part)
        if thought is not None and isinstance(widget, ReplyWidget) and widget.shows_reasoning:
            yield clipboard.quoted(thought)
        if (answer := clipboard.excerpt(written, 1, part)) is not None:
            yield answer

    # Keyboard

    def key(self, event: QKeyEvent) -> bool:
        """Take a key that is about the selection or the caret. False for all others."""
        if event.matches(QKeySequence.StandardKey.Copy):
            if not self.has_selection:
                return False
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_F7 and not event.modifiers():
            self.toggle_caret()
        elif event.key() == Qt.Key.Key_Escape and (self.has_selection or self.caret.position is not None):
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            return self._act_at_caret()
        elif (asked := motion.asked_for(event)) is not None:
            return self._move(*asked)
        else:
            return False
        return True

    def open_menu(self, event: QContextMenuEvent) -> None:
        """A menu is asked for beside the messages, or by a key while none of them has the focus."""
        from desktop.ui.transcript import menus  # not before it is asked for

        selection = self._selection
        if event.reason() == QContextMenuEvent.Reason.Keyboard and selection is not None:
            menus.open_at_caret(self._transcript.widget_of(selection.head.message_id))
        elif (position := self._transcript.position_at(event.pos())) is not None:
            widget = self._transcript.widget_of(position.message_id)
            menus.open_at(widget, QPointF(widget.mapFromGlobal(event.globalPos())), event.globalPos())

    def toggle_caret(self) -> None:
        """Begin or end reading with a caret."""
        if self.caret.position is not None:
            self.caret.show_at(None)
            self.changed.emit()
            return
        focused = self._transcript.focused_message()
        position = self._selection.head if self._selection is not None else None
        if focused and (position is None or position.message_id != focused):
            position = TextPosition(focused, self._transcript.widget_of(focused).first_place())
        if position is None or not self._is_in_view(position):
            position = self._first_in_view()
        if position is not None:
            self.place_caret(position)

    def turn_focused(self, widget: MessageWidget) -> None:
        """A message has the focus: the caret goes along."""
        message_id = widget.entry.message.id
        if self.caret.position is not None and self.caret.position.message_id != message_id:
            self.place_caret(TextPosition(message_id, widget.first_place()))

    def place_caret(self, position: TextPosition) -> None:
        """Read with a caret from there on."""
        self.caret.show_at(position)
        self._set(Selection(position, position))
        self._follow_caret()

    def _leave(self) -> None:
        if self.has_selection:
            self.clear()
        else:
            self.caret.show_at(None)
            self.changed.emit()

    def _move(self, asked: motion.Motion, selects: bool) -> bool:
        """Move the caret, or the end of the selection where there is no caret."""
        if self._selection is None or not (self.caret.position or (selects and self.has_selection)):
            return False
        head = self._selection.head
        head = TextPosition(head.message_id, self._transcript.widget_of(head.message_id).nearest_shown(head.place))
        if self._x is None:
            self._x = self._transcript.caret_rect(head).x()
        x = self._x
        to = motion.moved(self._transcript, head, asked, x)
        self._set(Selection(self._selection.anchor if selects else to, to))
        self._x = x if asked in motion.VERTICAL else None
        self._transcript.reveal(to)
        self._follow_caret()
        return True

    def _follow_caret(self) -> None:
        """The message with the caret has the focus."""
        if self.caret.position is not None:
            widget = self._transcript.widget_of(self.caret.position.message_id)
            if not widget.hasFocus():
                widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_to(self, position: TextPosition) -> None:
        """Bring a place into view; the caret goes along."""
        if self.caret.position is not None:
            self.place_caret(position)
        self._transcript.reveal(position)

    def _act_at_caret(self) -> bool:
        """Do what a click on either side of the caret would."""
        if self.caret.position is None:
            return False
        widget = self._transcript.widget_of(self.caret.position.message_id)
        line = widget.caret_rect(self.caret.position.place)
        sides = [QPointF(line.x() + side, line.center().y()) for side in (1, -1)]
        return widget.act_at(next(filter(widget.link_at, sides), sides[0]))

    # Inside

    def _set(self, selection: Selection | None) -> None:
        self._x = None
        if selection == self._selection:
            return
        self._selection = selection
        if self.caret.position is not None and selection is not None:
            self.caret.show_at(selection.head)
        for widget in self._transcript.widgets():
            self.mark(widget)
        if self.has_selection:
            self._primary.start()
        self.changed.emit()

    def _select_rows(self, first: int, last: int) -> None:
        start, end = (self._transcript.entries[row].message.id for row in (first, last))
        self.take_focus()
        to = self._transcript.widget_of(end)
        column = len(to.numbered()) - 1
        self._set(Selection(TextPosition(start, Place(0, 0, 0)), TextPosition(end, to.end_of(column))))

    def take_focus(self) -> None:
        """Keys are about what is selected, so they have to come here."""
        focus = QApplication.focusWidget()
        if not (isinstance(focus, MessageWidget) and self._transcript.isAncestorOf(focus)):
            self._transcript.setFocus(Qt.FocusReason.MouseFocusReason)

    def _first_in_view(self) -> TextPosition | None:
        """The beginning of the first line that can be seen."""
        if (found := self._transcript.position_at(QPoint(0, 0))) is None:
            return None
        place = found.place
        column = self._transcript.widget_of(found.message_id).numbered()[place.column]
        if place.leaf >= len(column):
            return found
        start, _end = column.line_ends(place.leaf, place.offset)
        return TextPosition(found.message_id, Place(place.column, place.leaf, start))

    def _is_in_view(self, position: TextPosition) -> bool:
        line = self._transcript.caret_rect(position)
        return line.bottom() >= 0 and line.top() < self._transcript.viewport().height()
