"""Keeps the replies that are being written on disk, no more than 250 ms behind.

All that grew goes in one transaction: fifty replies at once, each with its own, held up the window.
"""

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from desktop.domain.errors import AppError
from desktop.domain.ids import now_ms
from desktop.domain.message import Message
from desktop.services.turn_record import TurnRecord
from desktop.storage import messages
from desktop.storage.database import Database
from desktop.storage.values import Db

_log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.2
HEARTBEAT_SECONDS = 5.0


class Flusher:
    """While a model is silent, its reply's row only says that its writer lives."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._beats: dict[TurnRecord, float] = {}
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def keeping(self, record: TurnRecord) -> Iterator[None]:
        """Keeps this reply on disk meanwhile. Its end is saved by others."""
        self._beats[record] = time.monotonic()
        if self._task is None:
            self._task = asyncio.create_task(self._flush_regularly(), name="flush replies")
        try:
            yield
        finally:
            del self._beats[record]
            if self._task is not None and not self._beats:
                self._task.cancel()  # what it has handed to the database is carried out all the same
                self._task = None

    async def flush(self) -> None:
        """Bring all of them up to date. What fails is tried again with the next."""
        now = time.monotonic()
        grown = [record for record in self._beats if record.is_dirty]
        silent = [
            record for record, beat in self._beats.items() if not record.is_dirty and now - beat > HEARTBEAT_SECONDS
        ]
        if not grown and not silent:
            return
        for record in (*grown, *silent):
            record.is_dirty = False
            self._beats[record] = now
        written, alive = [record.message() for record in grown], [record.message_id for record in silent]
        try:
            await self._database.run(partial(_flush, written, alive))
        except AppError as error:
            _log.warning("replies could not be saved yet: %s", error)
            for record in grown:
                record.is_dirty = True

    async def _flush_regularly(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()


def _flush(written: Sequence[Message], alive: Sequence[str], db: Db) -> None:
    for message in written:
        messages.flush_reply(db, message)
    for message_id in alive:
        messages.heartbeat(db, message_id, now_ms())
