"""The joint of a reply that goes on: nothing twice, nothing lost."""

from collections.abc import AsyncGenerator
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import BrokenStream
from desktop.domain.events import Finished, LimitsReported, ProviderEvent, ReasoningDelta, TextDelta
from desktop.domain.limits import RateLimits
from desktop.domain.message import FinishReason, Message, Part, ReasoningPart, Role, TextPart
from desktop.services.joint import Joint, joined


def go_on(before: str, after: str, size: int = 3) -> str:
    joint = Joint(before)
    pieces = [joint.add(after[at : at + size]) for at in range(0, len(after), size)]
    return before + "".join(pieces) + joint.end()


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("The loan ends", " in May.", "The loan ends in May."),
        ("with less inter", "est than", "with less interest than"),
        ("with less inter", "interest than", "with less interest than"),  # begun again with the word
        ("The loan ends after 18 ye", "The loan ends after 18 years.", "The loan ends after 18 years."),
        ("a book", "keeper", "a bookkeeper"),
        ("a book", "bookkeeper", "a bookkeeper"),
        ("ha ha", "ha", "ha haha"),
        ("Bora ", "Bora is an island", "Bora Bora is an island"),
        ("1,0", "00 people", "1,000 people"),
        ("is 100", "000", "is 100000"),
        ("one\n", "\ntwo", "one\n\ntwo"),
        ("one\n" + 12 * " ", 12 * " " + "return", "one\n" + 12 * " " + "return"),
        ("x", "", "x"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_joint(before: str, after: str, whole: str, size: int) -> None:
    assert go_on(before, after, size) == whole


@given(st.text(max_size=300), st.text(max_size=60), st.integers(1, 9))
def test_what_is_new_is_never_lost_and_the_pieces_do_not_matter(before: str, after: str, size: int) -> None:
    whole = go_on(before, after, size)
    assert whole == go_on(before, after, 1000)
    assert whole.startswith(before)
    left_out = len(before) + len(after) - len(whole)
    assert before.endswith(after[:left_out])


@given(st.text(min_size=12, max_size=200), st.text(max_size=30))
def test_a_repeated_end_is_left_out(end: str, after: str) -> None:
    assert len(go_on("Well: " + end, end + after)) <= len("Well: " + end + after)


async def events_of(*parts: Part, fails: bool = False) -> list[ProviderEvent]:
    async def stream() -> AsyncGenerator[ProviderEvent, None]:
        yield LimitsReported(RateLimits())
        yield ReasoningDelta("Then")
        yield ReasoningDelta(" on.")
        yield TextDelta("inter")
        if fails:
            raise BrokenStream("Cut")
        yield TextDelta("est")
        yield Finished(FinishReason.END)

    found: list[ProviderEvent] = []
    before = Message("m", "c", None, Role.ASSISTANT, parts, 0)
    with pytest.raises(BrokenStream) if fails else nullcontext():
        async for event in joined(before, stream()):
            found.append(event)  # noqa: PERF401 - those before the error count too
    return found


async def test_what_comes_beside_the_text_goes_through() -> None:
    found = await events_of(TextPart("less inter"))
    assert found[1:] == [ReasoningDelta("Then"), ReasoningDelta(" on."), TextDelta("est"), Finished(FinishReason.END)]


async def test_further_thoughts_stand_apart() -> None:
    found = await events_of(ReasoningPart("First."), TextPart("No"))
    assert found[1:3] == [ReasoningDelta("\n\nThen"), ReasoningDelta(" on.")]


async def test_what_is_held_back_comes_before_the_error() -> None:
    assert (await events_of(TextPart("less inter"), fails=True))[-1] == TextDelta("inter")
