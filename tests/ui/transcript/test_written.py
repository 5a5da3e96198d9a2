"""What a message holds, in pieces or whole."""

import pytest

from desktop.domain.message import Message, ReasoningPart, Role, TextPart
from desktop.ui.transcript.written import Written


def written(text: str, thought: str = "", *, whole: bool = False) -> Written:
    parts = ((ReasoningPart(thought),) if thought else ()) + ((TextPart(text),) if text else ())
    return Written(Message("m", "c", None, Role.ASSISTANT, parts, 0), whole=whole)


TEXTS = [
    ("Plain **text**.", "", "Plain **text**."),
    ("<think>\nHm\n```\nopen\n</think>\n\nAnswer", "Hm\n```\nopen", "Answer"),
    ("<think>only so far", "only so far", ""),
    ("<thin", "", "<thin"),
    ("Hm, no tag\n</think>\n\nAnswer", "Hm, no tag", "Answer"),
    ("Use `</think>` so:\n```\n</think>\n```\n", "", "Use `</think>` so:\n```\n</think>\n```\n"),
    ("<thinking>a</thinking>b", "a", "b"),
]


@pytest.mark.parametrize(("text", "thought", "answer"), TEXTS)
def test_reasoning_tags(text: str, thought: str, answer: str) -> None:
    whole = written(text)
    whole.finish()
    assert (whole.reasoning.text, whole.answer.text) == (thought, answer)


@pytest.mark.parametrize(("text", "thought", "answer"), TEXTS)
def test_pieces_read_as_the_whole(text: str, thought: str, answer: str) -> None:
    pieces = written("")
    for letter in text:
        pieces.add(letter, "")
    pieces.finish()
    assert (pieces.reasoning.text, pieces.answer.text) == (thought, answer)
    whole = written(text, whole=True)
    assert (whole.text, whole.reasoning.text, whole.answer.text) == (text, thought, answer)
    assert pieces.answer.leaves == whole.answer.leaves
    assert pieces.reasoning.leaves == whole.reasoning.leaves


def test_reasoning_of_its_own() -> None:
    both = written("Answer", "Thought", whole=True)
    assert (both.reasoning.text, both.answer.text) == ("Thought", "Answer")
