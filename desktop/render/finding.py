"""Finding words, phrases and regular expressions in texts, and telling cheaply where they cannot be.

Reading a long conversation's Markdown takes many seconds, so most messages are ruled out by their source alone: what
stands together on the screen also does in the source, unless markup, an escape or an entity comes between.
"""

import re
from dataclasses import dataclass
from time import monotonic
from typing import Any

LONGEST_QUERY = 1_000
MESSAGE_SECONDS = 0.25
"""How long an expression may take for the texts of one message."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. White space in a phrase stands for any; an expression is as the `regex` package reads it."""

    text: str
    case: bool = False
    word: bool = False
    expression: bool = False

    def __bool__(self) -> bool:
        return bool(self.text if self.expression else self.text.strip())


class BadExpression(Exception):
    """Not a regular expression. `reason` is in English, as the `regex` package words it."""

    def __init__(self, reason: str, position: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class TooSlow(Exception):
    """An expression took longer than `MESSAGE_SECONDS` for the texts of one message."""


class Matcher:
    """Finds a query. Raises BadExpression."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._longest = ""
        if query.expression:
            self._pattern = _compiled(query)
            return
        phrase = r"\s+".join(map(re.escape, query.text.split()))
        flags = re.NOFLAG if query.case else re.IGNORECASE
        self._longest = max(re.findall(r"\w+", query.text), key=len, default="")
        self._part = re.compile(re.escape(self._longest), flags)
        self._pattern = re.compile(rf"(?<!\w)(?:{phrase})(?!\w)" if query.word else phrase, flags)

    def spans(self, texts: list[str]) -> list[tuple[int, int, int]]:
        """Where it stands in the texts of one message, in order: text, start, end. Empty finds are left out.

        Raises TooSlow, with an expression only, which can be looked for in another thread: it does not hold the lock.
        """
        if not self.query.expression:
            return [
                (number, *found.span()) for number, text in enumerate(texts) for found in self._pattern.finditer(text)
            ]
        spans = []
        rest = MESSAGE_SECONDS
        for number, text in enumerate(texts):
            began = monotonic()
            try:
                found = [match.span() for match in self._pattern.finditer(text, concurrent=True, timeout=rest)]
            except (TimeoutError, MemoryError):
                raise TooSlow from None
            rest -= monotonic() - began
            if rest <= 0:
                raise TooSlow
            spans += [(number, start, end) for start, end in found if start < end and self._is_wanted(text, start, end)]
        return spans

    def guess(self, source: str) -> int:
        """How often it stands in a message's source; about as often as in what is read of it."""
        return 0 if self.query.expression else sum(1 for _ in self._pattern.finditer(source))

    def may_be_in(self, source: str) -> bool:
        """False only where it cannot be in what is read of a message, judged by its source."""
        if self.query.expression or hides(source):
            return True
        if self._longest:
            return self._part.search(source) is not None
        return "&" in source or "\\" in source or all(char in source for char in self.query.text if not char.isspace())

    def _is_wanted(self, text: str, start: int, end: int) -> bool:
        if not self.query.word:
            return True
        return not (_is_letter(text[start - 1 : start]) or _is_letter(text[end : end + 1]))


def _compiled(query: Query) -> Any:
    import regex  # only for those who search by expression; its pattern's types lack `concurrent`

    flags = regex.MULTILINE | (0 if query.case else regex.IGNORECASE)
    try:
        return regex.compile(query.text, flags)
    except regex.error as error:
        raise BadExpression(str(error).partition(" at position ")[0], getattr(error, "pos", None)) from None
    except (OverflowError, RecursionError, MemoryError, ValueError) as error:
        raise BadExpression(str(error), None) from None


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_"


_SIGN = re.compile(r"[*~`=+^$\[\]<>&\\!_\x02\x03]")
# Markup right behind a letter, with more of the word perhaps behind it; and what shows as other letters than it has.
# To be matched where a sign stands: searched for by itself it would be twenty times as slow.
_JOINT = re.compile(
    r"""
      (?<=\w) [*~`=+^$]+ [\w\[<&\\!]            # fo**o**
    | (?<=[^\x00-\x7f]) _                        # between Chinese letters this is markup too
    | (?<=[\w*~`=+^$]) \[                        # fo[o](…)
    | (?<=[\w*~`=+^$]) \] (?! \( [^()\s]* \) (?: [\s.,;:!?)\]] | $ ) )
    | (?<=\w) (?: < | > (?=\S) | \\ )            # fo<b>o</b>, <a@b.c>d, a\(x\)b
    | & \#? \w | [\x02\x03]
    | ! \[ | \[ [\^!] | < (?: img | details ) \b  # pictures, footnotes, alerts
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FENCE = re.compile(r"(([`~])\2{2,})[^`\n]*\n.*?^ {0,3}\1[`~]*[ \t]*$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(?<![`\\])(`+)[^`\n]+\1(?!`)")


def hides(source: str) -> bool:
    """Whether words may be read in a message that do not stand in its source as they are read."""
    return _has_joint(source) and _has_joint(_CODE.sub("`x`", _FENCE.sub("`x`", source)))


def _has_joint(source: str) -> bool:
    return any(_JOINT.match(source, sign.start()) for sign in _SIGN.finditer(source))
