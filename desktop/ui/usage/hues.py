"""The colours of the chart's series."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QColor

from desktop.domain.spending import Group, Grouping
from desktop.ui.theme.theme import Theme
from desktop.ui.usage.bars import OTHERS

_SIDE_BY_SIDE = (
    "p-gemini",
    "p-anthropic",
    "p-openai",
    "p-mistral",
    "p-qwen",
    "p-litellm",
    "p-openrouter",
    "p-deepseek",
)
"""For what has no provider: the colours that are made to stand beside each other."""

_SHADES = (1.0, 0.7, 0.48, 0.3)
"""Of one colour, for series that share it. The darker end (in dark, the lighter) keeps the contrast to the ground."""


def hues(theme: Theme, series: Sequence[Group], by: Grouping, service_of: Callable[[str], str]) -> list[QColor]:
    """A colour for each series. `service_of` tells the service of a provider's id."""
    found: list[QColor] = []
    used: dict[str, int] = {}
    for at, group in enumerate(series):
        if group.key == OTHERS:
            found.append(theme.color("control"))
            continue
        if by in (Grouping.PROVIDER, Grouping.MODEL):
            hue = theme.provider_color(service_of(group.provider_id))
        else:
            hue = theme.color(_SIDE_BY_SIDE[at % len(_SIDE_BY_SIDE)])
        times = used[hue.name()] = used.get(hue.name(), -1) + 1
        found.append(theme.mix(hue, _SHADES[times % len(_SHADES)], theme.color("text")))
    return found
