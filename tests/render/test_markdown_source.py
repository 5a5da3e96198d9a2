"""What is copied as Markdown reads back to what was shown, and looks as a person writes it."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop.render import blocks as b
from desktop.render.blocks import parse
from desktop.render.excerpt import clip, texts
from desktop.render.markdown_source import to_markdown
from tests.render.corpus import LATE, SNIPPETS

SIGNS = st.text(alphabet=st.sampled_from("ab 12<>/&;\"'=()[]!`*_$\\:#-+|~.^\n\t中，@>"), max_size=40)
MIXTURES = st.lists(st.sampled_from(SNIPPETS + LATE), min_size=1, max_size=4).map("\n".join)


def comparable(found: Any) -> Any:
    """Blocks without what Markdown has no form for."""
    match found:
        case tuple():
            parts = (comparable(part) for part in found)
            return tuple(part for part in parts if part != b.Paragraph(()))
        case b.CodeBlock():
            return replace(found, closed=True)
        case b.List(items=(b.Item(blocks=(_,)),)):
            return replace(found, tight=True, items=comparable(found.items))
    if is_dataclass(found):
        return type(found)(*(comparable(getattr(found, field.name)) for field in fields(found)))
    return found


@pytest.mark.parametrize("text", SNIPPETS + LATE)
def test_the_corpus_reads_back_to_the_same_blocks(text: str) -> None:
    blocks = parse(text)
    assert comparable(parse(to_markdown(blocks))) == comparable(blocks)


@settings(max_examples=150, deadline=None)
@given(MIXTURES)
@example("<think>\nopen\n\n<think>\na\n</think>\n\nb\n")
def test_mixtures_read_back_to_the_same_words(text: str) -> None:
    once = parse(to_markdown(parse(text)))
    assert "".join(words(once)) == "".join(words(parse(text)))
    assert to_markdown(once) == to_markdown(parse(to_markdown(once)))


@settings(max_examples=200, deadline=None)
@given(SIGNS)
def test_signs_read_back_to_the_same_blocks(text: str) -> None:
    blocks = parse(text)
    if "\\)" not in text:  # in a formula as well as around it
        assert words(parse(to_markdown(blocks))) == words(blocks)


def words(blocks: tuple[b.Block, ...]) -> list[str]:
    return [found for text in texts(blocks) if (found := "".join(text.split()))]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\2\3\r"), min_size=1, max_size=60))
def test_code_is_copied_to_the_letter(code: str) -> None:
    block, line = b.CodeBlock("py", code), code.replace("\n", " ")
    inside = (b.List((b.Item((b.Paragraph((b.Text("a"),)), block)),), start=3), b.Quote((block,)))
    assert parse(to_markdown(inside)) == inside
    if line.strip():
        assert parse(to_markdown((b.Paragraph((b.Text("a "), b.Code(line), b.Text(" b"))),))) == (
            b.Paragraph((b.Text("a "), b.Code(line), b.Text(" b"))),
        )


@pytest.mark.parametrize(
    "text",
    [
        "It costs $20-$30 a month, or **$5** and $10, US$5.",
        "snake_case_name, `__init__.py` and 2 * 3 * 4 < 5 & 6 > 3",
        "Vec<T> and HashMap<String, u32>, a[0] and f(x)[1]!",
        "~5 minutes, #1 of 10% | and C:\\Users\\name",
        "$x^2$, $$y$$ and **bold *and* more** `a|b` ``a`b``",
        'See https://x.org/a_b, me@x.org and [the page](https://x.org "T").',
        "**注意：**请",
        "- [x] done\n- [ ] open\n  - inner\n\n3. three\n4. four",
        "1. one\n\n   ```sh\n   make\n   ```\n\n2. two",
        "````md\n```py\nx\n```\n````",
        "| a \\| b | $x$ |\n| --- | :-: |\n| 1 | `x\\|y` |",
        "> a\n>\n> - b\n>\n> > c",
        "text\\\nbreak\nsoft\n\n---\n\nafter",
        "<details>\n<summary>More **x**</summary>\n\n- a\n\n</details>",
        "$$\na\n- b\n$$",
        "H<sub>2</sub>O and <kbd>Ctrl</kbd>",
        "# One\n\n## Two with `code`",
        "a[^1]\n\n[^1]: The *note*.\n\n    More.",
    ],
)
def test_usual_texts_are_written_as_they_were(text: str) -> None:
    assert to_markdown(parse(text)) == text


def test_only_what_would_mean_more_is_escaped() -> None:
    def written(text: str) -> str:
        return to_markdown((b.Paragraph((b.Text(text),)),))

    assert written("a_b *c* $5") == "a_b \\*c\\* $5"
    assert written("or $x$ in snake_case") == "or \\$x\\$ in snake_case"
    assert written("1. not a list") == "1\\. not a list"
    assert written("# no heading") == "\\# no heading"
    assert written("<b>not bold</b>") == "\\<b>not bold\\</b>"
    assert written("https://x.org") == "https\\://x.org"
    assert to_markdown((b.Heading(2, (b.Text("C#"),)),)) == "## C#"
    assert to_markdown((b.Heading(2, (b.Text("a #"),)),)) == "## a \\#"


def test_parts_of_styles_are_written_so_that_they_hold() -> None:
    blocks = parse("a **bold *text* here** b")
    assert to_markdown(clip(blocks, (0, 2), (0, 7))) == "**bold**"
    assert to_markdown(clip(blocks, (0, 7), (0, 11))) == "**_text_**"
    assert to_markdown((b.Paragraph((b.Styled(b.Style.STRONG, (b.Text("“a”"),)), b.Text("b"))),)) == (
        "<strong>“a”</strong>b"
    )


def test_lists_next_to_each_other_stay_apart() -> None:
    one = b.List((b.Item((b.Paragraph((b.Text("a"),)),)),))
    assert to_markdown((one, one, one)) == "- a\n\n* a\n\n- a"
    assert parse(to_markdown((one, one, one))) == (one, one, one)


def test_alerts() -> None:
    quote = b.Quote((b.Paragraph((b.Text("a"),)),), b.Alert.WARNING)
    assert to_markdown((quote,)) == "> [!WARNING]\n> a"
