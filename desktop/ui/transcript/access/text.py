"""What a leaf is to somebody who cannot see it: its kind, its name, and its text as it is said.

What is said differs from what is drawn: a list's item is said with its number, an alert with its title, a formula as
its TeX.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.render import highlight
from desktop.render.inline_text import LINE_END, picture_words
from desktop.ui.transcript import utf16
from desktop.ui.transcript.decoration import ALERTS
from desktop.ui.transcript.leaves import (
    Bullet,
    CodeLeaf,
    FormulaLeaf,
    Leaf,
    PictureLeaf,
    RuleLeaf,
    Run,
    TableLeaf,
    TextLeaf,
    Tone,
    plain,
)

_DOT = "•"
_BOXES = (Bullet.CHECKED, Bullet.UNCHECKED)


class Kind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"
    FORMULA = "formula"
    PICTURE = "picture"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Link:
    """A link and which letters of its leaf it covers, in code points of `plain`."""

    start: int
    end: int
    url: str
    words: str


class Said:
    """A text as it is said. `pieces` are what is said, and how many letters of the leaf's plain text that stands for.

    Screen readers count UTF-16 units of what is said, everything else code points of the plain text. Inside a piece
    that is said as it stands they go along with each other; another one is a single place.
    """

    def __init__(self, pieces: Sequence[tuple[str, int]], first: int = 0) -> None:
        """`first` is the offset of the plain text's part that is said."""
        self._pieces = [piece for piece in pieces if piece[0] or piece[1]]
        self._units = [0]
        self._letters = [first]
        for said, letters in self._pieces:
            self._units.append(self._units[-1] + utf16.length(said))
            self._letters.append(self._letters[-1] + letters)
        self.text = "".join(said for said, _letters in self._pieces)

    @property
    def length(self) -> int:
        """In units."""
        return self._units[-1]

    def covers(self, offset: int) -> bool:
        """Whether a place of the plain text is in the part that is said, its ends included."""
        return self._letters[0] <= offset <= self._letters[-1]

    def between(self, start: int, end: int) -> str:
        """The text from one unit to another; -1 and what lies outside is the end."""
        end = self.length if not 0 <= end <= self.length else end
        start = max(0, min(start, end))
        if self.text.isascii():
            return self.text[start:end]
        raw = self.text.encode("utf-16-le", "surrogatepass")
        return raw[2 * start : 2 * end].decode("utf-16-le", "replace")

    def unit(self, offset: int) -> int:
        """Where a letter of the plain text is said."""
        number = bisect_right(self._letters, offset) - 1
        if number < 0 or not self._pieces:
            return 0
        if number >= len(self._pieces):
            return self.length
        said, letters = self._pieces[number]
        inside = offset - self._letters[number]
        return self._units[number] + (utf16.units(said, inside) if letters == len(said) else 0)

    def offset(self, unit: int) -> int:
        """The letter of the plain text that is said at a unit."""
        number = min(bisect_right(self._units, max(0, unit)) - 1, len(self._pieces))
        if number == len(self._pieces):
            return self._letters[-1]
        said, letters = self._pieces[number]
        if letters != len(said):
            return self._letters[number]
        return self._letters[number] + utf16.offset(said, unit - self._units[number])


def kind(leaf: Leaf) -> Kind:
    match leaf:
        case TextLeaf(level=level) if level:
            return Kind.HEADING
        case TextLeaf(place=place) if place.markers:
            return Kind.ITEM
        case TextLeaf(place=place) if len(place.bars) > (place.tone is Tone.REASONING):
            return Kind.QUOTE
        case CodeLeaf():
            return Kind.CODE
        case TableLeaf():
            return Kind.TABLE
        case FormulaLeaf():
            return Kind.FORMULA
        case PictureLeaf():
            return Kind.PICTURE
        case RuleLeaf():
            return Kind.RULE
    return Kind.PARAGRAPH


