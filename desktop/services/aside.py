"""Small requests beside the chats: a title, the question that tries a key. Counted and capped like any other."""

import time
from contextlib import aclosing
from dataclasses import replace

from desktop.domain.budget import Spender
from desktop.domain.errors import AppError
from desktop.domain.events import Failed, Finished, Stopped
from desktop.domain.ids import now_ms
from desktop.domain.ledger import Purpose
from desktop.domain.model import Endpoint, Model
from desktop.domain.reply import Reply
from desktop.providers.base import ChatRequest, DialectClient
from desktop.services.budgets import Budgets, Spend
from desktop.services.reservation import Reservation
from desktop.storage import ledger


class Asides:
    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets

    async def ask(
        self,
        endpoint: Endpoint,
        client: DialectClient,
        request: ChatRequest,
        model: Model,
        purpose: Purpose,
        message_id: str,
        *,
        tags: tuple[str, ...] = (),
    ) -> Reply:
        """The whole answer. `message_id` is the reply that it is about, or something unique.

        Raises OverBudget with nothing sent, ProviderError, StorageError.
        """
        provider = endpoint.provider
        spend = Spend(
            message_id=message_id,
            started_ms=now_ms(),
            spender=Spender(model.ref, endpoint.key_label, request.conversation_id, tags),
            provider_name=provider.name,
            model_name=model.name,
            request=request,
            model=model,
            purpose=purpose,
        )
        reservation = await self._budgets.reserve(spend)
        reply = Reply(time.monotonic())
        try:
            await _receive(endpoint, client, reservation.limited(request), reservation, reply)
            reply.usage = reservation.used(reply, is_whole=True)
        except BaseException as error:
            known = error if isinstance(error, AppError) else None
            reply.usage = reservation.used(reply, is_whole=False, error=known)
            reply.apply(Failed(known.failure()) if known else Stopped(), time.monotonic())
            raise
        finally:
            await self._settle(reservation, reply)
        return reply

    async def _settle(self, reservation: Reservation, reply: Reply) -> None:
        hold, failure = reservation.hold, reply.failure
        entry = replace(
            hold.entry(reply.status, hold.started_ms + (reply.duration_ms or 0), reply.usage),
            first_token_ms=None if reply.ttft_ms is None else hold.started_ms + reply.ttft_ms,
            http_status=failure.http_status if failure else None,
            error_code=failure.code if failure else "",
            model_answered=reply.answered_by.model_id,
            request_id=reply.answered_by.request_id,
            finish=reply.finish,
        )
        await self._budgets.settle(hold.message_id, lambda db: ledger.append(db, entry))


async def _receive(
    endpoint: Endpoint, client: DialectClient, request: ChatRequest, reservation: Reservation, reply: Reply
) -> None:
    async with aclosing(client.stream(endpoint, request)) as events:
        async for event in events:
            if isinstance(event, Finished):
                reservation.end(event.reason)
            reply.apply(event, time.monotonic())
            reservation.watch(event)
