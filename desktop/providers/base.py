"""What a provider's dialect must do: the contract between `services/turn.py` and the wire."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop.domain.events import ProviderEvent
from desktop.domain.message import Message
from desktop.domain.model import Endpoint, Model


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question with all that came before it. `messages` ends with the user's and holds no failed ones.

    It ends with a reply that was cut off where that is to go on.

    `max_output` is tokens; None leaves it to the provider (or, where a number is required, to the dialect).
    """

    model_id: str
    messages: Sequence[Message]
    system: str | None = None
    max_output: int | None = None
    conversation_id: str = ""


class DialectClient(Protocol):
    """One wire protocol. Stateless but for the HTTP connections it shares; safe for several calls at once."""

    def stream(self, endpoint: Endpoint, request: ChatRequest) -> AsyncGenerator[ProviderEvent, None]:
        """Yield events and end with exactly one `Finished`, or raise a `ProviderError`.

        An async generator: iterate it under `contextlib.aclosing`; closing it closes the HTTP response at once.
        """
        ...

    async def list_models(self, endpoint: Endpoint) -> list[Model]:
        """The chat models the provider offers this key, in its own order. Raises ProviderError."""
        ...
