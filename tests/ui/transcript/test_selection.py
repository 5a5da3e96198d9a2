"""Which part of each message a selection covers, and where words begin: without any widget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.ui.transcript import question
from desktop.ui.transcript.position import Place, TextPosition
from desktop.ui.transcript.selection import words
from desktop.ui.transcript.selection.selection import (
    Marks,
    Part,
    Selection,
    extended,
    in_column,
    is_whole,
    marks,
    order,
)

LENGTHS = st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=1, max_size=3)
IDS = ["a", "b", "c"]


def row_of(message_id: str) -> int:
    return IDS.index(message_id) if message_id in IDS else -1


def all_letters(lengths: list[list[int]]) -> list[Place]:
    return [
        Place(column, leaf, offset)
        for column, leaves in enumerate(lengths)
        for leaf, length in enumerate(leaves)
        for offset in range(length)
    ]


def letters(found: Marks) -> list[Place]:
    return [
        Place(column, leaf, offset)
        for column, leaves in found.items()
        for leaf, ranges in leaves.items()
        for start, end in ranges
        for offset in range(start, end)
    ]


PLACES = st.builds(Place, st.integers(0, 2), st.integers(0, 4), st.integers(0, 6))
POSITIONS = st.builds(TextPosition, st.sampled_from(IDS), PLACES)


@given(LENGTHS, st.none() | PLACES, st.none() | PLACES)
def test_marks_are_the_letters_between_two_places(
    lengths: list[list[int]], start: Place | None, end: Place | None
) -> None:
    expected = [
        letter
        for letter in all_letters(lengths)
        if (start is None or start <= letter) and (end is None or letter < end)
    ]
    assert letters(marks(lengths, Part(start, end))) == expected


@given(LENGTHS, PLACES)
def test_two_parts_of_a_message_make_the_whole(lengths: list[list[int]], cut: Place) -> None:
    parts = letters(marks(lengths, Part(None, cut))) + letters(marks(lengths, Part(cut, None)))
    assert parts == letters(marks(lengths, Part())) == all_letters(lengths)


@given(LENGTHS, st.none() | PLACES, st.none() | PLACES)
def test_whole_means_that_no_letter_of_a_column_is_left_out(
    lengths: list[list[int]], start: Place | None, end: Place | None
) -> None:
    part = Part(start, end)
    for column in range(len(lengths)):
        of_column = [letter for letter in all_letters(lengths) if letter.column == column]
        marked = [letter for letter in letters(marks(lengths, part)) if letter.column == column]
        assert is_whole(lengths, column, part) == (of_column == marked)
        within = in_column(part, column)
        assert within is not None or not marked


@given(POSITIONS, POSITIONS)
def test_a_selection_is_the_same_from_either_end(anchor: TextPosition, head: TextPosition) -> None:
    one, other = Selection(anchor, head), Selection(head, anchor)
    first, last = one.ends(row_of)
    assert order(first, row_of) <= order(last, row_of)
    for message_id in IDS:
        part = one.part_of(message_id, row_of)
        assert part == other.part_of(message_id, row_of)
        between = row_of(first.message_id) <= row_of(message_id) <= row_of(last.message_id)
        assert (part is not None) == (between and anchor != head)
        if part == Part():
            assert message_id not in (first.message_id, last.message_id)


@given(st.lists(POSITIONS, min_size=4, max_size=4))
def test_extending_keeps_the_first_word_and_takes_the_other_whole(found: list[TextPosition]) -> None:
    def key(position: TextPosition) -> tuple[int, Place]:
        return order(position, row_of)

    base = (min(found[:2], key=key), max(found[:2], key=key))
    to = (min(found[2:], key=key), max(found[2:], key=key))
    first, last = extended(base, to, row_of).ends(row_of)
    assert key(first) == min(map(key, (*base, *to)))
    assert key(last) >= max(map(key, base))
    if key(to[0]) >= key(base[0]):
        assert key(last) == max(map(key, (*base, *to)))


@pytest.mark.parametrize(
    ("text", "at", "word"),
    [
        ("Hello, world", 1, "Hello"),
        ("Hello, world", 5, ","),
        ("Hello, world", 12, "world"),
        ("snake_case x", 5, "snake_case"),
        ("a 😀b", 3, "b"),
        ("你好世界。再见", 1, "你好世界"),
        ("カタカナひらがな漢字", 5, "ひらがな"),
        ("한국어 단어", 1, "한국어"),
        ("e\u0301te\u0301 x", 1, "e\u0301te\u0301"),
        ("one\ntwo", 3, "one"),
        ("", 0, ""),
    ],
)
def test_the_word_at_a_place(text: str, at: int, word: str) -> None:
    start, end = words.word_at(text, at)
    assert text[start:end] == word


@given(st.text(), st.integers(0, 50))
def test_words_and_letters_go_forwards_and_back_within_any_text(text: str, at: int) -> None:
    at = min(at, len(text))
    start, end = words.word_at(text, at)
    assert 0 <= start <= at <= len(text)
    assert start <= end <= len(text)
    for forwards in (words.next_letter, words.next_word):
        found = forwards(text, at)
        assert found is None or at < found <= len(text)
    for back in (words.previous_letter, words.previous_word):
        found = back(text, at)
        assert found is None or 0 <= found < at


def test_letters_are_those_that_are_seen() -> None:
    text = "a👩‍👩‍👧e\u0301"
    stops = [0]
    while (following := words.next_letter(text, stops[-1])) is not None:
        stops.append(following)
    assert stops == [0, 1, 6, 8]
    assert words.previous_letter(text, 8) == 6


def test_lines_end_at_any_of_the_marks() -> None:
    assert words.line_at("one\ntwo\n", 5) == (4, 7)
    assert words.line_at("a\tbc\nd", 2, "\t\n") == (2, 4)
    assert words.line_at("", 0) == (0, 0)


@given(st.text(alphabet="ab\n\r é😀\0", max_size=40), st.data())
def test_a_question_is_cut_where_its_pieces_are(text: str, data: st.DataObject) -> None:
    pieces = question.pieces(text)
    leaf = data.draw(st.integers(0, len(pieces) - 1))
    cut = Place(0, leaf, data.draw(st.integers(0, len(pieces[leaf]))))
    before, after = question.excerpt(text, None, cut), question.excerpt(text, cut, None)
    assert before + after == "\n".join(pieces)
    assert question.excerpt(text, None, None) == text


def test_a_line_too_long_to_lay_out_is_copied_without_a_break() -> None:
    text = "x" * 9000 + "\nend"
    assert len(question.pieces(text)) == 4
    assert question.excerpt(text, Place(0, 0, 3999), Place(0, 1, 1)) == "xx"
    assert question.excerpt(text, Place(0, 2, 999), Place(0, 3, 1)) == "x\ne"
