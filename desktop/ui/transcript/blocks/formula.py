"""Formulas on a line of their own: centred, or scrolled sideways where they are wider than the column."""

from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.i18n import gettext as _
from desktop.render.formulas import Picture, Refused
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.blocks.sideways import HEIGHT as BAR
from desktop.ui.transcript.blocks.sideways import Sideways
from desktop.ui.transcript.flow import Flow
from desktop.ui.transcript.leaves import Face, FormulaLeaf, Run
from desktop.ui.transcript.styles import Styles

_LEAST = 48
_PAD = 8


class DrawnFormula(DrawnLeaf[FormulaLeaf]):
    """A picture; the source until there is one, and where there can be none."""

    def __init__(self, styles: Styles, host: QWidget, leaf: FormulaLeaf) -> None:
        super().__init__(styles, host, leaf)
        self._found: Picture | Refused | None = None
        self._source: list[Flow] = []
        self._sideways = Sideways(self.theme, host, self.update)
        self._width = 0
        self._find()

    def manner(self) -> object | None:
        return self._sideways.offset or None

    def resume(self, manner: object) -> None:
        assert isinstance(manner, int)
        self._sideways.offset = manner

    def overflow(self) -> float:
        return self._sideways.overflow

    def formulas_arrived(self) -> None:
        if self._found is None:
            self._find()
            self.host.leaf_resized(self)  # type: ignore[attr-defined]

    def set_width(self, width: int) -> int:
        self._width = width
        px = self.theme.px
        if isinstance(self._found, Picture):
            self._sideways.set_extent(ceil(self._found.width * self._em), width)
            height = (self._found.ascent + self._found.descent) * self._em
            bar = px(BAR) if self._sideways.needed else 0
            return max(px(_LEAST), ceil(height) + 2 * px(_PAD)) + bar
        return max(px(_LEAST), sum(flow.set_width(width) for flow in self._source))

    def place(self, rect: QRect) -> None:
        super().place(rect)
        bar = self.theme.px(BAR)
        self._sideways.place(QRect(rect.x(), rect.bottom() + 1 - bar, rect.width(), bar))

    def restyle(self) -> None:
        for flow in self._source:
            flow.restyle()

    def dispose(self) -> None:
        self._sideways.dispose()
        self.styles.formulas.forget(self)

    def wheel(self, sideways: int) -> bool:
        return self._sideways.move(sideways) or self._sideways.needed

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        corners = self._corners()
        for flow, corner in zip(self._source, corners, strict=True):
            flow.paint_boxes(painter, corner)
        self.paint_highlights(painter)
        for flow, corner in zip(self._source, corners, strict=True):
            flow.paint_letters(painter, corner, clip)
        if isinstance(self._found, Picture):
            at = QPointF(self._box().left(), self.first_baseline())
            color = self.styles.format(self.leaf.place.tone, 0, Face.PLAIN).foreground().color()
            painter.save()
            painter.setClipRect(QRectF(0, 0, self._width, self.rect.height()), Qt.ClipOperation.IntersectClip)
            self.styles.formulas.paint(painter, self._found, at, self._em, color)
            painter.restore()

    def first_baseline(self) -> float:
        if isinstance(self._found, Picture):
            bar = self.theme.px(BAR) if self._sideways.needed else 0
            height = (self._found.ascent + self._found.descent) * self._em
            return (self.rect.height() - bar - height) / 2 + self._found.ascent * self._em
        return self._corners()[0].y() + self._source[0].first_baseline()

    def tip_at(self, point: QPointF) -> str:
        if isinstance(self._found, Refused):
            return _("Shown as source: {reason}").format(reason=self._found.reason)
        return self.leaf.tex if isinstance(self._found, Picture) else ""

    # Text

    def offset_at(self, point: QPointF) -> int:
        return int(point.x() > self._box().center().x())

    def caret_rect(self, offset: int) -> QRectF:
        box = self._box()
        return QRectF(box.right() if offset else box.left(), 0, 0, box.height())

    def rects(self, start: int, end: int) -> list[QRectF]:
        return [self._box() & QRectF(0, 0, self._width, self.rect.height())] if start < 1 <= end else []

    def line_ends(self, offset: int) -> tuple[int, int]:
        return 0, 1

    # Inside

    @property
    def _em(self) -> float:
        return self.styles.em(self.leaf.place.tone)

    def _find(self) -> None:
        self._found = self.styles.formulas.find(self.leaf.tex, True, self)
        self._source = []
        if not isinstance(self._found, Picture):
            tone, middle = self.leaf.place.tone, Qt.AlignmentFlag.AlignHCenter
            runs = [Run(line, Face.CODE) for line in self.leaf.tex.split("\n")]
            self._source = [Flow(self.styles, [run] if run.text else [], tone, align=middle) for run in runs]

    def _corners(self) -> list[QPointF]:
        y = (self.rect.height() - sum(flow.height for flow in self._source)) / 2
        corners = []
        for flow in self._source:
            corners.append(QPointF(0, y))
            y += flow.height
        return corners

    def _box(self) -> QRectF:
        """What a selection covers."""
        height = self.rect.height()
        if isinstance(self._found, Picture):
            if self._sideways.needed:
                height -= self.theme.px(BAR)
            width = self._found.width * self._em
        else:
            width = max(flow.used_width() for flow in self._source)
        left = -self._sideways.offset if self._sideways.needed else (self._width - width) / 2
        return QRectF(left, 0, width, height)
