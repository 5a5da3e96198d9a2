"""How long an answer may become, for what is shown before a send and for what is set aside for it."""

from desktop.domain.model import Model

ROOMY = 16_384
"""Tokens that few answers exceed. They are counted on where the model's provider tells no limit, and under a cap that
provider is told to end there. The whole context window would be a bound too, and a hundred times what anybody pays.
"""

SHORTEST = 16
"""Tokens of an answer; for fewer than these nothing is sent, and some providers take no smaller number."""


def longest_answer(model: Model | None, input_tokens: int) -> tuple[int, bool]:
    """Tokens of the longest answer to so long an input, and whether the provider tells that limit."""
    told = model.max_output if model else None
    room = model.context_window - input_tokens if model and model.context_window else None
    longest = min(each for each in (told or ROOMY, room) if each is not None)
    return max(SHORTEST, longest), told is not None
