"""What a model or a route means right now: the targets to try, in order, and what is known of each."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from desktop.domain import figures
from desktop.domain.errors import AppError, Dearer, NoTarget, RateLimited, Refused, RefusedOnRoute
from desktop.domain.events import AllCooling, Cooling
from desktop.domain.ids import now_ms
from desktop.domain.model import KeyRef, ModelRef
from desktop.domain.route import ROUTES, Route, Target
from desktop.i18n import gettext as _
from desktop.services import router
from desktop.services.catalogue import Catalogue
from desktop.services.prices import Prices
from desktop.services.router import Outlook, Step
from desktop.services.standing import Standing
from desktop.settings import options
from desktop.settings.store import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """`targets` in the order in which they are tried, the first one first."""

    targets: tuple[Target, ...]
    outlook: Mapping[Target, Outlook]


class Routes:
    """Makes plans. `speeds` are tokens per second by model, as measured on the user's own replies.

    A plan knows the prices that are in memory: all of them, once a request has been checked against the caps.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        standing: Standing,
        settings: Settings,
        prices: Prices,
        speeds: Callable[[], Mapping[ModelRef, float]] = dict,
    ) -> None:
        self._catalogue = catalogue
        self._standing = standing
        self._settings = settings
        self.prices = prices
        self._speeds = speeds
        self._turns: dict[str, int] = {}

    def plan(self, ref: ModelRef) -> Plan:
        """The way to an answer by a model or a route. Raises NoTarget."""
        route = self._route(ref)
        targets = self.targets(ref)
        now = self._standing.now()
        outlook = {target: self.outlook(target, now) for target in targets}
        turn = self._turns.get(route.id, 0)
        self._turns[route.id] = turn + 1
        found = router.candidates(targets, route.strategy, outlook, turn=turn, draw=random.random)
        if not found and ref.provider_id != ROUTES:
            found = tuple(targets[:1])  # the one model that was asked for: its own error says best what is wrong
        if not found:
            raise NoTarget(
                _("No model of the route “{name}” can be used").format(name=route.name or ref.model_id),
                _("Their providers are switched off or their keys were rejected. Your message is kept."),
            )
        return Plan(found, outlook)

    def targets(self, ref: ModelRef) -> list[Target]:
        """Everything that a model or a route stands for, with each key. Raises NoTarget."""
        return [each for target in self._route(ref).targets for each in self._with_keys(target)]

    def after(self, plan: Plan, target: Target, error: AppError, *, tries: int, waited_s: float) -> Step:
        """What follows a failure; see `router.after`. It is counted against the target."""
        self._standing.failed(target, error)
        rest = plan.targets[plan.targets.index(target) + 1 :]
        return router.after(
            error,
            target,
            rest,
            plan.outlook,
            tries=tries,
            waited_s=waited_s,
            guard_price=self._settings.get(options.GUARD_PRICE),
            first=plan.targets[0],
        )

    def question(self, plan: Plan, target: Target, error: AppError) -> Dearer | RefusedOnRoute:
        """What the user is asked before a target that costs more than they agreed to, or after another has refused."""
        name = self._catalogue.name_of(target.model)
        price, first = plan.outlook[target].price, plan.outlook[plan.targets[0]].price
        if price is None:
            title = _("The price of {model} is unknown").format(model=name)
        elif not first:
            title = _("{model} is not free").format(model=name)
        else:
            title = _("{model} costs {n} times as much").format(model=name, n=f"{price / first:.1f}")
        if not isinstance(error, Refused):
            return Dearer(
                title, _("{problem}. Nothing more was sent. Your message is kept.").format(problem=error.title)
            )
        lines = [error.explanation, f"{title}." if router.is_dearer(price, first) else ""]
        explanation = " ".join(filter(None, lines))
        return RefusedOnRoute(error.title, explanation, http_status=error.http_status, detail=error.detail)

    def all_cooling(self, plan: Plan, target: Target) -> AllCooling | None:
        """What speaks against asking a target now; None if nothing does, or if it is asked because others failed."""
        closed_s = self._standing.closed_s(target)
        is_first = target == plan.targets[0]  # what cools is last, so that all of them do where the first one does
        others = plan.targets[1:] if is_first and self._standing.cooling_s(target) > 0 else ()
        if not closed_s and not others:
            return None
        return AllCooling(self._cooling(target), tuple(map(self._cooling, others)), now_ms(), closed_s)

    def closed(self, target: Target) -> RateLimited:
        """Why a target is not asked that will answer nothing for longer than anybody waits; told once."""
        time = figures.duration(round(self._standing.closed_s(target) * 1000))
        title = self._cooling(target).reason
        self._standing.forget_limits(target)
        return RateLimited(
            title, _("It answers again in {time}. Nothing was sent. Your message is kept.").format(time=time)
        )

    def _cooling(self, target: Target) -> Cooling:
        name = self._catalogue.name_of(target.model)
        if len(self._catalogue.key_labels(target.model.provider_id)) > 1:
            name = _("{model}, key “{label}”").format(model=name, label=target.key_label)
        reason = self._standing.reason(target)
        if self._standing.closed_s(target):
            provider = self._catalogue.provider(target.model.provider_id)
            provider_name = provider.name if provider else target.model.provider_id
            reason = _("{provider} allows no more requests with this key").format(provider=provider_name)
        return Cooling(target.model, name, self._standing.cooling_s(target), reason)

    def cooling_s(self, targets: Iterable[Target]) -> float:
        """How long none of the targets, with any key, should be asked, in seconds."""
        every = (each for target in targets for each in self._with_keys(target))
        return min(map(self._standing.cooling_s, every), default=0.0)

    @property
    def standing(self) -> Standing:
        return self._standing

    def _route(self, ref: ModelRef) -> Route:
        """The route of a reference; a model is a route with itself alone."""
        if ref.provider_id != ROUTES:
            return Route(str(ref), "", (Target(ref),))
        found = next((route for route in self._catalogue.routes() if route.id == ref.model_id), None)
        if found is None:
            title = _("This route is gone")
            raise NoTarget(title, _("It was deleted in the settings. Choose a model; your message is kept."))
        return found

    def _with_keys(self, target: Target) -> Sequence[Target]:
        """A target that names no key stands for each of the provider's keys in turn, also for its only one."""
        labels = self._catalogue.key_labels(target.model.provider_id)
        if target.key_label or not labels:
            return [target]
        return [Target(target.model, label, target.weight) for label in labels]

    def outlook(self, target: Target, now: float | None = None) -> Outlook:
        """What is known of a target, its waits counted from `now` in Unix seconds."""
        provider = self._catalogue.provider(target.model.provider_id)
        model = self._catalogue.model(target.model)
        key = KeyRef(target.model.provider_id, target.key_label)
        price = self.prices.price(target.model)
        return Outlook(
            usable=provider is not None and provider.enabled and not self._standing.is_rejected(key),
            cooling_s=self._standing.cooling_s(target, now),
            closed_s=self._standing.closed_s(target, now),
            price=None if price is None else price.rates.input + price.rates.output,
            speed=self._speeds().get(target.model),
            window=model.context_window if model else None,
        )
