"""The summary that a part of a text folds under."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import measures
from desktop.ui.transcript.blocks.prose import DrawnText
from desktop.ui.transcript.leaves import Face, Run, TextLeaf, Tone
from desktop.ui.transcript.styles import Styles, direction_of
from desktop.ui.widgets.focus import KeyboardFocus

_CARET = 12


class DrawnSummary(DrawnText):
    """A line of text behind a caret. The column hides and shows what belongs to it when `unfolded` changes."""

    def __init__(self, styles: Styles, host: QWidget, leaf: TextLeaf) -> None:
        nameless = _("Thoughts") if leaf.place.tone is Tone.REASONING else _("Details")
        self._runs = leaf.runs or (Run(nameless, Face.STRONG),)
        super().__init__(styles, host, TextLeaf(leaf.place, self._runs))
        self.leaf = leaf
        self.unfolded = False
        self._fold: _Fold | None = None

    def place(self, rect: QRect) -> None:
        super().place(rect)
        if self._fold is None:
            self._fold = _Fold(self.theme, self.host)
            self._fold.clicked.connect(self._toggle)
            self._fold.show()
        self._fold.show_state(self._words, unfolded=self.unfolded)
        side = self.theme.px(measures.FOLD_INDENT)
        mirrored = direction_of(self._words) is Qt.LayoutDirection.RightToLeft
        x = rect.right() + 1 if mirrored else rect.x() - side
        self._fold.setGeometry(x, rect.y(), side, self.styles.line(self.leaf.place.tone))

    def clicked(self, point: QPointF) -> bool:
        self._toggle()
        return True

    def offset_at(self, point: QPointF) -> int:
        return super().offset_at(point) if self.leaf.runs else 0

    def dispose(self) -> None:
        if self._fold is not None:
            self._fold.hide()
            self._fold.deleteLater()
            self._fold = None

    @property
    def _words(self) -> str:
        return "".join(run.text for run in self._runs)

    def _toggle(self) -> None:
        self.unfolded = not self.unfolded
        self.host.leaf_resized(self)  # type: ignore[attr-defined]


class _Fold(KeyboardFocus, QPushButton):
    """The caret before a summary."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self.theme = theme
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_state(self, words: str, *, unfolded: bool) -> None:
        """Point as the part is folded."""
        self.setChecked(unfolded)
        form = _("{text}, unfolded") if unfolded else _("{text}, folded")
        self.setAccessibleName(form.format(text=words))
        # The caret points the way that its own text is read.
        self.setLayoutDirection(direction_of(words))
        self.update()

    def ring_radius(self) -> int:
        return 4

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(measures.FOLD_INDENT), self.theme.px(measures.LINE))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = self.theme.px(_CARET)
        caret = QRectF(0, (self.height() - side) / 2, side, side)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            caret.moveRight(self.width())
        color = self.theme.color("text" if self.underMouse() else "text-muted")
        name = "caret-down-bold" if self.isChecked() else "caret-right-bold"
        self.theme.icons.paint(painter, caret, name, color)
