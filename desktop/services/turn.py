"""One question and its reply: stream the events, fold them, save them, end exactly once.

Read `run` from top to bottom. The user's message and an empty reply are on disk before the request leaves
(`services/chat.py`); from the first word on the reply's row is rewritten at least every 250 ms, and its end, its
figures and the ledger's row are one transaction.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial

from desktop.domain.changes import SavingFailed
from desktop.domain.errors import AppError, Dearer, NoConnection, NoneAnswered, ProviderError, Refused, SecretsError
from desktop.domain.events import (
    Failed,
    FellBack,
    Finished,
    LimitsReported,
    ModelChosen,
    Offline,
    ReasoningDelta,
    Retrying,
    Stopped,
    TextDelta,
    TurnEvent,
)
from desktop.domain.ids import now_ms
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import Attempt, FinishReason, Message, Status
from desktop.domain.model import Endpoint, KeyRef, ModelRef
from desktop.domain.reply import Reply
from desktop.domain.route import Target
from desktop.domain.usage import Usage, estimate_tokens
from desktop.i18n import gettext as _
from desktop.providers.address import is_loopback
from desktop.providers.base import ChatRequest
from desktop.services import network
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.joint import joined
from desktop.services.router import Ask, GiveUp, Move, Retry
from desktop.services.routes import Plan, Routes
from desktop.storage import messages
from desktop.storage.database import Database
from desktop.storage.values import Db

_log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.2
HEARTBEAT_SECONDS = 5.0
SLICE_SECONDS = 0.008
SAVE_AGAIN_SECONDS = 2.0

Listener = Callable[[TurnEvent], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What a turn needs to know: where the reply goes and what is asked. A reply with parts goes on from there."""

    reply: Message
    request: ChatRequest


