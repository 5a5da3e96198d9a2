"""What one attempt at a reply used and cost, as it is written down for good."""

from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.cost import Cost
from desktop.domain.message import Attempt, FinishReason, Message, Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage


class Purpose(StrEnum):
    """What a request was made for."""

    CHAT = "chat"
    TITLE = "title"
    SUMMARY = "summary"
    COMPARE = "compare"
    TOOL = "tool"
    EMBED = "embed"
    IMAGE = "image"
    TEST = "test"  # of a connection, where nothing but a question can try it


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One attempt, also a failed or stopped one. Times are Unix milliseconds.

    Everything is a snapshot: the entry outlives the chat, the provider and the key it speaks of. `usage` is None when
    nothing can be told, and `cost` where nothing was used; `error_code` is that of the `Failure`, or empty.
    `model_answered` and `request_id` are the provider's own words, `fallback_from` is the model that was asked before
    this one and failed, `tags` are the conversation's.
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
    cost: Cost | None = None
    model_answered: str = ""
    request_id: str = ""
    fallback_from: ModelRef | None = None
    tags: tuple[str, ...] = ()
    finish: FinishReason | None = None

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
            finish=message.finish,
            cost=None if message.usage is None else Cost.of(message.usage, None),
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
