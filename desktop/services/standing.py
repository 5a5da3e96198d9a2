"""How each target stands: whether it cools after failures, whether its key was rejected, what its limits are.

Three failures within a minute cool a target for 5 s, twice as long each time it goes on, up to 5 min; what the provider
itself says about waiting goes first. What still holds survives a restart.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from desktop.domain.changes import Change, KeyAccepted
from desktop.domain.errors import AppError, KeyRejected, ProviderError, RateLimited
from desktop.domain.limits import RateLimits
from desktop.domain.model import KeyRef, ModelRef
from desktop.domain.route import Target
from desktop.services import retry
from desktop.settings.files import Writer, json_bytes, read_json_object

_FAILURES = 3
_WITHIN_S = 60.0
_FIRST_S = 5.0
_MOST_S = 300.0


@dataclass(slots=True)
class _Record:
    """Times are Unix seconds. `pause_s` is the last cooldown, doubled for the next one; `reason` the last title."""

    failures: list[float] = field(default_factory=list)
    pause_s: float = 0.0
    until: float = 0.0
    reason: str = ""


class Standing:
    """Answers from memory; changes are written in the background. Losing the file costs a few failed tries."""

    def __init__(self, path: Path, writer: Writer, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._writer = writer
        self._clock = clock
        self._records: dict[Target, _Record] = {}
        self._rejected: set[KeyRef] = set()
        self._limits: dict[Target, tuple[float, RateLimits]] = {}

    def load(self) -> None:
        """Reads what an earlier run left, a few kilobytes, and forgets what no longer holds."""
        raw, _aside = read_json_object(self._path)
        now = self._clock()
        for row in _rows(raw.get("cooling")):
            provider_id, model_id, label, until, pause_s, reason = row if len(row) == 6 else (None,) * 6
            if isinstance(until, int | float) and isinstance(pause_s, int | float) and now < until <= now + _MOST_S:
                target = Target(ModelRef(str(provider_id), str(model_id)), str(label))
                self._records[target] = _Record(pause_s=float(pause_s), until=float(until), reason=str(reason))
        self._rejected = {KeyRef(str(row[0]), str(row[1])) for row in _rows(raw.get("rejected_keys")) if len(row) == 2}

    def now(self) -> float:
        """The moment, in Unix seconds, for those who compare targets: read for each, it would favour the last."""
        return self._clock()

    def cooling_s(self, target: Target, now: float | None = None) -> float:
        """How long a target should be left alone, in seconds from `now`; 0 if it need not be."""
        now = self._clock() if now is None else now
        return max(self._record(target).until - now, self.closed_s(target, now), 0.0)

    def closed_s(self, target: Target, now: float | None = None) -> float:
        """How long a target will answer nothing, in seconds from `now`, as it said itself beside its last answer."""
        known = self._limits.get(_plain(target))
        now = self._clock() if now is None else now
        return max(0.0, known[0] + known[1].wait_s - now) if known else 0.0

    def reason(self, target: Target) -> str:
        """What went wrong with a target last; empty if nothing has, or nobody knows any more."""
        return self._record(target).reason

    def failed(self, target: Target, error: AppError) -> None:
        """Counts a failed try."""
        now = self._clock()
        if isinstance(error, KeyRejected):
            self._rejected.add(_key(target))
        if isinstance(error, ProviderError) and retry.is_passing(error):
            record = self._records.setdefault(_plain(target), _Record())
            record.failures = [at for at in record.failures if at > now - _WITHIN_S] + [now]
            record.reason = error.title
            if isinstance(error, RateLimited) and error.retry_after is not None:
                record.until = max(record.until, now + min(error.retry_after, _MOST_S))
            elif len(record.failures) >= _FAILURES:
                record.pause_s = min(max(_FIRST_S, 2 * record.pause_s), _MOST_S)
                record.until = now + record.pause_s
                record.failures.clear()
        self._write()

    def succeeded(self, target: Target) -> None:
        """A whole answer came: nothing is held against the target any more."""
        self.accept(_key(target))
        if self._records.pop(_plain(target), None) is not None:
            self._write()

    def limits(self, key: KeyRef) -> tuple[RateLimits, float] | None:
        """What was last said about a key, with whichever model, and how many seconds ago."""
        known = [said for target, said in self._limits.items() if _key(target) == key]
        if not known:
            return None
        at, limits = max(known, key=lambda said: said[0])
        return limits, self._clock() - at

    def set_limits(self, target: Target, limits: RateLimits) -> None:
        """Most providers count for each model apart, so they hold for the one that answered.

        Not kept over a restart: they are gone within a minute or an hour, and the next answer tells again.
        """
        self._limits[_plain(target)] = (self._clock(), limits)

    def forget_limits(self, target: Target) -> None:
        """The user was told of them; whoever asks all the same is let through."""
        self._limits.pop(_plain(target), None)

    def is_rejected(self, key: KeyRef) -> bool:
        """Whether the provider did not take the key, until it is tested or replaced."""
        return key in self._rejected

    def accept(self, key: KeyRef) -> None:
        """The key was tested, or is another one now."""
        if key in self._rejected:
            self._rejected.remove(key)
            self._write()

    def on_change(self, change: Change) -> None:
        """Listens to the feed for keys that can be used again; a provider's only key also goes without a label."""
        if isinstance(change, KeyAccepted):
            self.accept(change.key)
            self.accept(KeyRef(change.key.provider_id, ""))

    def _record(self, target: Target) -> _Record:
        return self._records.get(_plain(target)) or _Record()

    def _write(self) -> None:
        now = self._clock()
        cooling = [
            [*_names(target), record.until, record.pause_s, record.reason]
            for target, record in self._records.items()
            if record.until > now
        ]
        # A key without a label comes from the environment, where another may stand at the next start.
        rejected = sorted([key.provider_id, key.label] for key in self._rejected if key.label)
        self._writer.write(self._path, json_bytes({"cooling": cooling, "rejected_keys": rejected}))


def _names(target: Target) -> tuple[str, str, str]:
    return target.model.provider_id, target.model.model_id, target.key_label


def _key(target: Target) -> KeyRef:
    return KeyRef(target.model.provider_id, target.key_label)


def _plain(target: Target) -> Target:
    """Without its weight, which does not tell targets apart."""
    return Target(target.model, target.key_label)


def _rows(value: object) -> list[list[object]]:
    return [row for row in value if isinstance(row, list)] if isinstance(value, list) else []