class Turn:
    """A running reply. It belongs to the chat service, not to a page: pages subscribe and come and go."""

    def __init__(
        self, question: Question, catalogue: Catalogue, routes: Routes, database: Database, feed: Feed
    ) -> None:
        if question.reply.model is None:
            raise ValueError("a reply needs a model")
        self.conversation_id = question.reply.conversation_id
        self.message_id = question.reply.id
        self.model: ModelRef = question.reply.model
        self.answering = self.model
        """The target of the present try, or of the last one."""
        self.paused: Retrying | Offline | None = None
        """Why nobody is asked at present."""
        self.reply = Reply(time.monotonic(), question.reply.parts, question.reply.attempts)
        self._question = question
        self._catalogue = catalogue
        self._routes = routes
        self._database = database
        self._feed = feed
        self._closing = False
        self._listeners: list[Listener] = []
        self._stream: asyncio.Task[None] | None = None
        self._model_name = question.reply.model_name
        self._provider_name = question.reply.provider_name
        self._key_label = ""
        self._asked_ms = self._started_ms = now_ms()
        self._dirty = False
        self._hurry = asyncio.Event()
        self._done = asyncio.Event()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with every event from now on; what came before is in `reply`. Returns the way to end it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def message(self) -> Message:
        """The reply as it stands, as the message that is stored."""
        reply, before = self.reply, self._question.reply
        spent = [usage for usage in (before.usage, reply.usage) if usage is not None]
        took_ms = reply.duration_ms
        return replace(
            before,
            model=self.answering,
            model_name=self._model_name,
            provider_name=self._provider_name,
            parts=reply.parts,
            status=reply.status,
            finish=reply.finish,
            usage=sum(spent[1:], spent[0]) if spent else None,
            ttft_ms=reply.ttft_ms if before.ttft_ms is None else before.ttft_ms,
            duration_ms=None if took_ms is None else took_ms + (before.duration_ms or 0),
            failure=reply.failure,
            attempts=reply.attempts,
        )

    def stop(self) -> None:
        """End the reply now and keep what has arrived. Does nothing once it has ended."""
        if self.reply.status is Status.STREAMING:
            self._settle_usage()
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
        flusher = asyncio.create_task(self._flush_regularly(), name=f"flush {self.message_id}")
        try:
            await asyncio.wait([self._stream])
            if self.reply.status is Status.STREAMING:  # cancelled from outside, or a dialect broke its contract
                self.stop()
            flusher.cancel()
            await self._save()
        finally:
            flusher.cancel()
            self._done.set()

    async def _receive(self) -> None:
        try:
            await self._answer(self._routes.plan(self.model))
        except AppError as error:
            self._end(Failed(error.failure()))
        except Exception as error:
            _log.exception("a turn failed unexpectedly")
            self._end(Failed(AppError(_("Something went wrong in Tuppence"), detail=repr(error)).failure()))

    async def _answer(self, plan: Plan) -> None:
        """Ask a target, again while that may help, then the next. Once a word has arrived there is no second try."""
        target, tries, waited_s = plan.targets[0], 0, 0.0
        while True:
            self._begin_try(target)
            try:
                await self._ask(target)
                if self.reply.status is Status.COMPLETE:
                    self._routes.standing.succeeded(target)
                return
            except (ProviderError, SecretsError) as error:
                if isinstance(error, NoConnection) and not self.reply.has_begun and self._is_cut_off(target):
                    self._emit(Offline())
                    await network.until_online()
                    continue
                tries += 1
                step = self._routes.after(plan, target, error, tries=tries, waited_s=waited_s)
                if self.reply.has_begun or (isinstance(step, GiveUp) and not self._is_last_of_several(error)):
                    raise
                pause_s = step.pause_s if isinstance(step, Retry) else 0.0
                attempt, number = self._failed_try(target, error, pause_s), len(self.reply.attempts) + 1
                if isinstance(step, Ask | GiveUp):
                    self.reply.attempts += (attempt,)
                    raise self._verdict(plan, step, error) from error
            if isinstance(step, Move):
                target, tries = step.target, 0
                name = self._catalogue.name_of(target.model)
                self._emit(FellBack(attempt, number, target.model, name))
            else:
                waited_s += pause_s
                self._emit(Retrying(attempt, number, pause_s))
                await self._pause(pause_s)

    def _is_cut_off(self, target: Target) -> bool:
        """Whether it is this computer that has no network, and not the target that is gone."""
        provider = self._catalogue.provider(target.model.provider_id)
        return provider is not None and not is_loopback(provider.base_url) and network.is_offline()

    def _begin_try(self, target: Target) -> None:
        provider = self._catalogue.provider(target.model.provider_id)
        self.answering = target.model
        self.reply.usage = None  # what the last try counted before it failed is not of this one
        self._model_name = self._catalogue.name_of(target.model)
        self._provider_name = provider.name if provider else target.model.provider_id
        self._key_label = target.key_label
        self._started_ms = now_ms()

    def _failed_try(self, target: Target, error: AppError, pause_s: float) -> Attempt:
        return Attempt(
            target.model,
            self._model_name,
            self._provider_name,
            self._key_label,
            self._started_ms,
            now_ms(),
            round(pause_s * 1000),
            error.failure(),
        )

    def _is_last_of_several(self, error: AppError) -> bool:
        """Whether other models have failed before; a refusal is told as it is."""
        others = {each.model for each in self._new_attempts()} - {self.answering}
        return bool(others) and not isinstance(error, Refused)

    def _verdict(self, plan: Plan, step: Ask | GiveUp, error: AppError) -> AppError:
        """What the reply ends with when each of its tries is among its attempts."""
        if isinstance(step, Ask):
            self._begin_try(step.target)  # the reply is about this one now, though it is not asked
            return self._routes.dearer(plan, step.target, error)
        failures = {each.model: (each.model_name, each.failure) for each in self._new_attempts()}.values()
        details = [f"{name}: {failure.detail}" for name, failure in failures if failure.detail]
        return NoneAnswered([(name, failure.title) for name, failure in failures], "\n".join(details))

    def _new_attempts(self) -> tuple[Attempt, ...]:
        return self.reply.attempts[len(self._question.reply.attempts) :]

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        self._hurry.clear()

    async def _ask(self, target: Target) -> None:
        endpoint, client = await self._catalogue.connect(
            target.model.provider_id, target.key_label or None, target.model.model_id
        )
        self._key_label = endpoint.key_label
        request = replace(self._question.request, model_id=target.model.model_id)
        self._emit(ModelChosen(target.model, self._model_name, endpoint.provider.name))
        slice_end = time.monotonic() + SLICE_SECONDS
        stream = client.stream(endpoint, request)
        if self._question.reply.parts:
            stream = joined(self._question.reply, stream)
        async with aclosing(stream) as events:
            async for event in events:
                if isinstance(event, Finished):
                    self._end(self._checked(event, endpoint))
                elif isinstance(event, LimitsReported):
                    key = KeyRef(target.model.provider_id, endpoint.key_label)
                    self._routes.standing.set_limits(key, event.limits)
                elif self.reply.status is Status.STREAMING:
                    self._emit(event)
                if time.monotonic() > slice_end:  # a fast server must not starve the window of its events
                    await asyncio.sleep(0)
                    slice_end = time.monotonic() + SLICE_SECONDS

    def _checked(self, event: Finished, endpoint: Endpoint) -> TurnEvent:
        """A reply that was filtered before its first word is a refusal."""
        if event.reason is FinishReason.FILTERED and not self.reply.has_text:
            title = _("{provider} stopped this reply").format(provider=endpoint.provider.name)
            return Failed(Refused(title, _("Its safety filter gave no text. Your message is kept.")).failure())
        return event

    def _end(self, event: TurnEvent) -> None:
        if self.reply.status is Status.STREAMING:
            if not isinstance(event, Finished) or self.reply.usage is None:
                self._settle_usage()
            self._emit(event)

    def _settle_usage(self) -> None:
        """Count the text where the provider's figures did not arrive, and say so. Nothing received: nothing counted."""
        written = estimate_tokens(self.reply.output_text)
        reported = self.reply.usage
        if not written:
            return
        if reported is None:
            sent = sum(estimate_tokens(message.text) for message in self._question.request.messages)
            sent += estimate_tokens(self._question.request.system or "")
            self.reply.usage = Usage(input_tokens=sent, output_tokens=written, estimated=True)
        elif reported.output_tokens < written:
            self.reply.usage = replace(reported, output_tokens=written, estimated=True)

    def _emit(self, event: TurnEvent) -> None:
        self.reply.apply(event, time.monotonic())
        if isinstance(event, Retrying | Offline):
            self.paused = event
        elif isinstance(event, ModelChosen | FellBack | Failed | Stopped):
            self.paused = None
        if isinstance(event, TextDelta | ReasoningDelta):
            self._dirty = True
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:
                _log.exception("a listener failed on %s", type(event).__name__)

    async def _flush_regularly(self) -> None:
        """Keeps the row on disk no older than 250 ms; while the model is silent, only shows that we live."""
        beat = time.monotonic()
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                if self._dirty:
                    self._dirty = False
                    await self._database.run(partial(_flush, self.message()))
                    beat = time.monotonic()
                elif time.monotonic() - beat > HEARTBEAT_SECONDS:
                    await self._database.run(lambda db: messages.heartbeat(db, self.message_id, now_ms()))
                    beat = time.monotonic()
            except AppError as error:  # the next flush, or the end, tries again with the whole text
                self._dirty = True
                _log.warning("a reply could not be saved yet: %s", error)

    async def _save(self) -> None:
        """The end, with its figures and its row in the ledger; tried until it succeeds or the application quits."""
        message = self.message()
        entries = self._entries(message)
        while True:
            try:
                await self._database.run(lambda db: messages.finish_reply(db, message, entries))
                return
            except AppError as error:
                _log.error("a reply could not be saved: %s", error)
                self._feed.publish(SavingFailed(error))
                if self._closing:
                    return
                await asyncio.sleep(SAVE_AGAIN_SECONDS)

    def _entries(self, message: Message) -> list[LedgerEntry]:
        """A row for each try of this turn. What a reply that goes on took before has its rows already.

        Where the reply ends with a verdict on its attempts, it tells of no try itself.
        """
        reply = self.reply
        first = len(message.attempts) - len(self._new_attempts()) + 1
        entries = [LedgerEntry.of_attempt(message, *each) for each in enumerate(self._new_attempts(), first)]
        if message.failure is None or message.failure.code not in (Dearer.code, NoneAnswered.code):
            own = replace(message, created_ms=self._asked_ms, usage=reply.usage)
            own = replace(own, ttft_ms=reply.ttft_ms, duration_ms=reply.duration_ms)
            entries.append(LedgerEntry.of(own, Purpose.CHAT, self._key_label, started_ms=self._started_ms))
        return entries


def _flush(message: Message, db: Db) -> None:
    messages.flush_reply(db, message)
