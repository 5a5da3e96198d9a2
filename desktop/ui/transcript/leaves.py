"""Blocks -> the flat column of leaves that is drawn: each a paragraph, code block, table, formula or rule. No Qt.

A list or quote is not a leaf: what is in it stands indented, with a marker or a bar. So a code block in a step of a
list is a code block like any other, and while a reply is written only its last leaf changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntFlag, StrEnum
from typing import assert_never

from desktop.render import blocks as b
from desktop.render.inline_text import LINE_END as LINE_END
from desktop.render.inline_text import OBJECT as OBJECT
from desktop.render.inline_text import picture_words
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
    NOTE = 512


class Tone(StrEnum):
    """What a text is part of, which gives it size and colour."""

    BODY = "body"
    REASONING = "reasoning"
    CELL = "cell"
    CELL_HEAD = "cell_head"
    BUBBLE = "bubble"
    NOTE = "note"


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
    """What hangs before the first line of a list's item; `text` only with a number, `link` only with a footnote's."""

    bullet: Bullet
    text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """The line beside a quote, which begins at an indent."""

    indent: int
    alert: b.Alert | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leaf stands, in design pixels. `bars` are the quotes' lines; the first `joined` go up to the leaf above.

    `above` is the space above it, unless the leaf above is a heading, whose own `below` counts. `titles` are those of
    alerts that begin with it. It stands in `folds` parts that fold, each under the last leaf before it that stands in
    fewer and has `folds` itself.
    """

    indent: int = 0
    bars: tuple[Bar, ...] = ()
    joined: int = 0
    above: int = measures.GAP
    tone: Tone = Tone.BODY
    markers: tuple[tuple[int, Marker], ...] = ()
    titles: tuple[tuple[int, b.Alert], ...] = ()
    folds: int = 0


@dataclass(frozen=True, slots=True)
class TextLeaf:
    """A paragraph, a heading of `level` 1 to 6, or the summary that a part `folds` under."""

    place: Place
    runs: tuple[Run, ...]
    level: int = 0
    folds: bool = False


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
class PictureLeaf:
    """A picture that has a line to itself."""

    place: Place
    url: str
    alt: str
    title: str


@dataclass(frozen=True, slots=True)
class RuleLeaf:
    place: Place


def plain(leaf: "Leaf") -> str:
    """The text that selection, search and screen readers count in, by code points.

    A line break is `\\n`, the cells of a table are divided by tabs and its rows by `\\n`, a formula or picture is
    `OBJECT`.
    """
    match leaf:
        case TextLeaf(runs=found):
            return "".join(run.text for run in found).replace(LINE_END, "\n")
        case CodeLeaf(text=text):
            return text
        case TableLeaf(rows=rows):
            return "\n".join("\t".join("".join(run.text for run in cell) for cell in row) for row in rows)
        case FormulaLeaf() | PictureLeaf():
            return OBJECT
        case RuleLeaf():
            return ""


Leaf = TextLeaf | CodeLeaf | TableLeaf | FormulaLeaf | PictureLeaf | RuleLeaf


def flatten(blocks: Iterable[b.Block], tone: Tone = Tone.BODY) -> Iterator[Leaf]:
    """The leaves of top-level blocks. Those of one block do not depend on the others."""
    place = Place(tone=tone)
    if tone is Tone.REASONING:
        place = Place(indent=measures.QUOTE_INDENT, bars=(Bar(0),), joined=1, tone=tone, above=6)
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
        case b.Paragraph((b.Image(url, alt, title),)):
            yield PictureLeaf(place, url, alt, title)
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
        case b.Quote(inner, alert):
            yield from _quote(inner, alert, place, depth)
        case b.List():
            yield from _list(block, place, depth)
        case b.Details():
            yield from _details(block, place, depth)
        case b.Notes(notes):
            yield RuleLeaf(place)
            smaller = replace(place, above=measures.GAP, tone=Tone.NOTE, markers=())
            yield from _list(b.List(tuple(b.Item(note) for note in notes), start=1), smaller, depth)
        case _:
            assert_never(block)


