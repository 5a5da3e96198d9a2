"""Rate limits out of the headers of an answer, in the forms of OpenAI (and most others), Anthropic and OpenRouter."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from desktop.domain.limits import RateLimits

_REQUESTS = ("x-ratelimit-{}-requests", "anthropic-ratelimit-requests-{}", "x-ratelimit-{}")
_TOKENS = ("x-ratelimit-{}-tokens", "anthropic-ratelimit-tokens-{}")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_MILLISECONDS_FROM = 1e11  # larger numbers are milliseconds since 1970, as OpenRouter sends them
_TIME_FROM = 1e9  # larger ones are seconds since 1970


def limits_of(headers: Mapping[str, str]) -> RateLimits | None:
    """None where the headers say nothing about limits."""
    found = RateLimits(
        _count(_first(headers, _REQUESTS, "remaining")),
        _seconds(_first(headers, _REQUESTS, "reset")),
        _count(_first(headers, _TOKENS, "remaining")),
        _seconds(_first(headers, _TOKENS, "reset")),
    )
    return None if found == RateLimits() else found


def _first(headers: Mapping[str, str], names: tuple[str, ...], word: str) -> str:
    return next((value for name in names if (value := headers.get(name.format(word)))), "")


def _count(value: str) -> int | None:
    try:
        return max(0, int(float(value)))
    except (ValueError, OverflowError):
        return None


def _seconds(value: str) -> float | None:
    """From `6m0s`, `120ms`, a number of seconds, a time since 1970 or an RFC 3339 time, as seconds from now."""
    parts = _PART.findall(value)
    if parts and "".join(number + unit for number, unit in parts) == value:
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    now = datetime.now(UTC)
    try:
        number = float(value)
    except ValueError:
        pass
    else:
        if number >= _MILLISECONDS_FROM:
            number /= 1000
        seconds = number - now.timestamp() if number >= _TIME_FROM else number
        return max(0.0, seconds) if seconds < 1e7 else None
    try:
        at = datetime.fromisoformat(value)
        return max(0.0, (at - now).total_seconds()) if at.tzinfo else None
    except ValueError:
        return None
