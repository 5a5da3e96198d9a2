"""What rules need so that a text full of beginnings without an end is soon told."""

import re

from markdown_it.rules_block import StateBlock


def last(state: StateBlock, sign: str) -> int:
    """Where a sign, in capitals or not, stands last in the text; -1 if nowhere. Each is looked for once."""
    found: dict[str, int] = state.env.setdefault("last signs", {})
    if sign not in found:
        places = (match.start() for match in re.finditer(re.escape(sign), state.src, re.IGNORECASE))
        found[sign] = max(places, default=-1)
    return found[sign]
