"""Every known service: one literal row each, with its quirks as data.

A new service that speaks one of the dialects is one more row. Facts are the vendors' documentation of November 2026.
The file is longer than most because the table is one.
"""

from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.model import Dialect, Provider
from desktop.i18n import gettext as _
from desktop.i18n import mark as N_

_CHAT, _RESPONSES = Dialect.OPENAI_CHAT, Dialect.OPENAI_RESPONSES
_ANTHROPIC, _GEMINI, _OLLAMA = Dialect.ANTHROPIC, Dialect.GEMINI, Dialect.OLLAMA


class KeyNeed(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class Listing(StrEnum):
    """Where the models come from."""

    FETCHED = "fetched"
    SHIPPED = "shipped"  # no list endpoint: `Quirks.known_models`
    BY_HAND = "by_hand"  # the endpoint lists what the key cannot call: asked only to try the key


class Prefill(StrEnum):
    """Whether a reply goes on from an assistant's message at the end of the conversation."""

    NO = "no"
    LAST = "last"
    MARKED = "marked"  # by `"prefix": true`


@dataclass(frozen=True, slots=True)
class Quirks:
    """What a service does differently from its dialect.

    `models_path` stands in the place of `/models`; a whole URL is used as it is, one that begins with `//` is taken
    from the root of the host, and falls back to `/models`. `prices_path` is asked after it, where prices stand apart.
    `reasoning_apart` names counts of usage that are not in its `completion_tokens`. `extra_body` is sent to the models
    whose id contains one of `extra_body_models` (all if none). `prefill_path` is where a reply goes on, as the
    dialect's own paths.
    """

    stream_options: bool = True
    max_tokens_field: str = "max_tokens"
    reasoning_apart: tuple[str, ...] = ()
    whole_reply_usage: bool = False
    prefill: Prefill = Prefill.NO
    prefill_path: str = "/chat/completions"
    extra_body: tuple[tuple[str, str], ...] = ()
    extra_body_models: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    anthropic_version: str = "2023-06-01"
    encrypted_reasoning: bool = False
    cache_key: bool = False
    listing: Listing = Listing.FETCHED
    models_path: str = "/models"
    prices_path: str = ""
    known_models: tuple[str, ...] = ()
    money_codes: tuple[str, ...] = ()
    key_statuses: tuple[int, ...] = (401,)
    guardrail_statuses: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A known service. The first of `dialects` is the default; `bases` are base URLs that differ by dialect.

    `auth_header` is the header the key goes in; None is `Authorization: Bearer` with the dialect's own header beside
    it. `discovery_port` is the loopback port where a local server usually listens. `note` is for the settings page.
    """

    id: str
    name: str
    dialects: tuple[Dialect, ...]
    base_url: str
    key_page: str | None = None
    billing_page: str | None = None
    status_page: str | None = None
    bases: tuple[tuple[Dialect, str], ...] = ()
    auth_header: str | None = None
    key: KeyNeed = KeyNeed.REQUIRED
    key_prefixes: tuple[str, ...] = ()
    local: bool = False
    discovery_port: int | None = None
    note: str = ""
    quirks: Quirks = Quirks()

    def base_for(self, dialect: Dialect) -> str:
        """The base URL for one of the dialects; may hold a `{placeholder}` that must be filled in."""
        return dict(self.bases).get(dialect, self.base_url)


SERVICES: tuple[Service, ...] = (
    Service(
        "openai",
        "OpenAI",
        (_RESPONSES, _CHAT),
        "https://api.openai.com/v1",
        key_page="https://platform.openai.com/api-keys",
        billing_page="https://platform.openai.com/settings/organization/billing/overview",
        status_page="https://status.openai.com",
        key_prefixes=("sk-proj-", "sk-svcacct-"),
        note=N_("Replies are not stored at OpenAI. Some reasoning models show summaries to verified accounts only."),
        quirks=Quirks(max_tokens_field="max_completion_tokens", encrypted_reasoning=True, cache_key=True),
    ),
    Service(
        "azure",
        "Azure OpenAI (Foundry)",
        (_RESPONSES, _CHAT),
        "https://{resource}.openai.azure.com/openai/v1",
        key_page="https://ai.azure.com",
        billing_page="https://portal.azure.com",
        status_page="https://azure.status.microsoft",
        auth_header="api-key",
        note=N_("Put the name of your resource into the address. The model is the name of your deployment."),
        quirks=Quirks(max_tokens_field="max_completion_tokens", encrypted_reasoning=True, listing=Listing.BY_HAND),
    ),
    Service(
        "anthropic",
        "Anthropic",
        (_ANTHROPIC,),
        "https://api.anthropic.com",
        key_page="https://platform.claude.com/settings/keys",
        billing_page="https://platform.claude.com/settings/billing",
        status_page="https://status.claude.com",
        auth_header="x-api-key",
        key_prefixes=("sk-ant-",),
        quirks=Quirks(anthropic_version="2026-10-21"),
    ),
    Service(
        "gemini",
        "Google Gemini API",
        (_GEMINI,),
        "https://generativelanguage.googleapis.com/v1beta",
        key_page="https://aistudio.google.com/apikey",
        billing_page="https://console.cloud.google.com/billing",
        status_page="https://aistudio.google.com/status",
        auth_header="x-goog-api-key",
        key_prefixes=("AIza",),
        note=N_("Google may use what you send with a free key to improve its products."),
    ),
    Service(
        "vertex-express",
        "Google Vertex AI express (API key)",
        (_GEMINI,),
        "https://aiplatform.googleapis.com/v1/publishers/google",
        key_page="https://console.cloud.google.com/apis/credentials",
        billing_page="https://console.cloud.google.com/billing",
        auth_header="x-goog-api-key",
        note=N_("There is no list of models for these keys: add others by their name."),
        quirks=Quirks(
            listing=Listing.SHIPPED,
            known_models=("gemini-4-argon", "gemini-3.8-flash", "gemini-2.5-pro", "gemini-2.5-flash"),
        ),
    ),
    Service(
        "mistral",
        "Mistral",
        (_CHAT,),
        "https://api.mistral.ai/v1",
        key_page="https://console.mistral.ai/api-keys",
        billing_page="https://console.mistral.ai/billing",
        status_page="https://status.mistral.ai",
        note=N_("The European host is https://api.eu.mistral.ai/v1."),
        quirks=Quirks(prefill=Prefill.MARKED, stream_options=False),
    ),
    Service(
        "deepseek",
        "DeepSeek",
        (_CHAT,),
        "https://api.deepseek.com",
        key_page="https://platform.deepseek.com/api_keys",
        billing_page="https://platform.deepseek.com/top_up",
        status_page="https://status.deepseek.com",
        quirks=Quirks(prefill=Prefill.MARKED, prefill_path="//beta/chat/completions"),
    ),
    Service(
        "qwen",
        "Qwen (Alibaba Model Studio)",
        (_CHAT,),
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        key_page="https://modelstudio.console.alibabacloud.com/",
        note=N_(
            "Keys belong to a region. With a workspace, use its own address: "
            "https://{WorkspaceId}.{region}.maas.aliyuncs.com/compatible-mode/v1. "
            "In China: https://dashscope.aliyuncs.com/compatible-mode/v1."
        ),
        quirks=Quirks(money_codes=("arrearage",)),
    ),
    Service(
        "openrouter",
        "OpenRouter",
        (_CHAT, _RESPONSES, _ANTHROPIC),
        "https://openrouter.ai/api/v1",
        key_page="https://openrouter.ai/settings/keys",
        billing_page="https://openrouter.ai/settings/credits",
        status_page="https://status.openrouter.ai",
        key_prefixes=("sk-or-",),
        # The usage, with the cost, always comes; `/models` answers without a key, so it would not try one.
        quirks=Quirks(prefill=Prefill.LAST, stream_options=False, models_path="/models/user"),
    ),
    Service(
        "portkey",
        "Portkey",
        (_CHAT, _RESPONSES, _ANTHROPIC),
        "https://api.portkey.ai/v1",
        key_page="https://app.portkey.ai/api-keys",
        auth_header="x-portkey-api-key",
        note=N_(
            "Write models as @slug/model, or add a header x-portkey-provider, x-portkey-config or "
            "x-portkey-virtual-key."
        ),
        quirks=Quirks(
            headers=(("x-portkey-strict-open-ai-compliance", "false"),),  # else no reasoning text comes
            guardrail_statuses=(446,),
        ),
    ),
    Service(
        "litellm",
        "LiteLLM proxy",
        (_CHAT, _RESPONSES, _ANTHROPIC, _GEMINI),
        "http://localhost:4000/v1",
        bases=((_GEMINI, "http://localhost:4000/v1beta"),),
        key=KeyNeed.OPTIONAL,
        note=N_("Your own proxy. Keys are made on its page /ui."),
        quirks=Quirks(prices_path="/model/info"),
    ),
    Service(
        "unify",
        "Unify.ai",
        (_CHAT,),
        "https://api.unify.ai/v0",
        key_page="https://console.unify.ai",
        note=N_("This service may be discontinued. Models are written model@provider."),
    ),
    Service(
        "tokenmix",
        "TokenMix.ai",
        (_CHAT,),
        "https://api.tokenmix.ai/v1",
        key_page="https://tokenmix.ai",
    ),
    Service(
        "open-webui",
        "Open WebUI",
        (_CHAT, _ANTHROPIC),
        "http://localhost:3000/api",
        note=N_("Your own server. Keys are under Settings, Account, API keys; the address ends in /api."),
        quirks=Quirks(whole_reply_usage=True),
    ),
    Service(
        "ollama",
        "Ollama",
        (_OLLAMA, _CHAT, _RESPONSES, _ANTHROPIC),
        "http://localhost:11434",
        bases=((_CHAT, "http://localhost:11434/v1"), (_RESPONSES, "http://localhost:11434/v1")),
        key=KeyNeed.NONE,
        local=True,
        discovery_port=11434,
        note=N_("Runs on this computer. How much a chat may hold is set in Ollama (OLLAMA_CONTEXT_LENGTH)."),
    ),
    Service(
        "ollama-cloud",
        "Ollama Cloud",
        (_OLLAMA, _CHAT),
        "https://ollama.com",
        bases=((_CHAT, "https://ollama.com/v1"),),
        key_page="https://ollama.com/settings/keys",
        billing_page="https://ollama.com/settings",
    ),
    Service(
        "lmstudio",
        "LM Studio",
        (_CHAT, _RESPONSES, _ANTHROPIC),
        "http://localhost:1234/v1",
        key=KeyNeed.OPTIONAL,
        local=True,
        discovery_port=1234,
        note=N_("Runs on this computer. A model is loaded on its first use, which can take a minute."),
        quirks=Quirks(models_path="//api/v1/models"),
    ),
    Service(
        "llamacpp",
        "llama.cpp server",
        (_CHAT, _RESPONSES, _ANTHROPIC),
        "http://localhost:8080/v1",
        key=KeyNeed.OPTIONAL,
        local=True,
        discovery_port=8080,
        note=N_("Runs on this computer. A key is needed only if it was started with --api-key."),
        quirks=Quirks(prefill=Prefill.LAST),
    ),
    Service(
        "xai",
        "xAI (Grok)",
        (_RESPONSES, _CHAT),
        "https://api.x.ai/v1",
        key_page="https://console.x.ai",
        billing_page="https://console.x.ai",
        status_page="https://status.x.ai",
        key_prefixes=("xai-",),
        quirks=Quirks(
            reasoning_apart=("completion_tokens_details.reasoning_tokens",), encrypted_reasoning=True, cache_key=True
        ),
    ),
    Service(
        "groq",
        "Groq",
        (_CHAT,),
        "https://api.groq.com/openai/v1",
        key_page="https://console.groq.com/keys",
        billing_page="https://console.groq.com/settings/billing",
        status_page="https://groqstatus.com",
        key_prefixes=("gsk_",),
        quirks=Quirks(
            max_tokens_field="max_completion_tokens",
            extra_body=(("reasoning_format", "parsed"),),
            extra_body_models=("qwen", "deepseek-r1"),
        ),
    ),
    Service(
        "together",
        "Together AI",
        (_CHAT,),
        "https://api.together.ai/v1",
        key_page="https://api.together.ai/settings/api-keys",
        billing_page="https://api.together.ai/settings/billing",
        status_page="https://status.together.ai",
        key_prefixes=("tgp_v1_",),
    ),
    Service(
        "fireworks",
        "Fireworks AI",
        (_CHAT,),
        "https://api.fireworks.ai/inference/v1",
        key_page="https://app.fireworks.ai/settings/users/api-keys",
        status_page="https://status.fireworks.ai",
        key_prefixes=("fw_",),
    ),
    Service(
        "perplexity",
        "Perplexity",
        (_CHAT,),
        "https://api.perplexity.ai",
        key_page="https://www.perplexity.ai/account/api/keys",
        billing_page="https://www.perplexity.ai/account/api/billing",
        status_page="https://status.perplexity.com",
        key_prefixes=("pplx-",),
        quirks=Quirks(
            stream_options=False,
            reasoning_apart=("reasoning_tokens", "citation_tokens"),
            listing=Listing.SHIPPED,
            known_models=("sonar", "sonar-pro", "sonar-reasoning-pro", "sonar-deep-research"),
        ),
    ),
    Service(
        "moonshot",
        "Moonshot AI (Kimi)",
        (_CHAT, _RESPONSES, _ANTHROPIC),
        "https://api.moonshot.ai/v1",
        bases=((_ANTHROPIC, "https://api.moonshot.ai/anthropic"),),
        key_page="https://platform.moonshot.ai/console/api-keys",
        billing_page="https://platform.moonshot.ai/console/pay",
        note=N_("In China: https://api.moonshot.cn/v1, with keys of its own."),
    ),
    Service(
        "zhipu",
        "Zhipu GLM (BigModel)",
        (_CHAT,),
        "https://open.bigmodel.cn/api/paas/v4",
        key_page="https://open.bigmodel.cn/usercenter/apikeys",
        billing_page="https://open.bigmodel.cn/finance/overview",
        quirks=Quirks(money_codes=("1113",)),
    ),
    Service(
        "zai",
        "Z.ai (GLM, global)",
        (_CHAT,),
        "https://api.z.ai/api/paas/v4",
        key_page="https://z.ai/manage-apikey/apikey-list",
        billing_page="https://z.ai/manage-apikey/billing",
        note=N_("With a coding plan, use https://api.z.ai/api/coding/paas/v4."),
        quirks=Quirks(money_codes=("1113",)),
    ),
    Service(
        "siliconflow",
        "SiliconFlow",
        (_CHAT,),
        "https://api.siliconflow.com/v1",
        key_page="https://cloud.siliconflow.com/account/ak",
        billing_page="https://cloud.siliconflow.com/expensebill",
        note=N_("In China: https://api.siliconflow.cn/v1."),
        quirks=Quirks(models_path="/models?sub_type=chat", money_codes=("30001",)),
    ),
    Service(
        "cohere",
        "Cohere",
        (_CHAT,),
        "https://api.cohere.ai/compatibility/v1",
        key_page="https://dashboard.cohere.com/api-keys",
        billing_page="https://dashboard.cohere.com/billing",
        status_page="https://status.cohere.com",
        quirks=Quirks(
            models_path="https://api.cohere.com/v1/models?endpoint=chat&page_size=1000", key_statuses=(401, 498)
        ),
    ),
    Service(
        "nvidia",
        "NVIDIA NIM",
        (_CHAT,),
        "https://integrate.api.nvidia.com/v1",
        key_page="https://build.nvidia.com/settings/api-keys",
        key_prefixes=("nvapi-",),
    ),
    Service(
        "cerebras",
        "Cerebras",
        (_CHAT,),
        "https://api.cerebras.ai/v1",
        key_page="https://cloud.cerebras.ai",
        billing_page="https://cloud.cerebras.ai",
        status_page="https://status.cerebras.ai",
        key_prefixes=("csk-",),
        quirks=Quirks(max_tokens_field="max_completion_tokens"),
    ),
    Service(
        "custom",
        N_("Custom server"),
        (_CHAT, _RESPONSES, _ANTHROPIC, _GEMINI, _OLLAMA),
        "https://api.example.com/v1",
        bases=(
            (_ANTHROPIC, "https://api.example.com"),
            (_GEMINI, "https://api.example.com/v1beta"),
            (_OLLAMA, "https://api.example.com"),
        ),
        key=KeyNeed.OPTIONAL,
        note=N_("Any server that speaks one of the dialects. The address usually ends in /v1."),
    ),
    Service("tour", N_("Offline tour"), (Dialect.TOUR,), "", key=KeyNeed.NONE, local=True),
)

_BY_ID = {row.id: row for row in SERVICES}


def service(service_id: str) -> Service:
    """The row of a service; the custom row for an id that no longer exists."""
    return _BY_ID.get(service_id, _BY_ID["custom"])


def service_for_key(key: str) -> Service | None:
    """The service a key names by its prefix, or None: a plain `sk-` is used by many."""
    key = key.strip()
    return next((row for row in SERVICES if row.key_prefixes and key.startswith(row.key_prefixes)), None)


def provider_from(
    service: Service,
    *,
    id: str | None = None,
    name: str | None = None,
    base_url: str | None = None,
    dialect: Dialect | None = None,
    custom: bool = False,
) -> Provider:
    """A provider as the registry row describes it, with what is given in the place of the row's own."""
    dialect = dialect or service.dialects[0]
    return Provider(
        id=id or service.id,
        service_id=service.id,
        name=name or _(service.name),
        dialect=dialect,
        base_url=(base_url if base_url is not None else service.base_for(dialect)).rstrip("/"),
        custom=custom,
    )
