"""Text -> blocks, through markdown-it with the rules a chat needs. Imported only when there is something to read."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from desktop.i18n import gettext as _
from desktop.render import folds, html_policy
from desktop.render.bare_links import bare_link
from desktop.render.blocks import (
    Alert,
    Align,
    Block,
    Break,
    Code,
    CodeBlock,
    Details,
    Formula,
    Heading,
    Image,
    Inline,
    InlineFormula,
    Item,
    Link,
    List,
    NoteMark,
    Notes,
    Paragraph,
    Quote,
    Rule,
    Style,
    Styled,
    Table,
    Text,
)
from desktop.render.emphasis import emphasis
from desktop.render.maths import block_formula, inline_formula
from desktop.render.soft_breaks import without_spaces

_STYLES: dict[str, Style] = {f"{style.value}_open": style for style in Style}
_TASK = re.compile(r"\[([ xX])\]\s+")
_ALERT = re.compile(r"\[!(note|tip|important|warning|caution)\]\s*\Z", re.IGNORECASE)
_TERMINATOR = re.compile(r"[\n\\`~*_\[\]<&$@]|!(?=\[)|:(?=//)|w(?=ww\.)")  # where an inline rule may begin, and no more
_MAX_NESTING = 100
MOST_MISSING_CELLS = 16_384
"""A table ends where its rows lack more cells than that; markdown-it's own limit takes a second to reach."""
vars(import_module("markdown_it.rules_block.table"))["MAX_AUTOCOMPLETED_CELLS"] = MOST_MISSING_CELLS
_MOST_BRACKETS = 500  # in one paragraph; each may make markdown-it look through all the others


@dataclass(frozen=True, slots=True)
class Read:
    """The top-level blocks, each with the line it begins on, and the lines of the items of the last top-level list."""

    blocks: list[tuple[int, Block]]
    items: list[int]


def read(text: str, env: dict[str, Any], *, notes: bool) -> Read:
    """The blocks of a text from `clean`.

    `env["references"]` holds the links defined elsewhere. With `notes` footnotes are gathered into a last
    block; without they are text, for a tail whose notes are unknown.
    """
    if not text.endswith("\n"):
        text += "\n"  # markdown-it overlooks a last line of white space, which in code is not nothing
    tokens = _parser(notes).parse(text, env)
    reader = _Reader(tokens, env, text.count("\n"))
    return Read(reader.read(), reader.items)