def name(leaf: Leaf) -> str:
    """What a leaf is called: its text, or what it is where that is too long or no text."""
    match leaf:
        case CodeLeaf(language=language, text=text):
            words = code_name(language, text.count("\n") + 1)
        case TableLeaf(rows=rows):
            down = ngettext("{n} row", "{n} rows", len(rows)).format(n=len(rows))
            across = ngettext("{n} column", "{n} columns", len(rows[0])).format(n=len(rows[0]))
            words = _("Table, {rows}, {columns}").format(rows=down, columns=across)
        case FormulaLeaf(tex=tex):
            words = _("Formula: {tex}").format(tex=tex)
        case PictureLeaf(url=url, alt=alt):
            words = picture_words(url, alt)
        case _:
            return said(leaf).text
    return _before(leaf) + words


def code_name(language: str, lines: int) -> str:
    """ "Python code, 3 lines"; `language` as it stands after the fence."""
    if shown := highlight.name_of(language):
        text = ngettext("{language} code, {n} line", "{language} code, {n} lines", lines)
    else:
        text = ngettext("Code, {n} line", "Code, {n} lines", lines)
    return text.format(language=shown, n=lines)


def said(leaf: Leaf) -> Said:
    match leaf:
        case TextLeaf(runs=runs):
            return Said([(_before(leaf), 0), *_pieces(runs)])
        case FormulaLeaf(tex=tex):
            return Said([(tex, 1)])
        case PictureLeaf(url=url, alt=alt):
            return Said([(picture_words(url, alt), 1)])
    text = plain(leaf)
    return Said([(text, len(text))])


def cell(leaf: TableLeaf, row: int, column: int) -> Said:
    """What is said of one cell; the head is row 0."""
    before = (cell for cells in leaf.rows[:row] for cell in cells)
    offset = sum(_length(cell) + 1 for cell in (*before, *leaf.rows[row][:column]))
    return Said(_pieces(leaf.rows[row][column]), offset)


def links(leaf: Leaf) -> list[Link]:
    """The links of a leaf in reading order."""
    match leaf:
        case TextLeaf(runs=runs):
            return list(_links(runs, 0))
        case TableLeaf(rows=rows):
            found: list[Link] = []
            offset = 0
            for cell in (cell for row in rows for cell in row):
                found += _links(cell, offset)
                offset += _length(cell) + 1
            return found
    return []


def is_task(leaf: Leaf) -> bool | None:
    """Whether a task's box is ticked; None for what is no task."""
    bullet = leaf.place.markers[-1][1].bullet if leaf.place.markers else None
    return bullet is Bullet.CHECKED if bullet in _BOXES else None


def _links(runs: Sequence[Run], offset: int) -> Iterator[Link]:
    open_link: Link | None = None
    for run in runs:
        end = offset + len(run.text)
        if open_link is not None and run.link == open_link.url:
            open_link = Link(open_link.start, end, run.link, open_link.words + (run.tex or run.text))
        else:
            if open_link is not None:
                yield open_link
            open_link = Link(offset, end, run.link, run.tex or run.text) if run.link else None
        offset = end
    if open_link is not None:
        yield open_link


def _pieces(runs: Sequence[Run]) -> list[tuple[str, int]]:
    return [(run.tex or run.text.replace(LINE_END, "\n"), len(run.text)) for run in runs]


def _length(runs: Sequence[Run]) -> int:
    return sum(len(run.text) for run in runs)


def _before(leaf: Leaf) -> str:
    """What is said before a leaf: an alert's title, a list's number or bullet. A task's box is told as its state."""
    titles = [f"{_(ALERTS[alert].word)}: " for _indent, alert in leaf.place.titles]
    markers = [marker for _indent, marker in leaf.place.markers if marker.bullet not in _BOXES]
    return "".join((*titles, f"{markers[-1].text or _DOT} " if markers else ""))
