"""Paragraphs and headings, and rules."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.flow import Flow
from desktop.ui.transcript.leaves import RuleLeaf, TextLeaf
from desktop.ui.transcript.styles import Styles


class DrawnText(DrawnLeaf[TextLeaf]):
    def __init__(self, styles: Styles, host: QWidget, leaf: TextLeaf) -> None:
        super().__init__(styles, host, leaf)
        self._width = -1
        self._flow = Flow(styles, leaf.runs, leaf.place.tone, leaf.level, owner=self)

    def set_width(self, width: int) -> int:
        if width != self._width:
            self._width = width
            self._flow.set_width(width)
        return self._flow.height

    def restyle(self) -> None:
        self._flow.restyle()

    def dispose(self) -> None:
        self.styles.formulas.forget(self)

    def formulas_arrived(self) -> None:
        if self._flow.refresh():
            self._width = -1
            self.host.leaf_resized(self)  # type: ignore[attr-defined]

    def tip_at(self, point: QPointF) -> str:
        return self._flow.tip_at(point)

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        self._flow.paint_boxes(painter, QPointF(0, 0))
        self.paint_highlights(painter)
        self._flow.paint_letters(painter, QPointF(0, 0), clip)

    def offset_at(self, point: QPointF) -> int:
        return self._flow.offset_at(point)

    def caret_rect(self, offset: int) -> QRectF:
        return self._flow.caret_rect(offset)

    def rects(self, start: int, end: int) -> list[QRectF]:
        return self._flow.rects(start, end)

    def line_ends(self, offset: int) -> tuple[int, int]:
        return self._flow.line_ends(offset)

    def first_baseline(self) -> float:
        return self._flow.first_baseline()

    def end_point(self) -> QPointF:
        return self._flow.end_point()

    def link_at(self, point: QPointF) -> tuple[str, str] | None:
        url = self._flow.link_at(point)
        return (url, self._flow.link_text(point)) if url else None


class DrawnRule(DrawnLeaf[RuleLeaf]):
    def set_width(self, width: int) -> int:
        return self.theme.px(12) + 1

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        painter.fillRect(QRectF(0, self.rect.height() // 2, self.rect.width(), 1), self.theme.color("border"))

    def offset_at(self, point: QPointF) -> int:
        return 0

    def caret_rect(self, offset: int) -> QRectF:
        return QRectF(0, 0, 0, self.rect.height())

    def rects(self, start: int, end: int) -> list[QRectF]:
        return []

    def line_ends(self, offset: int) -> tuple[int, int]:
        return 0, 0
