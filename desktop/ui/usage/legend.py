"""The names and sums of the chart's series, as many beside each other as there is room for."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.usage.day_card import Line
from desktop.ui.widgets.paint import paint_dot, text_flags

ROW = 18
DOT, GAP, BETWEEN = 14, 7, 18
LONGEST_NAME = 180


class Legend(QWidget):
    """Rows of 18, from the leading edge."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: Sequence[Line] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_lines(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self.setAccessibleName(
            ", ".join(_("{name} {sum}").format(name=line.name, sum=line.sum) for line in self._lines)
        )
        self._fit()
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self._theme.px(ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        places = self._places(self.width())
        self.setFixedHeight(places[-1].bottom() + 1 if places else self._theme.px(ROW))

    def _places(self, width: int) -> list[QRect]:
        """Where the lines stand, from the left."""
        px, metrics = self._theme.px, self._metrics()
        places: list[QRect] = []
        x = y = 0
        for line in self._lines:
            name = min(metrics.horizontalAdvance(line.name), px(LONGEST_NAME))
            wide = px(DOT) + name + px(GAP) + metrics.horizontalAdvance(line.sum) + 1
            if x and x + wide > width:
                x, y = 0, y + px(ROW) + px(2)
            places.append(QRect(x, y, min(wide, width), px(ROW)))
            x += wide + px(BETWEEN)
        return places

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._theme.tabular(self._theme.font(12)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px, metrics = self._theme, self._theme.px, self._metrics()
        painter.setFont(theme.tabular(theme.font(12)))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for line, place in zip(self._lines, self._places(self.width()), strict=True):
            if mirrored:
                place.moveLeft(self.width() - place.left() - place.width())
            x = place.right() + 1 - px(4) if mirrored else place.left() + px(4)
            if line.hue is not None:
                paint_dot(painter, QPointF(x, place.top() + place.height() / 2), px(8), line.hue)
            words = place.adjusted(0, 0, -px(DOT), 0) if mirrored else place.adjusted(px(DOT), 0, 0, 0)
            room = words.width() - metrics.horizontalAdvance(line.sum) - px(GAP)
            painter.setPen(theme.color("text-secondary"))
            name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(words, text_flags(self.layoutDirection()), name)
            painter.drawText(words, text_flags(self.layoutDirection(), Qt.AlignmentFlag.AlignRight), line.sum)
