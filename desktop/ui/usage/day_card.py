"""The list that lies beside a picked bar: what was spent then, by series."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box, paint_dot, text_flags

WIDTHS = 168, 280
ROW = 18
INSET = 13
TOP = 9
DOT = 14
END = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the card; without a colour it is a remark."""

    name: str
    sum: str
    hue: QColor | None = None


class DayCard(QWidget):
    """Painted above its siblings; the pointer goes through it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._room = parent
        self._head = Line("", "")
        self._lines: list[Line] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        theme.changed.connect(self.update)

    def show_lines(self, head: Line, lines: list[Line], beside: QRect) -> None:
        """Lie beside a bar's place, given in the parent's pixels: after it in the line of reading, or else before."""
        self._head, self._lines = head, lines
        self.resize(self.sizeHint())
        gap = self._theme.px(9)
        right, left = beside.right() + 1 + gap, beside.left() - gap - self.width()
        fits_right, fits_left = right + self.width() <= self._room.width(), left >= 0
        goes_right = fits_right and (self.isLeftToRight() or not fits_left)
        self.move(right if goes_right else max(0, left), beside.top() + self._theme.px(10))
        self.show()
        self.raise_()
        self.update()

    def sizeHint(self) -> QSize:
        px = self._theme.px
        bold, plain = QFontMetrics(self._theme.font(12, 600)), QFontMetrics(self._theme.tabular(self._theme.font(12)))
        widest = bold.horizontalAdvance(f"{self._head.name}{self._head.sum}") + px(24)
        for line in self._lines:
            widest = max(widest, plain.horizontalAdvance(f"{line.name}{line.sum}") + px(24 + DOT))
        width = min(max(widest + 2 * px(INSET), px(WIDTHS[0])), px(WIDTHS[1]))
        return QSize(width, (1 + len(self._lines)) * px(ROW) + 2 * px(TOP))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self._theme, self._theme.px
        paint_box(painter, QRectF(self.rect()), px(8), theme.color("surface-raised"), theme.color("border-strong"))
        row = QRect(px(INSET), px(TOP), self.width() - 2 * px(INSET), px(ROW))
        painter.setFont(theme.tabular(theme.font(12, 600)))
        painter.setPen(theme.color("text"))
        painter.drawText(row, text_flags(self.layoutDirection()), self._head.name)
        painter.drawText(row, text_flags(self.layoutDirection(), END), self._head.sum)
        painter.setFont(theme.tabular(theme.font(12)))
        for line in self._lines:
            row.translate(0, px(ROW))
            self._paint_line(painter, row, line)

    def _paint_line(self, painter: QPainter, row: QRect, line: Line) -> None:
        theme, px = self._theme, self._theme.px
        metrics = QFontMetrics(painter.font())
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        before = 0
        if line.hue is not None:
            before = px(DOT)
            centre = QRectF(row).center()
            centre.setX(row.right() + 1 - px(4) if mirrored else row.left() + px(4))
            paint_dot(painter, centre, px(8), line.hue)
        room = row.width() - before - metrics.horizontalAdvance(line.sum) - px(8)
        name = row.adjusted(0, 0, -before, 0) if mirrored else row.adjusted(before, 0, 0, 0)
        painter.setPen(theme.color("warning" if line.hue is None else "text-secondary"))
        shown = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(name, text_flags(self.layoutDirection()), shown)
        painter.setPen(theme.color("text"))
        painter.drawText(row, text_flags(self.layoutDirection(), END), line.sum)
