"""Ollama's native protocol: one JSON object a line. Preferred to its OpenAI-like one, which cannot say as much."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from desktop.domain.errors import ProviderError
from desktop.domain.events import ProviderEvent
from desktop.domain.message import FinishReason
from desktop.domain.model import Capability, Dialect, Endpoint, Model, ModelRef
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.providers.gather import Gather
from desktop.providers.history import asked, text_turns
from desktop.providers.http import Call, HttpSettings, Question, converse
from desktop.providers.models import is_chat, no_list
from desktop.providers.usage import whole

_CAPABILITIES = {"vision": Capability.VISION, "tools": Capability.TOOLS, "thinking": Capability.REASONING}
_AT_ONCE = 8


class Ollama:
    """The `DialectClient` of Ollama."""

    def __init__(self, http: HttpSettings) -> None:
        self._http = http

    def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        return converse(
            lambda: Call(self._http, endpoint, Dialect.OLLAMA, request.model_id),
            lambda call, plain: _question(request, plain),
            _Reader,
            ndjson=True,
        )

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        call = Call(self._http, endpoint, Dialect.OLLAMA)
        try:
            tags = await call.get_json("/api/tags")
        except ProviderError as error:
            raise no_list(call, error) from error
        gate = asyncio.Semaphore(_AT_ONCE)
        details = await asyncio.gather(*(_detail(call, item, gate) for item in tags.get("models") or ()))
        return [
            _model(item, detail, endpoint.provider.id)
            for item, detail in zip(tags.get("models") or (), details, strict=True)
            if _chats(item, detail)
        ]


def _question(request: ChatRequest, plain: bool) -> Question:
    messages = [{"role": "system", "content": request.system}] if request.system else []
    messages += [{"role": role.value, "content": text} for role, text in text_turns(asked(request, prefill=True))]
    body: dict[str, Any] = {"model": request.model_id, "messages": messages, "stream": True}
    if not plain:
        body["truncate"] = False  # else the start of a long chat is left out without a word
    if request.max_output is not None:
        body["options"] = {"num_predict": request.max_output}
    return Question("/api/chat", body, extras=("truncate",))


class _Reader:
    def __init__(self, call: Call) -> None:
        self.out = Gather(think_tags=True)
        self.finish: FinishReason | None = None
        self.done = False
        self._call = call
        self._called = False

    def read(self, item: dict[str, Any]) -> None:
        message = item.get("message")
        if message:
            self.out.reasoning(message.get("thinking") or "")
            self.out.text(message.get("content") or "")
            self._called = self._called or bool(message.get("tool_calls"))
        if item.get("done"):
            self._end(item)

    def _end(self, item: dict[str, Any]) -> None:
        self.out.identify(item.get("model"), self._call.request_id)
        self.out.usage(
            Usage(
                input_tokens=whole(item.get("prompt_eval_count")) or 0,
                output_tokens=whole(item.get("eval_count")) or 0,
            )
        )
        if item.get("done_reason") == "length":
            self.finish = FinishReason.LENGTH
        else:
            self.finish = FinishReason.TOOL if self._called else FinishReason.END
        self.done = True


async def _detail(call: Call, item: dict[str, Any], gate: asyncio.Semaphore) -> dict[str, Any]:
    """What the list leaves out: capabilities (older versions) and the context window. Empty if it cannot be had."""
    async with gate:
        try:
            detail = await call.post_json("/api/show", {"model": _id(item)})
        except ProviderError:
            return {}
    return detail if isinstance(detail, dict) else {}


def _id(item: dict[str, Any]) -> str:
    return str(item.get("model") or item.get("name") or "")


def _chats(item: dict[str, Any], detail: dict[str, Any]) -> bool:
    able = item.get("capabilities") or detail.get("capabilities")
    return "completion" in able if able else is_chat(_id(item))


def _model(item: dict[str, Any], detail: dict[str, Any], provider_id: str) -> Model:
    able = set(item.get("capabilities") or ()) | set(detail.get("capabilities") or ())
    info = detail.get("model_info") or {}
    window = next((whole(value) for name, value in info.items() if name.endswith(".context_length")), None)
    return Model(
        ModelRef(provider_id, _id(item)),
        item.get("name") or _id(item),
        context_window=window,
        capabilities=frozenset(_CAPABILITIES[name] for name in able if name in _CAPABILITIES),
        size_bytes=whole(item.get("size")),
    )
