"""Collecting Python's garbage where it can do no harm."""

import gc
import sys

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 5000


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
