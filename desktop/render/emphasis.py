"""Emphasis that also works between Chinese, Japanese and Korean characters.

By the letter of CommonMark `**注意：**请` is not bold, because what stands next to the closing stars is punctuation on
one side and a letter on the other. This replaces the scan of delimiters as proposed in
https://github.com/tats-u/markdown-cjk-friendly.
"""

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

_CJK = (
    (0x1100, 0x11FF),
    (0x2E80, 0xA4CF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)


def is_cjk(character: str) -> bool:
    """Whether it is a letter or punctuation mark of Chinese, Japanese or Korean."""
    code = ord(character)
    return code >= 0x1100 and any(first <= code <= last for first, last in _CJK)


def emphasis(state: StateInline, silent: bool) -> bool:
    """The inline rule for `*` and `_`, in the place of markdown-it's."""
    start = state.pos
    marker = state.src[start]
    if silent or marker not in "*_":
        return False
    can_open, can_close, length = _scan(state, start, splits_words=marker == "*")
    if not can_open and not can_close:  # as in `first_last@x.org`, which has to stay in one piece
        state.append_pending(marker * length)
        state.pos += length
        return True
    for _ in range(length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += length
    return True


def _scan(state: StateInline, start: int, *, splits_words: bool) -> tuple[bool, bool, int]:
    source, marker = state.src, state.src[start]
    end = start
    while end < state.posMax and source[end] == marker:
        end += 1
    before = source[start - 1] if start > 0 else " "
    after = source[end] if end < state.posMax else " "
    space_before, space_after = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
    cjk_before, cjk_after = is_cjk(before), is_cjk(after)
    punctuation_before = not cjk_before and (isMdAsciiPunct(ord(before)) or isPunctChar(before))
    punctuation_after = not cjk_after and (isMdAsciiPunct(ord(after)) or isPunctChar(after))
    left = not space_after and (not punctuation_after or space_before or punctuation_before or cjk_before)
    right = not space_before and (not punctuation_before or space_after or punctuation_after or cjk_after)
    can_open = left and (splits_words or not right or punctuation_before)
    can_close = right and (splits_words or not left or punctuation_after)
    return can_open, can_close, end - start
