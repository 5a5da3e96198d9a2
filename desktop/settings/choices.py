"""The user's files as a start finds them: settings, providers, where windows stood."""

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.i18n import gettext as _
from desktop.paths import Paths
from desktop.settings.files import Writer
from desktop.settings.state import StateStore
from desktop.settings.store import Settings

if TYPE_CHECKING:
    from desktop.settings.prices import PriceStore
    from desktop.settings.providers import ProviderStore
    from desktop.settings.routes import RouteStore


class Choices:
    """Reads a few small files, synchronously. `problems` says what could not be read and where it is kept."""

    def __init__(self, paths: Paths) -> None:
        self.writer = Writer(on_error=_tell_unwritten)
        self.settings = Settings(paths.settings, self.writer)
        self._providers_file = paths.providers
        self._routes_file = paths.routes
        self._prices_file = paths.prices
        self.state = StateStore(paths.state, self.writer)
        self.settings.load()

    @cached_property
    def providers(self) -> "ProviderStore":
        """Read when they are first asked for, which is after the first window."""
        from desktop.settings.providers import ProviderStore

        store = ProviderStore(self._providers_file)
        store.load()
        return store

    @cached_property
    def routes(self) -> "RouteStore":
        """Likewise."""
        from desktop.settings.routes import RouteStore

        store = RouteStore(self._routes_file)
        store.load()
        return store

    @cached_property
    def prices(self) -> "PriceStore":
        """Likewise."""
        from desktop.settings.prices import PriceStore

        store = PriceStore(self._prices_file)
        store.load()
        return store

    @property
    def problems(self) -> tuple[str, ...]:
        return (*self.settings.problems, *self.providers.problems, *self.routes.problems, *self.prices.problems)


def _tell_unwritten(path: Path, error: OSError) -> None:
    """Called on the writer's thread, where nothing can be shown; what was chosen stays in force until the end."""
    print(_("{path} could not be written: {reason}").format(path=path, reason=error), file=sys.stderr)