def _quote(inner: tuple[b.Block, ...], alert: b.Alert | None, place: Place, depth: int) -> Iterator[Leaf]:
    bars = (*place.bars, Bar(place.indent, alert))
    indent = place.indent + measures.QUOTE_INDENT
    titles = (*place.titles, (indent, alert)) if alert else place.titles
    quoted = replace(place, indent=indent, bars=bars, titles=titles)
    first = True
    for block in inner:
        for leaf in _leaves(block, quoted, depth):
            yield leaf if first else _joined(leaf, len(bars))
            if first:
                quoted = replace(quoted, above=measures.GAP, markers=(), titles=())
                first = False


def _details(block: b.Details, place: Place, depth: int) -> Iterator[Leaf]:
    summary = tuple(replace(run, face=run.face | Face.STRONG) for run in runs(block.summary))
    inner = replace(
        place,
        indent=place.indent + measures.FOLD_INDENT,
        above=measures.GAP,
        joined=len(place.bars),
        markers=(),
        titles=(),
        folds=place.folds + 1,
    )
    if block.reasoning:
        place = replace(place, tone=Tone.REASONING)
        bars = (*place.bars, Bar(place.indent))  # under the caret
        inner = replace(inner, indent=place.indent + measures.QUOTE_INDENT, bars=bars, tone=Tone.REASONING)
    yield TextLeaf(replace(place, indent=place.indent + measures.FOLD_INDENT), summary, folds=True)
    for number, child in enumerate(block.blocks):
        for leaf in _leaves(child, inner, depth):
            yield leaf if number == 0 else _joined(leaf, len(inner.bars))


def _list(block: b.List, place: Place, depth: int) -> Iterator[Leaf]:
    step = measures.NESTED_INDENT if depth else measures.LIST_INDENT
    if block.start is not None:
        step += 9 * (len(str(block.start + len(block.items) - 1)) - 1)
    indent = place.indent + step
    between = 0 if block.tight else measures.GAP
    for number, item in enumerate(block.items):
        # The first item's first line stands where the list does, and so does a list at the very start of an item.
        above = place.above if number == 0 else between
        marker = (indent, _marker(block, number, item, depth, place.tone))
        outer = place.markers if number == 0 else ()
        inner = replace(
            place,
            indent=indent,
            above=above,
            markers=(*outer, marker),
            joined=place.joined if number == 0 else len(place.bars),
            titles=place.titles if number == 0 else (),
        )
        if not item.blocks:
            yield TextLeaf(inner, ())
        for child in item.blocks:
            yield from _leaves(child, inner, depth + 1)
            inner = replace(inner, above=between, markers=(), titles=(), joined=len(place.bars))


def _marker(block: b.List, number: int, item: b.Item, depth: int, tone: Tone) -> Marker:
    if tone is Tone.NOTE and not depth:
        return Marker(Bullet.NUMBER, f"{number + 1}.", f"{MARK}{number + 1}")
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

NOTE, MARK = "#note-", "#mark-"
"""What the links between a footnote's first mark and the note begin with; its number follows."""


@dataclass(slots=True)
class _Runs:
    found: list[Run] = field(default_factory=list)

    def add(self, text: str, face: Face, link: str) -> None:
        last = self.found[-1] if self.found else None
        if last and last.face == face and last.link == link and not face & Face.CODE and not last.tex:
            self.found[-1] = Run(last.text + text, face, link)
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
                case b.InlineFormula(tex, display):
                    self.found.append(Run(OBJECT, face, link, tex, display))
                case b.NoteMark(number):
                    self.add(str(number), face | Face.SUPERSCRIPT | Face.NOTE, link or f"{NOTE}{number}")
                case b.Image(url, alt):
                    self.add(picture_words(url, alt), face | Face.LINK, link or url)
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
