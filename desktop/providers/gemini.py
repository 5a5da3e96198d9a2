"""Google's generateContent, of the Gemini API, Vertex express keys and LiteLLM. Each event is a whole response object
that holds the new parts; nothing marks the end but the finish reason.
"""

import json
import re
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import quote

from desktop.domain.errors import ProviderError
from desktop.domain.events import ProviderEvent
from desktop.domain.message import FinishReason, Message, OpaquePart, Role, TextPart
from desktop.domain.model import Capability, Dialect, Endpoint, Model, ModelRef
from desktop.domain.usage import Usage
from desktop.providers import errors
from desktop.providers.base import ChatRequest
from desktop.providers.gather import Gather
from desktop.providers.history import asked, is_own, turns
from desktop.providers.http import Call, HttpSettings, Question, converse
from desktop.providers.models import is_chat, no_list
from desktop.providers.registry import Listing
from desktop.providers.usage import whole

_KIND = Dialect.GEMINI.value
_FILTERED = ("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "LANGUAGE", "MODEL_ARMOR")
_FAILED = ("MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE", "OTHER")
_TOOL = ("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS")


class Gemini:
    """The `DialectClient` of generateContent."""

    def __init__(self, http: HttpSettings) -> None:
        self._http = http

    def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        return converse(
            lambda: Call(self._http, endpoint, Dialect.GEMINI, request.model_id),
            lambda call, plain: _question(call, request, plain),
            _Reader,
        )

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        call = Call(self._http, endpoint, Dialect.GEMINI)
        quirks = call.service.quirks
        if quirks.listing is Listing.SHIPPED:
            return [Model(ModelRef(endpoint.provider.id, name), name) for name in quirks.known_models]
        models: list[Model] = []
        token = ""
        while True:
            try:
                page = await call.get_json(f"/models?pageSize=1000{token}")
            except ProviderError as error:
                raise no_list(call, error) from error
            items = page.get("models") or page.get("data") or ()
            models += [_model(item, endpoint.provider.id) for item in items if _chats(item)]
            if not page.get("nextPageToken"):
                return models
            token = f"&pageToken={page['nextPageToken']}"


def _question(call: Call, request: ChatRequest, plain: bool) -> Question:
    contents = []
    for role, group in turns(asked(request)):
        parts: list[dict[str, Any]] = []
        for message in group:
            echo = not plain and is_own(message, call.endpoint.provider.id, request)
            parts += _parts(message, echo)
        contents.append({"role": "user" if role is Role.USER else "model", "parts": parts})
    body: dict[str, Any] = {"contents": contents}
    if request.system:
        body["systemInstruction"] = {"parts": [{"text": request.system}]}
    config: dict[str, Any] = {}
    if request.max_output is not None:
        config["maxOutputTokens"] = request.max_output
    if not plain and _shows_thoughts(request.model_id):
        config["thinkingConfig"] = {"includeThoughts": True}
    if config:
        body["generationConfig"] = config
    name = quote(request.model_id.removeprefix("models/"), safe="/:@")
    return Question(f"/models/{name}:streamGenerateContent?alt=sse", body, extras=("thinking", "thought"))


def _shows_thoughts(model_id: str) -> bool:
    """Gemini 2.5 and later; others refuse to be asked."""
    name = model_id.lower().rpartition("/")[2]
    if not is_chat(name):
        return False
    version = re.match(r"gemini-(?:(\d+)(?:\.(\d+))?|\w+(?:-\w+)*-latest)", name)
    if version is None:
        return False
    return version[1] is None or (int(version[1]), int(version[2] or 0)) >= (2, 5)


def _parts(message: Message, echo: bool) -> list[dict[str, Any]]:
    """The text of a message; with `echo`, the thought signatures on the very text they came with."""
    parts: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, TextPart) and part.text:
            parts.append({"text": part.text})
        elif isinstance(part, OpaquePart) and echo and part.kind == _KIND:
            kept = json.loads(part.data)
            before = parts.pop()["text"] if parts and "thoughtSignature" not in parts[-1] else ""
            at = max(0, len(before) - kept["length"])
            if before[:at]:
                parts.append({"text": before[:at]})
            parts.append({"text": before[at:], "thoughtSignature": kept["thoughtSignature"]})
    return parts


class _Reader:
    def __init__(self, call: Call) -> None:
        self.out = Gather()
        self.finish: FinishReason | None = None
        self.done = False  # never: the connection closes after the finish reason, and usage may follow it
        self._call = call
        self._called = False

    def read(self, item: dict[str, Any]) -> None:
        if "modelVersion" in item:
            self.out.identify(item["modelVersion"], self._call.request_id or item.get("responseId"))
        usage = item.get("usageMetadata")
        if usage:
            self.out.usage(_usage(usage))
        for candidate in (item.get("candidates") or ())[:1]:
            for part in (candidate.get("content") or {}).get("parts") or ():
                self._part(part)
            reason = candidate.get("finishReason")
            if reason:
                self._end(reason)
        blocked = (item.get("promptFeedback") or {}).get("blockReason")
        if blocked:
            raise errors.refused(self._call.origin, str(blocked))

    def _part(self, part: dict[str, Any]) -> None:
        text = part.get("text")
        if part.get("thought"):
            self.out.reasoning(text or "")
        elif text is not None:
            self.out.text(text)
            if "thoughtSignature" in part:
                kept = {"thoughtSignature": part["thoughtSignature"], "length": len(text)}
                self.out.opaque(_KIND, json.dumps(kept))
        elif "functionCall" in part:
            self._called = True

    def _end(self, reason: str) -> None:
        if reason in _FILTERED or reason.startswith("IMAGE_"):
            self.finish = FinishReason.FILTERED
        elif reason in _FAILED:
            raise self._call.error({"error": {"type": "server_error", "message": reason}})
        elif reason == "MAX_TOKENS":
            self.finish = FinishReason.LENGTH
        elif self._called or reason in _TOOL:
            self.finish = FinishReason.TOOL
        else:
            self.finish = FinishReason.END


def _usage(usage: dict[str, Any]) -> Usage:
    """Cache reads are inside the prompt; thoughts and the prompts of tools are beside the totals."""
    thoughts = whole(usage.get("thoughtsTokenCount")) or 0
    return Usage(
        input_tokens=(whole(usage.get("promptTokenCount")) or 0) + (whole(usage.get("toolUsePromptTokenCount")) or 0),
        output_tokens=(whole(usage.get("candidatesTokenCount")) or 0) + thoughts,
        cache_read_tokens=whole(usage.get("cachedContentTokenCount")) or 0,
        reasoning_tokens=thoughts,
    )


def _chats(item: dict[str, Any]) -> bool:
    methods = item.get("supportedGenerationMethods")
    return (methods is None or "generateContent" in methods) and is_chat(str(item.get("name") or item.get("id") or ""))


def _model(item: dict[str, Any], provider_id: str) -> Model:
    name = str(item.get("name") or item["id"]).removeprefix("models/")
    able = {Capability.REASONING} if item.get("thinking") else set()
    if name.startswith("gemini-"):  # the list does not say, but all of them do
        able |= {Capability.VISION, Capability.TOOLS, Capability.JSON}
    return Model(
        ModelRef(provider_id, name),
        item.get("displayName") or name,
        context_window=whole(item.get("inputTokenLimit")),
        max_output=whole(item.get("outputTokenLimit")),
        capabilities=frozenset(able),
    )
