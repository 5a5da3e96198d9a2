"""The conversation as it is read: a column of turns of which only those near the viewport exist.

What a person reads never moves by itself. Before anything changes, the first visible line is remembered (or that the
end is being followed), and afterwards it is put back where it was.

Longer than most because scrolling, anchoring and following are one state that must change together.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from desktop.domain.events import Failed, Finished, Stopped, TurnEvent
from desktop.domain.message import Message, Role
from desktop.i18n import gettext as _
from desktop.render import blocks
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import measures
from desktop.ui.transcript.bubble import BubbleWidget
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.heights import Heights
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.streaming import LiveReply
from desktop.ui.transcript.styles import Styles
from desktop.ui.transcript.turns import Turns
from desktop.ui.transcript.written import Written
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.button import IconButton

_LINE_STEP = 40
_AHEAD = 1  # screens above and below in which turns are built
_KEEP = 1.5  # and from which on they are parked: further, so that none goes to and fro


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A place in a message's text, and how far below the viewport's top it stands."""

    message_id: str
    place: tuple[int, int, int]
    below: int = 0


class Transcript(QAbstractScrollArea):
    """Give it all messages of the shown branch with `set_entries`, and what a running turn does with `stream`."""

    regenerate_requested = Signal(str)
    edit_requested = Signal(str, str)  # message id, new text
    branch_requested = Signal(str)  # message id of the sibling to show
    action_requested = Signal(str, object)  # message id, errors.Action

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._styles = Styles(theme)
        self._entries: list[Entry] = []
        self._rows: dict[str, int] = {}
        self._heights = Heights()
        self._turns = Turns(self._styles, self.viewport(), self._connect)
        self._replies: dict[str, LiveReply] = {}
        self._places: dict[str, _Anchor] = {}  # by conversation, of those that were not read at their end
        self._follow = True
        self._arranging = False
        self._warm_up: threading.Thread | None = None
        self._last_reply = -1
        self._current = -1
        self._ahead = QTimer(self, singleShot=True, interval=0)
        self._ahead.timeout.connect(self._build_ahead)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(_("Messages"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)  # labels in it have their usual colours
        self.verticalScrollBar().valueChanged.connect(lambda: self._on_scrolled())
        self._jump = _Jump(theme, "caret-down-bold", _("Jump to latest"), edge=True, parent=self)
        self._jump.resize(self._jump.sizeHint())
        self._jump.clicked.connect(self.scroll_to_end)
        self._jump.hide()
        theme.changed.connect(self._restyle)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    # What is shown

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these. What is equal to before is not touched, and the reader's place is kept.

        Another conversation is shown where it was left, or from its end.
        """
        anchor = self._anchor()
        old_conversation, new_conversation = _conversation(self._entries), _conversation(entries)
        if old_conversation != new_conversation:
            self._places.pop(old_conversation, None)
            if anchor is not None:
                self._places[old_conversation] = anchor
            anchor = self._places.pop(new_conversation, None)
            self._follow = anchor is None
        old = {entry.message.id: (entry, self._heights[row]) for row, entry in enumerate(self._entries)}
        self._entries = list(entries)
        self._rows = {entry.message.id: row for row, entry in enumerate(self._entries)}
        heights = []
        for entry in self._entries:
            known = old.get(entry.message.id)
            kept = known is not None and (known[0] == entry or entry.message.id in self._turns.live)
            heights.append(known[1] if known and kept else self._estimate(entry))
        self._heights = Heights(heights)
        self._turns.keep_only(self._rows)
        for message_id in [message_id for message_id in self._replies if message_id not in self._rows]:
            self._replies.pop(message_id).end()
        for entry in self._entries:
            known = old.get(entry.message.id)
            if known is None or known[0] != entry:
                self._take(entry)
        self._mark_last()
        self._arrange(anchor)

    def stream(self, message_id: str, event: TurnEvent) -> None:
        """Take an event of the turn that writes a message. Unknown messages are ignored: they are elsewhere."""
        reply = self._replies.get(message_id)
        if reply is None:
            return
        reply.apply(event)
        if isinstance(event, Finished | Failed | Stopped):
            reply.flush()
            word = _("Stopped") if isinstance(event, Stopped) else _("Reply finished")
            announce(self, event.failure.title if isinstance(event, Failed) else word)

    def scroll_to_message(self, message_id: str, terms: Sequence[str] = ()) -> None:
        """Bring a message to the top of the viewport."""
        if message_id not in self._rows:
            return
        self._follow = False
        self._current = self._rows[message_id]
        self._arrange(_Anchor(message_id, (-1, 0, 0), self._theme.px(measures.TOP)))
        self._follow = self._at_end()
        self._show_jump()

    def scroll_to_end(self) -> None:
        """Show the latest and follow it from here on."""
        self._follow = True
        self._arrange(None)

    def focus_turn(self, step: int) -> None:
        """Give the focus to the turn before (-1) or after (1) the one that has it."""
        if not self._entries:
            return
        row = self._focused_row()
        if row < 0:
            row = self._heights.row_at(self._scroll + self.viewport().height() // 2) - step
        row = max(0, min(row + step, len(self._entries) - 1))
        self._current = row
        top, bottom = self._top(row), self._top(row) + self._heights[row]
        if top < self._scroll or bottom > self._scroll + self.viewport().height():
            self.scroll_to_message(self._entries[row].message.id)
        self._widget(row).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def edit_message(self, message_id: str) -> None:
        """Open a question for editing in its place."""
        if message_id not in self._rows:
            return
        self.scroll_to_message(message_id)
        widget = self._widget(self._rows[message_id])
        if isinstance(widget, BubbleWidget):
            widget.edit()

    # Geometry

    @property
    def _scroll(self) -> int:
        return self.verticalScrollBar().value()

    def _top(self, row: int) -> int:
        """The top of a row in the whole column, the space above the first included."""
        return self._theme.px(measures.TOP) + self._heights.top(row)

    def _extent(self) -> int:
        """The height of everything."""
        if not self._entries:
            return 0
        kind = BubbleWidget if self._entries[-1].message.role is Role.USER else ReplyWidget
        after = self._theme.px(kind.after)
        return self._top(len(self._entries)) - after + self._theme.px(measures.BOTTOM)

    def _message_geometry(self) -> tuple[int, int]:
        """Left edge and width of a message. The column is centred in the whole, the scroll bar's room included."""
        px = self._theme.px
        whole = self.width()
        width = min(px(measures.COLUMN), whole - 2 * px(measures.MARGIN)) + 2 * px(measures.OUTSET)
        left = (whole - width) // 2
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left -= whole - self.viewport().width()
        return left, width

    def _estimate(self, entry: Entry) -> int:
        px = self._theme.px
        text = entry.message.text
        if entry.message.role is Role.USER:
            lines = min(measures.BUBBLE_LINES, text.count("\n", 0, 4000) + len(text) // 75 + 1)
            return px(lines * measures.LINE + 2 * measures.BUBBLE_PAD_Y + measures.AFTER_BUBBLE)
        lines = text.count("\n") + len(text) // 110 + 1
        head = measures.HEAD + measures.HEAD_GAP + measures.FOOTER + measures.FOOTER_GAP
        return px(lines * measures.LINE + head + measures.AFTER_REPLY)

    def _anchor(self) -> _Anchor | None:
        """The first visible line; None while the end is followed or there is nothing."""
        if self._follow or not self._entries:
            return None
        scroll = self._scroll
        row = self._heights.row_at(scroll - self._theme.px(measures.TOP))
        entry = self._entries[row]
        inside = scroll - self._top(row)
        widget = self._turns.live.get(entry.message.id)
        if widget is None:
            return _Anchor(entry.message.id, (-1, 0, inside))
        return _Anchor(entry.message.id, widget.place_at(inside))

    def _wanted_scroll(self, anchor: _Anchor | None) -> int:
        most = max(0, self._extent() - self.viewport().height())
        if anchor is None:
            return most if self._follow else min(self._scroll, most)
        row = self._rows.get(anchor.message_id)
        if row is None:
            return min(self._scroll, most)
        widget = self._turns.live.get(anchor.message_id)
        inside = widget.y_of(anchor.place) if widget else anchor.place[2]
        return max(0, min(self._top(row) + inside - anchor.below, most))

    def _arrange(self, anchor: _Anchor | None) -> None:
        """Make what is in view exact and put everything in its place, with the anchor where it was."""
        if self._arranging:
            return
        self._arranging = True
        height = self.viewport().height()
        try:
            scroll = self._wanted_scroll(anchor)
            for _attempt in range(8):
                exact = self._make_exact(scroll, scroll + height)
                wanted = self._wanted_scroll(anchor)
                if exact and wanted == scroll:
                    break
                scroll = wanted
            bar = self.verticalScrollBar()
            bar.setPageStep(height)
            bar.setSingleStep(self._theme.px(_LINE_STEP))
            bar.setRange(0, max(0, self._extent() - height))
            bar.setValue(scroll)
            self._move_pixels(scroll)
            self._put_widgets(scroll)
        finally:
            self._arranging = False
        self._show_jump()
        self._ahead.start()

    def _make_exact(self, top: int, bottom: int) -> bool:
        """Build and measure what shows between two heights of the column. Whether nothing changed by that."""
        first = self._theme.px(measures.TOP)
        exact = True
        for row in self._heights.rows_between(top - first, bottom - first):
            widget = self._widget(row)
            row_top = self._top(row)
            reach = (bottom - top) * 3 // 2
            changed = widget.show_band(top - row_top, bottom - row_top, reach)
            if changed or widget.laid_out_width != self._message_geometry()[1]:
                exact &= not self._measure(row, widget)
        return exact

    def _measure(self, row: int, widget: MessageWidget) -> bool:
        """Lay a message out. Whether its height changed."""
        width = self._message_geometry()[1]
        height = widget.set_width(width) + self._theme.px(widget.after)
        widget.laid_out_width = width
        changed = height != self._heights[row]
        self._heights[row] = height
        return changed

    def _move_pixels(self, scroll: int) -> None:
        """Move what is drawn along with the first turn in view: what only moved is not painted again."""
        viewport = self.viewport()
        for message_id, widget in self._turns.live.items():
            if not widget.isHidden() and widget.geometry().intersects(viewport.rect()):
                shift = self._top(self._rows[message_id]) - scroll - widget.y()
                if shift and abs(shift) < viewport.height():
                    viewport.scroll(0, shift)
                return

    def _put_widgets(self, scroll: int) -> None:
        """Place what exists, and park what is far away."""
        left, width = self._message_geometry()
        height = self.viewport().height()
        for message_id, widget in list(self._turns.live.items()):
            row = self._rows[message_id]
            y = self._top(row) - scroll
            own = self._heights[row] - self._theme.px(widget.after)
            if y + own < -_KEEP * height or y > (1 + _KEEP) * height:
                self._turns.park(message_id)
            if isinstance(widget, BubbleWidget):
                widget.set_geometry(left, y, width, own)
            else:
                widget.setGeometry(left, y, width, own)
            if widget.isHidden():
                widget.show()

    def _build_ahead(self) -> None:
        """In idle time, build one message that is not yet in view but within a screen of it."""
        scroll, height = self._scroll, self.viewport().height()
        first = self._theme.px(measures.TOP)
        top, bottom = scroll - _AHEAD * height, scroll + (1 + _AHEAD) * height
        for row in self._heights.rows_between(top - first, bottom - first):
            message_id = self._entries[row].message.id
            if message_id not in self._turns.live:
                anchor = self._anchor()
                widget = self._widget(row)
                widget.show_band(top - self._top(row), bottom - self._top(row), height)
                self._measure(row, widget)
                self._arrange(anchor)
                return

    # Messages

    def _widget(self, row: int) -> MessageWidget:
        """The widget of a row, made if there is none."""
        entry = self._entries[row]
        widget = self._turns.live.get(entry.message.id)
        if widget is None:
            widget = self._turns.use(entry, self._replies.get(entry.message.id))
            widget.set_last(row == self._last_reply)
            if widget.laid_out_width != self._message_geometry()[1]:
                self._measure(row, widget)
        return widget

    def _connect(self, widget: MessageWidget) -> None:
        widget.resized.connect(self._on_resized)
        widget.regenerate_requested.connect(self.regenerate_requested)
        widget.edit_requested.connect(self.edit_requested)
        widget.branch_requested.connect(self.branch_requested)
        widget.action_requested.connect(self.action_requested)

    def _take(self, entry: Entry) -> None:
        """An entry is new or has changed."""
        message_id = entry.message.id
        live = self._replies.get(message_id)
        written: Written | None = None
        if entry.running and live is None:
            live = self._begin(entry.message)
            written = live.written
        elif not entry.running and live is not None:
            live.end()
            written = live.written
            live = None
            del self._replies[message_id]
        self._turns.forget_parked(message_id)
        widget = self._turns.live.get(message_id)
        if isinstance(widget, ReplyWidget):
            if not entry.running and (written or widget.written).text != entry.message.text:
                written = Written(entry.message)
            if written is not None and not entry.running:
                written.finish()
            widget.show_reply(entry, written or widget.written, live)
        elif isinstance(widget, BubbleWidget):
            widget.take(entry)
        if widget is not None:
            self._measure(self._rows[message_id], widget)

    def _begin(self, message: Message) -> LiveReply:
        if self._warm_up is None:
            self._warm_up = threading.Thread(target=blocks.warm_up, daemon=True)
            self._warm_up.start()
        written = Written(message)
        reply = LiveReply(
            message,
            written,
            on_text=lambda: self._on_text(message.id),
            on_tick=lambda: self._on_tick(message.id),
            is_ready=lambda: self._warm_up is None or not self._warm_up.is_alive(),
            parent=self,
        )
        self._replies[message.id] = reply
        return reply

    def _mark_last(self) -> None:
        """The last reply that has ended keeps its actions in view."""
        ended = (row for row, entry in enumerate(self._entries) if entry.message.role is not Role.USER)
        self._last_reply = max((row for row in ended if not self._entries[row].running), default=-1)
        for message_id, widget in self._turns.live.items():
            widget.set_last(self._rows[message_id] == self._last_reply)

    # What happens

    def _on_text(self, message_id: str) -> None:
        widget = self._turns.live.get(message_id)
        if not isinstance(widget, ReplyWidget):
            return
        self._change(widget, widget.append)

    def _on_tick(self, message_id: str) -> None:
        widget = self._turns.live.get(message_id)
        if isinstance(widget, ReplyWidget) and widget.isVisible():
            widget.show_progress()

    def _on_resized(self, widget: MessageWidget) -> None:
        self._change(widget, lambda: None)

    def _change(self, widget: MessageWidget, change: Callable[[], None]) -> None:
        """Change a message and put everything in its place again."""
        row = self._rows.get(widget.entry.message.id)
        if row is None:
            return
        anchor = self._anchor()
        change()
        self._measure(row, widget)
        self._arrange(anchor)

    def _on_scrolled(self) -> None:
        if self._arranging:
            return
        self._follow = self._at_end()
        self._arrange(self._anchor())

    def _at_end(self) -> bool:
        return self._scroll >= self.verticalScrollBar().maximum()

    def _show_jump(self) -> None:
        shown = not self._follow and not self._at_end()
        self._jump.setVisible(shown)
        if shown:
            left, width = self._message_geometry()
            px = self._theme.px
            self._jump.move(left + (width - self._jump.width()) // 2, self.height() - self._jump.height() - px(12))
            self._jump.raise_()

    def _restyle(self) -> None:
        self._styles.clear()
        self._turns.restyle()
        self.viewport().update()

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        for turn in (self._turns.holding(old), self._turns.holding(new)):
            if turn is not None:
                turn.update_active()

    def _focused_row(self) -> int:
        turn = self._turns.holding(QApplication.focusWidget())
        return self._rows[turn.entry.message.id] if turn else -1

    # Qt

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Nothing: `_on_scrolled` moves the widgets itself."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        anchor = self._anchor()
        self._arrange(anchor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        page = self.viewport().height() - self._theme.px(_LINE_STEP)
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
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
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason) and self._entries:
            row = self._current if 0 <= self._current < len(self._entries) else len(self._entries) - 1
            self._current = row
            self._widget(row).setFocus(Qt.FocusReason.ShortcutFocusReason)


class _Jump(IconButton):
    def ring_radius(self) -> int:
        return 16  # a circle


def _conversation(entries: Sequence[Entry]) -> str:
    return entries[0].message.conversation_id if entries else ""
