"""The line that folds and unfolds a reply's reasoning."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.domain import figures
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.focus import KeyboardFocus


class ReasoningToggle(KeyboardFocus, QPushButton):
    """ "Thought for 6 s", or "Thinking… 4 s" while it runs."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._text = ""
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(lambda: self._name())
        theme.changed.connect(self.update)

    def set_time(self, milliseconds: int | None, *, running: bool) -> None:
        """How long it took, or has taken so far; None where nobody measured."""
        if running:
            text = _("Thinking…")
            if milliseconds is not None:
                text = _("Thinking… {time}").format(time=figures.duration(milliseconds))
        elif milliseconds is None:
            text = _("Thoughts")
        else:
            text = _("Thought for {time}").format(time=figures.duration(milliseconds))
        if text != self._text:
            self._text = text
            self.resize(self.sizeHint())
            self._name()
            self.update()

    def ring_radius(self) -> int:
        return 4

    def sizeHint(self) -> QSize:
        px = self.theme.px
        return QSize(round(px(19) + QFontMetricsF(self._font()).horizontalAdvance(self._text) + 1), px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        px = self.theme.px
        color = self.theme.color("text" if self.underMouse() else "text-muted")
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        caret = QRectF(0, (self.height() - px(12)) / 2, px(12), px(12))
        if mirrored:
            caret.moveLeft(self.width() - px(12))
        name = "caret-down-bold" if self.isChecked() else "caret-right-bold"
        self.theme.icons.paint(painter, caret, name, color)
        painter.setFont(self._font())
        painter.setPen(color)
        rest = QRectF(self.rect()).adjusted(0 if mirrored else px(19), 0, -px(19) if mirrored else 0, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self._text)

    def _font(self) -> QFont:
        return self.theme.tabular(self.theme.font(13))

    def _name(self) -> None:
        form = _("Reasoning, {text}, unfolded") if self.isChecked() else _("Reasoning, {text}, folded")
        self.setAccessibleName(form.format(text=self._text))
