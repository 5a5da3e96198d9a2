"""Reading a text in pieces gives what reading it whole gives."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.render import blocks, reading
from desktop.render.blocks import (
    LONGEST_OPEN,
    LONGEST_TAIL,
    Block,
    CodeBlock,
    IncrementalParser,
    List,
    Paragraph,
    parse,
)
from tests.render.corpus import LATE, SNIPPETS


def read_in(pieces: list[str]) -> tuple[Block, ...]:
    parser = IncrementalParser()
    for piece in pieces:
        before = list(parser.final)
        parser.feed(piece)
        assert parser.final[: len(before)] == before
    return parser.blocks


@pytest.mark.parametrize("text", SNIPPETS)
def test_every_prefix_reads_as_if_it_were_all(text: str) -> None:
    parser = IncrementalParser()
    for end, letter in enumerate(text, 1):
        final = list(parser.final)
        parser.feed(letter)
        assert parser.final[: len(final)] == final
        if "\r" not in text:
            assert parser.blocks == parse(text[:end])
    assert parser.finish() == parse(text)


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


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    snippets=st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=4),
    longest=st.integers(0, 40),
    size=st.integers(1, 30),
)
@example(snippets=["- ```py\n  x\n  ```\n"] * 2, longest=0, size=1)
def test_a_long_block_in_parts_is_the_same(
    monkeypatch: pytest.MonkeyPatch, snippets: list[str], longest: int, size: int
) -> None:
    monkeypatch.setattr(blocks, "LONGEST_OPEN", longest)
    text = "\n".join(snippets)
    parser = IncrementalParser()
    for start in range(0, len(text), size):
        parser.feed(text[start : start + size])
    assert parser.finish() == parse(text)


LONG = {
    "tight list": "- item **{n}** with `code`\n",
    "loose list": "{n}. item\n\n   - more\n\n",
    "table": "| {n} | **b** | c\\|d |\n",
    "lines": "words and *more* of them, the {n}th time;\n",
    "one line": "words and *more* of them, the {n}th time; ",
}


@pytest.mark.parametrize("kind", LONG)
def test_a_block_without_end_stays_cheap_to_read_and_is_whole_at_the_end(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = []

    def measured(text: str, env: dict[str, Any], *, notes: bool) -> reading.Read:
        lengths.append(len(text))
        return read(text, env, notes=notes)

    read = reading.read
    text = "| a | b | c |\n|---|---|---|\n" if kind == "table" else ""
    text += "".join(LONG[kind].format(n=n) for n in range(1, 120))
    whole = parse(text)
    monkeypatch.setattr(reading, "read", measured)
    parser = IncrementalParser()
    for start in range(0, len(text), 37):
        parser.feed(text[start : start + 37])
    assert parser.blocks == whole
    assert len(text) > 2 * LONGEST_OPEN > max(lengths)


@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_after_too_many_signs_the_rest_is_as_it_was_written(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_SIGNS", 200)
    text = "- **a**\n" * 100
    found = read_in([text[start : start + size] for start in range(0, len(text), size)])
    assert found == parse(text)
    assert isinstance(found[0], List)
    assert isinstance(found[-1], CodeBlock)
    assert text.endswith(found[-1].text)
    assert text.count("a") == repr(found[0]).count("'a'") + found[-1].text.count("a")


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
