"""What texts of models read as: the cases where readers of Markdown go wrong."""

import pytest

from desktop.render.blocks import (
    Align,
    Block,
    Code,
    CodeBlock,
    Details,
    Formula,
    Heading,
    Image,
    Inline,
    InlineFormula,
    Item,
    Link,
    List,
    NoteMark,
    Notes,
    Paragraph,
    Quote,
    Rule,
    Style,
    Styled,
    Table,
    Text,
    parse,
)
from tests.render.hostile import HOSTILE


def inline(text: str) -> tuple[Inline, ...]:
    (block,) = parse(text)
    assert isinstance(block, Paragraph)
    return block.content


def p(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def bullets(*items: tuple[Block, ...]) -> List:
    return List(tuple(Item(blocks) for blocks in items))


@pytest.mark.parametrize("indent", ["  ", "   ", "    ", "\t"])
def test_lists_nest_at_any_usual_indent(indent: str) -> None:
    assert parse(f"- a\n{indent}- b\n- c\n") == (bullets((p("a"), bullets((p("b"),))), (p("c"),)),)


def test_numbers_and_tasks() -> None:
    assert parse("3. a\n4. b\n") == (List((Item((p("a"),)), Item((p("b"),))), start=3),)
    assert parse("- [x] a\n- [ ] b\n- [y] c\n") == (
        List((Item((p("a"),), checked=True), Item((p("b"),), checked=False), Item((p("[y] c"),)))),
    )


def test_a_list_may_follow_a_line_at_once_but_a_year_begins_none() -> None:
    assert parse("Steps:\n- a\n") == (p("Steps:"), bullets((p("a"),)))
    assert len(parse("finished in\n1999. It was repaired\n")) == 1


def test_code_in_a_step() -> None:
    (steps,) = parse("1. one\n\n   ```sh\n   make\n   ```\n\n2. two\n")
    assert steps == List((Item((p("one"), CodeBlock("sh", "make"))), Item((p("two"),))), start=1, tight=False)


def test_fences() -> None:
    assert parse("````md\n```py\nx\n```\n````\n") == (CodeBlock("md", "```py\nx\n```"),)
    assert parse("```py title=x\nx = 1") == (CodeBlock("py", "x = 1", closed=False),)
    assert parse("```make\nall:\n\techo\n```\n") == (CodeBlock("make", "all:\n\techo"),)
    assert parse("text\n```\nx\n```\ntext\n") == (p("text"), CodeBlock("", "x"), p("text"))


def test_headings_and_what_is_none() -> None:
    assert parse("## Two ##\n") == (Heading(2, (Text("Two"),)),)
    assert parse("#hashtag\n") == (p("#hashtag"),)
    assert parse("a\n\n---\n") == (p("a"), Rule())


def test_table_right_after_a_line() -> None:
    assert parse("text\n| a | b |\n|:-:|--:|\n| 1 |\n") == (
        p("text"),
        Table((Align.CENTER, Align.RIGHT), ((Text("a"),), (Text("b"),)), (((Text("1"),), ()),)),
    )


def test_quotes_may_be_deep() -> None:
    (block,) = parse("> " * 40 + "deep\n")
    for _ in range(40):
        assert isinstance(block, Quote)
        (block,) = block.blocks
    assert block == p("deep")


@pytest.mark.parametrize(
    "text",
    [
        "It costs $20-$30 a month.",
        "$5 and $10.",
        "between $5 and 10$ there",
        "US$5, A$6$",
        "**$1,293.46** or $5/$6",
        "$ 5 $",
        "a $100/month plan, or 90$",
        r"\$5 and \$6",
    ],
)
def test_money_is_never_a_formula(text: str) -> None:
    assert "InlineFormula" not in repr(parse(text))


def test_formulas() -> None:
    assert inline("$x^2$, \\(y\\) and $$z$$") == (
        InlineFormula("x^2"),
        Text(", "),
        InlineFormula("y"),
        Text(" and "),
        InlineFormula("z", display=True),
    )
    assert inline("设$x$为") == (Text("设"), InlineFormula("x"), Text("为"))
    assert parse("text\n\\[\na\n- b\n\\]\nafter") == (p("text"), Formula("a\n- b"), p("after"))
    assert parse("$$ x $$\n") == (Formula("x"),)
    assert parse("\\begin{align}\na\n\\end{align}\n") == (Formula("\\begin{align}\na\n\\end{align}"),)
    assert parse("- a\n  $$\n  x\n  $$\n") == (bullets((p("a"), Formula("x"))),)
    assert parse("`$x$`\n") == (Paragraph((Code("$x$"),)),)


@pytest.mark.parametrize(
    ("text", "strong"),
    [
        ("**注意：**请", "注意："),
        ("**“乐观锁”**机制", "“乐观锁”"),
        ("**핵심(core)**입니다", "핵심(core)"),
        ("a**b**c", "b"),
    ],
)
def test_emphasis_between_letters_of_any_script(text: str, strong: str) -> None:
    assert Styled(Style.STRONG, (Text(strong),)) in inline(text)


def test_what_is_not_emphasis() -> None:
    assert inline("snake_case_name, 2*3*4 and ~5 to ~10")[0] == Text("snake_case_name, 2")
    assert inline("~5 minutes, ~10 MB") == (Text("~5 minutes, ~10 MB"),)
    assert inline("~~gone~~") == (Styled(Style.STRIKE, (Text("gone"),)),)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://x.org/a_b_(c).", "https://x.org/a_b_(c)"),
        ("(http://x.org)", "http://x.org"),
        ("https://example.com。谢谢", "https://example.com"),
        ("www.x.org, then", "http://www.x.org"),
        ("write to me@x.org.", "mailto:me@x.org"),
        ("<https://x.org>", "https://x.org"),
        ("**https://x.org**", "https://x.org"),
    ],
)
def test_bare_links(text: str, url: str) -> None:
    assert f"Link(url='{url}'" in repr(parse(text))


