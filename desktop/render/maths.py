r"""Formulas: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and bare environments. Money is never one.

A formula holds no blank line, so that a stray sign cannot swallow the rest of a text. Content is TeX without its signs.
"""

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from desktop.render import lookahead

_CLOSING = {"$$": "$$", "\\[": "\\]"}
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:equation|align|alignat|aligned|gather|gathered|multline|flalign|split|eqnarray|cases"
    r"|[bBpvV]?matrix|smallmatrix|array|subequations)\*?)\}"
)
_MOST_LINES = 100  # so that many openings without an end are soon told
_SOURCE = re.compile(r"[\d\s,–-]+\\?")  # the number of a source, `\[1\]`, with its brackets escaped
_PROSE = re.compile(r"\d[\d.,]*(?:[kKmMbB]|bn)?[\s/-]+[A-Za-z]{2,}")  # "5 and 10", "5/month": an amount, then words


def block_formula(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The block rule: a formula on lines of its own, which may follow a line of text at once."""
    if state.is_code_block(first):
        return False
    if state.src[state.bMarks[first] + state.tShift[first]] not in "$\\":
        return False
    line = _line(state, first)
    if match := _ENVIRONMENT.match(line):
        opening, closing, again = "", f"\\end{{{match[1]}}}", match[0]
    elif (opening := line[:2]) in _CLOSING and not line.startswith("$$$"):
        closing, again = _CLOSING[opening], opening
    else:
        return False
    if lookahead.last(state, closing) < state.bMarks[first] + len(opening):
        return False
    content: list[str] = []
    rest = line[len(opening) :]
    number = first
    while True:
        at = rest.find(closing)
        if at >= 0:
            break
        content.append(rest)
        number += 1
        if number >= min(last, first + _MOST_LINES) or state.isEmpty(number) or state.sCount[number] < state.blkIndent:
            return False
        rest = _line(state, number)
        if again != closing and rest.startswith(again):
            return False
    if rest[at + len(closing) :].strip(" .,;"):
        return False
    content.append(rest[:at] if opening else rest[: at + len(closing)])
    tex = "\n".join(content).strip()
    if not tex:
        return False
    if not silent:
        token = state.push("formula_block", "", 0)
        token.content = tex
        token.map = [first, number + 1]
        token.block = True
        state.line = number + 1
    return True


def inline_formula(state: StateInline, silent: bool) -> bool:
    """The inline rule."""
    found = _dollars(state) if state.src[state.pos] == "$" else _brackets(state)
    if found is None:
        return False
    tex, display, end = found
    if not silent:
        token = state.push("formula_inline", "", 0)
        token.content = tex
        token.meta = {"display": display}
    state.pos = end
    return True


def _dollars(state: StateInline) -> tuple[str, bool, int] | None:
    source, start, end = state.src, state.pos, state.posMax
    before = source[start - 1] if start else ""
    if before == "$" or (before.isascii() and before.isalnum()):
        return None
    sign = "$$" if source.startswith("$$", start) else "$"
    begin = start + len(sign)
    close = source.find(sign, begin, end)
    while close > 0 and source[close - 1] == "\\":
        close = source.find(sign, close + 1, end)
    if close <= begin:
        return None
    tex, after = source[begin:close], source[close + len(sign) : close + len(sign) + 1]
    if sign == "$$":
        return (tex.strip(), True, close + 2) if tex.strip() and "\n\n" not in tex else None
    closes = not (after.isascii() and after.isalnum()) and after != "$"
    if not closes or tex[0].isspace() or tex[-1].isspace() or _PROSE.match(tex):
        return None
    return tex, False, close + 1


def _brackets(state: StateInline) -> tuple[str, bool, int] | None:
    opening = state.src[state.pos : state.pos + 2]
    if opening not in ("\\(", "\\["):
        return None
    closing = "\\)" if opening == "\\(" else "\\]"
    if state.html_terminator_last(closing) < state.pos:  # where none is left none has to be looked for
        return None
    close = state.src.find(closing, state.pos + 2, state.posMax)
    tex = state.src[state.pos + 2 : close].strip()
    if close < 0 or not tex.strip("\\ ") or (opening == "\\[" and _SOURCE.fullmatch(tex)):
        return None
    return tex, opening == "\\[", close + 2


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()
