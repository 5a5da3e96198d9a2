"""How the cost of a reply is known, in words."""

from decimal import Decimal

from desktop.domain import figures
from desktop.domain.usage import CostSource, Usage
from desktop.i18n import gettext as _


def explained(
    source: CostSource | None,
    provider: str,
    price_id: str = "",
    *,
    reported: Decimal | None = None,
    computed: Decimal | None = None,
) -> str:
    """A sentence or two; empty for a cost that nobody has looked at.

    `price_id` is that of the price, where it is known. `reported` and `computed` are US dollars: what the provider took
    and what the price list says.
    """
    prices = list_name(price_id)
    match source:
        case CostSource.REPORTED if prices and reported is not None and computed is not None and reported != computed:
            words = _("As {provider} reported it. By {list} it is {sum}.")
            return words.format(provider=provider, list=prices, sum=figures.money(computed))
        case CostSource.REPORTED:
            return _("As {provider} reported it.").format(provider=provider)
        case CostSource.COMPUTED if prices:
            return _("From the tokens {provider} counted, by {list}.").format(provider=provider, list=prices)
        case CostSource.COMPUTED:
            return _("From the tokens {provider} counted.").format(provider=provider)
        case CostSource.ESTIMATED if prices:
            words = _("Estimated from the text, by {list}: {provider} did not count the tokens.")
            return words.format(provider=provider, list=prices)
        case CostSource.ESTIMATED:
            return _("Estimated from the text: {provider} did not count the tokens.").format(provider=provider)
        case CostSource.UNPRICED:
            return _("No price list had this model. Its price can be set in the settings.")
        case None:
            return ""


def amount(usage: Usage) -> str:
    """What it cost: $0.0042, ≈ $0.0042 where that is estimated, ≥ $0.0042 where it is not all; empty if unknown."""
    if usage.cost is None:
        return ""
    cost, source = figures.money(usage.cost), usage.cost_source
    if source is CostSource.UNPRICED:
        return f"≥{figures.NBSP}{cost}"
    guessed = usage.estimated if source is None else source is CostSource.ESTIMATED
    return f"≈{figures.NBSP}{cost}" if guessed and not cost.startswith("<") else cost


def list_name(price_id: str) -> str:
    """The price list that an id names, with its version or date."""
    name, _colon, _row = price_id.partition(":")
    if name.startswith("own "):
        return _("your own price since {date}").format(date=name.removeprefix("own "))
    if name.endswith(" list"):
        return _("the provider’s own list")
    return name
