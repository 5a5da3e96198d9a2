"""Which of several targets answers: the order they are tried in, and what follows a failure. No state, no clock.

`candidates` orders, `after` decides. What they need to know comes in as values, so that a table can test them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from desktop.domain.errors import (
    AppError,
    OverBudget,
    ProviderError,
    RateLimited,
    Refused,
    SecretsError,
    TooLong,
    TooManyRequests,
)
from desktop.domain.route import DEEPEST, Strategy, Target
from desktop.services import retry

DEARER = 2
"""A target that costs more than this many times as much as the first is asked about before it is used."""

_SOON_S = 1.0  # a pause up to this long is waited for even where another target stands ready


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a target now.

    `price` is US dollars for a million tokens in and a million out, 0 for a local model, None if unknown; `speed` the
    median of tokens per second; `window` tokens; `cooling_s` how long it should be left alone, and `closed_s` how much
    of that it will answer nothing, by its own word.
    """

    usable: bool = True
    cooling_s: float = 0.0
    closed_s: float = 0.0
    price: Decimal | None = None
    speed: float | None = None
    window: int | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Ask the same target again after a pause in seconds."""

    pause_s: float


@dataclass(frozen=True, slots=True)
class Move:
    """Go on to this target."""

    target: Target


@dataclass(frozen=True, slots=True)
class Ask:
    """The user decides about this target: it is dearer than what they chose, of unknown price, or another refused."""

    target: Target


@dataclass(frozen=True, slots=True)
class GiveUp:
    pass


Step = Retry | Move | Ask | GiveUp


def candidates(
    targets: Sequence[Target],
    strategy: Strategy,
    outlook: Mapping[Target, Outlook],
    *,
    turn: int = 0,
    draw: Callable[[], float] = lambda: 0.0,
) -> tuple[Target, ...]:
    """The targets to try, first one first, at most `DEEPEST`.

    What cannot be used is left out; what cools comes last, soonest recovered first. `turn` counts the route's replies,
    for round robin; `draw` gives a number from 0 up to 1, for the lot.
    """
    usable = [target for target in dict.fromkeys(targets) if outlook[target].usable]
    ordered = _ordered(usable, strategy, outlook, turn, draw)
    ready = [target for target in ordered if outlook[target].cooling_s <= 0]
    cooling = sorted((t for t in ordered if outlook[t].cooling_s > 0), key=lambda t: outlook[t].cooling_s)
    return tuple([*ready, *cooling][:DEEPEST])


def _ordered(
    targets: list[Target],
    strategy: Strategy,
    outlook: Mapping[Target, Outlook],
    turn: int,
    draw: Callable[[], float],
) -> list[Target]:
    match strategy:
        case Strategy.FALLBACK:
            return targets
        case Strategy.ROUND_ROBIN:
            start = turn % len(targets) if targets else 0
            return targets[start:] + targets[:start]
        case Strategy.WEIGHTED:
            return _by_lot(targets, draw)
        case Strategy.CHEAPEST:
            return sorted(targets, key=lambda t: (outlook[t].price is None, outlook[t].price or 0))
        case Strategy.FASTEST:
            return sorted(targets, key=lambda t: -(outlook[t].speed or 0))


def _by_lot(targets: list[Target], draw: Callable[[], float]) -> list[Target]:
    left, drawn = list(targets), []
    while left:
        mark = draw() * sum(target.weight for target in left)
        for target in left:
            mark -= target.weight
            if mark < 0 or target is left[-1]:
                break
        left.remove(target)
        drawn.append(target)
    return drawn


def after(
    error: AppError,
    failed: Target,
    rest: Sequence[Target],
    outlook: Mapping[Target, Outlook],
    *,
    tries: int,
    waited_s: float,
    guard_price: bool,
    first: Target,
) -> Step:
    """What follows when `failed` has failed `tries` times after `waited_s` seconds of pauses in all.

    `rest` are the candidates after it. `first` is the one whose price the user has agreed to.
    """
    if not isinstance(error, ProviderError | SecretsError | OverBudget) or isinstance(error, TooManyRequests):
        return GiveUp()
    pause_s = retry.pause_after(error, tries, waited_s) if isinstance(error, ProviderError) else None
    open_in_time = [target for target in rest if waited_s + outlook[target].closed_s <= retry.LONGEST_S]
    following = _next(error, failed, open_in_time, outlook)
    if following is None:
        return GiveUp() if pause_s is None else Retry(pause_s)
    if pause_s is not None and (
        pause_s < outlook[following].closed_s or (pause_s <= _SOON_S and not _other_key(error, failed, following))
    ):
        return Retry(pause_s)
    if isinstance(error, Refused) or (guard_price and is_dearer(outlook[following].price, outlook[first].price)):
        return Ask(following)
    return Move(following)


def is_dearer(price: Decimal | None, than: Decimal | None) -> bool:
    """Whether a price should be asked about: unknown, or more than `DEARER` times another."""
    if than is None:
        return False
    return price is None or price > DEARER * than


def _next(error: AppError, failed: Target, rest: Sequence[Target], outlook: Mapping[Target, Outlook]) -> Target | None:
    match error:
        case TooLong():
            window = outlook[failed].window or 0
            return next((target for target in rest if (outlook[target].window or 0) > window), None)
        case Refused():
            return next((target for target in rest if target.model != failed.model), None)
    return next(iter(rest), None)


def _other_key(error: AppError, failed: Target, following: Target) -> bool:
    """A limit of one key does not hold for another."""
    return isinstance(error, RateLimited) and failed.model == following.model
