"""How replies share the one thread that they and the window have.

However many replies come at once, together they work no longer than a slice before the window gets its turn.
"""

import asyncio
import time
from weakref import WeakKeyDictionary

SLICE_SECONDS = 0.008

_slice_ends: WeakKeyDictionary[asyncio.AbstractEventLoop, float] = WeakKeyDictionary()
"""Of all replies together; there is none from the window's turn until one of them works again."""


async def rest() -> None:
    """Give way if it is time to. Awaited after each event of a reply."""
    now, loop = time.monotonic(), asyncio.get_running_loop()
    slice_end = _slice_ends.get(loop)
    if slice_end is None:
        _slice_ends[loop] = now + SLICE_SECONDS
        loop.call_soon(_slice_ends.pop, loop, None)  # after the window has had its turn
    elif now > slice_end:
        await asyncio.sleep(0)
