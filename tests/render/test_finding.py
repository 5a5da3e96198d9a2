"""Finding in texts, and telling by its source where a query cannot be."""

import re
import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.render import blocks, excerpt
from desktop.render.finding import BadExpression, Matcher, Query, TooSlow

from .corpus import CORPUS

TEXTS = [text for group in CORPUS.values() for text in group]
PIECES = [
    *("fo", "o", "ß", "中", "文", " ", "\n", "**", "*", "_", "`", "~~", "[", "](u)", "](u v)", "][r]", "<b>", "</b>"),
    *("<br>", "&amp;", "&#97;", "\\", "\\(", "\\)", "$", "![", "[^1]", "\n\n[^1]: n", "- ", "> ", "| ", "```", "a_b"),
    *("==", "^", "1", "(", ")", ".", "<u@v.w>", "https://x.y/z", "<!-- c -->"),
]


def found(text: str, query: str, **how: bool) -> list[str]:
    return [text[start:end] for _number, start, end in Matcher(Query(query, **how)).spans([text])]


def test_case_is_ignored_unless_asked_for() -> None:
    assert found("Rate, rate, RATE", "rate") == ["Rate", "rate", "RATE"]
    assert found("Rate, rate, RATE", "rate", case=True) == ["rate"]
    assert found("Straße ŞĞ", "straße şğ") == ["Straße ŞĞ"]


def test_whole_words_stand_alone() -> None:
    assert found("cat concat cat_ cats (cat)", "cat", word=True) == ["cat", "cat"]
    assert found("ba a a", "a a", word=True) == ["a a"]
    assert found("foobar bar", "o?bar", word=True, expression=True) == ["bar"]


def test_space_in_a_phrase_is_any_space() -> None:
    assert found("one\ntwo one\t two", " one  two ") == ["one\ntwo", "one\t two"]


def test_signs_of_expressions_are_letters_in_a_phrase() -> None:
    assert found("f(x) = a.b*", "f(x) = a.b*") == ["f(x) = a.b*"]
    assert found("axb", "a.b") == []


def test_an_expression_matches_lines_and_finds_nothing_empty() -> None:
    assert found("ab\nac", "^a.$", expression=True) == ["ab", "ac"]
    assert found("bab", "a*", expression=True) == ["a"]


@pytest.mark.parametrize(("text", "position"), [("(", 1), ("a**b[", None), ("(?<=a", None), ("\\", None)])
def test_what_is_no_expression_is_told(text: str, position: int | None) -> None:
    with pytest.raises(BadExpression) as caught:
        Matcher(Query(text, expression=True))
    assert caught.value.reason
    if position is not None:
        assert caught.value.position == position


@given(st.text(max_size=40))
@example("(" * 5000)
@example("a{99999999999}")
@example("[[:alpha:")
@example("(?P<a>.)(?P=b)")
def test_any_text_is_an_expression_or_a_bad_one(text: str) -> None:
    try:
        matcher = Matcher(Query(text, expression=True))
    except BadExpression:
        return
    matcher.spans(["some text (with) [signs]"])


def test_an_expression_that_never_ends_is_given_up_and_holds_nobody_up() -> None:
    matcher = Matcher(Query(r"(a|aa|a?a)+$", expression=True))
    raised: list[BaseException] = []

    def search() -> None:
        try:
            matcher.spans(["a" * 60 + "b"] * 3)
        except TooSlow as error:
            raised.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    turns = 0
    while thread.is_alive():
        turns += 1
    thread.join()
    assert len(raised) == 1
    assert turns > 100  # the lock was free


@given(st.lists(st.text("ab c", max_size=12), max_size=4), st.text("ab c", min_size=1, max_size=3), st.booleans())
def test_every_find_is_the_query(texts: list[str], text: str, word: bool) -> None:
    query = Query(text, word=word)
    if not query:
        return
    spans = Matcher(query).spans(texts)
    assert spans == sorted(spans)
    for number, start, end in spans:
        assert texts[number][start:end].split() == text.split()
    if not word:
        together = "".join(text.split())
        assert bool(spans) == any(" ".join(text.split()) in " ".join(each.split()) for each in texts) or not together


def parts(read: list[str]) -> set[str]:
    """Queries that can be found: words, their parts, and signs."""
    words = {word for text in read for word in re.findall(r"\w+|[^\w\s￼]+", text)}
    return words | {word[at:] for word in words for at in range(1, min(len(word), 4))}


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_that_can_be_read_is_ruled_out(text: str) -> None:
    for part in parts(excerpt.texts(blocks.parse(text))):
        assert Matcher(Query(part, case=True)).may_be_in(text), part


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_nothing_is_ruled_out_in_mixtures(text: str) -> None:
    for part in parts(excerpt.texts(blocks.parse(text))):
        assert Matcher(Query(part, case=True)).may_be_in(text), (text, part)


def test_plain_prose_is_ruled_out() -> None:
    prose = "**Rates** are [here](https://example.org/rates), `code` too.\n\n```py\nx[0] = a*b\n```\n\n- one\n- two\n"
    assert not Matcher(Query("mortgage")).may_be_in(prose)
    assert Matcher(Query("RATES")).may_be_in(prose)
    assert Matcher(Query("rates")).guess(prose) == 2
