"""A reply as it grows."""

from collections.abc import Sequence
from typing import assert_never

from desktop.domain.errors import Failure
from desktop.domain.events import (
    AllCooling,
    Failed,
    FellBack,
    Finished,
    Identified,
    LimitsReported,
    ModelChosen,
    Offline,
    Opaque,
    ReasoningDelta,
    Retrying,
    Stopped,
    TextDelta,
    TurnEvent,
    UsageReported,
)
from desktop.domain.message import Attempt, FinishReason, OpaquePart, Part, ReasoningPart, Status, TextPart
from desktop.domain.usage import Usage


class Reply:
    """Folds events into parts: the only code that does, for the live view, for saving and for tests.

    Neighbouring deltas of a kind become one part. Times passed in are seconds of one monotonic clock. `parts` and
    `attempts` are what is there already of a reply that goes on.
    """

    def __init__(self, started: float, parts: Sequence[Part] = (), attempts: tuple[Attempt, ...] = ()) -> None:
        self.status = Status.STREAMING
        self.usage: Usage | None = None
        self.finish: FinishReason | None = None
        self.failure: Failure | None = None
        self.attempts = attempts
        self.answered_by = Identified("", "")
        """What the provider called the model and the request of the latest try."""
        self.has_begun = False
        """Whether anything has come since the start; from then on no other model may take over."""
        self._started = started
        self._first: float | None = None
        self._ended: float | None = None
        self._closed: list[Part] = list(parts)
        self._open: list[str] = []
        self._open_reasoning = False
        self._open_since = started
        if parts and isinstance(last := parts[-1], TextPart):
            self._closed.pop()
            self._open.append(last.text)
        self._before = len(self._text())

    def apply(self, event: TurnEvent, now: float) -> None:
        """Fold one event in. Events after the end are a bug of the caller and raise ValueError."""
        if self.status is not Status.STREAMING:
            raise ValueError(f"{type(event).__name__} after the reply ended")
        match event:
            case TextDelta(text):
                self._add(text, reasoning=False, now=now)
            case ReasoningDelta(text):
                self._add(text, reasoning=True, now=now)
            case Opaque(kind, data):
                self._close(now)
                self._closed.append(OpaquePart(kind, data))
                self.has_begun = True
            case UsageReported(usage):
                self.usage = usage
            case Identified():
                self.answered_by = event
            case ModelChosen():
                self.answered_by = Identified("", "")
            case LimitsReported() | AllCooling() | Offline():
                pass
            case Retrying(attempt) | FellBack(attempt):
                self.attempts = (*self.attempts, attempt)
            case Finished(reason):
                self.finish = reason
                self._end(Status.COMPLETE, now)
            case Failed(failure):
                self.failure = failure
                self._end(Status.FAILED, now)
            case Stopped():
                self._end(Status.STOPPED, now)
            case _:
                assert_never(event)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts so far, the one being written included."""
        if not self._open:
            return tuple(self._closed)
        return (*self._closed, self._open_part(None))

    @property
    def has_text(self) -> bool:
        """Whether there is anything visible."""
        return (bool(self._open) and not self._open_reasoning) or any(
            isinstance(part, TextPart) for part in self._closed
        )

    @property
    def output_text(self) -> str:
        """All that was written since the start, reasoning included; what an estimate of output tokens counts."""
        return self._text()[self._before :]

    @property
    def ttft_ms(self) -> int | None:
        """From the start to the first text or reasoning, in milliseconds."""
        return None if self._first is None else round((self._first - self._started) * 1000)

    @property
    def duration_ms(self) -> int | None:
        """From the start to the end, in milliseconds; None while it is written."""
        return None if self._ended is None else round((self._ended - self._started) * 1000)

    def _text(self) -> str:
        return "".join(part.text for part in self.parts if not isinstance(part, OpaquePart))

    def _add(self, text: str, *, reasoning: bool, now: float) -> None:
        if not text:
            return
        self.has_begun = True
        if self._first is None:
            self._first = now
        if self._open and self._open_reasoning != reasoning:
            self._close(now)
        if not self._open:
            self._open_reasoning = reasoning
            self._open_since = now
        self._open.append(text)

    def _open_part(self, now: float | None) -> Part:
        text = "".join(self._open)
        if len(self._open) > 1:
            self._open = [text]  # joined once, so that reading parts often stays linear
        if not self._open_reasoning:
            return TextPart(text)
        return ReasoningPart(text, None if now is None else round((now - self._open_since) * 1000))

    def _close(self, now: float) -> None:
        if self._open:
            self._closed.append(self._open_part(now))
            self._open = []

    def _end(self, status: Status, now: float) -> None:
        self._close(now)
        self._ended = now
        self.status = status
