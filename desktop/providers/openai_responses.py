"""Responses: the newer protocol of OpenAI, also of xAI, Azure and others. Events are told apart by `type` in the JSON;
names, indexes and sequence numbers are optional, because some servers leave them out.
"""

import json
import re
from collections.abc import AsyncGenerator
from typing import Any

from desktop.domain.events import ProviderEvent
from desktop.domain.message import FinishReason, Message, OpaquePart, Role, TextPart
from desktop.domain.model import Dialect, Endpoint, Model
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.providers.gather import Gather
from desktop.providers.history import asked, is_own, turns
from desktop.providers.http import Call, HttpSettings, Question, converse
from desktop.providers.models import openai_models
from desktop.providers.usage import reported_cost, whole

_KIND = Dialect.OPENAI_RESPONSES.value
# Of OpenAI's models, those that reason; they give a summary of it only when asked.
_REASONS = re.compile(r"(?:^|/)(?:gpt-[5-9]|gpt-\d\d|o[1-9])(?!.*chat)", re.I)


class OpenAIResponses:
    """The `DialectClient` of Responses. Nothing is stored at the provider; the whole history is sent each time."""

    def __init__(self, http: HttpSettings) -> None:
        self._http = http

    def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        return converse(
            lambda: Call(self._http, endpoint, Dialect.OPENAI_RESPONSES, request.model_id),
            lambda call, plain: _question(call, request, plain),
            _Reader,
        )

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        return await openai_models(Call(self._http, endpoint, Dialect.OPENAI_RESPONSES))


def _question(call: Call, request: ChatRequest, plain: bool) -> Question:
    quirks = call.service.quirks
    items: list[dict[str, Any]] = []
    for role, group in turns(asked(request)):
        if role is Role.USER:
            text = "\n\n".join(message.text for message in group)
            items.append({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})
            continue
        for message in group:
            echo = not plain and is_own(message, call.endpoint.provider.id, request)
            items += _reply_items(message, echo)
    body: dict[str, Any] = {"model": request.model_id, "input": items, "stream": True, "store": False}
    if request.system:
        body["instructions"] = request.system
    if request.max_output is not None:
        body["max_output_tokens"] = request.max_output
    extras: dict[str, Any] = {}
    if not plain:
        if _REASONS.search(request.model_id):
            extras["reasoning"] = {"summary": "auto"}
        if quirks.encrypted_reasoning:
            extras["include"] = ["reasoning.encrypted_content"]
        if quirks.cache_key and request.conversation_id:
            extras["prompt_cache_key"] = request.conversation_id
    return Question("/responses", body | extras, extras=(*extras, "encrypted", "reasoning item", "phase"))


def _reply_items(message: Message, echo: bool) -> list[dict[str, Any]]:
    """A former reply; with `echo`, its encrypted reasoning and phases in their places."""
    items: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, TextPart) and part.text:
            content = [{"type": "output_text", "text": part.text, "annotations": []}]
            items.append({"type": "message", "role": "assistant", "content": content})
        elif isinstance(part, OpaquePart) and echo and part.kind == _KIND:
            item = json.loads(part.data)
            if item["type"] == "reasoning":
                items.append(item)
            elif items and items[-1]["type"] == "message":
                items[-1]["phase"] = item["phase"]
    return items


class _Reader:
    def __init__(self, call: Call) -> None:
        self.out = Gather(think_tags=True)
        self.finish: FinishReason | None = None
        self.done = False
        self._call = call
        self._refused = False
        self._called = False
        self._summaries = 0

    def read(self, item: dict[str, Any]) -> None:
        match item.get("type"):
            case "response.output_text.delta":
                self.out.text(item["delta"])
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                self.out.reasoning(item["delta"])
            case "response.reasoning_summary_part.added":
                self._summaries += 1
                if self._summaries > 1:
                    self.out.reasoning("\n\n")
            case "response.refusal.delta":
                self._refused = True
                self.out.text(item["delta"])
            case "response.output_item.done":
                self._item_done(item["item"])
            case "response.created":
                self._identify(item.get("response") or {})
            case "response.completed" | "response.incomplete":
                self._end(item["response"])
            case "response.failed" | "response.cancelled":
                response = item.get("response") or {}
                self._count(response)
                raise self._call.error(response if response.get("error") else {"error": {"type": "server_error"}})
            case None if item.get("object") == "response":  # a server that did not stream
                for whole_item in item.get("output") or ():
                    self._item_done(whole_item)
                self._end(item)

    def _item_done(self, item: dict[str, Any]) -> None:
        kind = item.get("type")
        if kind == "reasoning" and item.get("encrypted_content"):
            kept = {name: item[name] for name in ("type", "id", "summary", "encrypted_content") if name in item}
            self.out.opaque(_KIND, json.dumps({"summary": []} | kept))
        elif kind == "message" and item.get("phase"):
            self.out.opaque(_KIND, json.dumps({"type": "message", "phase": item["phase"]}))
        elif kind == "function_call":
            self._called = True

    def _end(self, response: dict[str, Any]) -> None:
        if not self.out.any_text:
            self._read_whole(response)
        self._count(response)
        reason = (response.get("incomplete_details") or {}).get("reason")
        if reason == "content_filter" or self._refused:
            self.finish = FinishReason.FILTERED
        elif reason in ("max_output_tokens", "max_tokens"):
            self.finish = FinishReason.LENGTH
        else:
            self.finish = FinishReason.TOOL if self._called else FinishReason.END
        self.done = True

    def _count(self, response: dict[str, Any]) -> None:
        self._identify(response)
        usage = response.get("usage")
        if usage:
            self.out.usage(_usage(usage))

    def _identify(self, response: dict[str, Any]) -> None:
        self.out.identify(response.get("model"), self._call.request_id or response.get("id"))

    def _read_whole(self, response: dict[str, Any]) -> None:
        """The text of a reply whose deltas never came."""
        for item in response.get("output") or ():
            if item.get("type") == "message":
                for content in item.get("content") or ():
                    self._refused = self._refused or content.get("type") == "refusal"
                    self.out.text(content.get("text") or content.get("refusal") or "")


def _usage(usage: dict[str, Any]) -> Usage:
    """Caches and reasoning are inside the totals. Of what is written to the cache, 12 hours are long."""
    read = usage.get("input_tokens_details") or {}
    kept = read.get("cache_write_tokens_details") or {}
    written = usage.get("output_tokens_details") or {}
    write = whole(read.get("cache_write_tokens")) or 0
    return Usage(
        input_tokens=whole(usage.get("input_tokens")) or 0,
        output_tokens=whole(usage.get("output_tokens")) or 0,
        cache_read_tokens=whole(read.get("cached_tokens")) or 0,
        cache_write_tokens=write,
        reasoning_tokens=whole(written.get("reasoning_tokens")) or 0,
        cost=reported_cost(usage),
        cache_write_long_tokens=min(write, whole(kept.get("ttl_12h_tokens")) or 0),
    )
