"""What a service says has changed, so that every screen can decide whether it cares."""

from dataclasses import dataclass

from desktop.domain.budget import BudgetState
from desktop.domain.errors import AppError
from desktop.domain.model import KeyRef


@dataclass(frozen=True, slots=True)
class ConversationsChanged:
    """Rows of the conversation list. An empty set means: read the whole list again."""

    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MessagesChanged:
    """The tree or the head of one conversation, other than by a running turn's own events."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class TurnStarted:
    conversation_id: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    conversation_id: str


@dataclass(frozen=True, slots=True)
class SavingFailed:
    """A reply could not be written to disk; it is kept in memory and tried again."""

    error: AppError


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    """Lists, favourites or visibility of models, of one provider or (None) of any."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProvidersChanged:
    """Providers, their keys or addresses."""


@dataclass(frozen=True, slots=True)
class KeyAccepted:
    """A key has passed a test or was stored anew. The label is empty for one that is not stored here."""

    key: KeyRef


@dataclass(frozen=True, slots=True)
class OptionChanged:
    """One of the user's settings, by its key."""

    key: str


@dataclass(frozen=True, slots=True)
class BudgetsChanged:
    """The caps themselves, or what was raised."""


@dataclass(frozen=True, slots=True)
class BudgetAlerted:
    """Spending has passed `level` per cent of a cap, for the first time in its period."""

    state: BudgetState
    level: int


@dataclass(frozen=True, slots=True)
class PricesChanged:
    """Price lists, the user's own prices, discounts or the currency that is shown."""


@dataclass(frozen=True, slots=True)
class TagsChanged:
    """The tags of one conversation."""

    conversation_id: str


Change = (
    ConversationsChanged
    | MessagesChanged
    | TurnStarted
    | TurnEnded
    | SavingFailed
    | ModelsChanged
    | ProvidersChanged
    | KeyAccepted
    | OptionChanged
    | BudgetsChanged
    | BudgetAlerted
    | PricesChanged
    | TagsChanged
)
