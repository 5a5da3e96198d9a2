"""The examples of the specifications, and what HTML they are by their elements alone."""

import json
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from desktop.render.markdown import to_html

SHOWN = "HTML that is no element of text is shown as it is written"
DROPPED = "layout tags are dropped, and what is between them is Markdown"
MEANT = "an element of text is part of a paragraph, whose Markdown is read"
HIDDEN = "comments are hidden"
BARE = "bare addresses are links"
SCHEME = "only web and e-mail addresses are links"

EXCEPTIONS: dict[str, dict[int, str]] = {
    "commonmark": {
        number: reason
        for reason, numbers in {
            SHOWN: (
                *(
                    21,
                    31,
                    148,
                    150,
                    156,
                    157,
                    158,
                    163,
                    165,
                    167,
                    169,
                    170,
                    171,
                    172,
                    173,
                    176,
                    178,
                    180,
                    181,
                    182,
                    187,
                ),
                *(201, 344, 475, 476, 477, 491, 494, 524, 536, 613, 614, 615, 616, 617, 623, 627, 628, 629, 630, 631),
                *(642, 643),
            ),
            DROPPED: (*(149, 151, 152, 153, 154, 155, 159, 160, 161, 174, 175, 184, 185, 186, 188, 189, 190, 191),),
            MEANT: (162, 164, 166),
            HIDDEN: (177, 626),
            BARE: (602, 608, 611, 612),
            SCHEME: (596, 598, 599, 601),
        }.items()
        for number in numbers
    },
    "gfm": {628: SCHEME},  # ftp:
}
"""By specification, the numbers of the examples that read otherwise on purpose, and why."""


class Example(NamedTuple):
    number: int
    section: str
    markdown: str
    html: str


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)


@cache
def examples(name: str) -> tuple[Example, ...]:
    """Those of `commonmark` (0.31.2) or of the extensions of `gfm` (0.29)."""
    stored = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
    return tuple(Example(*example) for example in stored["examples"])


def passes(example: Example) -> bool:
    return dom(to_html(example.markdown)) == dom(example.html)


def dom(html: str) -> Element:
    """Elements, text and what attributes mean.

    Left out: white space between blocks, order of attributes, `class` but of code, quotes and details, `id`, how an
    alignment and a set attribute are spelt, what is percent-encoded, and that `<del>` is `<s>` here.
    """
    builder = _Builder()
    builder.feed(html)
    builder.close()
    _trim(builder.root)
    return builder.root


_VOID = frozenset(("br", "hr", "img", "input"))
_BLOCKS = frozenset(
    (
        *("blockquote", "body", "details", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"),
        *("section", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    )
)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("body", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element("s" if tag == "del" else tag, _attributes(tag, attrs))
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        tag = "s" if tag == "del" else tag
        if any(element.tag == tag for element in self._open[1:]):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        children = self._open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)


def _attributes(tag: str, attrs: list[tuple[str, str | None]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in attrs:
        value = value or ""
        match name:
            case "class" if tag in ("blockquote", "code", "details"):
                found[name] = value
            case "class" | "id":
                pass
            case "style":
                found["align"] = value.removeprefix("text-align:").strip()
            case "href" | "src":
                found[name] = quote(unquote(value))
            case "checked" | "disabled":
                found[name] = "set"
            case _:
                found[name] = value
    return found


def _trim(element: Element) -> None:
    """Takes out the white space next to blocks, at any depth."""
    if element.tag == "pre":
        return
    kept: list[Element | str] = []
    children = element.children
    last = len(children) - 1
    for index, child in enumerate(children):
        if isinstance(child, str):
            if _is_block(element if index == 0 else children[index - 1]):
                child = child.lstrip()
            if _is_block(element if index == last else children[index + 1]):
                child = child.rstrip()
            if not child:
                continue
        else:
            _trim(child)
        kept.append(child)
    element.children = kept


def _is_block(node: Element | str) -> bool:
    return isinstance(node, Element) and node.tag in _BLOCKS
