"""The database file and the one thread that touches it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, cast

from desktop import __version__
from desktop.storage.values import Db

T = TypeVar("T")

BUSY_S = 5.0  # how long SQLite waits for another program's lock, in seconds

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What opening did. `migrated_from` is the version that last changed the file's shape, None if it was left."""

    created: bool
    migrated_from: str | None = None
    backup_path: Path | None = None


class Database:
    """One SQLite file, used from one worker thread in the order of the calls.

    Calls made before `open` wait for it; if it fails they fail with its error, and so do later ones until another
    `open` succeeds. A call whose awaiting task is cancelled is carried out all the same.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage")
        self._early: list[Callable[[], None]] | None = []
        self._db: Db | None = None
        self._error: Exception = RuntimeError("the database is not open")

    async def open(self) -> OpenReport:
        """Opens or creates the file, first copying it to `backups` if its shape must change.

        Raises DatabaseTooNew (the file is untouched), DatabaseDamaged, DiskFull, Busy or another StorageError.
        """
        return await self._call(self._open, self._start)

    async def run(self, fn: Callable[[Db], T]) -> T:
        """Returns `fn(db)`, run in a transaction that is rolled back if it raises.

        Raises what `fn` raises, and StorageError if the disk or the file is at fault. `fn` may be run a second time
        after the first run was rolled back, so it must change nothing but the database.
        """
        submit = self._submit if self._early is None else self._early.append
        return await self._call(lambda: self._transact(fn), submit)

    async def close(self) -> None:
        """Finishes what is queued and closes the file. Later calls raise RuntimeError."""
        closed = self._call(self._close, self._start)
        self._worker.shutdown(wait=False)
        await closed

    def _submit(self, job: Callable[[], None]) -> None:
        self._worker.submit(job)

    def _start(self, job: Callable[[], None]) -> None:
        """Queues `job` and, behind it, what has waited for it."""
        early, self._early = self._early or [], None
        for queued in (job, *early):
            self._submit(queued)

    def _call(self, work: Callable[[], T], submit: Callable[[Callable[[], None]], None]) -> asyncio.Future[T]:
        """The result of `work()` on the worker. Cancelling the future leaves the work queued."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            result: T | None = None
            error: Exception | None = None
            try:
                result = work()
            except Exception as caught:
                error = caught

            def deliver() -> None:
                if waiter.cancelled():
                    report()
                elif error is not None:
                    waiter.set_exception(error)
                else:
                    waiter.set_result(cast(T, result))

            def report() -> None:
                if error is not None:
                    _log.error("a database call failed after its caller had left", exc_info=error)

            try:
                loop.call_soon_threadsafe(deliver)
            except RuntimeError:  # the caller's loop is closed
                report()

        submit(job)
        return waiter

    # What follows runs on the worker thread.

    def _open(self) -> OpenReport:
        if self._db is not None:
            return OpenReport(created=False)
        try:
            self._db, report = _open_file(self.path)
        except Exception as error:
            self._error = _plain(error, self.path)
            if self._error is error:
                raise
            raise self._error from error
        return report

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
        self._error = RuntimeError("the database is closed")

    def _transact(self, fn: Callable[[Db], T]) -> T:
        from desktop.storage.errors import is_busy

        if self._db is None:
            raise self._error
        began = time.monotonic()
        try:
            try:
                return _transaction(self._db, fn, "DEFERRED")
            except Exception as error:
                # A transaction that has read and then writes is refused at once if another program wrote in between.
                # Taking the write lock from the start makes it wait its turn. After a full wait there is no point.
                if not is_busy(error) or time.monotonic() - began >= BUSY_S:
                    raise
                return _transaction(self._db, fn, "IMMEDIATE")
        except Exception as error:
            if (plain := _plain(error, self.path)) is error:
                raise
            raise plain from error


def _plain(error: Exception, path: Path) -> Exception:
    """What went wrong with the disk or the file, in plain words; any other error as it is."""
    import sqlite3

    from desktop.storage.errors import storage_error

    return (isinstance(error, sqlite3.Error | OSError) and storage_error(error, path)) or error


def _transaction(db: Db, fn: Callable[[Db], T], kind: Literal["DEFERRED", "IMMEDIATE"]) -> T:
    db.execute(f"BEGIN {kind}")
    try:
        result = fn(db)
        db.commit()
    except BaseException:
        db.rollback()
        raise
    return result


def _open_file(path: Path) -> tuple[Db, OpenReport]:
    import sqlite3

    path.parent.mkdir(parents=True, exist_ok=True)
    _look_first(path)
    db = sqlite3.connect(path, timeout=BUSY_S)
    try:
        report = _bring_up_to_date(db, path)
        db.execute("PRAGMA synchronous=NORMAL")  # with WAL: safe from crashes, one fsync per checkpoint
        db.execute("PRAGMA foreign_keys=ON")
    except BaseException:
        db.close()
        raise
    return db, report


def _look_first(path: Path) -> None:
    """Refuses a file from a newer version, or a damaged one, through a connection that cannot change it.

    With `immutable` nothing is left behind. It does not see what stands in a `-wal` file, which is there while another
    program has the file open or after a crash; then an ordinary reader does no harm. A `-journal` file is left only by
    a crash during creation, and only a writer can undo that.
    """
    import sqlite3

    if not path.exists() or path.stat().st_size == 0 or path.with_name(f"{path.name}-journal").exists():
        return
    mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    conn = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, timeout=BUSY_S)
    with contextlib.closing(conn) as db:
        _refuse_newer(db)


def _refuse_newer(db: Db) -> None:
    from desktop.storage import migrations
    from desktop.storage.errors import too_new

    if migrations.applied(db) - migrations.NAMES:
        raise too_new(_written_by(db), __version__)


def _written_by(db: Db) -> str:
    return str(db.execute("SELECT value FROM about WHERE name = 'version'").fetchone()[0])


def _bring_up_to_date(db: Db, path: Path) -> OpenReport:
    """Applies what is missing, all of it or nothing."""
    from desktop.storage import migrations
    from desktop.storage.backup import verified_copy

    if not migrations.NAMES - migrations.applied(db):
        _refuse_newer(db)
        return OpenReport(created=False)
    created = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    migrated_from = None if created else _written_by(db)
    backup_path = None if created else verified_copy(db, path)
    db.execute("PRAGMA journal_mode=WAL")

    def migrate(db: Db) -> None:
        _refuse_newer(db)  # another program may have come first
        migrations.apply(db)
        db.execute("INSERT OR REPLACE INTO about (name, value) VALUES ('version', ?)", [__version__])

    _transaction(db, migrate, "IMMEDIATE")
    return OpenReport(created, migrated_from, backup_path)
