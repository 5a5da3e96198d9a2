"""Blocks -> the flat column of leaves that is drawn: each a paragraph, code block, table, formula or rule. No Qt.

A list or quote is not a leaf: what is in it stands indented, with a marker or a bar. So a code block in a step of a
list is a code block like any other, and while a reply is written only its last leaf changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntFlag, StrEnum
from typing import assert_never
from urllib.parse import urlsplit

from desktop.i18n import gettext as _
from desktop.render import blocks as b
from desktop.ui.transcript import measures


class Face(IntFlag):
    """How a run of text looks; several may hold at once."""

    PLAIN = 0
    STRONG = 1
    EMPHASIS = 2
    STRIKE = 4
    UNDERLINE = 8
    SUBSCRIPT = 16
    SUPERSCRIPT = 32
    MARK = 64
    CODE = 128
    LINK = 256


class Tone(StrEnum):
    """What a text is part of, which gives it size and colour."""

    BODY = "body"
    REASONING = "reasoning"
    CELL = "cell"
    CELL_HEAD = "cell_head"
    BUBBLE = "bubble"


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look. `link` is where it leads to, or empty.

    A formula is the one letter `OBJECT` with its TeX in `tex`; `display` asks for its large form.
    """

    text: str
    face: Face = Face.PLAIN
    link: str = ""
    tex: str = ""
    display: bool = False


class Bullet(StrEnum):
    DISC = "disc"
    CIRCLE = "circle"
    SQUARE = "square"
    NUMBER = "number"
    CHECKED = "checked"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Marker:
    """What hangs before the first line of a list's item; `text` only with a number."""

    bullet: Bullet
    text: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leaf stands, in design pixels. `bars` are the quotes' lines; the first `joined` go up to the leaf above.

    `above` is the space above it, unless the leaf above is a heading, whose own `below` counts.
    """

    indent: int = 0
    bars: tuple[int, ...] = ()
    joined: int = 0
    above: int = measures.GAP
    tone: Tone = Tone.BODY
    markers: tuple[tuple[int, Marker], ...] = ()


@dataclass(frozen=True, slots=True)
class TextLeaf:
    """A paragraph, or a heading of `level` 1 to 6."""

    place: Place
    runs: tuple[Run, ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class CodeLeaf:
    place: Place
    language: str
    text: str
    closed: bool


@dataclass(frozen=True, slots=True)
class TableLeaf:
    """Rows of cells, the head first."""

    place: Place
    align: tuple[b.Align, ...]
    rows: tuple[tuple[tuple[Run, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class FormulaLeaf:
    place: Place
    tex: str


@dataclass(frozen=True, slots=True)
class RuleLeaf:
    place: Place


OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands in a leaf's plain text for a formula or picture."""


def plain(leaf: "Leaf") -> str:
    """The text that selection, search and screen readers count in, by code points.

    A line break is `\\n`, the cells of a table are divided by tabs and its rows by `\\n`, a formula or picture is `OBJECT`.
    """
    match leaf:
        case TextLeaf(runs=found):
            return "".join(run.text for run in found).replace(LINE_END, "\n")
        case CodeLeaf(text=text):
            return text
        case TableLeaf(rows=rows):
            return "\n".join("\t".join("".join(run.text for run in cell) for cell in row) for row in rows)
        case FormulaLeaf():
            return OBJECT
        case RuleLeaf():
            return ""


Leaf = TextLeaf | CodeLeaf | TableLeaf | FormulaLeaf | RuleLeaf


def flatten(blocks: Iterable[b.Block], tone: Tone = Tone.BODY) -> Iterator[Leaf]:
    """The leaves of top-level blocks. Those of one block do not depend on the others."""
    place = Place(tone=tone)
    if tone is Tone.REASONING:
        place = Place(indent=measures.QUOTE_INDENT, bars=(0,), joined=1, tone=tone, above=6)
    for block in blocks:
        yield from _leaves(block, place, 0)


def space_between(above: Leaf, below: Leaf) -> int:
    """The space between two neighbours, in design pixels."""
    if isinstance(above, TextLeaf) and above.level:
        return heading(above.level)[3]
    return below.place.above


def heading(level: int) -> tuple[int, int, int, int]:
    """Size, line distance, space above and below of a heading."""
    return measures.HEADINGS.get(level, measures.SMALL_HEADING)


def _leaves(block: b.Block, place: Place, depth: int) -> Iterator[Leaf]:
    match block:
        case b.Paragraph(content):
            yield TextLeaf(place, runs(content))
        case b.Heading(level, content):
            yield TextLeaf(replace(place, above=max(place.above, heading(level)[2])), runs(content), level)
        case b.CodeBlock(language, text, closed):
            yield CodeLeaf(replace(place, above=measures.GAP), language, text, closed)
        case b.Formula(tex):
            yield FormulaLeaf(replace(place, above=measures.GAP), tex)
        case b.Rule():
            yield RuleLeaf(replace(place, above=measures.GAP))
        case b.Table(align, head, rows):
            cells = tuple(tuple(runs(cell) for cell in row) for row in (head, *rows))
            yield TableLeaf(replace(place, above=measures.GAP), align, cells)
        case b.Quote(inner):
            yield from _quote(inner, place, depth)
        case b.List():
            yield from _list(block, place, depth)
        case b.Details(summary, inner):
            yield TextLeaf(place, tuple(replace(run, face=run.face | Face.STRONG) for run in runs(summary)))
            for child in inner:
                yield from _leaves(child, replace(place, above=measures.GAP, markers=()), depth)
        case b.Notes(notes):
            yield RuleLeaf(place)
            numbered = b.List(tuple(b.Item(note) for note in notes), start=1)
            yield from _list(numbered, place, depth)
        case _:
            assert_never(block)


