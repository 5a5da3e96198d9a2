"""What a model wrote, as typed blocks: the one form from which the screen, copying and export are made.

`parse` reads a whole text; `IncrementalParser` reads one that still grows. Nothing heavy is imported until then.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any


class Style(StrEnum):
    """What is meant by a stretch of text; the value is its HTML element."""

    STRONG = "strong"
    EMPHASIS = "em"
    STRIKE = "s"
    UNDERLINE = "u"
    SUBSCRIPT = "sub"
    SUPERSCRIPT = "sup"
    MARK = "mark"
    KEY = "kbd"


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line: a `hard` one is the writer's, another is only where the source was wrapped."""

    hard: bool


@dataclass(frozen=True, slots=True)
class InlineFormula:
    tex: str
    display: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """Never loaded by itself, wherever `url` points to."""

    url: str
    alt: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class NoteMark:
    """A reference to the footnote of this number, counted from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Styled:
    style: Style
    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    children: "tuple[Inline, ...]"
    title: str = ""


Inline = Text | Code | Break | InlineFormula | Image | NoteMark | Styled | Link


@dataclass(frozen=True, slots=True)
class Paragraph:
    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """`text` ends without a newline. `closed` is False while the fence has no end yet."""

    language: str
    text: str
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Formula:
    tex: str


@dataclass(frozen=True, slots=True)
class Rule:
    pass


class Alert(StrEnum):
    """The kinds of GitHub's alerts; the value is the word in `> [!NOTE]`."""

    NOTE = "note"
    TIP = "tip"
    IMPORTANT = "important"
    WARNING = "warning"
    CAUTION = "caution"


@dataclass(frozen=True, slots=True)
class Quote:
    """`alert` where it is a GitHub alert, whose first line `[!NOTE]` is then not among the blocks."""

    blocks: "tuple[Block, ...]"
    alert: Alert | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """`checked` is the state of a task's box, None where there is no box."""

    blocks: "tuple[Block, ...]"
    checked: bool | None = None


@dataclass(frozen=True, slots=True)
class List:
    """`start` is the first number, None for bullets. `tight` is written without blank lines between items."""

    items: tuple[Item, ...]
    start: int | None = None
    tight: bool = True


class Align(StrEnum):
    NONE = ""
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


Cell = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Every row has as many cells as `align`."""

    align: tuple[Align, ...]
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Details:
    """A part that folds under its summary. `reasoning` where the model put it between its tags in mid-answer."""

    summary: tuple[Inline, ...]
    blocks: "tuple[Block, ...]"
    reasoning: bool = False


@dataclass(frozen=True, slots=True)
class Notes:
    """The footnotes, at the end of a text; the first is number 1."""

    notes: "tuple[tuple[Block, ...], ...]"


Block = Paragraph | Heading | CodeBlock | Formula | Rule | Quote | List | Table | Details | Notes

# In characters. An open block is read in parts past the first; one that has none is cut past the second, and a text
# past the third is read in pieces, so that no text can stall its reader.
LONGEST_OPEN = 1024
LONGEST_TAIL = 32_768
LONGEST_TEXT = 1 << 20
# What costs time is markup, not letters. After so many of its signs the rest of a text, which nobody will read as a
# page, is shown as it was written. That is 150 to 400 KB of an answer.
MOST_SIGNS = 20_000
BYTE_ORDER_MARK = "\ufeff"


def clean(text: str) -> str:
    """The text with `\\n` between lines, and without what no reader can show: NUL, lone surrogates, STX and ETX.

    The last two are Python-Markdown's own marks.
    """
    text = _UNREADABLE.sub(lambda found: "" if found[0] in "\2\3" else "\N{REPLACEMENT CHARACTER}", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a whole text. Any text has some: nothing is ever an error."""
    text = clean(text).lstrip(BYTE_ORDER_MARK)
    end = _readable(text, MOST_SIGNS)
    if end > LONGEST_TEXT:
        parser = IncrementalParser()
        parser.feed(text)
        return parser.blocks
    from desktop.render import reading  # markdown-it is heavy: not before there is something to read

    blocks = [block for _, block in reading.read(text[:end], {}, notes=True).blocks]
    return (*blocks, *_as_written(text[end:]))


