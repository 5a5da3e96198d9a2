"""The grounds that the settings stand on."""

from PySide6.QtCore import QEvent, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.dialog import Dialog
from desktop.ui.widgets.paint import paint_box

HIGHLIGHT_MS = 1200


class Pane(QWidget):
    """A column in the colour of a role, with a hairline at its trailing edge."""

    def __init__(self, theme: Theme, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._role = role
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color(self._role))
        x = 0 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else self.width() - 1
        painter.fillRect(x, 0, 1, self.height(), self.theme.color("border"))


class Card(QWidget):
    """A raised box whose children stand in a column inside its edge. `kind` other than "" is a soft fill."""

    def __init__(self, theme: Theme, kind: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._roles = (f"{kind}-soft", f"{kind}-border") if kind else ("surface-raised", "border-strong")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.setSpacing(0)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        fill, edge = (self.theme.color(role) for role in self._roles)
        paint_box(QPainter(self), QRectF(self.rect()), self.theme.px(8), fill, edge)


class GrowingDialog(Dialog):
    """A dialog that makes room when an error appears below a field."""

    def setVisible(self, visible: bool) -> None:
        if visible:
            self._grow()  # before a window manager places it
        super().setVisible(visible)

    def event(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.LayoutRequest:
            return super().event(event)  # which may be the one that deletes the dialog: nothing follows
        handled = super().event(event)
        self._grow()
        return handled

    def _grow(self) -> None:
        layout = self.layout()
        if layout is not None and layout.hasHeightForWidth():
            wanted = layout.totalHeightForWidth(self.width())
            if wanted > self.height():
                self.resize(self.width(), wanted)


class Column(QScrollArea):
    """A page of one column, at most 640 wide, that scrolls."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        ground = QWidget()
        outer = QVBoxLayout(ground)
        px = theme.px
        outer.setContentsMargins(px(32), px(20), px(32), px(32))
        inner = QWidget()
        inner.setMaximumWidth(px(640))
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.content = QVBoxLayout(inner)
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(0)
        row = QHBoxLayout()  # a column would ask how high the page is at its own width, where fewer lines wrap
        row.addWidget(inner, 1)
        row.addStretch()
        outer.addLayout(row)
        outer.addStretch()
        self.setWidget(ground)


class Highlighter(QVariantAnimation):
    """Lights a widget up and lets it fade, so that the eye finds where a search has led."""

    def __init__(self, theme: Theme, widget: QWidget) -> None:
        super().__init__(widget)
        self._theme = theme
        self.setDuration(HIGHLIGHT_MS)
        self.setStartValue(1.0)
        self.setEndValue(1.0 if theme.reduced_motion else 0.0)
        self.valueChanged.connect(widget.update)
        self.finished.connect(widget.update)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Nothing while it does not run."""
        if self.state() == QVariantAnimation.State.Running:
            color = QColor(self._theme.color("mark"))
            color.setAlphaF(float(self.currentValue()))
            paint_box(painter, rect, self._theme.px(8), color)
