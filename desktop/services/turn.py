"""One question and its reply: stream the events, fold them, save them, end exactly once.

Read `run` from top to bottom. The user's message and an empty reply are on disk before the request leaves
(`services/chat.py`); from the first word on the reply's row is kept no older than 250 ms (`services/flusher.py`), and
its end, its figures and the ledger's rows are one transaction. What it may cost is held before every request
(`services/budgets.py`).
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from desktop.domain.changes import ConversationsChanged, SavingFailed
from desktop.domain.errors import AppError, NoConnection, OverBudget, ProviderError, Refused, SecretsError
from desktop.domain.events import (
    AllCooling,
    Failed,
    FellBack,
    Finished,
    LimitsReported,
    ModelChosen,
    Offline,
    Pause,
    ReasoningDelta,
    Retrying,
    Stopped,
    TextDelta,
    TurnEvent,
)
from desktop.domain.message import FinishReason, Message, Status
from desktop.domain.model import Endpoint, ModelRef
from desktop.domain.route import Target
from desktop.i18n import gettext as _
from desktop.providers.address import is_loopback
from desktop.providers.base import ChatRequest
from desktop.services import network, pace, retry
from desktop.services.budgets import Budgets
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.flusher import Flusher
from desktop.services.joint import joined
from desktop.services.lost import attended
from desktop.services.router import Ask, GiveUp, Move, Retry
from desktop.services.routes import Plan, Routes
from desktop.services.turn_record import TurnRecord
from desktop.storage import conversations, ledger, messages
from desktop.storage.values import Db

_log = logging.getLogger(__name__)

SAVE_AGAIN_SECONDS = 2.0

Listener = Callable[[TurnEvent], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What a turn needs to know: where the reply goes and what is asked. A reply with parts goes on from there.

    `tags` are the conversation's. `once`: the user wants it sent whatever the caps say.
    """

    reply: Message
    request: ChatRequest
    tags: tuple[str, ...] = ()
    once: bool = False


