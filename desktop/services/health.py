"""How providers have done lately, from the user's own replies and nothing else: no request is made for this."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from desktop.domain.errors import OverBudget
from desktop.domain.ids import now_ms
from desktop.domain.message import Status, tokens_per_second
from desktop.domain.model import ModelRef
from desktop.storage import ledger
from desktop.storage.database import Database
from desktop.storage.ledger import Try

T = TypeVar("T", int, float)

HOUR_MS = 3_600_000
PERIODS_MS = {"hour": HOUR_MS, "day": 24 * HOUR_MS, "week": 7 * 24 * HOUR_MS}

_BINS = 24


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one model, or of all of a provider's: `answered` of `tries` brought an answer, stopped ones included.

    Times to the first token are milliseconds and speeds tokens per second, medians and 95th percentiles; None without
    any. `bins` divide the period into equal parts: tries and failures in each, oldest first.
    """

    tries: int
    answered: int
    ttft_p50_ms: int | None
    ttft_p95_ms: int | None
    speed_p50: float | None
    speed_p95: float | None
    last_error: str
    last_error_ms: int | None
    bins: tuple[tuple[int, int], ...]

    @property
    def success(self) -> float:
        """The share of tries that brought an answer, from 0 to 1."""
        return self.answered / self.tries if self.tries else 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a period was like. `rescued` counts replies that another target gave after the first had failed."""

    models: dict[ModelRef, Figures]
    providers: dict[str, Figures]
    provider_names: dict[str, str]
    rescued: int


class Health:
    """Reads the ledger when asked. `speeds` is what was found last of each, for routes that begin with the fastest."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._speeds: dict[ModelRef, float] = {}

    async def report(self, period_ms: int) -> Report:
        """The period until now, in milliseconds. Raises StorageError."""
        end = now_ms()
        tries = await self._database.run(lambda db: ledger.tries_since(db, end - period_ms))
        found = of_tries(tries, end - period_ms, end)
        self._speeds |= {ref: each.speed_p50 for ref, each in found.models.items() if each.speed_p50 is not None}
        return found

    def speeds(self) -> dict[ModelRef, float]:
        return self._speeds


def of_tries(tries: Sequence[Try], start_ms: int, end_ms: int) -> Report:
    """The figures of some tries, which are in the order of their beginning."""
    by_model: dict[ModelRef, list[Try]] = defaultdict(list)
    by_provider: dict[str, list[Try]] = defaultdict(list)
    by_message: dict[str, list[Try]] = defaultdict(list)
    for each in tries:
        by_model[each.model].append(each)
        by_provider[each.model.provider_id].append(each)
        by_message[each.message_id].append(each)
    return Report(
        {model: _figures(found, start_ms, end_ms) for model, found in by_model.items()},
        {provider: _figures(found, start_ms, end_ms) for provider, found in by_provider.items()},
        {each.model.provider_id: each.provider_name for each in tries},
        sum(map(_is_rescued, by_message.values())),
    )


def _is_rescued(tries: Sequence[Try]) -> bool:
    answered = next((each for each in tries if each.status is Status.COMPLETE), None)
    if answered is None:
        return False
    place = (answered.model, answered.key_label)
    return any(each.status is Status.FAILED and (each.model, each.key_label) != place for each in tries)


def _figures(tries: Sequence[Try], start_ms: int, end_ms: int) -> Figures:
    failed = [each for each in tries if each.status is Status.FAILED and each.error_code != OverBudget.code]
    waits = sorted(each.ttft_ms for each in tries if each.ttft_ms is not None)
    speeds = sorted(speed for each in tries if (speed := _speed(each)) is not None)
    width = max(1, (end_ms - start_ms) / _BINS)
    bins = [[0, 0] for _ in range(_BINS)]
    for each in tries:
        place = bins[min(_BINS - 1, max(0, int((each.start_ms - start_ms) / width)))]
        place[0] += 1
        place[1] += each in failed
    return Figures(
        tries=len(tries),
        answered=len(tries) - len(failed),
        ttft_p50_ms=_percentile(waits, 50),
        ttft_p95_ms=_percentile(waits, 95),
        speed_p50=_percentile(speeds, 50),
        speed_p95=_percentile(speeds, 95),
        last_error=failed[-1].error_code if failed else "",
        last_error_ms=failed[-1].start_ms if failed else None,
        bins=tuple((total, bad) for total, bad in bins),
    )


def _speed(each: Try) -> float | None:
    if each.ttft_ms is None or each.output_tokens is None:
        return None
    return tokens_per_second(each.output_tokens, each.duration_ms - each.ttft_ms)


def _percentile(values: Sequence[T], percent: int) -> T | None:
    """The smallest value that at least `percent` of all do not exceed; `values` are sorted."""
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)] if values else None
