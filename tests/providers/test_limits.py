"""Rate limits in every form that vendors send them in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.events import LimitsReported
from desktop.domain.limits import RateLimits
from desktop.providers.limits import limits_of
from tests.helpers.fake_service import FakeService, Reply

from .conftest import ask


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {
                "x-ratelimit-remaining-requests": "12",
                "x-ratelimit-reset-requests": "6m0s",
                "x-ratelimit-remaining-tokens": "149984",
                "x-ratelimit-reset-tokens": "120ms",
            },
            RateLimits(12, 360, 149_984, 0.12),
        ),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1h2m3.5s"}, RateLimits(0, 3723.5)),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "40"}, RateLimits(3, 40)),
        ({"x-ratelimit-remaining-tokens": "7"}, RateLimits(remaining_tokens=7)),
        ({"content-type": "text/event-stream"}, None),
        ({"x-ratelimit-remaining-requests": "many", "x-ratelimit-reset-requests": "soon"}, None),
        ({"x-ratelimit-remaining-requests": "inf", "x-ratelimit-reset": "nan"}, None),
    ],
)
def test_headers(headers: dict[str, str], expected: RateLimits | None) -> None:
    assert limits_of(headers) == expected


def test_times_are_seconds_from_now() -> None:
    at = datetime.now(UTC) + timedelta(seconds=40)
    for reset in (at.isoformat(), at.strftime("%Y-%m-%dT%H:%M:%SZ"), str(int(at.timestamp() * 1000))):
        found = limits_of(
            {
                "anthropic-ratelimit-requests-remaining": "5",
                "anthropic-ratelimit-requests-reset": reset,
                "x-ratelimit-reset": reset,
            }
        )
        assert found is not None
        assert found.remaining == 5
        assert found.reset_s is not None
        assert 35 < found.reset_s <= 40


@given(st.text(), st.text())
def test_anything_may_stand_there(remaining: str, reset: str) -> None:
    limits_of({"x-ratelimit-remaining-requests": remaining, "x-ratelimit-reset-requests": reset})


async def test_an_answer_brings_its_limits(fake: FakeService, endpoint) -> None:
    headers = (("x-ratelimit-remaining-requests", "12"), ("x-ratelimit-reset-requests", "40s"))
    fake.reply("/chat/completions", Reply.stream("openai_chat.sse", headers=headers))
    events = await ask(endpoint())
    assert events[0] == LimitsReported(RateLimits(12, 40))
