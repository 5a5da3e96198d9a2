"""Collecting Python's garbage where it can do no harm."""

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 5000

_log = logging.getLogger(__name__)


def end_dropped_generators(
    loop: asyncio.AbstractEventLoop, start: Callable[[Coroutine[Any, Any, None]], object]
) -> None:
    """Have generators that are dropped halfway ended by a task, as asyncio's own loops do and qasync's does not.

    A connection that is read no further waits for something at its end, which it cannot in the middle of a collection.
    """

    async def end(generator: AsyncGenerator[Any, Any]) -> None:
        try:
            await generator.aclose()
        except Exception:
            _log.exception("%s did not end well", generator)

    def drop(generator: AsyncGenerator[Any, Any]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lambda: start(end(generator)))

    sys.set_asyncgen_hooks(finalizer=drop)


class UiThreadCollector(QObject):
    """Runs the cycle collector on the UI thread alone.

    Left to itself it runs on whichever thread happens to allocate, the database's included, and what it finds may be
    widgets and timers, which Qt lets only their own thread destroy: warnings at best, a crash at worst. Everything
    that exists when this is made counts as permanent, so that a collection stays short, and so does what later imports
    bring: looking through a module that has just come, and all that was made with it, stopped the window for 50 ms.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._freeze()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due by Python's own thresholds, and with it the younger ones."""
        if len(sys.modules) != self._modules:
            self._freeze()
            return
        due = [count > limit for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if any(due):
            gc.collect(max(generation for generation, is_due in enumerate(due) if is_due))

    def _freeze(self) -> None:
        self._modules = len(sys.modules)
        gc.freeze()
