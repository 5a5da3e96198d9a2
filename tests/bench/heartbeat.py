"""Runs the program with a heart beating in its event loop, and writes down every beat that came late.

    python -m tests.bench.heartbeat LATE_BEATS_FILE ARGUMENTS_OF_TUPPENCE…

The beat is a timer in the one thread that Qt and asyncio share: while it waits, so does every key and every paint.
Each line of the file is `moment seconds`: when a late beat came (time.monotonic) and how long after the one before.
"""

import sys
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

BEAT_MS = 5
LATE_S = 0.025


def main() -> int:
    late_beats = Path(sys.argv.pop(1)).open("w", buffering=1)  # noqa: SIM115 - open until the process ends
    last = time.monotonic()

    def beat() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > LATE_S:
            late_beats.write(f"{now:.4f} {now - last:.4f}\n")
        last = now

    class Application(QApplication):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            self._heart = QTimer(interval=BEAT_MS)
            self._heart.timeout.connect(beat)
            self._heart.start()

    import PySide6.QtWidgets

    PySide6.QtWidgets.QApplication = Application  # type: ignore[misc]
    from desktop.__main__ import main as tuppence

    code = tuppence()
    assert isinstance(QCoreApplication.instance(), Application), "the program made its application in another way"
    return code


if __name__ == "__main__":
    sys.exit(main())
