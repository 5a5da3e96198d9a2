"""Reasoning that a model wrote into its text, between `<think>` tags, is taken out before Markdown is read.

Otherwise a fence left open in it would swallow the answer.
"""

import re

_OPEN = re.compile(r"\s*<(think|thinking|reasoning)>", re.IGNORECASE)
_LONE_CLOSE = re.compile(r"^</think>\s*$", re.IGNORECASE | re.MULTILINE)
_PARTIAL_TAG = re.compile(r"<(?:/[a-z]*)?\Z", re.IGNORECASE)  # of a text that still grows
_LONGEST_TAG = len("<reasoning>")


def split(text: str) -> tuple[str, str]:
    """The reasoning and the answer. An open tag with no end makes all of the text reasoning.

    Some servers leave out the opening tag: then a closing one on a line of its own ends the reasoning.
    """
    if opening := _OPEN.match(text):
        closing = re.compile(f"</{opening[1]}>", re.IGNORECASE).search(text, opening.end())
        if closing is None:
            return _PARTIAL_TAG.sub("", text[opening.end() :]).strip("\n"), ""
        return text[opening.end() : closing.start()].strip("\n"), text[closing.end() :].lstrip("\n")
    if closing := _LONE_CLOSE.search(text):
        before = text[: closing.start()]
        if "```" not in before and "~~~" not in before:
            return before.strip("\n"), text[closing.end() :].lstrip("\n")
    return "", text


def may_open(text: str) -> bool:
    """Whether a text that still grows may turn out to begin with reasoning."""
    start = text.lstrip().lower()
    return len(start) <= _LONGEST_TAG and any(
        f"<{name}>".startswith(start) for name in ("think", "thinking", "reasoning")
    )
