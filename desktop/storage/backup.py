"""Copies of the database that are known to be whole."""

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from desktop.storage.errors import damaged

FOLDER = "backups"
KEPT = 5


def verified_copy(source: sqlite3.Connection, path: Path) -> Path:
    """Copies the open database `source`, stored at `path`, into the folder `backups` beside it. Returns the copy.

    The copy gets its name only after SQLite has found it whole; the newest five are kept. Raises DatabaseDamaged
    if the copy, and so the database, is not whole; sqlite3.Error and OSError if it cannot be written.
    """
    folder = path.parent / FOLDER
    folder.mkdir(exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    partial = folder / f"{path.stem}-{stamp}.partial"
    try:
        with contextlib.closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without the log that WAL keeps beside it
            found = [row[0] for row in copy.execute("PRAGMA integrity_check(10)")]
        if found != ["ok"]:
            raise damaged(path, "; ".join(found))
        backup = partial.replace(partial.with_suffix(path.suffix))
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    for old in sorted(folder.glob(f"{path.stem}-*{path.suffix}"))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
    return backup
