"""What is sent, to the letter."""

import json
from dataclasses import replace

import pytest

from desktop.domain.message import OpaquePart, ReasoningPart, Role, Status
from desktop.domain.model import Dialect, ModelRef
from desktop.providers.base import ChatRequest
from tests.helpers.fake_service import Reply
from tests.providers.conftest import ask, said

ENDS = {
    Dialect.OPENAI_CHAT: Reply.stream("openai_chat.sse"),
    Dialect.OPENAI_RESPONSES: Reply.stream("openai_responses.sse"),
    Dialect.ANTHROPIC: Reply.stream("anthropic.sse"),
    Dialect.GEMINI: Reply.stream("gemini.sse"),
    Dialect.OLLAMA: Reply.stream("ollama.ndjson"),
}


def history(model: ModelRef | None = None, *opaque: OpaquePart) -> list:
    """A conversation with everything in it that must be left out."""
    return [
        said(Role.USER, "One"),
        said(Role.ASSISTANT, "", status=Status.FAILED),
        said(Role.USER, "Two"),
        said(Role.ASSISTANT, ReasoningPart("hm"), "Three", *opaque, model=model),
        said(Role.USER, "  "),
        said(Role.ASSISTANT, "Four", status=Status.STOPPED),
        said(Role.USER, "Five"),
    ]


async def sent(fake, endpoint, request: ChatRequest) -> dict:
    fake.reply("/", ENDS[endpoint.provider.dialect])
    await ask(endpoint, request)
    return fake.requests[-1].json


async def test_chat_completions(fake, endpoint):
    request = ChatRequest("m", history(), system="Be brief", max_output=9, conversation_id="c1")
    assert await sent(fake, endpoint("deepseek"), request) == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief"},
            {"role": "user", "content": "One\n\nTwo"},
            {"role": "assistant", "content": "Three\n\nFour"},
            {"role": "user", "content": "Five"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 9,
    }


@pytest.mark.parametrize(
    ("service_id", "model_id", "extra"),
    [
        ("openai", "m", {"max_completion_tokens": 9, "stream_options": {"include_usage": True}}),
        ("mistral", "m", {"max_tokens": 9}),
        ("openrouter", "m", {"max_tokens": 9}),
        ("perplexity", "m", {"max_tokens": 9}),
        ("groq", "llama-4", {"max_completion_tokens": 9, "stream_options": {"include_usage": True}}),
        (
            "groq",
            "qwen/qwen3-32b",
            {"max_completion_tokens": 9, "stream_options": {"include_usage": True}, "reasoning_format": "parsed"},
        ),
    ],
)
async def test_quirks_of_chat_completions(fake, endpoint, service_id, model_id, extra):
    body = await sent(
        fake, endpoint(service_id, Dialect.OPENAI_CHAT), ChatRequest(model_id, [said(Role.USER, "x")], max_output=9)
    )
    del body["model"], body["messages"], body["stream"]
    assert body == extra


