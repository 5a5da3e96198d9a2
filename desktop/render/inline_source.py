"""Inline content -> Markdown: the words of a paragraph, heading, cell or summary, read back to see what to escape."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import assert_never

from desktop.render import blocks as b

Content = tuple[b.Inline, ...]
Cares = frozenset[str]

LOWEST_UNDERLINED = 2
"""Headings to this level may have several lines."""

# What care can be taken: a sign in text that is escaped where it could mean something, or another way to write what is
# no text. First those that are missed most when they are taken for nothing.
_SIGNS = {
    "_": r"(?<![^\W_])_|_(?![^\W_])",
    "$": r"\$",
    "*": r"(?<!\s)\*|\*(?!\s)",
    "<": r"<",
    "[": r"\[",
    "]": r"\]",
    "~": r"~",
    "|": r"\|",
    "&": r"&(?=[#\w])",
    "\\": r"\\(?=[!-/:-@\[-`{-~]|begin|\Z)",
    "`": r"`",
    "!": r"!(?=\[|\Z)",
    "#": r"#(?=#*\Z)",
    ":": r":(?=//)",
    "@": r"@",
    ".": r"(?<=www)\.",
}
_TAGS, _BRACKETS, _ADDRESSES, _STARTS = "tags for emphasis", "brackets for formulas", "targets of links", "line starts"
_CARES = (_TAGS, _BRACKETS, _ADDRESSES, *_SIGNS, _STARTS)
_ENTITIES = {"[": "&#91;", "&": "&amp;", "\n": "&#10;"}  # `\[` would begin a formula
_START = re.compile(r"(\d{1,9}(?=[.)])|(?=[-+*=~:|>#$`]))")
_MAY_MEAN_MORE = re.compile(r"[\\`*_\[\]<>&$~|@]|://|www\.|^[-+#=:\d]|#$", re.MULTILINE)
_MARKS = {b.Style.STRONG: "**", b.Style.EMPHASIS: "*", b.Style.STRIKE: "~~"}
_BARE = re.compile(r"https?://|www\.|[^@\s]+@")
_LONGEST_WEIGHED = 8_000  # letters; in what is longer and needs some care, all of it is taken


def paragraph(content: Content, within: str = "") -> str:
    """A paragraph; `within` is `- ` or `> ` where it is the first block of an item or quote."""
    block: b.Block = b.Paragraph(content)
    if within == "- ":
        block = b.List((b.Item((block,)),))
    elif within:
        block = b.Quote((block,))
    behind = "\n" + ("  " if within == "- " else within)
    return _judged(content, block, lambda source: within + source.replace("\n", behind))


def heading(level: int, content: Content) -> str:
    """A heading with its signs."""
    block = b.Heading(level, content)
    sign = "#" * level

    def signed(source: str) -> str:
        if any(isinstance(inline, b.Break) for inline in content) and level <= LOWEST_UNDERLINED:
            return f"{source}\n{'===' if level == 1 else '---'}"
        return f"{sign} {source}".rstrip(" ")

    return signed(_judged(content, block, signed, one_line=level > LOWEST_UNDERLINED))


def cell(content: Content) -> str:
    """What stands between the signs of a table."""

    def safe(source: str) -> str:
        return source.replace("|", "\\|")

    block = b.Table((b.Align.NONE,), (content,), ())
    return safe(_judged(content, block, lambda source: f"| {safe(source)} |\n| --- |", one_line=True))


def summary(content: Content) -> str:
    """What stands between the tags of a summary."""

    def tagged(source: str) -> str:
        return f"<details>\n<summary>{source}</summary>\n\n</details>"

    return _judged(content, b.Details(content, ()), tagged, one_line=True)


def trimmed(content: Content, *, one_line: bool = False) -> Content:
    """Content as Markdown can have it: without white space at its ends or at the inner edges of bold text."""
    if one_line:
        content = tuple(b.Text(" ") if inline == b.Break(hard=False) else inline for inline in content)
    return _parted(_hoisted(content, one_line=one_line))[1]


def _judged(content: Content, block: b.Block, frame: Callable[[str], str], *, one_line: bool = False) -> str:
    """The source of `content`, with such care that in its `frame` it reads as `block`."""

    def written(cares: Cares) -> str:
        return _written(content, cares, one_line=one_line, starts_line=True)

    source = written(frozenset())
    if not _MAY_MEAN_MORE.search(source):
        return source
    numbers = range(1, max(_marks(content), default=0) + 1)
    # Notes are counted in the order of their first marks, so that all are named once before.
    before = "".join(f"[^{number}]" for number in numbers)
    after = "".join(f"\n\n[^{number}]: x" for number in numbers)

    def reads(source: str) -> bool:
        found = b.parse(f"{before}\n\n{frame(source)}{after}")
        return found[1:2] == (block,) if numbers else found == (block,)

    if reads(source):
        return source
    cares = frozenset(_CARES)
    source = written(cares)
    if not reads(source):
        cares -= {_BRACKETS}  # a formula with such brackets in it
        source = written(cares)
    if len(source) > _LONGEST_WEIGHED or not reads(source):
        return source
    for care in _CARES:
        plainer = written(cares - {care})
        if plainer == source or reads(plainer):
            cares, source = cares - {care}, plainer
    return source


def _written(content: Iterable[b.Inline], cares: Cares, *, one_line: bool, starts_line: bool = False) -> str:
    found: list[str] = []
    for inline in content:
        source = _inline(inline, cares, one_line=one_line)
        if starts_line and _STARTS in cares and isinstance(inline, b.Text):
            source = _START.sub(r"\1\\", source, count=1) if _START.match(source) else source
        found.append(source)
        starts_line = isinstance(inline, b.Break) and not one_line
    return "".join(found)


def _inline(inline: b.Inline, cares: Cares, *, one_line: bool) -> str:
    match inline:
        case b.Text(text):
            return _escaped(text, cares)
        case b.Code(text):
            return _code(text)
        case b.Break(hard):
            return ("<br>" if one_line else "\\\n") if hard else "\n"
        case b.InlineFormula(tex, display):
            if _BRACKETS in cares:
                return f"\\[{tex}\\]" if display else f"\\({tex}\\)"
            return f"$${tex}$$" if display else f"${tex}$"
        case b.NoteMark(number):
            return f"[^{number}]"
        case b.Image(url, alt, title):
            return f"![{_escaped(alt, cares)}]({_target(url, title)})"
        case b.Styled(b.Style.STRONG, (b.Styled(b.Style.EMPHASIS, words),)) if _TAGS not in cares:
            return f"**_{_written(words, cares, one_line=one_line)}_**"
        case b.Styled(style, children):
            inner = _written(children, cares, one_line=one_line)
            if style in _MARKS and _TAGS not in cares:
                return f"{_MARKS[style]}{inner}{_MARKS[style]}"
            return f"<{style.value}>{inner}</{style.value}>"
        case b.Link(_, (b.Text(address),), "") if _ADDRESSES not in cares and _BARE.match(address):
            return address
        case b.Link(url, children, title):
            return f"[{_written(children, cares, one_line=one_line)}]({_target(url, title)})"
        case _:
            assert_never(inline)


def _escaped(text: str, cares: Cares) -> str:
    return _pattern(cares).sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), text)


@cache
def _pattern(cares: Cares) -> re.Pattern[str]:
    return re.compile("|".join((r"\n", *(pattern for sign, pattern in _SIGNS.items() if sign in cares))))


def _code(text: str) -> str:
    lengths = set(map(len, re.findall("`+", text)))
    sign = "`" * next(length for length in range(1, len(lengths) + 2) if length not in lengths)
    is_padded = text.startswith(" ") and text.endswith(" ") and text.strip(" ")
    space = " " if is_padded or text.startswith("`") or text.endswith("`") else ""
    return f"{sign}{space}{text}{space}{sign}"


def _target(url: str, title: str) -> str:
    target = re.sub(r"&(?=#?\w+;)", "&amp;", url)
    if not target or re.search(r"[\s<>()\\]", target):
        target = "<" + re.sub(r"[<>\\]", r"\\\g<0>", target) + ">"
    words = re.sub(r"&(?=#?\w+;)", "&amp;", re.sub(r'["\\]', r"\\\g<0>", title))
    return f'{target} "{words}"' if title else target


def _marks(content: Iterable[b.Inline]) -> Iterator[int]:
    for inline in content:
        match inline:
            case b.NoteMark(number):
                yield number
            case b.Styled(children=children) | b.Link(children=children):
                yield from _marks(children)


def _hoisted(content: Content, *, one_line: bool) -> Content:
    """The same with white space at the inner edges of emphasis before and behind it, and neighbouring texts joined.

    Except on `one_line` white space beside the ends of lines goes.
    """
    found: list[b.Inline] = []
    for inline in content:
        parts: Content = (inline,)
        match inline:
            case b.Styled(style, children):
                inner = _hoisted(children, one_line=one_line)
                before, inner, after = _parted(inner) if style in _MARKS else ((), inner, ())
                parts = (*before, *((b.Styled(style, inner),) if inner else ()), *after)
            case b.Link(url, children, title):
                parts = (b.Link(url, _hoisted(children, one_line=one_line), title),)
        for part in parts:
            match found[-1:], part:
                case [b.Text(above)], b.Text(text):
                    found[-1] = b.Text(above + text)
                case [b.Text(above)], b.Break() if not one_line:
                    found[-1:] = [*_filled(above.rstrip(_SPACE)), part]
                case [b.Break()], b.Text(text) if not one_line:
                    found += _filled(text.lstrip(_SPACE))
                case _:
                    found.append(part)
    return tuple(found)


def _filled(text: str) -> Content:
    return (b.Text(text),) if text else ()


def _parted(content: Content) -> tuple[Content, Content, Content]:
    """White space at the beginning, what is between, and white space at the end."""
    before, rest = _begun(content)
    after, inner = _begun(rest[::-1], str.rstrip)
    return before, inner[::-1], after[::-1]


def _begun(content: Content, strip: Callable[[str, str], str] = str.lstrip) -> tuple[Content, Content]:
    """The white space that content begins with, and the rest."""
    for number, inline in enumerate(content):
        if isinstance(inline, b.Text):
            words = strip(inline.text, _SPACE)
            if words:
                space = _filled(inline.text.replace(words, "", 1))
                return (*content[:number], *space), (b.Text(words), *content[number + 1 :])
        elif not isinstance(inline, b.Break):
            return content[:number], content[number:]
    return content, ()


_SPACE = " \t\n"
