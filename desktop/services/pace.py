"""How replies share the one thread that they and the window have.

A reply that somebody reads is passed on word by word. Of one that nobody looks at what has come is taken in some twenty
times a second: each waking costs as much as several words. And however many replies come at once, together they work no
longer than a slice before the window gets its turn.
"""

import asyncio
import time
from weakref import WeakKeyDictionary

SLICE_SECONDS = 0.008
UNWATCHED_SECONDS = 0.05

_WAITED_SECONDS = 0.002  # since the last word; with less, more have come already


_slice_ends: WeakKeyDictionary[asyncio.AbstractEventLoop, float] = WeakKeyDictionary()
"""Of all replies together; there is none from the window's turn until one of them works again."""


class Pace:
    """Of one reply: `rest` is awaited after each of its events."""

    def __init__(self) -> None:
        self._worked = time.monotonic()

    async def rest(self, *, watched: bool) -> None:
        """Give way if it is time to."""
        now, loop = time.monotonic(), asyncio.get_running_loop()
        slice_end = _slice_ends.get(loop)
        if now - self._worked > _WAITED_SECONDS and not watched:
            await asyncio.sleep(UNWATCHED_SECONDS)
        elif slice_end is None:
            _slice_ends[loop] = now + SLICE_SECONDS
            loop.call_soon(_slice_ends.pop, loop, None)  # after the window has had its turn
        elif now > slice_end:
            await asyncio.sleep(0)
        self._worked = time.monotonic()
