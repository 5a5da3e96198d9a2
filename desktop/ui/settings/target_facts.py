"""What the user should know about each target of a route, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from desktop.domain import figures
from desktop.domain.model import KeyRef
from desktop.domain.route import Strategy, Target
from desktop.i18n import gettext as _
from desktop.services import router
from desktop.services.catalogue import Catalogue
from desktop.services.routes import Routes


@dataclass(frozen=True, slots=True)
class Facts:
    """`line` stands under the model's name; with `passed_over` it says why the route does not use the target.

    `service_id` and `provider_name` are for the tile. `keys` are the labels to choose among, "" for any key, without
    those that another target has; none where the provider has fewer than two.
    """

    name: str
    provider_name: str
    service_id: str
    line: str
    passed_over: bool
    asks_first: bool
    keys: tuple[str, ...]


def facts_of(
    targets: Sequence[Target], strategy: Strategy, catalogue: Catalogue, routes: Routes, *, guard_price: bool
) -> list[Facts]:
    """One for each target, as things are now."""
    problems = [_problem(target, catalogue, routes) for target in targets]
    prices = {target: routes.outlook(target).price for target in targets}
    usable = [target for target, problem in zip(targets, problems, strict=True) if not problem]
    first = _first(usable, strategy, prices)
    found = []
    for at, (target, problem) in enumerate(zip(targets, problems, strict=True)):
        provider = catalogue.provider(target.model.provider_id)
        name = provider.name if provider else target.model.provider_id
        labels = catalogue.key_labels(target.model.provider_id)
        others = [*targets[:at], *targets[at + 1 :]]
        taken = {other.key_label for other in others if other.model == target.model}
        asks = first is not None and target != first and router.is_dearer(prices[target], prices[first])
        found.append(
            Facts(
                name=catalogue.name_of(target.model),
                provider_name=name,
                service_id=provider.service_id if provider else target.model.provider_id,
                line=problem or f"{name} · {_price_line(target, catalogue, routes)}",
                passed_over=bool(problem),
                asks_first=guard_price and not problem and asks,
                keys=tuple(label for label in ("", *labels) if label not in taken)
                if len(labels) > 1 or target.key_label
                else (),
            )
        )
    return found


def _first(usable: Sequence[Target], strategy: Strategy, prices: dict[Target, Decimal | None]) -> Target | None:
    """The one whose price the others are held against: where any may begin, the cheapest."""
    known = [target for target in usable if prices[target] is not None]
    if strategy is Strategy.FALLBACK:
        return usable[0] if usable else None
    return min(known, key=lambda target: prices[target] or 0, default=None)


def _problem(target: Target, catalogue: Catalogue, routes: Routes) -> str:
    """Why a route passes the target over; empty if it does not."""
    provider_id, label = target.model.provider_id, target.key_label
    provider = catalogue.provider(provider_id)
    if provider is None:
        return _("This provider was removed. The route passes it over.")
    if not provider.enabled:
        return _("{provider} is switched off. The route passes it over.").format(provider=provider.name)
    if label and label not in provider.key_labels:
        return _("The key “{label}” was removed. Choose another.").format(label=label)
    rejected = routes.standing.is_rejected
    if label and rejected(KeyRef(provider_id, label)):
        return _("The key “{label}” was rejected. Test it to use it again.").format(label=label)
    labels = catalogue.key_labels(provider_id)
    tried = labels if len(labels) > 1 and not label else [""]
    if not label and all(rejected(KeyRef(provider_id, each)) for each in tried):
        return _("{provider} rejected the key. Test it to use it again.").format(provider=provider.name)
    return ""


def _price_line(target: Target, catalogue: Catalogue, routes: Routes) -> str:
    if catalogue.is_free(target.model):
        return _("free")
    price = routes.prices.price(target.model)
    if price is None:
        return _("price unknown")
    return _("{i} in, {o} out per million").format(
        i=figures.price(price.rates.input), o=figures.price(price.rates.output)
    )
