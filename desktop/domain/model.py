"""Models and the providers that serve them."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Dialect(StrEnum):
    """A wire protocol. The value is what is stored; the command line writes it with '-' for '_'."""

    OPENAI_CHAT = "openai_chat"
    OPENAI_RESPONSES = "openai_responses"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    OLLAMA = "ollama"
    TOUR = "tour"


class Capability(StrEnum):
    VISION = "vision"
    TOOLS = "tools"
    REASONING = "reasoning"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which model of which provider."""

    provider_id: str
    model_id: str

    def __str__(self) -> str:
        return f"{self.provider_id}/{self.model_id}"


@dataclass(frozen=True, slots=True)
class Model:
    """One model as its provider lists it. Windows and limits are tokens; prices US dollars per million tokens.

    None means that the provider does not say.
    """

    ref: ModelRef
    name: str
    context_window: int | None = None
    max_output: int | None = None
    capabilities: frozenset[Capability] = frozenset()
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    size_bytes: int | None = None
    favourite: bool = False
    shown: bool = True
    cache_read_price: Decimal | None = None
    cache_write_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class KeyRef:
    """The name of a stored key; the key itself is only ever in the keychain."""

    provider_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as the user has set it up. `service_id` names the registry row it is made from.

    `base_url` has no trailing slash. `key_labels` stand in order of use.
    """

    id: str
    service_id: str
    name: str
    dialect: Dialect
    base_url: str
    enabled: bool = True
    key_labels: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    custom: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """All a dialect needs to talk to a provider. The key is kept out of repr so that no log can show it."""

    provider: Provider
    key: str | None = field(default=None, repr=False)
    key_label: str = ""
