"""Markdown -> HTML for export, through Python-Markdown with its parser replaced.

Python-Markdown is the pipeline: extensions, tree processors and the serialiser are its own. Its block and inline
parsers are not used, because what models write needs CommonMark: `ChatExtension` sets a parser that builds the
ElementTree from the blocks of `desktop.render.blocks`, the same that the screen is drawn from. So extensions that
parse (`tables`, `fenced_code`, `pymdownx.*`) have no effect here; those that process the tree do.
"""

from collections.abc import Iterable
from typing import Any, assert_never
from xml.etree.ElementTree import Element, ElementTree, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.util import AMP_SUBSTITUTE

from desktop.render import blocks as b
from desktop.render import reasoning

_SAFE_SCHEMES = ("http:", "https:", "mailto:")


def to_html(text: str) -> str:
    """Complete, safe HTML of what a model wrote, reasoning tags included; no text of the model is passed on as HTML.

    Code is `<pre><code class="language-x">`; formulas are elements with `data-tex`, and `data-display="1"` for display;
    tasks have disabled check boxes; reasoning is folded into `<details class="reasoning">`.
    """
    thought, answer = reasoning.split(text)
    html = _convert(answer)
    if thought:
        html = f'<details class="reasoning"><summary>Reasoning</summary>\n{_convert(thought)}\n</details>\n{html}'
    return html


class ChatExtension(Extension):
    """Replaces the parser, and takes out the steps that belong to the old one."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.parser = _Parser(md)
        for name in ("normalize_whitespace", "html_block"):
            md.preprocessors.deregister(name)
        for name in ("inline", "prettify", "unescape"):
            md.treeprocessors.deregister(name)


class _Parser(BlockParser):
    def parseDocument(self, lines: Iterable[str]) -> "ElementTree[Element | None]":
        self.root = Element(self.md.doc_tag)
        _fill(self.root, b.parse("\n".join(lines)))
        return ElementTree(self.root)


def _convert(text: str) -> str:
    return Markdown(extensions=[ChatExtension()]).convert(text)


def _fill(parent: Element, blocks: Iterable[b.Block], *, tight: bool = False) -> None:
    for block in blocks:
        _block(parent, block, tight=tight)
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + "\n"


def _block(parent: Element, block: b.Block, *, tight: bool) -> None:
    match block:
        case b.Paragraph(content):
            if tight:
                _inlines(parent, content)
            else:
                _inlines(_add(parent, "p"), content)
        case b.Heading(level, content):
            _inlines(_add(parent, f"h{level}"), content)
        case b.CodeBlock(language, text):
            attributes = {"class": f"language-{_text(language)}"} if language else {}
            _add(_add(parent, "pre"), "code", attributes).text = _text(text + "\n" if text else "")
        case b.Formula(tex):
            _add(parent, "div", {"class": "math", "data-tex": _text(tex), "data-display": "1"}).text = _text(tex)
        case b.Rule():
            _add(parent, "hr")
        case b.Quote(inner):
            _fill(_add(parent, "blockquote"), inner)
        case b.List():
            _list(parent, block)
        case b.Table():
            _table(parent, block)
        case b.Details(summary, inner):
            details = _add(parent, "details")
            _inlines(_add(details, "summary"), summary)
            _fill(details, inner)
        case b.Notes(notes):
            _notes(parent, notes)
        case _:
            assert_never(block)


def _list(parent: Element, block: b.List) -> None:
    tag = "ul" if block.start is None else "ol"
    start = {} if block.start in (None, 1) else {"start": str(block.start)}
    element = _add(parent, tag, start)
    for item in block.items:
        li = _add(element, "li", {"class": "task"} if item.checked is not None else {})
        if item.checked is not None:
            box = {"type": "checkbox", "disabled": "disabled"} | ({"checked": "checked"} if item.checked else {})
            _add(li, "input", box).tail = " "
        _fill(li, item.blocks, tight=block.tight)
        li.tail = "\n"


def _table(parent: Element, block: b.Table) -> None:
    table = _add(parent, "table")
    for name, cell_name, rows in (("thead", "th", (block.head,)), ("tbody", "td", block.rows)):
        if not rows:
            continue
        part = _add(table, name)
        for row in rows:
            tr = _add(part, "tr")
            for cell, align in zip(row, block.align, strict=True):
                _inlines(_add(tr, cell_name, {"style": f"text-align: {align}"} if align else {}), cell)


def _notes(parent: Element, notes: tuple[tuple[b.Block, ...], ...]) -> None:
    section = _add(_add(parent, "section", {"class": "footnotes"}), "ol")
    for number, blocks in enumerate(notes, 1):
        _fill(_add(section, "li", {"id": f"note-{number}"}), blocks)


def _inlines(parent: Element, content: Iterable[b.Inline]) -> None:
    for inline in content:
        match inline:
            case b.Text(text):
                _append(parent, text)
            case b.Code(text):
                _add(parent, "code").text = _text(text)
            case b.Break(hard):
                if hard:
                    _add(parent, "br")
                _append(parent, "\n")
            case b.InlineFormula(tex, display):
                shown = {"data-display": "1"} if display else {}
                _add(parent, "span", {"class": "math", "data-tex": _text(tex)} | shown).text = _text(tex)
            case b.NoteMark(number):
                mark = _add(parent, "sup", {"class": "footnote"})
                _add(mark, "a", {"href": f"#note-{number}"}).text = str(number)
            case b.Image(url, alt, title):
                named = {"title": _text(title)} if title else {}
                if _is_safe(url):
                    _add(parent, "img", {"src": _text(url), "alt": _text(alt)} | named)
                else:
                    _append(parent, alt or url)
            case b.Styled(style, children):
                _inlines(_add(parent, style.value), children)
            case b.Link(url, children, title):
                named = {"title": _text(title)} if title else {}
                _inlines(_add(parent, "a", ({"href": _text(url)} if _is_safe(url) else {}) | named), children)
            case _:
                assert_never(inline)


def _is_safe(url: str) -> bool:
    """Web, e-mail, or a place without a scheme; a colon behind the path's first part is no scheme."""
    lowered = url.strip().lower()
    first = lowered.split("/")[0].split("?")[0].split("#")[0]
    return lowered.startswith(_SAFE_SCHEMES) or ":" not in first


def _add(parent: Element, tag: str, attributes: dict[str, Any] | None = None) -> Element:
    return SubElement(parent, tag, attributes or {})


def _append(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + _text(text)
    else:
        parent.text = (parent.text or "") + _text(text)


def _text(text: str) -> str:
    """The serialiser leaves `&name;` as it is, so that every ampersand is written as its mark for one."""
    return text.replace("&", f"{AMP_SUBSTITUTE}amp;")
