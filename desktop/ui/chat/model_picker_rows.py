"""The rows of the model picker: routes, favourites, then every provider's models."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from itertools import groupby

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.domain.figures import price
from desktop.domain.model import Capability, Dialect, Model, ModelRef, Provider
from desktop.domain.route import Route, Strategy, Target
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.services.catalogue import Catalogue
from desktop.services.prices import Prices
from desktop.ui.chat.model_picker_conditions import Conditions, Note
from desktop.ui.settings.words import strategy_name

HEADING_HEIGHT = 28
ROW_HEIGHT = 36

Index = QModelIndex | QPersistentModelIndex


class Filter(Enum):
    """What a model must be able to do, or be, to stay in the list."""

    VISION = Capability.VISION
    TOOLS = Capability.TOOLS
    REASONING = Capability.REASONING
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Heading:
    """With a `provider_id` it has that provider's colour and condition.

    `abilities` and `figures`: whether it names the columns of what models can do, and of prices and times. Routes have
    only the latter.
    """

    title: str
    provider_id: str = ""
    service_id: str = ""
    note: str = ""
    abilities: bool = False
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A model, or a route in the shape of one: what all its models can do, at the price of its first.

    `owner` is the provider's name; `dotted` says that the row needs a dot of its own. `targets` are where an answer
    may come from and `names` what these are called.
    """

    model: Model
    owner: str
    service_id: str
    free: bool
    local: bool
    targets: tuple[Target, ...]
    names: tuple[str, ...] = ()
    route: Route | None = None
    dotted: bool = False

    @property
    def first(self) -> ModelRef:
        """The model whose price and time are shown."""
        return self.targets[0].model

    @property
    def summary(self) -> str:
        """What a route does, after its name; nothing for a model."""
        if self.route is None:
            return ""
        many = ngettext("{n} model", "{n} models", len(self.names)).format(n=len(self.names))
        return f"{strategy_name(self.route.strategy)} · {many}: {', '.join(self.names)}"


@dataclass(frozen=True, slots=True)
class Offer:
    """A row that does something else: fetches the list of the provider `refreshes`, or leads to a settings page."""

    text: str
    refreshes: str = ""
    page: str = ""


Row = Heading | Entry | Offer


