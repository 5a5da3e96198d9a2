"""Hairlines."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_hairline


class Divider(QWidget):
    """A line of one pixel across its layout; an upright one may have a length in design pixels."""

    def __init__(
        self,
        theme: Theme,
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
        *,
        length: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        if orientation == Qt.Orientation.Horizontal:
            self.setSizePolicy(free, fixed)
            self.setFixedHeight(1)
        else:
            self.setSizePolicy(fixed, free)
            self.setFixedWidth(1)
            if length is not None:
                self.setFixedHeight(theme.px(length))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(1, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_hairline(QPainter(self), QRectF(self.rect()), self.theme.color("border"))
