"""The formulas among a text's runs: what stands for each of them, how large it is, and painting it."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from desktop.i18n import gettext as _
from desktop.render.formulas import Picture, Refused
from desktop.ui.transcript.formulas import Waiting
from desktop.ui.transcript.leaves import Face, Run, Tone
from desktop.ui.transcript.styles import Styles

_SMALLEST = 0.6  # of one that is wider than the line; still wider ones are shown as their source
_STAND_IN = "*"  # lines break around it as around a letter, and it has no direction of its own


class InlineFormulas:
    """Runs are named by their index. Until a formula is known, and where it cannot be drawn, it is code: its source."""

    def __init__(self, styles: Styles, runs: Sequence[Run], tone: Tone, level: int, owner: Waiting | None) -> None:
        self._styles = styles
        self._runs = runs
        self._tone = tone
        self._level = level
        self._owner = owner
        self._unknown = [index for index, run in enumerate(runs) if run.tex]
        self._pictures: dict[int, Picture] = {}
        self._refused: dict[int, Refused] = {}
        self._scales: dict[int, float] = {}  # how much smaller than the text; 0 is shown as source
        self.find()

    def find(self) -> bool:
        """Look for those that were not known. Whether any is now."""
        before, self._unknown = self._unknown, []
        for index in before:
            run = self._runs[index]
            found = self._styles.formulas.find(run.tex, run.display, self._owner)
            if isinstance(found, Picture):
                self._pictures[index] = found
            elif found is not None:
                self._refused[index] = found
            else:
                self._unknown.append(index)
        return len(self._unknown) < len(before)

    def fit(self, width: float) -> bool:
        """Make those smaller that are wider than the line. Whether any changed."""
        em = self._styles.em(self._tone, self._level) if self._pictures else 0
        scales = {}
        for index, picture in self._pictures.items():
            scale = min(1.0, width / max(1.0, picture.width * em))
            scales[index] = scale if scale >= _SMALLEST else 0
        before, self._scales = self._scales, scales
        return scales != before

    def drawn(self) -> Iterator[int]:
        return (index for index in self._pictures if self.is_drawn(index))

    def is_drawn(self, index: int) -> bool:
        return index in self._pictures and self._scales.get(index) != 0

    def text(self, index: int) -> str:
        """What is laid out for a run."""
        run = self._runs[index]
        if not run.tex:
            return run.text
        return _STAND_IN if self.is_drawn(index) else run.tex.replace("\n", " ")

    def face(self, index: int) -> Face:
        """How a run is shown."""
        run = self._runs[index]
        return run.face | Face.CODE if run.tex and not self.is_drawn(index) else run.face

    def size(self, index: int) -> tuple[float, float, float]:
        """Width, and height above and below the baseline, of one that is drawn."""
        picture, em = self._pictures[index], self._em(index)
        return picture.width * em, picture.ascent * em, picture.descent * em

    def tip(self, index: int) -> str:
        """The source, or why it is not drawn; empty for another run."""
        if index in self._refused:
            return _("Shown as source: {reason}").format(reason=self._refused[index].reason)
        return self._runs[index].tex

    def paint(self, painter: QPainter, index: int, at: QPointF) -> None:
        """Paint one that is drawn; it begins at a point on the baseline."""
        color = self._styles.format(self._tone, self._level, self._runs[index].face).foreground().color()
        self._styles.formulas.paint(painter, self._pictures[index], at, self._em(index), color)

    def _em(self, index: int) -> float:
        return self._styles.em(self._tone, self._level) * (self._scales.get(index) or 1)
