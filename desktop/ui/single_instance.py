"""One window per data folder: a second copy hands its wish to the first, as a file in that folder, and ends.

A folder that is watched works alike on every system and needs nothing but QtCore, where a socket would bring in
another of Qt's libraries for something that happens once in a while.
"""

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QFileSystemWatcher, QLockFile

from desktop.domain.ids import new_id
from desktop.i18n import gettext as _
from desktop.paths import Paths
from desktop.settings.files import json_bytes, write_atomically

ANSWER_S = 10.0  # the first copy may itself be starting


class SingleInstance:
    """Holds the lock of the data folder from construction on, if nobody else does.

    The lock names the process, so that one left by a crash is taken over.
    """

    def __init__(self, paths: Paths) -> None:
        self._lock = QLockFile(str(paths.lock))
        self._lock.setStaleLockTime(0)
        self.is_first = self._lock.tryLock(0)
        self._wishes = paths.wishes
        self._watcher: QFileSystemWatcher | None = None
        self._on_wish: Callable[[str], None] | None = None

    def listen(self, on_wish: Callable[[str], None]) -> None:
        """From now on answer other copies; `on_wish` gets the text to send, or nothing: come to the front."""
        self._wishes.mkdir(parents=True, exist_ok=True)
        self._on_wish = on_wish
        self._watcher = QFileSystemWatcher([str(self._wishes)])
        self._watcher.directoryChanged.connect(self._read)
        self._read()

    def hand_over(self, send: str) -> int:
        """Tell the first copy what was wanted and wait until it has taken it; the exit code of this one."""
        wish = self._wishes / f"{new_id()}.json"
        end = time.monotonic() + ANSWER_S
        with suppress(OSError):
            write_atomically(wish, json_bytes({"send": send}))
            while time.monotonic() < end:
                if not wish.exists():
                    print(_("Tuppence is already open; its window was brought to the front."), file=sys.stderr)
                    return 0
                time.sleep(0.05)
            wish.unlink()
        print(
            _("Tuppence is already open on these data and does not answer. Close it, or use another --data-dir."),
            file=sys.stderr,
        )
        return 1

    def close(self) -> None:
        """Let the next copy be the first."""
        self._watcher = None
        self._lock.unlock()

    def _read(self) -> None:
        for path in sorted(self._wishes.glob("*.json")):
            try:
                wish = json.loads(path.read_bytes())
                path.unlink()
            except (OSError, ValueError):  # taken back meanwhile, or not a wish
                continue
            if self._on_wish is not None:
                self._on_wish(str(wish.get("send", "")) if isinstance(wish, dict) else "")
