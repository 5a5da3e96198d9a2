"""What happens while a reply is written, as values.

A provider yields `ProviderEvent`s and ends with exactly one `Finished`, or raises a `ProviderError`. A turn passes
them on, begins every try with `ModelChosen`, has `Retrying` or `FellBack` between two, may say `AllCooling` or
`Offline` before one, and ends with exactly one of `Finished | Failed | Stopped`.
"""

from dataclasses import dataclass

from desktop.domain.errors import Failure
from desktop.domain.limits import RateLimits
from desktop.domain.message import Attempt, FinishReason
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """To be stored in place and echoed next turn, never shown. `data` is JSON text."""

    kind: str
    data: str


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The totals so far; a later one replaces an earlier one."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Identified:
    """Which model answers, as the provider calls it, and its name for the request; either may be empty."""

    model_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class LimitsReported:
    """What the provider says is left for this key."""

    limits: RateLimits


@dataclass(frozen=True, slots=True)
class Finished:
    reason: FinishReason


@dataclass(frozen=True, slots=True)
class ModelChosen:
    model: ModelRef
    model_name: str
    provider_name: str


@dataclass(frozen=True, slots=True)
class Retrying:
    """A try brought nothing, and after `wait_s` seconds there will be another. `number` counts the tries from 1."""

    attempt: Attempt
    number: int
    wait_s: float

    @property
    def is_brief(self) -> bool:
        """Whether it is over before anybody could read of it."""
        return self.wait_s < 1


@dataclass(frozen=True, slots=True)
class FellBack:
    """A target brought nothing, and another one is asked. `number` counts the tries from 1."""

    attempt: Attempt
    number: int
    to: ModelRef
    to_name: str


@dataclass(frozen=True, slots=True)
class Cooling:
    """A target, by its name, that should be left alone for `wait_s` seconds; `reason` is a title, or empty."""

    model: ModelRef
    name: str
    wait_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class AllCooling:
    """Every target should be left alone. `first` recovers first and is asked: `wait_s` seconds after `since_ms`.

    `wait_s` is 0 where only failures speak against `first`, and more where it said itself that it will not answer
    before. `since_ms` is Unix milliseconds. Nothing has been sent.
    """

    first: Cooling
    others: tuple[Cooling, ...]
    since_ms: int
    wait_s: float

    @property
    def is_brief(self) -> bool:
        """Whether it is over before anybody could read of it, and says nothing of others."""
        return self.wait_s < 1 and not self.others


@dataclass(frozen=True, slots=True)
class Offline:
    """This computer has no network; the question is asked when there is one again."""


@dataclass(frozen=True, slots=True)
class Failed:
    failure: Failure


@dataclass(frozen=True, slots=True)
class Stopped:
    pass


ProviderEvent = TextDelta | ReasoningDelta | Opaque | UsageReported | LimitsReported | Identified | Finished
Pause = Retrying | AllCooling | Offline
TurnEvent = ProviderEvent | ModelChosen | FellBack | Pause | Failed | Stopped
