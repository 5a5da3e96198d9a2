"""Parts of a text are what was between the two places, in the styles and lists they stood in."""

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.render import blocks as b
from desktop.render.blocks import parse
from desktop.render.excerpt import Place, clip, texts
from desktop.ui.transcript.leaves import flatten, plain
from tests.render.corpus import LATE, SNIPPETS

# Without pictures and footnotes' marks, which are never divided.
WHOLE = [text for text in SNIPPETS if "Image(" not in (read := repr(parse(text))) and "NoteMark(" not in read]
MIXTURES = st.lists(st.sampled_from(WHOLE), min_size=1, max_size=4).map("\n".join)
EXAMPLE = "# One *two*\n\n1. a **bold [link](https://x.org)** b\n2. `code`\n\n```py\nx = 1\ny = 2\n```\n\n> last\n"


def p(*content: b.Inline) -> b.Paragraph:
    return b.Paragraph(content)


def test_texts_are_those_of_the_leaves_that_are_drawn() -> None:
    for text in SNIPPETS + LATE:
        blocks = parse(text)
        assert texts(blocks) == [plain(leaf) for leaf in flatten(blocks)], text


def test_the_whole_text_is_itself() -> None:
    blocks = parse(EXAMPLE)
    assert clip(blocks, None, None) == blocks
    assert clip(blocks, (0, 0), None) == blocks
    assert clip(blocks, (2, 1), (2, 1)) == ()
    assert clip(blocks, (3, 0), (1, 0)) == ()


def test_styles_stay_around_what_is_left_of_them() -> None:
    blocks = parse(EXAMPLE)
    bold = b.Styled(b.Style.STRONG, (b.Link("https://x.org", (b.Text("in"),)),))
    assert clip(blocks, (1, 8), (1, 10)) == (p(bold),)
    assert clip(blocks, (0, 2), (0, 6)) == (p(b.Text("e "), b.Styled(b.Style.EMPHASIS, (b.Text("tw"),))),)


def test_a_part_alone_stands_without_what_is_around_it() -> None:
    blocks = parse(EXAMPLE)
    assert clip(blocks, (0, 0), (0, 7)) == blocks[:1]
    assert clip(blocks, (0, 0), (0, 3)) == (p(b.Text("One")),)
    assert clip(blocks, (3, 0), (3, 11)) == (b.CodeBlock("py", "x = 1\ny = 2"),)
    assert clip(blocks, (3, 2), (3, 7)) == (b.CodeBlock("py", "= 1\ny"),)
    assert clip(blocks, (3, 0), (3, 3)) == (p(b.Code("x =")),)
    assert clip(blocks, (4, 1), None) == (p(b.Text("ast")),)


def test_lists_keep_their_numbers_and_quotes_stay() -> None:
    blocks = parse(EXAMPLE)
    code, quote = b.CodeBlock("py", "x = 1"), b.Quote((p(b.Text("la")),))
    assert clip(blocks, (2, 0), (3, 5)) == (b.List((b.Item((p(b.Code("code")),)),), start=2), code)
    assert clip(blocks, (3, 11), (4, 2)) == (quote,)
    tasks = parse("- [x] a\n- [ ] b\n  - c\n- d\n")
    assert clip(tasks, (1, 0), (2, 1)) == (
        b.List((b.Item((p(b.Text("b")), b.List((b.Item((p(b.Text("c")),)),))), checked=False),)),
    )


TABLE = "| a | b | c |\n|:--|--:|---|\n| dd | **ee** | |\n| g | $h$ | i |\n"


def test_tables_keep_the_touched_cells() -> None:
    (table,) = parse(TABLE)
    assert isinstance(table, b.Table)
    assert texts((table,)) == ["a\tb\tc\ndd\tee\t\ng\t\ufffc\ti"]
    assert clip((table,), (0, 6), (0, 8)) == (p(b.Text("dd")),)
    assert clip((table,), (0, 9), (0, 10)) == (p(b.Styled(b.Style.STRONG, (b.Text("e"),))),)
    assert clip((table,), (0, 15), (0, 18)) == (
        b.Table((b.Align.RIGHT, b.Align.NONE), ((), ()), ((table.rows[1][1], (b.Text("i"),)),)),
    )
    assert clip((table,), (0, 7), None) == (
        b.Table(table.align, ((), (), ()), (((b.Text("d"),), *table.rows[0][1:]), table.rows[1])),
    )


def test_details_and_notes() -> None:
    details = parse("<details>\n<summary>More</summary>\n\n- a\n- b\n\n</details>\n\nafter\n")
    assert clip(details, (2, 0), None) == (b.List((b.Item((p(b.Text("b")),)),)), p(b.Text("after")))
    assert clip(details, (0, 2), (1, 1)) == (b.Details((b.Text("re"),), (b.List((b.Item((p(b.Text("a")),)),)),)),)
    (thought,) = parse("<think>\na\n\nb\n</think>\n")
    assert clip((thought,), (0, 0), (1, 1)) == (b.Details(thought.summary, (p(b.Text("a")),), reasoning=True),)
    noted = parse("a[^x] b[^y]\n\n[^x]: X\n[^y]: Y\n")
    assert texts(noted) == ["a1 b2", "", "X", "Y"]
    assert clip(noted, (0, 3), None) == (p(b.Text("b"), b.NoteMark(2)), noted[1])
    assert clip(noted, (3, 0), None) == (p(b.Text("Y")),)
    assert clip(noted, (2, 0), (3, 1)) == (b.Notes(((p(b.Text("X")),), (p(b.Text("Y")),))),)
    three = parse("a[^x] b[^y] c[^z]\n\n[^x]: X\n[^y]: Y\n[^z]: Z\n")
    assert clip(three, (3, 0), None) == (b.List((b.Item((p(b.Text("Y")),)), b.Item((p(b.Text("Z")),))), start=2),)


@settings(max_examples=150, deadline=None)
@given(MIXTURES, st.data())
def test_a_part_has_the_letters_between_its_places(text: str, data: st.DataObject) -> None:
    blocks = parse(text)
    whole = texts(blocks)

    def place() -> Place:
        leaf = data.draw(st.integers(0, max(0, len(whole) - 1)))
        return leaf, data.draw(st.integers(0, len(whole[leaf]) if whole else 0))

    start, end = sorted((place(), place()))
    between = "".join(
        each[start[1] if leaf == start[0] else 0 : end[1] if leaf == end[0] else len(each)]
        for leaf, each in enumerate(whole)
        if start[0] <= leaf <= end[0]
    )
    found = "".join(texts(clip(blocks, start, end)))
    assert _letters(found) == _letters(between)


def _letters(text: str) -> str:
    return "".join(text.split())
