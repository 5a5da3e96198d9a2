"""What one attempt at a reply used and cost, as it is written down for good."""

from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.message import Attempt, Message, Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage


class Purpose(StrEnum):
    """What a request was made for."""

    CHAT = "chat"
    TITLE = "title"
    TEST = "test"  # of a connection, where nothing but a question can try it


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One attempt, also a failed or stopped one. Times are Unix milliseconds.

    Everything is a snapshot: the entry outlives the chat, the provider and the key it speaks of. `usage` is None when
    nothing can be told; `error_code` is that of the `Failure`, or empty.
    """

    start_ms: int
    first_token_ms: int | None
    end_ms: int
    conversation_id: str
    message_id: str
    model: ModelRef
    provider_name: str
    status: Status
    usage: Usage | None = None
    purpose: Purpose = Purpose.CHAT
    key_label: str = ""
    http_status: int | None = None
    error_code: str = ""
    attempt_no: int = 1

    @classmethod
    def of(cls, message: Message, purpose: Purpose, key_label: str, *, started_ms: int | None = None) -> "LedgerEntry":
        """The entry of a reply that has ended: of its last try, which began with the reply or at `started_ms`.

        Raises ValueError if it names no model.
        """
        if message.model is None:
            raise ValueError("a reply without a model")
        failure, began = message.failure, message.created_ms
        start = began if started_ms is None else started_ms
        return cls(
            start_ms=start,
            first_token_ms=None if message.ttft_ms is None else max(start, began + message.ttft_ms),
            end_ms=began + (message.duration_ms or 0),
            conversation_id=message.conversation_id,
            message_id=message.id,
            model=message.model,
            provider_name=message.provider_name,
            status=message.status,
            usage=message.usage,
            purpose=purpose,
            key_label=key_label,
            http_status=failure.http_status if failure else None,
            error_code=failure.code if failure else "",
            attempt_no=len(message.attempts) + 1,
        )

    @classmethod
    def of_attempt(cls, message: Message, number: int, attempt: Attempt) -> "LedgerEntry":
        """The entry of one of a reply's failed tries; `number` counts them from 1."""
        return cls(
            start_ms=attempt.started_ms,
            first_token_ms=None,
            end_ms=attempt.ended_ms,
            conversation_id=message.conversation_id,
            message_id=message.id,
            model=attempt.model,
            provider_name=attempt.provider_name,
            status=Status.FAILED,
            key_label=attempt.key_label,
            http_status=attempt.failure.http_status,
            error_code=attempt.failure.code,
            attempt_no=number,
        )
