"""What every drawn leaf has in common."""

from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import Generic, TypeVar

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.ui.transcript import leaves
from desktop.ui.transcript.position import Highlight, Ranges
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.paint import paint_box

L = TypeVar("L", bound=leaves.Leaf)


class DrawnLeaf(Generic[L]):
    """One leaf laid out, painted by the message it stands in (`host`). Positions are pixels from its own corner."""

    def __init__(self, styles: Styles, host: QWidget, leaf: L) -> None:
        self.styles = styles
        self.theme = styles.theme
        self.host = host
        self.leaf = leaf
        self.rect = QRect()  # within the host, set by `place`
        self.unchanged = 0  # pixels from the top that look the same after the last `take`
        self.highlights: dict[Highlight, Ranges] = {}

    def set_width(self, width: int) -> int:
        """Lay out for a width. Returns the height, in which `show_between` may still correct estimates."""
        raise NotImplementedError

    def show_between(self, top: int, bottom: int) -> bool:
        """Make what lies between two heights exact. Whether its own height may have changed."""
        return False

    def lay_open(self) -> bool:
        """Show all of it at once, as on paper: nothing folded, nothing to scroll to.

        False while some of it is still being prepared: ask again.
        """
        return True

    def overflow(self) -> float:
        """How many times as wide as its room it is; at most 1 where there is nothing to scroll to sideways."""
        return 1

    def manner(self) -> object | None:
        """How the reader has set it (wrapped, unfolded), for `resume` when it is drawn anew; None for as usual."""
        return None

    def resume(self, manner: object) -> None:
        """Be as another drawing of the same leaf was. Called before the first `set_width`."""

    def take(self, leaf: L) -> bool:
        """Become another leaf of the same kind and place, cheaper than anew. False where that cannot be."""
        return False

    def place(self, rect: QRect) -> None:
        """Stand there within the host; widgets of the leaf go along."""
        self.rect = rect

    def restyle(self) -> None:
        """Take the theme's present colours."""

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        """Draw what lies in `clip`; the painter's origin is the leaf's corner."""
        raise NotImplementedError

    def first_baseline(self) -> float:
        """Where a list's marker hangs."""
        return self.styles.baseline(leaves.Tone.BODY)

    def end_point(self) -> QPointF | None:
        """Where the next letter would be, for the caret of a reply being written; on the baseline."""
        return None

    def link_at(self, point: QPointF) -> tuple[str, str] | None:
        """Target and words of the link at a point."""
        return None

    def tip_at(self, point: QPointF) -> str:
        """What a tooltip says about what is drawn at a point."""
        return ""

    def formulas_arrived(self) -> None:
        """Formulas that were asked for with this as their owner are known now."""

    # Text. Offsets count code points of `leaves.plain(leaf)`; what they are in the layout is the leaf's own business.

    def offset_at(self, point: QPointF) -> int:
        """The place between letters that is nearest to a point, which may lie outside."""
        raise NotImplementedError

    def caret_rect(self, offset: int) -> QRectF:
        """Where a caret before that letter stands: as high as its line, without width."""
        raise NotImplementedError

    def rects(self, start: int, end: int) -> list[QRectF]:
        """What a range of letters covers, one rectangle for each line (or cell's line) of it."""
        raise NotImplementedError

    def line_ends(self, offset: int) -> tuple[int, int]:
        """Where the line as it is set that holds an offset begins and ends."""
        raise NotImplementedError

    def reveal(self, start: int, end: int) -> bool:
        """Scroll sideways or unfold so that a range can be seen. Whether the leaf's height may have changed."""
        return False

    def set_highlight(self, kind: Highlight, ranges: Ranges) -> None:
        """Mark parts of the text; none takes the mark away. What did not change is not painted again."""
        old = self.highlights.get(kind, ())
        if ranges != old:
            self.highlights[kind] = ranges
            self.update()

    def paint_highlights(self, painter: QPainter, first: int = 0, last: int | None = None) -> None:
        """Draw what lies behind marked text; a leaf calls it between its background and its letters.

        Long ones say between which offsets they are being painted, so that nothing else is looked at.
        """
        for kind in Highlight:
            ranges = self.highlights.get(kind, ())
            start = bisect_left(ranges, first, key=itemgetter(1))
            stop = len(ranges) if last is None else bisect_right(ranges, last, key=itemgetter(0))
            for begin, end in ranges[start:stop]:
                for rect in self.rects(max(begin, first), end if last is None else min(end, last)):
                    painter.fillRect(rect, self.theme.color(kind.value))
                    if self.theme.high_contrast:  # the fills alone are too faint
                        edge = self.theme.px(1 if kind is Highlight.FOUND else 2)
                        paint_box(painter, rect, 0, None, self.theme.color("accent"), edge)

    def clicked(self, point: QPointF) -> bool:
        """Take a click that selected nothing and hit no link. False where it means nothing here."""
        return False

    def wheel(self, sideways: int) -> bool:
        """Scroll sideways by pixels. False where there is nothing to scroll, and the view should."""
        return False

    def dispose(self) -> None:
        """Take widgets away; the leaf is not used again."""

    def update(self) -> None:
        """Have it painted again."""
        self.host.update(self.rect)
