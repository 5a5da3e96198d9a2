"""How providers say that something is wrong, case by case, and what is made of it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from desktop.domain.errors import (
    Action,
    BadAddress,
    BadAnswer,
    BadRequest,
    BrokenStream,
    KeyRejected,
    NoConnection,
    NoCredit,
    NotAllowed,
    Overloaded,
    RateLimited,
    Refused,
    TimedOut,
    TooLong,
    UnknownModel,
)
from desktop.providers.errors import Origin, provider_error
from desktop.providers.registry import service

KEY = "4f9aa1b2-no-known-shape"


def origin(service_id: str = "openai", **more) -> Origin:
    row = service(service_id)
    more = {"model_id": "big-model", "key": KEY, "key_label": "work"} | more
    return Origin(row.name, row.base_url, row.quirks, **more)


def err(message: str = "Something", **more) -> dict:
    return {"error": {"message": message, **more}}


def spent(code: str) -> dict:
    return {"type": "error", "error": {"type": "rate_limit_error", "details": {"error_code": code}}}


def google(status: str, message: str = "Something", *details: dict) -> dict:
    return {"error": {"code": 0, "message": message, "status": status, "details": list(details)}}


KEY_INVALID = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
PLAN = "You exceeded your current quota, please check your plan and billing details."

CASES = [
    # bad key
    ("openai", 401, err("Incorrect API key provided", code="invalid_api_key"), KeyRejected),
    ("gemini", 400, google("INVALID_ARGUMENT", "API key not valid.", KEY_INVALID), KeyRejected),
    ("gemini", 400, [google("INVALID_ARGUMENT", "API key not valid.", KEY_INVALID)], KeyRejected),
    ("xai", 400, {"code": "invalid-argument", "error": "Incorrect API key provided: 4f***"}, KeyRejected),
    ("mistral", 401, {"message": "Unauthorized"}, KeyRejected),
    ("open-webui", 401, {"detail": "Unauthorized"}, KeyRejected),
    ("siliconflow", 401, "Invalid token", KeyRejected),
    ("moonshot", 403, err("Invalid API key", type="access_terminated_error"), KeyRejected),
    ("cohere", 498, {"message": "invalid token"}, KeyRejected),
    ("litellm", 400, err("No connected db.", type="no_db_connection", code="400"), KeyRejected),
    ("ollama-cloud", 401, {"error": "unauthorized"}, KeyRejected),
    # money
    ("deepseek", 402, err("Insufficient Balance"), NoCredit),
    ("openrouter", 402, err("More credits", code=402), NoCredit),
    ("mistral", 402, {"detail": "Payment required"}, NoCredit),
    ("cohere", 402, {"message": "billing"}, NoCredit),
    ("anthropic", 402, {"type": "error", "error": {"type": "billing_error", "message": "Pay"}}, NoCredit),
    ("gemini", 402, google("RESOURCE_EXHAUSTED", "payment_required"), NoCredit),
    ("openai", 429, err(PLAN, type="insufficient_quota", code="credit_balance_exhausted"), NoCredit),
    ("openai", 429, err(PLAN, type="insufficient_quota", code="organization_spend_limit_exceeded"), NoCredit),
    ("openai", 429, err(PLAN, type="insufficient_quota", code="project_spend_limit_exceeded"), NoCredit),
    ("openai", 429, err(PLAN, type="insufficient_quota", code="organization_usage_limit_exceeded"), NoCredit),
    ("openai", 429, err(PLAN, type="insufficient_quota", code="insufficient_quota"), NoCredit),
    (
        "anthropic",
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "You reached your spend limit."}},
        NoCredit,
    ),
    ("anthropic", 429, spent("enforced_spend_limit_reached"), NoCredit),
    ("anthropic", 429, spent("contract_spend_limit_reached"), NoCredit),
    ("moonshot", 403, err("Your account", type="exceeded_current_quota_error"), NoCredit),
    ("moonshot", 429, err("Your account", type="exceeded_current_quota_error"), NoCredit),
    ("zai", 429, {"error": {"code": "1113", "message": "Insufficient balance"}}, NoCredit),
    ("zhipu", 429, {"error": {"code": "1113", "message": "…"}}, NoCredit),
    ("portkey", 412, {"status": "failure", "message": "Budget exhausted"}, NoCredit),
    ("qwen", 400, err("Access denied", code="Arrearage"), NoCredit),
    # not allowed, region
    ("openai", 403, err("Country not supported", code="unsupported_country_region_territory"), NotAllowed),
    ("gemini", 400, google("FAILED_PRECONDITION", "User location is not supported"), NotAllowed),
    ("gemini", 403, google("PERMISSION_DENIED"), NotAllowed),
    ("anthropic", 403, {"type": "error", "error": {"type": "permission_error", "message": "No"}}, NotAllowed),
    ("openrouter", 403, err("Your key is not allowed", code=403), NotAllowed),
    ("zai", 434, err("No permission"), NotAllowed),
    # guardrails and filters
    ("openrouter", 403, err("Input flagged by moderation", code=403), Refused),
    ("portkey", 446, {"message": "Guardrail checks failed"}, Refused),
    ("azure", 400, err("x", code="content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}), Refused),
    ("openai", 400, err("Flagged", code="content_policy_violation"), Refused),
    ("qwen", 400, err("Inspection", code="data_inspection_failed"), Refused),
    # unknown model
    ("openai", 404, err("The model `x` does not exist", code="model_not_found"), UnknownModel),
    ("anthropic", 404, {"type": "error", "error": {"type": "not_found_error", "message": "model: x"}}, UnknownModel),
    ("gemini", 404, google("NOT_FOUND", "models/x is not found for API version v1beta"), UnknownModel),
    ("ollama", 404, {"error": "model 'x' not found"}, UnknownModel),
    ("litellm", 400, err("Invalid model name passed in model=x", code="400"), UnknownModel),
    ("openrouter", 400, err("x is not a valid model ID", code=400), UnknownModel),
    ("openrouter", 404, err("No endpoints found for x", code=404, metadata={"error_type": "not_found"}), UnknownModel),
    ("anthropic", 404, {"type": "error", "error": {"type": "not_found_error", "message": "Not found"}}, UnknownModel),
    ("custom", 404, err("Resource not found.", type="invalid_request_error"), UnknownModel),
    # not this address
    ("openai", 404, err("Invalid URL (POST /v1/v1/responses)", type="invalid_request_error"), BadAddress),
    ("lmstudio", 404, {"error": "Unexpected endpoint or method. (POST /v1/x)"}, BadAddress),
    ("ollama", 404, "404 page not found", BadAddress),
    ("custom", 404, {"detail": "Not Found"}, BadAddress),
    ("llamacpp", 404, err("File Not Found", type="not_found_error", code=404), BadAddress),
    ("custom", 404, "<html><title>404 Not Found</title></html>", BadAddress),
    ("custom", 405, {"detail": "Method Not Allowed"}, BadAddress),
    ("custom", 308, "", BadAddress),
    # context too long
    ("openai", 400, err("Too long", code="context_length_exceeded"), TooLong),
    (
        "anthropic",
        400,
        {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}},
        TooLong,
    ),
    ("gemini", 400, google("INVALID_ARGUMENT", "The input token count (9) exceeds the maximum (8)"), TooLong),
    ("gemini", 500, google("INTERNAL", "The input token count exceeds the maximum"), TooLong),
    ("llamacpp", 400, err("exceeds", type="exceed_context_size_error", code=400, n_ctx=8, n_prompt_tokens=9), TooLong),
    ("openrouter", 400, err("x", code=400, metadata={"error_type": "context_length_exceeded"}), TooLong),
    ("moonshot", 400, err("Invalid request: exceeded model token limit: 8192 (requested: 9000)"), TooLong),
    ("mistral", 400, {"message": "Prompt contains 9 tokens, too large for 8 maximum context length"}, TooLong),
    # body too large
    ("anthropic", 413, {"type": "error", "error": {"type": "request_too_large"}}, TooLong),
    ("groq", 413, err("Request too large"), TooLong),
    ("zai", 435, err("File too large"), TooLong),
    # timeouts
    ("openrouter", 408, err("Timed out", code=408), TimedOut),
    ("anthropic", 504, {"type": "error", "error": {"type": "timeout_error"}}, TimedOut),
    ("gemini", 504, google("DEADLINE_EXCEEDED"), TimedOut),
    ("openrouter", 524, "<html></html>", TimedOut),
    # rate limit
    ("openai", 429, err("Rate limit", code="rate_limit_exceeded"), RateLimited),
    ("openai", 429, err("Slow down", code="slow_down"), RateLimited),
    ("gemini", 429, google("RESOURCE_EXHAUSTED", PLAN), RateLimited),
    ("anthropic", 429, {"type": "error", "error": {"type": "rate_limit_error"}}, RateLimited),
    ("siliconflow", 429, {"code": 20012, "message": "TPM limit reached", "data": None}, RateLimited),
    ("zai", 429, {"error": {"code": "1302", "message": "Concurrency"}}, RateLimited),
    ("litellm", 429, err("x", type="throttling_error", code="429"), RateLimited),
    ("ollama-cloud", 429, {"error": "hourly limit"}, RateLimited),
    # overloaded
    ("anthropic", 529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, Overloaded),
    ("openrouter", 529, err("busy", code=529), Overloaded),
    ("openai", 503, err("x", code="server_is_overloaded"), Overloaded),
    ("deepseek", 503, err("busy"), Overloaded),
    ("gemini", 503, google("UNAVAILABLE"), Overloaded),
    ("llamacpp", 503, err("Loading model", type="unavailable_error", code=503), Overloaded),
    ("groq", 498, err("capacity_exceeded"), Overloaded),
    ("cohere", 499, {"message": "closed"}, Overloaded),
    ("custom", 502, "<html><title>502 Bad Gateway</title></html>", Overloaded),
    # anything else
    ("openai", 400, err("Unsupported value", code="unsupported_value", param="temperature"), BadRequest),
    ("mistral", 422, {"detail": [{"loc": ["body"], "msg": "field required", "type": "missing"}]}, BadRequest),
    ("llamacpp", 501, err("not supported", type="not_supported_error", code=501), BadRequest),
    ("custom", 400, "<html><title>Bad</title></html>", BadAnswer),
]  # fmt: skip


def as_bytes(body: object) -> bytes:
    import json

    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


@pytest.mark.parametrize(("service_id", "status", "body", "kind"), CASES)
def test_an_answer(service_id, status, body, kind):
    error = provider_error(origin(service_id), status=status, body=as_bytes(body))
    assert type(error) is kind
    assert error.http_status == status
    assert error.title
    assert error.explanation
    assert "{" not in error.title + error.explanation


def claude(kind: str, message: str = "Something") -> dict:
    return {"type": "error", "error": {"type": kind, "message": message}}


# What a person reads for each kind of trouble, and the first button under it.
TOLD = [
    # bad key
    ("openai", 401, err(code="invalid_api_key"), "OpenAI rejected the key “work”", "mistyped", "replace_key"),
    ("gemini", 400, google("INVALID_ARGUMENT", "x", KEY_INVALID),
     "{} rejected the key “work”", "mistyped", "replace_key"),
    ("xai", 400, {"error": "Incorrect API key provided"}, "{} rejected the key “work”", "mistyped", "replace_key"),
    ("anthropic", 401, claude("authentication_error"), "{} rejected the key “work”", "mistyped", "replace_key"),
    # out of money
    ("openai", 429, err(PLAN, code="credit_balance_exhausted"),
     "Your {} balance is used up", "Add credit", "open_billing"),
    ("openai", 429, err(code="organization_spend_limit_exceeded"),
     "Your {} spending limit is reached", "Raise it", "open_billing"),
    ("openai", 429, err(code="project_spend_limit_exceeded"),
     "Your {} spending limit is reached", "Raise it", "open_billing"),
    ("openai", 429, err(code="organization_usage_limit_exceeded"),
     "Your {} spending limit is reached", "Raise it", "open_billing"),
    ("anthropic", 402, claude("billing_error"), "Your {} balance is used up", "Add credit", "open_billing"),
    ("anthropic", 400, claude("x", "Your spend limit"),
     "Your {} spending limit is reached", "Raise it", "open_billing"),
    ("anthropic", 429, spent("enforced_spend_limit_reached"),
     "Your {} spending limit is reached", "Raise it", "open_billing"),
    ("anthropic", 429, spent("contract_spend_limit_reached"),
     "Your {} spending limit is reached", "Raise it", "open_billing"),
    ("gemini", 402, google("RESOURCE_EXHAUSTED"), "Your {} balance is used up", "Add credit", "open_billing"),
    ("deepseek", 402, err("Insufficient Balance"), "Your {} balance is used up", "Add credit", "open_billing"),
    ("moonshot", 429, err(type="exceeded_current_quota_error"),
     "Your {} balance is used up", "Add credit", "open_billing"),
    ("zai", 429, err(code="1113"), "Your {} balance is used up", "Add credit", "open_billing"),
    ("portkey", 412, {"message": "Budget exhausted"}, "Your {} balance is used up", "Add credit", "open_billing"),
    # not allowed, region
    ("openai", 403, err("Not here", code="unsupported_country_region_territory"),
     "{} does not allow this", "Not here", "choose_model"),
    ("gemini", 400, google("FAILED_PRECONDITION", "Location"), "{} does not allow this", "Location", "choose_model"),
    ("anthropic", 403, claude("permission_error", "No"), "{} does not allow this", "“No”", "choose_model"),
    ("anthropic", 400, claude("organization_on_hold", "On hold"), "{} does not allow this", "On hold", "choose_model"),
    ("openrouter", 403, err("Flagged by moderation"), "{} stopped this reply", "moderation", "edit_message"),
    # unknown model
    ("openai", 404, err(code="model_not_found"), "{} no longer offers this model", "“big-model”", "choose_model"),
    ("anthropic", 404, claude("not_found_error", "model: x"),
     "{} no longer offers this model", "big-model", "choose_model"),
    ("gemini", 404, google("NOT_FOUND", "models/x is not found"),
     "{} no longer offers this model", "big-model", "choose_model"),
    ("ollama", 404, {"error": "model 'x' not found"}, "{} does not have this model", "big-model", "choose_model"),
    ("litellm", 400, err("Invalid model name passed in model=x"),
     "{} does not have this model", "big-model", "choose_model"),
    # context too long, body too large
    ("openai", 400, err(code="context_length_exceeded"),
     "This chat is too long for big-model", "larger window", "choose_model"),
    ("anthropic", 400, claude("x", "prompt is too long: 900 > 800"),
     "This chat is too long for big-model", "900", "choose_model"),
    ("llamacpp", 400, err(type="exceed_context_size_error"),
     "This chat is too long for big-model", "Shorten", "choose_model"),
    ("anthropic", 413, claude("request_too_large"),
     "This chat is too long for big-model", "Shorten it", "choose_model"),
    # timeouts
    ("openrouter", 408, err(), "{} did not answer in time", "is kept", "retry"),
    ("anthropic", 504, claude("timeout_error"), "{} did not answer in time", "is kept", "retry"),
    ("gemini", 504, google("DEADLINE_EXCEEDED"), "{} did not answer in time", "is kept", "retry"),
    ("openrouter", 524, "<html></html>", "{} did not answer in time", "is kept", "retry"),
    # rate limit
    ("openai", 429, err(code="rate_limit_exceeded"), "{} is rate-limiting this key", "in a moment", "retry"),
    ("openai", 429, err(code="slow_down"), "{} is rate-limiting this key", "in a moment", "retry"),
    ("anthropic", 429, claude("ramp_limit_exceeded"), "{} is rate-limiting this key", "in a moment", "retry"),
    ("gemini", 429, google("RESOURCE_EXHAUSTED", PLAN), "{} is rate-limiting this key", "in a moment", "retry"),
    # overloaded
    ("anthropic", 529, claude("overloaded_error"), "{} has a problem on its side", "in a moment", "retry"),
    ("anthropic", 500, claude("api_error"), "{} has a problem on its side", "in a moment", "retry"),
    ("openai", 503, err(code="server_is_overloaded"), "{} has a problem on its side", "in a moment", "retry"),
    ("gemini", 503, google("UNAVAILABLE"), "{} has a problem on its side", "in a moment", "retry"),
    ("groq", 498, err("capacity_exceeded"), "{} has a problem on its side", "in a moment", "retry"),
    # guardrail
    ("portkey", 446, {"message": "Guardrail checks failed"}, "{} stopped this reply", "Guardrail", "edit_message"),
    # not this address, and the rest
    ("custom", 404, {"detail": "Not Found"}, "The address of {} seems to be wrong", "/v1", "open_provider_settings"),
    ("openai", 400, err("Odd", code="unsupported_value"), "{} did not accept this message", "“Odd”", "edit_message"),
    ("anthropic", 409, claude("conflict_error"), "{} did not accept this message", "Something", "edit_message"),
]  # fmt: skip


@pytest.mark.parametrize(("service_id", "status", "body", "title", "line", "action"), TOLD)
def test_what_is_said_and_the_action_that_helps(service_id, status, body, title, line, action):
    error = provider_error(origin(service_id), status=status, body=as_bytes(body))
    assert error.title == title.format(service(service_id).name)
    assert line in error.explanation
    assert error.actions[0] is Action(action)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        # Responses: bare, nested, and of a response that failed
        ({"type": "error", "code": "server_error", "message": "x", "param": None}, Overloaded),
        ({"type": "error", "error": {"type": "server_error", "message": "x"}}, Overloaded),
        ({"error": {"code": "rate_limit_exceeded", "message": "x"}, "status": "failed"}, RateLimited),
        ({"error": {"code": "invalid_prompt", "message": "x"}, "status": "failed"}, Refused),
        ({"error": {"code": "image_content_policy_violation", "message": "x"}, "status": "failed"}, Refused),
        # Anthropic, Gemini, Ollama, OpenRouter
        (claude("overloaded_error"), Overloaded),
        (claude("rate_limit_error"), RateLimited),
        ({"error": {"code": 429, "message": "x", "status": "RESOURCE_EXHAUSTED"}}, RateLimited),
        ({"error": "model runner has unexpectedly stopped"}, Overloaded),
        ({"error": {"code": 502, "message": "x", "metadata": {"error_type": "provider_unavailable"}}}, Overloaded),
    ],
)
def test_each_dialects_own_way_to_say_it_inside_a_stream(body, kind):
    assert type(provider_error(origin(), status=200, body=body)) is kind


@pytest.mark.parametrize("said", ["inf", "1e999", "nan", "Fri, 01 Jan 99999999999 00:00:00 GMT"])
def test_a_time_to_come_back_that_is_none(said):
    error = provider_error(origin(), status=429, headers={"retry-after": said}, body=as_bytes(err()))
    assert isinstance(error, RateLimited)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (err("x", code=402), NoCredit),
        (err("x", code="429"), RateLimited),
        ({"error": {"message": "x"}, "status_code": 500}, Overloaded),
        ({"error": "text only"}, Overloaded),
        ({"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long"}}, TooLong),
        ({"response": {"error": {"code": "bio_policy", "message": "x"}}}, Refused),
    ],
)
def test_an_error_inside_a_stream(body, kind):
    assert type(provider_error(origin(), status=200, body=body)) is kind


REQUEST = httpx.Request("POST", "https://api.openai.com/v1/responses")


@pytest.mark.parametrize(
    ("exception", "kind"),
    [
        (httpx.ConnectError("All connection attempts failed"), NoConnection),
        (httpx.ConnectError("[Errno -2] Name or service not known"), NoConnection),
        (httpx.ConnectTimeout(""), NoConnection),
        (httpx.ProxyError("503"), NoConnection),
        (httpx.ReadTimeout(""), TimedOut),
        (httpx.WriteTimeout(""), TimedOut),
        (httpx.PoolTimeout(""), TimedOut),
        (httpx.RemoteProtocolError("peer closed connection"), BrokenStream),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), BrokenStream),
        (httpx.RemoteProtocolError("illegal status line: SSH-2.0"), BadAnswer),
        (httpx.ReadError(""), BrokenStream),
        (httpx.DecodingError("gzip"), BadAnswer),
        (httpx.InvalidURL("x"), BadAddress),
    ],
)
def test_an_exception(exception, kind):
    error = provider_error(origin(), exception=exception)
    assert type(error) is kind
    assert error.title
    assert error.explanation


def test_offline_is_told_from_a_dead_host_and_a_wrong_certificate():
    titles = {
        provider_error(origin(), exception=httpx.ConnectError(text)).title
        for text in ("[Errno -3] Temporary failure in name resolution", "refused", "CERTIFICATE_VERIFY_FAILED: x")
    }
    assert len(titles) == 3


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "7"}, err(), 7),
        ({"retry-after-ms": "1500", "retry-after": "7"}, err(), 1.5),
        ({}, google("RESOURCE_EXHAUSTED", "x", {"@type": "google.rpc.RetryInfo", "retryDelay": "37s"}), 37),
        ({}, err(), None),
        ({"retry-after": "soon"}, err(), None),
    ],
)
def test_when_to_come_back(headers, body, seconds):
    error = provider_error(origin("gemini"), status=429, headers=headers, body=as_bytes(body))
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_when_to_come_back_as_a_date():
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    error = provider_error(origin(), status=429, headers={"retry-after": date})
    assert isinstance(error, RateLimited)
    assert error.retry_after is not None
    assert 50 < error.retry_after <= 60


def test_too_much_in_flight_for_the_balance_passes():
    body = err("x", code=402, metadata={"limit_source": "openrouter_in_flight_budget"})
    error = provider_error(origin("openrouter"), status=402, headers={"retry-after": "3"}, body=as_bytes(body))
    assert isinstance(error, RateLimited)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_the_key_is_never_repeated(status):
    body = err(f"The key {KEY} is bad; model {KEY}")
    error = provider_error(origin(), status=status, body=as_bytes(body))
    assert KEY not in f"{error} {error.failure()}"
    assert "[key]" in error.detail
    exception = provider_error(origin(), exception=httpx.ReadError(f"x {KEY}"))
    assert KEY not in f"{exception} {exception.failure()}"


def test_the_numbers_of_a_chat_that_is_too_long():
    body = err("request (12024 tokens) exceeds the available context size (2,048 tokens)")
    assert (
        "12,024 tokens and the limit is 2,048" in provider_error(origin(), status=400, body=as_bytes(body)).explanation
    )


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[]", b"null", b"[" * 5000, b'{"error": []}', b'{"error": {"message": {}}}']
)
def test_no_body_breaks_it(body):
    for status in (400, 401, 404, 429, 500):
        error = provider_error(origin(), status=status, body=body)
        assert error.title
        assert "{" not in error.title


def test_what_it_says_may_hold_braces():
    error = provider_error(origin(), status=400, body=as_bytes(err("expected {provider} not {0}")))
    assert "{provider} not {0}" in error.explanation


def test_a_limit_of_ones_own_is_told_from_an_empty_balance():
    limit = provider_error(origin(), status=429, body=as_bytes(err("x", code="project_spend_limit_exceeded")))
    empty = provider_error(origin(), status=429, body=as_bytes(err("x", code="credit_balance_exhausted")))
    assert limit.title != empty.title
