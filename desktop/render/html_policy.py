"""What happens to HTML in what a model wrote. Nothing of it is ever passed on as HTML.

A few elements of text become what they mean; layout tags are dropped where they work as such; comments are hidden;
anything else is text, so that `Vec<T>` and `<answer>` keep what is in them and a script is only its letters.
"""

import re
from html import unescape
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from desktop.render import lookahead

_MEANINGS = {
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "s": "s",
    "del": "s",
    "strike": "s",
    "u": "u",
    "ins": "u",
    "sub": "sub",
    "sup": "sup",
    "mark": "mark",
    "kbd": "kbd",
}
_LAYOUT = frozenset(
    (
        *("article", "aside", "big", "caption", "center", "col", "colgroup", "details", "div", "figcaption", "figure"),
        *("font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p", "picture"),
        *("section", "small", "span", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
# Of these, the ones that have a line, and those that have a cell, to themselves.
_LINES = _LAYOUT - {"big", "col", "colgroup", "font", "picture", "small", "span", "td", "th"}
_CELLS = frozenset(("td", "th"))
_BREAKS = ("edge", "softbreak", "hardbreak")
_DEEPEST = 60  # tags within tags; further ones are text
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s[^>]*)?)/?>\Z", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


def comment_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The block rule for a comment on lines of its own. One that is never closed is text."""
    start = state.bMarks[first] + state.tShift[first]
    if state.is_code_block(first) or not state.src.startswith("<!--", start):
        return False
    if lookahead.last(state, "-->") < start:
        return False
    end = state.src.find("-->", start + 4, state.eMarks[last - 1])
    if end < 0:
        return False
    number = first
    while state.eMarks[number] < end:
        number += 1
        if state.sCount[number] < state.blkIndent and not state.isEmpty(number):
            return False
    if state.src[end + 3 : state.eMarks[number]].strip():
        return False
    if not silent:
        state.line = number + 1
    return True


def apply(state: StateCore) -> None:
    """The core rule: no token is HTML after it."""
    for token in state.tokens:
        if token.type == "inline" and token.children and any(c.type == "html_inline" for c in token.children):
            token.children = _tidied(_without_html(token.children, state.md))


def _without_html(tokens: list[Token], md: MarkdownIt) -> list[Token]:
    partners = _partners(tokens, md)
    result: list[Token] = []
    for index, token in enumerate(tokens):
        if token.type != "html_inline":
            result.append(token)
            continue
        tag = _TAG.match(token.content)
        name = tag[2].lower() if tag else ""
        if token.content.startswith("<!--"):
            continue
        if name == "br":
            result.append(Token("hardbreak", "br", 0))
        elif tag and name == "img" and (image := _image(tag[3], md)):
            result.append(image)
        elif tag and index in partners and name == "a":
            url = _address(tag[3], "href", md) if not tag[1] else ""
            result.append(Token("link_close", "a", -1) if tag[1] else Token("link_open", "a", 1, attrs={"href": url}))
        elif tag and index in partners and name in _MEANINGS:
            meaning = _MEANINGS[name]
            result.append(Token(f"{meaning}_close", meaning, -1) if tag[1] else Token(f"{meaning}_open", meaning, 1))
        elif name in _LAYOUT and (index in partners or _alone(tokens, index)):
            if name in _LINES:
                result.append(Token("edge", "", 0))
            elif name in _CELLS:
                result.append(Token("text", "", 0, content=" " if result else ""))
        else:
            result.append(Token("text", "", 0, content=token.content))
    return result


def _tidied(tokens: list[Token]) -> list[Token]:
    """Without the breaks that only stood around dropped tags; what had a line to itself keeps it."""
    result: list[Token] = []
    runs = [(is_run, list(run)) for is_run, run in groupby(tokens, lambda token: token.type in _BREAKS)]
    for index, (is_run, run) in enumerate(runs):
        hard = [token for token in run if token.type == "hardbreak"]
        if not is_run:
            result += run
        elif hard or index in (0, len(runs) - 1):
            result += hard
        elif any(token.type == "edge" for token in run):
            result.append(Token("hardbreak", "br", 0))
        else:
            result.append(run[0])
    return result


def _partners(tokens: list[Token], md: MarkdownIt) -> set[int]:
    """The places of tags that have their opening or closing tag at the same depth of other markup."""
    found: set[int] = set()
    stacks: list[list[tuple[str, int]]] = [[]]
    for index, token in enumerate(tokens):
        if token.nesting == 1:
            stacks.append([])
        elif token.nesting == -1 and len(stacks) > 1:
            stacks.pop()
        elif token.type == "html_inline" and (tag := _TAG.match(token.content)):
            stack, name = stacks[-1], tag[2].lower()
            if name not in _MEANINGS and name not in _LAYOUT and name != "a":
                continue
            if name == "a" and not tag[1] and not _address(tag[3], "href", md):
                continue
            if not tag[1]:
                if sum(map(len, stacks)) < _DEEPEST:
                    stack.append((name, index))
            elif any(name == opened for opened, _ in stack):
                while stack[-1][0] != name:
                    stack.pop()
                found |= {stack.pop()[1], index}
    return found


def _alone(tokens: list[Token], index: int) -> bool:
    """Whether a tag stands at the beginning or the end of its line."""

    def is_end(place: int) -> bool:
        if not 0 <= place < len(tokens):
            return True
        token = tokens[place]
        return token.type in ("softbreak", "hardbreak", "html_inline") or (token.type == "text" and not token.content)

    return is_end(index - 1) or is_end(index + 1)


def _image(attributes: str, md: MarkdownIt) -> Token | None:
    url = _address(attributes, "src", md)
    if not url.lower().startswith(("http://", "https://")):
        return None
    alt = Token("text", "", 0, content=_attributes(attributes).get("alt", ""))
    return Token("image", "img", 0, attrs={"src": url, "alt": ""}, children=[alt], content=alt.content)


def _address(attributes: str, name: str, md: MarkdownIt) -> str:
    """The address in an attribute as one in Markdown would be; empty where that would be none."""
    url = md.normalizeLink(_attributes(attributes).get(name, "").strip())
    return url if md.validateLink(url) else ""


def _attributes(text: str) -> dict[str, str]:
    return {m[1].lower(): unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(text)}
