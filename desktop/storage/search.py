"""Finding words in titles and in the messages of all branches."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any
from unicodedata import category, normalize

from desktop.domain.conversation import SearchHit
from desktop.domain.message import Role
from desktop.storage.index import WIDE, is_hump, message_text, separate
from desktop.storage.values import Db, storable

_WORDS = 12  # more words of a query than this are ignored
_WORD_LENGTH = 100  # characters of one word
_CANDIDATES = 2000  # newest matches that are ranked; ranking all would make a query for "the" slow
_HALF_LIFE_MS = 90 * 86_400_000  # a match this much older than the newest one counts three quarters
_SNIPPET = 160  # characters
_LEAD = 40  # characters before the first match
_READ = 500_000  # characters of a message that are looked through for its snippet
_MARKS = 50  # matches of one word that are looked at for a snippet

_TOKEN = re.compile(f"[{WIDE}]|(?:(?![{WIDE}])[^\\W_])+")
_WIDE = re.compile(f"[{WIDE}]")


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of the query, the tokens it is cut into, and whether it may go on."""

    text: str
    tokens: tuple[str, ...]
    prefix: bool

    @property
    def phrase(self) -> str:
        """As an FTS5 phrase. Inside quotation marks nothing is syntax; FTS5 cuts it as it has cut the texts."""
        return f'"{separate(self.text)}"' + ("*" if self.prefix else "")

    def spans(self, text: str, folded: str) -> list[tuple[int, int]]:
        """Where it stands in `text`; `folded` is the same text folded."""
        pattern = _fold(re.escape(self.tokens[0]))
        for before, token in zip(self.tokens, self.tokens[1:], strict=False):
            gap = r"[\W_]*" if _WIDE.match(before) or _WIDE.match(token) else r"[\W_]+"
            pattern += gap + _fold(re.escape(token))
        matches = (match.span() for match in re.finditer(pattern, folded))
        fitting = ((start, end) for start, end in matches if _edge(text, start) and (self.prefix or _edge(text, end)))
        return list(islice(fitting, _MARKS))


def search(db: Db, query: str, limit: int) -> list[SearchHit]:
    """Where every word of `query` is found, case and accents aside: titles, then messages; each best and newest first.

    Any text is a legal query and is taken as plain words; the last may be the beginning of one. Nothing in it, nothing
    found. Conversations in the trash are left out. `updated_ms` is the conversation's.
    """
    words = _words(query)
    if not words:
        return []
    match = " ".join(word.phrase for word in words)
    titles = db.execute(
        """
        SELECT bm25(title_words), c.updated_ms, NULL, NULL, c.id, c.title, c.updated_ms
        FROM title_words CROSS JOIN conversations c ON c.number = title_words.rowid
        WHERE title_words MATCH ? AND c.deleted_ms IS NULL ORDER BY title_words.rowid DESC LIMIT ?
        """,
        (match, _CANDIDATES),
    ).fetchall()
    hits = [_hit(row, row[5], words, cut=False) for row in _best(titles, limit)]
    messages = db.execute(
        """
        SELECT bm25(message_words), m.created_ms, m.id, m.role, c.id, c.title, c.updated_ms
        FROM message_words
        CROSS JOIN messages m ON m.number = message_words.rowid
        CROSS JOIN conversations c ON c.id = m.conversation_id
        WHERE message_words MATCH ? AND c.deleted_ms IS NULL ORDER BY message_words.rowid DESC LIMIT ?
        """,
        (match, _CANDIDATES),
    ).fetchall()
    hits += [_hit(row, message_text(db, row[2]), words, cut=True) for row in _best(messages, limit - len(hits))]
    return hits


def _words(query: str) -> list[_Word]:
    plain = normalize("NFC", storable(query)).replace('"', " ").replace("\0", " ")
    cut = [(word[:_WORD_LENGTH], tuple(_TOKEN.findall(word[:_WORD_LENGTH]))) for word in plain.split()]
    cut = [(word, tokens) for word, tokens in cut if tokens][:_WORDS]
    # A single letter begins every fourth word of a text: that finds everything and is slow.
    return [
        _Word(word, tokens, i == len(cut) - 1 and (len(tokens[-1]) > 1 or bool(_WIDE.match(tokens[-1]))))
        for i, (word, tokens) in enumerate(cut)
    ]


def _best(rows: list[tuple[Any, ...]], limit: int) -> list[tuple[Any, ...]]:
    """By bm25 (in the first column, better is less), of which age (the second, in ms) takes up to a half."""
    newest = max((row[1] for row in rows), default=0)
    return sorted(rows, key=lambda row: row[0] * (0.5 + 0.5 ** (1 + (newest - row[1]) / _HALF_LIFE_MS)))[:limit]


def _hit(row: tuple[Any, ...], text: str, words: list[_Word], *, cut: bool) -> SearchHit:
    _rank, _ms, message_id, role, conversation_id, title, updated_ms = row
    text = normalize("NFC", text[:_READ])
    folded = _fold(text)
    spans = sorted(span for word in words for span in word.spans(text, folded))
    start, end = _window(text, spans) if cut else (0, len(text))
    return SearchHit(
        conversation_id,
        title,
        message_id,
        Role(role) if role else None,
        updated_ms,
        _runs(text, start, end, spans),
    )


def _window(text: str, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """Around the first match of the longest word, beginning at a word."""
    first = max(spans, key=lambda span: span[1] - span[0], default=(0, 0))[0]
    start = max(0, first - _LEAD)
    if start:
        space = re.compile(r"\s").search(text, start, first)
        start = space.end() if space else start
    return start, min(len(text), start + _SNIPPET)


def _runs(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """The text between `start` and `end` on one line, as (text, is_match) runs; an ellipsis where it is cut."""
    runs: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for left, right in spans:
        left, right = max(left, at), min(right, end)
        if left < right:
            runs += [(text[at:left], False), (text[left:right], True)]
            at = right
    runs += [(text[at:end], False), ("…" if end < len(text) else "", False)]
    return tuple((re.sub(r"\s+", " ", run), is_match) for run, is_match in runs if run)


def _edge(text: str, i: int) -> bool:
    """Whether a word of the index may begin or end before character `i`."""
    if i in (0, len(text)):
        return True
    before, after = text[i - 1], text[i]
    return (
        not (before.isalnum() and after.isalnum())
        or bool(_WIDE.match(before) or _WIDE.match(after))
        or is_hump(text, i)
    )


class _Folding(dict[int, str]):
    """Character by character to lower case without accents, one for one, so that places stay the same."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        apart = normalize("NFD", character)
        if code < 0x2E80 and all(category(mark) == "Mn" for mark in apart[1:]):
            character = apart[0]
        lower = character.lower()
        self[code] = folded = lower if len(lower) == 1 else character
        return folded


_FOLDING = _Folding()


def _fold(text: str) -> str:
    return text.translate(_FOLDING)
