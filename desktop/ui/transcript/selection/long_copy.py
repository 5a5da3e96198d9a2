"""Copies what takes long to read on a thread beside the program's own."""

import threading
import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

from desktop.ui.transcript.selection import clipboard

_AT_ONCE = 2_000  # letters that are read within a frame
_LOOK_MS = 30
_PAUSE_S = 0.003  # between two messages, in which the program's own thread runs undisturbed


class LongCopy(QObject):
    """The text is on the clipboard at once, and all forms of it as soon as they are made."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: _Job | None = None
        self._interim = ""
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._take)

    @property
    def is_busy(self) -> bool:
        """Whether some forms are still being made."""
        return self._look.isActive()

    def start(self, pieces: Sequence[clipboard.Piece], *, as_source: bool = False) -> None:
        """Copy; `as_source` makes the plain text Markdown too. What was begun before is given up."""
        if self._job is not None:
            self._job.given_up = True
        self._look.stop()
        if sum(map(clipboard.length, pieces)) <= _AT_ONCE:
            clipboard.put(clipboard.all_forms(pieces, as_source=as_source))
            return
        self._interim = clipboard.interim(pieces)
        clipboard.put(clipboard.Forms(self._interim, "", ""))
        self._job = _Job(pieces, as_source)
        self._job.start()
        self._look.start()

    def _take(self) -> None:
        if self._job is None or self._job.is_alive():
            return
        self._look.stop()
        # Something else may have been copied meanwhile.
        if self._job.made is not None and QGuiApplication.clipboard().text() == self._interim:
            clipboard.put(self._job.made)
        self._job, self._interim = None, ""


class _Job(threading.Thread):
    def __init__(self, pieces: Sequence[clipboard.Piece], as_source: bool) -> None:
        super().__init__(name="copy", daemon=True)
        self.made: clipboard.Forms | None = None
        self.given_up = False
        self._pieces = pieces
        self._as_source = as_source

    def run(self) -> None:
        found = []
        for number, piece in enumerate(self._pieces):
            if self.given_up:
                return
            found.append(clipboard.forms(piece, number, as_source=self._as_source))
            if clipboard.length(piece):
                time.sleep(_PAUSE_S)
        self.made = clipboard.joined(found)
