"""The transcript: opening, scrolling, resizing, streaming, memory, and formulas."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.windows import ROOT
from tests.helpers.x11 import Screen


def measure(screen: Screen, _scratch: Path) -> Iterator[Figure]:
    opened = reading(screen, "opening")
    yield ms("10,000 messages to the first picture", opened, "median", 100, "floor")
    moved = reading(screen, "scrolling")
    yield ms("scroll step where one has been, p99", moved, "warm_p99", 16, "floor_p99")
    yield ms("scroll step where nobody has been, p99", moved, "cold_p99", 33, "floor_p99")
    yield ms("jump to anywhere, p99", moved, "jump_p99", 100, "floor_p99")
    resized = reading(screen, "resizing")
    yield ms("another width, p99", resized, "p99", 100, "floor_p99")
    streamed = reading(screen, "streaming")
    yield ms("reading 4 characters more of 100 KB, mean", streamed, "parse_cpu", 0.5)
    yield ms("frame of a streamed answer of 100 KB, p99", streamed, "p99", 16)
    yield ms("end of a streamed answer of 100 KB", streamed, "end", 1000)
    held = reading(screen, "memory")
    note = "their own text is 4 MB of it"
    yield Figure("10,000 messages", "MB", held["added"], 80, held["floor"], limits="figure", note=note)
    yield ms("another open chat, p99", reading(screen, "switching"), "p99", 50)
    drawn = reading(screen, "formulas")
    yield ms("longest stall while formulas are drawn", drawn, "longest", 16)


def ms(name: str, found: dict[str, float], key: str, limit: float, floor: str = "") -> Figure:
    """Bounded by itself; the floor is a plain text editor with the same text."""
    cpu = found.get(f"{key}_cpu")
    note = f"{cpu:.1f} ms of the processor" if cpu is not None else ""
    return Figure(name, "ms", found[key], limit, found[floor] if floor else None, limits="figure", note=note)


def reading(screen: Screen, name: str) -> dict[str, float]:
    """One of `reading.MEASUREMENTS`, in a process of its own."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("QT_", "WAYLAND_"))}
    command = [sys.executable, "-m", "tests.bench.reading", name]
    run = subprocess.run(
        command, env=environment | {"DISPLAY": screen.name}, cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    found: dict[str, float] = json.loads(run.stdout)[name]
    return found
