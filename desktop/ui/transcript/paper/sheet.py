"""A message on a sheet, for paper or as a picture: who wrote it, when, and all of its leaves, laid open."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from PySide6.QtCore import QDateTime, QLocale, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from desktop.domain.message import Message, Role, Status
from desktop.i18n import gettext as _
from desktop.render.blocks import Block
from desktop.ui.transcript import leaves, measures, question
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.blocks.table import DrawnTable
from desktop.ui.transcript.column import Column
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.leaves import Leaf, Run, TextLeaf, Tone
from desktop.ui.transcript.styles import Styles
from desktop.ui.transcript.written import Written
from desktop.ui.widgets.paint import paint_box, paint_dot, text_flags

_CELL_PAD = 5  # above and below the words in a table's row
_AHEAD = 200
_LEAST_STEP = 1.05
_QUESTION = leaves.Place(above=0, tone=Tone.BUBBLE)


@dataclass(frozen=True, slots=True)
class Part:
    """What is shown of a message. `content` is what is selected: words of a question, blocks of a reply; or None.

    Of a whole reply its answer is shown, without the reasoning before it.
    """

    entry: Entry
    content: str | tuple[Block, ...] | None = None


class Sheet(QWidget):
    """One message as wide as `width` pixels. It is never shown, only painted, from the upper left corner."""

    def __init__(self, styles: Styles, part: Part, width: int) -> None:
        super().__init__()
        self._styles = styles
        self._theme = styles.theme
        self._entry = part.entry
        self._is_question = part.entry.message.role is Role.USER
        self.resize(width, 0)
        px = self._theme.px
        inset = px(measures.BUBBLE_PAD_X) if self._is_question else 0
        self._top = px(measures.HEAD + measures.HEAD_GAP) + (px(measures.BUBBLE_PAD_Y) if self._is_question else 0)
        self._column = Column(styles, self)
        self._column.set_leaves(_leaves(part))
        self._unfold()
        self._column.set_geometry(inset, self._top, width - 2 * inset)

    def formulas(self) -> set[tuple[str, bool]]:
        """The TeX of every formula, and whether it is a display formula."""
        found = set()
        for leaf in map(self._column.leaf, range(len(self._column))):
            match leaf:
                case leaves.FormulaLeaf(tex=tex):
                    found.add((tex, True))
                case TextLeaf(runs=runs):
                    found.update((run.tex, run.display) for run in runs if run.tex)
                case leaves.TableLeaf(rows=rows):
                    cells = chain.from_iterable(rows)
                    found.update((run.tex, run.display) for run in chain.from_iterable(cells) if run.tex)
        return found

    @property
    def whole_height(self) -> int:
        """In pixels; of what has not been asked for yet it is an estimate."""
        return self._top + self._column.height + self._below

    def prepare(self, top: int, bottom: int) -> bool:
        """Lay out what lies between two heights. False while some of it is not ready: ask again."""
        while True:
            before = self._column.height
            self._column.show_band(top, bottom, top - _AHEAD, bottom + _AHEAD)
            ready = True
            for row, drawn in self._between(top, bottom):
                ready &= drawn.lay_open()
                self._shrink(row, drawn)
            if self._column.height == before:
                return ready

    def cut(self, top: int, limit: int) -> int:
        """The lowest height up to `limit` at which the sheet may be cut without going through a line.

        It is `top` where nothing fits. A heading is not parted from what follows it.
        """
        if limit >= self.whole_height:
            return self.whole_height
        if limit >= self._top + self._column.height:
            limit = self._top + self._column.height - 1
        row, _below = self._column.place_at(limit)
        if row < 0 or limit <= self._top:
            return top
        at = self._between_lines(row, top, limit)
        while row > 0 and at <= self._column.y_of(row) and _is_heading(self._column.leaf(row - 1)):
            row -= 1
            at = self._column.y_of(row)
        return max(top, at) if row or at > self._top else top

    def table_head(self, cut: int) -> tuple[int, int]:
        """Top and bottom of the head of a table that goes on below a cut, to be shown there again; else nothing."""
        row, _below = self._column.place_at(cut)
        drawn = self._column.drawn(row) if row >= 0 else None
        if isinstance(drawn, DrawnTable) and drawn.rect.top() + drawn.head_height < cut <= drawn.rect.bottom():
            return drawn.rect.top(), drawn.rect.top() + drawn.head_height
        return cut, cut

    def paint(self, painter: QPainter, top: int, bottom: int) -> None:
        """Draw what lies between two heights, which `prepare` has made ready."""
        painter.save()
        painter.setClipRect(QRectF(0, top, self.width(), bottom - top), Qt.ClipOperation.IntersectClip)
        head = self._theme.px(measures.HEAD)
        if top < head:
            self._paint_head(painter)
        if self._is_question:
            start = head + self._theme.px(measures.HEAD_GAP)
            box = QRectF(0, start, self.width(), self.whole_height - start)
            paint_box(painter, box, self._theme.px(12), self._theme.color("bubble"))
        # A pixel less at both ends: lines that only touch it belong to the other side of a cut.
        self._column.paint(painter, QRect(0, top + 1, self.width(), max(0, bottom - top - 2)))
        painter.restore()

    def dispose(self) -> None:
        self._column.dispose()
        self.deleteLater()

    def leaf_resized(self, leaf: DrawnLeaf) -> None:
        """Called by a leaf whose height changed by itself."""
        self._column.resized(leaf)

    # Inside

    @property
    def _below(self) -> int:
        return self._theme.px(measures.BUBBLE_PAD_Y) if self._is_question else 0

    def _unfold(self) -> None:
        for row in range(1, len(self._column)):
            above = self._column.leaf(row - 1)
            if isinstance(above, TextLeaf) and above.folds and self._column.leaf(row).place.folds > above.place.folds:
                self._column.reveal(row, 0, 0)

    def _shrink(self, row: int, drawn: DrawnLeaf) -> None:
        """Make what is too wide smaller until it fits: at half the size a table may wrap its cells to be narrower."""
        while (overflow := drawn.overflow()) > 1:
            zoom = drawn.theme.zoom / max(overflow**0.5, _LEAST_STEP)
            drawn = self._column.draw_in(Styles(self._theme.resized(zoom)), row)

    def _between(self, top: int, bottom: int) -> Iterator[tuple[int, DrawnLeaf]]:
        """The leaves that are drawn between two heights."""
        row = max(0, self._column.place_at(max(top, self._top))[0])
        while row < len(self._column) and self._column.y_of(row) < bottom:
            if (drawn := self._column.drawn(row)) is not None:
                yield row, drawn
            row += 1

    def _between_lines(self, row: int, top: int, limit: int) -> int:
        """The lowest height up to `limit` that is between two lines of a leaf, or above all of it."""
        above, drawn = self._column.y_of(row), self._column.drawn(row)
        if drawn is None or not isinstance(drawn.leaf, TextLeaf | leaves.CodeLeaf | leaves.TableLeaf):
            return above
        rect = drawn.rect
        if limit <= rect.top():
            return above
        first, last = (
            [drawn.offset_at(QPointF(x, y - rect.top())) for x in (0, rect.width())]
            for y in (max(top, rect.top()), min(limit + self._theme.px(measures.LINE), rect.bottom()))
        )
        start = min(drawn.line_ends(offset)[0] for offset in first)
        end = max(drawn.line_ends(offset)[1] for offset in last)
        text = leaves.plain(drawn.leaf)
        pad = drawn.theme.px(_CELL_PAD) if isinstance(drawn.leaf, leaves.TableLeaf) else 0
        boxes = [box.translated(rect.topLeft()) for box in drawn.rects(start, end)]
        lines = [(box.top() - pad, box.bottom() + pad) for box in boxes]
        if not lines:
            return above
        if start == 0:
            lines.append((above, min(line_bottom for _top, line_bottom in lines)))
        if end >= len(text):
            lines.append((max(line_top for line_top, _bottom in lines), rect.bottom() + 1))
        at = float(limit)
        while crossed := [line_top for line_top, line_bottom in lines if line_top < at < line_bottom]:
            at = min(crossed)
        if isinstance(drawn, DrawnTable) and at <= rect.top() + drawn.head_height:
            return above  # a head stays with the row below it
        return int(at)

    def _paint_head(self, painter: QPainter) -> None:
        px, theme = self._theme.px, self._theme
        message = self._entry.message
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        height, font = px(measures.HEAD), theme.font(13, 600)
        name = _name(message)
        width = QFontMetricsF(font).horizontalAdvance(name) + 1
        x = 0 if self._is_question else px(16)
        boxes = [QRectF(x, 0, width, height), QRectF(x + width + px(8), 0, self.width(), height)]
        if mirrored:
            for box in boxes:
                box.moveRight(self.width() - box.left())
        if not self._is_question:
            dot = QPointF(self.width() - px(4) if mirrored else px(4), height / 2)
            paint_dot(painter, dot, px(8), theme.provider_color(self._entry.provider_color_id))
        flags = text_flags(self.layoutDirection())
        painter.setFont(font)
        painter.setPen(theme.color("text-secondary"))
        painter.drawText(boxes[0], flags, name)
        painter.setFont(theme.font(13))
        painter.setPen(theme.color("text-muted"))
        when = QDateTime.fromMSecsSinceEpoch(message.created_ms)
        painter.drawText(boxes[1], flags, self.locale().toString(when, QLocale.FormatType.ShortFormat))


def _name(message: Message) -> str:
    if message.role is Role.USER:
        return _("You")
    return message.model_name or (message.model.model_id if message.model else "") or _("Reply")


def _leaves(part: Part) -> list[Leaf]:
    message = part.entry.message
    if message.role is Role.USER:
        text = message.text if part.content is None else str(part.content)
        return [TextLeaf(_QUESTION, (Run(piece),)) for piece in question.pieces(text)]
    if isinstance(part.content, tuple):
        return list(leaves.flatten(part.content))
    found = Written(message, whole=True).answer.leaves
    if message.status is Status.FAILED and (failure := message.failure):
        words = " · ".join(filter(None, (failure.title, failure.explanation)))
        found = [*found, TextLeaf(leaves.Place(tone=Tone.REASONING), (Run(words),))]
    return found


def _is_heading(leaf: Leaf) -> bool:
    return isinstance(leaf, TextLeaf) and leaf.level > 0
