"""Prices and spending for tests of what money does."""

from datetime import date
from decimal import Decimal

from desktop.domain.budget import Spender
from desktop.domain.cost import Cost, Price, Rates
from desktop.domain.ids import new_id
from desktop.domain.ledger import LedgerEntry
from desktop.domain.message import Message, Role, Status, TextPart
from desktop.domain.model import Model, ModelRef
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.services.budgets import Spend

from .conftest import MODEL

DOLLAR_A_TOKEN = Price("test", Rates(Decimal(1_000_000), Decimal(1_000_000)))
CENT_OUT = Price("cent", Rates(Decimal(0), Decimal(10_000)))
"""The question costs nothing, and every token of the answer a cent."""


def spend(
    started_ms: int,
    question: str = "",
    *,
    model: ModelRef = MODEL,
    key: str = "Personal",
    chat: str = "c1",
    tags: tuple[str, ...] = (),
    longest: int = 100,
    **changes: object,
) -> Spend:
    asked = Message("q", chat, None, Role.USER, (TextPart(question),), started_ms)
    values: dict[str, object] = {
        "message_id": new_id(),
        "started_ms": started_ms,
        "spender": Spender(model, key, chat, tags),
        "provider_name": "Scripted",
        "model_name": "Scripted One",
        "request": ChatRequest(model.model_id, (asked,)),
        "model": Model(model, "Scripted One", max_output=longest),
    }
    return Spend(**(values | changes))  # type: ignore[arg-type]


def entry(of: Spend, cost: str | Decimal | None, tokens: int = 1) -> LedgerEntry:
    """The row of a request that ended at once, with a cost in US dollars that the provider reported."""
    usage = Usage(tokens, tokens, cost=None if cost is None else Decimal(cost))
    return LedgerEntry(
        start_ms=of.started_ms,
        first_token_ms=None,
        end_ms=of.started_ms,
        conversation_id=of.spender.conversation_id,
        message_id=of.message_id,
        model=of.spender.model,
        provider_name=of.provider_name,
        status=Status.COMPLETE,
        usage=usage,
        key_label=of.spender.key_label,
        cost=Cost.of(usage, None),
        tags=of.spender.tags,
    )


def at(day: date, hour: int = 12) -> int:
    """Unix milliseconds of an hour of a local day."""
    from datetime import datetime, time

    return round(datetime.combine(day, time(hour)).astimezone().timestamp() * 1000)
