"""Formulas that nobody waits for any more, while the thread is still at them."""

import subprocess
import sys

from tests.helpers.program import ROOT

# The loop turns without rest, so that it is about to wake when the thread lets go of the last thing it holds.
LET_GO = """
import gc, time
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from desktop.render import formulas
from desktop.ui.transcript.formulas import Formulas

formulas.draw = lambda *asked: time.sleep(0.001)
gc.disable()
qt = QApplication([])
turning, loop = QTimer(interval=0), QEventLoop()
turning.start()
for number in range(100):
    asked = Formulas()
    asked.find(f"x_{number}", False)
    thread = asked._thread
    del asked
    while thread.is_alive():
        QTimer.singleShot(1, loop.quit)
        loop.exec()
print("all let go")
"""


def test_letting_go_of_them_is_no_crash() -> None:
    done = subprocess.run([sys.executable, "-c", LET_GO], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "all let go\n", "")
