"""Characters that nobody sees but that change what is seen: they let a link or a line of code look like another.

Two kinds: controls of the writing direction, as in "Trojan Source" (CVE-2021-42574), and letters without width. A
joiner inside an emoji, or between letters of a script that is written with joiners, belongs to the text and is left.
"""

import re
import unicodedata

STAND_IN = "\N{WHITE VERTICAL RECTANGLE}"

_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NO_WIDTH = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
    "\U000e0000-\U000e007f"
)
_FLAG = "\N{WAVING BLACK FLAG}[\U000e0020-\U000e007e]{2,7}\U000e007f"  # of a part of a country, such as Scotland
_HIDDEN = re.compile(f"({_FLAG})|[{_DIRECTION}{_NO_WIDTH}]|[\u200c\u200d]")
_JOINERS = "\u200c\u200d"


def shown(text: str) -> str:
    """The text with each of them replaced by one `STAND_IN`, so that every letter keeps its place."""
    return text if text.isascii() else _HIDDEN.sub(_stand_in, text)


def spelled(text: str) -> str:
    """The text with each of them spelled out: `[U+202E]`."""
    result = shown(text)
    if result == text:
        return text
    return "".join(a if a == b else f"[U+{ord(a):04X}]" for a, b in zip(text, result, strict=True))


def names(text: str) -> list[str]:
    """What hides in a text: "U+202E RIGHT-TO-LEFT OVERRIDE", each once, as they come."""
    found = (a for a, b in zip(text, shown(text), strict=True) if a != b)
    return list(dict.fromkeys(f"U+{ord(c):04X} {unicodedata.name(c, '')}".strip() for c in found))


def _stand_in(found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    if found[0] not in _JOINERS:
        return STAND_IN
    # A joiner belongs where it has letters or signs to join that are not Latin, Greek or Cyrillic.
    text, at = found.string, found.start()
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    belongs = before and after and all(ord(c) > 0x052F and not c.isspace() for c in (before, after))
    return found[0] if belongs else STAND_IN
