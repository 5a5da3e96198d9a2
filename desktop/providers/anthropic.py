"""Messages: Anthropic's protocol, which several servers speak too. Content comes in blocks, told apart by type."""

import json
import re
from collections.abc import AsyncGenerator
from typing import Any

from desktop.domain.errors import ProviderError
from desktop.domain.events import ProviderEvent
from desktop.domain.message import FinishReason
from desktop.domain.model import Capability, Dialect, Endpoint, Model, ModelRef
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.providers.gather import Gather
from desktop.providers.history import asked, goes_on, text_turns
from desktop.providers.http import Call, HttpSettings, Question, converse
from desktop.providers.models import no_list, openai_models
from desktop.providers.usage import reported_cost, whole

_KIND = Dialect.ANTHROPIC.value
_FINISH = {
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL,
    "refusal": FinishReason.FILTERED,
}
# Models that think unless told not to, and show a summary of it only when asked.
_THINKS = re.compile(r"claude-(?:opus|sonnet|haiku|fable|mythos)-(?:[5-9]|[1-9]\d)(?:[-.]|$)", re.I)
# Models that go on from the assistant's words at the end of the conversation; later ones refuse.
_PREFILLS = re.compile(r"claude-(?:2|3|(?:opus|sonnet|haiku)-4(?:[-.][0-6])?(?=$|[^-.\d]|[-.]\d{8}|[-.]\D))", re.I)
# `max_tokens` is demanded, holds the thinking too, and must not exceed what the model can write.
_MAX_TOKENS = (
    (re.compile(r"claude-3-(?:opus|sonnet|haiku)", re.I), 4096),
    (re.compile(r"claude-3", re.I), 8192),
    (re.compile(r"claude-(?:opus|sonnet)-4(?:-[01])?(?:-\d{8}|$)", re.I), 32_000),
    (re.compile(r"claude", re.I), 64_000),
)
_MAX_TOKENS_ELSE = 16_000


class Anthropic:
    """The `DialectClient` of Messages. Thinking of finished turns is not sent back: it binds to what came before."""

    def __init__(self, http: HttpSettings) -> None:
        self._http = http

    def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        return converse(
            lambda: Call(self._http, endpoint, Dialect.ANTHROPIC, request.model_id),
            lambda call, plain: _question(request, plain),
            _Reader,
        )

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        call = Call(self._http, endpoint, Dialect.ANTHROPIC)
        if call.service.auth_header != "x-api-key":  # not Anthropic itself: their lists are OpenAI's, under /v1
            call.base += "/v1"
            return await openai_models(call)
        models: list[Model] = []
        after = ""
        while True:
            try:
                page = await call.get_json(f"/v1/models?limit=1000{after}")
            except ProviderError as error:
                raise no_list(call, error) from error
            models += [_model(item, endpoint.provider.id) for item in page.get("data") or ()]
            if not page.get("has_more") or not page.get("last_id"):
                return models
            after = f"&after_id={page['last_id']}"


def _question(request: ChatRequest, plain: bool) -> Question:
    max_tokens = next((n for pattern, n in _MAX_TOKENS if pattern.search(request.model_id)), _MAX_TOKENS_ELSE)
    prefill = not plain and _can_prefill(request)
    body: dict[str, Any] = {
        "model": request.model_id,
        "max_tokens": request.max_output or max_tokens,
        "messages": [
            {"role": role.value, "content": text} for role, text in text_turns(asked(request, prefill=prefill))
        ],
        "stream": True,
    }
    if request.system:
        body["system"] = request.system
    thinks = not plain and _THINKS.search(request.model_id) is not None
    if thinks:
        body["thinking"] = {"type": "adaptive", "display": "summarized"}
    extras = ("thinking", "adaptive", "display") if thinks else ("prefill",) if prefill else ()
    return Question("/v1/messages", body, extras=extras)


