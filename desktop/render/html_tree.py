"""Blocks -> an ElementTree of HTML for export. Every text and address in it is escaped and harmless."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import assert_never
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AMP_SUBSTITUTE

from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.render import addresses
from desktop.render import blocks as b

_ALERTS = {
    b.Alert.NOTE: N_("Note"),
    b.Alert.TIP: N_("Tip"),
    b.Alert.IMPORTANT: N_("Important"),
    b.Alert.WARNING: N_("Warning"),
    b.Alert.CAUTION: N_("Caution"),
}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SCRIPT = re.compile(r"[^/?#]*(?:script|data|file):", re.IGNORECASE)  # even where no browser would read it so
_INVISIBLE = re.compile(r"[\0-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp)[;,]", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\0-\x08\x0b\x0e-\x1f]")


class TreeWriter:
    """Writes blocks into an element. `ids` begins every `id`, so that a page may hold several texts."""

    def __init__(self, ids: str) -> None:
        self._ids = ids
        self._has_notes = False
        self._marks: Counter[int] = Counter()  # how often each footnote has been referred to so far

    def write(self, parent: Element, blocks: tuple[b.Block, ...]) -> None:
        self._has_notes = any(isinstance(block, b.Notes) for block in blocks)
        self._fill(parent, blocks)

    def _fill(self, parent: Element, blocks: Iterable[b.Block], *, tight: bool = False) -> None:
        for block in blocks:
            self._block(parent, block, tight=tight)
            if len(parent):
                parent[-1].tail = (parent[-1].tail or "") + "\n"

    def _block(self, parent: Element, block: b.Block, *, tight: bool) -> None:
        match block:
            case b.Paragraph(content):
                self._inlines(parent if tight else _add(parent, "p"), content)
            case b.Heading(level, content):
                self._inlines(_add(parent, f"h{level}"), content)
            case b.CodeBlock(language, text):
                attributes = {"class": f"language-{_text(language)}"} if language else {}
                _add(_add(parent, "pre"), "code", attributes).text = _text(text + "\n" if text else "")
            case b.Formula(tex):
                _add(parent, "div", {"class": "math", "data-tex": _text(tex), "data-display": "1"}).text = _text(tex)
            case b.Rule():
                _add(parent, "hr")
            case b.Quote(inner, alert):
                quote = _add(parent, "blockquote", {"class": f"alert alert-{alert}"} if alert else {})
                if alert:
                    _add(quote, "p", {"class": "alert-title"}).text = _text(_(_ALERTS[alert]))
                self._fill(quote, inner)
            case b.List():
                self._list(parent, block)
            case b.Table():
                self._table(parent, block)
            case b.Details(summary, inner, reasoning):
                details = _add(parent, "details", {"class": "reasoning"} if reasoning else {})
                self._inlines(_add(details, "summary"), summary or (b.Text(_("Details")),))
                self._fill(details, inner)
            case b.Notes(notes):
                self._notes(parent, notes)
            case _:
                assert_never(block)

    def _list(self, parent: Element, block: b.List) -> None:
        tag = "ul" if block.start is None else "ol"
        element = _add(parent, tag, {} if block.start in (None, 1) else {"start": str(block.start)})
        for item in block.items:
            li = _add(element, "li", {"class": "task"} if item.checked is not None else {})
            if item.checked is not None:
                box = {"type": "checkbox", "disabled": "disabled"} | ({"checked": "checked"} if item.checked else {})
                _add(li, "input", box).tail = " "
            self._fill(li, item.blocks, tight=block.tight)
            li.tail = "\n"

    def _table(self, parent: Element, block: b.Table) -> None:
        table = _add(parent, "table")
        for name, cell_name, rows in (("thead", "th", (block.head,)), ("tbody", "td", block.rows)):
            if not rows:
                continue
            part = _add(table, name)
            for row in rows:
                tr = _add(part, "tr")
                for cell, align in zip(row, block.align, strict=True):
                    self._inlines(_add(tr, cell_name, {"style": f"text-align: {align}"} if align else {}), cell)

    def _notes(self, parent: Element, notes: tuple[tuple[b.Block, ...], ...]) -> None:
        section = _add(_add(parent, "section", {"class": "footnotes"}), "ol")
        for number, blocks in enumerate(notes, 1):
            note = _add(section, "li", {"id": f"{self._ids}note-{number}"})
            self._fill(note, blocks)
            last = note[-1] if len(note) and note[-1].tag == "p" else note
            for turn in range(1, self._marks[number] + 1):
                _append(last, " ")
                back = {"href": f"#{self._mark_id(number, turn)}", "aria-label": _("Back to the text")}
                _add(last, "a", {"class": "footnote-back"} | back).text = "↩"

    def _mark_id(self, number: int, turn: int) -> str:
        return f"{self._ids}ref-{number}" + (f"-{turn}" if turn > 1 else "")

    def _inlines(self, parent: Element, content: Iterable[b.Inline], *, linked: bool = False) -> None:
        """`linked` inside a link, where HTML allows no other."""
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
                    self._note_mark(parent, number, linked=linked)
                case b.Image():
                    _image(parent, inline)
                case b.Styled(style, children):
                    self._inlines(_add(parent, style.value), children, linked=linked)
                case b.Link(children=children) if linked:
                    self._inlines(parent, children, linked=True)
                case b.Link():
                    self._link(parent, inline)
                case _:
                    assert_never(inline)

    def _note_mark(self, parent: Element, number: int, *, linked: bool) -> None:
        if linked or not self._has_notes:
            _add(parent, "sup", {"class": "footnote"}).text = str(number)
            return
        self._marks[number] += 1
        mark = _add(parent, "sup", {"class": "footnote", "id": self._mark_id(number, self._marks[number])})
        _add(mark, "a", {"href": f"#{self._ids}note-{number}"}).text = str(number)

    def _link(self, parent: Element, link: b.Link) -> None:
        """A link whose words name another place than it leads to, or that leads nowhere safe, says its target."""
        url, words = _safe(link.url), words_of(link.children)
        named = {"title": _text(link.title)} if link.title else {}
        if url is None:
            self._inlines(parent, link.children)
            if words != link.url:
                _append(parent, f" ({link.url})")
        elif addresses.disagrees(url, words):
            self._inlines(_add(_add(parent, "bdi"), "a", {"href": _text(url)} | named), link.children, linked=True)
            _append(parent, f" ({addresses.target(url)})")
        else:
            self._inlines(_add(parent, "a", {"href": _text(url)} | named), link.children, linked=True)


def words_of(content: Iterable[b.Inline]) -> str:
    """What can be read of inline content, without its looks."""
    words = ""
    for inline in content:
        match inline:
            case b.Text(text) | b.Code(text) | b.InlineFormula(text):
                words += text
            case b.Break():
                words += "\n"
            case b.Image(alt=alt):
                words += alt
            case b.Styled(children=children) | b.Link(children=children):
                words += words_of(children)
            case b.NoteMark(number):
                words += str(number)
            case _:
                assert_never(inline)
    return words


def _image(parent: Element, image: b.Image) -> None:
    url = image.url if _PICTURE.match(image.url) else _safe(image.url)
    if url is None or url.lower().startswith("mailto:"):
        _append(parent, image.alt or image.url)
        return
    named = {"title": _text(image.title)} if image.title else {}
    _add(parent, "img", {"src": _text(url), "alt": _text(image.alt)} | named)


def _safe(url: str) -> str | None:
    """The address of a web page or mailbox, or within the page's own site; None for any other.

    Browsers overlook white space and controls in a scheme, and take `//host` for the scheme of the page itself, which
    in a file is `file:`.
    """
    visible = _INVISIBLE.sub("", url)
    if _SCRIPT.match(unquote(visible)):
        return None
    if not (scheme := _SCHEME.match(visible)):
        return f"https:{url}" if url.startswith("//") else url
    return url if scheme[0].lower() in ("http:", "https:", "mailto:") else None


def _add(parent: Element, tag: str, attributes: dict[str, str] | None = None) -> Element:
    return SubElement(parent, tag, attributes or {})


def _append(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + _text(text)
    else:
        parent.text = (parent.text or "") + _text(text)


def _text(text: str) -> str:
    """The serialiser leaves `&name;` as it is, so that every ampersand is written as its mark for one."""
    text = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text.replace("&", f"{AMP_SUBSTITUTE}amp;")
