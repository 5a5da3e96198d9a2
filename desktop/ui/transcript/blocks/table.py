"""Tables: a washed head, hairlines between rows, numbers at the right; wider ones scroll sideways."""

import re
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QWidget

from desktop.render.blocks import Align
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.blocks.sideways import Sideways
from desktop.ui.transcript.flow import Flow
from desktop.ui.transcript.leaves import Run, TableLeaf, Tone
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.paint import paint_box

_PAD_X, _PAD_Y = 14, 5
_WIDEST = 320  # of a column in a table that scrolls
_NUMBER = re.compile(r"[\s(]*[-+−–~≈<>≤≥±]?\s*[^\w\s(]{0,2}\s*\d[\d.,\s]*\s*[%°\w]{0,3}[)\s]*|[-—–]?")
_ALIGNMENT = {
    Align.NONE: Qt.AlignmentFlag.AlignLeft,
    Align.LEFT: Qt.AlignmentFlag.AlignLeft,
    Align.CENTER: Qt.AlignmentFlag.AlignHCenter,
    Align.RIGHT: Qt.AlignmentFlag.AlignRight,
}


class DrawnTable(DrawnLeaf[TableLeaf]):
    def __init__(self, styles: Styles, host: QWidget, leaf: TableLeaf) -> None:
        super().__init__(styles, host, leaf)
        self._sideways = Sideways()
        self._width = -1
        self._alignment = [_ALIGNMENT[align] for align in _alignments(leaf)]
        self._rows = [self._row(number, row) for number, row in enumerate(leaf.rows)]
        self._natural = [[flow.natural_width() for flow in row] for row in self._rows]
        self._columns: list[int] = []
        self._heights: list[int] = []

    def take(self, leaf: TableLeaf) -> bool:
        if leaf.place != self.leaf.place or leaf.align != self.leaf.align:
            return False
        alignment = [_ALIGNMENT[align] for align in _alignments(leaf)]
        same = next((n for n, (a, b) in enumerate(zip(self.leaf.rows, leaf.rows, strict=False)) if a != b), None)
        kept = min(len(self.leaf.rows), len(leaf.rows)) if same is None else same
        if alignment != self._alignment:
            kept = 0
        self.leaf, self._alignment = leaf, alignment
        self._rows[kept:] = [self._row(kept + number, row) for number, row in enumerate(leaf.rows[kept:])]
        self._natural[kept:] = [[flow.natural_width() for flow in row] for row in self._rows[kept:]]
        self._width = -1
        return True

    def set_width(self, width: int) -> int:
        if width != self._width:
            self._width = width
            pad = self.theme.px(_PAD_X)
            columns = self._column_widths(width - 2)
            self._columns = columns
            for row in self._rows:
                for flow, column in zip(row, columns, strict=True):
                    flow.set_width(column - 2 * pad)
            self._heights = [max(flow.height for flow in row) + 2 * self.theme.px(_PAD_Y) + 1 for row in self._rows]
            self._sideways.set_extent(sum(columns), width - 2)
        bar = self.theme.px(12) if self._sideways.needed else 0
        return sum(self._heights) + 1 + bar

    def restyle(self) -> None:
        for row in self._rows:
            for flow in row:
                flow.restyle()
        self._width = -1
        self.set_width(self.rect.width())

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        theme, px = self.theme, self.theme.px
        outer = QRectF(0, 0, self.rect.width(), self.rect.height())
        shape = QPainterPath()
        shape.addRoundedRect(outer, px(8), px(8))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        painter.fillRect(QRectF(0, 0, outer.width(), 1 + self._heights[0]), theme.color("surface-sunken"))
        y = 1
        for number, (row, height) in enumerate(zip(self._rows, self._heights, strict=True)):
            if y > clip.bottom():
                break
            if y + height >= clip.top():
                x = 1 - self._sideways.offset
                for flow, column in zip(row, self._columns, strict=True):
                    flow.paint(painter, QPointF(x + px(_PAD_X), y + px(_PAD_Y)), clip)
                    x += column
            y += height
            if number < len(self._rows) - 1:
                painter.fillRect(QRectF(0, y - 1, outer.width(), 1), theme.color("border"))
        self._sideways.paint(painter, theme, outer.adjusted(px(6), 0, -px(6), -px(4)))
        painter.restore()
        paint_box(painter, outer, px(8), None, theme.color("border"))

    def link_at(self, point: QPointF) -> tuple[str, str] | None:
        found = self._flow_at(point)
        if found is None:
            return None
        flow, inside = found
        url = flow.link_at(inside)
        return (url, flow.link_text(inside)) if url else None

    def wheel(self, sideways: int) -> bool:
        moved = self._sideways.move(sideways)
        if moved:
            self.update()
        return moved or self._sideways.needed

    def _row(self, number: int, cells: tuple[tuple[Run, ...], ...]) -> list[Flow]:
        tone = Tone.CELL if number else Tone.CELL_HEAD
        return [Flow(self.styles, runs, tone, align=align) for runs, align in zip(cells, self._alignment, strict=True)]

    def _column_widths(self, room: int) -> list[int]:
        """As a browser does it: the natural widths stretched to the room, or shrunk down to the longest words."""
        pad = 2 * self.theme.px(_PAD_X)
        count = len(self._alignment)
        natural = [max(row[column] for row in self._natural) + pad for column in range(count)]
        total = sum(natural)
        if total <= room:
            return _shared(room, natural)
        least = [
            max(min(flow.narrowest_width(), self.theme.px(_WIDEST)) for flow in column) + pad
            for column in zip(*self._rows, strict=True)
        ]
        if sum(least) >= room:
            widest = self.theme.px(_WIDEST)
            return [max(low, min(wish, widest)) for low, wish in zip(least, natural, strict=True)]
        spare = _shared(room - sum(least), [wish - low for low, wish in zip(least, natural, strict=True)])
        return [low + more for low, more in zip(least, spare, strict=True)]

    def _flow_at(self, point: QPointF) -> tuple[Flow, QPointF] | None:
        px = self.theme.px
        y = 1.0
        for row, height in zip(self._rows, self._heights, strict=True):
            if y <= point.y() < y + height:
                x = 1.0 - self._sideways.offset
                for flow, column in zip(row, self._columns, strict=True):
                    if x <= point.x() < x + column:
                        return flow, point - QPointF(x + px(_PAD_X), y + px(_PAD_Y))
                    x += column
            y += height
        return None


def _shared(total: int, weights: list[int]) -> list[int]:
    """`total` divided by weight into whole numbers that add up to it."""
    whole = sum(weights) or 1
    shares, given, weight = [], 0, 0
    for part in weights:
        weight += part
        shares.append(ceil(total * weight / whole) - given)
        given += shares[-1]
    return shares


def _alignments(leaf: TableLeaf) -> list[Align]:
    """The columns' alignment; where the source names none, columns of numbers stand right."""
    found = []
    for column, align in enumerate(leaf.align):
        texts = ["".join(run.text for run in row[column]) for row in leaf.rows[1:]]
        numbers = any(any(c.isdigit() for c in text) for text in texts) and all(map(_NUMBER.fullmatch, texts))
        found.append(Align.RIGHT if align is Align.NONE and numbers else align)
    return found
