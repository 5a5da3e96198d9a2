"""HTML for export: complete, and safe whatever the text."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.render import reasoning
from desktop.render.blocks import parse
from desktop.render.markdown import blocks_to_html, to_html
from tests.render.cases import CASES
from tests.render.corpus import LATE, SNIPPETS

_TAGS = frozenset(
    (
        *(
            "a",
            "bdi",
            "blockquote",
            "br",
            "code",
            "details",
            "div",
            "em",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "img",
        ),
        *("input", "kbd", "li", "mark", "ol", "p", "pre", "s", "section", "span", "strong", "sub", "summary", "sup"),
        *("table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
    )
)
_ATTRIBUTES = frozenset(
    (
        *("alt", "aria-label", "checked", "class", "data-display", "data-tex", "disabled", "href", "id", "src"),
        *("start", "style", "title", "type"),
    )
)
_SCHEMES = ("http:", "https:", "mailto:")


class Checker(HTMLParser):
    """Fails on anything but known elements, properly closed, with harmless attributes; collects the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS
        if tag not in ("br", "hr", "img", "input"):
            self.open.append(tag)
        for name, value in attrs:
            assert name in _ATTRIBUTES
            if name in ("href", "src") and ":" in (value or "").split("/")[0].split("?")[0].split("#")[0]:
                assert (value or "").lower().startswith(_SCHEMES)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def checked(text: str) -> str:
    checker = Checker()
    checker.feed(to_html(text))
    checker.close()
    assert checker.open == []
    return checker.text


@pytest.mark.parametrize("text", SNIPPETS + LATE)
def test_the_corpus_is_safe(text: str) -> None:
    checked(text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab<>/&;\"'=()[]!`*_$\\:#-| \n1.~^\t"), max_size=80))
def test_any_text_is_safe(text: str) -> None:
    checked(text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<script>",
                "<img src=x onerror=y>",
                "<a href='javascript:x'>",
                "[x](javascript:y)",
                "</p>",
                "<!--",
                "-->",
                "`",
                "**",
                "<b>",
                "</b>",
                "\n",
                "\n\n",
                "- ",
                "> ",
                "|a|\n|-|\n",
            ]
        )
    )
)
def test_any_mixture_of_tricks_is_safe(pieces: list[str]) -> None:
    checked("".join(pieces))


def test_code() -> None:
    assert to_html("```py\na < b && c\n```") == '<pre><code class="language-py">a &lt; b &amp;&amp; c\n</code></pre>'


def test_formulas() -> None:
    html = to_html("$x<y$\n\n$$\na & b\n$$")
    assert 'data-tex="x&lt;y"' in html
    assert 'data-display="1" data-tex="a &amp; b"' in html


def test_tasks_and_lists() -> None:
    html = to_html("- [x] a\n- b\n")
    assert '<input checked="checked" disabled="disabled" type="checkbox" /> a' in html
    assert "<p>" not in html
    assert to_html("3. a\n").startswith('<ol start="3"><li>a')


def test_table_and_notes() -> None:
    html = to_html("| a |\n|--:|\n| 1 |\n\nx[^n]\n\n[^n]: *note*\n")
    assert '<td style="text-align: right">1</td>' in html
    assert '<sup class="footnote" id="ref-1"><a href="#note-1">1</a></sup>' in html
    assert (
        '<li id="note-1"><p><em>note</em> <a aria-label="Back to the text" class="footnote-back" href="#ref-1">' in html
    )


def test_reasoning_is_folded_away_before_the_answer_is_read() -> None:
    html = to_html("<think>\n```\nopen\n</think>\nAnswer")
    assert html.startswith('<details class="reasoning">')
    assert html.endswith("<p>Answer</p>")


def test_entities_are_shown_as_written() -> None:
    assert checked("`&amp;` &amp;lt; & &lt;b&gt;").strip() == "&amp; &lt; & <b>"


@pytest.mark.parametrize("text", [text for text, _ in CASES["reasoning"]])
def test_what_has_been_told_apart_stays_so_while_a_text_grows(text: str) -> None:
    if not text.startswith("<think"):
        return  # without its first tag only the end tells
    thought = answer = ""
    for end in range(12, len(text) + 1):
        now = reasoning.split(text[:end], growing=True)
        assert now[0].startswith(thought)
        assert now[1].startswith(answer)
        thought, answer = now
    whole = reasoning.split(text)
    assert whole[0].startswith(thought)
    assert whole[1].startswith(answer)


def test_a_page_may_hold_several_texts() -> None:
    html = to_html("<think>a[^1]\n\n[^1]: A</think>b[^1]\n\n[^1]: B", ids="m7-")
    found = re.findall(r' id="([^"]*)"', html)
    assert found == ["m7-reasoning-ref-1", "m7-reasoning-note-1", "m7-ref-1", "m7-note-1"]
    assert set(re.findall(r'href="#([^"]*)"', html)) == set(found)


def test_part_of_a_text() -> None:
    paragraph, _notes = parse("a[^1] `b`\n\n[^1]: c")
    assert blocks_to_html([paragraph]) == '<p>a<sup class="footnote">1</sup> <code>b</code></p>'
    assert blocks_to_html([]) == ""
