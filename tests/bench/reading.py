"""Runs a transcript alone in a window and measures it from inside, where each frame can be told from the next.

    python -m tests.bench.reading [NAME…]

Prints one JSON object: for each measurement, numbers by name. Times are milliseconds by the clock, `…_cpu` those of
the processor, which other programs do not disturb.
"""

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import psutil
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from desktop.domain.events import Finished, TextDelta
from desktop.domain.message import FinishReason, Message, Role, Status, TextPart
from desktop.domain.model import ModelRef
from desktop.ui.garbage import UiThreadCollector
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.view import Transcript
from desktop.ui.transcript.written import Written
from tests.bench.model_server import SECTION, markdown, tokens

MESSAGES = 10_000
SIZE = (1008, 700)
FRAME_S = 1 / 60
STEP = 60  # pixels: half a notch of a wheel
STEPS = 400
DELTAS_PER_FRAME = 8  # at 4 characters each: 1,000 characters a second, faster than any model
LONG = 100_000
FORMULA = "$$\\int_0^\\infty \\frac{{x^{{{n}}}}}{{e^x - 1}}\\,dx = \\Gamma({n}+1)\\,\\zeta({n}+1)$$\n\n"

Numbers = dict[str, float]


def message(chat: str, number: int, text: str, status: Status = Status.COMPLETE) -> Message:
    asked = number % 2 == 0
    return Message(
        f"{chat}-{number}",
        chat,
        f"{chat}-{number - 1}" if number else None,
        Role.USER if asked else Role.ASSISTANT,
        (TextPart(text),),
        1_700_000_000_000 + number,
        status,
        None if asked else ModelRef("bench", "paced"),
        "" if asked else "Bench model",
    )


def conversation(chat: str, messages: int = MESSAGES) -> list[Entry]:
    """Questions and answers in turn, no two alike: 4 MB in 10,000."""
    texts = (f"What does index {n} do, and when?" if n % 2 == 0 else SECTION.format(n=n) for n in range(messages))
    return [Entry(message(chat, number, text)) for number, text in enumerate(texts)]


class Clock:
    """Milliseconds of the clock and of the processor for what is done within it, painting included."""

    def __enter__(self) -> "Clock":
        self._clock, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        QApplication.processEvents()
        self.ms = (time.perf_counter() - self._clock) * 1000
        self.cpu = (time.process_time() - self._cpu) * 1000


def frames(work: Callable[[int], object], count: int, *, paced: bool) -> list[Clock]:
    """The times of so many pieces of work. `paced` ones come as a screen asks for them, with idle time between."""
    found = []
    for number in range(count):
        with Clock() as clock:
            work(number)
        found.append(clock)
        idle(FRAME_S - clock.ms / 1000 if paced else 0)
    return found


def idle(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QApplication.processEvents()
        time.sleep(0.001)


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def numbers(times: Sequence[Clock]) -> Numbers:
    return {
        "median": statistics.median(each.ms for each in times),
        "p99": percentile([each.ms for each in times], 0.99),
        "median_cpu": statistics.median(each.cpu for each in times),
        "p99_cpu": percentile([each.cpu for each in times], 0.99),
        "max_cpu": max(each.cpu for each in times),
    }


def shown(widget: QWidget) -> None:
    widget.resize(*SIZE)
    widget.show()
    idle(0.3)


def settle(transcript: Transcript) -> None:
    while transcript._ahead.isActive():
        QApplication.processEvents()
    idle(0.1)


def turn(widget: QWidget, pixels: int) -> None:
    """What a touchpad sends."""
    at = QPointF(widget.width() / 2, widget.height() / 2)
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(0, pixels),
        QPoint(0, 0),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.ScrollUpdate,
        False,
    )
    QApplication.sendEvent(widget, event)


def pss_mb() -> float:
    gc.collect()
    return psutil.Process().memory_full_info().pss / 1e6


def floor_text(entries: Sequence[Entry]) -> str:
    return "\n\n".join(entry.message.text for entry in entries)


# Measurements


def opening(theme: Theme) -> Numbers:
    """10,000 messages, from being given them to the first picture; the floor sets their plain text and no more."""
    transcript = Transcript(theme)
    shown(transcript)
    transcript.set_entries(conversation("first", 20))  # imports and fonts are the start's
    settle(transcript)
    times = []
    for number in range(5):
        entries = conversation(f"chat{number}")
        with Clock() as clock:
            transcript.set_entries(entries)
        times.append(clock)
        settle(transcript)
    floor = QPlainTextEdit()
    shown(floor)
    text = floor_text(entries)
    with Clock() as clock:
        floor.setPlainText(text)
    return numbers(times) | {"floor": clock.ms, "floor_cpu": clock.cpu}


