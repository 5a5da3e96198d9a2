r"""TeX as models write it -> TeX as the library reads it.

Numbers and labels of equations are taken out, environments and commands that would be drawn wrong are said in others,
and what is left of those is refused.
"""

import re
import unicodedata
from collections.abc import Callable

from desktop.i18n import gettext as _

_LONGEST = 2000
_DEEPEST = 20


class Unsupported(ValueError):
    """Cannot be drawn as it was meant; the message says why."""


def prepared(tex: str) -> str:
    """The same formula without what the library does not know. Raises `Unsupported`."""
    if len(tex) > _LONGEST:
        raise Unsupported(_("It is too large."))
    _check_braces(tex)
    if found := _UNKNOWN.search(tex):
        raise Unsupported(_("{command} is not supported.").format(command=found[0]))
    tex = _LINE_END.sub(r"\\\\ ", tex)
    tex = _DROPPED.sub("", tex)
    tex = _NOT.sub(_struck_through, tex)
    tex = _ASSIGNED.sub(r"\\coloneqq ", tex)
    tex = _ARRAY.sub(_columns, tex)
    tex = _OUTER_LINE.sub(r"\1 ", tex)
    if "{eqnarray" in tex:
        tex = re.sub(r"&([^&]*)&", r"&\1", tex)
    tex = _ENVIRONMENT.sub(_environment, tex)
    tex = _LAST_LINE.sub(r"\1", tex)
    tex = _COLOR.sub(_color, tex)
    for commands, write in _REWRITTEN:
        tex = _rewrite(tex, commands, write)
    return tex


# Patterns

_UNKNOWN = re.compile(
    r"\\(?:def|gdef|edef|let|(?:re|provide)?newcommand|(?:re)?newenvironment|DeclareMathOperator|href|url|style|class"
    r"|unicode|verb|multicolumn|cline|hdashline|rule|genfrac|sideset|skew|mathchoice|over(?:withdelims|paren)"
    r"|above(?:withdelims)?|raise|lower|move(?:left|right)|shove(?:left|right)|fcolorbox|colorbox|hfil)(?![a-zA-Z])"
)
_LINE_END = re.compile(r"\\\\\*?(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?")
_DROPPED = re.compile(r"\\(?:label|require)\s*\{[^{}]*\}|\\(?:nonumber|notag|displaylimits|allowbreak)(?![a-zA-Z])")
_NOT = re.compile(r"\\not(?![a-zA-Z])\s*(\\[a-zA-Z]+|\S)")
_ASSIGNED = re.compile(r":\s?=")
_ARRAY = re.compile(r"(\\begin\s*\{array\}\s*(?:\[[tcb]\]\s*)?)\{((?:[^{}]|\{[^{}]*\})*)\}")
_OUTER_LINE = re.compile(r"(\\begin\{array\}\{[lcr|]*\}|\\hline(?![a-zA-Z]))\s*(?:\\hline(?![a-zA-Z])\s*)+")
_LAST_LINE = re.compile(r"\\hline\s*(\\end\{array\})")
_COLOR = re.compile(r"\\(?:text)?color\s*\{([^{}]*)\}")
_COLOR_NAME = re.compile(r"[a-zA-Z]{3,20}|#[0-9a-fA-F]{3,8}")