class Turn:
    """A running reply. It belongs to the chat service, not to a page: pages subscribe and come and go."""

    def __init__(
        self,
        question: Question,
        catalogue: Catalogue,
        routes: Routes,
        budgets: Budgets,
        feed: Feed,
        flusher: Flusher,
    ) -> None:
        self.record = TurnRecord(question.reply, question.request, catalogue, question.tags, once=question.once)
        self.reply = self.record.reply
        self.conversation_id = question.reply.conversation_id
        self.message_id = question.reply.id
        self.model: ModelRef = self.record.answering
        """What was asked, a model or a route."""
        self.paused: Pause | None = None
        """Why nobody is asked at present, or what speaks against whom is asked."""
        self.over_budget: OverBudget | None = None
        """The cap that stopped it, once one has."""
        self._question = question
        self._catalogue = catalogue
        self._routes = routes
        self._budgets = budgets
        self._feed = feed
        self._flusher = flusher
        self._closing = False
        self._listeners: list[Listener] = []
        self._stream: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._done = asyncio.Event()

    @property
    def question(self) -> Question:
        """What was asked, and the reply as it stood before."""
        return self._question

    @property
    def answering(self) -> ModelRef:
        """The target of the present try, or of the last one."""
        return self.record.answering

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with every event from now on; what came before is in `reply`. Returns the way to end it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def message(self) -> Message:
        """The reply as it stands, as the message that is stored."""
        return self.record.message()

    def stop(self) -> None:
        """End the reply now and keep what has arrived. Does nothing once it has ended."""
        if self.reply.status is Status.STREAMING:
            self.record.settle_usage()
            self._emit(Stopped())
            if self._stream is not None:
                self._stream.cancel()

    def try_now(self) -> None:
        """Do not wait any longer before the next try."""
        self._hurry.set()

    def close(self) -> None:
        """Stop because the application quits: a save that fails then is not tried again."""
        self._closing = True
        self.stop()

    async def wait(self) -> Message:
        """Until the end is on disk (or could not be written, which is logged); then the finished message."""
        await self._done.wait()
        return self.message()

    async def run(self) -> None:
        """From the request to the last write. Ends with exactly one of Finished, Failed and Stopped; never raises."""
        self._stream = asyncio.create_task(self._receive(), name=f"receive {self.message_id}")
        try:
            with self._flusher.keeping(self.record):
                await asyncio.wait([self._stream])
                if self.reply.status is Status.STREAMING:  # cancelled from outside, or a dialect broke its contract
                    self.stop()
            await self._save()
        finally:
            self._done.set()

    async def _receive(self) -> None:
        try:
            await self._answer(self._routes.plan(self.model))
        except AppError as error:
            self.over_budget = error if isinstance(error, OverBudget) else None
            self._fail(error)
        except Exception as error:
            _log.exception("a turn failed unexpectedly")
            self._fail(AppError(_("Something went wrong in Tuppence"), detail=repr(error)))

    async def _answer(self, plan: Plan) -> None:
        """Ask a target, again while that may help, then the next. Once a word has arrived there is no second try."""
        record, target, tries, waited_s = self.record, plan.targets[0], 0, 0.0
        record.turn_to(target)
        waited_s += await self._until_open(plan, target, waited_s)
        while True:
            record.begin_try()
            try:
                await self._ask(target)
                if self.reply.status is Status.COMPLETE:
                    self._routes.standing.succeeded(target)
                return
            except (ProviderError, SecretsError, OverBudget) as error:
                if isinstance(error, OverBudget):
                    if record.reservation is not None:
                        raise  # it has cut the reply off
                    record.withdraw_try()
                if isinstance(error, NoConnection) and not self.reply.has_begun and self._is_cut_off(target):
                    if error.was_sent:
                        self.reply.attempts += (record.fail_try(error),)
                    else:
                        record.withdraw_try()
                    await self._settle_failed()
                    self._emit(Offline())
                    await network.until_online()
                    continue
                tries += 1
                step = self._routes.after(plan, target, error, tries=tries, waited_s=waited_s)
                is_refused = isinstance(step, Ask) and isinstance(error, Refused) and not self.reply.has_text
                if self.reply.has_begun and not is_refused:
                    raise
                if isinstance(step, GiveUp) and not record.is_last_of_several(error):
                    raise
                attempt = record.fail_try(error, step.pause_s if isinstance(step, Retry) else 0.0)
                await self._settle_failed()
                if isinstance(step, GiveUp):
                    self.reply.attempts += (attempt,)
                    raise record.none_answered() from error
                if isinstance(step, Ask):
                    self.reply.attempts += (attempt,)
                    record.turn_to(step.target)
                    raise self._routes.question(plan, step.target, error) from error
            if isinstance(step, Move):
                target, tries = step.target, 0
                name = self._catalogue.name_of(target.model)
                self._emit(FellBack(attempt, record.number, target.model, name))
                record.turn_to(target)
                waited_s += await self._until_open(plan, target, waited_s)
            else:
                self._emit(Retrying(attempt, record.number, step.pause_s))
                waited_s += await self._pause(step.pause_s)

    async def _until_open(self, plan: Plan, target: Target, waited_s: float) -> float:
        """Say what speaks against asking a target, and wait while it will answer nothing by its own word.

        Returns the seconds of that. Raises RateLimited where they are more than is left of the longest wait.
        """
        cooling = self._routes.all_cooling(plan, target)
        if cooling is None:
            return 0.0
        if waited_s + cooling.wait_s > retry.LONGEST_S:
            raise self._routes.closed(target)
        self._emit(cooling)
        return await self._pause(cooling.wait_s)

    def _is_cut_off(self, target: Target) -> bool:
        """Whether it is this computer that has no network, and not the target that is gone."""
        provider = self._catalogue.provider(target.model.provider_id)
        return provider is not None and not is_loopback(provider.base_url) and network.is_offline()

    async def _pause(self, seconds: float) -> float:
        """Returns how long a pause was meant; the user may have cut it short."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        self._hurry.clear()
        return seconds

    async def _ask(self, target: Target) -> None:
        endpoint, client = await self._catalogue.connect(
            target.model.provider_id, target.key_label or None, target.model.model_id
        )
        self.record.key_label = endpoint.key_label
        reservation = self.record.reservation = await self._budgets.reserve(self.record.spend())
        request = reservation.limited(replace(self._question.request, model_id=target.model.model_id))
        self._emit(ModelChosen(target.model, self._catalogue.name_of(target.model), endpoint.provider.name))
        stream = client.stream(endpoint, request)
        if self._question.reply.parts:
            stream = joined(self._question.reply, stream)
        async with attended(endpoint.provider) as heard, aclosing(stream) as events:
            async for event in events:
                heard()
                if isinstance(event, Finished):
                    self.record.is_whole = True
                    self._refuse_empty(event, endpoint)
                    reservation.end(event.reason)
                    self._end(event)
                elif isinstance(event, LimitsReported):
                    self._routes.standing.set_limits(Target(target.model, endpoint.key_label), event.limits)
                elif self.reply.status is Status.STREAMING:
                    self._emit(event)
                    reservation.watch(event)
                await pace.rest()

    def _refuse_empty(self, event: Finished, endpoint: Endpoint) -> None:
        """A reply that was filtered before its first word is a refusal."""
        if event.reason is FinishReason.FILTERED and not self.reply.has_text:
            title = _("{provider} stopped this reply").format(provider=endpoint.provider.name)
            raise Refused(title, _("Its safety filter gave no text. Your message is kept."))

    def _fail(self, error: AppError) -> None:
        self._end(Failed(error.failure()), error)

    def _end(self, event: TurnEvent, error: AppError | None = None) -> None:
        if self.reply.status is Status.STREAMING:
            self.record.settle_usage(error)
            self._emit(event)

    def _emit(self, event: TurnEvent) -> None:
        self.reply.apply(event, time.monotonic())
        match event:
            case TextDelta() | ReasoningDelta():
                self.record.is_dirty = True
            case Retrying() | AllCooling() | Offline():
                self.paused = event
            case ModelChosen() if isinstance(self.paused, AllCooling) and not self.paused.wait_s:
                pass  # it says who is asked, which is read while that one answers
            case ModelChosen() | FellBack() | Failed() | Stopped():
                self.paused = None
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:
                _log.exception("a listener failed on %s", type(event).__name__)

    async def _settle_failed(self) -> None:
        """What a failed try used is counted at once, for the next one may be long in coming."""
        entries = self.record.entries()

        def write(db: Db) -> None:
            for entry in entries:
                ledger.append_new(db, entry)
            conversations.recount(db, self.conversation_id)

        await self._budgets.settle(self.message_id, write)
        self.record.forget_rows()
        if any(entry.cost for entry in entries):
            self._feed.publish(ConversationsChanged(frozenset({self.conversation_id})))

    async def _save(self) -> None:
        """The end, with its figures and its rows in the ledger; tried until it succeeds or the application quits."""
        message, entries = self.message(), self.record.entries()
        while True:
            try:
                await self._budgets.settle(self.message_id, lambda db: messages.finish_reply(db, message, entries))
                return
            except AppError as error:
                _log.error("a reply could not be saved: %s", error)
                self._feed.publish(SavingFailed(error))
                if self._closing:
                    return
                await asyncio.sleep(SAVE_AGAIN_SECONDS)
