"""Plain text reads well and keeps what was written; tables go into other programs as they are."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.render import table_text
from desktop.render.blocks import Align, CodeBlock, Item, List, Paragraph, Quote, Table, Text, parse
from desktop.render.excerpt import leaves
from desktop.render.plain_text import to_text
from tests.render.corpus import LATE, SNIPPETS


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("# Head\n\n**bold** [link](https://x.org) `code`\nsoft  \nhard", "Head\n\nbold link code soft\nhard"),
        ("- a\n  - b\n- c\n", "- a\n  - b\n- c"),
        ("9. a\n10. b\n\n    more\n", "9. a\n\n10. b\n\n    more"),
        ("- [x] a\n- [ ] b\n", "- [x] a\n- [ ] b"),
        ("- a\n\n  ```\n  x\n    y\n  ```\n", "- a\n\nx\n  y"),
        ("- ```\n  x\n  ```\n", "-\nx"),
        ("- - a\n  - b\n-\n", "- - a\n  - b\n-"),
        ("> [!TIP]\n> a\n", "> [!TIP]\n> a"),
        ("> a\n>\n> - b\n> - c\n", "> a\n>\n> - b\n> - c"),
        ("- > a\n  >\n  > b\n", "- > a\n  >\n  > b"),
        ("costs $20-$30, $x^2$ and $$y$$\n\n$$\na\nb\n$$\n", "costs $20-$30, $x^2$ and $$y$$\n\n$$\na\nb\n$$"),
        ("| a | **b** |\n|---|---|\n| $x$ | 1<br>2 |\n", "a\tb\n$x$\t1 2"),
        ("a\n\n---\n\n![alt](https://x.org/a.png)\n", "a\n\n---\n\nalt"),
        ("a[^n]\n\n[^n]: note\n", "a[1]\n\n[1] note"),
        ("<details>\n<summary>More</summary>\n\na\n\n</details>\n", "More\n\na"),
    ],
)
def test_plain_text(source: str, text: str) -> None:
    assert to_text(parse(source)) == text


def test_code_of_any_text_is_in_it() -> None:
    for text in SNIPPETS + LATE:
        blocks = parse(text)
        plain = to_text(blocks)
        assert all(leaf.text in plain for leaf in leaves(blocks) if isinstance(leaf, CodeBlock))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_code_stands_to_the_letter(code: str) -> None:
    block = CodeBlock("", code)
    assert to_text((block,)) == code
    assert f"\n{code}" in to_text((List((Item((Quote((Paragraph((Text("a"),)), block)),)),), start=2),))


TABLE = parse('| a | $x$ |\n|:-:|---|\n| =1+1 | say "hi", b |\n| 1<br>2 | `x\\|y` |\n')[0]


def test_a_table_for_other_programs() -> None:
    assert isinstance(TABLE, Table)
    assert table_text.to_csv(TABLE) == 'a,$x$\r\n=1+1,"say ""hi"", b"\r\n"1\n2",x|y\r\n'
    assert table_text.to_tsv(TABLE) == 'a\t$x$\n=1+1\tsay "hi", b\n1 2\tx|y'
    assert table_text.to_markdown(TABLE) == '| a | $x$ |\n| :-: | --- |\n| =1+1 | say "hi", b |\n| 1<br>2 | `x\\|y` |'


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2))
def test_cells_are_copied_to_the_letter(cells: list[str]) -> None:
    row = tuple((Text(cell),) for cell in cells)
    table = Table((Align.NONE, Align.NONE), ((Text("head"),), ()), (row,))
    assert list(csv.reader(io.StringIO(table_text.to_csv(table), newline="")))[1] == cells


def test_a_head_without_words_is_left_out() -> None:
    assert table_text.to_tsv(Table((Align.NONE,), ((),), (((Text("a"),),),))) == "a"
