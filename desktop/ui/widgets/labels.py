"""Texts that take their colour from the theme, texts that give way, tags and key caps."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box

TAG_ROLES = {
    "neutral": ("hover", "text-secondary"),
    "accent": ("accent-soft", "accent-text"),
    "success": ("success-soft", "success"),
    "warning": ("warning-soft", "warning"),
    "danger": ("danger-soft", "danger"),
}
"""Kind to the roles of fill and text."""


class Label(QLabel):
    """A plain text in the colour of a role."""

    def __init__(self, theme: Theme, text: str, font: QFont, role: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.theme = theme
        self._role = role
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font)
        self._recolor()
        theme.changed.connect(self._recolor)

    def set_role(self, role: str) -> None:
        """Take another colour."""
        if role != self._role:
            self._role = role
            self._recolor()

    def _recolor(self) -> None:
        palette = self.palette()
        color = self.theme.color(self._role)
        palette.setColor(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText, color)
        palette.setColor(QPalette.ColorGroup.Inactive, QPalette.ColorRole.WindowText, color)
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText, self.theme.color("text-disabled"))
        self.setPalette(palette)


def text_label(
    theme: Theme,
    text: str,
    size: int = 14,
    weight: int = 400,
    role: str = "text",
    wrap: bool = False,
    parent: QWidget | None = None,
) -> Label:
    """A label in the interface font at a size of the design."""
    label = Label(theme, text, theme.font(size, weight), role, parent)
    label.setWordWrap(wrap)
    return label


class ElidedLabel(Label):
    """One line that gives way to narrow space; while something is hidden, the tooltip has all of it."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        size: int = 14,
        weight: int = 400,
        role: str = "text",
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, text, theme.font(size, weight), role, parent)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._hint()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 1, metrics.height())

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(min(metrics.horizontalAdvance("…"), self.sizeHint().width()), metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        painter.setPen(self.palette().color(group, QPalette.ColorRole.WindowText))
        shown = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.width())
        alignment = self.alignment()
        if self.layoutDirection() == Qt.LayoutDirection.LeftToRight:
            # It stands where the window has it, and its words run as their own language does.
            painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
            alignment |= Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(self.rect(), alignment | Qt.TextFlag.TextSingleLine, shown)

    def _hint(self) -> None:
        self.setToolTip(self.text() if self.sizeHint().width() > self.width() else "")


class Tag(QFrame):
    """A word on a soft fill. `kind` is a key of TAG_ROLES."""

    def __init__(self, theme: Theme, text: str, kind: str = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._text = text
        self._kind = kind
        self.setFont(theme.tabular(theme.font(11, 600)))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        theme.changed.connect(self.update)

    def set_text(self, text: str, kind: str) -> None:
        self._text, self._kind = text, kind
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self._text) + self.theme.px(12), self.theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        fill, text = TAG_ROLES[self._kind]
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), self.theme.px(4), self.theme.color(fill))
        painter.setFont(self.font())
        painter.setPen(self.theme.color(text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


class KeyCap(QFrame):
    """A shortcut as a key: "Ctrl K"."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._text = text
        self.setFont(theme.font(11))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self._text) + self.theme.px(10), self.theme.px(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self.theme.color
        paint_box(painter, QRectF(self.rect()), self.theme.px(4), color("surface-raised"), color("border-strong"))
        painter.setFont(self.font())
        painter.setPen(color("text-secondary"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
