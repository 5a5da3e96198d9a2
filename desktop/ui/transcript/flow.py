"""Runs of text set in lines of one fixed distance: what paragraphs, cells and bubbles are drawn with."""

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from desktop.ui.transcript.leaves import Face, Run, Tone
from desktop.ui.transcript.styles import Styles, direction_of
from desktop.ui.widgets.paint import paint_box

_CODE_PAD = 4
_UNBOUND = 1_000_000


class Flow:
    """Text laid out by `set_width`. Positions are pixels from its upper left corner.

    It is a `QTextLayout`, not a document: there is nothing in it that could load a picture or a file.
    """

    def __init__(
        self, styles: Styles, runs: Sequence[Run], tone: Tone, level: int = 0, align: Qt.AlignmentFlag | None = None
    ) -> None:
        self._styles = styles
        self._runs = runs
        self._tone = tone
        self._level = level
        self._starts = [0]
        for run in runs:
            self._starts.append(self._starts[-1] + _utf16_length(run.text))
        text = "".join(run.text for run in runs)
        self._layout = QTextLayout(text, styles.font(tone, level))
        direction = direction_of(text)
        near = (
            Qt.AlignmentFlag.AlignRight if direction is Qt.LayoutDirection.RightToLeft else Qt.AlignmentFlag.AlignLeft
        )
        option = QTextOption((align or near) | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(direction)
        self._layout.setTextOption(option)
        self._layout.setCacheEnabled(True)
        self._lines = 0
        self.height = 0
        self.restyle()

    def restyle(self) -> None:
        """Take the theme's present colours."""
        ranges = []
        pad = self._styles.theme.px(_CODE_PAD)
        for index, run in enumerate(self._runs):
            start, end = self._starts[index], self._starts[index + 1]
            made = self._styles.format(self._tone, self._level, run.face)
            before_code = index + 1 < len(self._runs) and self._runs[index + 1].face & Face.CODE
            if (run.face & Face.CODE or before_code) and end > start:
                # Room for the box around code: the letter before its edge is set wider.
                wide = QTextCharFormat(made)
                wide.setFontLetterSpacingType(wide.fontLetterSpacingType().AbsoluteSpacing)
                wide.setFontLetterSpacing(pad)
                last = end - _utf16_length(run.text[-1])
                ranges.append(_range(start, last - start, made))
                ranges.append(_range(last, end - last, wide))
            else:
                ranges.append(_range(start, end - start, made))
        self._layout.setFormats(ranges)

    def set_width(self, width: float, most: int | None = None) -> int:
        """Set the lines, the first `most` of them if given. Returns the height in pixels."""
        pitch = self._styles.line(self._tone, self._level)
        baseline = self._styles.baseline(self._tone, self._level)
        layout = self._layout
        layout.beginLayout()
        y = 0.0
        count = 0
        while most is None or count < most:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y + baseline - line.ascent()))
            y += max(pitch, ceil(line.ascent() + line.descent()))
            count += 1
        layout.endLayout()
        self._lines = count
        self.height = max(ceil(y), pitch)
        return self.height

    @property
    def lines(self) -> int:
        return self._lines

    @property
    def cut(self) -> bool:
        """Whether `most` lines did not hold all of the text."""
        if not self._lines:
            return False
        last = self._layout.lineAt(self._lines - 1)
        return last.textStart() + last.textLength() < self._starts[-1]

    def text_set(self) -> str:
        """The part of the text that the lines hold."""
        last = self._layout.lineAt(self._lines - 1)
        end = last.textStart() + last.textLength()
        return self._layout.text().encode("utf-16-le", "surrogatepass")[: 2 * end].decode("utf-16-le", "replace")

    def natural_width(self) -> int:
        """The width of the text where nothing has to be wrapped. Set the width again afterwards."""
        self.set_width(_UNBOUND)
        return self.used_width()

    def narrowest_width(self) -> int:
        """The width of the longest word. Set the width again afterwards."""
        option = self._layout.textOption()
        usual = option.wrapMode()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        self._layout.setTextOption(option)
        self.set_width(1)
        width = self.used_width() + self._styles.theme.px(_CODE_PAD)  # Qt leaves out the room after code
        option.setWrapMode(usual)
        self._layout.setTextOption(option)
        return width

    def used_width(self) -> int:
        """The width of the longest line as it is set."""
        return ceil(max((self._layout.lineAt(i).naturalTextWidth() for i in range(self._lines)), default=0))

    def first_baseline(self) -> float:
        """From the top to the first line's baseline."""
        if not self._lines:
            return self._styles.baseline(self._tone, self._level)
        line = self._layout.lineAt(0)
        return line.y() + line.ascent()

    def end_point(self) -> QPointF:
        """Where the next letter would begin, on the baseline."""
        if not self._lines:
            return QPointF(0, self.first_baseline())
        line = self._layout.lineAt(self._lines - 1)
        end = line.textStart() + line.textLength()
        return QPointF(_x_of(line, end), line.y() + line.ascent())

    def paint(self, painter: QPainter, at: QPointF, clip: QRectF) -> None:
        """Draw what lies in `clip`, with the upper left corner at `at`."""
        self._paint_code_boxes(painter, at)
        self._layout.draw(painter, at, [], clip)

    def link_at(self, point: QPointF) -> str:
        """Where the text at a point leads to; empty for no link."""
        index = self._run_at(point)
        return self._runs[index].link if index is not None else ""

    def link_text(self, point: QPointF) -> str:
        """The words of the link at a point."""
        index = self._run_at(point)
        if index is None:
            return ""
        link, first, last = self._runs[index].link, index, index
        while first and self._runs[first - 1].link == link:
            first -= 1
        while last + 1 < len(self._runs) and self._runs[last + 1].link == link:
            last += 1
        return "".join(run.text for run in self._runs[first : last + 1])

    def _run_at(self, point: QPointF) -> int | None:
        for number in range(self._lines):
            line = self._layout.lineAt(number)
            if line.naturalTextRect().contains(point):
                position = line.xToCursor(point.x(), line.CursorPosition.CursorOnCharacter)
                return min(bisect_right(self._starts, position) - 1, len(self._runs) - 1)
        return None

    def _paint_code_boxes(self, painter: QPainter, at: QPointF) -> None:
        px = self._styles.theme.px
        for index, run in enumerate(self._runs):
            if not run.face & Face.CODE:
                continue
            start, end = self._starts[index], self._starts[index + 1]
            for number in range(self._lines):
                line = self._layout.lineAt(number)
                first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
                if first >= last:
                    continue
                left, right = sorted((_x_of(line, first), _x_of(line, last)))
                middle = line.y() + line.ascent() - px(5)
                box = QRectF(
                    at.x() + left - px(_CODE_PAD), at.y() + middle - px(10), right - left + px(_CODE_PAD), px(20)
                )
                paint_box(painter, box, px(4), self._styles.theme.color("code-inline"))


def _x_of(line: QTextLine, position: int) -> float:
    x: float = line.cursorToX(position)[0]  # type: ignore[index]
    return x


def _range(start: int, length: int, made: QTextCharFormat) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start = start
    found.length = length
    found.format = made
    return found


def _utf16_length(text: str) -> int:
    """Qt counts in UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
