"""Blocks as plain text that reads well anywhere: what is put on the clipboard beside Markdown and HTML."""

from collections.abc import Iterable
from typing import assert_never

from desktop.render import blocks as b
from desktop.render.inline_text import copied
from desktop.render.table_text import to_tsv


def to_text(blocks: Iterable[b.Block]) -> str:
    """The text without a newline at its end.

    Lists have dashes, numbers or task boxes and are indented; code stands to the letter, never indented; tables are
    tab-separated; formulas are TeX between their signs; of links and pictures the words are left.
    """
    writer = _Writer()
    writer.blocks(blocks, "", gap=True)
    return "\n".join(writer.lines)


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._marker = ""  # what the next line begins with in the place of its indent

    def blocks(self, blocks: Iterable[b.Block], indent: str, *, gap: bool) -> None:
        """Write blocks; with a `gap` empty lines stand between them."""
        for number, block in enumerate(blocks):
            if number and gap:
                self._write("", indent)
            self._block(block, indent)

    def _block(self, block: b.Block, indent: str) -> None:
        match block:
            case b.Paragraph(content) | b.Heading(content=content):
                self._write(copied(content), indent)
            case b.CodeBlock(text=text):
                if self._marker:
                    self._write("", indent)
                self.lines += text.split("\n")
            case b.Formula(tex):
                self._write(f"$$\n{tex}\n$$" if "\n" in tex else f"$${tex}$$", indent)
            case b.Rule():
                self._write("---", indent)
            case b.Table():
                self._write(to_tsv(block), indent)
            case b.Quote(inner, alert):
                self._marker = self._marker and self._marker + "> "
                if alert:
                    self._write(f"[!{alert.name}]", indent + "> ")
                self.blocks(inner, indent + "> ", gap=True)
            case b.List(items, start, tight):
                for number, item in enumerate(items):
                    self._item(item, "- " if start is None else f"{start + number}. ", indent, gap=not tight)
                    if not tight and number < len(items) - 1:
                        self._write("", indent)
            case b.Details(summary, inner):
                self.blocks((b.Paragraph(summary), *inner), indent, gap=True)
            case b.Notes(notes):
                for number, note in enumerate(notes, 1):
                    self._item(b.Item(note), f"[{number}] ", indent, gap=True)
            case _:
                assert_never(block)

    def _item(self, item: b.Item, marker: str, indent: str, *, gap: bool) -> None:
        box = "" if item.checked is None else "[x] " if item.checked else "[ ] "
        self._marker = (self._marker or indent) + marker + box
        self.blocks(item.blocks, indent + " " * len(marker), gap=gap)
        if self._marker:
            self._write("", indent)

    def _write(self, text: str, indent: str) -> None:
        for line in text.split("\n"):
            before = self._marker or indent
            self.lines.append(before + line if line else before.rstrip(" "))
            self._marker = ""
