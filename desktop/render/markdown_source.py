"""Blocks -> Markdown that reads back to the same blocks, with no more signs in it than that needs.

The parser is the judge: words are written as they are and read back, and only where they read otherwise are signs
escaped, as few kinds of them as will do. So money, `snake_case` and `Vec<T>` stay as a person writes them.

What Markdown has no form for is written as what looks the same: white space at the edges of bold text stands outside
of it, empty paragraphs are left out, a fence is always closed, a loose list of one paragraph is tight, a heading
below the second level is one line, a display formula alone in its line is a block, and footnotes within footnotes may
be counted anew.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from desktop.render import blocks as b
from desktop.render.inline_source import LOWEST_UNDERLINED, cell, heading, paragraph, summary, trimmed


def to_markdown(blocks: Iterable[b.Block]) -> str:
    """The source, without a newline at its end."""
    return "\n".join(_lines(_tidy(blocks), gap=True))


def _lines(blocks: Iterable[b.Block], *, gap: bool, within: str = "") -> Iterator[str]:
    """The lines of blocks, with an empty one between them if there is a `gap`.

    `within` is the sign of the item or quote whose first block this is.
    """
    above: b.Block | None = None
    second = False  # whether a list has the other kind of marker, to be apart from the one above
    for block in blocks:
        second = _is_like(above, block) and not second
        if above is not None and gap:
            yield ""
        elif above is not None and _runs_on(above, block):
            yield "<!-- -->"
        if block == b.Rule() and (within or not gap):
            yield "___"  # dashes below a line would make a heading of it, and those behind a dash a line across
        else:
            yield from _block(block, within if above is None else "", second=second)
        above = block


def _is_like(above: b.Block | None, block: b.Block) -> bool:
    """Whether both are lists that would become one."""
    match above, block:
        case b.List(start=one), b.List(start=other):
            return (one is None) == (other is None)
    return False


def _runs_on(above: b.Block, block: b.Block) -> bool:
    """Whether a block in the line below would be taken for a part of the one above."""
    match above, block:
        case (b.Paragraph() | b.Table(), b.Paragraph()) | (b.Quote(), b.Quote()):
            return True
        case b.Quote() | b.List(), b.Paragraph() | b.Table():
            return True
        case (b.Paragraph(), b.List(items, start)):
            return start not in (None, 1) or not items[0].blocks
    return False


def _block(block: b.Block, within: str, *, second: bool) -> Iterator[str]:
    match block:
        case b.Paragraph(content):
            yield from paragraph(content, within).split("\n")
        case b.Heading(level, content):
            yield from heading(level, content).split("\n")
        case b.CodeBlock(language, text):
            yield from _code(language, text)
        case b.Formula(tex):
            opening, closing = ("\\[", "\\]") if "$$" in tex else ("$$", "$$")
            yield from (opening, *tex.split("\n"), closing)
        case b.Rule():
            yield "---"
        case b.Table():
            yield from _table(block)
        case b.Quote(inner, alert):
            lines = list(_lines(inner, gap=True, within="" if alert else "> "))
            if alert:
                lines.insert(0, f"[!{alert.name}]")
            yield from _hung("> ", "> ", lines)
        case b.List():
            yield from _list(block, second=second)
        case b.Details(title, inner, reasoning):
            name = "think" if reasoning else "details"
            yield f"<{name}>"
            if title and not reasoning:
                yield f"<summary>{summary(title)}</summary>"
            yield from ("", *_lines(inner, gap=True)) if inner else ()
            if not (reasoning and inner and isinstance(inner[-1], b.Details) and inner[-1].reasoning):
                yield from ("", f"</{name}>")  # reasoning in reasoning ends with the same tag
        case b.Notes(notes):
            for number, note in enumerate(notes, 1):
                yield from _hung(f"[^{number}]: ", "    ", _lines(note, gap=True))
        case _:
            assert_never(block)


def _code(language: str, text: str) -> Iterator[str]:
    sign = "~" if "`" in language else "`"
    longest = max(map(len, re.findall(f"{sign}+", text)), default=0)
    fence = sign * max(3, longest + 1)
    yield fence + language.replace("\\", "\\\\").replace("&", "&amp;")
    if text:
        yield from text.split("\n")
    yield fence


_RULES = {b.Align.NONE: "---", b.Align.LEFT: ":--", b.Align.CENTER: ":-:", b.Align.RIGHT: "--:"}


def _table(table: b.Table) -> Iterator[str]:
    def row(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |"

    yield row(map(cell, table.head))
    yield row(_RULES[align] for align in table.align)
    for cells in table.rows:
        yield row(map(cell, cells))


def _list(block: b.List, *, second: bool) -> Iterator[str]:
    for number, item in enumerate(block.items):
        if number and not block.tight:
            yield ""
        if block.start is None:
            marker = "* " if second else "- "
        else:
            marker = f"{min(block.start + number, _HIGHEST)}{')' if second else '.'} "
        box = "" if item.checked is None else "[x] " if item.checked else "[ ] "
        lines = _lines(item.blocks, gap=not block.tight, within="" if box else "- ")
        yield from _hung(marker + box, " " * len(marker), lines)


_HIGHEST = 999_999_999  # a list's number has nine figures at most, and only the first counts


def _hung(first: str, others: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines behind a sign, the next ones behind another; the sign alone where there is none. None ends in a space."""
    sign = first
    for line in list(lines) or [""]:
        yield sign + line if line else sign.rstrip(" ")
        sign = others


def _tidy(blocks: Iterable[b.Block]) -> tuple[b.Block, ...]:
    """Blocks as Markdown can have them."""
    return tuple(found for block in blocks if (found := _tidied(block)) != b.Paragraph(()))


def _tidied(block: b.Block) -> b.Block:
    match block:
        case b.Paragraph((b.InlineFormula(tex, True),)):
            return b.Formula(tex)
        case b.Paragraph(content):
            return b.Paragraph(trimmed(content))
        case b.Heading(level, content):
            return b.Heading(level, trimmed(content, one_line=level > LOWEST_UNDERLINED))
        case b.Table(align, head, rows):
            first, *others = (tuple(trimmed(words, one_line=True) for words in row) for row in (head, *rows))
            return b.Table(align, first, tuple(others))
        case b.Quote(inner):
            return replace(block, blocks=_tidy(inner))
        case b.List(items):
            return replace(block, items=tuple(replace(item, blocks=_tidy(item.blocks)) for item in items))
        case b.Details(title, inner):
            return replace(block, summary=trimmed(title, one_line=True), blocks=_tidy(inner))
        case b.Notes(notes):
            return b.Notes(tuple(map(_tidy, notes)))
    return block
