"""A reply folds events into parts, however the text was cut."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import Failure
from desktop.domain.events import (
    Failed,
    Finished,
    ModelChosen,
    Opaque,
    ReasoningDelta,
    Stopped,
    TextDelta,
    UsageReported,
)
from desktop.domain.message import FinishReason, OpaquePart, ReasoningPart, Status, TextPart, tokens_per_second
from desktop.domain.model import ModelRef
from desktop.domain.reply import Reply
from desktop.domain.usage import Usage, estimate_tokens


def test_reasoning_then_text_become_two_parts_with_the_time_of_thinking() -> None:
    reply = Reply(10.0)
    reply.apply(ModelChosen(ModelRef("p", "m"), "M", "P"), 10.1)
    reply.apply(ReasoningDelta("Let me "), 11.0)
    reply.apply(ReasoningDelta("see."), 12.0)
    reply.apply(TextDelta("Hel"), 14.0)
    assert reply.parts[-1] == TextPart("Hel")
    reply.apply(TextDelta("lo"), 14.5)
    reply.apply(UsageReported(Usage(3, 5)), 15.0)
    reply.apply(Finished(FinishReason.END), 16.0)
    assert reply.parts == (ReasoningPart("Let me see.", 3000), TextPart("Hello"))
    assert (reply.status, reply.finish, reply.usage) == (Status.COMPLETE, FinishReason.END, Usage(3, 5))
    assert (reply.ttft_ms, reply.duration_ms) == (1000, 6000)
    assert reply.output_text == "Let me see.Hello"


def test_opaque_parts_stand_where_they_came() -> None:
    reply = Reply(0.0)
    for event in (ReasoningDelta("a"), Opaque("x", "{}"), TextDelta("b"), TextDelta("")):
        reply.apply(event, 1.0)
    assert reply.parts == (ReasoningPart("a", 0), OpaquePart("x", "{}"), TextPart("b"))
    assert reply.has_text


def test_reasoning_alone_is_not_visible_text() -> None:
    reply = Reply(0.0)
    reply.apply(ReasoningDelta("hm"), 1.0)
    assert not reply.has_text
    reply.apply(TextDelta("x"), 1.0)
    assert reply.has_text


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (Finished(FinishReason.LENGTH), Status.COMPLETE),
        (Stopped(), Status.STOPPED),
        (Failed(Failure("overloaded", "T", "E")), Status.FAILED),
    ],
)
def test_nothing_follows_the_end(end: Finished | Stopped | Failed, status: Status) -> None:
    reply = Reply(0.0)
    reply.apply(TextDelta("kept"), 1.0)
    reply.apply(end, 2.0)
    assert reply.status is status
    assert reply.parts == (TextPart("kept"),)
    with pytest.raises(ValueError, match="after the reply ended"):
        reply.apply(TextDelta("late"), 3.0)


_PIECES = st.lists(st.tuples(st.booleans(), st.text(min_size=1, max_size=8)), max_size=12)


@given(_PIECES, st.data())
def test_split_deltas_fold_to_the_same_reply_as_joined_ones(
    pieces: list[tuple[bool, str]], data: st.DataObject
) -> None:
    whole, split = Reply(0.0), Reply(0.0)
    for reasoning, text in pieces:
        kind = ReasoningDelta if reasoning else TextDelta
        whole.apply(kind(text), 1.0)
        cut = data.draw(st.integers(0, len(text)))
        split.apply(kind(text[:cut]), 1.0)
        if data.draw(st.booleans()):
            assert split.parts is not None  # reading in between changes nothing
        split.apply(kind(text[cut:]), 1.0)
    assert split.parts == whole.parts
    assert split.output_text == "".join(text for _reasoning, text in pieces)


def test_tokens_are_estimated_by_four_characters_and_by_single_wide_ones() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("abcde") == 2
    assert estimate_tokens("你好") == 2


def test_a_speed_is_not_told_by_chance() -> None:
    assert tokens_per_second(320, 4000) == 80
    assert tokens_per_second(320, 199) is None  # all of it came at once
    assert tokens_per_second(320, -5) is None  # the clock was set
    assert tokens_per_second(1, 4000) is None


def test_a_reply_goes_on_after_what_it_has() -> None:
    reply = Reply(0.0, (ReasoningPart("hm", 5), TextPart("Hel")))
    assert reply.parts == (ReasoningPart("hm", 5), TextPart("Hel"))
    assert (reply.has_text, reply.has_begun, reply.output_text, reply.ttft_ms) == (True, False, "", None)
    reply.apply(TextDelta("lo"), 2.0)
    reply.apply(Finished(FinishReason.END), 3.0)
    assert reply.parts == (ReasoningPart("hm", 5), TextPart("Hello"))
    assert (reply.has_begun, reply.output_text, reply.ttft_ms) == (True, "lo", 2000)


def test_usage_adds_up() -> None:
    known, unknown = Usage(10, 2, 3, 4, 1, Decimal("0.5")), Usage(1, 1, estimated=True)
    assert known + unknown == Usage(11, 3, 3, 4, 1, Decimal("0.5"), estimated=True)
    assert (unknown + unknown).cost is None