def warm_up() -> None:
    """Imports what reading and colouring need; on another thread, so that nothing has to wait for it."""
    from desktop.render import highlight, reading

    reading.read("", {}, notes=False)
    highlight.name_of("python")


class IncrementalParser:
    """Reads a text that arrives in pieces, parsing only its tail again each time.

    The blocks in `final` never change while the text grows. Footnotes, and links defined after their use, are only
    known at the end: `finish` reads such texts again as a whole.
    """

    def __init__(self) -> None:
        self.final: list[Block] = []
        self._open: tuple[Block, ...] = ()
        self._done: list[str] = []
        self._source = ""
        self._after_return = False
        self._references: dict[str, Any] = {}
        self._fence = ""  # the marker of a fence that is all of the tail and still open, else empty
        self._part: Block | None = None  # the first part of a long block that the tail's source continues
        self._head = ""  # what the source has to be read with for that
        self._torn = False  # whether a block was cut where it may not be
        self._signs = 0
        self._rest: list[str] = []  # what is shown as it was written

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (*self.final, *self.tail)

    @property
    def tail(self) -> tuple[Block, ...]:
        """The blocks that more text may change."""
        return (*self._open, *_as_written("".join(self._rest)))

    def feed(self, text: str) -> None:
        """Add to the text. Large pieces are read in steps."""
        for start in range(0, len(text), LONGEST_TAIL):
            piece = self._cleaned(text[start : start + LONGEST_TAIL])
            if not self._done and not self._source:
                piece = piece.lstrip(BYTE_ORDER_MARK)
            piece = self._up_to_most_signs(piece)
            self._source += piece
            if not piece:
                continue
            if self._fence and self._fence not in piece:
                self._grow_fence()
            else:
                self._parse_tail()

    def finish(self) -> tuple[Block, ...]:
        """The blocks of the whole text, now that it has ended."""
        text = "".join((*self._done, self._source))
        if self._torn or (len(text) <= LONGEST_TEXT and _DEFINITION.search(text)):
            return parse("".join((text, *self._rest)))
        return self.blocks

    def _cleaned(self, piece: str) -> str:
        """As `clean`, also where `\\r\\n` arrives in two pieces."""
        if self._after_return:
            piece = piece.removeprefix("\n")
        self._after_return = piece.endswith("\r")
        return clean(piece)

    def _up_to_most_signs(self, piece: str) -> str:
        """The part of a piece that is still read as Markdown; the other is kept as the rest."""
        if self._rest:
            self._rest.append(piece)
            return ""
        end = _readable(piece, MOST_SIGNS - self._signs)
        if end < len(piece):
            self._rest.append(piece[end:])
        else:
            self._signs += len(_SIGN.findall(piece))
        return piece[:end]

    def _grow_fence(self) -> None:
        (block,) = self._open
        assert isinstance(block, CodeBlock)
        body = self._source[self._source.index("\n") + 1 :]
        self._open = (CodeBlock(block.language, body.removesuffix("\n"), closed=False),)

    def _parse_tail(self) -> None:
        self._fence = ""
        if len(self._source) > LONGEST_TAIL and "\n" not in self._source:
            self._tear([*([] if self._part is None else [self._part]), Paragraph((Text(self._source),))])
            return
        from desktop.render import long_blocks, reading  # as above

        source = self._head + self._source
        env = {"references": dict(self._references)}
        read = reading.read(source, env, notes=False)
        blocks = [block for _, block in read.blocks]
        if self._part is not None:
            together = long_blocks.joined(self._part, blocks)
            self._torn = self._torn or together is None
            blocks = long_blocks.as_read_whole(together) if together else [self._part, *blocks]
        ahead = len(blocks) - len(read.blocks)  # 1 if the first part is a block by itself
        lines = source.split("\n")
        keep = _first_open(read.blocks, lines)
        self._open = tuple(blocks[keep + ahead :] if keep else blocks)
        open_code = bool(blocks) and isinstance(block := blocks[-1], CodeBlock) and not block.closed
        if keep:
            self.final += blocks[: keep + ahead]
            self._part = None
            start = read.blocks[keep][0] if keep < len(read.blocks) else len(lines)
            self._cut(sum(len(line) + 1 for line in lines[:start]), env["references"], "")
        elif len(self._source) > LONGEST_OPEN and not open_code:
            part = long_blocks.first_part(source, read, self._read_alone) if len(blocks) == 1 else None
            if part is not None and part.end > len(self._head):
                whole = [part.block] if self._part is None else long_blocks.joined(self._part, [part.block])
                self._part = whole[0] if whole else part.block
                self._cut(part.end, env["references"], part.head)
            elif len(self._source) > LONGEST_TAIL:
                self._tear(blocks)
        if open_code and len(self._open) == 1 and (match := _FENCE.match(self._source)):
            self._fence = match[1]

    def _read_alone(self, source: str) -> list[Block]:
        from desktop.render import reading  # as above

        read = reading.read(source, {"references": dict(self._references)}, notes=False)
        return [block for _, block in read.blocks]

    def _tear(self, blocks: list[Block]) -> None:
        """Be done with a tail that is too long to be read again and again, though more text might change it."""
        self.final += blocks
        self._open = ()
        self._part, self._torn = None, True
        self._cut(len(self._head) + len(self._source), {}, "")

    def _cut(self, end: int, references: dict[str, Any], head: str) -> None:
        """Be done with the first `end` characters of what was read and the links defined there. `head` is the next."""
        source = self._head + self._source
        lines = source.count("\n", 0, end)
        for label, reference in references.items():
            if reference["map"][1] <= lines:
                self._references.setdefault(label, {**reference, "map": [0, 0]})
        self._done.append(source[len(self._head) : end])
        self._source, self._head = source[end:], head


