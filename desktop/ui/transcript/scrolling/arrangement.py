"""Where turns stand in the viewport, and the line that stays where it is while everything else changes."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtWidgets import QAbstractScrollArea

from desktop.domain.message import Role, TextPart
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import measures
from desktop.ui.transcript.bubble import BubbleWidget
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.position import Place, TextPosition
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.scrolling.heights import Heights
from desktop.ui.transcript.turns import Turns

_BESIDE_QUESTION = 2 * measures.BUBBLE_PAD_Y + measures.AFTER_BUBBLE
_BESIDE_REPLY = measures.HEAD + measures.HEAD_GAP + measures.FOOTER + measures.FOOTER_GAP + measures.AFTER_REPLY
_LINE_STEP = 40
_AHEAD = 1  # screens above and below in which turns are built
_KEEP = 1.5  # and from which on they are parked: further, so that none goes to and fro
_FAR = 2  # screens: what was in view before is still near
_ROUNDS = 8  # heights become exact only by looking, which may bring others into view


@dataclass(frozen=True, slots=True)
class Anchor:
    """A line of a message, and where its top stands below the viewport's. Without a place: the message's own top."""

    message_id: str
    place: Place | None
    y: int


class Arrangement:
    """Rows of turns in a scroll area, measured where they are near the viewport and estimated elsewhere.

    Either the end is followed, or `anchor` is the line that the reader has before them: it changes when the reader
    moves, and every `arrange` puts it back to where it was. `widget_of` makes the widget of a row that has none.
    """

    def __init__(
        self, area: QAbstractScrollArea, theme: Theme, turns: Turns, widget_of: Callable[[int], MessageWidget]
    ) -> None:
        self.entries: list[Entry] = []
        self.rows: dict[str, int] = {}
        self.questions: list[int] = []
        """The rows of questions; all others are replies."""
        self.heights = Heights()
        self.follow = True
        self.anchor: Anchor | None = None
        self.has_room_below = False
        """Whether there is empty room below the last message, because what stood there was taken away."""
        self._area = area
        self._theme = theme
        self._turns = turns
        self._widget_of = widget_of
        self._busy = False

    # Rows

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Other rows. Those that are as before keep their heights, and the reader's place what is left of it."""
        same = _same_before(self.entries, entries)
        old = {self.entries[row].message.id: row for row in range(same, len(self.entries))}
        rows = {entry.message.id: row for row, entry in enumerate(entries[same:], same)}
        anchor = self.anchor
        if anchor is not None and self.rows.get(anchor.message_id, same) >= same and anchor.message_id not in rows:
            self.anchor = self._anchor_before(anchor.message_id, rows, same)
        heights = self._estimates(entries[same:])
        for message_id in old.keys() & rows.keys():
            entry, row = entries[rows[message_id]], old[message_id]
            if message_id in self._turns.live or self.entries[row] == entry:
                heights[rows[message_id] - same] = self.heights[row]
        self.heights.replace(same, heights)
        for message_id in old:
            del self.rows[message_id]
        self.rows |= rows
        self.entries = [*self.entries[:same], *entries[same:]]
        del self.questions[bisect_left(self.questions, same) :]
        self.questions += (row for row in range(same, len(entries)) if entries[row].message.role is Role.USER)

    def _anchor_before(self, message_id: str, rows: dict[str, int], same: int) -> Anchor | None:
        """The nearest message above that is still there, where it stands now."""
        for row in range(self.rows.get(message_id, 0) - 1, -1, -1):
            found = self.entries[row].message.id
            if row < same or found in rows:
                return Anchor(found, None, self.top(row) - self.scroll)
        return None

    def _estimates(self, entries: Sequence[Entry]) -> list[int]:
        px = self._theme.px
        line, question, reply = px(measures.LINE), px(_BESIDE_QUESTION), px(_BESIDE_REPLY)
        heights = []
        for entry in entries:
            length = lines = 0
            for part in entry.message.parts:  # not `text`, which would put ten thousand messages together
                if isinstance(part, TextPart):
                    length += len(part.text)
                    lines += part.text.count("\n")
            if entry.message.role is Role.USER:
                heights.append(min(measures.BUBBLE_LINES, lines + length // 75 + 1) * line + question)
            else:
                heights.append((lines + length // 110 + 1) * line + reply)
        return heights

    # Geometry, in pixels of the whole column

    @property
    def scroll(self) -> int:
        return self._area.verticalScrollBar().value()

    @property
    def most(self) -> int:
        """The scroll at which the end of the last message is in view."""
        return max(0, self.extent - self._area.viewport().height())

    @property
    def at_end(self) -> bool:
        return self.scroll >= self.most

    @property
    def extent(self) -> int:
        """The height of everything."""
        if not self.entries:
            return 0
        kind = BubbleWidget if self.entries[-1].message.role is Role.USER else ReplyWidget
        return self.top(len(self.entries)) - self._theme.px(kind.after) + self._theme.px(measures.BOTTOM)

    def top(self, row: int) -> int:
        """The top of a row, the space above the first included."""
        return self._theme.px(measures.TOP) + self.heights.top(row)

    def row_at(self, y: int) -> int:
        """The row at a height of the viewport, the nearest one outside of all; -1 without rows."""
        return self.heights.row_at(self.scroll + y - self._theme.px(measures.TOP))

    def across(self) -> tuple[int, int]:
        """Left edge and width of a message. The column is centred in the whole, the scroll bar's room included."""
        px = self._theme.px
        whole = self._area.width()
        width = min(px(measures.COLUMN), whole - 2 * px(measures.MARGIN)) + 2 * px(measures.OUTSET)
        left = (whole - width) // 2
        if self._area.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left -= whole - self._area.viewport().width()
        return left, width

    def measure(self, row: int, widget: MessageWidget) -> bool:
        """Lay a message out. Whether its height changed."""
        width = self.across()[1]
        height = widget.set_width(width) + self._theme.px(widget.after)
        widget.laid_out_width = width
        changed = height != self.heights[row]
        self.heights[row] = height
        return changed

    # Places in text

    def position_at(self, point: QPoint) -> TextPosition | None:
        """The place in text nearest to a point of the viewport; None without messages."""
        if not self.entries:
            return None
        y = max(0, min(point.y(), self._area.viewport().height() - 1))
        row = self.row_at(y)
        widget = self._widget_of(row)
        left, _width = self.across()
        inside = QPointF(point.x() - left, y + self.scroll - self.top(row))
        return TextPosition(self.entries[row].message.id, widget.place_in_text(inside))

    def caret_rect(self, position: TextPosition) -> QRect:
        """Where a caret stands in the viewport: estimated where nothing is drawn; empty for unknown messages."""
        row = self.rows.get(position.message_id, -1)
        if row < 0:
            return QRect()
        left, width = self.across()
        top = self.top(row) - self.scroll
        widget = self._turns.live.get(position.message_id)
        if widget is None:
            return QRect(left, top, width, self.heights[row])
        return widget.caret_rect(position.place).translated(left, top).toAlignedRect()

    def share_of(self, position: TextPosition) -> float:
        """How far down the whole conversation a place is, from 0 to 1; estimated where nothing is drawn."""
        row = self.rows.get(position.message_id, -1)
        if row < 0:
            return 0.0
        y = self.top(row)
        if (widget := self._turns.live.get(position.message_id)) is not None:
            y += round(widget.caret_rect(position.place).top())
        return min(1.0, y / max(1, self.extent))

    def line_at_top(self, scroll: int | None = None) -> Anchor | None:
        """The first line of text in view, now or at another scroll that was just before."""
        scroll = self.scroll if scroll is None else scroll
        first = self.heights.row_at(scroll - self._theme.px(measures.TOP))
        for row in range(max(first, 0), min(first + 2, len(self.entries))):
            message_id, top = self.entries[row].message.id, self.top(row) - scroll
            widget = self._turns.live.get(message_id)
            if widget is None or not _has_text(widget):
                return Anchor(message_id, None, top)
            place = widget.place_in_text(QPointF(0, max(0, -top)))
            line = widget.caret_rect(place)
            if top + line.bottom() > 0 or row == len(self.entries) - 1:
                return Anchor(message_id, place, top + round(line.top()))
        return None

    def _wanted(self, *, limit: bool) -> int:
        """The scroll that keeps the reader's place. With a limit no room is left below the last message."""
        if self.follow or self.anchor is None:
            return self.most if self.follow else min(self.scroll, self.most)
        wanted = max(0, self._line(self.anchor) - self.anchor.y)
        return min(wanted, self.most) if limit else wanted

    def _line(self, anchor: Anchor) -> int:
        """The top of an anchor's line in the whole column."""
        row = self.rows[anchor.message_id]
        inside = 0.0
        if anchor.place is not None and _has_text(widget := self._widget_of(row)):
            inside = widget.caret_rect(anchor.place).top()
        return self.top(row) + round(inside)

    # Putting things in their places

    def moved(self, before: int, *, may_follow: bool) -> None:
        """The reader has scrolled, from `before`. What is in view goes exactly as far, whatever comes into view."""
        scroll = self.scroll
        seen = self.line_at_top(before) if self.follow or self.anchor is None else self.anchor
        if seen is None:
            return
        self.follow = may_follow and scroll > before and self.at_end
        if abs(scroll - before) <= _FAR * self._area.viewport().height():
            self.anchor = Anchor(seen.message_id, seen.place, self._line(seen) - scroll)
        else:  # the bar was dragged: as far into a message as it would be if its height had been known
            row = self.row_at(0)
            share = (scroll - self.top(row)) / max(1, self.heights[row])
            self._widget_of(row)
            self.anchor = Anchor(self.entries[row].message.id, None, -round(share * self.heights[row]))
        self.arrange(limit=not self.has_room_below)
        self.anchor = self.line_at_top()

    def go_to(self, anchor: Anchor, *, limit: bool = True) -> None:
        """Bring a line to a height of the viewport, as far as there is something below it to fill the rest."""
        self.follow = False
        self.anchor = anchor
        self.arrange(limit=limit)

    def go_to_end(self, *, follow: bool) -> None:
        self.follow = True
        self.arrange()
        self.follow = follow
        self.anchor = self.line_at_top()

    def arrange(self, *, limit: bool = False) -> None:
        """Make what is in view exact and put everything in its place, with the reader's line where it was.

        What was taken away below that line leaves its room, unless there is a limit.
        """
        if self._busy:
            return
        self._busy = True
        try:
            height = self._area.viewport().height()
            scroll = self._wanted(limit=limit)
            for _round in range(_ROUNDS):
                exact = self._make_exact(scroll, scroll + height)
                wanted = self._wanted(limit=limit)
                if exact and wanted == scroll:
                    break
                scroll = wanted
            bar = self._area.verticalScrollBar()
            bar.setPageStep(height)
            bar.setSingleStep(self._theme.px(_LINE_STEP))
            bar.setRange(0, self.most if self.follow else max(self.most, scroll))
            bar.setValue(scroll)
            self._move_pixels(scroll)
            self._put_widgets(scroll)
            self.has_room_below = scroll > self.most
            if limit and not self.follow and self._wanted(limit=False) != scroll:
                self.anchor = self.line_at_top()
        finally:
            self._busy = False

    @property
    def is_busy(self) -> bool:
        """Whether the scroll bar moves because of an arrangement, not by the reader's hand."""
        return self._busy

    def build_ahead(self) -> bool:
        """Build one message that is not in view but within a screen of it. Whether there was one."""
        scroll, height = self.scroll, self._area.viewport().height()
        first = self._theme.px(measures.TOP)
        top, bottom = scroll - _AHEAD * height, scroll + (1 + _AHEAD) * height
        for row in self.heights.rows_between(top - first, bottom - first):
            if self.entries[row].message.id not in self._turns.live:
                widget = self._widget_of(row)
                widget.show_band(top - self.top(row), bottom - self.top(row), height)
                self.measure(row, widget)
                self.arrange()
                return True
        return False

    def _make_exact(self, top: int, bottom: int) -> bool:
        """Build and measure what shows between two heights of the column. Whether nothing changed by that."""
        first = self._theme.px(measures.TOP)
        width = self.across()[1]
        reach = (bottom - top) * 3 // 2
        exact = True
        for row in self.heights.rows_between(top - first, bottom - first):
            widget = self._widget_of(row)
            row_top = self.top(row)
            changed = widget.show_band(top - row_top, bottom - row_top, reach)
            if changed or widget.laid_out_width != width:
                exact &= not self.measure(row, widget)
        return exact

    def _move_pixels(self, scroll: int) -> None:
        """Move what is drawn along with the first turn in view: what only moved is not painted again."""
        viewport = self._area.viewport()
        for message_id, widget in self._turns.live.items():
            if not widget.isHidden() and widget.geometry().intersects(viewport.rect()):
                shift = self.top(self.rows[message_id]) - scroll - widget.y()
                if shift and abs(shift) < viewport.height():
                    viewport.scroll(0, shift)
                return

    def _put_widgets(self, scroll: int) -> None:
        """Place what exists, and park what is far away."""
        left, width = self.across()
        height = self._area.viewport().height()
        for message_id, widget in list(self._turns.live.items()):
            row = self.rows[message_id]
            y = self.top(row) - scroll
            own = self.heights[row] - self._theme.px(widget.after)
            if (y + own < -_KEEP * height or y > (1 + _KEEP) * height) and self._turns.park(message_id):
                continue
            if isinstance(widget, BubbleWidget):
                widget.set_geometry(left, y, width, own)
            else:
                widget.setGeometry(left, y, width, own)
            if widget.isHidden():
                widget.show()


def _same_before(old: Sequence[Entry], new: Sequence[Entry]) -> int:
    """How many entries at the beginning are the same."""
    most = min(len(old), len(new))
    return next((row for row in range(most) if old[row] is not new[row] and old[row] != new[row]), most)


def _has_text(widget: MessageWidget) -> bool:
    return any(len(column) for column in widget.columns())
