"""Caps that hold: what a request may cost is set aside before it leaves, and settled with its row in the ledger.

A request that does not fit is not sent. One that fits in part is sent with a limit to the length of its answer. What is
checked is in the database, and so is what others have set aside, so that the window and commands count each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from desktop.domain.budget import Budget, BudgetState, Hold, Period, Spender
from desktop.domain.changes import BudgetAlerted, BudgetsChanged
from desktop.domain.cost import Price
from desktop.domain.errors import OverBudget
from desktop.domain.ids import now_ms
from desktop.domain.ledger import Purpose
from desktop.domain.message import Status
from desktop.domain.model import Model
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.services import forecast, over_budget
from desktop.services.feed import Feed
from desktop.services.longest_answer import ROOMY, SHORTEST, longest_answer
from desktop.services.reservation import Reservation
from desktop.services.tokens import Sent, Tokens
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.storage import budgets as stored
from desktop.storage import ledger, reservations
from desktop.storage.database import Database
from desktop.storage.messages import APP_WRITER
from desktop.storage.values import Db

if TYPE_CHECKING:
    from desktop.services.prices import Prices

_SHARE = 10
"""More than a roomy answer is set aside only out of so big a part of what is left, lest all others have to wait."""
_MINUTE_MS = 60_000
_ABANDONED_MS = 3_600_000  # a command's request that is older is not going on any more


@dataclass(frozen=True, slots=True)
class Spend:
    """A request that is about to leave at `started_ms`. `message_id` is the reply's, or something unique.

    `model` is what its provider tells of it, if anything. `requests_before` counts those since the user last did
    something. `once`: the user wants it sent whatever the caps say.
    """

    message_id: str
    started_ms: int
    spender: Spender
    provider_name: str
    model_name: str
    request: ChatRequest
    model: Model | None = None
    purpose: Purpose = Purpose.CHAT
    attempt_no: int = 1
    requests_before: int = 0
    once: bool = False


class Budgets:
    """`writer` names the process, as in `Chat`."""

    def __init__(
        self,
        database: Database,
        prices: "Prices",
        tokens: Tokens,
        settings: Settings,
        feed: Feed,
        writer: str = APP_WRITER,
    ) -> None:
        self._database = database
        self._prices = prices
        self._tokens = tokens
        self._settings = settings
        self._feed = feed
        self._writer = writer

    # The caps

    async def states(self) -> list[BudgetState]:
        """How every budget stands now, in the user's order. Raises StorageError."""
        now = now_ms()
        return await self._database.run(lambda db: [self._state(db, each, now) for each in stored.all_budgets(db)])

    async def save(self, budgets: Sequence[Budget]) -> None:
        """Make these the budgets, in this order. Raises StorageError with nothing changed."""
        await self._database.run(lambda db: stored.replace_all(db, budgets))
        self._feed.publish(BudgetsChanged())

    async def raise_cap(self, budget_id: str, cap: Decimal) -> None:
        """Another cap, in US dollars, until the present period ends. Raises KeyError, StorageError.

        A cap on each message has no present period: ValueError.
        """
        now = now_ms()

        def raise_it(db: Db) -> None:
            budget = {each.id: each for each in stored.all_budgets(db)}[budget_id]
            if budget.period is Period.MESSAGE:
                raise ValueError("a cap on each message cannot be raised for a time")
            stored.raise_cap(db, budget_id, self._days(budget, now), cap)

        await self._database.run(raise_it)
        self._feed.publish(BudgetsChanged())

    # A request

    async def check(self, spend: Spend) -> None:
        """Whether it could be sent now. Raises OverBudget, StorageError."""
        asked = await self._asked(spend)
        await self._database.run(lambda db: self._room(db, asked))

    async def reserve(self, spend: Spend) -> Reservation:
        """Set aside what a request may cost. What was set aside for the same message is free again.

        Raises OverBudget or StorageError, and then nothing may be sent.
        """
        asked = await self._asked(spend)

        def hold(db: Db) -> tuple[Hold, _Room]:
            reservations.release(db, spend.message_id)  # first: a write, so that nobody else writes from here on
            room = self._room(db, asked)
            longest = asked.longest if room.max_output is None else room.max_output
            worst = None if asked.price is None else asked.price.at_most(asked.sent.most, longest)
            hold = Hold(
                spend.message_id, spend.spender, spend.provider_name, spend.purpose, spend.started_ms, spend.attempt_no,
                worst, asked.sent.likely, asked.price,
            )  # fmt: skip
            reservations.put(db, hold, self._writer)
            return hold, room

        held, room = await self._database.run(hold)
        return Reservation(
            held,
            lambda size: self._tokens.likely(spend.spender.model, size),
            room.max_output,
            room.cut_off,
            is_short=room.max_output is not None and room.max_output < asked.longest,
        )

    async def settle(self, message_id: str, write: Callable[[Db], object]) -> None:
        """Run `write`, which writes the request's row into the ledger, and set nothing aside for it any more.

        Both are one transaction, with the alerts that follow from it. Raises StorageError with nothing changed.
        """
        now = now_ms()

        def settle(db: Db) -> list[BudgetAlerted]:
            write(db)
            reservations.release(db, message_id)
            return self._alerts(db, now)

        for alert in await self._database.run(settle):
            self._feed.publish(alert)

    async def recover(self, *, app: bool) -> None:
        """Settle what processes that have died have set aside, but for replies, which `Library.recover` ends.

        `app` says that no window writes. The question counts as sent, and nothing is known of an answer. Raises
        StorageError.
        """
        now = now_ms()
        dead_since = {"cli": now - _ABANDONED_MS} | ({APP_WRITER: now} if app else {})

        def recover(db: Db) -> None:
            for writer, before_ms in dead_since.items():
                for hold in reservations.abandoned(db, writer, before_ms):
                    usage = Usage(hold.input_tokens, estimated=True)
                    ledger.append(db, hold.entry(Status.INTERRUPTED, hold.started_ms, usage))
                    reservations.release(db, hold.message_id)

        await self._database.run(recover)

    # Inside

    async def _asked(self, spend: Spend) -> "_Asked":
        await self._prices.prepare()
        ref = spend.spender.model
        sent = await self._tokens.sent(ref, spend.request)
        longest, _told = longest_answer(spend.model, sent.likely)
        longest = min(longest, spend.request.max_output or longest)
        return _Asked(spend, sent, self._prices.price(ref, spend.started_ms), longest)

    def _room(self, db: Db, asked: "_Asked") -> "_Room":
        """Raises OverBudget."""
        spend, price = asked.spend, asked.price
        if not spend.once:
            self._guard(db, asked)
        states = [
            self._state(db, each, spend.started_ms, spend.message_id)
            for each in stored.all_budgets(db)
            if spend.spender.is_in(each.scope)
        ]
        if price is None:
            strict = next((state for state in states if not state.budget.allow_unpriced), None)
            if strict is not None and not spend.once:
                raise over_budget.price_unknown(strict, spend.model_name)
            return _Room()
        if not states or not price.at_most(asked.sent.most, asked.longest):
            return _Room()
        if spend.once:
            return _Room(min(asked.longest, ROOMY))
        return _room_under(states, asked, price)

    def _guard(self, db: Db, asked: "_Asked") -> None:
        """Raises TooManyRequests."""
        spend = asked.spend
        in_a_row = self._settings.get(options.REQUESTS_IN_A_ROW)
        if spend.requests_before >= in_a_row:
            raise over_budget.too_many_in_a_row(in_a_row)
        a_minute, chat = self._settings.get(options.REQUESTS_A_MINUTE), spend.spender.conversation_id
        if chat and stored.requests_since(db, chat, spend.started_ms - _MINUTE_MS) >= a_minute:
            raise over_budget.too_many_a_minute(a_minute)

    def _state(self, db: Db, budget: Budget, at_ms: int, message_id: str = "") -> BudgetState:
        """How a budget stands at a moment; one on each message for the reply of that id."""
        days = self._days(budget, at_ms)
        raised = stored.raised_cap(db, budget.id, days)
        cap = budget.cap if raised is None else raised
        spent, unpriced = stored.spent(db, budget, days, message_id)
        state = BudgetState(budget, cap, spent, stored.held(db, budget, days, message_id), unpriced)
        if days is None:
            return state
        first, last = days
        today = _date(at_ms)
        return replace(
            state,
            forecast=forecast.by_the_end(spent, first, last, today),
            reached_on=forecast.reached_on(spent, cap, first, last, today),
            resets_on=last + timedelta(days=1),
        )

    def _days(self, budget: Budget, at_ms: int) -> tuple[date, date] | None:
        """The present period's."""
        return budget.period.days(_date(at_ms), int(self._settings.get(options.WEEK_START)))

    def _alerts(self, db: Db, at_ms: int) -> list[BudgetAlerted]:
        """What is to be told now: of the levels that have been passed, the highest one that has not been told yet."""
        alerts = []
        for budget in stored.all_budgets(db):
            if budget.period is Period.MESSAGE:
                continue
            state, days = self._state(db, budget, at_ms), self._days(budget, at_ms)
            passed = [level for level in budget.alerts if state.spent and state.spent * 100 >= state.cap * level]
            new = [level for level in passed if stored.note_alert(db, budget.id, days, level)]
            if new:
                alerts.append(BudgetAlerted(state, new[-1]))
        return alerts


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of a request before the database is asked; `longest` is tokens of the longest answer."""

    spend: Spend
    sent: Sent
    price: Price | None
    longest: int


@dataclass(frozen=True, slots=True)
class _Room:
    """Tokens that the answer may have, None where that need not be told; with what it ends with if it has more."""

    max_output: int | None = None
    cut_off: OverBudget | None = None


def _room_under(states: Sequence[BudgetState], asked: _Asked, price: Price) -> _Room:
    """As much as the money allows. Raises OverBudget."""
    most = asked.sent.most
    tightest = min(states, key=lambda state: state.left)
    shared = [state.left / _SHARE for state in states if state.budget.period is not Period.MESSAGE]
    generous = price.output_for(min([*shared, tightest.left]), most)
    wanted = asked.longest if generous is None else min(asked.longest, max(ROOMY, generous))
    fitting = price.output_for(tightest.left, most)
    if fitting is not None and fitting < SHORTEST:
        raise over_budget.used_up(tightest, price.at_most(most, wanted), asked.spend.model_name)
    allowed = wanted if fitting is None else min(wanted, fitting)
    return _Room(allowed, over_budget.cut_off(tightest, allowed, price.at_most(most, allowed)))


def _date(at_ms: int) -> date:
    """The local date of a moment in Unix milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().date()
