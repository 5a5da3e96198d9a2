"""What can be found in a message: the texts of its leaves as they are read, with the TeX of formulas and the words of
pictures. No Qt.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from desktop.domain.message import Message, Role
from desktop.render.inline_text import LINE_END, picture_words
from desktop.ui.transcript import leaves, question
from desktop.ui.transcript.leaves import Leaf, Run
from desktop.ui.transcript.written import Written

_PIECE = 2_000
"""Letters of a long message that are read at a time."""


@dataclass(frozen=True, slots=True)
class Searched:
    """One leaf's text. `objects` say where what is one letter on the screen begins in it, and its length."""

    text: str
    objects: tuple[tuple[int, int], ...] = ()

    def plain_span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the text is in `leaves.plain`; what touches an object has all of it."""
        return self._plain(start, after=False), self._plain(end, after=True)

    def _plain(self, offset: int, *, after: bool) -> int:
        shift = 0
        for begin, length in self.objects:
            if offset <= begin:
                break
            if offset < begin + length:
                return begin - shift + after
            shift += length - 1
        return offset - shift


Columns = tuple[tuple[Searched, ...], ...]
"""The leaves of each of a message's columns, as `position.Place` counts them."""


def searched(leaf: Leaf) -> Searched:
    """The text of a leaf to search in."""
    match leaf:
        case leaves.TextLeaf(runs=runs):
            each = _joined(runs)
            return Searched(each.text.replace(LINE_END, "\n"), each.objects)
        case leaves.TableLeaf(rows=rows):
            return _joined(_in_line(rows))
        case leaves.FormulaLeaf(tex=tex):
            return Searched(tex, ((0, len(tex)),))
        case leaves.PictureLeaf(url=url, alt=alt):
            words = picture_words(url, alt)
            return Searched(words, ((0, len(words)),))
        case _:
            return Searched(leaves.plain(leaf))


def columns(written: Written) -> Columns:
    """What has been written of a reply so far."""
    return tuple(map(searched, written.reasoning.leaves)), tuple(map(searched, written.answer.leaves))


def read(message: Message) -> Iterator[Columns | None]:
    """Read a message that has ended, a piece at a time: None while there is more to be read, then its columns."""
    if message.role is Role.USER:
        yield (tuple(Searched(piece) for piece in question.pieces(message.text)),)
        return
    written = Written(replace(message, parts=()))
    for text, is_thought in ((message.reasoning, True), (message.text, False)):
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE]
            written.add(*(("", piece) if is_thought else (piece, "")))
            yield None
    written.finish()
    yield columns(written)


def source(message: Message) -> str:
    """Everything a message's columns are read from."""
    return "\n".join((message.reasoning, message.text))


def _in_line(rows: Iterable[Iterable[Iterable[Run]]]) -> Iterator[Run]:
    """The runs of a table, divided as `leaves.plain` divides its rows and cells."""
    for number, row in enumerate(rows):
        if number:
            yield Run("\n")
        for place, cell in enumerate(row):
            if place:
                yield Run("\t")
            yield from cell


def _joined(runs: Iterable[Run]) -> Searched:
    text, objects = "", []
    for run in runs:
        if run.tex:
            objects.append((len(text), len(run.tex)))
        text += run.tex or run.text
    return Searched(text, tuple(objects))
