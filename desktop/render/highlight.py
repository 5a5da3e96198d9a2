"""Colours of code, through Pygments. Each language's lexer is imported when the first code in it is drawn."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a line, in UTF-16 units as Qt counts. `role` is a colour of the theme: "syn-keyword", …"""

    start: int
    length: int
    role: str


def lines(code: str, language: str) -> Iterator[tuple[Span, ...]]:
    """The coloured spans of each line, in order and lexed no further than they are asked for.

    Text of an unknown language has none; it is never guessed.
    """
    lexer = _lexer(language)
    if lexer is None:
        yield from (() for _ in code.split("\n"))
        return
    spans: list[Span] = []
    column = 0
    for _, token, text in lexer.get_tokens_unprocessed(code):
        role = _role(token)
        first = True
        for part in text.split("\n"):
            if not first:
                yield tuple(spans)
                spans, column = [], 0
            first = False
            length = len(part) if part.isascii() else len(part.encode("utf-16-le", "surrogatepass")) // 2
            if role and length:
                if spans and spans[-1].role == role and spans[-1].start + spans[-1].length == column:
                    spans[-1] = Span(spans[-1].start, spans[-1].length + length, role)
                else:
                    spans.append(Span(column, length, role))
            column += length
    yield tuple(spans)


def prepare(language: str) -> bool:
    """Whether `lines` can begin at once. If not, another thread begins to load the language: ask again later.

    Importing a lexer and compiling its rules takes up to 50 ms.
    """
    if language in _lexers or not language:
        return True
    if language not in _loading:
        _loading.add(language)
        threading.Thread(target=_lexer, args=(language,), daemon=True).start()
    return False


def name_of(language: str) -> str:
    """How a language is called: "Python" for "py". An unknown one keeps its own word."""
    lowered = language.lower()
    return _NAMES.get(lowered) or (_known().get(lowered, language) if language else "")


_NAMES = {"sh": "Shell", "shell": "Shell", "bash": "Bash", "text": "Text", "txt": "Text", "plaintext": "Text"}

_lexers: "dict[str, Lexer | None]" = {}
_loading: set[str] = set()


@cache
def _known() -> dict[str, str]:
    """The names of languages by every word that stands for them."""
    from pygments.lexers import get_all_lexers  # not before the first code is drawn

    return {alias.lower(): name for name, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases}


def _lexer(language: str) -> "Lexer | None":
    if language not in _lexers:
        found = None
        if language.lower() in _known():
            from pygments.lexers import get_lexer_by_name  # as above

            found = get_lexer_by_name(language, stripnl=False, ensurenl=False)
            list(found.get_tokens_unprocessed("x"))  # compiles its rules
        _lexers[language] = found
    return _lexers[language]


_ROLES = {
    "Comment": "syn-comment",
    "Comment.Preproc": "syn-meta",
    "Keyword": "syn-keyword",
    "Keyword.Constant": "syn-number",
    "Keyword.Type": "syn-type",
    "Operator.Word": "syn-keyword",
    "Literal.String": "syn-string",
    "Literal.Number": "syn-number",
    "Name.Function": "syn-function",
    "Name.Class": "syn-type",
    "Name.Exception": "syn-type",
    "Name.Tag": "syn-type",
    "Name.Constant": "syn-number",
    "Name.Decorator": "syn-meta",
    "Name.Attribute": "syn-meta",
    "Name.Builtin": "syn-function",
    "Name.Builtin.Pseudo": "syn-keyword",
    "Generic.Heading": "syn-keyword",
    "Generic.Subheading": "syn-function",
    "Generic.Inserted": "syn-string",
    "Generic.Deleted": "syn-keyword",
    "Generic.Prompt": "syn-comment",
}


@cache
def _role(token: "_TokenType") -> str:
    """The colour of a kind of token: that of its nearest ancestor with one."""
    parts = list(token)
    while parts:
        if role := _ROLES.get(".".join(parts)):
            return role
        parts.pop()
    return ""
