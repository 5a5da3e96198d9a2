"""Controls with a state: switch, check box, and a row of segments of which one is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QRadioButton, QSizePolicy, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.focus import KeyboardFocus
from desktop.ui.widgets.paint import paint_box, paint_dot


class _Check(KeyboardFocus, QCheckBox):
    """What switch and check box share. The whole widget answers the pointer."""

    def __init__(self, theme: Theme, text: str, name: str, parent: QWidget | None) -> None:
        super().__init__(text, parent)
        self.theme = theme
        self.setFont(theme.font(14))
        self.setAccessibleName(name or text)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def mark_size(self) -> QSize:
        """The size of what is drawn before the text."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        mark = self.mark_size()
        if not self.text():
            return mark
        metrics = QFontMetrics(self.font())
        width = mark.width() + self.theme.px(8) + metrics.horizontalAdvance(self.text())
        return QSize(width, max(mark.height(), metrics.height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def _mark_rect(self) -> QRectF:
        mark = self.mark_size()
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = self.width() - mark.width() if mirrored else 0
        return QRectF(x, (self.height() - mark.height()) / 2, mark.width(), mark.height())

    def _paint_text(self, painter: QPainter) -> None:
        if not self.text():
            return
        beside = self.mark_size().width() + self.theme.px(8)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        rect = self.rect().adjusted(0, 0, -beside, 0) if mirrored else self.rect().adjusted(beside, 0, 0, 0)
        painter.setFont(self.font())
        painter.setPen(self.theme.color("text" if self.isEnabled() else "text-disabled"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _fill_role(self, default: str) -> str:
        if self.isDown():
            return "pressed"
        return "hover" if self.underMouse() else default

    def _accent_role(self) -> str:
        if self.isDown():
            return "accent-pressed"
        return "accent-hover" if self.underMouse() else "accent"


class Switch(_Check):
    """On or off at once, 36 × 20."""

    def __init__(self, theme: Theme, name: str, *, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(theme, text, name, parent)

    def ring_radius(self) -> int:
        return 10

    def mark_size(self) -> QSize:
        return QSize(self.theme.px(36), self.theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self.theme.color
        rect = self._mark_rect()
        radius = rect.height() / 2
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        if not self.isEnabled():
            fill, edge, knob = ("hover" if self.isChecked() else None), "border-strong", "text-disabled"
        elif self.isChecked():
            fill, edge, knob = self._accent_role(), None, "on-accent"
        else:
            fill, edge, knob = self._fill_role("surface-raised"), "control", "control"
        paint_box(painter, rect, radius, color(fill) if fill else None, color(edge) if edge else None)
        x = rect.right() - radius if self.isChecked() != mirrored else rect.left() + radius
        paint_dot(painter, QPointF(x, rect.center().y()), self.theme.px(12), color(knob))
        self._paint_text(painter)


class CheckBox(_Check):
    """A box of 18 to tick."""

    def __init__(self, theme: Theme, text: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(theme, text, name, parent)

    def ring_radius(self) -> int:
        return 5

    def mark_size(self) -> QSize:
        return QSize(self.theme.px(18), self.theme.px(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color, px = self.theme.color, self.theme.px
        rect = self._mark_rect()
        if not self.isEnabled():
            fill, edge, check = ("hover" if self.isChecked() else None), "border-strong", "text-disabled"
        elif self.isChecked():
            fill, edge, check = self._accent_role(), None, "on-accent"
        else:
            fill, edge, check = self._fill_role("surface-raised"), "control", "on-accent"
        paint_box(painter, rect, px(5), color(fill) if fill else None, color(edge) if edge else None)
        if self.isChecked():
            side = px(12)
            centre = rect.center()
            mark = QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
            self.theme.icons.paint(painter, mark, "check-bold", color(check))
        self._paint_text(painter)


class _Segment(KeyboardFocus, QRadioButton):
    """One choice in a row of segments."""

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.theme = theme
        self.setFont(theme.font(13, 500))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def ring_radius(self) -> int:
        return 6

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(width + self.theme.px(26), self.theme.px(28))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self.theme.color
        radius = self.theme.px(6)
        rect = QRectF(self.rect())
        text = "text-secondary"
        if self.isChecked():
            # On the dark well a raised segment would hardly stand out.
            fill = color("selected" if self.theme.dark else "surface-raised")
            paint_box(painter, rect, radius, fill, color("border-strong"))
            text = "text"
        elif self.isDown() or self.underMouse():
            paint_box(painter, rect, radius, color("pressed" if self.isDown() else "hover"))
        painter.setFont(self.font())
        painter.setPen(color(text if self.isEnabled() else "text-disabled"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Segments(QWidget):
    """A row of choices, one of them on. `choices` are pairs of value and text."""

    changed = Signal(str)

    def __init__(
        self, theme: Theme, choices: Sequence[tuple[str, str]], name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        edge = theme.px(2)
        row.setContentsMargins(edge, edge, edge, edge)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Segment] = {}
        for value, text in choices:
            button = self._buttons[value] = _Segment(theme, text, self)
            self._group.addButton(button)
            row.addWidget(button)
            button.toggled.connect(lambda on, value=value: self.changed.emit(value) if on else None)
        theme.changed.connect(self.update)

    def value(self) -> str:
        """The chosen value, or "" before one was set."""
        return next((value for value, button in self._buttons.items() if button.isChecked()), "")

    def set_value(self, value: str) -> None:
        """Choose; emits `changed` if it is another one. Raises KeyError for a value that is not offered."""
        self._buttons[value].setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        color = self.theme.color
        paint_box(QPainter(self), QRectF(self.rect()), self.theme.px(8), color("surface-sunken"), color("border"))
