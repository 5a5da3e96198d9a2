"""What is said of each kind of leaf, and that places in what is said and in the text go along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.render.blocks import parse
from desktop.ui.transcript import utf16
from desktop.ui.transcript.access import text as access_text
from desktop.ui.transcript.access.text import Kind, Link, Said
from desktop.ui.transcript.leaves import Leaf, TableLeaf, flatten, plain

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def leaf(markdown: str) -> Leaf:
    return list(flatten(parse(markdown)))[-1]


@pytest.mark.parametrize(
    ("markdown", "kind", "name", "said"),
    [
        ("Some *words*", Kind.PARAGRAPH, "Some words", "Some words"),
        ("### Third level", Kind.HEADING, "Third level", "Third level"),
        ("1. one\n2. two", Kind.ITEM, "2. two", "2. two"),
        ("- one\n  - two", Kind.ITEM, "• two", "• two"),
        ("- [x] done", Kind.ITEM, "done", "done"),
        ("> quoted", Kind.QUOTE, "quoted", "quoted"),
        ("> [!TIP]\n> helpful", Kind.QUOTE, "Tip: helpful", "Tip: helpful"),
        ("```python\na\nb\nc\n```", Kind.CODE, "Python code, 3 lines", "a\nb\nc"),
        ("```\na\n```", Kind.CODE, "Code, 1 line", "a"),
        ("3. ```\n   a\n   ```", Kind.CODE, "3. Code, 1 line", "a"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", Kind.TABLE, "Table, 2 rows, 2 columns", "a\tb\n1\t2"),
        ("$$\nx^2\n$$", Kind.FORMULA, "Formula: x^2", "x^2"),
        ("half is $\\frac12$ of it", Kind.PARAGRAPH, "half is \\frac12 of it", "half is \\frac12 of it"),
        ("above\n\n---", Kind.RULE, "", ""),
    ],
)
def test_kinds(markdown: str, kind: Kind, name: str, said: str) -> None:
    found = leaf(markdown)
    assert (access_text.kind(found), access_text.name(found), access_text.said(found).text) == (kind, name, said)


@pytest.mark.parametrize(("markdown", "ticked"), [("- [x] a", True), ("- [ ] a", False), ("- a", None), ("a", None)])
def test_tasks_tell_their_box_as_a_state(markdown: str, ticked: bool | None) -> None:
    assert access_text.is_task(leaf(markdown)) is ticked


def test_links_with_the_letters_they_cover() -> None:
    found = leaf("see [the **best** page](https://a.example) or https://b.example")
    assert access_text.links(found) == [
        Link(4, 17, "https://a.example", "the best page"),
        Link(21, 38, "https://b.example", "https://b.example"),
    ]
    for link in access_text.links(found):
        assert plain(found)[link.start : link.end] == link.words


@given(st.lists(st.tuples(TEXTS, st.booleans()), max_size=6), st.integers(0, 50))
def test_places_in_what_is_said_lead_back(pieces: list[tuple[str, bool]], first: int) -> None:
    """A piece that is not said as it stands is one letter of the text."""
    said = Said([(text, len(text) if as_it_stands else 1) for text, as_it_stands in pieces], first)
    letters = sum(len(text) if as_it_stands else 1 for text, as_it_stands in pieces)
    assert said.length == utf16.length(said.text)
    assert said.between(0, -1) == said.text
    for offset in range(first, first + letters + 1):
        assert said.covers(offset)
        assert said.offset(said.unit(offset)) == offset
    assert not said.covers(first - 1)
    assert not said.covers(first + letters + 1)


@given(TEXTS, st.integers(-5, 40), st.integers(-5, 40))
def test_any_range_of_what_is_said_can_be_asked_for(text: str, start: int, end: int) -> None:
    said = Said([(text, len(text))])
    raw = text.encode("utf-16-le")
    last = end if 0 <= end <= said.length else said.length
    wanted = raw[2 * max(0, min(start, last)) : 2 * last]
    assert said.between(start, end) == wanted.decode("utf-16-le", "replace")


def test_cells_are_parts_of_the_table_s_text() -> None:
    table = leaf("| a | $x^2$ | |\n|---|---|---|\n| 😀 1 | [two](https://a.example) | three |")
    assert isinstance(table, TableLeaf)
    for row, cells in enumerate(table.rows):
        for column in range(len(cells)):
            said = access_text.cell(table, row, column)
            part = plain(table)[said.offset(0) : said.offset(said.length)]
            assert part == said.text or (part, said.text) == ("\N{OBJECT REPLACEMENT CHARACTER}", "x^2")
