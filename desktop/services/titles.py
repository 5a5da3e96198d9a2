"""Titles of conversations: from the first question at no cost, or, if the user wants, by a model."""

import re

MAX_LENGTH = 60

PROMPT = (
    "Write a title of at most six words for the conversation that starts with the message below. "
    "Use the message's language. Answer with the title alone, without quotation marks or a full stop."
)

_MARKUP = re.compile(r"^[#>*\-\s]+|[`*_]{1,3}")


def from_question(text: str) -> str:
    """The first line with words in it, without Markdown marks, cut at a word to at most 60 characters."""
    lines = (" ".join(_MARKUP.sub("", line).split()) for line in text.splitlines() if not line.startswith("```"))
    line = next((line for line in lines if any(character.isalnum() for character in line)), "") or " ".join(
        text.split()
    )
    return shorten(line)


def from_model(text: str) -> str:
    """A model's answer made fit for a title; empty if it holds none."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return shorten(_MARKUP.sub("", lines[0]).strip(" \"'“”‘’«».")) if lines else ""


def shorten(line: str) -> str:
    """Cut at a word, with an ellipsis, to at most 60 characters."""
    if len(line) <= MAX_LENGTH:
        return line
    cut = line[: MAX_LENGTH - 1]
    head, space, _tail = cut.rpartition(" ")
    return (head if space and len(head) > MAX_LENGTH // 2 else cut).rstrip(" ,;:-–—") + "…"
