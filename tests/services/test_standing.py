"""Cooldowns, rejected keys and limits, on a clock of the test's own."""

from pathlib import Path

import pytest

from desktop.domain.changes import KeyAccepted, ProvidersChanged
from desktop.domain.errors import BadRequest, KeyRejected, NoCredit, Overloaded, RateLimited
from desktop.domain.limits import RateLimits
from desktop.domain.model import KeyRef, ModelRef
from desktop.domain.route import Target
from desktop.services.standing import Standing
from desktop.settings.files import Writer

TARGET = Target(ModelRef("mistral", "m"), "Work")
OTHER = Target(ModelRef("mistral", "m"), "Personal")
KEY = KeyRef("mistral", "Work")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def writer() -> Writer:
    return Writer(on_error=lambda path, error: pytest.fail(f"{path}: {error}"))


@pytest.fixture
def standing(tmp_path: Path, writer: Writer, clock: Clock) -> Standing:
    return Standing(tmp_path / "standing.json", writer, clock)


def fail(standing: Standing, times: int) -> None:
    for _ in range(times):
        standing.failed(TARGET, Overloaded("Busy", http_status=503))


def test_three_failures_within_a_minute_cool(standing: Standing, clock: Clock) -> None:
    fail(standing, 2)
    assert standing.cooling_s(TARGET) == 0
    clock.now += 61
    fail(standing, 2)
    assert standing.cooling_s(TARGET) == 0
    fail(standing, 1)
    assert standing.cooling_s(TARGET) == 5
    assert standing.cooling_s(OTHER) == 0
    clock.now += 5
    assert standing.cooling_s(TARGET) == 0


def test_each_cooldown_is_twice_as_long_up_to_five_minutes(standing: Standing, clock: Clock) -> None:
    pauses = []
    for _ in range(9):
        fail(standing, 3)
        pauses.append(standing.cooling_s(TARGET))
        clock.now += pauses[-1]
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    standing.succeeded(TARGET)
    fail(standing, 3)
    assert standing.cooling_s(TARGET) == 5


def test_what_the_provider_says_wins(standing: Standing, clock: Clock) -> None:
    error = RateLimited("", http_status=429)
    error.retry_after = 42
    standing.failed(TARGET, error)
    assert standing.cooling_s(TARGET) == 42


@pytest.mark.parametrize("error", [BadRequest("", http_status=400), NoCredit("", http_status=429)])
def test_a_wrong_question_cools_nobody(standing: Standing, error: Exception) -> None:
    for _ in range(5):
        standing.failed(TARGET, error)  # type: ignore[arg-type]
    assert standing.cooling_s(TARGET) == 0


def test_a_rejected_key_stays_rejected_until_it_is_tested(standing: Standing) -> None:
    standing.failed(TARGET, KeyRejected("", http_status=401))
    assert standing.is_rejected(KEY)
    assert not standing.is_rejected(KeyRef("mistral", "Personal"))
    standing.accept(KEY)
    assert not standing.is_rejected(KEY)


def test_an_answer_accepts_a_key(standing: Standing) -> None:
    standing.failed(TARGET, KeyRejected("", http_status=401))
    standing.succeeded(TARGET)
    assert not standing.is_rejected(KEY)


def test_a_key_accepted_elsewhere_is_also_the_only_key(standing: Standing) -> None:
    """A provider's only key is tried without its label."""
    unnamed = Target(TARGET.model)
    for target in (TARGET, OTHER, unnamed):
        standing.failed(target, KeyRejected("", http_status=401))
    standing.on_change(ProvidersChanged())
    assert standing.is_rejected(KEY)
    standing.on_change(KeyAccepted(KEY))
    rejected = [KeyRef(target.model.provider_id, target.key_label) for target in (TARGET, unnamed, OTHER)]
    assert [standing.is_rejected(key) for key in rejected] == [False, False, True]


def test_limits_hold_for_the_model_that_answered(standing: Standing, clock: Clock) -> None:
    standing.set_limits(TARGET, RateLimits(remaining=0, reset_s=40, remaining_tokens=900, reset_tokens_s=60))
    assert (standing.cooling_s(TARGET), standing.closed_s(TARGET)) == (40, 40)
    assert standing.cooling_s(Target(ModelRef("mistral", "other"), "Work")) == 0
    assert standing.cooling_s(OTHER) == 0
    clock.now += 30
    assert standing.closed_s(TARGET) == 10
    assert standing.limits(KEY) == (RateLimits(0, 40, 900, 60), 30)
    standing.set_limits(Target(TARGET.model, "Work", weight=3), RateLimits(remaining=12, reset_s=40))
    assert standing.cooling_s(TARGET) == 0
    standing.set_limits(TARGET, RateLimits(remaining_tokens=0, reset_tokens_s=20))
    assert standing.closed_s(TARGET) == 20
    standing.forget_limits(TARGET)
    assert standing.closed_s(TARGET) == 0


def test_a_key_shows_what_was_said_of_it_last(standing: Standing, clock: Clock) -> None:
    standing.set_limits(TARGET, RateLimits(remaining=3, reset_s=40))
    clock.now += 5
    standing.set_limits(Target(ModelRef("mistral", "other"), "Work"), RateLimits(remaining=50, reset_s=40))
    clock.now += 1
    assert standing.limits(KEY) == (RateLimits(50, 40), 1)
    assert standing.limits(KeyRef("mistral", "Personal")) is None


def test_failures_close_nothing(standing: Standing) -> None:
    """Only what the provider says itself keeps a question from being sent."""
    fail(standing, 3)
    assert (standing.cooling_s(TARGET), standing.closed_s(TARGET)) == (5, 0)
    assert standing.reason(TARGET) == "Busy"


def test_what_still_holds_survives_a_restart(standing: Standing, clock: Clock, writer: Writer, tmp_path: Path) -> None:
    fail(standing, 3)
    standing.failed(OTHER, KeyRejected("", http_status=401))
    writer.flush()
    later = Standing(tmp_path / "standing.json", writer, clock)
    later.load()
    assert (later.cooling_s(TARGET), later.reason(TARGET)) == (5, "Busy")
    assert later.is_rejected(KeyRef("mistral", "Personal"))
    clock.now += 6
    much_later = Standing(tmp_path / "standing.json", writer, clock)
    much_later.load()
    assert much_later.cooling_s(TARGET) == 0


@pytest.mark.parametrize("text", ["", "[]", '{"cooling": [[1, 2], 3, ["a","b","c","x",1,""]], "rejected_keys": 7}'])
def test_a_damaged_file_is_nothing(text: str, standing: Standing, tmp_path: Path) -> None:
    (tmp_path / "standing.json").write_text(text)
    standing.load()
    assert standing.cooling_s(TARGET) == 0


def test_a_key_from_the_environment_may_be_another_at_the_next_start(
    standing: Standing, clock: Clock, writer: Writer, tmp_path: Path
) -> None:
    standing.failed(Target(ModelRef("openai", "m")), KeyRejected("Rejected", http_status=401))
    assert standing.is_rejected(KeyRef("openai", ""))
    writer.flush()
    later = Standing(tmp_path / "standing.json", writer, clock)
    later.load()
    assert not later.is_rejected(KeyRef("openai", ""))
