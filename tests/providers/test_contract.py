"""Every registry row, in each of its dialects, against a recording of how it streams."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desktop import providers
from desktop.domain.errors import KeyRejected, NoKey
from desktop.domain.events import Finished, Opaque, ReasoningDelta, TextDelta, UsageReported
from desktop.domain.message import FinishReason
from desktop.domain.model import Dialect
from desktop.domain.usage import Usage
from desktop.providers.registry import SERVICES, KeyNeed, Listing, service
from tests.helpers.fake_service import STREAMS, Reply
from tests.providers.conftest import HTTP, KEY, ask, question

TEXT = "Grüße, 世界 🌍\u2028done"
WHY = "Let me count."
ALSO_ELSEWHERE = {"cohere"}  # their list stands on another host
ROWS = [(row.id, dialect) for row in SERVICES for dialect in row.dialects if dialect is not Dialect.TOUR]
PATHS = {
    Dialect.OPENAI_CHAT: "/chat/completions",
    Dialect.OPENAI_RESPONSES: "/responses",
    Dialect.ANTHROPIC: "/v1/messages",
    Dialect.GEMINI: "/models/m:streamGenerateContent?alt=sse",
    Dialect.OLLAMA: "/api/chat",
}
RECORDINGS = {
    Dialect.OPENAI_CHAT: "openai_chat.sse",
    Dialect.OPENAI_RESPONSES: "openai_responses.sse",
    Dialect.ANTHROPIC: "anthropic.sse",
    Dialect.GEMINI: "gemini.sse",
    Dialect.OLLAMA: "ollama.ndjson",
}
OWN_HEADERS = {
    "azure": "api-key",
    "anthropic": "x-api-key",
    "gemini": "x-goog-api-key",
    "vertex-express": "x-goog-api-key",
    "portkey": "x-portkey-api-key",
}
WHOLE_PATHS = {
    ("openai", Dialect.OPENAI_RESPONSES): "/v1/responses",
    ("azure", Dialect.OPENAI_CHAT): "/openai/v1/chat/completions",
    ("deepseek", Dialect.OPENAI_CHAT): "/chat/completions",
    ("perplexity", Dialect.OPENAI_CHAT): "/chat/completions",
    ("zai", Dialect.OPENAI_CHAT): "/api/paas/v4/chat/completions",
    ("open-webui", Dialect.OPENAI_CHAT): "/api/chat/completions",
    ("open-webui", Dialect.ANTHROPIC): "/api/v1/messages",
    ("openrouter", Dialect.ANTHROPIC): "/api/v1/messages",
    ("moonshot", Dialect.ANTHROPIC): "/anthropic/v1/messages",
    ("lmstudio", Dialect.ANTHROPIC): "/v1/messages",
    ("ollama", Dialect.OPENAI_CHAT): "/v1/chat/completions",
    ("ollama-cloud", Dialect.OPENAI_CHAT): "/v1/chat/completions",
    ("litellm", Dialect.GEMINI): "/v1beta/models/m:streamGenerateContent?alt=sse",
    ("vertex-express", Dialect.GEMINI): "/v1/publishers/google/models/m:streamGenerateContent?alt=sse",
    ("cohere", Dialect.OPENAI_CHAT): "/compatibility/v1/chat/completions",
}


def recording_for(service_id: str, dialect: Dialect) -> str:
    own = f"{service_id}.sse"
    return own if dialect is Dialect.OPENAI_CHAT and (STREAMS / own).exists() else RECORDINGS[dialect]


def usage_for(service_id: str, dialect: Dialect) -> Usage:
    cost = Decimal("0.00042") if service_id in ("openrouter", "perplexity", "xai") else None
    match dialect:
        case Dialect.ANTHROPIC:
            return Usage(20, 9, cache_read_tokens=5, cache_write_tokens=3, reasoning_tokens=4)
        case Dialect.OLLAMA:
            return Usage(20, 9)
        case Dialect.OPENAI_CHAT if service_id == "perplexity":
            return Usage(20, 9, reasoning_tokens=4, cost=cost)
        case Dialect.OPENAI_CHAT:
            return Usage(20, 9, cache_read_tokens=5, reasoning_tokens=4, cost=cost)
        case _:
            return Usage(20, 9, cache_read_tokens=5, reasoning_tokens=4)


@pytest.mark.parametrize("piece", [0, 1, 7])
@pytest.mark.parametrize(("service_id", "dialect"), ROWS)
async def test_a_reply(fake, endpoint, service_id, dialect, piece):
    fake.reply(PATHS[dialect], Reply.stream(recording_for(service_id, dialect), piece=piece))
    events = await ask(endpoint(service_id, dialect))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == TEXT
    assert "".join(event.text for event in events if isinstance(event, ReasoningDelta)) == WHY
    assert [event.usage for event in events if isinstance(event, UsageReported)][-1] == usage_for(service_id, dialect)
    assert [event for event in events if isinstance(event, Finished)] == [events[-1]] == [Finished(FinishReason.END)]
    opaque = {event.kind for event in events if isinstance(event, Opaque)}
    assert opaque <= {dialect.value}

    request = fake.requests[-1]
    assert request.method == "POST"
    assert request.path.endswith(WHOLE_PATHS.get((service_id, dialect), PATHS[dialect]))
    if service(service_id).key is KeyNeed.NONE:
        assert KEY not in str(request.headers)
    elif service_id in OWN_HEADERS:
        assert request.headers[OWN_HEADERS[service_id]] == KEY
        assert "authorization" not in request.headers
    else:
        assert request.headers["authorization"] == f"Bearer {KEY}"
    if dialect is Dialect.ANTHROPIC:
        newest = "2026-10-21" if service_id == "anthropic" else "2023-06-01"
        assert request.headers["anthropic-version"] == newest
    assert KEY not in request.body.decode()


@pytest.mark.parametrize("name", ["litellm_responses.sse", "llamacpp_responses.sse", "openai_responses_whole.json"])
async def test_other_speakers_of_responses(fake, endpoint, name):
    fake.reply("/responses", Reply.stream(name, piece=5))
    events = await ask(endpoint("custom", Dialect.OPENAI_RESPONSES))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == TEXT
    assert events[-1] == Finished(FinishReason.END)


@pytest.mark.parametrize(
    ("dialect", "name"),
    [
        (Dialect.OPENAI_CHAT, "openai_chat_whole.json"),
        (Dialect.ANTHROPIC, "anthropic_whole.json"),
        (Dialect.GEMINI, "gemini_array.json"),
    ],
)
async def test_one_body_in_the_place_of_a_stream(fake, endpoint, dialect, name):
    fake.reply("/", Reply.stream(name, piece=9))
    events = await ask(endpoint("litellm", dialect))
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == TEXT
    assert "".join(event.text for event in events if isinstance(event, ReasoningDelta)) == WHY
    assert events[-2:] == [UsageReported(usage_for("litellm", dialect)), Finished(FinishReason.END)]


async def test_tool_calls_nobody_asked_for_are_no_text(fake, endpoint):
    fake.reply("/chat/completions", Reply.stream("openai_chat_tools.sse"))
    events = await ask(endpoint())
    assert events[-1] == Finished(FinishReason.TOOL)
    assert not [event for event in events if isinstance(event, TextDelta)]


@pytest.mark.parametrize(("service_id", "dialect"), ROWS)
async def test_a_wrong_key(fake, endpoint, service_id, dialect):
    fake.reply("/", Reply.json({"error": {"message": f"Incorrect API key provided: {KEY}", "code": "x"}}, 401))
    with pytest.raises(KeyRejected) as caught:
        await ask(endpoint(service_id, dialect))
    failure = caught.value.failure()
    assert failure.http_status == 401
    assert KEY not in repr(caught.value) + repr(failure)
    if service(service_id).key is not KeyNeed.NONE:
        assert "“work”" in failure.title


@pytest.mark.parametrize("row", [row for row in SERVICES if row.key is KeyNeed.REQUIRED], ids=lambda row: row.id)
async def test_no_key(fake, endpoint, row):
    with pytest.raises(NoKey):
        await ask(endpoint(row.id, key=None))
    assert fake.requests == []


@pytest.mark.parametrize(("service_id", "dialect"), [row for row in ROWS if row[0] not in ALSO_ELSEWHERE])
async def test_a_list_of_models(fake, endpoint, service_id, dialect):
    items = [{"id": "m-1"}] + [{"id": "text-embedding-3-small"}] * (service_id != "anthropic")
    named = [{"name": "models/m-1", "supportedGenerationMethods": ["generateContent"]}]
    shapes = {Dialect.OLLAMA: {"models": [{"model": "m-1"}]}, Dialect.GEMINI: {"models": named}}
    fake.reply("/api/show", Reply.json({"capabilities": ["completion"]}))
    fake.reply("", Reply.json(shapes.get(dialect, {"object": "list", "data": items})))
    here = endpoint(service_id, dialect)
    models = await providers.client(dialect, HTTP).list_models(here)
    quirks = service(service_id).quirks
    expected = {Listing.FETCHED: ["m-1"], Listing.SHIPPED: list(quirks.known_models), Listing.BY_HAND: []}
    assert [model.ref.model_id for model in models] == expected[quirks.listing]
    assert all(model.ref.provider_id == service_id for model in models)


async def test_portkey_is_asked_for_reasoning_and_gets_the_users_headers(fake, endpoint):
    fake.reply("/chat/completions", Reply.stream("portkey.sse"))
    here = endpoint("portkey")
    provider = replace(here.provider, headers=(("x-portkey-provider", "@openai"),))
    await ask(replace(here, provider=provider), question())
    headers = fake.requests[-1].headers
    assert headers["x-portkey-strict-open-ai-compliance"] == "false"
    assert headers["x-portkey-provider"] == "@openai"
