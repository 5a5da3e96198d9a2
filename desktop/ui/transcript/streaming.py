"""A reply while it is written: events are gathered, and shown a few times a second."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from desktop.domain import figures
from desktop.domain.events import ReasoningDelta, TextDelta, TurnEvent, UsageReported
from desktop.domain.message import Message
from desktop.domain.usage import Usage, estimate_tokens
from desktop.i18n import gettext as _
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.footer import Figure, price_unknown
from desktop.ui.transcript.written import Written

FLUSH_MS = 66
FIGURES_MS = 300
_REST = 12  # after a flush, wait at least this many times as long as it took
_TOGETHER_MS = 12  # what comes so soon after another piece is shown with it
_LATEST_FIGURES_MS = 600  # where no text comes with which they could be painted


class LiveReply(QObject):
    """Folds events into a `Written`, at most every 66 ms and for a thirteenth of the time.

    `on_text` is called after text has been added, `on_tick` when figures that run by the clock should be shown again;
    nothing is shown before `is_ready`.
    """

    def __init__(
        self,
        message: Message,
        written: Written,
        on_text: Callable[[], None],
        on_tick: Callable[[], None],
        is_ready: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.written = written
        self._on_text = on_text
        self._is_ready = is_ready
        self._text: list[str] = []
        self._thought: list[str] = []
        self._usage: Usage | None = message.usage
        self._tokens = estimate_tokens(message.text + message.reasoning)
        self._joined_late = self._tokens > 0
        self._started = time.monotonic()
        self._first: float | None = None
        self._reasoning_since: float | None = None
        self._reasoning_until: float | None = None
        self._flush = QTimer(self, singleShot=True)
        self._flush.timeout.connect(self._flush_when_ready)
        self._next_flush = 0.0
        self._on_tick = on_tick
        self._next_tick = 0.0
        self._ticks = QTimer(self, interval=_LATEST_FIGURES_MS)
        self._ticks.timeout.connect(self._tick)
        self._ticks.start()

    @property
    def pending(self) -> tuple[str, str]:
        """Text and reasoning that have arrived and are not shown yet."""
        return "".join(self._text), "".join(self._thought)

    @property
    def reasoning_ms(self) -> int | None:
        if self._reasoning_since is None:
            return None
        return round(((self._reasoning_until or time.monotonic()) - self._reasoning_since) * 1000)

    def apply(self, event: TurnEvent) -> None:
        """Take an event of the turn."""
        match event:
            case TextDelta(text):
                self._count(text)
                if self._reasoning_since is not None and self._reasoning_until is None:
                    self._reasoning_until = time.monotonic()
                self._text.append(text)
            case ReasoningDelta(text):
                self._count(text)
                if self._reasoning_since is None:
                    self._reasoning_since = time.monotonic()
                self._thought.append(text)
            case UsageReported(usage):
                self._usage = usage
                return
            case _:
                return
        if not self._flush.isActive():
            wait = max(0.0, self._next_flush - time.monotonic())
            self._flush.start(max(round(wait * 1000), _TOGETHER_MS if self._next_flush else 0))

    def _flush_when_ready(self) -> None:
        if self._is_ready():
            self.flush()
        else:
            self._flush.start(FLUSH_MS)

    def flush(self) -> None:
        """Show what has arrived."""
        self._flush.stop()
        text, thought = self.pending
        if not text and not thought:
            return
        self._text.clear()
        self._thought.clear()
        began = time.monotonic()
        self.written.add(text, thought)
        self._on_text()
        if began >= self._next_tick:
            self._tick()
        cost = time.monotonic() - began
        self._next_flush = began + max(FLUSH_MS / 1000, cost * (1 + _REST))

    def _tick(self) -> None:
        self._next_tick = time.monotonic() + FIGURES_MS / 1000
        self._ticks.start()
        self._on_tick()

    def end(self) -> None:
        """No more events will come."""
        self.flush()
        self._ticks.stop()
        self.deleteLater()

    def figures(self, entry: Entry) -> list[Figure]:
        """What is known of tokens, cost and times so far: by the reply's meter, where there is one."""
        found = []
        usage = entry.meter.whole if entry.meter is not None else self._usage
        if usage is not None and usage.input_tokens:
            found.append(Figure(_nbsp(_("{n} in").format(n=figures.count(usage.input_tokens))), 3))
        tokens = usage.output_tokens if entry.meter is not None and usage is not None else self._counted()
        if tokens:
            found.append(Figure(_nbsp(_("{n} out").format(n=figures.count(tokens))), 4))
        if not entry.free and usage is not None and usage.cost is not None:
            cost = figures.money(usage.cost)
            found.append(Figure(_("{cost} so far").format(cost=cost), 5, money=cost))
        elif not entry.free and entry.meter is not None and entry.meter.price is None:
            found.append(price_unknown())
        if self._first is not None and not self._joined_late:
            ttft = round((self._first - self._started) * 1000)
            found.append(Figure(_nbsp(_("{time} first token").format(time=figures.latency(ttft))), 2))
            seconds = time.monotonic() - self._first
            if seconds > 1:
                found.append(Figure(figures.speed(tokens / seconds), 1))
        return found

    def _counted(self) -> int:
        return max(self._tokens, self._usage.output_tokens if self._usage else 0)

    def _count(self, text: str) -> None:
        if self._first is None:
            self._first = time.monotonic()
        self._tokens += estimate_tokens(text)


def _nbsp(text: str) -> str:
    return text.replace(" ", figures.NBSP)
