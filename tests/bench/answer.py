"""What a long answer costs while it streams into the window, and whether typing or the window ever hang meanwhile."""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import seeded
from tests.bench.figure import Figure
from tests.bench.windows import ROOT, SETTLED_S, Glyph, cpu_s, focused, learn_glyph, running, tuppence
from tests.helpers.x11 import Box, Screen, Window

QUESTION = "How do I choose an index?"
LETTERS = 200
COMPOSER_PX = 90


@contextmanager
def model_server() -> Iterator[int]:
    """The port of a model server of its own."""
    command = [sys.executable, "-m", "tests.bench.model_server"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def measure(screen: Screen, scratch: Path) -> Iterator[Figure]:
    with model_server() as port:
        data = scratch / "answer"
        seeded.fill(data, conversations=20, base_url=f"http://127.0.0.1:{port}/v1")
        with running(screen, tuppence(data, "--send", QUESTION)) as (process, _began):
            focused(screen, process)
            began = wait_until_begun(port)
            before, since = cpu_s(process), time.monotonic()
            ended = wait_until_ended(port)
            share = (cpu_s(process) - before) / (ended - since)
        note = f"50 KB of Markdown in {ended - began:.0f} s"
        yield Figure("processor for a streamed answer", "cores", share, 0.10, limits="figure", note=note)

        late_beats = scratch / "late"
        beating = [
            sys.executable,
            "-m",
            "tests.bench.heartbeat",
            str(late_beats),
            *tuppence(data, "--send", QUESTION)[1:],
        ]
        with running(screen, beating) as (process, _began):
            window = focused(screen, process)
            began = wait_until_begun(port, after=began)
            keys = typed(screen, learn_glyph(screen, lower_end(window)))
            ended = wait_until_ended(port)
            time.sleep(SETTLED_S)
        note = f"median {statistics.median(keys):.1f} ms over {len(keys)} letters"
        yield Figure("key to glyph while it streams, p95", "ms", p95(keys), 33, limits="figure", note=note)
        beats = [tuple(map(float, line.split())) for line in late_beats.read_text().splitlines()]
        gaps = sorted((gap for moment, gap in beats if began + 1 < moment < ended + 1), reverse=True)
        note = f"longest gaps in ms: {', '.join(f'{gap * 1000:.0f}' for gap in gaps[:5]) or 'none over 25'}"
        yield Figure(
            "longest stall of the window", "ms", max(gaps, default=0.025) * 1000, 50, limits="figure", note=note
        )


def lower_end(window: Window) -> Box:
    """Where the composer is: above it the reply grows."""
    left, top, width, height = window.box
    return left, top + height - COMPOSER_PX, width, COMPOSER_PX


def typed(screen: Screen, glyph: Glyph) -> list[float]:
    """Milliseconds from key to letter, again and again."""
    found = []
    for _ in range(LETTERS):
        pressed = time.perf_counter()
        screen.press(glyph.letter)
        found.append((glyph.wait(screen, 5) - pressed) * 1000)
        screen.press("\b")
        while glyph.shows(screen):
            time.sleep(0.001)
        time.sleep(0.1)
    return found


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def times(port: int) -> tuple[float, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/times") as answer:
        said = json.load(answer)
    return said["began"], said["ended"]


def wait_until_begun(port: int, after: float = 0.0) -> float:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        began, _ended = times(port)
        if began > after:
            return began
        time.sleep(0.05)
    raise TimeoutError("the question never reached the server")


def wait_until_ended(port: int) -> float:
    while True:
        _began, ended = times(port)
        if ended:
            return ended
        time.sleep(0.5)
