"""The providers the user has set up, in order of use. Their keys are not here: see secrets.py."""

import errno
import threading
from collections.abc import Mapping
from pathlib import Path

from desktop.domain.errors import DiskFull, StorageError
from desktop.domain.model import Dialect, Provider
from desktop.i18n import gettext as _
from desktop.settings.files import json_bytes, read_json_object, write_atomically

_Rows = list[Provider | object]


class ProviderStore:
    """Reads once, in `load`; `list` answers from memory.

    `save`, `move` and `remove` wait for the disk (call them in a thread) and raise StorageError with nothing changed.
    Rows this version cannot use stay in the file: a newer version wrote them. Safe to use from any thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._rows: _Rows = []
        self.problems: list[str] = []

    def load(self) -> None:
        """Reads the file, a few kilobytes. A damaged one is kept aside and told in `problems`."""
        raw, aside = read_json_object(self._path)
        rows = raw.get("providers", [])
        self._rows = [_provider_from(row) or row for row in rows] if isinstance(rows, list) else []
        if aside is not None:
            self.problems.append(
                _("The list of providers could not be read. The file is kept as {path}.").format(path=aside)
            )

    def list(self) -> tuple[Provider, ...]:
        """In order of use."""
        with self._lock:
            return tuple(row for row in self._rows if isinstance(row, Provider))

    def save(self, provider: Provider) -> None:
        """Replaces the provider of that id, or adds it at the end."""
        with self._lock:
            ids = [row.id if isinstance(row, Provider) else None for row in self._rows]
            rows = [*self._rows]
            if provider.id in ids:
                rows[ids.index(provider.id)] = provider
            else:
                rows.append(provider)
            self._write(rows)

    def move(self, provider_id: str, position: int) -> None:
        """Makes the provider the `position`-th in order of use, from 0."""
        with self._lock:
            providers = [row for row in self._rows if isinstance(row, Provider)]
            others = [row for row in self._rows if not isinstance(row, Provider)]
            moved = next((provider for provider in providers if provider.id == provider_id), None)
            if moved is None:
                return
            providers.remove(moved)
            providers.insert(position, moved)
            self._write([*providers, *others])

    def remove(self, provider_id: str) -> None:
        """Does nothing if there is none of that id."""
        with self._lock:
            self._write([row for row in self._rows if not (isinstance(row, Provider) and row.id == provider_id)])

    def _write(self, rows: "_Rows") -> None:
        data = json_bytes({"providers": [_row_from(row) if isinstance(row, Provider) else row for row in rows]})
        try:
            write_atomically(self._path, data)
        except OSError as error:
            problem = DiskFull if error.errno == errno.ENOSPC else StorageError
            raise problem(
                _("The list of providers could not be saved"),
                _("{path}: {reason}").format(path=self._path, reason=error.strerror or type(error).__name__),
            ) from error
        self._rows = rows


def _row_from(provider: Provider) -> dict[str, object]:
    return {
        "id": provider.id,
        "service": provider.service_id,
        "name": provider.name,
        "dialect": provider.dialect.value,
        "base_url": provider.base_url,
        "enabled": provider.enabled,
        "key_labels": list(provider.key_labels),
        "headers": [list(header) for header in provider.headers],
        "custom": provider.custom,
    }


def _provider_from(row: object) -> Provider | None:
    """None for a row that this version cannot use."""
    if not isinstance(row, Mapping):
        return None
    try:
        provider = Provider(
            id=row["id"],
            service_id=row["service"],
            name=row["name"],
            dialect=Dialect(row["dialect"]),
            base_url=row["base_url"],
            enabled=bool(row.get("enabled", True)),
            key_labels=tuple(row.get("key_labels", ())),
            headers=tuple((name, value) for name, value in row.get("headers", ())),
            custom=bool(row.get("custom", False)),
        )
    except (KeyError, TypeError, ValueError):
        return None
    texts = (provider.id, provider.service_id, provider.name, provider.base_url, *provider.key_labels)
    pairs = [text for header in provider.headers for text in header]
    return provider if provider.id and all(isinstance(text, str) for text in (*texts, *pairs)) else None