async def test_responses(fake, endpoint):
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}
    opaque = [
        OpaquePart("openai_responses", json.dumps({"type": "message", "phase": "final_answer"})),
        OpaquePart("openai_responses", json.dumps(reasoning)),
        OpaquePart("anthropic", json.dumps({"type": "thinking", "signature": "x"})),
    ]
    request = ChatRequest(
        "gpt-6.1-sol",
        history(ModelRef("openai", "gpt-6.1-sol"), *opaque),
        system="Be brief",
        max_output=9,
        conversation_id="c1",
    )

    def message(role: str, kind: str, text: str, **more) -> dict:
        content = {"type": kind, "text": text} | ({"annotations": []} if kind == "output_text" else {})
        return {"type": "message", "role": role, "content": [content]} | more

    assert await sent(fake, endpoint("openai"), request) == {
        "model": "gpt-6.1-sol",
        "input": [
            message("user", "input_text", "One\n\nTwo"),
            message("assistant", "output_text", "Three", phase="final_answer"),
            reasoning,
            message("assistant", "output_text", "Four"),
            message("user", "input_text", "Five"),
        ],
        "stream": True,
        "store": False,
        "instructions": "Be brief",
        "max_output_tokens": 9,
        "reasoning": {"summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "c1",
    }


@pytest.mark.parametrize(
    ("model_id", "summary"),
    [
        ("gpt-6.1-sol", True),
        ("gpt-5", True),
        ("o4-mini", True),
        ("openai/gpt-5.6", True),
        ("gpt-5-chat-latest", False),
        ("gpt-4.1", False),
        ("grok-4.7", False),
        ("gpt-oss-20b", False),
        ("m", False),
    ],
)
async def test_a_summary_is_asked_of_models_that_reason(fake, endpoint, model_id, summary):
    body = await sent(fake, endpoint("openai"), ChatRequest(model_id, [said(Role.USER, "x")]))
    assert ("reasoning" in body) is summary


async def test_a_summary_refused_is_left_out(fake, endpoint):
    refusal = {"error": {"message": "Your organization must be verified", "param": "reasoning.summary", "code": "x"}}
    fake.reply("/responses", Reply.json(refusal, 400), Reply.stream("openai_responses.sse"))
    await ask(endpoint("openai"), ChatRequest("gpt-5", [said(Role.USER, "x")]))
    assert ["reasoning" in request.json for request in fake.requests] == [True, False]


async def test_opaque_parts_of_another_model_stay_here(fake, endpoint):
    opaque = OpaquePart("openai_responses", json.dumps({"type": "reasoning", "encrypted_content": "gAAAA"}))
    for model in (ModelRef("azure", "m"), ModelRef("openai", "other"), None):
        body = await sent(fake, endpoint("openai"), ChatRequest("m", history(model, opaque)))
        assert "gAAAA" not in json.dumps(body)


async def test_messages(fake, endpoint):
    opaque = OpaquePart("anthropic", json.dumps({"type": "thinking", "signature": "EqQB"}))
    request = ChatRequest(
        "claude-opus-5-5", history(ModelRef("anthropic", "claude-opus-5-5"), opaque), system="Be brief"
    )
    assert await sent(fake, endpoint("anthropic"), request) == {
        "model": "claude-opus-5-5",
        "max_tokens": 64_000,
        "messages": [
            {"role": "user", "content": "One\n\nTwo"},
            {"role": "assistant", "content": "Three\n\nFour"},
            {"role": "user", "content": "Five"},
        ],
        "stream": True,
        "system": "Be brief",
        "thinking": {"type": "adaptive", "display": "summarized"},
    }


@pytest.mark.parametrize(
    ("model_id", "thinks", "max_tokens"),
    [
        ("claude-sonnet-5", True, 64_000),
        ("claude-haiku-5-5", True, 64_000),
        ("claude-fable-5-2", True, 64_000),
        ("anthropic/claude-opus-5.5", True, 64_000),
        ("claude-opus-4-8", False, 64_000),
        ("claude-opus-4-1-20250805", False, 32_000),
        ("claude-sonnet-4-20250514", False, 32_000),
        ("claude-3-haiku-20240307", False, 4096),
        ("gemma", False, 16_000),
    ],
)
async def test_thinking_and_length_by_model(fake, endpoint, model_id, thinks, max_tokens):
    body = await sent(fake, endpoint("anthropic"), ChatRequest(model_id, [said(Role.USER, "x")]))
    assert ("thinking" in body, body["max_tokens"]) == (thinks, max_tokens)


async def test_generate_content(fake, endpoint):
    opaque = OpaquePart("gemini", json.dumps({"thoughtSignature": "CpcB", "length": 2}))
    request = ChatRequest(
        "gemini-3.8-flash",
        history(ModelRef("gemini", "gemini-3.8-flash"), opaque),
        system="Be brief",
        max_output=9,
    )
    assert await sent(fake, endpoint("gemini"), request) == {
        "contents": [
            {"role": "user", "parts": [{"text": "One"}, {"text": "Two"}]},
            {
                "role": "model",
                "parts": [{"text": "Thr"}, {"text": "ee", "thoughtSignature": "CpcB"}, {"text": "Four"}],
            },
            {"role": "user", "parts": [{"text": "Five"}]},
        ],
        "systemInstruction": {"parts": [{"text": "Be brief"}]},
        "generationConfig": {"maxOutputTokens": 9, "thinkingConfig": {"includeThoughts": True}},
    }


@pytest.mark.parametrize(
    ("model_id", "asked"),
    [
        ("gemini-2.5-pro", True),
        ("gemini-4-argon", True),
        ("gemini-flash-latest", True),
        ("gemini-2.0-flash", False),
        ("gemini-2.5-flash-image", False),
        ("gemma-4-27b", False),
    ],
)
async def test_thoughts_are_asked_of_models_that_have_them(fake, endpoint, model_id, asked):
    body = await sent(fake, endpoint("gemini"), ChatRequest(model_id, [said(Role.USER, "x")]))
    assert ("thinkingConfig" in body.get("generationConfig", {})) is asked


async def test_a_signature_refused_is_left_out(fake, endpoint):
    refusal = {"error": {"code": 400, "message": "Corrupted thought signature.", "status": "INVALID_ARGUMENT"}}
    fake.reply("/", Reply.json(refusal, 400), Reply.stream("gemini.sse"))
    opaque = OpaquePart("gemini", json.dumps({"thoughtSignature": "CpcB", "length": 5}))
    await ask(endpoint("gemini"), ChatRequest("m", history(ModelRef("gemini", "m"), opaque)))
    assert ["CpcB" in json.dumps(request.json) for request in fake.requests] == [True, False]


async def test_ollama(fake, endpoint):
    request = ChatRequest("qwen3:8b", history(), system="Be brief", max_output=9)
    assert await sent(fake, endpoint("ollama"), request) == {
        "model": "qwen3:8b",
        "messages": [
            {"role": "system", "content": "Be brief"},
            {"role": "user", "content": "One\n\nTwo"},
            {"role": "assistant", "content": "Three\n\nFour"},
            {"role": "user", "content": "Five"},
        ],
        "stream": True,
        "truncate": False,
        "options": {"num_predict": 9},
    }


@pytest.mark.parametrize("dialect", ENDS)
async def test_a_reply_can_be_sent_back(fake, endpoint, dialect):
    """What a stream left behind goes into the next request of the same model without a fault."""
    from desktop.domain.reply import Reply as Growing

    here = endpoint("custom", dialect)
    fake.reply("/", ENDS[dialect])
    first = ChatRequest("m", [said(Role.USER, "x")])
    reply = Growing(0)
    for event in await ask(here, first):
        reply.apply(event, 1)
    answer = said(Role.ASSISTANT, *reply.parts, model=ModelRef(here.provider.id, "m"))
    await ask(here, replace(first, messages=[*first.messages, answer, said(Role.USER, "y")]))
    body = json.dumps(fake.requests[-1].json, ensure_ascii=False)
    assert "Grüße, 世" in body
    assert "Let me count." not in body or dialect is Dialect.OPENAI_RESPONSES  # there, inside the encrypted item
    assert ("gAAAA-opaque" in body) is (dialect is Dialect.OPENAI_RESPONSES)
    assert ("CpcB" in body) is (dialect is Dialect.GEMINI)


async def test_half_a_surrogate_pair_can_be_pasted(fake, endpoint):
    body = await sent(fake, endpoint(), ChatRequest("m", [said(Role.USER, "a\ud83d ü")]))
    assert body["messages"][-1]["content"] == "a? ü"


GO_ON = {"role": "user", "content": "Continue exactly where you stopped, without repeating anything."}
CUT = {"role": "assistant", "content": "It is"}


@pytest.mark.parametrize(
    ("service_id", "model_id", "path", "ending"),
    [
        ("mistral", "m", "/chat/completions", [CUT | {"prefix": True}]),
        ("deepseek", "m", "/beta/chat/completions", [CUT | {"prefix": True}]),
        ("openrouter", "m", "/chat/completions", [CUT]),
        ("llamacpp", "m", "/chat/completions", [CUT]),
        ("groq", "m", "/chat/completions", [CUT, GO_ON]),
        ("ollama", "m", "/api/chat", [CUT]),
        ("anthropic", "claude-3-7-sonnet-20250219", "/v1/messages", [CUT]),
        ("anthropic", "claude-sonnet-4-20250514", "/v1/messages", [CUT]),
        ("anthropic", "claude-opus-4-5-20251101", "/v1/messages", [CUT]),
        ("anthropic", "claude-sonnet-4-6", "/v1/messages", [CUT]),
        ("anthropic", "claude-opus-4-7", "/v1/messages", [CUT, GO_ON]),
        ("anthropic", "claude-opus-4-10", "/v1/messages", [CUT, GO_ON]),
        ("anthropic", "claude-sonnet-5-5", "/v1/messages", [CUT, GO_ON]),
    ],
)
async def test_a_reply_goes_on(fake, endpoint, service_id, model_id, path, ending):
    """From its own last words where the service can, else the model is asked to."""
    messages = [said(Role.USER, "Why?"), said(Role.ASSISTANT, "It is", status=Status.STREAMING)]
    body = await sent(fake, endpoint(service_id), ChatRequest(model_id, messages))
    assert body["messages"] == [{"role": "user", "content": "Why?"}, *ending]
    assert fake.requests[-1].path.endswith(path)


@pytest.mark.parametrize("service_id", ["openai", "gemini"])
async def test_a_reply_goes_on_elsewhere(fake, endpoint, service_id):
    messages = [said(Role.USER, "Why?"), said(Role.ASSISTANT, "It is", status=Status.STREAMING)]
    body = await sent(fake, endpoint(service_id), ChatRequest("m", messages))
    turns = body.get("input") or body["contents"]
    assert [turn["role"] for turn in turns] == ["user", "assistant" if service_id == "openai" else "model", "user"]
    assert GO_ON["content"] in json.dumps(turns[-1])


async def test_text_that_ends_in_white_space_is_not_prefilled(fake, endpoint):
    messages = [said(Role.USER, "Why?"), said(Role.ASSISTANT, "It is\n\n", status=Status.STREAMING)]
    body = await sent(fake, endpoint("anthropic"), ChatRequest("claude-3-haiku", messages))
    assert body["messages"][-1] == GO_ON


async def test_a_service_that_refuses_to_prefill_is_asked(fake, endpoint):
    refusal = Reply.json(
        {"error": {"message": "Assistant response prefill is incompatible with enable_thinking."}}, 400
    )
    fake.reply("/", refusal, ENDS[Dialect.OPENAI_CHAT])
    messages = [said(Role.USER, "Why?"), said(Role.ASSISTANT, "It is", status=Status.STREAMING)]
    await ask(endpoint("llamacpp"), ChatRequest("m", messages))
    assert [request.json["messages"][-1] for request in fake.requests] == [CUT, GO_ON]
