"""A question's text in the pieces that are laid out, and back. No Qt."""

from desktop.render.blocks import clean
from desktop.ui.transcript.position import Place

_LONGEST = 4000  # of one line without breaks: longer ones are cut, so that layout stays quick


def pieces(text: str) -> list[str]:
    """The lines of a text, very long ones cut. Each is a leaf."""
    found = []
    for line in clean(text).split("\n"):
        found += [line[at : at + _LONGEST] for at in range(0, len(line), _LONGEST)] or [""]
    return found


def excerpt(text: str, start: Place | None, end: Place | None) -> str:
    """What stands between two places, None being the text's own ends."""
    if start is None and end is None:
        return text
    whole = clean(text)
    return whole[_offset(whole, start) if start else 0 : _offset(whole, end) if end else len(whole)]


def _offset(whole: str, place: Place) -> int:
    at = leaf = 0
    for line in whole.split("\n"):
        count = max(1, -(-len(line) // _LONGEST))
        if place.leaf < leaf + count:
            return at + min((place.leaf - leaf) * _LONGEST + place.offset, len(line))
        leaf += count
        at += len(line) + 1
    return len(whole)
