"""Prices and discounts that the user has set. They go before every list."""

import errno
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from desktop.domain.cost import Rates
from desktop.domain.errors import DiskFull, StorageError
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.settings.files import json_bytes, read_json_object, write_atomically

MOST = Decimal(1_000_000)
"""US dollars for a million tokens: more than anything costs."""

_KINDS = tuple(field.name for field in fields(Rates))


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """What a model costs from the local day `since` on, until the next one of the same model."""

    model: ModelRef
    since: date
    rates: Rates


class PriceStore:
    """Reads once, in `load`; `prices` and `discounts` answer from memory.

    `replace` waits for the disk (call it in a thread) and raises StorageError with nothing changed. What this version
    cannot use stays in the file: a newer version wrote it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._prices: tuple[OwnPrice, ...] = ()
        self._discounts: dict[str, Decimal] = {}
        self._others: tuple[object, ...] = ()
        self.problems: list[str] = []

    def load(self) -> None:
        """Reads the file, a few kilobytes. A damaged one is kept aside and told in `problems`."""
        raw, aside = read_json_object(self._path)
        rows, discounts = raw.get("prices", []), raw.get("discounts", {})
        read = [(row, _price_from(row)) for row in rows] if isinstance(rows, list) else []
        self._prices = tuple(price for _row, price in read if price is not None)
        self._others = tuple(row for row, price in read if price is None)
        if isinstance(discounts, Mapping):
            percents = {name: _amount(text, Decimal(100)) for name, text in discounts.items()}
            self._discounts = {name: percent for name, percent in percents.items() if percent is not None}
        if aside is not None:
            self.problems.append(_("Your own prices could not be read. The file is kept as {path}.").format(path=aside))

    def prices(self) -> tuple[OwnPrice, ...]:
        return self._prices

    def discounts(self) -> Mapping[str, Decimal]:
        """Per cents by the provider's id."""
        return self._discounts

    def replace(self, prices: tuple[OwnPrice, ...], discounts: Mapping[str, Decimal]) -> None:
        """Makes these the user's prices and discounts."""
        with self._lock:
            percents = {name: str(percent) for name, percent in discounts.items()}
            data = json_bytes({"prices": [*map(_row_from, prices), *self._others], "discounts": percents})
            try:
                write_atomically(self._path, data)
            except OSError as error:
                problem = DiskFull if error.errno == errno.ENOSPC else StorageError
                raise problem(
                    _("The prices could not be saved"),
                    _("{path}: {reason}").format(path=self._path, reason=error.strerror or type(error).__name__),
                ) from error
            self._prices, self._discounts = prices, dict(discounts)


def _row_from(price: OwnPrice) -> dict[str, object]:
    rates = {kind: str(rate) for kind in _KINDS if (rate := getattr(price.rates, kind)) is not None}
    ref = price.model
    return {"provider": ref.provider_id, "model": ref.model_id, "since": price.since.isoformat(), **rates}


def _price_from(row: object) -> OwnPrice | None:
    """None for a row that this version cannot use."""
    if not isinstance(row, Mapping):
        return None
    rates = {kind: _amount(row[kind], MOST) for kind in _KINDS if kind in row}
    try:
        ref, since = ModelRef(row["provider"], row["model"]), date.fromisoformat(row["since"])
    except (KeyError, TypeError, ValueError):
        return None
    known = {kind: rate for kind, rate in rates.items() if rate is not None}
    if len(known) < len(rates) or not {"input", "output"} <= known.keys():
        return None
    return OwnPrice(ref, since, Rates(**known)) if all(map(_is_name, (ref.provider_id, ref.model_id))) else None


def _amount(text: object, most: Decimal) -> Decimal | None:
    """Amounts are text, so that nothing rounds them; None for what is none."""
    try:
        amount = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() and 0 <= amount <= most else None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)