_SIGN = re.compile(r"[\n*_`~\[\]<>$&|\\:@#+-]")
_UNREADABLE = re.compile("[\0\2\3\ud800-\udfff]")
_DEFINITION = re.compile(r"^[ >*+\-\d.)]*\[[^\]\n]+\]:", re.MULTILINE)
_FORMULA = re.compile(r" *(?:\$\$|\\\[|\\begin\{)")
_FENCE = re.compile(r"([`~])\1\1.*\n")


def _readable(text: str, signs: int) -> int:
    """Where the part of a text with so many signs ends."""
    beyond = next(islice(_SIGN.finditer(text), signs, None), None)
    return beyond.start() if beyond else len(text)


def _as_written(rest: str) -> tuple[Block, ...]:
    return (CodeBlock("", rest),) if rest else ()


def _first_open(read: list[tuple[int, Block]], lines: list[str]) -> int:
    """The index of the first block that more text may still change.

    All before the last block is final once that one's first line has ended: until then `#` may become `#tag`. A
    comment that is not closed may still swallow all that follows, and a formula what comes before a blank line.
    """
    if len(read) < 2:
        return 0
    keep = len(read) - 1
    if read[keep][0] >= len(lines) - 1:
        keep -= 1
    closed = max((number for number, line in enumerate(lines) if "-->" in line), default=-1)
    blank = max((number for number, line in enumerate(lines[: read[keep][0]]) if not line.strip()), default=-1)
    for index in range(keep):
        if isinstance(read[index][1], CodeBlock):
            continue
        start, end = read[index][0], read[index + 1][0]
        if any(line.lstrip().startswith("<!--") for line in lines[max(start, closed + 1) : end]):
            return index
        if blank < start and any(map(_FORMULA.match, lines[start:end])):
            return index
    return keep
