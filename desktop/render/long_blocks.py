"""A block that grows without an end is read in parts, so that only its last part has to be read again.

A list is parted before an item, a table before a row, a paragraph where nothing is open that later text could close.
The parts join to what reading all of it at once gives.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from desktop.render.blocks import Block, Break, Code, Heading, Inline, Link, List, Paragraph, Styled, Table, Text
from desktop.render.reading import MOST_MISSING_CELLS, Read
from desktop.render.soft_breaks import without_spaces

_STARTS_TEXT = re.compile(r"[^\W\d_]")  # begins no block but a paragraph
_MARKER = re.compile(r" *(?:[-+*]|\d+[.)])")
_COMMENT = re.compile(r"^[ \t]*<!--", re.MULTILINE)
_FORMULA = re.compile(r"^[ \t]*(?:\$\$|\\\[|\\begin\{)", re.MULTILINE)
_MAY_OPEN = re.compile(r"[*_~\[\]$`]")  # in text, a sign that later text may yet give a meaning
_MOST_EMPTY_CELLS = MOST_MISSING_CELLS - 4_000  # of a part of a table


@dataclass(frozen=True, slots=True)
class Part:
    """The first part of a block. The other begins at `end` in the source and is read with `head` before it.

    Of a table `head` is its head; of a list it is an item that `joined` leaves out.
    """

    block: Block
    end: int
    head: str = ""


def first_part(source: str, read: Read, read_alone: Callable[[str], list[Block]]) -> Part | None:
    """The part that can be set aside of the one block that was read from a source; None if there is none."""
    lines = source.split("\n")
    start, block = read.blocks[0]
    part = None
    match block:
        case List():
            part = _of_list(lines, start, block, read.items, read_alone)
        case Table():
            part = _of_table(lines, start, block)
        case Paragraph():
            part = _of_paragraph(lines, start, read_alone)
    return None if part is None or _may_turn(source[: part.end]) else part


def _may_turn(source: str) -> bool:
    """Whether a comment, or a formula since the last blank line, begins there that only lacks its end."""
    return bool(_COMMENT.search(source) or _FORMULA.search(source, source.rfind("\n\n") + 1))


def joined(first: Block, rest: list[Block]) -> list[Block] | None:
    """Both parts as what they are together; None if they turn out not to belong together."""
    if not rest:
        return [first]
    second = rest[0]
    match first, second:
        case List(), List():
            return [List(first.items + second.items[1:], first.start, first.tight and second.tight), *rest[1:]]
        case Table(), Table():
            return [Table(first.align, first.head, first.rows + second.rows), *rest[1:]]
        case Paragraph(), Paragraph():
            return [Paragraph(_inlines_joined(first.content, second.content)), *rest[1:]]
        case Paragraph(), Heading():
            return [Heading(second.level, _inlines_joined(first.content, second.content)), *rest[1:]]
        case Paragraph((*content, Break())), _:
            return [Paragraph(tuple(content)), *rest]
        case _:
            return None


def as_read_whole(blocks: list[Block]) -> list[Block]:
    """What has been joined, as it is when it is read at once: there no list is loose that has no paragraph."""
    match blocks:
        case [List(items, start, False), *rest] if not any(
            isinstance(child, Paragraph) for item in items for child in item.blocks
        ):
            return [List(items, start), *rest]
    return blocks


def _of_list(
    lines: list[str], start: int, block: List, items: list[int], read_alone: Callable[[str], list[Block]]
) -> Part | None:
    for index in range(len(items) - 1, 0, -1):
        line = items[index]
        if line >= len(lines) - 1 or "|" in lines[line]:  # not ended, or alone it may be the head of a table
            continue
        marker = _MARKER.match(lines[line])
        assert marker
        head = f"{marker[0]} x\n"  # an item with a paragraph: only by one does a list show whether it is tight
        if block.tight and any(isinstance(child, Paragraph) for item in block.items for child in item.blocks):
            return Part(List(block.items[:index], block.start), _end(lines, line), head)
        match read_alone("\n".join((*lines[start:line], head))):
            case [List() as so_far] if len(so_far.items) == index + 1:
                return Part(List(so_far.items[:-1], block.start, so_far.tight), _end(lines, line), head)
        return None
    return None


def _of_table(lines: list[str], start: int, block: Table) -> Part | None:
    line = len(lines) - 1
    rows = block.rows[: line - start - 2]
    if not rows or len(rows) < line - start - 2 or sum(not cell for row in rows for cell in row) > _MOST_EMPTY_CELLS:
        return None
    return Part(Table(block.align, block.head, rows), _end(lines, line), "\n".join(lines[start : start + 2]) + "\n")


def _of_paragraph(lines: list[str], start: int, read_alone: Callable[[str], list[Block]]) -> Part | None:
    for line in range(len(lines) - 1, start, -1):
        before = lines[line - 1]
        if _STARTS_TEXT.match(lines[line]) and not before[-1:].isspace() and not before.endswith("\\"):
            content = _closed("\n".join(lines[start:line]), read_alone)
            return Part(Paragraph((*content, Break(hard=False))), _end(lines, line)) if content else None
    text = lines[start]
    at = text.rfind(" ", 0, len(text) - 1)
    if (
        len(lines) > start + 1
        or at <= 0
        or "|" in text
        or text[at - 1].isspace()
        or not _STARTS_TEXT.match(text, at + 1)
    ):
        return None
    content = _closed(text[:at], read_alone)
    return Part(Paragraph(_inlines_joined(content, (Text(" "),))), _end(lines, start) + at + 1) if content else None


def _closed(source: str, read_alone: Callable[[str], list[Block]]) -> tuple[Inline, ...]:
    """The content of a paragraph's beginning, empty if it has anything open."""
    if "<" in source or "\\" in source:
        return ()
    match read_alone(source):
        case [Paragraph(content)] if not any(map(_is_open, content)):
            return content
    return ()


def _is_open(inline: Inline) -> bool:
    match inline:
        case Text(text):
            return _MAY_OPEN.search(text) is not None
        case Styled(children=children) | Link(children=children):
            return any(map(_is_open, children))
        case _:
            return not isinstance(inline, Code | Break)


def _inlines_joined(first: tuple[Inline, ...], second: tuple[Inline, ...]) -> tuple[Inline, ...]:
    match first, second:
        case (*before, Text(a)), (Text(b), *after):
            return (*before, Text(a + b), *after)
        case (*before, last, Break(hard=False) as ended), (begun, *after):
            return (*before, *without_spaces((last, ended, begun)), *after)
    return first + second


def _end(lines: list[str], line: int) -> int:
    return sum(len(text) + 1 for text in lines[:line])
