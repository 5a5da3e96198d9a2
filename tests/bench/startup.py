"""How long until a person can type, and how soon a letter follows its key."""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import seeded
from tests.bench.figure import Figure
from tests.bench.windows import FLOOR, SETTLED_S, Glyph, focused, learn_glyph, running, tuppence
from tests.helpers.x11 import Screen

STARTS = 7
LETTERS = 60


def measure(screen: Screen, scratch: Path) -> Iterator[Figure]:
    few, many = scratch / "few", scratch / "many"
    seeded.fill(few, conversations=20)
    seeded.fill(many, conversations=10_000)
    commands = {"floor": FLOOR, "few": tuppence(few), "many": tuppence(many)}
    glyphs, keys = {}, {}
    for name, command in commands.items():
        glyphs[name], keys[name] = settled(screen, command)
    starts: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            starts[name].append(start(screen, command, glyphs[name]))
    medians = {name: statistics.median(times) for name, times in starts.items()}
    spread = {name: f"{min(times):.3f} to {max(times):.3f} s" for name, times in starts.items()}
    yield Figure("start to typed letter", "s", medians["few"], 1.6, medians["floor"], note=spread["few"])
    note = f"10,000 stored conversations; {spread['many']}"
    yield Figure("start to typed letter, many", "s", medians["many"], 1.6, medians["floor"], note=note)
    yield Figure("key to glyph", "ms", keys["few"], 3.0, keys["floor"])


def start(screen: Screen, command: list[str], glyph: Glyph) -> float:
    """Seconds from the start of the process to the letter on the screen, typed as soon as there is a window."""
    with running(screen, command) as (process, began):
        focused(screen, process)
        screen.press(glyph.letter)
        shown = glyph.wait(screen)
        screen.press("\b")  # no draft for the next start
        time.sleep(SETTLED_S)
        return shown - began


def settled(screen: Screen, command: list[str]) -> tuple[Glyph, float]:
    """Where a letter shows, and the median milliseconds from key to glyph in a program at rest."""
    with running(screen, command) as (process, _began):
        window = focused(screen, process)
        time.sleep(SETTLED_S)
        glyph = learn_glyph(screen, window.box)
        times = []
        for _ in range(LETTERS):
            pressed = time.perf_counter()
            screen.press(glyph.letter)
            times.append(glyph.wait(screen, 5) - pressed)
            screen.press("\b")
            while glyph.shows(screen):
                time.sleep(0.001)
            time.sleep(0.05)
        time.sleep(SETTLED_S)
        return glyph, statistics.median(times) * 1000
