"""Lists of models as different servers give them."""

from decimal import Decimal

import pytest

from desktop import providers
from desktop.domain.errors import BadAddress, BadAnswer, KeyRejected
from desktop.domain.model import Capability, Dialect, Model, ModelRef
from tests.helpers.fake_service import Reply
from tests.providers.conftest import HTTP

CHAT = Dialect.OPENAI_CHAT


async def listed(fake, endpoint, service_id: str, payload: object, path: str = "/models", **more) -> list[Model]:
    fake.reply(path, Reply.json(payload))
    here = endpoint(service_id, **more)
    return await providers.client(here.provider.dialect, HTTP).list_models(here)


async def test_openrouter(fake, endpoint):
    payload = {
        "data": [
            {
                "id": "anthropic/claude-opus-5.5",
                "name": "Anthropic: Claude Opus 5.5",
                "context_length": 1_000_000,
                "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
                "pricing": {
                    "prompt": "0.000004",
                    "completion": "0.00002",
                    "request": "0",
                    "input_cache_read": "0.0000002",
                    "input_cache_write": "0.000005",
                },
                "top_provider": {"context_length": 1_000_000, "max_completion_tokens": 128_000},
                "supported_parameters": ["tools", "reasoning", "response_format"],
            },
            {"id": "some/image", "architecture": {"output_modalities": ["image"]}},
            {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
            {"id": "some/model:free", "pricing": {"prompt": "0", "completion": "0"}},
        ]
    }
    opus, auto, free = await listed(fake, endpoint, "openrouter", payload)
    assert opus == Model(
        ModelRef("openrouter", "anthropic/claude-opus-5.5"),
        "Anthropic: Claude Opus 5.5",
        context_window=1_000_000,
        max_output=128_000,
        capabilities=frozenset(Capability),
        input_price=Decimal(4),
        output_price=Decimal(20),
        cache_read_price=Decimal("0.2"),
        cache_write_price=Decimal(5),
    )
    assert (auto.input_price, free.input_price) == (None, 0)


async def test_what_does_not_chat_is_left_out(fake, endpoint):
    names = ["gpt-6.1-sol", "gpt-4o", "text-embedding-3-small", "whisper-1", "tts-1", "gpt-4o-mini-tts", "dall-e-3"]
    names += ["gpt-image-1", "omni-moderation-latest", "gpt-realtime", "gpt-4o-transcribe", "davinci-002", "sora-2"]
    models = await listed(fake, endpoint, "openai", {"data": [{"id": name} for name in names]}, dialect=CHAT)
    assert [model.name for model in models] == ["gpt-6.1-sol", "gpt-4o"]


async def test_mistral(fake, endpoint):
    able = {"completion_chat": True, "function_calling": True, "vision": True, "reasoning": False}
    payload = {
        "data": [
            {"id": "mistral-medium-latest", "max_context_length": 131072, "capabilities": able, "aliases": []},
            {"id": "mistral-ocr-latest", "capabilities": {"completion_chat": False}},
        ]
    }
    (model,) = await listed(fake, endpoint, "mistral", payload)
    assert model.name == "mistral-medium-latest"
    assert model.context_window == 131072
    assert model.capabilities == {Capability.TOOLS, Capability.VISION}


async def test_together_gives_a_bare_list(fake, endpoint):
    payload = [
        {
            "id": "org/A",
            "type": "chat",
            "display_name": "A",
            "context_length": 8192,
            "pricing": {"input": 0.5, "output": 1},
        },
        {"id": "org/B", "type": "embedding"},
    ]
    (model,) = await listed(fake, endpoint, "together", payload)
    assert (model.name, model.input_price, model.output_price) == ("A", Decimal("0.5"), 1)


async def test_groq(fake, endpoint):
    payload = {"data": [{"id": "a", "active": True, "context_window": 131072}, {"id": "b", "active": False}]}
    (model,) = await listed(fake, endpoint, "groq", payload)
    assert model.context_window == 131072


async def test_litellm(fake, endpoint):
    payload = {
        "data": [
            {"id": "a", "mode": "chat", "max_input_tokens": 9, "max_output_tokens": 8},
            {"id": "b", "mode": "embedding"},
        ]
    }
    (model,) = await listed(fake, endpoint, "litellm", payload)
    assert (model.context_window, model.max_output) == (9, 8)
    assert model.input_price is None  # this one tells no prices


async def test_litellm_tells_prices_beside_its_list(fake, endpoint):
    def server(name: str, output: float | None, **more: float) -> dict:
        return {
            "model_name": name,
            "model_info": {"input_cost_per_token": 1.5e-7, "output_cost_per_token": output, **more},
        }

    servers = [
        server("a", 6e-7, cache_read_input_token_cost=7.5e-8),
        server("a", 5e-7),
        server("b", None),
        {"model_name": "c", "model_info": {"input_cost_per_token": 0, "output_cost_per_token": 0}},
        {"model_name": "c", "model_info": None},
    ]
    fake.reply("/model/info", Reply.json({"data": servers}))
    a, b, c = await listed(fake, endpoint, "litellm", {"data": [{"id": name} for name in "abc"]})
    assert (a.input_price, a.output_price) == (Decimal("0.15"), Decimal("0.6"))
    assert (a.cache_read_price, a.cache_write_price) == (Decimal("0.075"), None)
    assert (b.input_price, c.input_price) == (None, None)


async def test_llamacpp_names_a_file(fake, endpoint):
    payload = {
        "models": [],
        "data": [{"id": "/models/Gemma-3-270M.gguf", "owned_by": "llamacpp", "meta": {"n_ctx": 2048, "size": 7}}],
    }
    (model,) = await listed(fake, endpoint, "llamacpp", payload)
    assert (model.name, model.context_window, model.size_bytes) == ("Gemma-3-270M", 2048, 7)


async def test_lmstudio_has_a_list_of_its_own(fake, endpoint):
    payload = {
        "models": [
            {
                "type": "llm",
                "key": "qwen3-8b",
                "display_name": "Qwen3 8B",
                "size_bytes": 5,
                "max_context_length": 40960,
                "capabilities": {"vision": False, "trained_for_tool_use": True},
            },
            {"type": "embedding", "key": "nomic"},
        ]
    }
    (model,) = await listed(fake, endpoint, "lmstudio", payload, "/api/v1/models")
    assert (model.ref.model_id, model.name, model.size_bytes) == ("qwen3-8b", "Qwen3 8B", 5)
    assert model.capabilities == {Capability.TOOLS}


async def test_lmstudio_of_an_older_version(fake, endpoint):
    fake.reply("/api/v1/models", Reply.json({"error": "Unexpected endpoint"}, 404))
    models = await listed(fake, endpoint, "lmstudio", {"data": [{"id": "qwen3-8b"}]}, "/v1/models")
    assert [request.path for request in fake.requests] == ["/api/v1/models", "/v1/models"]
    assert [model.name for model in models] == ["qwen3-8b"]


async def test_anthropic_in_pages(fake, endpoint):
    def page(name: str, more: bool) -> dict:
        able = {"image_input": {"supported": True}, "thinking": {"supported": True, "types": {}}}
        item = {"id": name, "display_name": name.title(), "max_input_tokens": 10, "max_tokens": 5, "capabilities": able}
        return {"data": [item], "has_more": more, "last_id": name}

    fake.reply("/v1/models", Reply.json(page("claude-a", True)), Reply.json(page("claude-b", False)))
    here = endpoint("anthropic")
    first, second = await providers.client(Dialect.ANTHROPIC, HTTP).list_models(here)
    assert fake.requests[-1].path == "/v1/models?limit=1000&after_id=claude-a"
    assert (first.name, second.ref.model_id, second.context_window, second.max_output) == (
        "Claude-A",
        "claude-b",
        10,
        5,
    )
    assert first.capabilities == {Capability.VISION, Capability.REASONING, Capability.TOOLS}


async def test_gemini_in_pages(fake, endpoint):
    def item(name: str, *methods: str) -> dict:
        return {
            "name": f"models/{name}",
            "displayName": name.title(),
            "inputTokenLimit": 10,
            "outputTokenLimit": 5,
            "supportedGenerationMethods": methods,
            "thinking": True,
        }

    fake.reply(
        "/models",
        Reply.json({"models": [item("gemini-a", "generateContent")], "nextPageToken": "t"}),
        Reply.json({"models": [item("gemini-b", "embedContent"), item("gemini-c-tts", "generateContent")]}),
    )
    (model,) = await providers.client(Dialect.GEMINI, HTTP).list_models(endpoint("gemini"))
    assert fake.requests[-1].path.endswith("/models?pageSize=1000&pageToken=t")
    assert (model.ref.model_id, model.name, model.context_window) == ("gemini-a", "Gemini-A", 10)
    assert Capability.REASONING in model.capabilities


async def test_ollama_asks_for_what_the_list_leaves_out(fake, endpoint):
    show = {"capabilities": ["completion", "vision", "thinking"], "model_info": {"gemma3.context_length": 32768}}
    fake.reply("/api/show", Reply.json(show), Reply.json({"capabilities": ["embedding"]}))
    payload = {"models": [{"name": "gemma3:4b", "model": "gemma3:4b", "size": 3_300_000_000}, {"model": "nomic"}]}
    (model,) = await listed(fake, endpoint, "ollama", payload, "/api/tags")
    assert model == Model(
        ModelRef("ollama", "gemma3:4b"),
        "gemma3:4b",
        context_window=32768,
        capabilities=frozenset({Capability.VISION, Capability.REASONING}),
        size_bytes=3_300_000_000,
    )


async def test_no_list_says_what_to_do(fake, endpoint):
    here = endpoint("tokenmix")
    with pytest.raises(BadAddress) as caught:
        await providers.client(CHAT, HTTP).list_models(here)
    assert "add models by their names" in caught.value.explanation


@pytest.mark.parametrize("dialect", [dialect for dialect in Dialect if dialect is not Dialect.TOUR])
async def test_errors_of_lists(fake, endpoint, dialect):
    here = endpoint("custom", dialect)
    client = providers.client(dialect, HTTP)
    fake.reply("/", Reply.json({"error": {"message": "no"}}, 401))
    with pytest.raises(KeyRejected):
        await client.list_models(here)
    fake.reply("/", Reply(b"<html>"))
    with pytest.raises(BadAnswer):
        await client.list_models(here)
    fake.reply("/", Reply(b"{"))
    with pytest.raises(BadAnswer):
        await client.list_models(here)


@pytest.mark.parametrize(
    "payload", [[], {}, {"data": None}, {"data": [1, None, {"id": 7}, {}]}, "x", {"data": {"id": 1}}]
)
async def test_lists_of_nothing(fake, endpoint, payload):
    assert await listed(fake, endpoint, "custom", payload) == []


@pytest.mark.parametrize(
    ("model_id", "reasons"),
    [
        ("gpt-6-sol", True), ("o3-mini", True), ("gpt-5-chat-latest", False), ("gpt-4o", False), ("deepseek-r1", True),
        ("Qwen3-8B", True), ("qwen2.5", False), ("kimi-k2-thinking", True), ("openai/gpt-oss-20b", True),
        ("mistral-large", False), ("sonar-reasoning-pro", True), ("llama-3.1-8b", False),
    ],
)  # fmt: skip
async def test_who_reasons_by_name_where_the_list_does_not_say(fake, endpoint, model_id, reasons):
    fake.reply("/models", Reply.json({"data": [{"id": model_id}]}))
    here = endpoint()
    (model,) = await providers.client(here.provider.dialect, HTTP).list_models(here)
    assert (Capability.REASONING in model.capabilities) is reasons
