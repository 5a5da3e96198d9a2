"""Reasoning that a model wrote into its text, between `<think>` tags, is taken out before Markdown is read.

Otherwise a fence left open in it would swallow the answer. Only what stands before the answer is taken out here; a
`<think>` in mid-answer is a part that folds (`desktop.render.folds`) if it has a line to itself, else text.
"""

import re

_OPEN = re.compile(r"\s*<(think|thinking|reasoning)>", re.IGNORECASE)
_LONE_CLOSE = re.compile(r"</think>[ \t]*(?:\n|\Z)", re.IGNORECASE)
_OWN_LINE = re.compile(r"^ *<think>", re.IGNORECASE | re.MULTILINE)
_PARTIAL_TAG = re.compile(r"<(?:/[a-z]*)?\Z", re.IGNORECASE)
_FENCE = re.compile(r" *(`{3,}|~{3,})")
_LONGEST_TAG = len("<reasoning>")


def split(text: str, *, growing: bool = False) -> tuple[str, str]:
    """The reasoning and the answer. An open tag with no end makes all of the text reasoning.

    Some servers leave out the opening tag: then a closing one on a line of its own, or at the end of a paragraph, ends
    the reasoning. Of a text that is `growing`, what may yet turn out to be a tag is held back.
    """
    thoughts: list[str] = []
    rest = text
    while opening := _OPEN.match(rest):
        closing = re.compile(f"</{opening[1]}>", re.IGNORECASE).search(rest, opening.end())
        thought = rest[opening.end() : closing.start() if closing else None]
        if closing is None and growing:
            thought = _PARTIAL_TAG.sub("", thought)
        thoughts.append(thought.strip("\n"))
        rest = rest[closing.end() :] if closing else ""
    if thoughts:
        held_back = growing and may_open(rest)
        return "\n\n".join(filter(None, thoughts)), "" if held_back else rest.lstrip("\n")
    for closing in _LONE_CLOSE.finditer(text):
        if _ends_reasoning(text, closing):
            return text[: closing.start()].strip("\n"), text[closing.end() :].lstrip("\n")
    return "", text


def may_open(text: str) -> bool:
    """Whether a text that still grows may turn out to begin with reasoning."""
    start = text.lstrip().lower()
    return len(start) <= _LONGEST_TAG and any(
        f"<{name}>".startswith(start) for name in ("think", "thinking", "reasoning")
    )


def _ends_reasoning(text: str, closing: re.Match[str]) -> bool:
    before, after = text[: closing.start()], text[closing.end() :]
    if _OWN_LINE.search(before):
        return False
    line = before[before.rfind("\n") + 1 :]
    if line.strip() and (after.split("\n", 1)[0].strip() or line.count("`") % 2):
        return False
    fence = ""
    for line in before.split("\n"):
        if found := _FENCE.match(line):
            if not fence:
                fence = found[1]
            elif found[1].startswith(fence) and not line.strip(f" {fence[0]}"):
                fence = ""
    return not fence or not re.search(
        rf"^ *{fence}", after, re.MULTILINE
    )  # of an example in closed code it says nothing
