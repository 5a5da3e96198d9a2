"""The rows of the model picker: favourites first, then every provider's models."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import groupby

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.domain.figures import number
from desktop.domain.model import Capability, Dialect, Model, ModelRef, Provider
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue

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
    """`service_id` gives the dot its colour; favourites have none."""

    title: str
    service_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """`service_id` is set where the row needs a dot of its own."""

    model: Model
    provider: Provider
    free: bool
    service_id: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A row that does something else: fetches a provider's list or, without a provider, leads to the keys."""

    text: str
    provider_id: str = ""


Row = Heading | Entry | Offer


class PickerModel(QAbstractListModel):
    """Takes what the catalogue has on `load`, and the part of it that is asked for on `show`."""

    def __init__(self, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._rows: list[Row] = []
        self._entries: list[tuple[Entry, str]] = []
        self.current: ModelRef | None = None
        self.default: ModelRef | None = None

    def load(self) -> None:
        """Read all models anew, each with the text it is searched by."""
        providers = {provider.id: provider for provider in self._catalogue.providers()}
        models = [model for model in self._catalogue.models() if model.shown and model.ref.provider_id in providers]
        # It is the provider that makes a model free, so one of each is asked about.
        refs = {model.ref.provider_id: model.ref for model in models}
        free = {provider_id: self._catalogue.is_free(ref) for provider_id, ref in refs.items()}
        self._entries = []
        for model in models:
            provider = providers[model.ref.provider_id]
            text = f"{model.name} {model.ref.model_id} {provider.name}".casefold()
            self._entries.append((Entry(model, provider, free[provider.id]), text))

    def count(self) -> int:
        """How many models there are to choose from."""
        return len(self._entries)

    def show(self, query: str, filters: frozenset[Filter]) -> None:
        """Keep what has all words of `query` in its name, id or provider, and passes all `filters`."""
        self.beginResetModel()
        words = query.casefold().split()
        entries = [
            entry for entry, text in self._entries if all(word in text for word in words) and _passes(entry, filters)
        ]
        favourites = [entry for entry in entries if entry.model.favourite]
        self._rows = []
        if favourites:
            self._rows.append(Heading(_("Favourites")))
            self._rows += [Entry(e.model, e.provider, e.free, e.provider.service_id) for e in favourites]
        others = (entry for entry in entries if not entry.model.favourite)
        for provider, group in groupby(others, lambda entry: entry.provider):
            first, *rest = group
            self._rows += [_heading(provider, local=_is_local(first)), first, *rest]
        if not words and not filters:
            self._rows += self._offers()
        self.endResetModel()

    def row(self, row: int) -> Row:
        return self._rows[row]

    def entry(self, index: Index) -> Entry | None:
        """The model in a row, if there is one."""
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
        if role == Qt.ItemDataRole.DisplayRole:
            return row.model.name if isinstance(row, Entry) else row.text if isinstance(row, Offer) else row.title
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(row, Entry):
            return row.model.ref.model_id
        if role == Qt.ItemDataRole.AccessibleTextRole and isinstance(row, Entry):
            return self.spoken(row)
        return None

    def spoken(self, entry: Entry) -> str:
        """The row in words for a screen reader."""
        model = entry.model
        states = (
            _("in use") if model.ref == self.current else "",
            _("default") if model.ref == self.default else "",
            _("favourite") if model.favourite else "",
        )
        parts = (model.name, entry.provider.name, model.ref.model_id, price_text(entry), *states)
        return ", ".join(filter(None, dict.fromkeys(parts)))

    def _offers(self) -> list[Row]:
        rows: list[Row] = []
        for provider in self._catalogue.providers():
            if provider.enabled and not self._catalogue.models(provider.id):
                rows += [_heading(provider, local=False), Offer(_("Refresh list"), provider.id)]
        if not self._catalogue.ready():
            rows.append(Offer(_("Add a key…")))
        return rows


def _is_local(entry: Entry) -> bool:
    """Whether the model runs on this computer; the tour is free too, but no model."""
    return entry.free and entry.provider.dialect is not Dialect.TOUR


def _heading(provider: Provider, *, local: bool) -> Heading:
    return Heading(provider.name, provider.service_id, _("on this computer") if local else "")


def _passes(entry: Entry, filters: frozenset[Filter]) -> bool:
    can = entry.model.capabilities
    return all(_is_local(entry) if wanted is Filter.LOCAL else wanted.value in can for wanted in filters)


def price_text(entry: Entry) -> str:
    """In and out per million tokens, "free", or nothing where the provider does not say."""
    prices = entry.model.input_price, entry.model.output_price
    if entry.free:
        return _("free")
    if prices[0] is None or prices[1] is None:
        return ""
    return f"{_price(prices[0])} / {_price(prices[1])}"


def _price(price: Decimal) -> str:
    """Whole dollars bare, else two decimals, or three where two would lose some."""
    whole, cents = price == price.to_integral_value(), price == round(price, 2)
    return f"${number(price, 0 if whole else 2 if cents else 3)}"
