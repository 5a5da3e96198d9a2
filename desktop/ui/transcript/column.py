"""A column of leaves in a message: lays out and draws only what is near the viewport.

Longer than most because placing, drawing, marking and finding letters all go by the same list of leaves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.ui.transcript import decoration, leaves, measures
from desktop.ui.transcript.blocks.code import DrawnCode
from desktop.ui.transcript.blocks.details import DrawnSummary
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.blocks.formula import DrawnFormula
from desktop.ui.transcript.blocks.picture import DrawnPicture
from desktop.ui.transcript.blocks.prose import DrawnRule, DrawnText
from desktop.ui.transcript.blocks.table import DrawnTable
from desktop.ui.transcript.position import Highlight, Ranges
from desktop.ui.transcript.scrolling.heights import Heights
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.paint import paint_box

_CARET = (8, 18)
_AROUND = 12  # how far the caret may stand out of the column
_OPEN = 1_000  # deeper than anything folds


@dataclass(slots=True)
class _Slot:
    leaf: leaves.Leaf
    above: int  # pixels between it and the one before
    mirrored: bool  # whether it begins at the right
    hidden: bool  # whether what it stands in is folded
    shut: int  # leaves after it are hidden that stand in more parts that fold than this
    unfolded: bool = False  # of a summary
    drawn: DrawnLeaf | None = None
    manner: object | None = None  # of its last drawing, while it has none
    styles: Styles | None = None  # other ones than the column's


class Column:
    """Leaves one under another in `host`, which paints them and asks for the part that is to be exact.

    Heights of what was never near the viewport are estimates. What is folded has no height and is never drawn.
    """

    def __init__(self, styles: Styles, host: QWidget) -> None:
        self._styles = styles
        self._theme = styles.theme
        self._host = host
        self._slots: list[_Slot] = []
        self._drawn: set[int] = set()  # rows
        self._heights = Heights()
        self._origin = (0, 0)
        self._width = 0
        self._caret = False
        self._highlights: dict[Highlight, dict[int, Ranges]] = {}

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def height(self) -> int:
        return self._heights.total

    def set_leaves(self, new: Sequence[leaves.Leaf], keep: int = 0) -> None:
        """Replace all leaves after the first `keep`. Those that are equal stay as they are drawn, and marked."""
        old = self._slots[keep:]
        if not old and not new:
            return
        slots: list[_Slot] = []
        heights: list[int] = []
        previous = self._slots[keep - 1] if keep else None
        seen = next((self._slots[row] for row in range(keep - 1, -1, -1) if not self._slots[row].hidden), None)
        dirty: int | None = None
        unchanged = 0  # pixels at the top of the first leaf that is new, which need no painting
        for index, leaf in enumerate(new):
            before = old[index] if index < len(old) else None
            slot = self._slot(leaf, previous, seen, before)
            previous = slot
            if not slot.hidden:
                seen = slot
            if before is not None and _is_same(before, slot):
                slots.append(before)
                heights.append(self._heights[keep + index])
                continue
            if dirty is None:
                dirty = keep + index
            if before is not None:
                self._drop_marks(keep + index, before.leaf, leaf)
                if before.drawn is not None and not slot.hidden:
                    below = self._take_over(before, slot)
                    unchanged = below if dirty == keep + index and slot.above == before.above else unchanged
            slots.append(slot)
            heights.append(self._slot_height(slot))
        for index, slot in enumerate(old):
            if slot.drawn is not None and (index >= len(slots) or slots[index] is not slot):
                slot.drawn.dispose()
        if len(old) > len(slots) and dirty is None:
            dirty = keep + len(slots)
        if dirty is not None and keep + len(old) > dirty:
            self._update_from(dirty, unchanged)
        self._slots[keep:] = slots
        self._heights.replace(keep, heights)
        self._drawn = {row for row in self._drawn if row < keep}
        self._drawn.update(keep + index for index, slot in enumerate(slots) if slot.drawn is not None)
        for row in self._drawn:
            if row >= keep:
                self._mark(row)
        if dirty is not None:
            self._place_from(dirty)
            self._update_from(dirty, unchanged)

    def set_geometry(self, x: int, y: int, width: int) -> None:
        """Where in the host the column begins, and how wide it is."""
        if width != self._width:
            self._width = width
            self._heights = Heights(self._slot_height(slot) for slot in self._slots)
        elif (x, y) == self._origin:
            return
        self._origin = (x, y)
        self._place_from(0)
        self._host.update()

    def show_band(self, top: int, bottom: int, keep_top: int, keep_bottom: int) -> bool:
        """Make what lies from `top` to `bottom` of the host exact and drop what is outside of the second pair.

        Returns whether any height changed.
        """
        y = self._origin[1]
        before = self.height
        moved: int | None = None
        row = self._heights.rows_between(top - y, bottom - y).start
        while row < len(self._slots) and self._heights.top(row) < bottom - y and bottom > y:
            slot = self._slots[row]
            if not slot.hidden:
                is_new = slot.drawn is None
                drawn = self._draw(row)
                leaf_top = y + self._heights.top(row) + slot.above + self._title_height(slot)
                if drawn.show_between(top - leaf_top, bottom - leaf_top) or is_new:
                    height = self._slot_height(slot)
                    if height != self._heights[row]:
                        self._heights[row] = height
                        moved = row if moved is None else moved
                    if moved is None:
                        self._place(row)
            row += 1
        if moved is not None:
            self._place_from(moved)
        near = self._heights.rows_between(keep_top - y, keep_bottom - y)
        for row in [row for row in self._drawn if row not in near]:
            self._undraw(row)
        return moved is not None or self.height != before

    def restyle(self) -> None:
        for row in self._drawn:
            drawn = self._slots[row].drawn
            assert drawn is not None
            drawn.restyle()

    def set_caret(self, shown: bool) -> None:
        """Show the block caret of a reply being written after the last letter."""
        if shown != self._caret:
            self._caret = shown
            if self._slots:
                self._update_from(len(self._slots) - 1)

    def resized(self, drawn: DrawnLeaf) -> bool:
        """A leaf has another height by itself, or what belongs to it folds."""
        row = next((row for row in self._drawn if self._slots[row].drawn is drawn), None)
        if row is None:
            return False
        slot = self._slots[row]
        if isinstance(drawn, DrawnSummary) and drawn.unfolded != slot.unfolded:
            self._unfold(row, unfolded=drawn.unfolded)
        self._heights[row] = self._slot_height(slot)
        self._place_from(row)
        self._update_from(row)
        return True

    def dispose(self) -> None:
        for row in list(self._drawn):
            self._undraw(row)

    def draw_in(self, styles: Styles, row: int) -> DrawnLeaf:
        """Draw a leaf in other styles than the column's."""
        self._slots[row].styles = styles
        self._undraw(row)
        drawn = self._draw(row)
        self.resized(drawn)
        return drawn

    # Places

    def place_at(self, y: int) -> tuple[int, int]:
        """The leaf at a height of the host and how far below its top that is."""
        inside = y - self._origin[1]
        row = self._heights.row_at(inside)
        return row, inside - (self._heights.top(row) if row >= 0 else 0)

    def y_of(self, row: int) -> int:
        """The top of a leaf in the host."""
        return self._origin[1] + self._heights.top(min(row, len(self._slots)))

    def leaf(self, row: int) -> leaves.Leaf:
        return self._slots[row].leaf

    def drawn(self, row: int) -> DrawnLeaf | None:
        """A leaf as it is drawn; None while it is not."""
        return self._slots[row].drawn

    def leaf_rect(self, row: int) -> QRect:
        """Where a leaf stands in the host; an estimate while it is not drawn."""
        slot = self._slots[row]
        if slot.drawn is not None:
            return slot.drawn.rect
        indent = self._theme.px(slot.leaf.place.indent)
        room = self._room(slot)
        above = slot.above + self._title_height(slot)
        top = self._origin[1] + self._heights.top(row) + above
        return QRect(self._across(indent, room, slot.mirrored), top, room, max(0, self._heights[row] - above))

    def plain_texts(self) -> list[str]:
        """The text of every leaf, in which offsets are counted."""
        return [leaves.plain(slot.leaf) for slot in self._slots]

    def offset_at(self, point: QPointF) -> tuple[int, int]:
        """The leaf and the place in its text that are nearest to a point of the host."""
        row = self._heights.row_at(int(point.y()) - self._origin[1])
        while row > 0 and self._slots[row].hidden:
            row -= 1
        drawn = self._slots[row].drawn if row >= 0 else None
        return max(row, 0), drawn.offset_at(point - QPointF(drawn.rect.topLeft())) if drawn is not None else 0

    def caret_rect(self, row: int, offset: int) -> QRectF:
        """Where a caret before that letter stands in the host; the leaf's place while it is not drawn."""
        drawn = self._slots[row].drawn
        if drawn is None:
            return QRectF(self.leaf_rect(row))
        return drawn.caret_rect(offset).translated(QPointF(drawn.rect.topLeft()))

    def line_ends(self, row: int, offset: int) -> tuple[int, int]:
        """Where the line that holds an offset begins and ends; the whole leaf while it is not drawn."""
        slot = self._slots[row]
        return slot.drawn.line_ends(offset) if slot.drawn is not None else (0, len(leaves.plain(slot.leaf)))

    def set_highlight(self, kind: Highlight, ranges: Mapping[int, Ranges]) -> None:
        """Mark parts of leaves and take this mark from all others. Leaves that are drawn later have it as well."""
        old = self._highlights.get(kind, {})
        self._highlights[kind] = dict(ranges)
        for row in old.keys() | ranges.keys():
            if row < len(self._slots) and (drawn := self._slots[row].drawn) is not None:
                drawn.set_highlight(kind, ranges.get(row, ()))

    def reveal(self, row: int, start: int, end: int) -> bool:
        """Unfold and scroll sideways so that a range can be seen. Whether any height may have changed."""
        depth = self._slots[row].leaf.place.folds
        changed = False
        for above in range(row - 1, -1, -1):
            leaf = self._slots[above].leaf
            if leaf.place.folds < depth and isinstance(leaf, leaves.TextLeaf) and leaf.folds:
                depth = leaf.place.folds
                if not self._slots[above].unfolded:
                    self._unfold(above, unfolded=True)
                    changed = True
            if not depth:
                break
        drawn = self._draw(row)
        if drawn.reveal(start, end):
            changed = True
        self._heights[row] = self._slot_height(self._slots[row])
        self._place_from(row)
        return changed

    def link_at(self, point: QPointF) -> tuple[str, str] | None:
        """Target and words of the link at a point of the host."""
        drawn = self.drawn_at(point)
        if drawn is not None:
            return drawn.link_at(point - QPointF(drawn.rect.topLeft()))
        row = self._heights.row_at(int(point.y()) - self._origin[1])
        if row < 0 or (drawn := self._slots[row].drawn) is None:
            return None
        for indent, marker in self._slots[row].leaf.place.markers:
            side = self._theme.px(measures.LIST_INDENT)
            x = self._across(self._theme.px(indent) - side, side, self._slots[row].mirrored)
            if marker.link and QRectF(x, drawn.rect.top(), side, self._theme.px(measures.LINE)).contains(point):
                return marker.link, marker.text
        return None

    def target(self, link: str) -> tuple[int, int] | None:
        """Leaf and offset that a link of a footnote leads to: the note, or the first mark of it."""
        for row, slot in enumerate(self._slots):
            number = link.removeprefix(leaves.NOTE)
            mark = link.removeprefix(leaves.MARK)
            if link != number and any(m.link == f"{leaves.MARK}{number}" for _x, m in slot.leaf.place.markers):
                return row, 0
            if link != mark and isinstance(slot.leaf, leaves.TextLeaf):
                offset = 0
                for run in slot.leaf.runs:
                    if run.link == f"{leaves.NOTE}{mark}":
                        return row, offset
                    offset += len(run.text)
        return None

    def drawn_at(self, point: QPointF) -> DrawnLeaf | None:
        row = self._heights.row_at(int(point.y()) - self._origin[1])
        drawn = self._slots[row].drawn if row >= 0 else None
        return drawn if drawn is not None and drawn.rect.contains(point.toPoint()) else None

    # Painting

    def paint(self, painter: QPainter, clip: QRect) -> None:
        top = clip.top() - self._origin[1]
        for row in self._heights.rows_between(top, top + clip.height()):
            slot = self._slots[row]
            drawn = slot.drawn
            if drawn is None:
                continue
            self._paint_around(painter, row, slot, drawn)
            painter.save()
            painter.translate(drawn.rect.topLeft())
            drawn.paint(painter, QRectF(clip.translated(-drawn.rect.topLeft())))
            painter.restore()
        if self._caret and (caret := self._caret_rect()) is not None and caret.intersects(QRectF(clip)):
            paint_box(painter, caret, 1, self._theme.color("accent"))

    def _paint_around(self, painter: QPainter, row: int, slot: _Slot, drawn: DrawnLeaf) -> None:
        """Bars, titles and markers, which hang beside and above a leaf."""
        place = slot.leaf.place
        if not (place.bars or place.titles or place.markers):
            return
        top = drawn.rect.top() - self._title_height(slot)
        joined = place.joined if row else 0
        side = decoration.Side(self._styles, self._origin[0], self._width, slot.mirrored)
        decoration.paint_bars(painter, side, place, top, top - slot.above, drawn.rect.bottom() + 1, joined)
        decoration.paint_titles(painter, side, place, top)
        baseline = drawn.rect.top() + drawn.first_baseline()
        if place.titles:
            baseline = top + self._styles.baseline(place.tone)
        decoration.paint_markers(painter, side, place, baseline)

    def _caret_rect(self) -> QRectF | None:
        drawn = self._slots[-1].drawn if self._slots else None
        end = drawn.end_point() if drawn else None
        if drawn is None or end is None:
            return None
        width, height = map(self._theme.px, _CARET)
        x = drawn.rect.x() + end.x() + self._theme.px(1)
        return QRectF(x, drawn.rect.y() + end.y() - height + self._theme.px(4), width, height)

    # Slots

    def _slot(self, leaf: leaves.Leaf, previous: _Slot | None, seen: _Slot | None, before: _Slot | None) -> _Slot:
        """A leaf after another; `seen` is the last that is not hidden, `before` what was in this place."""
        shut = previous.shut if previous else _OPEN
        hidden = leaf.place.folds > shut
        if not hidden:
            shut = _OPEN
        above = self._theme.px(leaves.space_between(seen.leaf, leaf)) if seen and not hidden else 0
        mirrored = self._is_mirrored(leaf, previous.mirrored if previous else False)
        slot = _Slot(leaf, above, mirrored, hidden, shut)
        if before is not None and type(before.leaf) is type(leaf):
            slot.unfolded, slot.manner = before.unfolded, before.manner
        if isinstance(leaf, leaves.TextLeaf) and leaf.folds and not hidden and not slot.unfolded:
            slot.shut = leaf.place.folds
        return slot

    def _take_over(self, before: _Slot, slot: _Slot) -> int:
        """Go on with what is drawn for another leaf. Returns the pixels at the top that need no painting."""
        assert before.drawn is not None
        if type(before.leaf) is type(slot.leaf) and (before.leaf == slot.leaf or before.drawn.take(slot.leaf)):
            slot.drawn, before.drawn = before.drawn, None
            return slot.drawn.unchanged if before.leaf != slot.leaf else 0
        if isinstance(slot.leaf, leaves.TextLeaf):
            slot.drawn = self._make(slot)  # what is being written is in view
        return 0

    def _make(self, slot: _Slot) -> DrawnLeaf:
        drawn = _KINDS[type(slot.leaf)](slot.styles or self._styles, self._host, slot.leaf)
        if isinstance(drawn, DrawnSummary):
            drawn.unfolded = slot.unfolded
        if slot.manner is not None:
            drawn.resume(slot.manner)
        return drawn

    def _draw(self, row: int) -> DrawnLeaf:
        slot = self._slots[row]
        if slot.drawn is None:
            slot.drawn = self._make(slot)
            self._drawn.add(row)
            self._mark(row)
        return slot.drawn

    def _undraw(self, row: int) -> None:
        slot = self._slots[row]
        if slot.drawn is not None:
            slot.manner = slot.drawn.manner()
            slot.drawn.dispose()
            slot.drawn = None
        self._drawn.discard(row)

    def _unfold(self, row: int, *, unfolded: bool) -> None:
        """Show or hide what stands under a summary."""
        slot = self._slots[row]
        slot.unfolded = unfolded
        slot.shut = _OPEN if unfolded else slot.leaf.place.folds
        if isinstance(slot.drawn, DrawnSummary):
            slot.drawn.unfolded = unfolded
        self.set_leaves([below.leaf for below in self._slots[row + 1 :]], row + 1)

    def _mark(self, row: int) -> None:
        """Give a leaf its highlights."""
        drawn = self._slots[row].drawn
        for kind, marked in self._highlights.items():
            if drawn is not None:
                drawn.set_highlight(kind, marked.get(row, ()))

    def _drop_marks(self, row: int, old: leaves.Leaf, new: leaves.Leaf) -> None:
        """Forget what was marked in a leaf whose text is another now."""
        for marked in self._highlights.values():
            if row in marked and not leaves.plain(new).startswith(leaves.plain(old)[: marked[row][-1][1]]):
                del marked[row]

    # Geometry

    def _is_mirrored(self, leaf: leaves.Leaf, before: bool) -> bool:
        """A text begins where its own language does; what is no text stands as what is above it."""
        if isinstance(leaf, leaves.TextLeaf) and leaf.runs:
            return decoration.is_mirrored(leaf)
        return before

    def _across(self, x: int, width: int, mirrored: bool) -> int:
        """A distance from the edge where a leaf begins, as a place in the host."""
        left = self._origin[0]
        return left + self._width - x - width if mirrored else left + x

    def _room(self, slot: _Slot) -> int:
        indent = self._theme.px(slot.leaf.place.indent)
        return max(self._theme.px(80), self._width - indent if self._width else 0)

    def _title_height(self, slot: _Slot) -> int:
        titles = slot.leaf.place.titles
        return self._theme.px(measures.ALERT_TITLE) * len(titles) if titles else 0

    def _slot_height(self, slot: _Slot) -> int:
        if slot.hidden:
            return 0
        room = self._room(slot)
        own = slot.drawn.set_width(room) if slot.drawn is not None else self._estimate(slot.leaf, room)
        return slot.above + self._title_height(slot) + own

    def _estimate(self, leaf: leaves.Leaf, room: int) -> int:
        px = self._theme.px
        match leaf:
            case leaves.TextLeaf(place, runs, level):
                letters = sum(len(run.text) for run in runs)
                line = self._styles.line(place.tone, level)
                return line * max(1, -(-letters * px(15) * 48 // 100 // max(room, 1)))
            case leaves.CodeLeaf(text=text):
                return DrawnCode.estimate(self._theme, text)
            case leaves.TableLeaf(rows=rows):
                return len(rows) * px(31) + 1
            case leaves.FormulaLeaf(tex=tex):
                return max(px(48), px(24) * (tex.count("\n") + 1))
            case leaves.PictureLeaf():
                return px(64)
            case leaves.RuleLeaf():
                return px(12) + 1

    def _place_from(self, start: int) -> None:
        for row in self._drawn:
            if row >= start:
                self._place(row)

    def _place(self, row: int) -> None:
        slot = self._slots[row]
        assert slot.drawn is not None
        indent = self._theme.px(slot.leaf.place.indent)
        room = self._room(slot)
        above = slot.above + self._title_height(slot)
        top = self._origin[1] + self._heights.top(row) + above
        slot.drawn.place(QRect(self._across(indent, room, slot.mirrored), top, room, self._heights[row] - above))

    def _update_from(self, row: int, below: int = 0) -> None:
        """Have everything painted from `below` pixels into a leaf on."""
        top = self._origin[1] + self._heights.top(min(row, len(self._heights))) + below
        reach = self._theme.px(_AROUND)
        self._host.update(
            QRect(self._origin[0] - reach, top, self._width + 2 * reach, self.height + self._origin[1] - top)
        )


def _text(styles: Styles, host: QWidget, leaf: leaves.TextLeaf) -> DrawnText:
    return DrawnSummary(styles, host, leaf) if leaf.folds else DrawnText(styles, host, leaf)


_KINDS: dict[type, Callable[..., DrawnLeaf]] = {
    leaves.TextLeaf: _text,
    leaves.CodeLeaf: DrawnCode,
    leaves.TableLeaf: DrawnTable,
    leaves.FormulaLeaf: DrawnFormula,
    leaves.PictureLeaf: DrawnPicture,
    leaves.RuleLeaf: DrawnRule,
}


def _is_same(before: _Slot, slot: _Slot) -> bool:
    """Whether nothing has to be drawn or placed again."""
    mine = (before.leaf, before.above, before.mirrored, before.hidden, before.shut)
    return mine == (slot.leaf, slot.above, slot.mirrored, slot.hidden, slot.shut)
