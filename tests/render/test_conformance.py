"""The specifications' examples: all but those that are read otherwise on purpose."""

from collections import Counter

import pytest

from tests.render.specification import EXCEPTIONS, dom, examples, passes


@pytest.mark.parametrize(("name", "total", "passed"), [("commonmark", 652, 578), ("gfm", 23, 22)])
def test_only_the_exceptions_differ(name: str, total: int, passed: int) -> None:
    found = examples(name)
    assert len(found) == total
    failed = {example.number for example in found if not passes(example)}
    assert failed == EXCEPTIONS[name].keys()
    assert total - len(failed) == passed


def test_extensions_are_all_there() -> None:
    assert Counter(example.section for example in examples("gfm")) == {
        "Tables": 8,
        "Task list items": 2,
        "Strikethrough": 2,
        "Autolinks": 11,
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>a</p>\n<p>b</p>", "<p>a</p><p>b</p>"),
        ("<del>a</del>", "<s>a</s>"),
        ('<td align="right">1</td>', '<td style="text-align: right">1</td>'),
        ('<input checked="" disabled="">', '<input disabled="disabled" checked="checked" />'),
        ('<a href="%C3%B6">a</a>', '<a href="ö">a</a>'),
    ],
)
def test_spellings_are_one(one: str, other: str) -> None:
    assert dom(one) == dom(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>a b</p>", "<p>ab</p>"),
        ("<p>a</p>", "a"),
        ("<pre><code>a\n</code></pre>", "<pre><code>a</code></pre>"),
        ("<em>a</em>", "<strong>a</strong>"),
        ('<code class="language-a">x</code>', "<code>x</code>"),
        ('<a href="a">a</a>', '<a href="b">a</a>'),
    ],
)
def test_meanings_are_not(one: str, other: str) -> None:
    assert dom(one) != dom(other)
