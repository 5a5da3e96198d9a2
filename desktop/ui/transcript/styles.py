"""Fonts and formats of the transcript's text, made once for each theme."""

import unicodedata
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextCharFormat

from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.formulas import Formulas
from desktop.ui.transcript.leaves import Face, Tone, heading

if TYPE_CHECKING:
    from desktop.ui.transcript.pictures import PictureShelf

_SIZES = {
    Tone.BODY: (15, 24),
    Tone.REASONING: (14, 22),
    Tone.CELL: (14, 20),
    Tone.CELL_HEAD: (12, 20),
    Tone.NOTE: (13, 20),
}
_FORMULA = 1.1  # the letters of formulas are smaller than those of the text at the same size
_COLORS = {Tone.REASONING: "text-secondary", Tone.CELL_HEAD: "text-secondary", Tone.NOTE: "text-secondary"}


class Styles:
    """Looks up what a run of text is drawn with. Call `clear` when the theme changes."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._formats: dict[tuple[Tone, int, Face], QTextCharFormat] = {}
        self._fonts: dict[tuple[Tone, int], QFont] = {}
        self._syntax: dict[str, QTextCharFormat] = {}
        self._baselines: dict[tuple[Tone, int], float] = {}
        self.formulas = Formulas()
        self.pictures: PictureShelf | None = None
        """Where pictures in replies come from; without it they stay places."""

    def clear(self) -> None:
        self._formats.clear()
        self._syntax.clear()

    def line(self, tone: Tone, level: int = 0) -> int:
        """The distance of lines in pixels."""
        size = heading(level) if level else _SIZES.get(tone, _SIZES[Tone.BODY])
        return self.theme.px(size[1])

    def baseline(self, tone: Tone, level: int = 0) -> float:
        """From the top of a line to its baseline, in pixels: half of the leading is above the letters."""
        key = (tone, level)
        if key not in self._baselines:
            metrics = QFontMetricsF(self.font(tone, level))
            free = self.line(tone, level) - metrics.ascent() - metrics.descent()
            self._baselines[key] = free / 2 + metrics.ascent()
        return self._baselines[key]

    def font(self, tone: Tone, level: int = 0) -> QFont:
        key = (tone, level)
        font = self._fonts.get(key)
        if font is None:
            if level:
                font = self.theme.reading_font(heading(level)[0], 600)
                if level == 1:
                    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -self.theme.px(3) / 10)
            else:
                weight = 600 if tone is Tone.CELL_HEAD else 400
                font = self.theme.reading_font(_SIZES.get(tone, _SIZES[Tone.BODY])[0], weight)
            if tone is Tone.CELL:
                font = self.theme.tabular(font)
            self._fonts[key] = font
        return font

    def format(self, tone: Tone, level: int, face: Face) -> QTextCharFormat:
        """The format of a run. Shared: never write to it."""
        key = (tone, level, face)
        made = self._formats.get(key)
        if made is None:
            made = self._formats[key] = self._make(tone, level, face)
        return made

    def em(self, tone: Tone, level: int = 0) -> float:
        """The size of formulas in text, in pixels."""
        return self.font(tone, level).pixelSize() * _FORMULA

    def stand_in(self, width: float) -> QTextCharFormat:
        """The format of a letter that nothing is seen of but its room."""
        made = QTextCharFormat()
        font = QFont(self.font(Tone.BODY))
        font.setPixelSize(1)  # so that it does not make its line higher
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, width - QFontMetricsF(font).horizontalAdvance("*"))
        made.setFont(font)
        made.setForeground(Qt.GlobalColor.transparent)
        return made

    def syntax(self, role: str) -> QTextCharFormat:
        """The format of a token of code; `role` is a colour of the theme."""
        made = self._syntax.get(role)
        if made is None:
            made = self._syntax[role] = QTextCharFormat()
            made.setForeground(self.theme.color(role))
        return made

    def _make(self, tone: Tone, level: int, face: Face) -> QTextCharFormat:
        theme = self.theme
        font = QFont(self.font(tone, level))
        if face & Face.CODE:
            size = heading(level)[0] if level else _SIZES.get(tone, _SIZES[Tone.BODY])[0]
            font = theme.code_font(size - 2)
        if face & Face.STRONG:
            font.setWeight(QFont.Weight.DemiBold)
        font.setItalic(bool(face & Face.EMPHASIS))
        font.setStrikeOut(bool(face & Face.STRIKE))
        font.setUnderline(bool(face & (Face.UNDERLINE | Face.LINK)))
        made = QTextCharFormat()
        made.setFont(font)
        role = "accent-text" if face & (Face.LINK | Face.NOTE) else _COLORS.get(tone, "text")
        made.setForeground(theme.color(role))
        if face & Face.SUBSCRIPT:
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSubScript)
        elif face & Face.SUPERSCRIPT:
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        return made


def direction_of(text: str) -> Qt.LayoutDirection:
    """The direction of a paragraph: that of its first letter that has one."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return Qt.LayoutDirection.LeftToRight
        if kind in ("R", "AL"):
            return Qt.LayoutDirection.RightToLeft
    return Qt.LayoutDirection.LeftToRight
