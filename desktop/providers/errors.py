"""Whatever went wrong with a provider -> one `ProviderError`.

`provider_error` is the only place that decides. It looks, in this order, at the machine-readable words of the answer
(codes, types, reasons, wherever a vendor puts them), at the vendor's sentence where nothing else tells two cases
apart, and at the status. Vendors' differences are `Quirks` of the registry.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from desktop.domain.errors import ProviderError, redact
from desktop.providers.address import is_loopback
from desktop.providers.words import Origin, Words, bare_proxy

__all__ = [
    "Origin",
    "bad_answer",
    "bare_proxy",
    "broken_stream",
    "provider_error",
    "read_report",
    "refused",
    "web_page",
]


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider said: its words in lower case (codes, types, reasons) and its sentence."""

    words: frozenset[str]
    message: str
    html: bool = False
    retry_delay: float | None = None
    status: int | None = None


_MONEY = frozenset(
    (
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_error", "payment_required",
        "enforced_spend_limit_reached", "contract_spend_limit_reached", "exceeded_current_quota_error",
        "insufficient_balance", "insufficient_credits", "billing_hard_limit_reached", "billing_not_active",
    )
)  # fmt: skip
_LIMIT = frozenset(
    (
        "organization_spend_limit_exceeded", "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
        "enforced_spend_limit_reached", "contract_spend_limit_reached", "billing_hard_limit_reached",
    )
)  # fmt: skip
_TOO_LONG = frozenset(
    ("context_length_exceeded", "exceed_context_size_error", "request_too_large", "string_above_max_length",
     "max_tokens_exceeded", "model_context_window_exceeded")
)  # fmt: skip
_REFUSED = frozenset(
    (
        "content_filter", "content_policy_violation", "responsibleaipolicyviolation", "data_inspection_failed",
        "bio_policy", "misalignment_policy_violation", "image_content_policy_violation", "moderation", "sensitive",
        "prompt_blocked", "invalid_prompt",
    )
)  # fmt: skip
_KEY = frozenset(
    ("invalid_api_key", "api_key_invalid", "authentication_error", "authentication", "invalid_authentication_error",
     "no_db_connection", "incorrect_api_key", "unauthenticated")
)  # fmt: skip
_NOT_ALLOWED = frozenset(
    ("permission_error", "permission_denied", "failed_precondition", "unsupported_country_region_territory",
     "organization_on_hold")
)  # fmt: skip
_NO_MODEL = frozenset(("model_not_found", "not_found_error", "not_found", "invalid_model", "model_not_available"))
_RATE = frozenset(
    ("rate_limit_exceeded", "rate_limit_error", "slow_down", "throttling_error", "resource_exhausted",
     "rate_limit_reached_error", "ramp_limit_exceeded", "too_many_requests")
)  # fmt: skip
_TIMEOUT = frozenset(("timeout_error", "deadline_exceeded", "timeout", "request_timeout"))
_OVERLOADED = frozenset(
    ("overloaded_error", "server_is_overloaded", "server_error", "api_error", "unavailable", "provider_overloaded",
     "provider_unavailable", "internal", "internal_server_error", "engine_overloaded_error")
)  # fmt: skip

# The sentences, for vendors whose codes do not tell.
_SAYS_MONEY = re.compile(r"credit balance|(?:insufficient|out of) (?:balance|credit|funds)|spend(?:ing)? limit", re.I)
_SAYS_TOO_LONG = re.compile(
    r"prompt is too long|context (?:length|window|size)|maximum context|exceeded model token limit"
    r"|input token count|too many (?:input )?tokens|input (?:length|is too long)|longer than the model",
    re.I,
)
_SAYS_KEY = re.compile(r"(?:incorrect|invalid|missing|wrong) (?:api[ _-]?key|token)|api[ _-]?key (?:not|is) ", re.I)
_SAYS_NO_MODEL = re.compile(
    r"invalid model name|model\b.{0,80}\b(?:not found|does not exist|is not (?:available|supported))"
    r"|(?:not a valid|unknown|no such|no endpoints found for) model|no endpoints found",
    re.I | re.S,
)
_SAYS_NO_PATH = re.compile(r"\b(?:file|page|path|route|url|endpoint)\b|cannot (?:get|post)", re.I)
_SAYS_CLOSED = re.compile(r"disconnected|closed")  # of the HTTP client; else what came was no HTTP
_SAYS_REFUSED = re.compile(r"moderation|flagged|guardrail|safety (?:filter|system)|content policy", re.I)