def scrolling(theme: Theme) -> Numbers:
    """Steps through 10,000 messages: where nobody has been, and where one has just been."""
    transcript = Transcript(theme)
    shown(transcript)
    entries = conversation("scrolled")
    transcript.set_entries(entries)
    settle(transcript)
    cold = frames(lambda _: turn(transcript.viewport(), STEP), STEPS, paced=True)
    warm = frames(lambda n: turn(transcript.viewport(), STEP if n // 10 % 2 else -STEP), STEPS, paced=True)
    bar = transcript.verticalScrollBar()
    jumps = frames(lambda n: bar.setValue(bar.maximum() * (n * 37 % 100) // 100), 60, paced=True)
    floor = QPlainTextEdit()
    floor.setPlainText(floor_text(entries))
    shown(floor)
    floors = frames(lambda n: floor.verticalScrollBar().setValue(n * 3), STEPS, paced=True)
    return (
        {f"warm_{name}": value for name, value in numbers(warm).items()}
        | {f"cold_{name}": value for name, value in numbers(cold).items()}
        | {f"jump_{name}": value for name, value in numbers(jumps).items()}
        | {f"floor_{name}": value for name, value in numbers(floors).items()}
    )


def resizing(theme: Theme) -> Numbers:
    """Another width, until everything stands again; by turns with a plain text editor of the same text."""
    entries = conversation("resized")
    transcript, floor = Transcript(theme), QPlainTextEdit()
    transcript.set_entries(entries)
    floor.setPlainText(floor_text(entries))
    shown(transcript)
    settle(transcript)
    transcript.scroll_to_message("resized-5001")
    settle(transcript)
    times = frames(lambda n: transcript.resize(720 + n % 2 * 150, SIZE[1]), 20, paced=True)
    transcript.hide()
    shown(floor)
    floors = frames(lambda n: floor.resize(720 + n % 2 * 150, SIZE[1]), 10, paced=True)
    return numbers(times) | {f"floor_{name}": value for name, value in numbers(floors).items()}


def streaming(theme: Theme) -> Numbers:
    """100 KB in 4 characters a delta: what reading them costs, and each frame with all it brings."""
    deltas = list(tokens(markdown(LONG)))
    written = Written(message("parsed", 1, ""))
    began = time.process_time()
    for delta in deltas:
        written.add(delta, "")
    parse = (time.process_time() - began) * 1000 / len(deltas)
    transcript = Transcript(theme)
    shown(transcript)
    asked = Entry(message("streamed", 0, "How is an index chosen?"))
    transcript.set_entries([asked, Entry(message("streamed", 1, "", Status.STREAMING), running=True)])
    reply = transcript._turns.replies["streamed-1"]
    while not reply._is_ready():
        idle(0.01)

    def frame(number: int) -> None:
        for delta in deltas[number * DELTAS_PER_FRAME : (number + 1) * DELTAS_PER_FRAME]:
            transcript.stream("streamed-1", TextDelta(delta))
        reply.flush()

    times = frames(frame, len(deltas) // DELTAS_PER_FRAME, paced=False)
    with Clock() as end:
        transcript.stream("streamed-1", Finished(FinishReason.END))
        transcript.set_entries([asked, Entry(message("streamed", 1, "".join(deltas)))])
    return numbers(times) | {"parse_cpu": parse, "end": end.ms}


def memory(theme: Theme) -> Numbers:
    """What 10,000 messages add, their own text included."""
    transcript = Transcript(theme)
    shown(transcript)
    transcript.set_entries(conversation("small", 20))
    settle(transcript)
    before = pss_mb()
    entries = conversation("large")
    transcript.set_entries(entries)
    settle(transcript)
    for _ in range(50):
        transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().value() - SIZE[1])
        settle(transcript)
    added = pss_mb() - before
    floor = QPlainTextEdit()
    shown(floor)
    text = floor_text(entries)
    before = pss_mb()
    floor.setPlainText(text)
    idle(0.1)
    return {"added": added, "floor": pss_mb() - before}


def switching(theme: Theme) -> Numbers:
    """To and fro between two conversations of 2,000 messages."""
    transcript = Transcript(theme)
    shown(transcript)
    chats = [conversation(name, 2000) for name in ("one", "two")]
    for entries in chats:
        transcript.set_entries(entries)
        settle(transcript)

    def switch(number: int) -> None:
        transcript.set_entries(chats[number % 2])

    times = []
    for number in range(20):
        with Clock() as clock:
            switch(number)
        times.append(clock)
        settle(transcript)
    return numbers(times)


def formulas(theme: Theme) -> Numbers:
    """Forty formulas that nobody has drawn before: the longest time in which the window does nothing else."""
    transcript = Transcript(theme)
    shown(transcript)
    transcript.set_entries(conversation("plain", 20))
    settle(transcript)
    gaps: list[float] = []
    gaps_cpu: list[float] = []
    last, last_cpu = time.perf_counter(), time.process_time()

    def beat() -> None:
        nonlocal last, last_cpu
        now, cpu = time.perf_counter(), time.process_time()
        gaps.append((now - last) * 1000)
        gaps_cpu.append((cpu - last_cpu) * 1000)
        last, last_cpu = now, cpu

    text = "".join(FORMULA.format(n=n) for n in range(2, 42))
    heart = QTimer(interval=2, timerType=Qt.TimerType.PreciseTimer)
    heart.timeout.connect(beat)
    with Clock() as opened:
        transcript.set_entries([Entry(message("maths", 0, "Integrals")), Entry(message("maths", 1, text))])
    heart.start()
    last, last_cpu = time.perf_counter(), time.process_time()
    for _ in range(60):
        turn(transcript.viewport(), STEP)
        idle(0.03)
    return {"opened": opened.ms, "longest": max(gaps), "longest_cpu": max(gaps_cpu), "p99": percentile(gaps, 0.99)}


MEASUREMENTS = {each.__name__: each for each in (opening, scrolling, resizing, streaming, memory, switching, formulas)}


def results(names: Sequence[str]) -> Iterator[tuple[str, Numbers]]:
    app = QApplication(["bench"])
    theme = Theme("light")
    theme.apply(app)
    collector = UiThreadCollector(app)  # as the program has it
    for name in names or MEASUREMENTS:
        yield name, MEASUREMENTS[name](theme)
        collector.collect()


if __name__ == "__main__":
    print(json.dumps(dict(results(sys.argv[1:]))))
