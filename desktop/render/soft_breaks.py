"""Line breaks that are only where the source was wrapped: between Chinese or Japanese letters they are no space.

As CSS Text 3 has it (segment break transformation); Korean, which sets spaces between words, keeps them.
"""

import re

from desktop.render.blocks import Break, Code, Inline, Link, Styled, Text

_WIDE = re.compile(
    "[\u2e80-\u312f\u31a0-\u31ff\u3220-\u325f\u3280-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)


def without_spaces(content: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The same content, without breaks that would show as a space where none belongs."""
    if not any(isinstance(inline, Break) for inline in content):
        return content
    found: list[Inline] = []
    for index, inline in enumerate(content):
        inside = inline == Break(hard=False) and 0 < index < len(content) - 1
        if inside and _is_wide(content[index - 1], -1) and _is_wide(content[index + 1], 0):
            continue
        if isinstance(inline, Text) and found and isinstance(last := found[-1], Text):
            found[-1] = Text(last.text + inline.text)
        else:
            found.append(inline)
    return tuple(found)


def _is_wide(inline: Inline, index: int) -> bool:
    """Whether the first (0) or last (-1) letter is one that stands without spaces."""
    match inline:
        case Text(text) | Code(text) if text:
            return _WIDE.match(text[index]) is not None
        case Styled(children=children) | Link(children=children) if children:
            return _is_wide(children[index], index)
        case _:
            return False
