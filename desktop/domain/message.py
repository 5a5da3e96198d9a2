"""Messages and their parts. A conversation's messages form a tree through `parent_id`."""

from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.errors import Failure
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage, total

_SHORTEST_MS = 200


class Role(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


class Status(StrEnum):
    """How a message stands. STREAMING is on disk too, so that a crash can be told from an end."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"  # by the user
    INTERRUPTED = "interrupted"  # the application died while it was written
    FAILED = "failed"


class FinishReason(StrEnum):
    """Why a model ended, whatever its provider calls it."""

    END = "end"
    LENGTH = "length"
    TOOL = "tool"
    FILTERED = "filtered"


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    text: str
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class OpaquePart:
    """Something a provider wants back unchanged next turn and nobody sees; `kind` says which dialect wrote it.

    `data` is JSON text.
    """

    kind: str
    data: str


Part = TextPart | ReasoningPart | OpaquePart


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a reply that brought nothing, or was cut off and went on. Times are Unix milliseconds.

    `pause_ms` is the pause after it. `usage` is what it used and cost; None where nothing is known to have been used.
    """

    model: ModelRef
    model_name: str
    provider_name: str
    key_label: str
    started_ms: int
    ended_ms: int
    pause_ms: int
    failure: Failure
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One node of a conversation's tree. Times are milliseconds; names are snapshots that outlive their provider.

    `attempts` are the tries before the one that its other fields tell of.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    role: Role
    parts: tuple[Part, ...]
    created_ms: int
    status: Status = Status.COMPLETE
    model: ModelRef | None = None
    model_name: str = ""
    provider_name: str = ""
    finish: FinishReason | None = None
    usage: Usage | None = None
    ttft_ms: int | None = None
    duration_ms: int | None = None
    failure: Failure | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def text(self) -> str:
        """The visible text, without reasoning."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def reasoning(self) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, ReasoningPart))

    @property
    def reasoning_ms(self) -> int | None:
        """How long the model reasoned before its first visible word, in milliseconds."""
        spans = [part.duration_ms for part in self.parts if isinstance(part, ReasoningPart) and part.duration_ms]
        return sum(spans) if spans else None

    @property
    def spent(self) -> Usage | None:
        """What all tries used and cost together; None where nothing is known of any."""
        return total([*(attempt.usage for attempt in self.attempts), self.usage])

    @property
    def tokens_per_second(self) -> float | None:
        """Output tokens over the time from the first token to the end; None when it cannot be told."""
        spent = self.spent
        if spent is None or self.duration_ms is None or self.ttft_ms is None:
            return None
        return tokens_per_second(spent.output_tokens, self.duration_ms - self.ttft_ms)


def tokens_per_second(output_tokens: int, writing_ms: int) -> float | None:
    """The speed of an answer, from its first token to its end; None where a figure would be chance."""
    return output_tokens * 1000 / writing_ms if output_tokens > 1 and writing_ms >= _SHORTEST_MS else None
