"""Messages to put into a transcript."""

from decimal import Decimal
from typing import Any

from desktop.domain.errors import Failure
from desktop.domain.message import Message, ReasoningPart, Role, Status, TextPart
from desktop.domain.usage import Usage
from desktop.ui.transcript.entry import Entry

USAGE = Usage(1204, 320, cost=Decimal("0.0042"))


def question(text: str, message_id: str = "q", **more: Any) -> Entry:
    return Entry(Message(message_id, "c", None, Role.USER, (TextPart(text),), 1_700_000_000_000), **more)


def reply(
    text: str,
    message_id: str = "r",
    *,
    status: Status = Status.COMPLETE,
    thought: str = "",
    failure: Failure | None = None,
    usage: Usage | None = USAGE,
    **more: Any,
) -> Entry:
    parts = ((ReasoningPart(thought, 6000),) if thought else ()) + ((TextPart(text),) if text else ())
    message = Message(
        message_id,
        "c",
        "q",
        Role.ASSISTANT,
        parts,
        1_700_000_000_000,
        status=status,
        model_name="Mistral Medium 3.5",
        failure=failure,
        usage=usage,
        ttft_ms=600,
        duration_ms=4410,
    )
    return Entry(message, **more)


def talk(turns: int, text: str = "Some words in a line that is not short.\n\n- and\n- a list\n") -> list[Entry]:
    return [
        entry
        for n in range(turns)
        for entry in (question(f"Question {n}", f"q{n}"), reply(text * (1 + n % 4), f"r{n}"))
    ]