class PickerModel(QAbstractListModel):
    """Takes what the catalogue has on `load`, and the part of it that is asked for on `show`.

    `conditions` are looked up as rows are painted or read out, so that they may change without a `show`.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        conditions: Conditions | None = None,
        prices: Prices | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._conditions = conditions
        self._prices = prices
        self._providers: dict[str, Provider] = {}
        self._rows: list[Row] = []
        self._routes: list[tuple[Entry, str]] = []
        self._models: list[tuple[Entry, str]] = []
        self.current: ModelRef | None = None
        self.default: ModelRef | None = None

    def load(self) -> None:
        """Read all routes and models anew, each with the text it is searched by."""
        self._providers = providers = {provider.id: provider for provider in self._catalogue.providers()}
        models = [model for model in self._catalogue.models() if model.shown and model.ref.provider_id in providers]
        # It is the provider that makes a model free, so one of each is asked about.
        refs = {model.ref.provider_id: model.ref for model in models}
        free = {provider_id: self._catalogue.is_free(ref) for provider_id, ref in refs.items()}
        self._models = []
        for model in models:
            provider = providers[model.ref.provider_id]
            is_free = free[provider.id]
            local = is_free and provider.dialect is not Dialect.TOUR  # the tour is free too, but no model
            priced = model if is_free else self._priced(model)
            entry = Entry(priced, provider.name, provider.service_id, is_free, local, (Target(model.ref),))
            self._models.append((entry, f"{model.name} {model.ref.model_id} {provider.name}".casefold()))
        self._routes = []
        for route in self._catalogue.routes():
            # Not by the names of its models: whoever types one of these wants that model.
            self._routes.append((self._route_entry(route), f"{route.name} {_('Route')}".casefold()))

    def count(self) -> int:
        """How many models there are to choose from."""
        return len(self._models)

    def show(self, query: str, filters: frozenset[Filter]) -> None:
        """Keep what has all words of `query` in its name, id or provider, and passes all `filters`."""
        self.beginResetModel()
        words = query.casefold().split()

        def kept(entries: list[tuple[Entry, str]]) -> list[Entry]:
            return [entry for entry, text in entries if all(w in text for w in words) and _passes(entry, filters)]

        routes, models = kept(self._routes), kept(self._models)
        favourites = [entry for entry in (*routes, *models) if entry.model.favourite]
        others: list[Row] = []
        if favourites:
            others.append(Heading(_("Favourites")))
            others += [replace(entry, dotted=True) for entry in favourites]
        plain = (entry for entry in models if not entry.model.favourite)
        for provider_id, group in groupby(plain, lambda entry: entry.model.ref.provider_id):
            first, *rest = group
            others += [self._heading(provider_id, local=first.local), first, *rest]
        is_all = not words and not filters
        if is_all:
            others += self._offers()
        plain_routes = [entry for entry in routes if not entry.model.favourite]
        if others and isinstance(heading := others[0], Heading):
            others[0] = replace(heading, abilities=True, figures=not plain_routes)
        self._rows = []
        if plain_routes or (is_all and self._routes):
            self._rows += [Heading(_("Routes"), figures=bool(plain_routes)), *plain_routes]
        if is_all and self._routes:
            self._rows.append(_new_route())
        self._rows += others
        self.endResetModel()

    def row(self, row: int) -> Row:
        return self._rows[row]

    def entry(self, index: Index) -> Entry | None:
        """The model or route in a row, if there is one."""
        row = self._rows[index.row()] if index.isValid() else None
        return row if isinstance(row, Entry) else None

    def index_of(self, ref: ModelRef | None) -> QModelIndex:
        for at, row in enumerate(self._rows):
            if isinstance(row, Entry) and row.model.ref == ref:
                return self.index(at)
        return QModelIndex()

    def has_models(self) -> bool:
        return any(isinstance(row, Entry) for row in self._rows)

    def runs(self) -> Iterable[tuple[int, int]]:
        """Heights of the rows from the top, as (rows, design px)."""
        for is_heading, rows in groupby(self._rows, lambda row: isinstance(row, Heading)):
            yield sum(1 for _row in rows), HEADING_HEIGHT if is_heading else ROW_HEIGHT

    # Conditions

    def trouble(self, entry: Entry) -> Note | None:
        """Why a model might not answer; where no heading says it, also that its provider does not."""
        if self._conditions is None:
            return None
        if note := self._conditions.of_targets(entry.targets):
            return note
        if entry.route is not None:
            return None
        note = self._conditions.of_model(entry.model.ref)
        if note is not None and not note.is_good:
            return note
        stopped = self._conditions.stopped(entry.model.ref.provider_id) if entry.dotted else None
        return replace(stopped, full=f"{entry.owner}: {stopped.full}") if stopped else None

    def condition(self, heading: Heading) -> Note | None:
        """How the provider of a heading does."""
        if self._conditions is None or not heading.provider_id:
            return None
        return self._conditions.of_provider(heading.provider_id)

    def first_token(self, entry: Entry) -> str:
        """The wait for the first token, as measured."""
        return self._conditions.first(entry.first) if self._conditions else ""

    def is_cooling(self, row: int) -> bool:
        """Whether the row counts seconds."""
        entry = self._rows[row]
        return (
            isinstance(entry, Entry) and self._conditions is not None and self._conditions.cooling_s(entry.targets) > 0
        )

    # For the view and for screen readers

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._rows[index.row()], Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.model.name if isinstance(row, Entry) else row.text if isinstance(row, Offer) else row.title
            case Qt.ItemDataRole.ToolTipRole if isinstance(row, Entry):
                head = row.summary or row.model.ref.model_id
                return "\n".join(filter(None, (head, self._condition_text(row), self.limits(row))))
            case Qt.ItemDataRole.AccessibleTextRole if isinstance(row, Entry):
                return self.spoken(row)
            case Qt.ItemDataRole.AccessibleTextRole if isinstance(row, Heading) and (note := self.condition(row)):
                return f"{row.title}, {note.full}"
            case Qt.ItemDataRole.AccessibleDescriptionRole if isinstance(row, Entry):
                return self.limits(row)
        return None

    def spoken(self, entry: Entry) -> str:
        """The row in words for a screen reader."""
        model = entry.model
        first = self.first_token(entry)
        trouble = self.trouble(entry)
        parts = (
            model.name,
            entry.owner,
            entry.summary or model.ref.model_id,
            price_text(entry) or _("price unknown"),
            _("first token {time}").format(time=first) if first else "",
            trouble.full if trouble else "",
            _("in use") if model.ref == self.current else "",
            _("default") if model.ref == self.default else "",
            _("favourite") if model.favourite else "",
        )
        return ", ".join(filter(None, dict.fromkeys(parts)))

    def limits(self, entry: Entry) -> str:
        """What is left of a provider's rate limit, where that is little."""
        if self._conditions is None or entry.route is not None:
            return ""
        return self._conditions.limits(entry.model.ref.provider_id)

    def _condition_text(self, entry: Entry) -> str:
        """Trouble, or how the model did in the last day."""
        if self._conditions is None:
            return ""
        note = self.trouble(entry) or self._conditions.of_model(entry.model.ref)
        return note.full if note else ""

    # Building

    def _route_entry(self, route: Route) -> Entry:
        targets = list(route.targets)
        if route.strategy is Strategy.CHEAPEST:
            targets.sort(key=lambda target: self._dearness(target.model))
        known = [self._known(target.model) for target in targets]
        models = [model for model in known if model]
        first = known[0]
        can = frozenset.intersection(*(model.capabilities for model in models)) if models else frozenset()
        return Entry(
            Model(
                route.ref,
                route.name,
                capabilities=can,
                input_price=first.input_price if first else None,
                output_price=first.output_price if first else None,
                favourite=route.favourite,
            ),
            owner=_("Route"),
            service_id="",
            free=self._catalogue.is_free(targets[0].model),
            local=self._catalogue.is_free(route.ref),
            targets=tuple(targets),
            names=tuple(dict.fromkeys(self._catalogue.name_of(target.model) for target in route.targets)),
            route=route,
        )

    def _known(self, ref: ModelRef) -> Model | None:
        model = self._catalogue.model(ref)
        return self._priced(model) if model else None

    def _priced(self, model: Model) -> Model:
        """The model at what the price lists say, where its provider's list says nothing or the user something else."""
        return self._prices.priced(model) if self._prices is not None else model

    def _dearness(self, ref: ModelRef) -> tuple[bool, Decimal]:
        """Sorts by list price, unknown ones last."""
        model = self._known(ref)
        if self._catalogue.is_free(ref):
            return False, Decimal(0)
        if model is None or model.input_price is None or model.output_price is None:
            return True, Decimal(0)
        return False, model.input_price + model.output_price

    def _heading(self, provider_id: str, *, local: bool) -> Heading:
        provider = self._providers[provider_id]
        note = _("on this computer") if local else ""
        return Heading(provider.name, provider_id, provider.service_id, note)

    def _offers(self) -> list[Row]:
        rows: list[Row] = []
        for provider in self._providers.values():
            if provider.enabled and not self._catalogue.models(provider.id):
                rows += [self._heading(provider.id, local=False), Offer(_("Refresh list"), refreshes=provider.id)]
        if not self._catalogue.ready():
            rows.append(Offer(_("Add a key…"), page="providers"))
        elif not self._routes and len(self._models) > 1:
            rows += [Heading(_("Routes")), _new_route()]
        return rows


def _new_route() -> Offer:
    return Offer(_("New route…"), page="routes")


def _passes(entry: Entry, filters: frozenset[Filter]) -> bool:
    can = entry.model.capabilities
    return all(entry.local if wanted is Filter.LOCAL else wanted.value in can for wanted in filters)


def price_text(entry: Entry) -> str:
    """In and out per million tokens, "free", or nothing where the provider does not say."""
    prices = entry.model.input_price, entry.model.output_price
    if entry.free:
        return _("free")
    if prices[0] is None or prices[1] is None:
        return ""
    return f"{price(prices[0], bare=True)} / {price(prices[1], bare=True)}"
