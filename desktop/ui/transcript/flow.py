"""Runs of text set in lines of one fixed distance: what paragraphs, cells and bubbles are drawn with.

Longer than most because every question about a letter's place is answered from the one layout.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from desktop.render import hidden
from desktop.ui.transcript import utf16
from desktop.ui.transcript.formulas import Waiting
from desktop.ui.transcript.inline_formulas import InlineFormulas
from desktop.ui.transcript.leaves import Face, Run, Tone
from desktop.ui.transcript.styles import Styles, direction_of
from desktop.ui.widgets.paint import paint_box

_CODE_PAD = 4
_UNBOUND = 1_000_000
_CLEAR = 2  # pixels between a formula and what the next line may need


class Flow:
    """Text laid out by `set_width`. Positions are pixels from its upper left corner.

    It is a `QTextLayout`, not a document: there is nothing in it that could load a picture or a file. Formulas stand
    in it as pictures; until they are known and where they cannot be drawn as their source. `owner` is told when one
    is known, and is to call `refresh` then.
    """

    def __init__(
        self,
        styles: Styles,
        runs: Sequence[Run],
        tone: Tone,
        level: int = 0,
        align: Qt.AlignmentFlag | None = None,
        owner: Waiting | None = None,
    ) -> None:
        self._styles = styles
        self._runs = runs
        self._tone = tone
        self._level = level
        self._offsets = list(accumulate((len(run.text) for run in runs), initial=0))  # of the runs in the plain text
        self._formulas = InlineFormulas(styles, runs, tone, level, owner)
        self._spots: list[tuple[int, QPointF]] = []  # formulas and where they begin, on the baseline
        self._texts: list[str] = []  # of the runs as they are shown
        self._starts = [0]  # of the runs in the layout
        self._room: tuple[float, int | None] = (0, None)  # what the lines are set for
        self._lines = 0
        self._tops = [0.0]  # of the lines, and where the last one ends
        self.height = 0
        self._layout = QTextLayout("", styles.font(tone, level))
        direction = direction_of("".join(run.text for run in runs))
        self._mirrored = direction is Qt.LayoutDirection.RightToLeft
        near = (
            Qt.AlignmentFlag.AlignRight if direction is Qt.LayoutDirection.RightToLeft else Qt.AlignmentFlag.AlignLeft
        )
        option = QTextOption((align or near) | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(direction)
        self._layout.setTextOption(option)
        self._layout.setCacheEnabled(True)
        self._set_text()

    def refresh(self) -> bool:
        """Take formulas that are known now. Whether there are any; set the width again then."""
        found = self._formulas.find()
        if found:
            self._set_text()
        return found

    def restyle(self) -> None:
        """Take the theme's present colours. The lines stay."""
        self._set_formats()
        if self._lines:
            self._set_lines(*self._room)

    def _set_formats(self) -> None:
        ranges = []
        pad = self._styles.theme.px(_CODE_PAD)
        for index in range(len(self._runs)):
            start, end = self._starts[index], self._starts[index + 1]
            if end == start:
                continue
            made = self._styles.format(self._tone, self._level, self._formulas.face(index))
            # Room for the box around code: the letter at its left edge, and its own last one, are set wider.
            neighbour = index - 1 if self._mirrored else index + 1
            beside_code = 0 <= neighbour < len(self._runs) and self._formulas.face(neighbour) & Face.CODE
            if self._formulas.is_drawn(index):
                wide = self._styles.stand_in(self._formulas.size(index)[0] + (pad if beside_code else 0))
                ranges.append(_range(start, end - start, wide))
                continue
            is_code = bool(self._formulas.face(index) & Face.CODE)
            if not is_code and not beside_code:
                ranges.append(_range(start, end - start, made))
                continue
            wide = QTextCharFormat(made)
            wide.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
            wide.setFontLetterSpacing(pad)
            first = start + utf16.length(self._texts[index][0])
            last = end - utf16.length(self._texts[index][-1])
            widened = (start, first) if self._mirrored and not is_code else (last, end)
            ranges.append(_range(start, widened[0] - start, made))
            ranges.append(_range(widened[0], widened[1] - widened[0], wide))
            ranges.append(_range(widened[1], end - widened[1], made))
        self._layout.setFormats(ranges)

    def set_width(self, width: float, most: int | None = None) -> int:
        """Set the lines, the first `most` of them if given. Returns the height in pixels."""
        if self._formulas.fit(width):
            self._set_text()
        return self._set_lines(width, most)

    def _set_lines(self, width: float, most: int | None = None) -> int:
        self._room = (width, most)
        pitch = self._styles.line(self._tone, self._level)
        baseline = self._styles.baseline(self._tone, self._level)
        layout = self._layout
        layout.beginLayout()
        y = 0.0
        tops = [y]
        self._spots = []
        count = 0
        while most is None or count < most:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            above, below = self._excess(line, baseline, pitch)
            line.setPosition(QPointF(0, y + above + baseline - line.ascent()))
            y += max(above + pitch + below, ceil(line.ascent() + line.descent()))
            tops.append(y)
            count += 1
        layout.endLayout()
        self._lines = count
        self._tops = tops
        for index in self._formulas.drawn():
            number = self._line_of(self._starts[index])
            if 0 <= number < count and self._starts[index] < _end(layout.lineAt(number)):
                line = layout.lineAt(number)
                for left, _right in self._spans(line, self._starts[index], self._starts[index] + 1):
                    self._spots.append((index, QPointF(left, line.y() + line.ascent())))
        self.height = max(ceil(y), pitch)
        return self.height

    def _set_text(self) -> None:
        self._texts = [self._text_of(index) for index in range(len(self._runs))]
        self._starts = list(accumulate(map(utf16.length, self._texts), initial=0))
        self._layout.clearLayout()
        self._lines = 0
        self._layout.setText("".join(self._texts))
        self._set_formats()

    def _text_of(self, index: int) -> str:
        """What is laid out for a run: in links and code, nothing stays hidden."""
        text = self._formulas.text(index)
        return hidden.shown(text) if self._runs[index].face & (Face.LINK | Face.CODE) else text

    def _excess(self, line: QTextLine, baseline: float, pitch: int) -> tuple[int, int]:
        """How far the formulas of a line stand out of it above and below."""
        above = below = 0
        first, last = line.textStart(), _end(line)
        for index in self._formulas.drawn():
            if first <= self._starts[index] < last:
                _width, ascent, descent = self._formulas.size(index)
                above = max(above, ceil(ascent + _CLEAR - baseline))
                below = max(below, ceil(descent + _CLEAR - (pitch - baseline)))
        return above, below

    # Measures

    @property
    def lines(self) -> int:
        return self._lines

    @property
    def cut(self) -> bool:
        """Whether `most` lines did not hold all of the text."""
        if not self._lines:
            return False
        last = self._layout.lineAt(self._lines - 1)
        return _end(last) < self._starts[-1]

    def text_set(self) -> str:
        """The part of the text that the lines hold."""
        last = self._layout.lineAt(self._lines - 1)
        end = _end(last)
        return self._layout.text().encode("utf-16-le", "surrogatepass")[: 2 * end].decode("utf-16-le", "replace")

    def natural_width(self) -> int:
        """The width of the text where nothing has to be wrapped. Set the width again afterwards."""
        if self._formulas.fit(_UNBOUND):
            self._set_text()
        self._set_lines(_UNBOUND)
        return self.used_width()

    def narrowest_width(self) -> int:
        """The width of the longest word. Set the width again afterwards."""
        option = self._layout.textOption()
        usual = option.wrapMode()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        self._layout.setTextOption(option)
        if self._formulas.fit(_UNBOUND):
            self._set_text()
        self._set_lines(1)
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
        end = _end(line)
        return QPointF(_x_of(line, end), line.y() + line.ascent())

    # Places in the text, in code points of what the runs hold

    def offset_at(self, point: QPointF) -> int:
        """The place between letters that is nearest to a point, which may lie outside."""
        if not self._lines:
            return 0
        number = min(max(bisect_right(self._tops, point.y()) - 1, 0), self._lines - 1)
        line = self._layout.lineAt(number)
        first, last = line.textStart(), self._visible_end(number)
        found = min(max(line.xToCursor(point.x()), first), last)
        # Qt never goes to the end of a wrapped line, where the next begins as well, and from right to left it is a
        # few letters off where a space hangs out of the line.
        for step in (self._layout.previousCursorPosition, self._layout.nextCursorPosition):
            while first <= (near := step(found)) <= last and near != found:
                if abs(_x_of(line, near) - point.x()) >= abs(_x_of(line, found) - point.x()):
                    break
                found = near
        return self._to_offset(found)

    def caret_rect(self, offset: int) -> QRectF:
        """Where a caret before that letter stands: as high as its line, without width."""
        position = self._to_position(offset)
        number = self._line_of(position)
        if number < 0:
            return QRectF(0, 0, 0, self._styles.line(self._tone, self._level))
        x = _x_of(self._layout.lineAt(number), position)
        return QRectF(x, self._tops[number], 0, self._tops[number + 1] - self._tops[number])

    def rects(self, start: int, end: int) -> list[QRectF]:
        """What a range of letters covers: a rectangle for each line, several where directions are mixed."""
        first, last = self._to_position(start), self._to_position(end)
        found: list[QRectF] = []
        if first >= last:
            return found
        for number in range(max(self._line_of(first), 0), self._lines):
            line = self._layout.lineAt(number)
            if line.textStart() >= last:
                break
            begin, until = max(first, line.textStart()), min(last, self._visible_end(number))
            if begin < until:
                top, height = self._tops[number], self._tops[number + 1] - self._tops[number]
                found += [QRectF(left, top, right - left, height) for left, right in self._spans(line, begin, until)]
        return found

    def line_ends(self, offset: int) -> tuple[int, int]:
        """Where the line as it is set that holds an offset begins and ends; a space it was wrapped at is outside."""
        number = self._line_of(self._to_position(offset))
        if number < 0:
            return 0, 0
        return self._to_offset(self._layout.lineAt(number).textStart()), self._to_offset(self._visible_end(number))

    def _line_of(self, position: int) -> int:
        line = self._layout.lineForTextPosition(position)
        return line.lineNumber() if line.isValid() else self._lines - 1

    def _visible_end(self, number: int) -> int:
        """The end of a line, without the space or line break between it and the next."""
        line = self._layout.lineAt(number)
        end = _end(line)
        while number < self._lines - 1 and end > line.textStart() and self._letter(end - 1).isspace():
            end -= 1
        return end

    def _letter(self, position: int) -> str:
        index = bisect_right(self._starts, position) - 1
        return self._texts[index][utf16.offset(self._texts[index], position - self._starts[index])]

    @cached_property
    def _is_mixed(self) -> bool:
        """Whether letters of the text may run against it: the left of a range need not be its beginning."""
        return any(
            unicodedata.bidirectional(letter) in ("R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI")
            for run in self._runs
            if not (run.tex or run.text).isascii()
            for letter in run.tex or run.text
        )

    def _spans(self, line: QTextLine, first: int, last: int) -> list[tuple[float, float]]:
        """Left and right of the parts of a line in which a range of it is seen."""
        if not self._is_mixed:
            left, right = sorted((_x_of(line, first), _x_of(line, last)))
            return [(left, right)] if right > left else []
        boxes = [run.boundingRect() for run in line.glyphRuns(first, last - first)]
        spans: list[tuple[float, float]] = []
        for left, right in sorted((box.left(), box.right()) for box in boxes):
            if spans and left <= spans[-1][1] + 0.5:
                spans[-1] = (spans[-1][0], max(right, spans[-1][1]))
            else:
                spans.append((left, right))
        return spans

    def _to_position(self, offset: int) -> int:
        """The place in the layout, never inside of a letter."""
        if not self._runs:
            return 0
        index = min(max(bisect_right(self._offsets, offset) - 1, 0), len(self._runs) - 1)
        inside = min(max(offset - self._offsets[index], 0), len(self._runs[index].text))
        text = self._texts[index]
        if self._runs[index].tex:
            position = self._starts[index] + (utf16.length(text) if inside else 0)
        else:
            position = self._starts[index] + utf16.units(text, inside)
        if not self._layout.isValidCursorPosition(position):
            position = self._layout.previousCursorPosition(position)
        return position

    def _to_offset(self, position: int) -> int:
        if not self._runs:
            return 0
        index = min(max(bisect_right(self._starts, position) - 1, 0), len(self._runs) - 1)
        units = position - self._starts[index]
        if self._runs[index].tex:
            return self._offsets[index] + (2 * units >= utf16.length(self._texts[index]))
        return self._offsets[index] + utf16.offset(self._texts[index], units)

    # Painting

    def paint(self, painter: QPainter, at: QPointF, clip: QRectF) -> None:
        """Draw what lies in `clip`, with the upper left corner at `at`."""
        self.paint_boxes(painter, at)
        self.paint_letters(painter, at, clip)

    def paint_boxes(self, painter: QPainter, at: QPointF) -> None:
        """Draw what lies behind the letters, and behind what is selected or found."""
        self._paint_marks(painter, at)
        self._paint_code_boxes(painter, at)

    def paint_letters(self, painter: QPainter, at: QPointF, clip: QRectF) -> None:
        self._layout.draw(painter, at, [], clip)
        for index, spot in self._spots:
            _width, ascent, descent = self._formulas.size(index)
            baseline = at.y() + spot.y()
            if baseline - ascent <= clip.bottom() and baseline + descent >= clip.top():
                self._formulas.paint(painter, index, at + spot)

    def tip_at(self, point: QPointF) -> str:
        """The source of the formula at a point, or why it is not drawn; empty for none."""
        index = self._run_at(point)
        return self._formulas.tip(index) if index is not None else ""

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
        return "".join(run.tex or run.text for run in self._runs[first : last + 1])

    def _run_at(self, point: QPointF) -> int | None:
        number = bisect_right(self._tops, point.y()) - 1
        if not 0 <= number < self._lines:
            return None
        line = self._layout.lineAt(number)
        box = line.naturalTextRect()
        if not box.left() <= point.x() < box.right():
            return None
        position = line.xToCursor(point.x(), line.CursorPosition.CursorOnCharacter)
        return min(bisect_right(self._starts, position) - 1, len(self._runs) - 1)

    def _paint_marks(self, painter: QPainter, at: QPointF) -> None:
        for index, run in enumerate(self._runs):
            if run.face & Face.MARK:
                inset = self._styles.theme.px(2)
                for rect in self.rects(self._offsets[index], self._offsets[index + 1]):
                    box = rect.translated(at).adjusted(0, inset, 0, -inset)
                    painter.fillRect(box, self._styles.theme.color("mark"))

    def _paint_code_boxes(self, painter: QPainter, at: QPointF) -> None:
        px = self._styles.theme.px
        for index in range(len(self._runs)):
            if not self._formulas.face(index) & Face.CODE:
                continue
            start, end = self._starts[index], self._starts[index + 1]
            for number in range(self._lines):
                line = self._layout.lineAt(number)
                first, last = max(start, line.textStart()), min(end, _end(line))
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


def _end(line: QTextLine) -> int:
    """The place after a line's last letter, where the next one begins."""
    return line.textStart() + line.textLength()
