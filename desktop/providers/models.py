"""Lists of models in the shapes of many servers -> `Model`."""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from desktop.domain.errors import BadAddress, ProviderError, UnknownModel
from desktop.domain.model import Capability, Model, ModelRef
from desktop.i18n import gettext as _
from desktop.providers.http import Call
from desktop.providers.registry import Listing
from desktop.providers.usage import whole

# Models that do not chat, by their names, for lists that do not say.
_NOT_CHAT = re.compile(
    r"embed|bge-|whisper|transcri|\btts\b|-tts|speech|voice|audio|realtime|-live\b|dall-e|image|imagen|veo-|sora|video"
    r"|flux|stable-diffusion|moderation|rerank|ocr|guard|davinci|babbage|-instruct-\d{4}|3\.5-turbo-instruct|\baqa\b",
    re.I,
)
# Models that reason, likewise. They are given more time before their first word.
_REASONS = re.compile(
    r"(?:^|[/_-])(?:gpt-(?:[5-9]|oss)(?!.*chat)|o[1-9]\b|deepseek-(?:r\d|v4)|qwq|qwen-?3|grok-[4-9]|glm-(?:4\.[5-9]|[5-9])"
    r"|kimi-k[2-9]|minimax-m|magistral|sonar-deep)|reason|think",
    re.I,
)
_OTHER_TYPES = {"embedding", "embeddings", "image", "audio", "rerank", "moderation", "transcribe", "video", "tts"}
_MILLION = 1_000_000
_LITELLM = (
    ("input_price", "input_cost_per_token"),
    ("output_price", "output_cost_per_token"),
    ("cache_read_price", "cache_read_input_token_cost"),
    ("cache_write_price", "cache_creation_input_token_cost"),
)


async def openai_models(call: Call) -> list[Model]:
    """The list of a server that speaks one of OpenAI's dialects. Raises ProviderError."""
    quirks = call.service.quirks
    provider_id = call.endpoint.provider.id
    if quirks.listing is Listing.SHIPPED:
        return [Model(ModelRef(provider_id, name), name) for name in quirks.known_models]
    try:
        payload = await call.get_json(quirks.models_path)
    except ProviderError as error:
        if quirks.models_path == "/models" or not isinstance(error, BadAddress | UnknownModel):
            raise no_list(call, error) from error
        payload = await call.get_json("/models")
    if quirks.listing is Listing.BY_HAND:
        return []
    models = list(_unique(parsed for item in _items(payload) if (parsed := _model(item, provider_id)) is not None))
    return await _with_prices(call, models) if quirks.prices_path else models


def no_list(call: Call, error: ProviderError) -> ProviderError:
    """The error to show when a list could not be had: without a model, a 404 means the address or no list at all."""
    if not isinstance(error, BadAddress | UnknownModel) or error.http_status is None:
        return error
    return BadAddress(
        _("{provider} gives no list of models").format(provider=call.origin.provider),
        _("Check the base URL ({address}), or add models by their names.").format(address=call.base),
        http_status=error.http_status,
        detail=error.detail,
    )


def is_chat(model_id: str) -> bool:
    """Whether a name does not say that the model does something else."""
    return not _NOT_CHAT.search(model_id)


def _items(payload: Any) -> list[dict[str, Any]]:
    if isinstance(payload, dict):
        payload = payload.get("data") or payload.get("models") or []
    return [item for item in payload if isinstance(item, dict)] if isinstance(payload, list) else []


def _unique(models: Iterable[Model]) -> Iterable[Model]:
    return {model.ref: model for model in models}.values()


async def _with_prices(call: Call, models: list[Model]) -> list[Model]:
    """LiteLLM tells prices beside its list, not to every key, and 0 for what it does not know.

    Where several servers stand behind a name, the dearest counts.
    """
    try:
        payload = await call.get_json(call.service.quirks.prices_path)
    except ProviderError:
        return models
    told: dict[str, dict[str, Any]] = {}
    for item in _items(payload):
        said = item.get("model_info")
        info: dict[str, Any] = {"pricing": said} if isinstance(said, dict) else {}
        prices = {field: price for field, name in _LITELLM if (price := _price(info, name)) is not None}
        if prices.get("input_price") and prices.get("output_price"):
            name, known = str(item.get("model_name")), told.get(str(item.get("model_name")), {})
            if not known or prices["output_price"] > known["output_price"]:
                told[name] = prices
    return [replace(model, **told.get(model.ref.model_id, {})) for model in models]


