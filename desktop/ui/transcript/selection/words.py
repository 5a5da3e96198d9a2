"""Where letters, words and lines of a text begin and end, as Unicode has it. Offsets count code points.

Chinese and Japanese have no spaces, and Qt no dictionary: there a word is what is written in one kind of letter.
"""

import unicodedata

from PySide6.QtCore import QTextBoundaryFinder

from desktop.ui.transcript import utf16

_NEAR = 1000  # letters to either side that are looked at: a line may be as long as a whole file

_Kind = QTextBoundaryFinder.BoundaryType


def next_letter(text: str, offset: int) -> int | None:
    """Behind the letter as it is seen that begins at an offset; None at the end."""
    return _step(_Kind.Grapheme, text, offset, forwards=True)


def previous_letter(text: str, offset: int) -> int | None:
    """Before the letter that ends at an offset; None at the beginning."""
    return _step(_Kind.Grapheme, text, offset, forwards=False)


def next_word(text: str, offset: int) -> int | None:
    """Where the next word begins; None if there is none."""
    return _step(_Kind.Word, text, offset, forwards=True)


def previous_word(text: str, offset: int) -> int | None:
    """Where this word begins, or at its beginning the one before; None if there is none."""
    return _step(_Kind.Word, text, offset, forwards=False)


def word_at(text: str, offset: int) -> tuple[int, int]:
    """The word that holds the letter after an offset, or what is between two words; at a line's end the last one."""
    first, last = line_at(text, offset)
    if offset == last and offset > first:
        offset -= 1
    start = max(first, offset - _NEAR)
    near = text[start : min(last, offset + _NEAR)]
    finder = QTextBoundaryFinder(_Kind.Word, near)
    inside = offset - start
    finder.setPosition(utf16.units(near, inside))
    before = inside if finder.isAtBoundary() and _divides(near, inside) else _boundary(finder, near, forwards=False)
    finder.setPosition(utf16.units(near, inside))
    after = _boundary(finder, near, forwards=True)
    return start + (before or 0), start + (len(near) if after is None else after)


def line_at(text: str, offset: int, ends: str = "\n") -> tuple[int, int]:
    """The line that holds an offset, without the mark at its end; any of `ends` is one."""
    start = max(text.rfind(end, 0, offset) for end in ends) + 1
    found = [at for end in ends if (at := text.find(end, offset)) >= 0]
    return start, min(found, default=len(text))


def _step(kind: QTextBoundaryFinder.BoundaryType, text: str, offset: int, *, forwards: bool) -> int | None:
    start = max(0, offset - _NEAR)
    near = text[start : offset + _NEAR]
    finder = QTextBoundaryFinder(kind, near)
    finder.setPosition(utf16.units(near, offset - start))
    while (found := _boundary(finder, near, forwards=forwards)) is not None:
        if kind is _Kind.Grapheme or _begins_word(near, found):
            return start + found
    return None


def _boundary(finder: QTextBoundaryFinder, text: str, *, forwards: bool) -> int | None:
    """The next place at which something ends."""
    while (unit := finder.toNextBoundary() if forwards else finder.toPreviousBoundary()) >= 0:
        found = utf16.offset(text, unit)
        if utf16.units(text, found) != unit:
            continue  # Qt has boundaries within some rare letters
        if finder.type() is _Kind.Grapheme or _divides(text, found):
            return found
    return None


def _divides(text: str, offset: int) -> bool:
    """Whether a boundary of Unicode's is one for people, who do not read one ideograph at a time."""
    if not 0 < offset < len(text):
        return True
    kind = _one_by_one(text[offset])
    return not kind or kind != _one_by_one(text[offset - 1])


def _one_by_one(letter: str) -> str:
    """Which of the scripts a letter is of whose letters are words to Unicode; empty for all others."""
    if "\u3041" <= letter <= "\u309f":
        return "hiragana"
    if "\u3400" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff" or "\U00020000" <= letter <= "\U0003ffff":
        return "ideograph"
    return ""


def _begins_word(text: str, offset: int) -> bool:
    return offset < len(text) and unicodedata.category(text[offset])[0] not in "PZC"