def _can_prefill(request: ChatRequest) -> bool:
    """Text that ends in white space is refused."""
    text = request.messages[-1].text if goes_on(request) else ""
    return bool(text) and text == text.rstrip() and _PREFILLS.search(request.model_id) is not None


class _Reader:
    def __init__(self, call: Call) -> None:
        self.out = Gather()
        self.finish: FinishReason | None = None
        self.done = False
        self._call = call
        self._usage: dict[str, Any] = {}
        self._signature = ""

    def read(self, item: dict[str, Any]) -> None:
        match item.get("type"):
            case "content_block_delta":
                self._delta(item["delta"])
            case "content_block_start":
                self._block(item["content_block"])
            case "content_block_stop":
                self._keep_signature()
            case "message_start":
                message = item["message"]
                self.out.identify(message.get("model"), self._call.request_id or message.get("id"))
                self._count(message.get("usage"))
            case "message_delta":
                self._count(item.get("usage"))
                self._end(item["delta"].get("stop_reason"))
            case "message_stop":
                self.done = True
            case "message":  # a server that did not stream
                self.out.identify(item.get("model"), self._call.request_id or item.get("id"))
                for block in item["content"]:
                    self._block(block)
                    self._keep_signature()
                self._count(item.get("usage"))
                self._end(item.get("stop_reason"))

    def _delta(self, delta: dict[str, Any]) -> None:
        match delta.get("type"):
            case "text_delta":
                self.out.text(delta["text"])
            case "thinking_delta":
                self.out.reasoning(delta["thinking"])
            case "signature_delta":
                self._signature += delta["signature"]

    def _block(self, block: dict[str, Any]) -> None:
        match block.get("type"):
            case "text":
                self.out.text(block.get("text") or "")
            case "thinking":
                self.out.reasoning(block.get("thinking") or "")
                self._signature = block.get("signature") or ""
            case "redacted_thinking":
                self.out.opaque(_KIND, json.dumps({"type": "redacted_thinking", "data": block.get("data")}))

    def _keep_signature(self) -> None:
        """It belongs to the reasoning before it."""
        if self._signature:
            self.out.opaque(_KIND, json.dumps({"type": "thinking", "signature": self._signature}))
            self._signature = ""

    def _count(self, usage: dict[str, Any] | None) -> None:
        """Counts are cumulative and come in parts; what is left out or null stays."""
        self._usage |= {name: value for name, value in (usage or {}).items() if value is not None}
        read = whole(self._usage.get("cache_read_input_tokens")) or 0
        writes = self._usage.get("cache_creation") or {}
        long = whole(writes.get("ephemeral_1h_input_tokens")) or 0
        apart = long + (whole(writes.get("ephemeral_5m_input_tokens")) or 0)
        write = max(apart, whole(self._usage.get("cache_creation_input_tokens")) or 0)
        details = self._usage.get("output_tokens_details") or {}
        self.out.usage(
            Usage(
                input_tokens=(whole(self._usage.get("input_tokens")) or 0) + read + write,
                output_tokens=whole(self._usage.get("output_tokens")) or 0,
                cache_read_tokens=read,
                cache_write_tokens=write,
                reasoning_tokens=whole(details.get("thinking_tokens")) or 0,
                cost=reported_cost(self._usage),
                cache_write_long_tokens=long,
            )
        )

    def _end(self, reason: str | None) -> None:
        if reason:
            self.finish = _FINISH.get(reason, FinishReason.END)


def _model(item: dict[str, Any], provider_id: str) -> Model:
    able = item.get("capabilities") or {}
    marks = {
        Capability.VISION: "image_input",
        Capability.REASONING: "thinking",
        Capability.JSON: "structured_outputs",
    }
    return Model(
        ModelRef(provider_id, item["id"]),
        item.get("display_name") or item["id"],
        context_window=whole(item.get("max_input_tokens")),
        max_output=whole(item.get("max_tokens")),
        capabilities=frozenset(
            {Capability.TOOLS} | {mark for mark, name in marks.items() if (able.get(name) or {}).get("supported")}
        ),
    )
