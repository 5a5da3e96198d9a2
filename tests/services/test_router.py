"""The order of targets and what follows a failure, in tables."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import (
    AppError,
    BadRequest,
    KeyRejected,
    NoConnection,
    NoCredit,
    Overloaded,
    RateLimited,
    Refused,
    StorageError,
    TooLong,
    UnknownModel,
)
from desktop.domain.model import ModelRef
from desktop.domain.route import DEEPEST, Strategy, Target
from desktop.services.router import Ask, GiveUp, Move, Outlook, Retry, after, candidates

A, B, C = (Target(ModelRef("p", name)) for name in "abc")
A2 = Target(A.model, "second key")
FINE = Outlook(price=Decimal(3))


def names(targets: tuple[Target, ...]) -> str:
    return "".join(target.model.model_id for target in targets)


@pytest.mark.parametrize(
    ("strategy", "turn", "a", "b", "c", "expected"),
    [
        (Strategy.FALLBACK, 0, FINE, FINE, FINE, "abc"),
        (Strategy.FALLBACK, 7, FINE, FINE, FINE, "abc"),
        (Strategy.FALLBACK, 0, Outlook(usable=False), FINE, FINE, "bc"),
        (Strategy.FALLBACK, 0, Outlook(cooling_s=9), FINE, FINE, "bca"),
        (Strategy.FALLBACK, 0, Outlook(cooling_s=9), Outlook(cooling_s=4), Outlook(cooling_s=6), "bca"),
        (Strategy.FALLBACK, 0, Outlook(usable=False), Outlook(usable=False), Outlook(usable=False), ""),
        (Strategy.ROUND_ROBIN, 0, FINE, FINE, FINE, "abc"),
        (Strategy.ROUND_ROBIN, 1, FINE, FINE, FINE, "bca"),
        (Strategy.ROUND_ROBIN, 5, FINE, FINE, FINE, "cab"),
        (Strategy.ROUND_ROBIN, 1, FINE, Outlook(cooling_s=1), FINE, "cab"),
        (Strategy.CHEAPEST, 0, Outlook(price=Decimal(9)), Outlook(price=Decimal(0)), Outlook(price=Decimal(2)), "bca"),
        (Strategy.CHEAPEST, 0, Outlook(), Outlook(price=Decimal(5)), Outlook(price=Decimal(2)), "cba"),
        (Strategy.FASTEST, 0, Outlook(speed=20), Outlook(speed=90), Outlook(), "bac"),
    ],
)
def test_order(strategy: Strategy, turn: int, a: Outlook, b: Outlook, c: Outlook, expected: str) -> None:
    assert names(candidates((A, B, C), strategy, {A: a, B: b, C: c}, turn=turn)) == expected


def test_the_lot_follows_the_weights() -> None:
    light, heavy = Target(A.model, weight=1), Target(B.model, weight=3)
    outlook = {light: FINE, heavy: FINE}
    drawn = [
        names(candidates((light, heavy), Strategy.WEIGHTED, outlook, draw=lambda n=n: n / 100)) for n in range(100)
    ]
    assert drawn.count("ab") == 25
    assert drawn.count("ba") == 75


@given(
    st.lists(st.integers(0, 9), max_size=12),
    st.sampled_from(Strategy),
    st.integers(0, 100),
    st.floats(0, 0.999),
)
def test_nothing_twice_and_never_too_many(numbers: list[int], strategy: Strategy, turn: int, lot: float) -> None:
    targets = [Target(ModelRef("p", str(number))) for number in numbers]
    found = candidates(targets, strategy, dict.fromkeys(targets, FINE), turn=turn, draw=lambda: lot)
    assert len(found) == min(DEEPEST, len(set(targets)))
    assert len(set(found)) == len(found)
    assert set(found) <= set(targets)


def rate_limited(after_s: float | None = None) -> AppError:
    error = RateLimited("", http_status=429)
    error.retry_after = after_s
    return error


WINDOWS = {A: Outlook(price=Decimal(3), window=8), B: Outlook(price=Decimal(3), window=4),
           C: Outlook(price=Decimal(3), window=90), A2: Outlook(price=Decimal(3), window=8)}  # fmt: skip


@pytest.mark.parametrize(
    ("error", "tries", "rest", "expected"),
    [
        (rate_limited(0.2), 1, (B,), Retry(0.2)),
        (rate_limited(0.2), 3, (B,), Move(B)),
        (rate_limited(30), 1, (B,), Move(B)),
        (rate_limited(30), 1, (), Retry(30)),
        (rate_limited(0.2), 1, (A2, B), Move(A2)),
        (rate_limited(90), 1, (), GiveUp()),
        (NoCredit("", http_status=429), 1, (B,), Move(B)),
        (NoCredit("", http_status=429), 1, (), GiveUp()),
        (KeyRejected("", http_status=401), 1, (A2,), Move(A2)),
        (UnknownModel("", http_status=404), 1, (B,), Move(B)),
        (BadRequest("", http_status=400), 1, (B,), Move(B)),
        (Refused(""), 1, (B,), Ask(B)),
        (Refused(""), 1, (A2, B), Ask(B)),
        (Refused(""), 1, (A2,), GiveUp()),
        (Refused(""), 1, (), GiveUp()),
        (TooLong(""), 1, (B, C), Move(C)),
        (TooLong(""), 1, (B,), GiveUp()),
        (StorageError(""), 1, (B,), GiveUp()),
        (NoConnection(""), 3, (B,), Move(B)),
        (Overloaded("", http_status=529), 3, (), GiveUp()),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_follows(error: AppError, tries: int, rest: tuple[Target, ...], expected: object) -> None:
    step = after(error, A, rest, WINDOWS, tries=tries, waited_s=0, guard_price=True, first=A)
    assert step == expected


@pytest.mark.parametrize(
    ("pause_s", "closed_s", "waited_s", "expected"),
    [
        (8, 0, 0, Move(B)),
        (8, 5, 0, Move(B)),
        (5, 8, 0, Retry(5)),  # it is open again before the other one is
        (90, 8, 0, Move(B)),
        (90, 61, 0, GiveUp()),  # nobody waits for that
        (30, 8, 53, GiveUp()),  # so much has been waited for already
        (30, 8, 52, Move(B)),
    ],
)
def test_a_target_that_will_answer_nothing_yet(
    pause_s: float, closed_s: float, waited_s: float, expected: object
) -> None:
    outlook = {A: FINE, B: Outlook(price=Decimal(3), cooling_s=closed_s, closed_s=closed_s)}
    error = rate_limited(pause_s)
    step = after(error, A, (B,), outlook, tries=1, waited_s=waited_s, guard_price=True, first=A)
    assert step == expected


@pytest.mark.parametrize(
    ("first", "next_", "guard", "expected"),
    [
        (Decimal(3), Decimal(6), True, Move(B)),
        (Decimal(3), Decimal("6.01"), True, Ask(B)),
        (Decimal(3), None, True, Ask(B)),
        (Decimal(3), None, False, Move(B)),
        (Decimal(0), Decimal("0.01"), True, Ask(B)),
        (Decimal(0), Decimal(0), True, Move(B)),
        (None, Decimal(50), True, Move(B)),
        (None, None, True, Move(B)),
    ],
)
def test_the_price_is_guarded(first: Decimal | None, next_: Decimal | None, guard: bool, expected: object) -> None:
    outlook = {A: Outlook(price=first), B: Outlook(price=next_)}
    step = after(NoCredit(""), A, (B,), outlook, tries=1, waited_s=0, guard_price=guard, first=A)
    assert step == expected
