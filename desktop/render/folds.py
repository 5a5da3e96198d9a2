"""Parts of a text that fold: `<details>`, and reasoning that a model wrote between `<think>` tags in mid-answer.

What is in them is Markdown. They last until their end tag, or until the text or what they stand in ends.
"""

import re

from markdown_it.rules_block import StateBlock

from desktop.render import lookahead

_DETAILS = re.compile(r"<details(?:\s[^>]*)?>(.*)", re.IGNORECASE)
_DETAILS_END = re.compile(r"(.*?)</details>\s*\Z", re.IGNORECASE)
_SUMMARY = re.compile(r"\s*<summary(?:\s[^>]*)?>(.*?)</summary>(.*)\Z", re.IGNORECASE | re.DOTALL)
_MOST_SUMMARY_LINES = 5
_THINK = re.compile(r"<(think|thinking|reasoning)>(?:(.*)</\1>)?\Z", re.IGNORECASE)
_FENCE = re.compile(r"(`{3,}|~{3,})")


def details_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The block rule for `<details>` at the beginning of a line, its `<summary>` in the same line or the next ones."""
    if not _has_tag(state, first) or not (opening := _DETAILS.match(_line(state, first))):
        return False
    if silent:
        return True
    last = _end_of_container(state, first, last)
    begin, head = first + 1, opening[1]
    while not _SUMMARY.match(head) and begin < min(last, first + 1 + _MOST_SUMMARY_LINES):
        if head.strip() and not head.lstrip().lower().startswith("<summary"):
            break
        head += "\n" + _line(state, begin)
        begin += 1
    if found := _SUMMARY.match(head):
        summary, rest = found[1], found[2]
    else:
        begin, summary, rest = first + 1, "", opening[1]
    if closing := _DETAILS_END.match(rest):
        _fold(state, (first, begin), summary, before=closing[1], end=begin, after=begin)
        return True
    end = _end_of_details(state, begin, last)
    words = found[1] if end is not None and (found := _DETAILS_END.match(_line(state, end))) else ""
    stop = last if end is None else end
    _fold(state, (first, begin), summary, before=rest, end=stop, after=min(stop + 1, last), last_words=words)
    return True


def reasoning_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The block rule for `<think>` on a line of its own. A fence left open in it ends with it."""
    if not _has_tag(state, first) or not (opening := _THINK.match(_line(state, first))):
        return False
    if silent:
        return True
    if opening[2] is not None:
        _fold(state, (first, first + 1), None, before=opening[2], end=first + 1, after=first + 1)
        return True
    last = _end_of_container(state, first, last)
    closing = f"</{opening[1].lower()}>"
    has_end = lookahead.last(state, closing) > state.bMarks[first]
    end = next(
        (number for number in range(first + 1, last) if has_end and _line(state, number).lower().endswith(closing)),
        None,
    )
    stop = last if end is None else end
    words = "" if end is None else _line(state, end)[: -len(closing)]
    _fold(state, (first, first + 1), None, before="", end=stop, after=min(stop + 1, last), last_words=words)
    return True


def _fold(
    state: StateBlock,
    head: tuple[int, int],
    summary: str | None,
    *,
    before: str,
    end: int,
    after: int,
    last_words: str = "",
) -> None:
    """The tokens; `before` and `last_words` are what stands in the lines of the tags. No summary means reasoning."""
    first, begin = head
    token = state.push("details_open", "details", 1)
    token.map = [first, after]
    token.meta = {"reasoning": summary is None}
    _inline(state, (summary or "").strip(), first)
    if before.strip():
        _paragraph(state, before, first)
    old_last, state.lineMax = state.lineMax, end
    state.md.block.tokenize(state, begin, end)
    state.lineMax = old_last
    if last_words.strip():
        _paragraph(state, last_words, end)
    state.push("details_close", "details", -1)
    state.line = after


def _paragraph(state: StateBlock, text: str, line: int) -> None:
    state.push("paragraph_open", "p", 1).map = [line, line + 1]
    _inline(state, text.strip(), line)
    state.push("paragraph_close", "p", -1)


def _inline(state: StateBlock, text: str, line: int) -> None:
    token = state.push("inline", "", 0)
    token.content, token.map, token.children = text, [line, line + 1], []


def _end_of_details(state: StateBlock, begin: int, last: int) -> int | None:
    """The line with the end tag that belongs to a `<details>` above `begin`; tags in fenced code are only letters."""
    if lookahead.last(state, "</details>") < state.bMarks[begin - 1]:
        return None
    depth, fence = 1, ""
    for number in range(begin, last):
        line = _line(state, number).lower()
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif line.startswith(fence) and not line.strip(fence[0]):
                fence = ""
            continue
        if fence:
            continue
        depth += line.startswith("<details") - line.endswith("</details>")
        if depth == 0:
            return number
    return None


def _end_of_container(state: StateBlock, first: int, last: int) -> int:
    """The line at which the item of a list ends that a block stands in, as far as its indent tells."""
    if state.blkIndent == 0:
        return last
    for number in range(first + 1, last):
        if state.sCount[number] < state.blkIndent and not state.isEmpty(number):
            return number
    return last


def _has_tag(state: StateBlock, number: int) -> bool:
    return state.src.startswith("<", state.bMarks[number] + state.tShift[number]) and not state.is_code_block(number)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].strip()
