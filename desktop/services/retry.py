"""When to try again, and after how long.

The rules are those that the vendors' own clients share: 408, 409, 425, 429, 5xx and lost connections are tried again,
what a provider says about it goes first, and money is never a matter of waiting.
"""

import random

from desktop.domain.errors import (
    BrokenStream,
    NoConnection,
    NoCredit,
    Overloaded,
    ProviderError,
    RateLimited,
    TimedOut,
)

TRIES = 3
LONGEST_S = 60.0
"""Of waiting for one reply, all pauses together."""

_FIRST_S = 0.5
_MOST_S = 8.0
_JITTER = 0.25  # so that many clients that were cut off together do not all come back together
_PASSING = (RateLimited, Overloaded, NoConnection, TimedOut, BrokenStream)
_PASSING_STATUSES = frozenset((408, 409, 425, 429))


def is_passing(error: ProviderError) -> bool:
    """Whether the same question may well be answered later."""
    if isinstance(error, NoCredit) or error.may_retry is False:
        return False
    status = error.http_status
    known = isinstance(error, _PASSING) or status in _PASSING_STATUSES or (status or 0) >= 500
    return known or bool(error.may_retry)


def pause_after(error: ProviderError, tries: int, waited_s: float) -> float | None:
    """Seconds until the next try; None where another one would not help or has been tried often enough.

    `tries` have failed so far, after `waited_s` seconds of pauses.
    """
    if tries >= TRIES or not is_passing(error):
        return None
    pause = error.retry_after
    if pause is None:
        pause = min(_FIRST_S * 2 ** (tries - 1), _MOST_S) * random.uniform(1 - _JITTER, 1)  # noqa: S311
    return pause if waited_s + pause <= LONGEST_S else None
