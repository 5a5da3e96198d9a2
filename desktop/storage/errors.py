"""Which of SQLite's and the system's errors a person can do something about, decided in one place."""

import errno
import shutil
import sqlite3
from pathlib import Path

from desktop.domain.errors import Busy, DatabaseDamaged, DatabaseTooNew, DiskFull, StorageError
from desktop.i18n import gettext as _

_NO_ROOM = 1024 * 1024  # bytes; with less left, an input or output error is taken for a full disk


def storage_error(error: sqlite3.Error | OSError, path: Path) -> StorageError | None:
    """The error in plain words, or None if it is a bug of the program (wrong SQL, a broken constraint).

    `path` is the database file.
    """
    if isinstance(error, OSError):
        return disk_full(path) if error.errno in (errno.ENOSPC, errno.EDQUOT) else _unusable(path, error)
    match _kind(error):
        case sqlite3.SQLITE_FULL:
            return disk_full(path)
        case sqlite3.SQLITE_IOERR if _free(path) < _NO_ROOM:
            return disk_full(path)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Busy(
                _("The chat database is in use"),
                _("Another program holds it. Nothing was changed."),
                detail=str(error),
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged(path, str(error))
        case (
            sqlite3.SQLITE_IOERR
            | sqlite3.SQLITE_CANTOPEN
            | sqlite3.SQLITE_READONLY
            | sqlite3.SQLITE_PERM
            | sqlite3.SQLITE_AUTH
        ):
            return _unusable(path, error)
        case _:
            return None


def is_busy(error: Exception) -> bool:
    """Whether another program's lock was in the way."""
    return _kind(error) == sqlite3.SQLITE_BUSY


def disk_full(path: Path) -> DiskFull:
    return DiskFull(
        _("The disk is full"),
        _("There is no room left in {folder}. Your draft is kept in the window.").format(folder=path.parent),
    )


def damaged(path: Path, detail: str) -> DatabaseDamaged:
    return DatabaseDamaged(
        _("The chat database is damaged"),
        _(
            "Nothing was changed in {file}. Earlier copies, if there are any, are in the folder “{folder}” beside it."
        ).format(file=path, folder="backups"),
        detail=detail,
    )


def too_new(written_by: str, this: str) -> DatabaseTooNew:
    return DatabaseTooNew(
        _("This database is from a newer Tuppence"),
        _("Version {a} wrote it, this is {b}. Nothing was changed.").format(a=written_by, b=this),
    )


def _unusable(path: Path, error: Exception) -> StorageError:
    return StorageError(
        _("The chat database cannot be used"),
        _("Tuppence cannot read and write {file}. Nothing was changed.").format(file=path),
        detail=str(error),
    )


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return _NO_ROOM


def _kind(error: Exception) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF  # the rest is the variant
