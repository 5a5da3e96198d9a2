"""Small files written so that a crash, a full disk or a second reader never sees half of one."""

import contextlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path


class AtomicFile:
    """A file that takes the place of the one at `path` when it is complete, readable by its owner alone.

    All is blocking and raises OSError.
    """

    def __init__(self, path: Path) -> None:
        import tempfile  # with half of the standard library behind it, and not on the way to the first window

        self._path = path.resolve()  # a link (dotfiles kept elsewhere) stays a link
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, self._temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=self._path.parent)  # mode 0600
        self._file = os.fdopen(descriptor, "wb")

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def commit(self) -> None:
        """It is complete: from now on it is the file at `path`."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._temporary, self._path)

    def discard(self) -> None:
        """Leave nothing behind; after `commit`, do nothing."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            os.unlink(self._temporary)


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces the file's content in one step, readable by its owner alone. Blocking; raises OSError."""
    file = AtomicFile(path)
    try:
        file.write(data)
        file.commit()
    finally:
        file.discard()


def json_bytes(value: object) -> bytes:
    """JSON as a person would like to find it in a file."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def read_json_object(path: Path) -> tuple[dict[str, object], Path | None]:
    """The file's JSON object, {} if there is none.

    A file that cannot be read or holds something else is kept aside as `<name>.damaged`, so that nothing overwrites
    what is in it, and the second value says where.
    """
    try:
        value = json.loads(path.read_bytes())
        if isinstance(value, dict):
            return value, None
    except FileNotFoundError:
        return {}, None
    except (OSError, ValueError, RecursionError):
        pass
    aside = path.with_name(f"{path.name}.damaged")
    with contextlib.suppress(OSError):
        os.replace(path, aside)
    return {}, aside


class Writer:
    """Writes files in the background, one after another, the newest content of each only.

    The thread ends when nothing is left and is not a daemon, so that leaving the program never loses a choice.
    `on_error` is called on that thread.
    """

    def __init__(self, on_error: Callable[[Path, OSError], None]) -> None:
        self._on_error = on_error
        self._lock = threading.Lock()
        self._pending: dict[Path, bytes] = {}
        self._thread: threading.Thread | None = None

    def write(self, path: Path, data: bytes) -> None:
        """Returns at once."""
        with self._lock:
            self._pending[path] = data
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="settings-writer")
                self._thread.start()

    def flush(self) -> None:
        """Waits until everything asked for so far is on the disk, or has failed."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._pending:
                    self._thread = None
                    return
                path = next(iter(self._pending))
                data = self._pending.pop(path)
            try:
                write_atomically(path, data)
            except OSError as error:
                self._on_error(path, error)
