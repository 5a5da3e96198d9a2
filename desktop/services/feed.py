"""Tells every screen what kind of thing changed; nobody says who should care."""

import logging
from collections.abc import Callable

from desktop.domain.changes import Change

_log = logging.getLogger(__name__)

Listener = Callable[[Change], None]


class Feed:
    """Listeners are called in order of subscription, on the caller's thread; one that raises does not stop the rest."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with every change from now on. Returns a function that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def publish(self, change: Change) -> None:
        for listener in list(self._listeners):
            try:
                listener(change)
            except Exception:
                _log.exception("a listener failed on %s", change)
