"""The values of the options, in one JSON file that holds only what differs from the defaults."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from desktop.i18n import gettext as _
from desktop.settings.files import Writer, json_bytes, read_json_object
from desktop.settings.types import Option

T = TypeVar("T", bound=str | int | bool)


class Settings:
    """Reads once, in `load`; keeps in memory; saves through the background writer. Safe to use from any thread.

    A value that is missing or not valid counts as the default. What this version does not know, or cannot use, stays
    in the file: a newer version wrote it.
    """

    def __init__(self, path: Path, writer: Writer) -> None:
        self._path = path
        self._writer = writer
        self._lock = threading.Lock()
        self._values: dict[str, object] = {}
        self._listeners: list[Callable[[str], None]] = []
        self.problems: list[str] = []

    def load(self) -> None:
        """Reads the file, a few kilobytes. A damaged one is kept aside and told in `problems`."""
        self._values, aside = read_json_object(self._path)
        if aside is not None:
            self.problems.append(
                _("The settings could not be read, so the defaults are used. The file is kept as {path}.").format(
                    path=aside
                )
            )

    def get(self, option: Option[T]) -> T:
        """The value in force."""
        with self._lock:
            if option.key not in self._values:
                return option.default
            value = self._values[option.key]
        try:
            return option.type.check(value)
        except ValueError:
            return option.default

    def set(self, option: Option[T], value: T) -> None:
        """Puts a value in force, saves it in the background and tells the listeners, on the caller's thread.

        Raises ValueError with a plain sentence if it is not valid.
        """
        value = option.type.check(value)
        if value == self.get(option):
            return
        with self._lock:
            if value == option.default:
                self._values.pop(option.key, None)
            else:
                self._values[option.key] = value
            self._writer.write(self._path, json_bytes(self._values))
        for listener in list(self._listeners):
            listener(option.key)

    def subscribe(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Calls `listener` with the key of every option that changes. Returns a function that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe
