"""A conversation -> the turns that are sent."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from desktop.domain.message import Message, Role, TextPart
from desktop.domain.model import ModelRef
from desktop.providers.base import ChatRequest

Turn = tuple[Role, list[Message]]

GO_ON = "Continue exactly where you stopped, without repeating anything."


def turns(messages: Iterable[Message]) -> list[Turn]:
    """Neighbours of one role together, as some protocols demand; without the empty.

    A reply that was stopped or cut short is sent as far as it came: what follows may speak of it.
    """
    found: list[Turn] = []
    for message in messages:
        if not message.text.strip():
            continue
        if found and found[-1][0] is message.role:
            found[-1][1].append(message)
        else:
            found.append((message.role, [message]))
    return found


def asked(request: ChatRequest, *, prefill: bool = False) -> Sequence[Message]:
    """The messages to send. A reply that goes on is followed by the user's asking for that.

    With `prefill` it is not: the service itself goes on from the words that end the conversation.
    """
    messages = request.messages
    if prefill or not goes_on(request):
        return messages
    return [*messages, replace(messages[-1], role=Role.USER, parts=(TextPart(GO_ON),))]


def goes_on(request: ChatRequest) -> bool:
    """Whether a reply is to be continued."""
    return bool(request.messages) and request.messages[-1].role is Role.ASSISTANT


def text_turns(messages: Iterable[Message]) -> list[tuple[Role, str]]:
    """The turns as plain text."""
    return [(role, "\n\n".join(message.text for message in group)) for role, group in turns(messages)]


def is_own(message: Message, provider_id: str, request: ChatRequest) -> bool:
    """Whether the same model of the same provider wrote it: only then may opaque parts go back."""
    return message.model == ModelRef(provider_id, request.model_id)
