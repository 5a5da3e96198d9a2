"""The user's routes, in the order in which they are shown."""

import errno
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from desktop.domain.errors import DiskFull, StorageError
from desktop.domain.model import ModelRef
from desktop.domain.route import Route, Strategy, Target
from desktop.i18n import gettext as _
from desktop.settings.files import json_bytes, read_json_object, write_atomically


class RouteStore:
    """Reads once, in `load`; `list` answers from memory.

    `replace` waits for the disk (call it in a thread) and raises StorageError with nothing changed. Rows this version
    cannot use stay in the file: a newer version wrote them.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._routes: tuple[Route, ...] = ()
        self._others: tuple[object, ...] = ()
        self.problems: list[str] = []

    def load(self) -> None:
        """Reads the file, a few kilobytes. A damaged one is kept aside and told in `problems`."""
        raw, aside = read_json_object(self._path)
        rows = raw.get("routes", [])
        read = [(row, _route_from(row)) for row in rows] if isinstance(rows, list) else []
        self._routes = tuple(route for _row, route in read if route is not None)
        self._others = tuple(row for row, route in read if route is None)
        if aside is not None:
            self.problems.append(_("The routes could not be read. The file is kept as {path}.").format(path=aside))

    def list(self) -> tuple[Route, ...]:
        return self._routes

    def replace(self, routes: Sequence[Route]) -> None:
        """Makes these the user's routes."""
        with self._lock:
            data = json_bytes({"routes": [*map(_row_from, routes), *self._others]})
            try:
                write_atomically(self._path, data)
            except OSError as error:
                problem = DiskFull if error.errno == errno.ENOSPC else StorageError
                raise problem(
                    _("The routes could not be saved"),
                    _("{path}: {reason}").format(path=self._path, reason=error.strerror or type(error).__name__),
                ) from error
            self._routes = tuple(routes)


def _row_from(route: Route) -> dict[str, object]:
    return {
        "id": route.id,
        "name": route.name,
        "strategy": route.strategy.value,
        "favourite": route.favourite,
        "targets": [
            {
                "provider": target.model.provider_id,
                "model": target.model.model_id,
                "key": target.key_label,
                "weight": target.weight,
            }
            for target in route.targets
        ],
    }


def _route_from(row: object) -> Route | None:
    """None for a row that this version cannot use."""
    if not isinstance(row, Mapping):
        return None
    try:
        targets = tuple(
            Target(ModelRef(each["provider"], each["model"]), each.get("key", ""), each.get("weight", 1))
            for each in row["targets"]
        )
        strategy = Strategy(row.get("strategy", "fallback"))
        route = Route(row["id"], row["name"], targets, strategy, row.get("favourite") is True)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    texts = [route.id, route.name]
    for target in targets:
        texts += [target.model.provider_id, target.model.model_id, target.key_label]
        if type(target.weight) is not int or target.weight < 1:
            return None
    return route if route.id and targets and all(isinstance(text, str) for text in texts) else None