def provider_error(
    origin: Origin,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    body: object = b"",
    exception: BaseException | None = None,
) -> ProviderError:
    """The error for an answer (status, headers, body as bytes), an error inside a stream (body as decoded JSON) or an
    exception of the HTTP client.

    A numeric code inside a stream counts as a status. Texts of the provider are redacted and kept as `detail`.
    """
    if exception is not None:
        return _from_exception(origin, exception)
    report = read_report(body)
    retry_after = _retry_after(headers or {}, report)
    error = _classify(origin, status, headers or {}, report, retry_after)
    error.retry_after = retry_after
    error.may_retry = {"true": True, "false": False}.get((headers or {}).get("x-should-retry", "").lower())
    return error


def _classify(
    origin: Origin, status: int | None, headers: Mapping[str, str], report: Report, retry_after: float | None
) -> ProviderError:
    if status is None or status < 300:
        status = report.status
    say = Words(origin, status, redact(report.message, origin.key or "")[:2000])
    words, message, quirks = report.words, report.message, origin.quirks

    if status is not None and 300 <= status < 400:
        return say.moved(headers.get("location", ""))
    if status == 402 and retry_after is not None:  # OpenRouter: too much in flight for the balance
        return say.rate_limited(retry_after)
    if status == 402 or words & _MONEY or words & set(quirks.money_codes) or status == 412:
        return say.no_credit(limit=bool(words & _LIMIT))
    if status in (400, 403) and _SAYS_MONEY.search(message):
        return say.no_credit(limit="limit" in message.lower())
    if words & _TOO_LONG or status in (413, 435) or (status != 429 and _SAYS_TOO_LONG.search(message)):
        return say.too_long()
    if words & _REFUSED or status in quirks.guardrail_statuses or (status == 403 and _SAYS_REFUSED.search(message)):
        return say.refused()
    if status in quirks.key_statuses or words & _KEY or (status in (400, 403) and _SAYS_KEY.search(message)):
        return say.key_rejected()
    if status in (403, 434, 451) or words & _NOT_ALLOWED:
        return say.not_allowed()
    if status == 405 or (status == 404 and not _is_about_a_model(report)):
        return say.nothing_there()
    if status == 404 or words & _NO_MODEL or (status in (None, 400, 422) and _SAYS_NO_MODEL.search(message)):
        return say.unknown_model()
    if status == 429 or words & _RATE:
        return say.rate_limited(retry_after)
    if status in (408, 504, 524) or words & _TIMEOUT:
        return say.timed_out()
    if status == 501:
        return say.bad_request()
    if status is None or status >= 498 or words & _OVERLOADED:
        return say.overloaded()
    if report.html:
        return say.web_page()
    return say.bad_request()


def _is_about_a_model(report: Report) -> bool:
    """Whether a 404 means the model and not the path: then it says so, or has a code and does not speak of a path."""
    if "model" in report.message.lower():
        return True
    return bool(report.words) and not _SAYS_NO_PATH.search(report.message)


def web_page(origin: Origin, body: bytes) -> ProviderError:
    """For a page that came with status 200 in the place of a reply."""
    return Words(origin, 200, redact(read_report(body).message, origin.key or "")[:2000]).web_page()