def _model(item: dict[str, Any], provider_id: str) -> Model | None:
    model_id = item.get("id") or item.get("key") or item.get("name")
    if not isinstance(model_id, str) or not _chats(item, model_id):
        return None
    inner: dict[str, Any] = {}
    for name in ("top_provider", "meta", "limits"):
        if isinstance(item.get(name), dict):
            inner |= item[name]
    return Model(
        ModelRef(provider_id, model_id),
        str(item.get("display_name") or item.get("name") or _readable(model_id)),
        context_window=_first(item, inner, "context_length", "context_window", "max_context_length", "max_model_len",
                              "max_input_tokens", "n_ctx", "n_ctx_train"),
        max_output=_first(item, inner, "max_completion_tokens", "max_output_tokens"),
        capabilities=_capabilities(item),
        input_price=_price(item, "prompt", "input"),
        output_price=_price(item, "completion", "output"),
        cache_read_price=_price(item, "input_cache_read"),
        cache_write_price=_price(item, "input_cache_write"),
        size_bytes=_first(item, inner, "size_bytes", "size"),
    )  # fmt: skip


def _readable(model_id: str) -> str:
    """An id as it is, but for the path of a file, which is how llama.cpp names what it was started with."""
    return model_id.replace("\\", "/").rpartition("/")[2][:-5] if model_id.lower().endswith(".gguf") else model_id


def _chats(item: dict[str, Any], model_id: str) -> bool:
    """As far as the list says; else by the name."""
    kind = item.get("type") or item.get("mode")
    if item.get("active") is False or kind in _OTHER_TYPES:
        return False
    able = item.get("capabilities")
    if isinstance(able, dict) and "completion_chat" in able:
        return bool(able["completion_chat"])
    outputs = _strings(item.get("architecture"), "output_modalities")
    if outputs:
        return "text" in outputs
    return kind in ("chat", "llm", "language", "responses") or is_chat(model_id)


def _capabilities(item: dict[str, Any]) -> frozenset[Capability]:
    said = {str(name) for name in _strings(item, "supported_parameters") + _strings(item, "features")}
    able = item.get("capabilities")
    if isinstance(able, dict):
        said |= {name for name, value in able.items() if (value.get("supported") if isinstance(value, dict) else value)}
    said |= {f"in:{name}" for name in _strings(item.get("architecture"), "input_modalities")}
    if item.get("reasoning") or (not said and _REASONS.search(str(item.get("id")))):
        said.add("reasoning")
    marks = {
        Capability.VISION: {"vision", "in:image", "image_input"},
        Capability.TOOLS: {"tools", "function_calling", "trained_for_tool_use"},
        Capability.REASONING: {"reasoning", "include_reasoning"},
        Capability.JSON: {"response_format", "structured_outputs", "json_schema", "json_mode"},
    }
    return frozenset(capability for capability, names in marks.items() if said & names)


def _strings(holder: object, name: str) -> list[str]:
    value = holder.get(name) if isinstance(holder, dict) else None
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _first(item: dict[str, Any], inner: dict[str, Any], *names: str) -> int | None:
    return next((count for source in (item, inner) for name in names if (count := whole(source.get(name)))), None)


def _price(item: dict[str, Any], per_token: str, per_million: str = "") -> Decimal | None:
    """US dollars a million tokens: OpenRouter writes text a token, Together a number a million."""
    pricing = item.get("pricing")
    if not isinstance(pricing, dict):
        return None
    for name, factor in ((per_token, _MILLION), (per_million, 1)):
        value = pricing.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            try:
                price = Decimal(str(value)) * factor
            except InvalidOperation:
                continue
            if price.is_finite() and price >= 0:
                return price.normalize() if price else Decimal(0)
    return None
