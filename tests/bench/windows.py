"""Programs with a window, started and typed into from outside, as a person would."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.helpers.x11 import Box, Screen, Window

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
FLOOR = [sys.executable, str(ROOT / "tests" / "bench" / "floor_window.py")]
SETTLED_S = 2.5  # nothing that a start sets going runs longer


def tuppence(data: Path, *arguments: str) -> list[str]:
    return [str(BIN / "tuppence"), "--data-dir", str(data), *arguments]


@contextmanager
def running(screen: Screen, command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A program on the screen, and the moment before it was started. Ended afterwards."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("QT_", "WAYLAND_", "TUPPENCE_"))
    }
    environment |= {"DISPLAY": screen.name, "PYTHONDONTWRITEBYTECODE": ""}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        yield process, started
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        while screen.windows(process.pid):
            time.sleep(0.01)


def focused(screen: Screen, process: subprocess.Popen[bytes]) -> Window:
    window = screen.wait_for_window(process.pid)
    screen.focus(window)
    return window


@dataclass(frozen=True)
class Glyph:
    """Where a letter shows and how it looks there: the pixels that tell it from anything else, caret blinks aside."""

    letter: str
    box: Box
    looks: dict[int, int]  # index of a pixel within the box -> its colour

    def shows(self, screen: Screen) -> bool:
        pixels = memoryview(screen.pixels(self.box)).cast("I")
        return all(pixels[index] == colour for index, colour in self.looks.items())

    def wait(self, screen: Screen, seconds: float = 20.0) -> float:
        """The moment at which it shows."""
        end = time.perf_counter() + seconds
        while (now := time.perf_counter()) < end:
            if self.shows(screen):
                return time.perf_counter()
            if now + 19 < end:  # a start: leave the processor to the program
                time.sleep(0.0005)
        raise TimeoutError(f"“{self.letter}” did not show within {seconds} s")


def learn_glyph(screen: Screen, area: Box, letter: str = "x", other: str = "w") -> Glyph:
    """Types into a settled, focused program to see where and how a letter shows; leaves the field empty again.

    `area` is the window's box, or the part of it that holds the field where the rest is moving.
    """
    before = _steady(screen, area)
    screen.press(letter)
    time.sleep(0.3)
    shown = _steady(screen, area)
    screen.press("\b")
    screen.press(other)
    time.sleep(0.3)
    instead = _steady(screen, area)
    screen.press("\b")
    time.sleep(0.3)
    # Only what both letters change, and differently, is the letter: a button that wakes up looks the same for both.
    width = area[2]
    telling = [
        index
        for index, colour in shown.items()
        if instead.get(index, colour) != colour and before.get(index, colour) != colour
    ]
    assert telling, "typing changed nothing on the screen"
    rows, columns = [index // width for index in telling], [index % width for index in telling]
    left, top = min(columns), min(rows)
    box_width, box_height = max(columns) - left + 1, max(rows) - top + 1
    assert max(box_width, box_height) < 40, f"a letter of {box_width} by {box_height} px"
    looks = {(index // width - top) * box_width + index % width - left: shown[index] for index in telling}
    box = (area[0] + left, area[1] + top, box_width, box_height)
    return Glyph(letter, box, looks)


def _steady(screen: Screen, box: Box) -> dict[int, int]:
    """The colours of the pixels that stay the same for a second and more, which a caret's do not."""
    first = memoryview(screen.pixels(box)).cast("I")
    width = box[2]
    wavering = set()
    for _ in range(12):
        time.sleep(0.1)
        now = memoryview(screen.pixels(box)).cast("I")
        for row in range(0, len(first), width):
            if first[row : row + width] != now[row : row + width]:
                wavering.update(index for index in range(row, row + width) if first[index] != now[index])
    return {index: colour for index, colour in enumerate(first) if index not in wavering}


def pss_mb(process: subprocess.Popen[bytes]) -> float:
    """Proportional set size of the process and its children, in MB."""
    root = psutil.Process(process.pid)
    return sum(each.memory_full_info().pss for each in [root, *root.children(recursive=True)]) / 1e6


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """Processor seconds that the process and its children have used so far."""
    root = psutil.Process(process.pid)
    times = [each.cpu_times() for each in [root, *root.children(recursive=True)]]
    return sum(each.user + each.system for each in times)
