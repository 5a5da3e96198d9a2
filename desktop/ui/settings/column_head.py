"""The names of a painted list's columns, above it."""

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import text_flags
from desktop.ui.widgets.row_list import RowList

START, END = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight

Head = tuple[QRect | None, str, Qt.AlignmentFlag]
"""Where a name stands (None where the column has given way), the name, and its side in a window from left to right."""


class ColumnHead(QWidget):
    """As wide as the rows of `rows`; a subclass says where its columns are."""

    def __init__(self, theme: Theme, rows: RowList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._rows = rows
        self.setFixedHeight(theme.px(32))
        rows.verticalScrollBar().rangeChanged.connect(self.update)  # a scroll bar makes the rows narrower
        theme.changed.connect(self.update)

    def heads(self, across: QRect) -> Iterable[Head]:
        """The names for rows that stand in a rectangle."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        return QSize(0, self.theme.px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        bar = self._rows.width() - self._rows.viewport().width()
        across = self.rect().adjusted(0, 0, -bar, 0) if self.isLeftToRight() else self.rect().adjusted(bar, 0, 0, 0)
        painter.setFont(self.theme.font(12, 600))
        painter.setPen(self.theme.color("text-muted"))
        for place, text, align in self.heads(across):
            if place is not None:
                painter.drawText(place, text_flags(self.layoutDirection(), align), text)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self.theme.color("border"))
