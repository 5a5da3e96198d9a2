"""Chat Completions: the dialect that most services and servers speak. Deltas come in `choices[0].delta`."""

from collections.abc import AsyncGenerator
from typing import Any

from desktop.domain.events import ProviderEvent
from desktop.domain.message import FinishReason
from desktop.domain.model import Dialect, Endpoint, Model
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.providers.gather import Gather
from desktop.providers.history import asked, goes_on, text_turns
from desktop.providers.http import Call, HttpSettings, Question, converse
from desktop.providers.models import openai_models
from desktop.providers.registry import Prefill, Quirks
from desktop.providers.usage import reported_cost, whole

_FINISH = {
    "length": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL,
    "function_call": FinishReason.TOOL,
    "content_filter": FinishReason.FILTERED,
    "sensitive": FinishReason.FILTERED,
}
_FAILED = ("error", "insufficient_system_resource", "network_error")


class OpenAIChat:
    """The `DialectClient` of Chat Completions."""

    def __init__(self, http: HttpSettings) -> None:
        self._http = http

    def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        return converse(
            lambda: Call(self._http, endpoint, Dialect.OPENAI_CHAT, request.model_id),
            lambda call, plain: _question(call.service.quirks, request, plain),
            _Reader,
        )

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        return await openai_models(Call(self._http, endpoint, Dialect.OPENAI_CHAT))


def _question(quirks: Quirks, request: ChatRequest, plain: bool) -> Question:
    prefill = not plain and goes_on(request) and quirks.prefill is not Prefill.NO
    messages: list[dict[str, Any]] = [{"role": "system", "content": request.system}] if request.system else []
    messages += [{"role": role.value, "content": text} for role, text in text_turns(asked(request, prefill=prefill))]
    if prefill and quirks.prefill is Prefill.MARKED:
        messages[-1]["prefix"] = True
    body: dict[str, Any] = {"model": request.model_id, "messages": messages, "stream": True}
    if request.max_output is not None:
        body[quirks.max_tokens_field] = request.max_output
    extras: dict[str, Any] = {}
    if not plain:
        if quirks.stream_options:
            extras["stream_options"] = {"include_usage": True}
        if any(name in request.model_id.lower() for name in quirks.extra_body_models):
            extras |= dict(quirks.extra_body)
    path = quirks.prefill_path if prefill else "/chat/completions"
    return Question(path, body | extras, extras=(*extras, *(("prefill", "prefix", "assistant") if prefill else ())))


class _Reader:
    def __init__(self, call: Call) -> None:
        self.out = Gather(think_tags=True)
        self.finish: FinishReason | None = None
        self.done = False  # set at [DONE]: the usage comes after the finish reason
        self._call = call
        self._refused = False
        self._known = False

    def read(self, item: dict[str, Any]) -> None:
        if not self._known:
            self._known = self.out.identify(item.get("model"), self._call.request_id or item.get("id"))
        self._count(item)  # first: the choice may say that the reply failed
        choices = item.get("choices")
        if choices:
            choice = choices[0]
            delta = choice.get("delta") or choice.get("message")  # `message` where a server did not stream
            if delta:
                self._read_delta(delta)
            reason = choice.get("finish_reason")
            if reason:
                self._end(reason, item)

    def _count(self, item: dict[str, Any]) -> None:
        usage = item.get("usage")
        if usage is None and "x_groq" in item:
            groq = item["x_groq"]
            if groq.get("error"):
                raise self._call.error(groq)
            usage = groq.get("usage")
        if usage:
            self.out.usage(_usage(usage, self._call.service.quirks))

    def _read_delta(self, delta: dict[str, Any]) -> None:
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if thought:
            self.out.reasoning(thought)
        elif "reasoning_details" in delta or "content_blocks" in delta:
            self._read_details(delta)
        content = delta.get("content")
        if content:
            if isinstance(content, str):
                self.out.text(content)
            else:
                self._read_chunks(content)
        refusal = delta.get("refusal")
        if refusal:
            self._refused = True
            self.out.text(refusal)

    def _read_details(self, delta: dict[str, Any]) -> None:
        """OpenRouter's details, where it sends no plain text beside them, and Portkey's blocks."""
        for detail in delta.get("reasoning_details") or ():
            self.out.reasoning(detail.get("text") or detail.get("summary") or "")
        for block in delta.get("content_blocks") or ():
            self.out.reasoning((block.get("delta") or block).get("thinking") or "")

    def _read_chunks(self, chunks: list[dict[str, Any]]) -> None:
        """Mistral's content, as a list of typed chunks."""
        for chunk in chunks:
            if chunk.get("type") == "text":
                self.out.text(chunk["text"])
            elif chunk.get("type") == "thinking":
                thinking = chunk["thinking"]
                for part in [{"text": thinking}] if isinstance(thinking, str) else thinking:
                    self.out.reasoning(part.get("text") or "")

    def _end(self, reason: str, item: dict[str, Any]) -> None:
        if reason in _FAILED:
            raise self._call.error({"error": {"type": "server_error", "message": reason}} | item)
        self.finish = FinishReason.FILTERED if self._refused else _FINISH.get(reason, FinishReason.END)


def _usage(usage: dict[str, Any], quirks: Quirks) -> Usage:
    """`completion_tokens` with the reasoning inside, but where the service counts it apart."""
    prompt = usage.get("prompt_tokens_details") or {}
    completion = usage.get("completion_tokens_details") or {}
    reasoning = whole(completion.get("reasoning_tokens")) or whole(usage.get("reasoning_tokens")) or 0
    written = whole(usage.get("completion_tokens")) or 0
    for name in quirks.reasoning_apart:
        outer, _dot, inner = name.rpartition(".")
        written += whole((usage.get(outer) or {} if outer else usage).get(inner)) or 0
    read = whole(usage.get("prompt_tokens")) or 0
    if quirks.whole_reply_usage:
        read = whole(usage.get("input_tokens")) or read
        written = whole(usage.get("output_tokens")) or written
    return Usage(
        input_tokens=read,
        output_tokens=written,
        cache_read_tokens=whole(prompt.get("cached_tokens")) or whole(usage.get("prompt_cache_hit_tokens")) or 0,
        cache_write_tokens=whole(prompt.get("cache_write_tokens")) or 0,
        reasoning_tokens=reasoning,
        cost=reported_cost(usage),
    )
