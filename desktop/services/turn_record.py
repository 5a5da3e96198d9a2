"""What is written down of a turn: whom it asks, what every try came to, and what was used.

A reply's own fields tell of the last try, its attempts of those before it; each of them has a row in the ledger.
"""

import time
from dataclasses import replace
from decimal import Decimal

from desktop.domain.budget import Spender
from desktop.domain.cost import Cost
from desktop.domain.errors import AppError, NoneAnswered, OverBudget, Refused
from desktop.domain.ids import now_ms
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import Attempt, Message
from desktop.domain.model import ModelRef
from desktop.domain.reply import Reply
from desktop.domain.route import Target
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.services.budgets import Spend
from desktop.services.catalogue import Catalogue
from desktop.services.reservation import Reservation


class TurnRecord:
    """Goes on from what `before` has of parts and attempts, which have their rows already."""

    def __init__(
        self,
        before: Message,
        request: ChatRequest,
        catalogue: Catalogue,
        tags: tuple[str, ...] = (),
        *,
        once: bool = False,
    ) -> None:
        if before.model is None:
            raise ValueError("a reply needs a model")
        self.reply = Reply(time.monotonic(), before.parts, before.attempts)
        self.answering: ModelRef = before.model
        """The target of the present try, or of the last one."""
        self.key_label = ""
        """Of the key that is used for it."""
        self.reservation: Reservation | None = None
        """What is held for the present try, from the moment from which it may have been sent."""
        self.is_whole = False
        """Whether the provider has said that its answer has ended."""
        self.is_dirty = False
        """Whether there is text that is not on disk yet."""
        self._before = before
        self._request = request
        self._catalogue = catalogue
        self._tags = tags
        self._once = once
        self._model_name, self._provider_name = before.model_name, before.provider_name
        self._asked_ms = self._started_ms = now_ms()
        self._failed: list[Attempt] = []
        self._rows: list[LedgerEntry] = []
        self._requests = 0
        self._is_trying = False

    @property
    def message_id(self) -> str:
        return self._before.id

    @property
    def stops_at(self) -> Decimal | None:
        """The cost of the present try, in US dollars, at which a cap ends it; None where none would."""
        return self.reservation.stops_at if self.reservation is not None else None

    def turn_to(self, target: Target) -> None:
        """From now on the reply is about this target, whether or not it is asked."""
        provider = self._catalogue.provider(target.model.provider_id)
        self.answering = target.model
        self.key_label = target.key_label
        self._model_name = self._catalogue.name_of(target.model)
        self._provider_name = provider.name if provider else target.model.provider_id

    def begin_try(self) -> None:
        self._is_trying = True
        self.is_whole = False
        self.reservation = None
        self._started_ms = now_ms()

    def spend(self) -> Spend:
        """The request of this try, before it leaves."""
        self._requests += 1
        return Spend(
            message_id=self.message_id,
            started_ms=self._started_ms,
            spender=Spender(self.answering, self.key_label, self._before.conversation_id, self._tags),
            provider_name=self._provider_name,
            model_name=self._model_name,
            request=self._request,
            model=self._catalogue.model(self.answering),
            attempt_no=self.number + 1,
            requests_before=self._requests - 1,
            once=self._once,
        )

    def withdraw_try(self) -> None:
        """It was none: nothing could be sent."""
        self._is_trying = False
        self.reservation = None

    def fail_try(self, error: AppError, pause_s: float = 0.0) -> Attempt:
        """The try brought nothing; what it used is its own, and not of the next one."""
        is_asked = not isinstance(error, OverBudget)
        if is_asked:
            self.settle_usage(error)
        names = self.answering, self._model_name, self._provider_name, self.key_label
        times = self._started_ms, now_ms(), round(pause_s * 1000)
        attempt = Attempt(*names, *times, error.failure(), self.reply.usage)
        if is_asked:
            self._rows.append(self._row(LedgerEntry.of_attempt(self.message(), self.number + 1, attempt)))
        self._failed.append(attempt)
        self._is_trying = False
        self.reservation = None
        self.reply.usage = None
        return attempt

    @property
    def number(self) -> int:
        """Of the try that failed last, counted from 1."""
        return len(self._before.attempts) + len(self._failed)

    def is_last_of_several(self, error: AppError) -> bool:
        """Whether other models have failed before; a refusal is told as it is."""
        others = {attempt.model for attempt in self._failed} - {self.answering}
        return bool(others) and not isinstance(error, Refused)

    def none_answered(self) -> NoneAnswered:
        """The verdict on all tries."""
        failures = {each.model: (each.model_name, each.failure) for each in self._failed}.values()
        details = [f"{name}: {failure.detail}" for name, failure in failures if failure.detail]
        return NoneAnswered([(name, failure.title) for name, failure in failures], "\n".join(details))

    def settle_usage(self, error: AppError | None = None) -> None:
        """The try has ended, by itself, by this error, or because it was stopped: what it used, and what that cost."""
        if self.reservation is not None:
            self.reply.usage = self.reservation.used(self.reply, is_whole=self.is_whole, error=error)

    def message(self) -> Message:
        """The reply as it stands, as the message that is stored."""
        reply, before = self.reply, self._before
        took_ms = reply.duration_ms
        return replace(
            before,
            model=self.answering,
            model_name=self._model_name,
            provider_name=self._provider_name,
            parts=reply.parts,
            status=reply.status,
            finish=reply.finish,
            usage=reply.usage,
            ttft_ms=reply.ttft_ms if before.ttft_ms is None else before.ttft_ms,
            duration_ms=None if took_ms is None else took_ms + (before.duration_ms or 0),
            failure=reply.failure,
            attempts=reply.attempts,
        )

    def entries(self) -> list[LedgerEntry]:
        """The ledger's rows that are not on disk yet, one for each try; none for a target that was not asked."""
        if not self._is_trying:
            return list(self._rows)
        reply = self.reply
        own = replace(self.message(), created_ms=self._asked_ms, ttft_ms=reply.ttft_ms, duration_ms=reply.duration_ms)
        entry = LedgerEntry.of(own, Purpose.CHAT, self.key_label, started_ms=self._started_ms)
        return [*self._rows, self._row(entry)]

    def forget_rows(self) -> None:
        """Those of the tries that have failed are on disk."""
        self._rows.clear()

    def _row(self, entry: LedgerEntry) -> LedgerEntry:
        reply = self.reply
        return replace(
            entry,
            usage=reply.usage,
            cost=self._cost(reply.usage),
            tags=self._tags,
            model_answered=reply.answered_by.model_id,
            request_id=reply.answered_by.request_id,
            fallback_from=next((each.model for each in reversed(self._failed) if each.model != entry.model), None),
        )

    def _cost(self, usage: Usage | None) -> Cost | None:
        return None if usage is None or self.reservation is None else self.reservation.cost(usage)
