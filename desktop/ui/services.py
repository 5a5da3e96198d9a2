"""What the window works with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the first window is on the screen before most of them are imported
    from desktop.services.budgets import Budgets
    from desktop.services.catalogue import Catalogue
    from desktop.services.charges import Charges
    from desktop.services.chat import Chat
    from desktop.services.estimates import Estimates
    from desktop.services.feed import Feed
    from desktop.services.health import Health
    from desktop.services.library import Library
    from desktop.services.meter import Meters
    from desktop.services.reconcile import Reconcile
    from desktop.services.routes import Routes
    from desktop.services.spending import Spending
    from desktop.services.what_if import WhatIf


@dataclass(frozen=True, slots=True)
class Services:
    """One of each, as `desktop.application` builds them."""

    library: "Library"
    chat: "Chat"
    catalogue: "Catalogue"
    routes: "Routes"
    health: "Health"
    estimates: "Estimates"
    meters: "Meters"
    charges: "Charges"
    budgets: "Budgets"
    spending: "Spending"
    reconcile: "Reconcile"
    what_if: "WhatIf"
    feed: "Feed"
