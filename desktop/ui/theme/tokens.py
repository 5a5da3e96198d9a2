"""Reads the colour tables and style sheets that the theme is made of."""

import json
import re
from collections.abc import Callable
from pathlib import Path

_SLOT = re.compile(r"\{\{\s*(?:px:(\d+)|([a-z-]+))\s*\}\}")

_CONTRASTED = ("border", "border-strong", "text-muted", "text-secondary")


def load_tokens(file: Path, *, high_contrast: bool = False) -> dict[str, str]:
    """Roles and their #RRGGBB colours. With `high_contrast`, lines and quiet texts take the colour of text."""
    tokens: dict[str, str] = json.loads(file.read_text("utf-8"))
    if high_contrast:
        tokens.update(dict.fromkeys(_CONTRASTED, tokens["text"]))
    return tokens


def render_styles(folder: Path, tokens: dict[str, str], px: Callable[[float], int]) -> str:
    """All numbered sheets in order, `{{ role }}` filled with its colour and `{{ px:12 }}` with zoomed pixels.

    Raises KeyError for an unknown role.
    """

    def fill(match: re.Match[str]) -> str:
        size, role = match.groups()
        return f"{px(int(size))}px" if size else tokens[role]

    return "\n".join(_SLOT.sub(fill, sheet.read_text("utf-8")) for sheet in sorted(folder.glob("*.qss")))
