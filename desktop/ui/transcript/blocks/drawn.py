"""What every drawn leaf has in common."""

from typing import Generic, TypeVar

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.ui.transcript import leaves
from desktop.ui.transcript.styles import Styles

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

    def set_width(self, width: int) -> int:
        """Lay out for a width. Returns the height."""
        raise NotImplementedError

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

    def wheel(self, sideways: int) -> bool:
        """Scroll sideways by pixels. False where there is nothing to scroll, and the view should."""
        return False

    def dispose(self) -> None:
        """Take widgets away; the leaf is not used again."""

    def update(self) -> None:
        """Have it painted again."""
        self.host.update(self.rect)
