"""Markdown -> HTML for export, through Python-Markdown with its parser replaced.

Python-Markdown is the pipeline: extensions, tree processors and the serialiser are its own. Its block and inline
parsers are not used, because what models write needs CommonMark: `ChatExtension` sets a parser that builds the
ElementTree from the blocks of `desktop.render.blocks`, the same that the screen is drawn from. So extensions that
parse (`tables`, `fenced_code`, `pymdownx.*`) have no effect here; those that process the tree do.
"""

from collections.abc import Callable, Iterable
from html import escape
from xml.etree.ElementTree import Element, ElementTree

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension

from desktop.i18n import gettext as _
from desktop.render import reasoning
from desktop.render.blocks import Block, parse
from desktop.render.html_tree import TreeWriter


def to_html(text: str, *, ids: str = "") -> str:
    """Complete, safe HTML of what a model wrote, reasoning tags included; no text of the model is passed on as HTML.

    Code is `<pre><code class="language-x">`; formulas are elements with `data-tex`, and `data-display="1"` for display;
    tasks have disabled check boxes; footnotes have marks and notes that lead to each other; alerts are quotes of the
    class `alert`; reasoning is folded into `<details class="reasoning">`. `ids` begins every `id`: a page that holds
    several texts needs one for each.
    """
    thought, answer = reasoning.split(text)
    html = _convert(answer, parse, ids)
    if thought:
        inner = _convert(thought, parse, f"{ids}reasoning-")
        html = f'<details class="reasoning"><summary>{escape(_("Reasoning"))}</summary>\n{inner}\n</details>\n{html}'
    return html


def blocks_to_html(blocks: Iterable[Block], *, ids: str = "") -> str:
    """The same of blocks, such as the part of a text that is selected. A mark whose note is not there is no link."""
    written = tuple(blocks)
    return _convert("blocks", lambda _source: written, ids)


class ChatExtension(Extension):
    """Replaces the parser, and takes out the steps that belong to the old one. `read` makes blocks of a source."""

    def __init__(self, read: Callable[[str], tuple[Block, ...]] = parse, ids: str = "") -> None:
        super().__init__()
        self._read, self._ids = read, ids

    def extendMarkdown(self, md: Markdown) -> None:
        md.parser = _Parser(md, self._read, self._ids)
        for name in ("normalize_whitespace", "html_block"):
            md.preprocessors.deregister(name)
        for name in ("inline", "prettify", "unescape"):
            md.treeprocessors.deregister(name)


class _Parser(BlockParser):
    def __init__(self, md: Markdown, read: Callable[[str], tuple[Block, ...]], ids: str) -> None:
        super().__init__(md)
        self._read, self._ids = read, ids

    def parseDocument(self, lines: Iterable[str]) -> "ElementTree[Element | None]":
        self.root = Element(self.md.doc_tag)
        TreeWriter(self._ids).write(self.root, self._read("\n".join(lines)))
        return ElementTree(self.root)


def _convert(source: str, read: Callable[[str], tuple[Block, ...]], ids: str) -> str:
    return Markdown(extensions=[ChatExtension(read, ids)]).convert(source)
