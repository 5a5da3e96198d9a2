"""What running replies have cost so far."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from desktop.domain.changes import Change, TurnEnded, TurnStarted
from desktop.domain.cost import Cost, Price
from desktop.domain.events import (
    FellBack,
    ModelChosen,
    Offline,
    ReasoningDelta,
    Retrying,
    TextDelta,
    TurnEvent,
    UsageReported,
)
from desktop.domain.usage import Usage
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.tokens import GrowingSize, Tokens
from desktop.services.turn import Turn

if TYPE_CHECKING:
    from desktop.services.prices import Prices


class Meter:
    """Of one reply: what its provider has reported, and until then what has been sent and written, in tokens and money.

    It hears every event, so a piece of text costs it no more than looking at its letters.
    """

    def __init__(self, turn: Turn, prices: "Prices", tokens: Tokens) -> None:
        self._turn = turn
        self._prices = prices
        self._tokens = tokens
        self._asked = 0
        self._reported = Usage()
        self._written = GrowingSize()
        self._counting: asyncio.Task[None] | None = None
        turn.subscribe(self._on_event)

    @property
    def price(self) -> Price | None:
        """That of the model that answers now."""
        return self._prices.price(self._turn.answering)

    @property
    def usage(self) -> Usage:
        """Of the present try, with its cost where that is known."""
        written = self._tokens.likely(self._turn.answering, self._written.size)
        used = replace(
            self._reported,
            input_tokens=self._reported.input_tokens or self._asked,
            output_tokens=max(self._reported.output_tokens, written),
        )
        return Cost.of(used, self.price if used.input_tokens else None).on(used)

    @property
    def whole(self) -> Usage:
        """Of the whole reply: the tries before the present one too."""
        return sum((attempt.usage for attempt in self._turn.reply.attempts if attempt.usage), self.usage)

    @property
    def stops_at(self) -> Decimal | None:
        """What the present try may cost, in US dollars, until a cap ends it; None where none would."""
        return self._turn.record.stops_at

    def _on_event(self, event: TurnEvent) -> None:
        match event:
            case TextDelta(text) | ReasoningDelta(text):
                self._written.add(text)
            case UsageReported(usage):
                self._reported = usage
            case Retrying() | FellBack() | Offline():  # what failed is counted with its own try
                self._forget()
            case ModelChosen():
                self._forget()
                self._counting = asyncio.create_task(self._count())

    def _forget(self) -> None:
        self._reported = Usage()
        self._asked = 0
        if self._counting is not None:
            self._counting.cancel()

    async def _count(self) -> None:
        """Guess what was sent, until the provider tells."""
        self._asked = (await self._tokens.sent(self._turn.answering, self._turn.question.request)).likely


class Meters:
    """A meter for every running reply, from its first event on."""

    def __init__(self, chat: Chat, prices: "Prices", tokens: Tokens, feed: Feed) -> None:
        self._chat = chat
        self._prices = prices
        self._tokens = tokens
        self._running: dict[str, Meter] = {}
        feed.subscribe(self._on_change)

    def of(self, conversation_id: str) -> Meter | None:
        """That of the reply that is written in a conversation."""
        return self._running.get(conversation_id)

    def costs(self) -> dict[str, Decimal]:
        """US dollars so far by conversation, where they are known."""
        spent = {conversation_id: meter.usage.cost for conversation_id, meter in self._running.items()}
        return {conversation_id: cost for conversation_id, cost in spent.items() if cost is not None}

    def _on_change(self, change: Change) -> None:
        match change:
            case TurnStarted(conversation_id) if turn := self._chat.turn(conversation_id):
                self._running[conversation_id] = Meter(turn, self._prices, self._tokens)
            case TurnEnded(conversation_id):
                self._running.pop(conversation_id, None)
