"""Paragraphs and headings, display formulas as their source, and rules."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.flow import Flow
from desktop.ui.transcript.leaves import Face, FormulaLeaf, RuleLeaf, Run, TextLeaf
from desktop.ui.transcript.styles import Styles

_FORMULA_HEIGHT = 48


class DrawnText(DrawnLeaf[TextLeaf]):
    def __init__(self, styles: Styles, host: QWidget, leaf: TextLeaf) -> None:
        super().__init__(styles, host, leaf)
        self._width = -1
        self._flow = Flow(styles, leaf.runs, leaf.place.tone, leaf.level)

    def set_width(self, width: int) -> int:
        if width != self._width:
            self._width = width
            self._flow.set_width(width)
        return self._flow.height

    def restyle(self) -> None:
        self._flow.restyle()
        self._width = -1
        self.set_width(self.rect.width())

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        self._flow.paint(painter, QPointF(0, 0), clip)

    def first_baseline(self) -> float:
        return self._flow.first_baseline()

    def end_point(self) -> QPointF:
        return self._flow.end_point()

    def link_at(self, point: QPointF) -> tuple[str, str] | None:
        url = self._flow.link_at(point)
        return (url, self._flow.link_text(point)) if url else None


class DrawnFormula(DrawnLeaf[FormulaLeaf]):
    """The source of a formula, centred."""

    def __init__(self, styles: Styles, host: QWidget, leaf: FormulaLeaf) -> None:
        super().__init__(styles, host, leaf)
        runs = [Run(line, Face.CODE) for line in leaf.tex.split("\n")]
        self._flows = [Flow(styles, [run], leaf.place.tone, align=Qt.AlignmentFlag.AlignHCenter) for run in runs]

    def set_width(self, width: int) -> int:
        return max(self.theme.px(_FORMULA_HEIGHT), sum(flow.set_width(width) for flow in self._flows))

    def restyle(self) -> None:
        for flow in self._flows:
            flow.restyle()
        self.set_width(self.rect.width())

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        y = (self.rect.height() - sum(flow.height for flow in self._flows)) / 2
        for flow in self._flows:
            flow.paint(painter, QPointF(0, y), clip)
            y += flow.height


class DrawnRule(DrawnLeaf[RuleLeaf]):
    def set_width(self, width: int) -> int:
        return self.theme.px(12) + 1

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        painter.fillRect(QRectF(0, self.rect.height() // 2, self.rect.width(), 1), self.theme.color("border"))
