"""What a provider says about its rate limits, beside its answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What is left for a key now; None where nothing was said. `reset_s` is seconds until the next one is allowed.

    The scarcer of requests and tokens decides: `remaining` is requests, `remaining_tokens` tokens.
    """

    remaining: int | None = None
    reset_s: float | None = None
    remaining_tokens: int | None = None
    reset_tokens_s: float | None = None

    @property
    def wait_s(self) -> float:
        """How long nothing more will be answered; 0 while something is left."""
        waits = [0.0]
        if self.remaining == 0 and self.reset_s is not None:
            waits.append(self.reset_s)
        if self.remaining_tokens == 0 and self.reset_tokens_s is not None:
            waits.append(self.reset_tokens_s)
        return max(waits)