def bad_answer(origin: Origin, data: bytes, *, midway: bool = False) -> ProviderError:
    """For something that is not what the protocol says; `data` is what could not be read, `midway` after some that
    could.
    """
    words = Words(origin, None, redact(data[:500].decode("utf-8", "replace"), origin.key or ""))
    return words.damaged() if midway else words.bad_answer()


def broken_stream(origin: Origin, detail: str = "") -> ProviderError:
    """For a stream that ended without saying why."""
    return Words(origin, None, detail).broken()


def refused(origin: Origin, reason: str = "") -> ProviderError:
    """For a reply that was filtered away whole."""
    return Words(origin, None, reason).refused()


def read_report(body: object) -> Report:
    """What the provider said, out of every shape of error body."""
    if isinstance(body, bytes):
        text = body.decode("utf-8", "replace").strip()
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            if text.startswith("<"):
                title = re.search(r"<title[^>]*>(.*?)</title>", text, re.I | re.S)
                return Report(frozenset(), " ".join(title.group(1).split()) if title else "", html=True)
            return Report(frozenset(), text)
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, str):
        return Report(frozenset(), body)
    if not isinstance(body, dict):
        return Report(frozenset(), "")
    words: set[str] = set()
    delay = status = None
    message = ""
    for level in _levels(body):
        for name in ("code", "type", "status", "reason", "error_type", "error_code", "@type", "param", "limit_source"):
            value = level.get(name)
            if isinstance(value, str) and value:
                words.add(value.lower())
            if name in ("code", "status") and status is None:
                status = _as_status(value)
        status = _as_status(level.get("status_code")) or status
        delay = _seconds(level.get("retryDelay")) or delay
        message = message or _sentence(level)
    return Report(frozenset(words), message, retry_delay=delay, status=status)


def _levels(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of an error body that may say something, inner ones first."""
    levels = [body]
    for level in levels:
        for name in ("response", "error", "details", "metadata", "innererror"):
            inner = level.get(name)
            for item in inner if isinstance(inner, list) else [inner]:
                if isinstance(item, dict) and len(levels) < 30:
                    levels.append(item)
    error = [level for level in levels if level is body.get("error")]
    return error + [level for level in levels if level not in error]


def _sentence(level: dict[str, Any]) -> str:
    for name in ("message", "error", "detail", "msg"):
        value = level.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list):  # FastAPI's validation errors
            texts = [str(item.get("msg", "")) for item in value if isinstance(item, dict)]
            if any(texts):
                return "; ".join(texts)
    return ""


def _as_status(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:6])
    return value if isinstance(value, int) and 400 <= value < 600 else None


def _seconds(value: object) -> float | None:
    """A number of seconds, or an HTTP date as seconds from now."""
    if not isinstance(value, str) or not value:
        return None
    try:
        seconds = float(value.removesuffix("s"))
        return max(0.0, seconds) if isfinite(seconds) else None
    except ValueError:
        pass
    try:
        from email.utils import parsedate_to_datetime  # a heavy package, rarely needed

        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _retry_after(headers: Mapping[str, str], report: Report) -> float | None:
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    seconds = _seconds(headers.get("retry-after"))
    return seconds if seconds is not None else report.retry_delay


def _from_exception(origin: Origin, exception: BaseException) -> ProviderError:
    import httpx  # imported by now: only its client raises these

    say = Words(origin, None, redact(f"{type(exception).__name__}: {exception}", origin.key or ""))
    match exception:
        case httpx.ReadTimeout() | httpx.WriteTimeout() | httpx.PoolTimeout():
            return say.timed_out()
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return say.no_address()
        case httpx.ProxyError():
            return say.proxy_failed()
        case httpx.ConnectTimeout() | httpx.ConnectError():
            if origin.proxy and not is_loopback(origin.base_url):
                return say.proxy_failed()
            return say.no_connection(str(exception))
        case httpx.DecodingError():
            return say.bad_answer()
        case httpx.RemoteProtocolError() if not _SAYS_CLOSED.search(str(exception)):
            return say.bad_answer()
        case _:
            return say.broken()
