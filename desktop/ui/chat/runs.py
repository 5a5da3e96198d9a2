"""A quiet button in the line of figures: some text in several colours, which unfolds when it is clicked."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.paint import paint_box

_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one colour and weight. In a narrow window only the `main` ones are shown.

    `joined`: it goes on from the one before, without a dot between.
    """

    text: str
    role: str = "text-muted"
    weight: int = 400
    main: bool = False
    joined: bool = False


class RunsButton(Button):
    """Shows runs of text with dots between; can be clicked while it has something to unfold. Hidden without any."""

    def __init__(self, theme: Theme, size: int, parent: QWidget | None = None) -> None:
        self._runs: tuple[Run, ...] = ()
        self._compact = False
        super().__init__(theme, "", kind="ghost", small=True, parent=parent)
        self.hide()
        self._fonts = {weight: theme.tabular(theme.font(size, weight)) for weight in (400, 600)}

    def show_runs(self, runs: tuple[Run, ...], *, unfolds: bool, name: str = "") -> None:
        """Say something else; `name` is how a screen reader says it."""
        name = name or spoken(runs)
        if (runs, unfolds, name) == (self._runs, self.isEnabled(), self.accessibleName()):
            return  # it is told four times a second while a reply is written
        width = self.sizeHint().width()
        self._runs = runs
        self.setAccessibleName(name)
        self.setEnabled(unfolds)
        self.setVisible(bool(runs))
        if self.sizeHint().width() != width:
            self.updateGeometry()
        self.update()

    @property
    def said(self) -> str:
        """What is shown, as one text."""
        return spoken(self._runs)

    def set_compact(self, compact: bool) -> None:
        """Show only the sum."""
        self._compact = compact
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        px = self.theme.px
        return QSize(round(sum(width for _text, _run, width in self._laid()) + 2 * px(6) + 0.49), px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self.theme, self.theme.px
        if self.isEnabled() and (fill := self.state_role(None, "hover", "pressed")):
            paint_box(painter, QRectF(self.rect()), px(6), theme.color(fill))
        laid = self._laid()
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = float(px(6))
        for text, run, width in laid:
            left = self.width() - x - width if mirrored else x
            painter.setFont(self._font(run))
            painter.setPen(theme.color(run.role))
            painter.drawText(QRectF(left, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += width

    def _laid(self) -> list[tuple[str, Run, float]]:
        """What is shown from the leading edge on, each with its width."""
        laid: list[tuple[str, Run, float]] = []
        for run in self._runs:
            if self._compact and not run.main:
                continue
            if laid and not run.joined:
                laid.append(self._piece(_SEPARATOR, Run("")))
            laid.append(self._piece(run.text, run))
        return laid

    def _piece(self, text: str, run: Run) -> tuple[str, Run, float]:
        return text, run, QFontMetricsF(self._font(run)).horizontalAdvance(text)

    def _font(self, run: Run) -> QFont:
        return self._fonts[run.weight]


def spoken(runs: tuple[Run, ...]) -> str:
    """All of it as one text."""
    return "".join(("" if run.joined or not at else _SEPARATOR) + run.text for at, run in enumerate(runs))
