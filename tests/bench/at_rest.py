"""What the program costs while nobody uses it."""

import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import seeded
from tests.bench.figure import Figure
from tests.bench.windows import FLOOR, SETTLED_S, cpu_s, focused, pss_mb, running, tuppence
from tests.helpers.x11 import Screen

WATCHED_S = 20.0


def measure(screen: Screen, scratch: Path) -> Iterator[Figure]:
    data = scratch / "rest"
    seeded.fill(data, conversations=20)
    floor_mb, floor_cpu = rest(screen, FLOOR)
    app_mb, app_cpu = rest(screen, tuppence(data))
    yield Figure("memory at rest (PSS)", "MB", app_mb, 1.6, floor_mb)
    yield Figure("processor at rest", "%", app_cpu, 0.5, floor_cpu, limits="figure")


def rest(screen: Screen, command: list[str]) -> tuple[float, float]:
    """Megabytes, and per cent of one core, of a program that has been left alone."""
    with running(screen, command) as (process, _began):
        focused(screen, process)
        time.sleep(2 * SETTLED_S)
        before, since = cpu_s(process), time.perf_counter()
        time.sleep(WATCHED_S)
        share = (cpu_s(process) - before) / (time.perf_counter() - since)
        return pss_mb(process), share * 100
