"""Routes: named ways to an answer over several of the user's own models and keys."""

from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.model import ModelRef

ROUTES = "route"
"""In the place of a provider's id: `route/ID` stands wherever a model can stand."""

DEEPEST = 5
"""Targets that are tried for one reply."""


class Strategy(StrEnum):
    """In which order the targets of a route are tried."""

    FALLBACK = "fallback"  # as listed
    ROUND_ROBIN = "round_robin"  # as listed, beginning one further each time
    WEIGHTED = "weighted"  # drawn by lot
    CHEAPEST = "cheapest"  # by list price
    FASTEST = "fastest"  # by the user's own measurements


@dataclass(frozen=True, slots=True)
class Target:
    """A place where an answer may come from. Without a `key_label` each of the provider's keys in turn.

    `weight` counts for `Strategy.WEIGHTED` alone.
    """

    model: ModelRef
    key_label: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    id: str
    name: str
    targets: tuple[Target, ...]
    strategy: Strategy = Strategy.FALLBACK
    favourite: bool = False

    @property
    def ref(self) -> ModelRef:
        """The route as a conversation or a picker names it."""
        return ModelRef(ROUTES, self.id)
