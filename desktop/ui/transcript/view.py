"""The conversation as it is read: a column of turns of which only those near the viewport exist.

Longer than most because it is the one door to the transcript: each method is a few lines over the part that does it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from desktop.domain.events import Failed, Finished, Pause, Stopped, TurnEvent
from desktop.domain.message import Role
from desktop.i18n import gettext as _
from desktop.settings.places import Places, ReadingPlace
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import measures
from desktop.ui.transcript.access import bridge as access
from desktop.ui.transcript.bubble import BubbleWidget
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.pictures import PictureShelf
from desktop.ui.transcript.position import Highlight, Place, TextPosition
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.scrolling.arrangement import Anchor, Arrangement
from desktop.ui.transcript.scrolling.margins import Margins
from desktop.ui.transcript.scrolling.wheel import Wheel
from desktop.ui.transcript.selection.selecting import Selecting
from desktop.ui.transcript.selection.selection import Marks
from desktop.ui.transcript.styles import Styles
from desktop.ui.transcript.turns import Turns
from desktop.ui.transcript.written import Written

_PAGE_OVERLAP = 40
_MARGIN = 48  # what is brought into view keeps this far from the edges
_LEFT_AFTER_MS = 1000  # a place is noted when the reader has rested there


class Transcript(QAbstractScrollArea):
    """Give it all messages of the shown branch with `set_entries`, and what a running turn does with `stream`.

    What a person reads never moves by itself: see `Arrangement`. `following` is one of the values of the option
    `chat.follow`; `places` remembers where each conversation was left.
    """

    regenerate_requested = Signal(str)
    edit_requested = Signal(str, str)  # message id, new text
    branch_requested = Signal(str)  # message id of the sibling to show
    action_requested = Signal(str, object)  # message id, errors.Action
    cost_asked = Signal(str)  # how a reply's cost is known, for `explain_cost`
    quote_requested = Signal(str)  # Markdown
    scrolled = Signal()  # another part of the text is in view, or it stands elsewhere

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, places: Places | None = None) -> None:
        super().__init__(parent)
        self.following = "follow"
        self._theme = theme
        self._styles = Styles(theme)
        self._places = places or Places()
        self._turns = Turns(self._styles, self.viewport(), self._connect, self._change)
        self._arrangement = Arrangement(self, theme, self._turns, self._widget)
        self.selecting = Selecting(theme, self)
        self.selecting.quote_requested.connect(self.quote_requested)
        self._highlights: dict[Highlight, Mapping[str, Marks]] = {}
        self._last_reply = -1
        self._current = -1
        self._scroll_before = 0
        self._ahead = QTimer(self, singleShot=True, interval=0)
        self._ahead.timeout.connect(self._build_ahead)
        self._resting = QTimer(self, singleShot=True, interval=_LEFT_AFTER_MS)
        self._resting.timeout.connect(self.keep_place)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(_("Messages"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)  # labels in it have their usual colours
        beside = self.verticalScrollBar().parentWidget()
        assert beside is not None
        beside.setBackgroundRole(QPalette.ColorRole.Window)
        beside.setAutoFillBackground(True)  # else all that the scroll bar stands in is painted when it moves
        self.verticalScrollBar().valueChanged.connect(lambda: self._on_scrolled())
        self._wheel = Wheel(theme, self)
        self._margins = Margins(theme, self, self._arrangement, self.scroll_to_end, self.scroll_to_message)
        theme.changed.connect(self._restyle)
        access.install()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    # What is shown

    @property
    def entries(self) -> Sequence[Entry]:
        """The messages of the shown branch, from the first."""
        return self._arrangement.entries

    def show_pictures(self, shelf: PictureShelf) -> None:
        """Pictures in replies come from there from now on; without it they stay places."""
        self._styles.pictures = shelf

    def row_of(self, message_id: str) -> int:
        """Its place in `entries`, -1 for a message that is not there."""
        return self._arrangement.rows.get(message_id, -1)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these. What is equal to before is not touched, and the reader's place is kept.

        Another conversation is shown where it was left, or from its end.
        """
        arrangement = self._arrangement
        is_other = _conversation(arrangement.entries) != _conversation(entries)
        if is_other:
            self.keep_place()
            self._wheel.stop()
            arrangement.anchor = None
        arrangement.set_entries(entries)
        self._turns.keep_only(arrangement.rows)
        known = self._turns.live.keys() | self._turns.replies.keys()
        rows = {arrangement.rows[message_id] for message_id in known}
        for row in rows.union(row for row, entry in enumerate(entries) if entry.running):
            self._take(row)
        self._mark_last()
        self.selecting.entries_changed()
        self._margins.set_entries()
        if is_other:
            self._go_to_left_place()
        else:
            self._arrange()

    def stream(self, message_id: str, event: TurnEvent) -> None:
        """Take an event of the turn that writes a message. Unknown messages are ignored: they are elsewhere."""
        reply = self._turns.replies.get(message_id)
        if reply is None:
            return
        reply.apply(event)
        if isinstance(event, Finished | Failed | Stopped):
            reply.flush()
        elif isinstance(event, Pause):
            access.tell_pause(self, event)

    def written_of(self, message_id: str) -> Written:
        """A reply's text as blocks and leaves. Raises KeyError for a message that is not there."""
        return self._turns.written_of(self.entries[self._arrangement.rows[message_id]].message)

    def edit_message(self, message_id: str) -> None:
        """Open a question for editing in its place."""
        if (row := self.row_of(message_id)) < 0:
            return
        self.scroll_to_message(message_id)
        widget = self._widget(row)
        if isinstance(widget, BubbleWidget):
            widget.edit()

    # Where the reader is

    def scroll_to_message(self, message_id: str, terms: Sequence[str] = ()) -> None:
        """Bring a message to the top of the viewport."""
        if (row := self.row_of(message_id)) < 0:
            return
        self._current = row
        self._go_to(Anchor(message_id, None, self._theme.px(measures.TOP)))

    def scroll_to_end(self) -> None:
        """Show the latest and follow it from here on."""
        self._wheel.stop()
        self._arrangement.go_to_end(follow=self.following != "stay")
        self._after_move()

    def show_asked(self) -> None:
        """The user has asked something: bring it into view as the option says."""
        asked = next((each.message.id for each in reversed(self.entries) if each.message.role is Role.USER), None)
        if self.following == "question" and asked is not None:
            self._go_to(Anchor(asked, None, self._theme.px(measures.TOP)), limit=False)
        else:
            self.scroll_to_end()

    def stop_following(self) -> None:
        """The reader has taken hold of what is in view."""
        arrangement = self._arrangement
        if arrangement.follow:
            arrangement.follow, arrangement.anchor = False, arrangement.line_at_top()

    def keep_place(self) -> None:
        """Note where the conversation is read, for the next time it is shown."""
        self._resting.stop()
        if not self.entries:
            return
        anchor = None if self._arrangement.at_end else self._arrangement.anchor
        place = None
        if anchor is not None:
            at = anchor.place or Place(-1, -1, -1)
            place = ReadingPlace(anchor.message_id, at.column, at.leaf, at.offset, anchor.y)
        self._places.set(_conversation(self.entries), place)

    def _go_to_left_place(self) -> None:
        place = self._places.get(_conversation(self.entries)) if self.entries else None
        if place is not None and place.message_id in self._arrangement.rows:
            at = Place(place.column, place.leaf, place.offset) if place.column >= 0 else None
            self._go_to(Anchor(place.message_id, at, place.y))
        else:
            self._arrangement.go_to_end(follow=self.following != "stay")
            self._after_move()
        self._margins.count_from_here()

    # Places in text

    def position_at(self, point: QPoint) -> TextPosition | None:
        """The place in text nearest to a point of the viewport; None without messages."""
        return self._arrangement.position_at(point)

    def caret_rect(self, position: TextPosition) -> QRect:
        """Where a caret stands in the viewport: estimated where nothing is drawn; empty for unknown messages."""
        return self._arrangement.caret_rect(position)

    def reveal(self, position: TextPosition, *, end_offset: int | None = None, centred: bool = False) -> None:
        """Unfold what hides a place and scroll the least distance to it, or so that it stands in the middle.

        With an end, the letters up to there are brought into view of a leaf that scrolls sideways.
        """
        if (row := self.row_of(position.message_id)) < 0:
            return
        place, height = position.place, self.viewport().height()
        end = place.offset if end_offset is None else end_offset
        widget = self._widget(row)
        if widget.reveal(place, end):
            self._arrangement.measure(row, widget)
        for _round in range(2):  # what is drawn now may make the place another one
            line = widget.caret_rect(place)
            if widget.show_band(int(line.top()) - height, int(line.bottom()) + height, height):
                self._arrangement.measure(row, widget)
        widget.reveal(place, end)
        self._arrange()
        line = widget.caret_rect(place)
        y = self._arrangement.top(row) + round(line.top()) - self._arrangement.scroll
        lowest = height - round(line.height()) - self._theme.px(_MARGIN)
        if centred or not 0 <= y <= height - line.height():
            y = (height - round(line.height())) // 2 if centred else max(self._theme.px(_MARGIN), min(y, lowest))
            self._go_to(Anchor(position.message_id, place, y))

    def set_highlight(self, kind: Highlight, marks: Mapping[str, Marks]) -> None:
        """Mark text of messages by id, whether they are drawn or not; what is not named is not marked any more.

        Only `get` is asked, and only for messages near the viewport, so it may be worked out then.
        """
        before = self._highlights.get(kind, {})
        self._highlights[kind] = marks
        for message_id, widget in self._turns.live.items():
            new = marks.get(message_id, {})
            if new != before.get(message_id, {}):
                widget.set_highlight(kind, new)

    def set_scroll_marks(self, positions: Sequence[TextPosition], current: int = -1) -> None:
        """Show on the scroll bar where these are; `current` is the index of the one that stands out."""
        self._margins.scroll_marks.set_marks(positions, current)

    def show_outline(self) -> None:
        """Open the list of questions for the keyboard."""
        self._margins.outline.open()

    @property
    def has_outline(self) -> bool:
        """Whether there are questions enough for one."""
        return self._margins.outline.is_useful

    # Selecting

    @property
    def has_selection(self) -> bool:
        return self.selecting.has_selection

    def copy_selection(self) -> None:
        """Put the selection on the clipboard: plain text, Markdown and HTML."""
        self.selecting.copy()

    def select_all(self) -> None:
        """Select all messages of the branch."""
        self.selecting.select_all()

    def quote_selection(self) -> None:
        """Have the selection quoted in the next question."""
        self.selecting.request_quote()

    def toggle_caret(self) -> None:
        """Begin or end reading with a caret."""
        self.selecting.toggle_caret()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.selecting.mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.selecting.mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.selecting.mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.selecting.mouse.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.selecting.open_menu(event)

    # Messages

    def widgets(self) -> Iterable[MessageWidget]:
        """Those in use."""
        return self._turns.live.values()

    def find_widget(self, message_id: str) -> MessageWidget | None:
        """The widget of a message, in use or put aside."""
        return self._turns.find(message_id)

    def widget_of(self, message_id: str) -> MessageWidget:
        """The widget of a message, made if there is none. Raises KeyError for one that is not there."""
        return self._widget(self._arrangement.rows[message_id])

    def focused_message(self) -> str:
        """The message that has the focus, or something in it; empty for none."""
        row = self._focused_row()
        return self.entries[row].message.id if row >= 0 else ""

    def _widget(self, row: int) -> MessageWidget:
        """The widget of a row, made if there is none."""
        entry = self.entries[row]
        message_id = entry.message.id
        widget = self._turns.live.get(message_id)
        if widget is None:
            widget = self._turns.use(entry)
            self._margins.stand_over(widget)
            widget.set_last(row == self._last_reply)
            for kind, marks in self._highlights.items():
                widget.set_highlight(kind, marks.get(message_id, {}))
            self.selecting.mark(widget)
            if widget.laid_out_width != self._arrangement.across()[1]:
                self._arrangement.measure(row, widget)
        return widget

    def explain_cost(self, message_id: str, words: str) -> None:
        """Have a reply say how its cost is known, if it is still near."""
        if isinstance(widget := self._turns.live.get(message_id), ReplyWidget):
            widget.explain_cost(words)

    def _connect(self, widget: MessageWidget) -> None:
        widget.selecting = self.selecting
        widget.resized.connect(self._on_resized)
        if isinstance(widget, BubbleWidget):
            widget.raised.connect(lambda: self._margins.stand_over(widget))
        elif isinstance(widget, ReplyWidget):
            widget.cost_asked.connect(self.cost_asked)
        widget.regenerate_requested.connect(self.regenerate_requested)
        widget.edit_requested.connect(self.edit_requested)
        widget.branch_requested.connect(self.branch_requested)
        widget.action_requested.connect(self.action_requested)

    def _take(self, row: int) -> None:
        """A message that is written or has a widget may have changed."""
        entry = self.entries[row]
        widget = self._turns.live.get(entry.message.id)
        access.tell(self, entry, was_running=entry.message.id in self._turns.replies)
        if (widget is None or widget.entry != entry) and (widget := self._turns.take(entry)) is not None:
            self._arrangement.measure(row, widget)

    def _mark_last(self) -> None:
        """The last reply that has ended keeps its actions in view."""
        rows = range(len(self.entries) - 1, -1, -1)
        ended = (
            row for row in rows if self.entries[row].message.role is not Role.USER and not self.entries[row].running
        )
        self._last_reply = next(ended, -1)
        for message_id, widget in self._turns.live.items():
            widget.set_last(self._arrangement.rows[message_id] == self._last_reply)

    # What happens

    def _on_resized(self, widget: MessageWidget) -> None:
        self._change(widget, lambda: None)

    def _change(self, widget: MessageWidget, change: Callable[[], None]) -> None:
        """Change a message and put everything in its place again."""
        if (row := self.row_of(widget.entry.message.id)) >= 0:
            change()
            self._arrangement.measure(row, widget)
            self._arrange()

    def _arrange(self, *, limit: bool = False) -> None:
        self._arrangement.arrange(limit=limit)
        self._after_move()

    def _go_to(self, anchor: Anchor, *, limit: bool = True) -> None:
        self._wheel.stop()
        self._arrangement.go_to(anchor, limit=limit)
        if limit and self._arrangement.at_end and self.following != "stay":
            self._arrangement.follow = True
        self._after_move()

    def _on_scrolled(self) -> None:
        if not self._arrangement.is_busy:
            self._arrangement.moved(self._scroll_before, may_follow=self.following != "stay")
            self._after_move()

    def _after_move(self) -> None:
        """Everything is in its place; tell whoever goes along."""
        self._scroll_before = self._arrangement.scroll
        self._margins.place()
        self._ahead.start()
        if self.entries:
            self._resting.start()
        self.scrolled.emit()

    def _build_ahead(self) -> None:
        """In idle time, one message after the other."""
        if self._arrangement.build_ahead():
            self._after_move()

    def _restyle(self) -> None:
        self._styles.clear()
        self._turns.restyle()
        self.viewport().update()

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        for turn in (self._turns.holding(old), self._turns.holding(new)):
            if turn is not None:
                turn.update_active()

    # Focus and keys

    def focus_turn(self, step: int) -> None:
        """Give the focus to the turn before (-1) or after (1) the one that has it."""
        if not self.entries:
            return
        row = self._focused_row()
        if row < 0:
            row = self._arrangement.row_at(self.viewport().height() // 2) - step
        row = max(0, min(row + step, len(self.entries) - 1))
        self.focus_message(self.entries[row].message.id)

    def focus_message(self, message_id: str) -> None:
        """Bring a message into view and give it the focus."""
        row, arrangement = self._arrangement.rows[message_id], self._arrangement
        self._current = row
        top = arrangement.top(row) - arrangement.scroll
        if top < 0 or top + arrangement.heights[row] > self.viewport().height():
            self.scroll_to_message(message_id)
        self._widget(row).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _focused_row(self) -> int:
        turn = self._turns.holding(QApplication.focusWidget())
        return self._arrangement.rows[turn.entry.message.id] if turn else -1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.selecting.key(event):
            return
        bar = self.verticalScrollBar()
        page = self.viewport().height() - self._theme.px(_PAGE_OVERLAP)
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self._wheel.stop()
        match event.key():
            case Qt.Key.Key_Up if alt:
                self.focus_turn(-1)
            case Qt.Key.Key_Down if alt:
                self.focus_turn(1)
            case Qt.Key.Key_Home:
                bar.setValue(0)
            case Qt.Key.Key_End:
                self.scroll_to_end()
            case Qt.Key.Key_PageUp:
                bar.setValue(bar.value() - page)
            case Qt.Key.Key_PageDown:
                bar.setValue(bar.value() + page)
            case Qt.Key.Key_Space:
                bar.setValue(bar.value() + (-page if shift else page))
            case Qt.Key.Key_Up:
                bar.setValue(bar.value() - bar.singleStep())
            case Qt.Key.Key_Down:
                bar.setValue(bar.value() + bar.singleStep())
            case _:
                super().keyPressEvent(event)
                return
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason) and self.entries:
            row = self._current if 0 <= self._current < len(self.entries) else len(self.entries) - 1
            self._current = row
            self._widget(row).setFocus(Qt.FocusReason.ShortcutFocusReason)

    # Qt

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Nothing: `Arrangement` moves the widgets itself."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange(limit=not self._arrangement.has_room_below)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.setAccepted(self._wheel.turn(event))


def _conversation(entries: Sequence[Entry]) -> str:
    return entries[0].message.conversation_id if entries else ""