_ENVIRONMENT = re.compile(
    r"\\(begin|end)\s*\{([a-zA-Z]+)(\*?)\}(?:(?<=at\})\{\d*\}|(?<=edat\})\{\d*\}|(?<=at\*\})\{\d*\})?"
    r"(?:\s*\[[a-zA-Z]\](?!\s*\}))?"
)
_ENVIRONMENTS = {
    **dict.fromkeys(("align", "aligned", "flalign", "split", "eqnarray", "alignat", "alignedat"), "align*"),
    **dict.fromkeys(("gather", "gathered", "multline"), "displaylines"),
    **dict.fromkeys(("equation", "subequations", "displaymath", "math"), ""),
    **{name: name for name in ("matrix", "smallmatrix", "cases", "array")},
    "dcases": "cases",
}
_AROUND = {  # with brackets as a part of its own the library cannot raise one to a power
    "pmatrix": (r"\left(\begin{matrix}", r"\end{matrix}\right)"),
    "bmatrix": (r"\left[\begin{matrix}", r"\end{matrix}\right]"),
    "Bmatrix": (r"\left\{\begin{matrix}", r"\end{matrix}\right\}"),
    "vmatrix": (r"\left|\begin{matrix}", r"\end{matrix}\right|"),
    "Vmatrix": (r"\left\|\begin{matrix}", r"\end{matrix}\right\|"),
    "psmallmatrix": (r"\left(\begin{smallmatrix}", r"\end{smallmatrix}\right)"),
    "bsmallmatrix": (r"\left[\begin{smallmatrix}", r"\end{smallmatrix}\right]"),
    "rcases": (r"\left.\begin{array}{ll}", r"\end{array}\right\}"),
}


def _environment(found: re.Match[str]) -> str:
    side, name = found[1], found[2]
    if name in _AROUND:
        return _AROUND[name][side == "end"]
    if name not in _ENVIRONMENTS:
        raise Unsupported(_("{command} is not supported.").format(command=name))
    usual = _ENVIRONMENTS[name]
    return f"\\{side}{{{usual}}}" if usual else " "


def _columns(found: re.Match[str]) -> str:
    """The columns' alignment without what stands between them, and without lines around all of them."""
    columns = re.sub(r"[@!<>]\s*\{[^{}]*\}|\s", "", found[2]).strip("|")
    if not re.fullmatch("[lcr|]+", columns):
        raise Unsupported(_("{command} is not supported.").format(command=found[0][:40]))
    return "\\begin{array}{" + re.sub(r"\|+", "|", columns) + "}"


def _struck_through(found: re.Match[str]) -> str:
    from latex2mathml.symbols_parser import convert_symbol

    sign = found[1]
    if sign.startswith("\\"):
        code = convert_symbol(sign)
        sign = chr(int(code, 16)) if code and "-" not in code else ""
    struck = unicodedata.normalize("NFC", sign + "\N{COMBINING LONG SOLIDUS OVERLAY}")
    if not sign or len(struck) > 1:
        raise Unsupported(_("{command} is not supported.").format(command=found[0]))
    return f" {struck} "


def _color(found: re.Match[str]) -> str:
    if not _COLOR_NAME.fullmatch(found[1].strip()):
        raise Unsupported(_("This colour is not known."))
    # Before braces they mean them alone, whichever of the two they write.
    command = "textcolor" if found.string[found.end() : found.end() + 1] == "{" else "color"
    return f"\\{command}{{{found[1].strip()}}}"


# Commands with their arguments

_TEXTS = ("text", "textrm", "textbf", "textit", "textsf", "texttt", "textnormal", "textup", "mbox", "hbox", "emph")
_PLAIN_NAME = re.compile(r"[a-zA-Z ]+")
_UPRIGHT = re.compile(
    r"\\(?:mathrm|text|textrm|operatorname|mathsf)\s*\{([a-zA-Z \\,]+)\}|\\rm\s+([a-zA-Z]+)|([a-zA-Z]+)"
)


def _text(command: str, content: str) -> str:
    """Words; formulas in `$` inside of them are taken out of the words."""
    if command in ("mbox", "hbox"):
        command = "text"
    parts = re.split(r"(?<!\\)\$", content)
    if len(parts) % 2 == 0:
        raise Unsupported(_("A $ is missing."))
    return "".join(f"{{{part}}}" if number % 2 else _words(command, part) for number, part in enumerate(parts))


