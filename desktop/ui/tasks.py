"""The one bridge from Qt's slots to coroutines."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from desktop.domain.errors import AppError

_log = logging.getLogger(__name__)

ErrorHandler = Callable[[AppError], None]


class Tasks:
    """Starts coroutines, holds them until they end, and sees to their errors.

    An AppError goes to the caller's `on_error` or else to the notice bar; anything else is a bug and goes to `on_bug`.
    """

    def __init__(self, on_error: ErrorHandler, on_bug: Callable[[BaseException], None]) -> None:
        self._on_error = on_error
        self._on_bug = on_bug
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Any], *, on_error: ErrorHandler | None = None) -> asyncio.Task[Any]:
        """Run a coroutine from a slot. Needs the running loop that app.py provides."""
        task = asyncio.get_event_loop().create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(lambda done: self._ended(done, on_error or self._on_error))
        return task

    async def finish(self) -> None:
        """Waits until everything that was started has ended, but for the task that waits."""
        while others := self._running - {asyncio.current_task()}:
            await asyncio.gather(*others, return_exceptions=True)

    async def aclose(self) -> None:
        """Ends what still runs, but for the task that asks for it: at the program's end nobody waits for the rest."""
        others = self._running - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others)  # which can itself be given up, where gathering waits for each come what may

    def _ended(self, task: asyncio.Task[Any], on_error: ErrorHandler) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, AppError):
            on_error(error)
        elif error is not None:
            _log.error("a task failed", exc_info=error)
            self._on_bug(error)
