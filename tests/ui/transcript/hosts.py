"""A column of leaves in a widget of its own."""

from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.render.blocks import parse
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.column import Column
from desktop.ui.transcript.leaves import flatten
from desktop.ui.transcript.styles import Styles

WIDTH = 720


class Host(QWidget):
    """Shows a text, of which the band is exact that was last asked for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.styles = Styles(theme)
        self.column = Column(self.styles, self)
        self.band = (0, 100_000)
        self.painted = QRect()

    def load(self, text: str, keep: int = 0) -> None:
        self.column.set_leaves(list(flatten(parse(text)))[keep:], keep)
        self.lay_out()

    def lay_out(self, width: int = WIDTH) -> None:
        self.column.set_geometry(0, 0, width)
        while self.column.show_band(*self.band, self.band[0] - 500, self.band[1] + 500):
            pass
        self.resize(width, max(1, min(self.column.height, 4000)))

    def leaf_resized(self, leaf: DrawnLeaf) -> None:
        assert self.column.resized(leaf)
        self.lay_out(self.width())

    def leaf(self, row: int) -> DrawnLeaf:
        drawn = self.column.drawn(row)
        assert drawn is not None
        return drawn

    def image(self, rect: QRect | None = None) -> QImage:
        """What is painted in a part of the widget, without the widgets in it."""
        rect = rect or self.rect()
        image = QImage(rect.size(), QImage.Format.Format_RGB32)
        image.fill(self.theme.color("surface"))
        painter = QPainter(image)
        painter.translate(-QPointF(rect.topLeft()))
        self.column.paint(painter, rect)
        painter.end()
        return image

    def has_color(self, role: str, rect: QRect) -> bool:
        """Whether a colour is painted anywhere in a part of the widget."""
        image = self.image(rect)
        wanted = self.theme.color(role).rgb()
        points = (QPoint(x, y) for y in range(image.height()) for x in range(image.width()))
        return any(image.pixel(point) == wanted for point in points)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted = self.painted.united(event.rect())
        self.column.paint(QPainter(self), event.rect())