def _words(command: str, words: str) -> str:
    words = re.sub(r"\\([_%&#$ ])", r"\1", words).replace("~", "\N{NO-BREAK SPACE}")
    words = words.replace("``", "“").replace("''", "”").replace("\n", " ")
    if "\\" in words or "{" in words or "}" in words:
        raise Unsupported(_("{command} is not supported.").format(command=f"\\{command}{{{words[:40]}}}"))
    return f"\\{command}{{{words}}}" if words else ""


def _tag(command: str, content: str) -> str:
    if "$" in content or "\\" in content:
        raise Unsupported(_("{command} is not supported.").format(command=f"\\{command}{{{content[:40]}}}"))
    return f"\\qquad \\text{{{content}}}" if command.endswith("*") else f"\\qquad \\text{{({content})}}"


def _operator_name(command: str, content: str) -> str:
    name = re.sub(r"\\[,;:! ]|~", " ", content)
    if _PLAIN_NAME.fullmatch(name):
        return f"\\{command}{{{name}}}"
    if "\\" in name or "_" in name or "^" in name or command.endswith("*"):
        raise Unsupported(_("{command} is not supported.").format(command=f"\\{command}{{{content[:40]}}}"))
    return f"\\mathrm {{{name}}}"


def _operator(command: str, content: str) -> str:
    found = _UPRIGHT.fullmatch(content.strip())
    if found is None:
        raise Unsupported(_("{command} is not supported.").format(command=f"\\{command}{{{content[:40]}}}"))
    return _operator_name("operatorname*", found[1] or found[2] or found[3])


def _binomial(command: str, content: str, below: str) -> str:
    return f"\\left({{{content}}}\\atop {{{below}}}\\right)"


_REWRITTEN: tuple[tuple[tuple[str, ...], Callable[..., str]], ...] = (
    (("tag*", "tag"), _tag),
    (_TEXTS, _text),
    (("mathop",), _operator),
    (("operatorname*", "operatorname"), _operator_name),
    (("binom", "dbinom", "tbinom"), _binomial),
    (("bra",), lambda command, content: f"\\langle {content}|"),
    (("ket",), lambda command, content: f"|{content}\\rangle "),
    (("mathrel",), lambda command, content: f"\\;{{{content}}}\\;"),
    (("mathbin",), lambda command, content: f"\\:{{{content}}}\\:"),
    (("mathord", "mathopen", "mathclose", "mathpunct", "mathinner"), lambda command, content: f"{{{content}}}"),
    (("mathrm",), lambda command, content: f"\\mathrm {{{content}}}"),  # it takes `\mathrm{d}` for another letter
)


def _rewrite(tex: str, commands: tuple[str, ...], write: Callable[..., str]) -> str:
    """Every `\\command{…}` through `write`, which gets the command and what is in its braces."""
    pattern = re.compile(r"\\(" + "|".join(map(re.escape, commands)) + r")(?![a-zA-Z*])\s*(?=\{)")
    arguments = 2 if write is _binomial else 1
    done, at = [], 0
    while found := pattern.search(tex, at):
        contents, end = [], found.end()
        for _number in range(arguments):
            while tex[end : end + 1].isspace():
                end += 1
            close = _closing(tex, end)
            contents.append(tex[end + 1 : close])
            end = close + 1
        if write is not _text:  # words are words, the others may hold the same command again
            contents = [_rewrite(content, commands, write) for content in contents]
        done += [tex[at : found.start()], write(found[1], *contents)]
        at = end
    return "".join(done) + tex[at:]


def _closing(tex: str, opening: int) -> int:
    """Where the brace that opens there is closed."""
    depth = 0
    for found in _BRACE.finditer(tex, opening):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return found.start() if found[0] == "}" else _missing()
    return _missing()


def _check_braces(tex: str) -> None:
    depth = 0
    for found in _BRACE.finditer(tex):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth > _DEEPEST:
            raise Unsupported(_("It is too large."))
        if depth < 0:
            _missing()
    if depth:
        _missing()


_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def _missing() -> int:
    raise Unsupported(_("A brace is missing."))