@pytest.mark.parametrize("text", ["main.py lib.rs README.md", "a@b", "http://", "ftp://x.org", "x.y.z", "`www.x.org`"])
def test_what_is_no_link(text: str) -> None:
    assert "Link(" not in repr(parse(text))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "vbscript:x", "data:text/html,x"])
def test_dangerous_links_stay_text(url: str) -> None:
    assert "Link(" not in repr(parse(f"[x]({url}) <{url}>"))


def test_html_that_means_something() -> None:
    assert inline("H<sub>2</sub>O") == (Text("H"), Styled(Style.SUBSCRIPT, (Text("2"),)), Text("O"))
    assert inline("<b>a **b**</b>") == (Styled(Style.STRONG, (Text("a "), Styled(Style.STRONG, (Text("b"),)))),)
    assert Image("https://x.org/a.png", "A") in inline('x <img src="https://x.org/a.png" alt="A">')
    (details,) = parse("<details>\n<summary>More</summary>\n\n- a\n\n</details>\n")
    assert details == Details((Text("More"),), (bullets((p("a"),)),))


@pytest.mark.parametrize(
    "text", ["Vec<T> and Map<K, V>", "<answer>42</answer>", "<script>alert(1)</script>", "a < b > c", "</b> <i>open"]
)
def test_other_html_is_text(text: str) -> None:
    assert inline(text) == (Text(text),)


def test_layout_is_dropped_and_comments_are_hidden() -> None:
    assert parse('<div align="center">\n\n**a**\n\n</div>\n') == (Paragraph((Styled(Style.STRONG, (Text("a"),)),)),)
    assert inline("a <span style='x'>b</span> <!-- c -->d") == (Text("a b d"),)
    assert parse("<!-- a\n\n# b\n\n-->\nc") == (p("c"),)
    assert "not closed" in repr(parse("<!-- not closed\n\nafter"))


def test_footnotes_come_last_and_none_is_lost() -> None:
    text = "a[^x] b[^y]\n\n[^y]: Y\n[^x]: X\n[^z]: never used\n"
    assert parse(text) == (
        Paragraph((Text("a"), NoteMark(1), Text(" b"), NoteMark(2))),
        Notes(((p("X"),), (p("Y"),), (p("never used"),))),
    )


def test_links_by_reference() -> None:
    assert parse("[a][b]\n\n[b]: https://x.org 'T'\n") == (Paragraph((Link("https://x.org", (Text("a"),), "T"),)),)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_are_read(kind: str) -> None:
    text = HOSTILE[kind](4000)
    assert bool(parse(text)) is (bool(text.strip()) and kind != "references")


@pytest.mark.parametrize("pattern", ["> ", "- ", "1. ", "<details>\n", ">\t"])
def test_nothing_is_lost_however_deep(pattern: str) -> None:
    assert "deep down" in repr(parse(pattern * 500 + "deep down\n"))
    assert "deep down" in repr(parse("".join("  " * n + "- a\n" for n in range(150)) + "  " * 150 + "deep down\n"))


def test_a_megabyte_in_one_line() -> None:
    assert parse("x" * 1_000_000) == (p("x" * 1_000_000),)
