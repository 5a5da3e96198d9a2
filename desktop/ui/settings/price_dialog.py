"""Where the user says what a model costs."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.cost import Rates
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.services.prices import Prices
from desktop.settings.prices import MOST, OwnPrice
from desktop.ui.settings.amount_field import AmountField, plain
from desktop.ui.settings.model_choice import ModelChoice
from desktop.ui.settings.surfaces import GrowingDialog
from desktop.ui.theme.theme import Theme
from desktop.ui.usage.range_popover import read, written
from desktop.ui.widgets.button import Chip
from desktop.ui.widgets.field import Field, FieldBox
from desktop.ui.widgets.labels import text_label


class PriceDialog(GrowingDialog):
    """What the lists say stands in the empty fields as a hint."""

    edited = Signal(object)  # OwnPrice

    def __init__(
        self,
        theme: Theme,
        catalogue: Catalogue,
        prices: Prices,
        ref: ModelRef | None,
        own: OwnPrice | None,
        parent: QWidget,
    ) -> None:
        text = _("US dollars for a million tokens.")
        super().__init__(theme, _("Set a price"), text, _("Set price"), width=440, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._catalogue = catalogue
        self._prices = prices
        self._ref = ref
        self._own = own
        px = theme.px
        self.model = Chip(theme, "", caret=True)
        self.model.clicked.connect(self._open_models)
        self._missing = text_label(theme, _("Choose the model"), 12, role="danger")
        self._missing.hide()
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        column.addWidget(text_label(theme, _("Model"), 13, 600))
        column.addWidget(self.model)
        column.addWidget(self._missing)
        self.add(whole)
        self.input = self._field(_("Input"))
        self.output = self._field(_("Output"))
        self.cached = self._field(_("Cached input"), is_needed=False)
        fields = QWidget()
        row = QHBoxLayout(fields)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        for field, label in ((self.input, _("Input")), (self.output, _("Output")), (self.cached, _("Cached input"))):
            box = FieldBox(theme, field, label)
            row.addWidget(box, 1, Qt.AlignmentFlag.AlignTop)
        self.add(fields)
        self.since = Field(theme, _("Valid from"), placeholder=written(_today()))
        self.since.setText(written(own.since if own is not None else _today()))
        self.since.textEdited.connect(lambda: self.since.set_error(None))
        self.add(FieldBox(theme, self.since, _("Valid from")))
        if own is not None:
            self.input.set_amount(own.rates.input)
            self.output.set_amount(own.rates.output)
            self.cached.set_amount(own.rates.cache_read)
        for each in (self.input, self.output, self.cached, self.since):
            each.returnPressed.connect(self.accept)
        self._show()
        (self.input if ref is not None else self.model).setFocus()

    def accept(self) -> None:
        """Only a price that can be used."""
        self._missing.setVisible(self._ref is None)
        into, out, cached = self.input.amount(), self.output.amount(), self.cached.amount()
        since = self._day()
        if self._ref is None or into is None or out is None or self.cached.error or since is None:
            return
        others = self._own.rates if self._own is not None and self._own.model == self._ref else Rates(into, out)
        rates = replace(others, input=into, output=out, cache_read=cached)
        self.edited.emit(OwnPrice(self._ref, since, rates))
        super().accept()

    def _field(self, name: str, *, is_needed: bool = True) -> AmountField:
        return AmountField(self.theme, name, least=Decimal(0), most=MOST, is_needed=is_needed)

    def _day(self) -> date | None:
        day = read(self.since.text())
        if day is None:
            self.since.set_error(_("Write a day like {day}").format(day=written(_today())))
        return day

    def _open_models(self) -> None:
        choice = ModelChoice(self.theme, self._catalogue, lambda model: not self._catalogue.is_free(model.ref), self)
        choice.chosen.connect(self._choose)
        choice.open_at(self.model)

    def _choose(self, ref: ModelRef) -> None:
        self._ref = ref
        self._missing.hide()
        self._show()

    def _show(self) -> None:
        name = self._catalogue.name_of(self._ref) if self._ref is not None else _("Choose…")
        self.model.setText(name)
        self.model.setAccessibleName(_("{name}: {value}").format(name=_("Model"), value=name))
        self.model.updateGeometry()
        price = self._prices.price(self._ref) if self._ref is not None else None
        rates = price.rates if price is not None else None
        self.input.setPlaceholderText(plain(rates.input) if rates else "2.00")
        self.output.setPlaceholderText(plain(rates.output) if rates else "6.00")
        cached = rates.cache_read if rates else None
        self.cached.setPlaceholderText(plain(cached) if cached is not None else _("like input"))


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the user's own day
