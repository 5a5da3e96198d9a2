"""Tables: a washed head, hairlines between rows, numbers at the end; wider ones scroll sideways."""

import re
from bisect import bisect_right
from itertools import accumulate
from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QWidget

from desktop.render.blocks import Align
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.blocks.sideways import HEIGHT as BAR
from desktop.ui.transcript.blocks.sideways import Sideways
from desktop.ui.transcript.flow import Flow
from desktop.ui.transcript.leaves import TableLeaf, Tone
from desktop.ui.transcript.scrolling.heights import Heights
from desktop.ui.transcript.styles import Styles, direction_of
from desktop.ui.widgets.paint import paint_box

_PAD_X, _PAD_Y = 14, 5
_BAR_INSET = 6
_WIDEST = 320  # of a column in a table that scrolls
_MEASURED = 100  # rows that the columns' widths and alignment are taken from
_NUMBER = re.compile(r"[\s(]*[-+−–~≈<>≤≥±]?\s*[^\w\s(]{0,2}\s*\d[\d.,\s]*\s*[%°\w]{0,3}[)\s]*|[-—–]?")


class DrawnTable(DrawnLeaf[TableLeaf]):
    """Columns are as wide as the first rows ask for. Of further rows only those near the viewport are laid out.

    A table whose head is written from right to left has its first column at the right.
    """

    def __init__(self, styles: Styles, host: QWidget, leaf: TableLeaf) -> None:
        super().__init__(styles, host, leaf)
        self._sideways = Sideways(self.theme, host, self.update)
        head = " ".join(run.text for cell in leaf.rows[0] for run in cell)
        self._mirrored = direction_of(head) is Qt.LayoutDirection.RightToLeft
        if self._mirrored:
            self._sideways.offset = 1 << 30  # at its beginning; the extent bounds it
        self._alignment = self._alignments()
        self._rows: dict[int, list[Flow]] = {}
        self._laid_out: set[int] = set()  # rows that are set in the columns as they are
        self._exact: set[int] = set()  # rows whose height is no estimate
        self._natural: list[list[int]] = []
        self._narrowest: list[list[int]] = []
        self._width = -1
        self._columns: list[int] = []
        self._lefts: list[int] = []
        self._heights = Heights()
        self._starts: list[list[int]] = []  # of the cells in the text, row by row, and behind them the next row's

    # As the column asks

    def manner(self) -> object | None:
        return self._sideways.offset or None

    def resume(self, manner: object) -> None:
        assert isinstance(manner, int)
        self._sideways.offset = manner

    def overflow(self) -> float:
        return self._sideways.overflow

    def take(self, leaf: TableLeaf) -> bool:
        old = self.leaf
        if leaf.place != old.place or leaf.align != old.align or leaf.rows[0] != old.rows[0]:
            return False
        differ = (number for number, (a, b) in enumerate(zip(old.rows, leaf.rows, strict=False)) if a != b)
        kept = next(differ, min(len(old.rows), len(leaf.rows)))
        self.leaf = leaf
        alignment = self._alignments()
        if alignment != self._alignment:
            self._alignment, kept = alignment, 0
        del self._natural[kept:], self._narrowest[kept:], self._starts[kept:]
        for number in range(kept, len(old.rows)):
            self._rows.pop(number, None)
        self._laid_out.difference_update(range(kept, len(old.rows)))
        self._exact.difference_update(range(kept, len(old.rows)))
        if self._width >= 0:
            self._heights.replace(kept, [self._least_height()] * (len(leaf.rows) - kept))
            changed = self._set_columns()
            self._make_exact(range(kept, min(len(leaf.rows), kept + _MEASURED)))
            # The last row before had the rounded corners.
            self.unchanged = 0 if changed else self._heights.top(min(kept, len(old.rows) - 1))
        return True

    def set_width(self, width: int) -> int:
        if width != self._width:
            self._width = width
            self._columns = []
            self._set_columns()
        bar = self.theme.px(BAR) if self._sideways.needed else 0
        return self._heights.total + 1 + bar

    @property
    def head_height(self) -> int:
        """Down to the first row below the head."""
        return 1 + self._heights[0]

    def show_between(self, top: int, bottom: int) -> bool:
        changed = False
        while self._make_exact(self._heights.rows_between(top, bottom)):
            changed = True
        return changed

    def place(self, rect: QRect) -> None:
        super().place(rect)
        px = self.theme.px
        side = px(_BAR_INSET)
        self._sideways.place(
            QRect(rect.x() + side, rect.bottom() - px(BAR), rect.width() - 2 * side, px(BAR)),
        )

    def restyle(self) -> None:
        for row in self._rows.values():
            for flow in row:
                flow.restyle()
        self._laid_out.clear()  # its layout goes with it

    def dispose(self) -> None:
        self._sideways.dispose()
        self.styles.formulas.forget(self)

    def wheel(self, sideways: int) -> bool:
        return self._sideways.move(sideways) or self._sideways.needed

    # Painting

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        theme, px = self.theme, self.theme.px
        outer = QRectF(0, 0, self.rect.width(), self.rect.height())
        rows = self._heights.rows_between(int(clip.top()) - 1, ceil(clip.bottom()))
        shape = QPainterPath()
        shape.addRoundedRect(outer, px(8), px(8))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        painter.fillRect(QRectF(0, 0, outer.width(), 1 + self._heights[0]), theme.color("surface-sunken"))
        placed = [cell for row in rows for cell in self._placed(row)]
        for flow, place in placed:
            flow.paint_boxes(painter, place)
        if rows and any(self.highlights.values()):
            self.paint_highlights(painter, self._starts_of(rows.start)[0], self._starts_of(rows.stop - 1)[-1])
        for flow, place in placed:
            flow.paint_letters(painter, place, clip)
        for row in rows:
            if row < len(self.leaf.rows) - 1:
                painter.fillRect(QRectF(0, self._heights.bottom(row), outer.width(), 1), theme.color("border"))
        painter.restore()
        paint_box(painter, outer, px(8), None, theme.color("border"))

    def link_at(self, point: QPointF) -> tuple[str, str] | None:
        flow, place = self._cell_at(point)[2:]
        url = flow.link_at(point - place)
        return (url, flow.link_text(point - place)) if url else None

    def tip_at(self, point: QPointF) -> str:
        flow, place = self._cell_at(point)[2:]
        return flow.tip_at(point - place)

    def formulas_arrived(self) -> None:
        changed = [number for number, row in self._rows.items() if sum(flow.refresh() for flow in row)]
        for number in changed:
            self._laid_out.discard(number)
            self._exact.discard(number)
            if number < len(self._natural):
                self._natural[number] = [flow.natural_width() for flow in self._rows[number]]
            if number < len(self._narrowest):
                widest = self.theme.px(_WIDEST)
                self._narrowest[number] = [min(flow.narrowest_width(), widest) for flow in self._rows[number]]
        if self._width >= 0:
            self._set_columns()
            self._make_exact(range(min(changed, default=0), max(changed, default=-1) + 1))
        self.host.leaf_resized(self)  # type: ignore[attr-defined]

    # Text

    def offset_at(self, point: QPointF) -> int:
        row, column, flow, place = self._cell_at(point)
        return self._starts_of(row)[column] + flow.offset_at(point - place)

    def caret_rect(self, offset: int) -> QRectF:
        row, column, inside = self._cell_of(offset)
        flow, place = self._placed(row)[column]
        return flow.caret_rect(inside).translated(place)

    def rects(self, start: int, end: int) -> list[QRectF]:
        found: list[QRectF] = []
        for row in range(self._cell_of(start)[0], self._cell_of(end)[0] + 1):
            starts = self._starts_of(row)
            for column, (flow, place) in enumerate(self._placed(row)):
                first, last = max(start, starts[column]), min(end, starts[column + 1] - 1)
                if first < last:
                    covered = flow.rects(first - starts[column], last - starts[column])
                    found += [rect.translated(place) for rect in covered]
        return found

    def line_ends(self, offset: int) -> tuple[int, int]:
        row, column, inside = self._cell_of(offset)
        start = self._starts_of(row)[column]
        first, last = self._placed(row)[column][0].line_ends(inside)
        return start + first, start + last

    def reveal(self, start: int, end: int) -> bool:
        caret, other = self.caret_rect(start), self.caret_rect(end)
        there = self._sideways.offset - 1
        right = other.x() if other.y() == caret.y() else caret.x()
        self._sideways.show(min(caret.x(), right) + there, max(caret.x(), right) + there)
        return False

    def _starts_of(self, row: int) -> list[int]:
        for number in range(len(self._starts), row + 1):
            begin = self._starts[-1][-1] if self._starts else 0
            lengths = (sum(len(run.text) for run in cell) + 1 for cell in self.leaf.rows[number])
            self._starts.append(list(accumulate(lengths, initial=begin)))
        return self._starts[row]

    def _cell_of(self, offset: int) -> tuple[int, int, int]:
        """Row, column and the offset inside of the cell that holds an offset of the text."""
        self._starts_of(len(self.leaf.rows) - 1)
        row = max(0, bisect_right(self._starts, offset, key=lambda starts: starts[0]) - 1)
        starts = self._starts[row]
        column = min(max(0, bisect_right(starts, offset) - 1), len(starts) - 2)
        return row, column, max(0, min(offset, starts[column + 1] - 1) - starts[column])

    # Layout

    def _set_columns(self) -> bool:
        """Give the columns their widths. False where none changes; rows then stay as they are set."""
        self._measure()
        columns = self._column_widths(self._width - 2)
        if columns == self._columns:
            return False
        self._columns = columns
        rights = list(accumulate(columns))
        whole = max(rights[-1], self._width - 2)
        self._lefts = [
            whole - right if self._mirrored else right - own for right, own in zip(rights, columns, strict=True)
        ]
        self._laid_out.clear()
        self._exact.clear()
        self._heights = Heights([self._least_height()] * len(self.leaf.rows))
        self._sideways.set_extent(rights[-1], self._width - 2)
        if len(self.leaf.rows) <= _MEASURED:
            self._make_exact(range(len(self.leaf.rows)))
        return True

    def _measure(self) -> None:
        for number in range(len(self._natural), min(len(self.leaf.rows), _MEASURED)):
            self._natural.append([flow.natural_width() for flow in self._row(number)])
            self._laid_out.discard(number)

    def _column_widths(self, room: int) -> list[int]:
        """As a browser does it: the natural widths stretched to the room, or shrunk down to the longest words."""
        pad = 2 * self.theme.px(_PAD_X)
        natural = [max(column) + pad for column in zip(*self._natural, strict=True)]
        if sum(natural) <= room:
            return _shared(room, natural)
        widest = self.theme.px(_WIDEST)
        for number in range(len(self._narrowest), len(self._natural)):
            self._narrowest.append([min(flow.narrowest_width(), widest) for flow in self._row(number)])
            self._laid_out.discard(number)
        least = [max(column) + pad for column in zip(*self._narrowest, strict=True)]
        if sum(least) >= room:
            return [max(low, min(wish, widest)) for low, wish in zip(least, natural, strict=True)]
        spare = _shared(room - sum(least), [wish - low for low, wish in zip(least, natural, strict=True)])
        return [low + more for low, more in zip(least, spare, strict=True)]

    def _least_height(self) -> int:
        return self.styles.line(Tone.CELL) + 2 * self.theme.px(_PAD_Y) + 1

    def _make_exact(self, rows: range) -> bool:
        """Lay rows out and take their heights. Whether any changed."""
        changed = False
        for number in rows:
            if number not in self._exact:
                self._exact.add(number)
                height = max(flow.height for flow in self._set(number)) + 2 * self.theme.px(_PAD_Y) + 1
                changed |= height != self._heights[number]
                self._heights[number] = height
        return changed

    def _row(self, number: int) -> list[Flow]:
        row = self._rows.get(number)
        if row is None:
            tone = Tone.CELL if number else Tone.CELL_HEAD
            cells = zip(self.leaf.rows[number], self._alignment, strict=True)
            row = [Flow(self.styles, runs, tone, align=align, owner=self) for runs, align in cells]
            self._rows[number] = row
        return row

    def _set(self, number: int) -> list[Flow]:
        """A row, set in the columns."""
        row = self._row(number)
        if number not in self._laid_out:
            self._laid_out.add(number)
            for flow, column in zip(row, self._columns, strict=True):
                flow.set_width(column - 2 * self.theme.px(_PAD_X))
        return row

    def _placed(self, number: int) -> list[tuple[Flow, QPointF]]:
        """The cells of a row and where their text begins."""
        y = 1 + self._heights.top(number) + self.theme.px(_PAD_Y)
        x = 1 + self.theme.px(_PAD_X) - self._sideways.offset
        return [(flow, QPointF(x + left, y)) for flow, left in zip(self._set(number), self._lefts, strict=True)]

    def _cell_at(self, point: QPointF) -> tuple[int, int, Flow, QPointF]:
        """The cell at a point or nearest to it: row, column, and as in `_placed`."""
        row = max(0, self._heights.row_at(int(point.y()) - 1))
        x = point.x() - 1 + self._sideways.offset
        column = next((n for n, left in enumerate(self._lefts) if left <= x < left + self._columns[n]), None)
        if column is None:
            column = 0 if (x < 0) != self._mirrored else len(self._lefts) - 1
        return row, column, *self._placed(row)[column]

    def _alignments(self) -> list[Qt.AlignmentFlag]:
        """The columns' alignment; where the source names none, columns of numbers stand at the end."""
        start, end = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        if self._mirrored:
            start, end = end, start
        named = {
            Align.LEFT: Qt.AlignmentFlag.AlignLeft,
            Align.CENTER: Qt.AlignmentFlag.AlignHCenter,
            Align.RIGHT: Qt.AlignmentFlag.AlignRight,
        }
        found = []
        for column, align in enumerate(self.leaf.align):
            texts = ["".join(run.text for run in row[column]) for row in self.leaf.rows[1:_MEASURED]]
            numbers = any(any(c.isdigit() for c in text) for text in texts) and all(map(_NUMBER.fullmatch, texts))
            found.append(named.get(align) or (end if numbers else start))
        return found


def _shared(total: int, weights: list[int]) -> list[int]:
    """`total` divided by weight into whole numbers that add up to it."""
    whole = sum(weights) or 1
    shares, given, weight = [], 0, 0
    for part in weights:
        weight += part
        shares.append(ceil(total * weight / whole) - given)
        given += shares[-1]
    return shares