def _quote(inner: tuple[b.Block, ...], place: Place, depth: int) -> Iterator[Leaf]:
    bars = (*place.bars, place.indent)
    quoted = replace(place, indent=place.indent + measures.QUOTE_INDENT, bars=bars)
    first = True
    for block in inner:
        for leaf in _leaves(block, quoted, depth):
            yield leaf if first else _joined(leaf, len(bars))
            if first:
                quoted = replace(quoted, above=measures.GAP, markers=())
                first = False


def _list(block: b.List, place: Place, depth: int) -> Iterator[Leaf]:
    step = measures.NESTED_INDENT if depth else measures.LIST_INDENT
    if block.start is not None:
        step += 9 * (len(str(block.start + len(block.items) - 1)) - 1)
    indent = place.indent + step
    between = 0 if block.tight else measures.GAP
    for number, item in enumerate(block.items):
        # The first item's first line stands where the list does, and so does a list at the very start of an item.
        above = place.above if number == 0 else between
        marker = (indent, _marker(block, number, item, depth))
        outer = place.markers if number == 0 else ()
        inner = replace(
            place,
            indent=indent,
            above=above,
            markers=(*outer, marker),
            joined=place.joined if number == 0 else len(place.bars),
        )
        if not item.blocks:
            yield TextLeaf(inner, ())
        for child in item.blocks:
            yield from _leaves(child, inner, depth + 1)
            inner = replace(inner, above=between, markers=(), joined=len(place.bars))


def _marker(block: b.List, number: int, item: b.Item, depth: int) -> Marker:
    if item.checked is not None:
        return Marker(Bullet.CHECKED if item.checked else Bullet.UNCHECKED)
    if block.start is not None:
        return Marker(Bullet.NUMBER, f"{block.start + number}.")
    return Marker((Bullet.DISC, Bullet.CIRCLE, Bullet.SQUARE)[min(depth, 2)])


def _joined(leaf: Leaf, bars: int) -> Leaf:
    return replace(leaf, place=replace(leaf.place, joined=max(leaf.place.joined, bars)))


_FACES = {
    b.Style.STRONG: Face.STRONG,
    b.Style.EMPHASIS: Face.EMPHASIS,
    b.Style.STRIKE: Face.STRIKE,
    b.Style.UNDERLINE: Face.UNDERLINE,
    b.Style.SUBSCRIPT: Face.SUBSCRIPT,
    b.Style.SUPERSCRIPT: Face.SUPERSCRIPT,
    b.Style.MARK: Face.MARK,
    b.Style.KEY: Face.CODE,
}

LINE_END = "\N{LINE SEPARATOR}"


@dataclass(slots=True)
class _Runs:
    found: list[Run] = field(default_factory=list)

    def add(self, text: str, face: Face, link: str) -> None:
        if self.found and self.found[-1].face == face and self.found[-1].link == link and not face & Face.CODE:
            self.found[-1] = Run(self.found[-1].text + text, face, link)
        elif text:
            self.found.append(Run(text, face, link))

    def walk(self, content: tuple[b.Inline, ...], face: Face, link: str) -> None:
        for inline in content:
            match inline:
                case b.Text(text):
                    self.add(text, face, link)
                case b.Code(text):
                    self.add(text, face | Face.CODE, link)
                case b.Break(hard):
                    self.add(LINE_END if hard else " ", face, link)
                case b.InlineFormula(tex):
                    self.add(tex, face | Face.CODE, link)
                case b.NoteMark(number):
                    self.add(str(number), face | Face.SUPERSCRIPT, link)
                case b.Image(url, alt):
                    self.add(_picture(url, alt), face | Face.LINK, link or url)
                case b.Styled(style, children):
                    self.walk(children, face | _FACES[style], link)
                case b.Link(url, children):
                    self.walk(children, face | Face.LINK, url)
                case _:
                    assert_never(inline)


def runs(content: tuple[b.Inline, ...]) -> tuple[Run, ...]:
    """Inline content as runs, neighbours of one look joined."""
    runs = _Runs()
    runs.walk(content, Face.PLAIN, "")
    return tuple(runs.found)


def _picture(url: str, alt: str) -> str:
    """What stands in the place of a picture: it is never loaded by itself."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    text = _("Picture from {host}").format(host=host) if host else _("Picture")
    return f"{text}: {alt}" if alt else text
