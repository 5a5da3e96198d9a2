"""The plain text of what stands in a line: as places are counted in it, and as it is copied."""

from collections.abc import Iterable
from typing import assert_never
from urllib.parse import urlsplit

from desktop.i18n import gettext as _
from desktop.render import blocks as b

OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands in counted text for a formula, and for a picture on a line of its own."""

LINE_END = "\N{LINE SEPARATOR}"
"""A line's end within counted text, where `\\n` may divide the rows of a table."""


def counted(content: Iterable[b.Inline]) -> str:
    """The text as it is shown, letter by letter: selection, search and the screen count code points in it."""
    return "".join(map(_counted, content))


def copied(content: Iterable[b.Inline]) -> str:
    """The text as a person would write it down: formulas in TeX between their signs, a picture's description."""
    return "".join(map(_copied, content))


def picture_words(url: str, alt: str) -> str:
    """What stands in a line in the place of a picture: it is never loaded by itself."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    text = _("Picture from {host}").format(host=host) if host else _("Picture")
    return f"{text}: {alt}" if alt else text


def _counted(inline: b.Inline) -> str:
    match inline:
        case b.Text(text) | b.Code(text):
            return text
        case b.Break(hard):
            return LINE_END if hard else " "
        case b.InlineFormula():
            return OBJECT
        case b.NoteMark(number):
            return str(number)
        case b.Image(url, alt):
            return picture_words(url, alt)
        case b.Styled(children=children) | b.Link(children=children):
            return counted(children)
        case _:
            assert_never(inline)


def _copied(inline: b.Inline) -> str:
    match inline:
        case b.Text(text) | b.Code(text):
            return text
        case b.Break(hard):
            return "\n" if hard else " "
        case b.InlineFormula(tex, display):
            return f"$${tex}$$" if display else f"${tex}$"
        case b.NoteMark(number):
            return f"[{number}]"
        case b.Image(url, alt):
            return alt or url
        case b.Styled(children=children) | b.Link(children=children):
            return copied(children)
        case _:
            assert_never(inline)
