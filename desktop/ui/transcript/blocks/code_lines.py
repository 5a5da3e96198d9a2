"""The lines of a code block: laid out only where somebody looks, however many there are."""

from bisect import bisect_right
from itertools import accumulate
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from desktop.render import hidden
from desktop.render.highlight import Span
from desktop.ui.transcript import utf16
from desktop.ui.transcript.scrolling.heights import Heights
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.paint import paint_box

_LINE = 20
_TAB = 4
_KEPT = 400  # laid-out lines
_UNBOUND = 1_000_000
_AROUND = 200
_LONGEST = 20_000  # letters of a line that are measured


class CodeLines:
    """Text in lines of one height. Positions are pixels from the upper left corner of the first line's text.

    `count` of the lines are shown, all of them until `fold` says otherwise. Offsets count code points of the whole
    text. Letters that would not be seen are shown as boxes with their number.
    """

    def __init__(self, styles: Styles, text: str) -> None:
        self._styles = styles
        self._theme = styles.theme
        self._font = self._theme.code_font(13)
        self._mark_font = self._theme.code_font(10)
        metrics = QFontMetricsF(self._font)
        self._metrics = metrics
        self.letter = metrics.horizontalAdvance("0")
        self.pitch = self._theme.px(_LINE)
        self._ascent = (self.pitch - metrics.ascent() - metrics.descent()) / 2 + metrics.ascent()
        self.lines = text.split("\n")
        self.spans: list[tuple[Span, ...]] = [()] * len(self.lines)
        self._starts = [0]  # of lines in the text, as far as they were asked for
        self._layouts: dict[int, QTextLayout] = {}
        self._room = 0
        self._most: int | None = None
        self._heights: Heights | None = None  # of wrapped lines; those not laid out yet are estimates
        self.widest = self._widest(self.lines)

    # Lines

    @property
    def count(self) -> int:
        """How many lines are shown."""
        return len(self.lines) if self._most is None else min(self._most, len(self.lines))

    @property
    def wrapped(self) -> bool:
        return self._heights is not None

    @property
    def height(self) -> int:
        return self.top(self.count)

    def fold(self, most: int | None) -> None:
        """Show only the first lines, or with None all of them."""
        if most == self._most:
            return
        self._most = most
        if self._heights is not None:
            self._wrap_from(0)

    def rewrite(self, number: int, text: str) -> int:
        """Put a text in the place of everything from a line on. Returns the first line that is another now."""
        lines = text.split("\n")
        pairs = zip(self.lines[number:], lines, strict=False)
        same = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(self.lines) - number, len(lines)))
        first = number + same
        for changed in range(first, len(self.lines)):
            self._layouts.pop(changed, None)
        self.lines[first:] = lines[same:]
        self.spans[first:] = [()] * (len(lines) - same)
        del self._starts[first + 1 :]
        self.widest = max(self.widest, self._widest(lines))
        if self._heights is not None:
            self._wrap_from(first)
            self.show(first, self.count)
        return first

    def set_spans(self, number: int, spans: tuple[Span, ...]) -> bool:
        """Colour a line. Whether it had other colours."""
        if self.spans[number] == spans:
            return False
        self.spans[number] = spans
        self._layouts.pop(number, None)
        return True

    def restyle(self) -> None:
        self._layouts.clear()

    def set_room(self, room: int) -> None:
        """How wide a line may be where lines are wrapped."""
        if room != self._room:
            self._room = room
            if self._heights is not None:
                self.set_wrapped(True)

    def set_wrapped(self, wrapped: bool) -> None:
        self._layouts.clear()
        self._heights = Heights() if wrapped else None
        if wrapped:
            self._wrap_from(0)

    def show_between(self, top: int, bottom: int) -> bool:
        """Make the heights of wrapped lines exact between two heights. Whether any changed."""
        changed = False
        while self._heights is not None:
            rows = self._heights.rows_between(top, bottom)
            if not self.show(rows.start, rows.stop):
                break
            changed = True
        return changed

    def show(self, first: int, stop: int) -> bool:
        """The same for some lines."""
        changed = False
        if self._heights is not None:
            for number in range(first, stop):
                height = self._laid_out(number).lineCount() * self.pitch
                if height != self._heights[number]:
                    self._heights[number] = height
                    changed = True
        return changed

    def top(self, number: int) -> int:
        return number * self.pitch if self._heights is None else self._heights.top(number)

    def at(self, y: float) -> int:
        """The shown line at a height, the first or last for a height outside."""
        row = int(y // self.pitch) if self._heights is None else self._heights.row_at(int(y))
        return max(0, min(row, self.count - 1))

    def _wrap_from(self, start: int) -> None:
        assert self._heights is not None
        rows = (max(1, ceil(self._width(line) / max(self._room, 1))) for line in self.lines[start : self.count])
        self._heights.replace(start, (self.pitch * number for number in rows))

    def _width(self, line: str) -> float:
        """About how wide a line is: exactly where every letter is ASCII."""
        letters = len(line) if "\t" not in line else len(line.expandtabs(_TAB))
        return letters * self.letter * (1 if line.isascii() else 1.5)

    def _widest(self, lines: list[str]) -> float:
        """The width of the longest line, of which two are measured: of ASCII letters and of others."""
        ascii_line = max((line for line in lines if line.isascii()), key=len, default="")
        other = max((line for line in lines if not line.isascii()), key=len, default="")[:_LONGEST]
        tabs = max((line for line in lines if "\t" in line), key=len, default="")
        width = max(len(ascii_line), len(tabs.expandtabs(_TAB))) * self.letter
        return max(width, self._metrics.horizontalAdvance(other.expandtabs(_TAB)))

    # Layout

    def _laid_out(self, number: int) -> QTextLayout:
        layout = self._layouts.get(number)
        if layout is not None:
            return layout
        if len(self._layouts) > _KEPT:
            self._layouts.clear()
        text, marks = _shown(self.lines[number])
        layout = QTextLayout(text, self._font)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)  # code is never mirrored
        option.setTabStopDistance(_TAB * self.letter)
        mode = QTextOption.WrapMode
        option.setWrapMode(mode.WrapAtWordBoundaryOrAnywhere if self.wrapped else mode.NoWrap)
        layout.setTextOption(option)
        ranges = [_range(span.start, span.length, self._styles.syntax(span.role)) for span in self.spans[number]]
        ranges += [_range(unit, utf16.length(letter), self._mark_format(letter)) for unit, letter in marks]
        layout.setFormats(ranges)
        layout.setCacheEnabled(True)
        layout.beginLayout()
        y = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self._room if self.wrapped else _UNBOUND)
            line.setPosition(QPointF(0, y + self._ascent - line.ascent()))
            y += self.pitch
        layout.endLayout()
        if not self.wrapped:
            self.widest = max(self.widest, layout.lineAt(0).naturalTextWidth())
        self._layouts[number] = layout
        return layout

    def _mark_format(self, letter: str) -> QTextCharFormat:
        """Room for the box in place of a letter that cannot be seen."""
        made = QTextCharFormat()
        made.setForeground(QColor(Qt.GlobalColor.transparent))
        made.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        wide = QFontMetricsF(self._mark_font).horizontalAdvance(_number(letter)) + self._theme.px(8)
        made.setFontLetterSpacing(wide - self._metrics.horizontalAdvance(_stand_in(letter)))
        return made

    # Painting

    def paint(self, painter: QPainter, at: QPointF, first: int, last: int) -> None:
        """Draw the lines from `first` up to and with `last`, the first line of all at `at`."""
        for number in range(first, last + 1):
            layout = self._laid_out(number)
            place = at + QPointF(0, self.top(number))
            layout.draw(painter, place)
            if not layout.text().isascii():
                self._paint_marks(painter, number, layout, place)

    def _paint_marks(self, painter: QPainter, number: int, layout: QTextLayout, at: QPointF) -> None:
        px, color = self._theme.px, self._theme.color
        for unit, letter in _shown(self.lines[number])[1]:
            line = layout.lineForTextPosition(unit)
            left, right = _x(line, unit), _x(line, unit + utf16.length(letter))
            top = line.y() + line.ascent() - self._ascent
            box = QRectF(at.x() + left + px(1), at.y() + top + px(2), right - left - px(2), self.pitch - 2 * px(2))
            paint_box(painter, box, px(3), color("warning-soft"), color("warning"))
            painter.setFont(self._mark_font)
            painter.setPen(color("warning"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _number(letter))
            painter.setPen(color("text"))

    # Text

    def start_of(self, number: int) -> int:
        """The offset at which a line begins."""
        known = len(self._starts)
        if number >= known:
            lengths = (len(line) + 1 for line in self.lines[known - 1 : number])
            self._starts += list(accumulate(lengths, initial=self._starts[-1]))[1:]
        return self._starts[number]

    def line_of(self, offset: int) -> int:
        """The line that holds an offset, shown or not."""
        self.start_of(len(self.lines) - 1)
        return max(0, bisect_right(self._starts, offset) - 1)

    def offset_at(self, point: QPointF) -> int:
        number = self.at(point.y())
        layout = self._laid_out(number)
        row = int((point.y() - self.top(number)) // self.pitch)
        line = layout.lineAt(max(0, min(row, layout.lineCount() - 1)))
        near = line.xToCursor(point.x())
        last = line.textStart() + line.textLength()
        if last < utf16.length(self.lines[number]):
            last = layout.previousCursorPosition(last)  # where a wrapped row ends, the next one begins
        near = max(line.textStart(), min(near, last))
        if "\t" in layout.text() or not layout.text().isascii():
            near = _nearest(layout, line, near, last, point.x())
        return self.start_of(number) + utf16.offset(self.lines[number], near)

    def caret_rect(self, offset: int) -> QRectF:
        number = self.line_of(offset)
        if number >= self.count:
            return QRectF(0, self.height, 0, 0)
        layout = self._laid_out(number)
        unit = utf16.units(self.lines[number], offset - self.start_of(number))
        line = layout.lineForTextPosition(unit)
        return QRectF(_x(line, unit), self.top(number) + self._row_of(line), 0, self.pitch)

    def rects(self, start: int, end: int) -> list[QRectF]:
        """What a range covers in the lines that are shown. The end of a line is as wide as a letter."""
        found = []
        for number in range(self.line_of(start), min(self.line_of(end) + 1, self.count)):
            text, begin = self.lines[number], self.start_of(number)
            layout = self._laid_out(number)
            first = utf16.units(text, max(0, start - begin))
            last = utf16.units(text, min(end - begin, len(text)))
            for index in range(layout.lineCount()):
                line = layout.lineAt(index)
                a, b = max(first, line.textStart()), min(last, line.textStart() + line.textLength())
                ends = index == layout.lineCount() - 1 and end - begin > len(text)
                if a < b or (ends and a <= b):
                    y = self.top(number) + self._row_of(line)
                    found += [QRectF(x, y, width, self.pitch) for x, width in _covered(line, a, b)]
                    if ends:
                        found.append(QRectF(_x(line, b), y, self.letter, self.pitch))
        return found

    def line_ends(self, offset: int) -> tuple[int, int]:
        number = self.line_of(offset)
        begin, text = self.start_of(number), self.lines[number]
        if number >= self.count or not self.wrapped:
            return begin, begin + len(text)
        layout = self._laid_out(number)
        line = layout.lineForTextPosition(utf16.units(text, offset - begin))
        end = line.textStart() + line.textLength()
        if end < utf16.length(text):
            end = layout.previousCursorPosition(end)
        return begin + utf16.offset(text, line.textStart()), begin + utf16.offset(text, end)

    def end_point(self) -> QPointF:
        """Where the next letter would begin, on the baseline."""
        number = self.count - 1
        layout = self._laid_out(number)
        line = layout.lineAt(layout.lineCount() - 1)
        return QPointF(line.naturalTextWidth(), self.top(number) + line.y() + line.ascent())

    def _row_of(self, line: QTextLine) -> int:
        """How far below the top of its line of code a row stands."""
        return line.lineNumber() * self.pitch


def _shown(line: str) -> tuple[str, list[tuple[int, str]]]:
    """A line with stand-ins for letters that cannot be seen, and where they stand, in UTF-16, and what they are."""
    text = hidden.shown(line)
    if text == line:
        return line, []
    marks = []
    unit = 0
    pieces = []
    for letter, replaced in zip(line, text, strict=True):
        if letter != replaced:
            marks.append((unit, letter))
        pieces.append(letter if letter == replaced else _stand_in(letter))
        unit += utf16.length(letter)
    return "".join(pieces), marks


def _stand_in(letter: str) -> str:
    """A letter that takes as many units, so that every other one keeps its place."""
    return hidden.STAND_IN if ord(letter) <= 0xFFFF else "\N{MATHEMATICAL MONOSPACE DIGIT ZERO}"


def _nearest(layout: QTextLayout, line: QTextLine, near: int, last: int, x: float) -> int:
    """The place around `near` whose caret is closest: where reading turns round Qt's own answer may be letters off."""
    around = range(max(line.textStart(), near - _AROUND), min(last, near + _AROUND) + 1)
    return min(
        filter(layout.isValidCursorPosition, around), key=lambda unit: (abs(_x(line, unit) - x), abs(unit - near))
    )


def _number(letter: str) -> str:
    return f"{ord(letter):04X}"


def _covered(line: QTextLine, start: int, end: int) -> list[tuple[float, float]]:
    """Left edge and width of each part that a range covers: several where reading turns round."""
    if start >= end:
        return []
    left, right = _x(line, start), _x(line, end)
    runs = line.glyphRuns(start, end - start)
    if left < right and not any(run.isRightToLeft() for run in runs):
        return [(left, right - left)]
    return [(run.boundingRect().x() - line.x(), run.boundingRect().width()) for run in runs]


def _x(line: QTextLine, unit: int) -> float:
    x: float = line.cursorToX(unit)[0]  # type: ignore[index]
    return x


def _range(start: int, length: int, made: QTextCharFormat) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length, found.format = start, length, made
    return found
