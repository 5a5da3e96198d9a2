"""A column of leaves in a message: lays out and draws only what is near the viewport."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from desktop.ui.transcript import leaves
from desktop.ui.transcript.blocks.code import DrawnCode
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.blocks.prose import DrawnFormula, DrawnRule, DrawnText
from desktop.ui.transcript.blocks.table import DrawnTable
from desktop.ui.transcript.heights import Heights
from desktop.ui.transcript.leaves import Bullet, Marker
from desktop.ui.transcript.styles import Styles, direction_of
from desktop.ui.widgets.paint import paint_box, paint_dot

_KINDS: dict[type, Callable[..., DrawnLeaf]] = {
    leaves.TextLeaf: DrawnText,
    leaves.CodeLeaf: DrawnCode,
    leaves.TableLeaf: DrawnTable,
    leaves.FormulaLeaf: DrawnFormula,
    leaves.RuleLeaf: DrawnRule,
}
_BAR = 2
_CARET = (8, 18)
_AROUND = 12  # how far the caret may stand out of the column


@dataclass(slots=True)
class _Slot:
    leaf: leaves.Leaf
    above: int  # pixels between it and the one before
    mirrored: bool  # whether it begins at the right
    drawn: DrawnLeaf | None = None


class Column:
    """Leaves one under another in `host`, which paints them and asks for the part that is to be exact.

    Heights of what was never near the viewport are estimates.
    """

    def __init__(self, styles: Styles, host: QWidget) -> None:
        self._styles = styles
        self._theme = styles.theme
        self._host = host
        self._slots: list[_Slot] = []
        self._heights = Heights()
        self._origin = (0, 0)
        self._width = 0
        self._caret = False
        self._near = range(0)  # the rows that may be drawn

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def height(self) -> int:
        return self._heights.total

    def set_leaves(self, new: Sequence[leaves.Leaf], keep: int = 0) -> None:
        """Replace all leaves after the first `keep`. Those that are equal stay as they are drawn."""
        old = self._slots[keep:]
        slots: list[_Slot] = []
        heights: list[int] = []
        previous = self._slots[keep - 1].leaf if keep else None
        dirty: int | None = None
        unchanged = 0  # pixels at the top of the first leaf that is new, which need no painting
        mirrored = self._slots[keep - 1].mirrored if keep else False
        for index, leaf in enumerate(new):
            above = self._theme.px(leaves.space_between(previous, leaf)) if previous else 0
            previous = leaf
            mirrored = self._is_mirrored(leaf, mirrored)
            slot = _Slot(leaf, above, mirrored)
            before = old[index] if index < len(old) else None
            if before is not None and (before.leaf, before.above, before.mirrored) == (leaf, above, mirrored):
                slots.append(before)
                heights.append(self._heights[keep + index])
                continue
            if dirty is None:
                dirty = keep + index
            if before is not None and before.drawn is not None:
                if type(before.leaf) is type(leaf) and before.drawn.take(leaf):
                    slot.drawn, before.drawn = before.drawn, None
                    if dirty == keep + index and above == before.above:
                        unchanged = slot.drawn.unchanged
                elif isinstance(leaf, leaves.TextLeaf):
                    slot.drawn = DrawnText(self._styles, self._host, leaf)  # what is being written is in view
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
        if dirty is not None:
            self._place_from(dirty)
            self._update_from(dirty, unchanged)

    def set_geometry(self, x: int, y: int, width: int) -> None:
        """Where in the host the column begins, and how wide it is."""
        if width != self._width:
            self._width = width
            self._origin = (x, y)
            self._heights = Heights(self._slot_height(slot) for slot in self._slots)
            self._place_from(0)
        elif (x, y) != self._origin:
            self._origin = (x, y)
            self._place_from(0)

    def show_band(self, top: int, bottom: int, keep_top: int, keep_bottom: int) -> bool:
        """Make what lies from `top` to `bottom` of the host exact and drop what is outside of the second pair.

        Returns whether any height changed.
        """
        y = self._origin[1]
        before = self.height
        changed = False
        done = -1
        while True:
            row = next(
                (r for r in self._heights.rows_between(top - y, bottom - y) if r > done and not self._slots[r].drawn),
                None,
            )
            if row is None:
                break
            slot = self._slots[row]
            slot.drawn = _KINDS[type(slot.leaf)](self._styles, self._host, slot.leaf)
            height = self._slot_height(slot)
            moved = height != self._heights[row]
            changed = changed or moved
            self._heights[row] = height
            if moved:
                self._place_from(row)
            else:
                self._place(row)
            done = row
        near = self._heights.rows_between(keep_top - y, keep_bottom - y)
        for row in self._near:
            if row not in near and row < len(self._slots) and (drawn := self._slots[row].drawn) is not None:
                drawn.dispose()
                self._slots[row].drawn = None
        self._near = near
        return changed or self.height != before

    def restyle(self) -> None:
        for slot in self._slots:
            if slot.drawn is not None:
                slot.drawn.restyle()

    def set_caret(self, shown: bool) -> None:
        """Show the block caret of a reply being written after the last letter."""
        if shown != self._caret:
            self._caret = shown
            if self._slots:
                self._update_from(len(self._slots) - 1)

    def resized(self, drawn: DrawnLeaf) -> bool:
        """A leaf has another height by itself."""
        for row, slot in enumerate(self._slots):
            if slot.drawn is drawn:
                self._heights[row] = self._slot_height(slot)
                self._place_from(row)
                self._update_from(row)
                return True
        return False

    def dispose(self) -> None:
        for slot in self._slots:
            if slot.drawn is not None:
                slot.drawn.dispose()
                slot.drawn = None

    # Places

    def place_at(self, y: int) -> tuple[int, int]:
        """The leaf at a height of the host and how far below its top that is."""
        inside = y - self._origin[1]
        row = self._heights.row_at(inside)
        return row, inside - (self._heights.top(row) if row >= 0 else 0)

    def y_of(self, row: int) -> int:
        """The top of a leaf in the host."""
        return self._origin[1] + self._heights.top(min(row, len(self._slots)))

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
            self._paint_bars(painter, row)
            self._paint_markers(painter, slot, drawn)
            painter.save()
            painter.translate(drawn.rect.topLeft())
            drawn.paint(painter, QRectF(clip.translated(-drawn.rect.topLeft())))
            painter.restore()
        if self._caret and (caret := self._caret_rect()) is not None and caret.intersects(QRectF(clip)):
            paint_box(painter, caret, 1, self._theme.color("accent"))

    def _paint_bars(self, painter: QPainter, row: int) -> None:
        slot = self._slots[row]
        assert slot.drawn is not None
        for number, bar in enumerate(slot.leaf.place.bars):
            rect = slot.drawn.rect
            top = rect.top() - (slot.above if number < slot.leaf.place.joined and row else 0)
            x = self._across(self._theme.px(bar), self._theme.px(_BAR), slot.mirrored)
            painter.fillRect(x, top, self._theme.px(_BAR), rect.bottom() + 1 - top, self._theme.color("border-strong"))

    def _paint_markers(self, painter: QPainter, slot: _Slot, drawn: DrawnLeaf) -> None:
        px, place, mirrored = self._theme.px, slot.leaf.place, slot.mirrored
        baseline = drawn.rect.top() + drawn.first_baseline()
        middle = baseline - px(5)
        color = self._theme.color("text-secondary")
        for indent, marker in place.markers:
            x = px(indent)
            if marker.bullet is Bullet.NUMBER:
                font = self._theme.tabular(self._styles.font(place.tone))
                painter.setFont(font)
                painter.setPen(color)
                width = px(80)
                left = self._across(x - px(6) - width, width, mirrored)
                align = Qt.AlignmentFlag.AlignLeft if mirrored else Qt.AlignmentFlag.AlignRight
                ascent = painter.fontMetrics().ascent()
                box = QRectF(left, baseline - ascent, width, painter.fontMetrics().height())
                # The mark after the number follows the text's direction, not the program's.
                direction = Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight
                painter.setLayoutDirection(direction)
                painter.drawText(box, align | Qt.AlignmentFlag.AlignAbsolute, marker.text)
            elif marker.bullet in (Bullet.CHECKED, Bullet.UNCHECKED):
                self._paint_box(painter, self._across(x - px(21), px(16), mirrored), middle - px(8), marker)
            else:
                self._paint_bullet(painter, QPointF(self._across(x - px(11), 0, mirrored), middle), marker.bullet)

    def _paint_bullet(self, painter: QPainter, centre: QPointF, bullet: Bullet) -> None:
        color, px = self._theme.color("text-secondary"), self._theme.px
        if bullet is Bullet.DISC:
            paint_dot(painter, centre, px(5), color)
        elif bullet is Bullet.SQUARE:
            painter.fillRect(QRectF(centre.x() - px(2), centre.y() - px(2), px(4), px(4)), color)
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, 1))
            painter.drawEllipse(centre, px(5) / 2, px(5) / 2)

    def _paint_box(self, painter: QPainter, x: float, y: float, marker: Marker) -> None:
        theme, px = self._theme, self._theme.px
        box = QRectF(x, y, px(16), px(16))
        if marker.bullet is Bullet.CHECKED:
            paint_box(painter, box, px(4), theme.color("accent"))
            theme.icons.paint(
                painter, box.adjusted(px(3), px(3), -px(3), -px(3)), "check-bold", theme.color("on-accent")
            )
        else:
            paint_box(painter, box, px(4), None, theme.color("control"))

    def _caret_rect(self) -> QRectF | None:
        drawn = self._slots[-1].drawn if self._slots else None
        end = drawn.end_point() if drawn else None
        if drawn is None or end is None:
            return None
        width, height = map(self._theme.px, _CARET)
        x = drawn.rect.x() + end.x() + self._theme.px(1)
        return QRectF(x, drawn.rect.y() + end.y() - height + self._theme.px(4), width, height)

    # Geometry

    def _is_mirrored(self, leaf: leaves.Leaf, before: bool) -> bool:
        """A text begins where its own language does; what is no text stands as what is above it."""
        if isinstance(leaf, leaves.TextLeaf) and leaf.runs:
            return direction_of("".join(run.text for run in leaf.runs)) is Qt.LayoutDirection.RightToLeft
        return before

    def _across(self, x: int, width: int, mirrored: bool) -> int:
        """A distance from the edge where a leaf begins, as a place in the host."""
        left = self._origin[0]
        return left + self._width - x - width if mirrored else left + x

    def _slot_height(self, slot: _Slot) -> int:
        room = max(self._theme.px(80), self._width - self._theme.px(slot.leaf.place.indent) if self._width else 0)
        if slot.drawn is not None:
            return slot.above + slot.drawn.set_width(room)
        return slot.above + self._estimate(slot.leaf, room)

    def _estimate(self, leaf: leaves.Leaf, room: int) -> int:
        px = self._theme.px
        match leaf:
            case leaves.TextLeaf(place, runs, level):
                letters = sum(len(run.text) for run in runs)
                line = self._styles.line(place.tone, level)
                return line * max(1, -(-letters * px(15) * 48 // 100 // max(room, 1)))
            case leaves.CodeLeaf(text=text):
                return px(48) + px(20) * (text.count("\n") + 1)
            case leaves.TableLeaf(rows=rows):
                return len(rows) * px(31) + 1
            case leaves.FormulaLeaf(tex=tex):
                return max(px(48), px(24) * (tex.count("\n") + 1))
            case leaves.RuleLeaf():
                return px(12) + 1

    def _place_from(self, start: int) -> None:
        for row in range(start, len(self._slots)):
            if self._slots[row].drawn is not None:
                self._place(row)

    def _place(self, row: int) -> None:
        slot = self._slots[row]
        assert slot.drawn is not None
        indent = self._theme.px(slot.leaf.place.indent)
        room = max(self._theme.px(80), self._width - indent)
        top = self._origin[1] + self._heights.top(row) + slot.above
        slot.drawn.place(QRect(self._across(indent, room, slot.mirrored), top, room, self._heights[row] - slot.above))

    def _update_from(self, row: int, below: int = 0) -> None:
        """Have everything painted from `below` pixels into a leaf on."""
        top = self._origin[1] + self._heights.top(min(row, len(self._heights))) + below
        reach = self._theme.px(_AROUND)
        self._host.update(
            QRect(self._origin[0] - reach, top, self._width + 2 * reach, self.height + self._origin[1] - top)
        )