@cache
def _parser(notes: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    parser.disable(["html_block"])
    may_interrupt: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "formula", block_formula, may_interrupt)
    parser.block.ruler.before("fence", "comment", html_policy.comment_block, may_interrupt)
    parser.block.ruler.before("fence", "details", _if_shallow(folds.details_block), may_interrupt)
    parser.block.ruler.before("fence", "reasoning", _if_shallow(folds.reasoning_block), may_interrupt)
    parser.block.ruler.at(
        "blockquote", _if_shallow(blockquote), {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.block.ruler.at("list", _if_shallow(list_block), {"alt": ["paragraph", "reference", "blockquote"]})
    parser.inline.ruler.before("escape", "formula", inline_formula)
    parser.inline.ruler.before("escape", "bare_link", bare_link)
    parser.inline.terminator_re = _TERMINATOR
    parser.inline.ruler.at("emphasis", emphasis)
    parser.inline.ruler.at("link", _link)
    parser.inline.ruler.at("image", _image)
    if notes:
        footnote_plugin(parser, inline=False, move_to_end=False)
    parser.core.ruler.push("html_policy", html_policy.apply)
    return parser


def _link(state: StateInline, silent: bool) -> bool:
    """Links, at once without one where no bracket closes: markdown-it looks to the end again for each that opens."""
    return state.src[state.pos] == "[" and _has_links(state) and link(state, silent)


def _image(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == "!" and _has_links(state) and image(state, silent)


def _has_links(state: StateInline) -> bool:
    return state.html_terminator_last("]") > state.pos and not _is_all_brackets(state.src)


@lru_cache(maxsize=1)
def _is_all_brackets(source: str) -> bool:
    return source.count("[") > _MOST_BRACKETS


def _if_shallow(rule: Callable[..., bool]) -> Callable[..., bool]:
    """A rule for a block with blocks in it, which below the depth that markdown-it would drop is only text."""

    def shallow(state: StateBlock, first: int, last: int, silent: bool) -> bool:
        return state.level < _MAX_NESTING - 4 and rule(state, first, last, silent)

    return shallow


class _Reader:
    """Walks the tokens once, in order."""

    def __init__(self, tokens: list[Token], env: dict[str, Any], lines: int) -> None:
        self._tokens = tokens
        self._at = 0
        self._lines = lines
        self._numbers: dict[str, int] = env.get("footnotes", {}).get("refs", {})
        self._notes: list[tuple[int, tuple[Block, ...]]] = []
        self.items: list[int] = []

    def read(self) -> list[tuple[int, Block]]:
        found = list(self._blocks(""))
        if self._notes:
            # Those that are never referred to come last: nothing a model wrote is left out.
            ordered = sorted(self._notes, key=lambda note: note[0] if note[0] >= 0 else len(self._tokens))
            found.append((found[-1][0] if found else 0, Notes(tuple(blocks for _, blocks in ordered))))
        return found

    def _blocks(self, end: str) -> Iterator[tuple[int, Block]]:
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == end:
                return
            line = token.map[0] if token.map else 0
            if (block := self._block(token)) is not None:
                yield line, block

    def _inside(self, end: str) -> tuple[Block, ...]:
        return tuple(block for _, block in self._blocks(end))

    def _block(self, token: Token) -> Block | None:
        match token.type:
            case "paragraph_open":
                content = self._content("paragraph_close")
                return Paragraph(content) if content else None  # None where only layout tags or comments stood
            case "heading_open":
                return Heading(int(token.tag[1]), self._content("heading_close"))
            case "fence":
                return self._fence(token)
            case "code_block":
                return CodeBlock("", token.content.removesuffix("\n"))
            case "formula_block":
                return Formula(token.content)
            case "hr":
                return Rule()
            case "blockquote_open":
                alert = self._alert()
                return Quote(self._inside("blockquote_close"), alert)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token)
            case "table_open":
                return self._table()
            case "details_open":
                summary = _inlines(self._tokens[self._at].children or [])
                self._at += 1
                if token.meta["reasoning"]:
                    summary = (Text(_("Reasoning")),)
                return Details(summary, self._inside("details_close"), token.meta["reasoning"])
            case "footnote_reference_open":
                number = self._numbers.get(":" + token.meta["label"], -1)
                self._notes.append((number, self._inside("footnote_reference_close")))
                return None
            case _:
                raise AssertionError(token.type)

    def _content(self, end: str) -> tuple[Inline, ...]:
        children = self._tokens[self._at].children or []
        self._at += 1
        assert self._tokens[self._at].type == end
        self._at += 1
        return _inlines(children)

    def _fence(self, token: Token) -> CodeBlock:
        assert token.map
        content = token.content
        lines = content.count("\n") + (not content.endswith("\n") and content != "")
        has_end = token.map[1] - token.map[0] == lines + 2
        info = unescapeAll(token.info)
        language = info.split(maxsplit=1)[0] if info.strip() else ""
        return CodeBlock(language, content.removesuffix("\n"), has_end or token.map[1] < self._lines)

    def _alert(self) -> Alert | None:
        """Takes the mark of an alert off the quote that begins here: `[!NOTE]` alone in its first line."""
        if self._tokens[self._at].type != "paragraph_open":
            return None
        children = self._tokens[self._at + 1].children or []
        ends = [n for n, token in enumerate(children) if token.type in ("softbreak", "hardbreak")][:1] or [
            len(children)
        ]
        first = "".join(token.content if token.type == "text" else "\0" for token in children[: ends[0]])
        if not (match := _ALERT.match(first)):
            return None
        self._tokens[self._at + 1].children = children[ends[0] + 1 :]
        return Alert(match[1].lower())

    def _list(self, opening: Token) -> List:
        items: list[Item] = []
        lines: list[int] = []
        tight = True
        end = opening.type.replace("open", "close")
        while self._tokens[self._at].type != end:
            item = self._tokens[self._at]
            assert item.map
            lines.append(item.map[0])
            self._at += 1
            first = self._tokens[self._at]
            checked = self._task() if first.type == "paragraph_open" else None
            level = first.level
            start = self._at
            blocks = self._inside("list_item_close")
            tight = tight and all(
                t.hidden for t in self._tokens[start : self._at] if t.type == "paragraph_open" and t.level == level
            )
            items.append(Item(blocks, checked))
        self._at += 1
        if opening.level == 0:
            self.items = lines
        start_number = int(opening.attrs.get("start", 1)) if opening.type == "ordered_list_open" else None
        return List(tuple(items), start_number, tight)

    def _task(self) -> bool | None:
        """Takes a task's box off the item's first paragraph, which is next."""
        children = self._tokens[self._at + 1].children or []
        if not children or children[0].type != "text" or not (match := _TASK.match(children[0].content)):
            return None
        children[0].content = children[0].content[match.end() :]
        return match[1] != " "

    def _table(self) -> Table:
        rows: list[tuple[tuple[Inline, ...], ...]] = []
        cells: list[tuple[Inline, ...]] = []
        align: list[Align] = []
        while (token := self._tokens[self._at]).type != "table_close":
            self._at += 1
            if token.type == "th_open":
                style = str(token.attrs.get("style", ""))
                align.append(Align(style.removeprefix("text-align:")))
            if token.type in ("th_open", "td_open"):
                cells.append(_inlines(self._tokens[self._at].children or []))
            elif token.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
        self._at += 1
        return Table(tuple(align), rows[0], tuple(rows[1:]))


def _inlines(tokens: list[Token]) -> tuple[Inline, ...]:
    return _Inlines(tokens).until("")


class _Inlines:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def until(self, end: str) -> tuple[Inline, ...]:
        found: list[Inline] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            kind = token.type
            if kind == end:
                break
            if kind == "text":
                if not token.content:
                    continue
                if found and isinstance(last := found[-1], Text):
                    found[-1] = Text(last.text + token.content)
                else:
                    found.append(Text(token.content))
            elif kind == "code_inline":
                found.append(Code(token.content))
            elif kind in ("softbreak", "hardbreak"):
                found.append(Break(hard=kind == "hardbreak"))
            elif kind in _STYLES:
                found.append(Styled(_STYLES[kind], self.until(kind.replace("open", "close"))))
            elif kind == "link_open":
                children = self.until("link_close")
                found.append(Link(str(token.attrs["href"]), children, str(token.attrs.get("title", ""))))
            elif kind == "image":
                alt = _plain(token.children or [])
                found.append(Image(str(token.attrs["src"]), alt, str(token.attrs.get("title", ""))))
            elif kind == "formula_inline":
                found.append(InlineFormula(token.content, token.meta["display"]))
            elif kind == "footnote_ref":
                found.append(NoteMark(token.meta["id"] + 1))
            else:
                raise AssertionError(kind)
        return without_spaces(tuple(found))


def _plain(tokens: list[Token]) -> str:
    return "".join("\n" if "break" in t.type else _plain(t.children) if t.children else t.content for t in tokens)
