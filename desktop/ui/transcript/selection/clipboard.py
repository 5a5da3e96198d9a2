"""What is copied from a conversation, as plain text, Markdown and HTML at once.

Between the two ends of a selection everything is copied, also what a long question or code block folds away. Reasoning
is no part of an answer: it is copied only where it is unfolded and selected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication

from desktop.render.blocks import Block, Formula, InlineFormula, Paragraph, Quote, parse
from desktop.ui.transcript.leaves import plain
from desktop.ui.transcript.selection.selection import Part, in_column, is_whole
from desktop.ui.transcript.written import Written

_CHARSET = '<meta charset="utf-8">'  # other programs would guess


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wrote: shown, and copied, as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What a model wrote. `source` is its Markdown to the letter, None for a part, whose blocks say what it is."""

    source: str | None
    blocks: tuple[Block, ...] | None = None


Piece = Words | Excerpt


@dataclass(frozen=True, slots=True)
class Forms:
    """What is empty is not offered."""

    plain: str
    markdown: str
    html: str


def excerpt(written: Written, column: int, part: Part) -> Excerpt | None:
    """What is selected of a reply's reasoning (column 0) or answer (1); None for nothing."""
    passage = (written.reasoning, written.answer)[column]
    if (within := in_column(part, column)) is None or not passage.text:
        return None
    lengths = [[len(plain(leaf)) for leaf in each.leaves] for each in (written.reasoning, written.answer)]
    if column == 1 and is_whole(lengths, column, part):
        return Excerpt(passage.text, tuple(passage.blocks))
    from desktop.render.excerpt import clip  # not before something is copied

    start, end = ((place.leaf, place.offset) if place else None for place in (within.start, within.end))
    blocks = clip(passage.blocks, start, end)
    return Excerpt(None, blocks) if blocks else None


def quoted(thought: Excerpt) -> Excerpt:
    """Reasoning beside an answer, told apart from it as on the screen."""
    return Excerpt(None, (Quote(thought.blocks or ()),))


def forms(piece: Piece, number: int = 0, *, as_source: bool = False) -> Forms:
    """One message's part in all forms, `as_source` with Markdown as plain text too.

    `number` tells it from others that are copied with it.
    """
    if isinstance(piece, Words):
        from html import escape  # brings a table of 2,000 names, and not before something is copied

        return Forms(piece.text, piece.text, f'<p style="white-space: pre-wrap">{escape(piece.text)}</p>')
    from desktop.render.markdown import blocks_to_html  # heavy, and not before something is copied
    from desktop.render.markdown_source import to_markdown
    from desktop.render.plain_text import to_text

    blocks = parse(piece.source or "") if piece.blocks is None else piece.blocks
    markdown = to_markdown(blocks) if piece.source is None else piece.source
    html = blocks_to_html(blocks, ids=f"m{number}-" if number else "")
    match blocks:
        case _ if as_source:
            plain = markdown
        case (Formula(tex),) | (Paragraph((InlineFormula(tex),)),):
            plain = tex
        case _:
            plain = to_text(blocks)
    return Forms(plain, markdown, html)


def joined(parts: Sequence[Forms]) -> Forms:
    """Several messages, with one blank line between."""
    if len(parts) == 1:
        return parts[0]
    return Forms(
        "\n\n".join(part.plain.strip("\n") for part in parts),
        "\n\n".join(part.markdown.strip("\n") for part in parts),
        "\n".join(f"<section>\n{part.html}\n</section>" for part in parts),
    )


def all_forms(pieces: Iterable[Piece], *, as_source: bool = False) -> Forms:
    """Several messages' parts in all forms."""
    return joined([forms(piece, number, as_source=as_source) for number, piece in enumerate(pieces)])


def interim(pieces: Iterable[Piece]) -> str:
    """What is at hand at once: the source of whole messages, the text of parts."""
    from desktop.render.plain_text import to_text  # not before something is copied

    found = []
    for piece in pieces:
        match piece:
            case Words(text):
                found.append(text)
            case Excerpt(source, blocks):
                found.append(to_text(blocks or ()) if source is None else source)
    return "\n\n".join(text.strip("\n") for text in found)


def length(piece: Piece) -> int:
    """About how many letters have to be read and written. A person's own words are passed on as they are."""
    if isinstance(piece, Words):
        return 0
    if piece.source is not None:
        return len(piece.source)
    from desktop.render.excerpt import texts  # not before something is copied

    return sum(map(len, texts(piece.blocks or ())))


def put(copied: Forms) -> None:
    """Put it on the clipboard."""
    data = QMimeData()
    data.setText(copied.plain)
    if copied.markdown:
        data.setData("text/markdown", copied.markdown.encode())
    if copied.html:
        data.setHtml(_CHARSET + copied.html)
    QGuiApplication.clipboard().setMimeData(data)


def put_primary(text: str) -> None:
    """Have the middle button paste it, where there is such a thing."""
    clipboard = QGuiApplication.clipboard()
    if clipboard.supportsSelection():
        clipboard.setText(text, QClipboard.Mode.Selection)
