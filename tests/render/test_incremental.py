"""Reading a text in pieces gives what reading it whole gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.render.blocks import LONGEST_TAIL, Block, CodeBlock, IncrementalParser, Paragraph, parse
from tests.render.corpus import LATE, SNIPPETS


def read_in(pieces: list[str]) -> tuple[Block, ...]:
    parser = IncrementalParser()
    for piece in pieces:
        before = list(parser.final)
        parser.feed(piece)
        assert parser.final[: len(before)] == before
    return parser.blocks


@pytest.mark.parametrize("text", SNIPPETS)
def test_letter_by_letter(text: str) -> None:
    assert read_in(list(text)) == parse(text)


@pytest.mark.parametrize("text", SNIPPETS)
def test_every_prefix_reads_as_if_it_were_all(text: str) -> None:
    parser = IncrementalParser()
    for end, letter in enumerate(text, 1):
        parser.feed(letter)
        if "\r" not in text:
            assert parser.blocks == parse(text[:end])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=4),
    st.lists(st.integers(1, 40), min_size=1, max_size=12),
    st.sampled_from(["\n", "\n\n", ""]),
)
def test_any_chunking_of_any_mixture(snippets: list[str], sizes: list[int], between: str) -> None:
    text = between.join(snippets)
    pieces, at, turn = [], 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        pieces.append(text[at : at + size])
        at, turn = at + size, turn + 1
    assert read_in(pieces) == parse(text)


@pytest.mark.parametrize("text", LATE)
def test_late_definitions_are_known_at_the_end(text: str) -> None:
    parser = IncrementalParser()
    for letter in text:
        parser.feed(letter)
    assert parser.finish() == parse(text)


def test_only_the_tail_is_open() -> None:
    parser = IncrementalParser()
    parser.feed("# Title\n\nText.\n\n- a\n- b")
    assert len(parser.final) == 2
    assert len(parser.tail) == 1


def test_an_open_fence_grows_without_an_end_in_sight() -> None:
    parser = IncrementalParser()
    parser.feed("```py\n")
    for number in range(5000):
        parser.feed(f"line {number}\n")
    (block,) = parser.tail
    assert isinstance(block, CodeBlock)
    assert not block.closed
    assert block.text.endswith("\nline 4999")
    parser.feed("```\n")
    assert parser.blocks == (CodeBlock("py", block.text),)


def test_one_endless_line_is_kept_to_the_letter() -> None:
    text = "x" * (3 * LONGEST_TAIL + 7)
    blocks = parse(text * 4)
    assert all(isinstance(block, Paragraph) for block in blocks)
    assert "".join(inline.text for block in blocks for inline in block.content) == text * 4  # type: ignore[union-attr]
