"""How often a reply that comes word by word is looked for.

Waking for each of a hundred tokens a second costs more than reading them, and the screen shows several together anyway.
So once there is text, what follows a piece is let gather on its way for a while. Only what another piece has just gone
before is late by that, and what comes in bulk is read without a pause.
"""

import asyncio
import time
from collections.abc import AsyncIterator

GATHER_S = 0.14
_BULK = 32_768  # bytes in that time: more than a thousand tokens a second


class Trickle:
    """The pieces of a body, as they are. `has_text` is set by whoever reads them."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self.has_text = False
        self._pieces = pieces
        self._loop = asyncio.get_running_loop()
        self._is_watching = self._turned = False
        self._waited = False  # for the last piece: it did not lie here already
        self._due = 0.0  # when the next text should be passed on, on the clock of `time.monotonic`
        self._size = 0  # bytes since it last was

    def __aiter__(self) -> "Trickle":
        return self

    async def __anext__(self) -> bytes:
        if self._waited and self.has_text:
            await self._rest()
        self._turned = False
        if not self._is_watching:
            self._is_watching = True
            self._loop.call_soon(self._on_turn)
        piece = await anext(self._pieces)
        self._waited = self._turned
        self._size += len(piece)
        return piece

    async def _rest(self) -> None:
        """The piece after a pause is due and rests no more: behind it is what has gathered. The next one that has to
        be waited for brings the next pause.
        """
        now = time.monotonic()
        if now >= self._due:
            self._due = now + GATHER_S
            self._size = 0
        elif self._size < _BULK:
            await asyncio.sleep(self._due - now)
            self._due = 0.0  # timers may be early

    def _on_turn(self) -> None:
        """The loop has been round, which it only is where somebody waits."""
        self._is_watching = False
        self._turned = True
