"""Deltas -> events: neighbours joined, thinking in tags split off, text that can be stored."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.events import Opaque, ReasoningDelta, TextDelta, UsageReported
from desktop.domain.usage import Usage
from desktop.providers.gather import Gather


def run(pieces: list[str], *, think_tags: bool = True, each: bool = True) -> tuple[str, str]:
    """(reasoning, text), taken after each piece or once."""
    out = Gather(think_tags=think_tags)
    events = []
    for piece in pieces:
        out.text(piece)
        if each:
            events += out.take()
    out.end()
    events += out.take()
    return tuple(
        "".join(event.text for event in events if isinstance(event, kind)) for kind in (ReasoningDelta, TextDelta)
    )


def test_neighbours_of_a_kind_are_one_event():
    out = Gather()
    for piece in "abc":
        out.text(piece)
    out.reasoning("d")
    out.reasoning("")
    out.opaque("k", "{}")
    out.usage(Usage(1, 1))
    out.usage(Usage(1, 2))
    out.text("e")
    assert out.take() == [
        TextDelta("abc"),
        ReasoningDelta("d"),
        Opaque("k", "{}"),
        TextDelta("e"),
        UsageReported(Usage(1, 2)),
    ]
    assert out.take() == []


@pytest.mark.parametrize(
    ("text", "reasoning", "rest"),
    [
        ("<think>a</think>b", "a", "b"),
        ("\n <think>\na\n</think>\n\nb", "a\n", "b"),
        ("<think>a", "a", ""),
        ("<think></think>b", "", "b"),
        ("<think>a</thin", "a</thin", ""),
        ("<thinner> b", "", "<thinner> b"),
        ("<thi", "", "<thi"),
        ("b <think>a</think>", "", "b <think>a</think>"),
        ("`<think>` is a tag", "", "`<think>` is a tag"),
        ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
        ("  indented", "", "  indented"),
        ("", "", ""),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_thinking_in_tags(text, reasoning, rest, size):
    pieces = [text[n : n + size] for n in range(0, len(text), size)]
    assert run(pieces) == (reasoning, rest)


@given(st.text("<think/>a\n ", max_size=30), st.lists(st.integers(0, 30), max_size=8))
def test_any_cut_gives_the_same_thinking(text, places):
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    pieces = [text[start:end] for start, end in pairwise(edges)]
    assert run(pieces) == run([text])


@given(st.lists(st.text(st.characters(categories=["Lu", "Cs", "So"]), max_size=4), max_size=6))
def test_text_can_always_be_stored(pieces):
    _reasoning, text = run(pieces, think_tags=False)
    text.encode()
    assert len(text.encode("utf-16-le")) <= sum(len(piece.encode("utf-16-le", "surrogatepass")) for piece in pieces)


def test_a_pair_that_was_cut_is_joined():
    assert run(["a\ud83d", "\ude00b"]) == ("", "a😀b")


def test_whether_there_was_text():
    out = Gather()
    out.reasoning("x")
    out.take()
    assert not out.any_text
    out.text("x")
    out.take()
    assert out.any_text
