"""Part of a text: its blocks between two places, as a selection cuts them out.

A place is a leaf and an offset in it, `(3, 12)`. Leaves are what is drawn one under another: paragraphs, headings,
code, tables, formulas and rules, without the lists and quotes they stand in. Offsets count code points of `texts`.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from desktop.render import blocks as b
from desktop.render.inline_text import LINE_END, OBJECT, counted

Place = tuple[int, int]
Leaf = b.Paragraph | b.Heading | b.CodeBlock | b.Formula | b.Rule | b.Table


def leaves(blocks: Iterable[b.Block]) -> Iterator[Leaf]:
    """The blocks that hold text themselves, in reading order, what is folded too.

    An item without anything is an empty paragraph, the summary of a `Details` a paragraph, and a rule stands above
    footnotes.
    """
    for block in blocks:
        match block:
            case b.Quote(inner):
                yield from leaves(inner)
            case b.List(items):
                for item in items:
                    yield from leaves(item.blocks or (b.Paragraph(()),))
            case b.Details(summary, inner):
                yield b.Paragraph(summary)
                yield from leaves(inner)
            case b.Notes(notes):
                yield b.Rule()
                for note in notes:
                    yield from leaves(note or (b.Paragraph(()),))
            case _:
                yield block


def texts(blocks: Iterable[b.Block]) -> list[str]:
    """The plain text of each leaf, the same that the screen counts in.

    A formula is `OBJECT`, and so is a picture alone in its paragraph; tabs stand between cells, `\\n` between rows.
    """
    return list(map(text_of, leaves(blocks)))


def text_of(leaf: Leaf) -> str:
    """The plain text of one leaf."""
    match leaf:
        case b.Paragraph((b.Image(),)):
            return OBJECT
        case b.Paragraph(content) | b.Heading(content=content):
            return counted(content).replace(LINE_END, "\n")
        case b.CodeBlock(text=text):
            return text
        case b.Formula():
            return OBJECT
        case b.Rule():
            return ""
        case b.Table(head=head, rows=rows):
            return "\n".join("\t".join(map(counted, row)) for row in (head, *rows))
        case _:
            assert_never(leaf)


def clip(blocks: Iterable[b.Block], start: Place | None, end: Place | None) -> tuple[b.Block, ...]:
    """The blocks between two places; None is the text's beginning or end.

    What is within one leaf stands alone, without the list or quote around it: a part of a heading or cell is a
    paragraph, a part of a line of code is inline code. Otherwise lists, quotes and styles stay around what is left in
    them, lists keep their numbers, and tables the cells that are touched.
    """
    blocks = tuple(blocks)
    if start is None and end is None:
        return blocks
    whole = list(leaves(blocks))
    first, last = start or (0, 0), end or (len(whole) - 1, sys.maxsize)
    if first >= last or first[0] >= len(whole):
        return ()
    if first[0] != last[0]:
        return _Clip(first, last).blocks(blocks)
    return _part_alone(whole[first[0]], first[1], last[1])


def _part_alone(leaf: Leaf, start: int, end: int) -> tuple[b.Block, ...]:
    text = text_of(leaf)
    if start >= min(end, len(text)):
        return ()
    if start <= 0 and end >= len(text):
        return (leaf,)
    part = _part(leaf, start, end)
    match part:
        case b.Heading(content=content):
            return (b.Paragraph(content),)
        case b.CodeBlock(text=text) if "\n" not in text:
            return (b.Paragraph((b.Code(text),)),)
    return (part,)


class _Clip:
    """Walks blocks as `leaves` does, counting."""

    def __init__(self, start: Place, end: Place) -> None:
        self._start = start
        self._end = end
        self._at = 0

    def blocks(self, blocks: Iterable[b.Block]) -> tuple[b.Block, ...]:
        return tuple(part for block in blocks for part in self._block(block))

    def _block(self, block: b.Block) -> tuple[b.Block, ...]:
        match block:
            case b.Quote(inner, alert):
                kept = self.blocks(inner)
                return (b.Quote(kept, alert),) if kept else ()
            case b.List(items, start, tight):
                first, found = self._items(items)
                number = None if start is None else start + first
                return (b.List(found, number, tight),) if found else ()
            case b.Details(summary, inner):
                title, kept = self._leaf(b.Paragraph(summary)), self.blocks(inner)
                match title:
                    case (b.Paragraph(content),):
                        return (replace(block, summary=content, blocks=kept),)
                return kept
            case b.Notes(notes):
                rule = self._leaf(b.Rule())
                first, found = self._items(b.Item(note) for note in notes)
                if found and first == 0:
                    return (b.Notes(tuple(item.blocks for item in found)),)
                return (*rule, b.List(found, 1 + first)) if found else rule
            case _:
                return self._leaf(block)

    def _items(self, items: Iterable[b.Item]) -> tuple[int, tuple[b.Item, ...]]:
        """What is left of items, and how many are gone before the first of them."""
        found: list[b.Item] = []
        skipped = 0
        for item in items:
            kept = self.blocks(item.blocks)
            if kept or (not item.blocks and self._leaf(b.Paragraph(()))):
                found.append(b.Item(kept, item.checked))
            elif not found:
                skipped += 1
        return skipped, tuple(found)

    def _leaf(self, leaf: Leaf) -> tuple[b.Block, ...]:
        at = self._at
        self._at += 1
        if not self._start[0] <= at <= self._end[0]:
            return ()
        if self._start[0] < at < self._end[0]:
            return (leaf,)
        length = len(text_of(leaf))
        start = self._start[1] if at == self._start[0] else 0
        end = self._end[1] if at == self._end[0] else length
        if start >= min(end, length):
            return () if length else (leaf,)
        return (_part(leaf, start, end),)


def _part(leaf: Leaf, start: int, end: int) -> b.Block:
    match leaf:
        case b.Paragraph((b.Image(),)):
            return leaf
        case b.Paragraph(content):
            return b.Paragraph(_inlines(content, start, end))
        case b.Heading(level, content):
            return b.Heading(level, _inlines(content, start, end))
        case b.CodeBlock(language, text):
            return b.CodeBlock(language, text[start:end])
        case b.Table():
            return _table(leaf, start, end)
        case b.Formula() | b.Rule():
            return leaf
        case _:
            assert_never(leaf)


def _table(table: b.Table, start: int, end: int) -> b.Block:
    """The touched cells: one is a paragraph, more are a table without the rows and columns that have none.

    Without the head its cells are empty: Markdown has no table without one.
    """
    rows: list[list[b.Cell | None]] = []
    at = 0
    for row in (table.head, *table.rows):
        rows.append([])
        for cell in row:
            length = len(counted(cell))
            touched = max(start, at) < min(end, at + length) or (not length and start <= at < end)
            rows[-1].append(_inlines(cell, start - at, end - at) if touched else None)
            at += length + 1
    parts = [cell for row in rows for cell in row if cell is not None]
    if len(parts) < 2:
        return b.Paragraph(parts[0] if parts else ())
    columns = [n for n in range(len(table.align)) if any(row[n] is not None for row in rows)]

    def left(row: list[b.Cell | None]) -> tuple[b.Cell, ...]:
        return tuple(row[n] or () for n in columns)

    body = tuple(left(row) for row in rows[1:] if any(cell is not None for cell in row))
    return b.Table(tuple(table.align[n] for n in columns), left(rows[0]), body)


def _inlines(content: tuple[b.Inline, ...], start: int, end: int) -> tuple[b.Inline, ...]:
    """What lies between two offsets. A picture or a footnote's mark is never divided."""
    found: list[b.Inline] = []
    at = 0
    for inline in content:
        length = len(counted((inline,)))
        first, last = max(start - at, 0), min(end - at, length)
        at += length
        if first >= last:
            continue
        match inline:
            case b.Text(text):
                found.append(b.Text(text[first:last]))
            case b.Code(text):
                found.append(b.Code(text[first:last]))
            case b.Styled(style, children):
                found.append(b.Styled(style, _inlines(children, first, last)))
            case b.Link(url, children, title):
                found.append(b.Link(url, _inlines(children, first, last), title))
            case _:
                found.append(inline)
    return tuple(found)
