"""What can be done where a cap has stopped a message: a higher cap, a cheaper model, another day."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import ROUND_CEILING, Decimal

from desktop.domain.budget import BudgetState, Period, Spender
from desktop.domain.cost import Rates
from desktop.domain.errors import OverBudget
from desktop.domain.message import Message
from desktop.domain.model import ModelRef
from desktop.services.budgets import Budgets
from desktop.services.catalogue import TOUR_MODEL, Catalogue
from desktop.services.estimates import Estimates


@dataclass(frozen=True, slots=True)
class Asked:
    """What was to be sent: a text after the messages of a path, by a chat's model."""

    model: ModelRef
    path: Sequence[Message]
    text: str = ""
    system: str | None = None
    conversation_id: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ways:
    """US dollars; `most` is what sending it costs at most, None where its price is unknown.

    `state` is how the cap stands, None where there is none any more. `higher` is a cap under which it would fit until
    the period ends, `resets_ms` when that is (Unix milliseconds). `cheaper` is a model for which there is room, at a
    cost of at most `cheaper_most`.
    """

    most: Decimal | None
    state: BudgetState | None = None
    higher: Decimal | None = None
    resets_ms: int | None = None
    cheaper: ModelRef | None = None
    cheaper_most: Decimal = Decimal(0)


class WaysOut:
    def __init__(self, budgets: Budgets, estimates: Estimates, catalogue: Catalogue) -> None:
        self._budgets = budgets
        self._estimates = estimates
        self._catalogue = catalogue

    async def look(self, error: OverBudget, asked: Asked) -> Ways:
        """Raises StorageError."""
        states = await self._budgets.states()
        state = next((each for each in states if each.budget.id == error.budget_id), None)
        if state is None and not error.budget_id:  # one that was told earlier: the cap that is tightest now
            state = min(self._met(states, asked.model, asked), key=lambda each: each.left, default=None)
        most = error.would_cost
        if most is None:
            most = await asyncio.to_thread(self._most, asked.model, asked)
        if state is None:
            return Ways(most)
        cheaper, cheaper_most = None, Decimal(0)
        for ref in self._cheaper(state, asked.model):
            cost = await asyncio.to_thread(self._most, ref, asked)
            met = self._met(states, ref, asked)
            if cost is not None and all(cost <= each.left for each in met):
                cheaper, cheaper_most = ref, cost
                break
        higher = None
        if most is not None and state.budget.period is not Period.MESSAGE:
            higher = higher_cap(state, most)
        resets_ms = None
        if state.resets_on is not None:
            resets_ms = int(datetime.combine(state.resets_on, time()).astimezone(UTC).timestamp() * 1000)
        return Ways(most, state, higher, resets_ms, cheaper, cheaper_most)

    def _met(self, states: Sequence[BudgetState], ref: ModelRef, asked: Asked) -> list[BudgetState]:
        """The caps that count what a model would cost here, whichever of its keys is used first."""
        key = next(iter(self._catalogue.key_labels(ref.provider_id)), "")
        spender = Spender(ref, key, asked.conversation_id, asked.tags)
        return [state for state in states if spender.is_in(state.budget.scope)]

    def _most(self, ref: ModelRef, asked: Asked) -> Decimal | None:
        """In a thread: in a long chat there is much to count."""
        return self._estimates.of(self._estimates.pieces(ref, asked.path, asked.system), asked.text).high

    def _cheaper(self, state: BudgetState, than: ModelRef) -> list[ModelRef]:
        """The user's own choice for this cap, what runs on this computer, and the cheapest one with a price."""
        shown = [model for model in self._catalogue.models() if model.shown and model.ref not in (than, TOUR_MODEL)]
        chosen = [model.ref for model in shown if model.ref == state.budget.cheaper]
        local = [model.ref for model in shown if self._catalogue.is_free(model.ref)]
        present = self._rates(than)
        priced = [(rates.output, model) for model in shown if (rates := self._rates(model.ref)) and rates.output]
        cheapest = min(priced, key=lambda pair: pair[0], default=None)
        found = [*chosen, *local[:1]]
        if cheapest is not None and (present is None or cheapest[0] < present.output):
            found.append(cheapest[1].ref)
        return found

    def _rates(self, ref: ModelRef) -> Rates | None:
        price = self._estimates.prices.price(ref)
        return None if price is None else price.rates


def higher_cap(state: BudgetState, most: Decimal) -> Decimal:
    """Half as much again, or more where it takes more for that to fit, in two digits."""
    needed = max(state.cap * 3 / 2, state.spent + state.reserved + most)
    return needed.quantize(Decimal(1).scaleb(needed.adjusted() - 1), ROUND_CEILING)
