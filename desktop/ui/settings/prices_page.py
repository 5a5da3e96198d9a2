"""What models cost: the list in use, the currency that is shown, the user's own prices and discounts."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.domain import figures
from desktop.domain.changes import Change, ModelsChanged, PricesChanged, ProvidersChanged
from desktop.domain.errors import AppError
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.prices import Prices
from desktop.settings.prices import OwnPrice
from desktop.settings.store import Settings
from desktop.ui.settings.amount_field import AmountField
from desktop.ui.settings.option_page import OptionPage
from desktop.ui.settings.price_dialog import PriceDialog
from desktop.ui.settings.surfaces import Card
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import dates
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.field import FieldBox
from desktop.ui.widgets.labels import ElidedLabel, text_label


class PricesPage(OptionPage):
    """The list stands above the options, what the user sets below them."""

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        catalogue: Catalogue,
        prices: Prices,
        feed: Feed,
        tasks: Tasks,
        title: str,
    ) -> None:
        super().__init__(theme, settings, catalogue, tasks, "prices", title)
        self._catalogue = catalogue
        self._prices = prices
        self._tasks = tasks
        self._discounts: dict[str, DiscountRow] = {}
        self.content.insertWidget(4, self._make_list())  # under the heading of the list's option
        self.content.insertWidget(5, Divider(theme))
        self.own = OwnPrices(theme, catalogue)
        self.own.chosen.connect(lambda own: self._open(own.model, own))
        self.own.removed.connect(lambda own: tasks.start(prices.set_price(own.model, None, own.since)))
        self.add = Button(theme, _("New price"), icon="plus-bold")
        self.add.clicked.connect(lambda: self.edit_price(None))
        self._add_part(
            _("Your own prices"), _("They go before every list, from the day you say. What was spent stays."), self.add
        )
        self.content.addWidget(self.own)
        self._add_part(_("Discounts"), _("What a provider takes less than its list says, in per cent."), None)
        self._discount_rows = QVBoxLayout()
        self.content.addLayout(self._discount_rows)
        self.destroyed.connect(feed.subscribe(self._on_change))
        self._show()

    def go_to(self, key: str) -> None:
        """An option, or the price of a model given as "provider/model"."""
        provider, slash, model = key.partition("/")
        if slash:
            self.edit_price(ModelRef(provider, model))
        else:
            super().go_to(key)

    def edit_price(self, ref: ModelRef | None) -> None:
        """Open the dialog for a model's price: the newest of the user's own, or a new one."""
        own = [each for each in self._prices.overrides() if each.model == ref]
        self._open(ref, own[-1] if own else None)

    def _open(self, ref: ModelRef | None, own: OwnPrice | None) -> None:
        dialog = PriceDialog(self.theme, self._catalogue, self._prices, ref, own, self.window())
        dialog.edited.connect(self._take)
        dialog.open()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tasks.start(self._prices.prepare())  # which tells when it is done

    # Building

    def _make_list(self) -> QWidget:
        theme, px = self.theme, self.theme.px
        whole = QWidget()
        self._name = text_label(theme, "", 14)
        self._result = text_label(theme, "", 12, role="text-muted", wrap=True)
        self.update_button = Button(theme, _("Update"), icon="arrows-clockwise")
        self.update_button.setAccessibleName(_("Update the price list"))
        self.update_button.clicked.connect(self._update)
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(self._name)
        words.addWidget(self._result)
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, px(10), 0, px(10))
        row.setSpacing(px(24))
        row.addLayout(words, 1)
        row.addWidget(self.update_button, 0, Qt.AlignmentFlag.AlignVCenter)
        return whole

    def _add_part(self, title: str, line: str, button: Button | None) -> None:
        theme, px = self.theme, self.theme.px
        head = QHBoxLayout()
        head.setContentsMargins(0, px(24), 0, 0)
        head.addWidget(text_label(theme, title, 15, 600), 1)
        if button is not None:
            head.addWidget(button)
        self.content.addLayout(head)
        about = text_label(theme, line, 12, role="text-muted", wrap=True)
        about.setContentsMargins(0, px(2), 0, px(8))
        self.content.addWidget(about)

    # Showing

    def _show(self) -> None:
        day, today = self._prices.downloaded_on, _today()
        self._name.setText(self._prices.list_name or _("Price list"))
        if not self._result.property("told"):
            came = _("Came with the program") if self._prices.list_name else ""
            downloaded = _("Downloaded on {day}").format(day=dates.day(day, today)) if day else came
            self._result.setText(downloaded)
        self.own.show_prices(self._prices.overrides(), today)
        self._show_discounts()

    def _show_discounts(self) -> None:
        providers = [each for each in self._catalogue.providers() if each.service_id not in ("tour", "ollama")]
        if [each.id for each in providers] != list(self._discounts):
            while (item := self._discount_rows.takeAt(0)) is not None:
                if widget := item.widget():
                    widget.hide()
                    widget.deleteLater()
            self._discounts.clear()
            for provider in providers:
                row = self._discounts[provider.id] = DiscountRow(self.theme, provider.name)
                row.taken.connect(
                    lambda percent, id=provider.id: self._tasks.start(self._prices.set_discount(id, percent))
                )
                self._discount_rows.addWidget(row)
        for provider_id, row in self._discounts.items():
            row.show_percent(self._prices.discounts().get(provider_id))

    def discount(self, provider_id: str) -> "DiscountRow":
        """The row of a provider. Raises KeyError."""
        return self._discounts[provider_id]

    def _on_change(self, change: Change) -> None:
        if isinstance(change, PricesChanged | ModelsChanged | ProvidersChanged):
            self._show()

    # Changing

    def _take(self, own: OwnPrice) -> None:
        self._tasks.start(self._prices.set_price(own.model, own.rates, own.since))

    def _update(self) -> None:
        self.update_button.setEnabled(False)
        self._tell(_("Updating…"), "text-muted")
        self._tasks.start(self._download(), on_error=self._tell_error)

    async def _download(self) -> None:
        count = await self._prices.update()
        if isValid(self):
            text = ngettext("Updated: {n} price", "Updated: {n} prices", count).format(n=figures.count(count))
            self._tell(text, "success")
            self.update_button.setEnabled(True)

    def _tell_error(self, error: AppError) -> None:
        if isValid(self):
            self._tell(f"{error.title}. {error.explanation}".strip(), "danger")
            self.update_button.setEnabled(True)

    def _tell(self, text: str, role: str) -> None:
        self._result.setProperty("told", True)
        self._result.set_role(role)
        self._result.setText(text)
        announce(self, text)


class OwnPrices(Card):
    """A line for each price of the user's; one that says so where there is none."""

    chosen = Signal(object)  # OwnPrice
    removed = Signal(object)  # OwnPrice

    def __init__(self, theme: Theme, catalogue: Catalogue) -> None:
        super().__init__(theme)
        self._catalogue = catalogue
        self.buttons: list[tuple[Button, IconButton]] = []
        self._shown: tuple[object, ...] = ()

    def show_prices(self, prices: Sequence[OwnPrice], today: date) -> None:
        """Prices by model and day."""
        shown = (tuple(prices), today, figures.price(Decimal(1)))
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self.column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.buttons = []
        for own in prices:
            if self.buttons:
                self.column.addWidget(Divider(self.theme))
            self.column.addWidget(self._line(own, today))
        if not self.buttons:
            none = text_label(self.theme, _("None. The lists tell what your models cost."), 13, role="text-muted")
            px = self.theme.px
            none.setContentsMargins(px(14), px(12), px(14), px(12))
            self.column.addWidget(none)

    def _line(self, own: OwnPrice, today: date) -> QWidget:
        theme, px = self.theme, self.theme.px
        whole = QWidget()
        since = _("since {day}") if own.since <= today else _("from {day} on")
        provider = self._catalogue.provider(own.model.provider_id)
        about = [provider.name if provider else own.model.provider_id, since.format(day=dates.day(own.since, today))]
        name = self._catalogue.name_of(own.model)
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(ElidedLabel(theme, name, 14, 500))
        words.addWidget(ElidedLabel(theme, " · ".join(about), 12, role="text-muted"))
        rates = own.rates
        sum_ = text_label(theme, f"{figures.price(rates.input)} / {figures.price(rates.output)}", 13)
        sum_.setFont(theme.tabular(theme.font(13)))
        sum_.setToolTip(_("Input and output, for a million tokens"))
        edit = Button(theme, _("Edit"), kind="ghost", small=True)
        edit.setAccessibleName(_("Edit the price of {model}").format(model=name))
        edit.clicked.connect(lambda: self.chosen.emit(own))
        remove = IconButton(theme, "trash", _("Remove the price of {model}").format(model=name), size=28)
        remove.clicked.connect(lambda: self.removed.emit(own))
        for button in (edit, remove):
            button.setAccessibleDescription(" · ".join(about))  # of two prices of a model, which one
        self.buttons.append((edit, remove))
        row = QHBoxLayout(whole)
        row.setContentsMargins(px(14), px(8), px(8), px(8))
        row.setSpacing(px(8))
        row.addLayout(words, 1)
        row.addWidget(sum_)
        row.addWidget(edit)
        row.addWidget(remove)
        return whole


class DiscountRow(QWidget):
    """A provider with the per cents that it takes less; put in force when the field is left."""

    taken = Signal(object)  # Decimal, per cent

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        px = theme.px
        self._shown = Decimal(0)
        self.field = AmountField(
            theme,
            _("Discount of {provider} in per cent").format(provider=name),
            least=Decimal(0),
            most=Decimal(100),
            placeholder="0",
            is_needed=False,
        )
        self.field.setFixedWidth(px(96))
        self.field.editingFinished.connect(self._take)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, px(4), 0, px(4))
        grid.setHorizontalSpacing(px(8))
        grid.addWidget(text_label(theme, name, 14), 0, 0)
        grid.addWidget(FieldBox(theme, self.field), 0, 1)
        grid.addWidget(text_label(theme, "%", 13, role="text-muted"), 0, 2)
        grid.setColumnStretch(0, 1)

    def show_percent(self, percent: Decimal | None) -> None:
        self._shown = percent or Decimal(0)
        if not self.field.hasFocus():
            self.field.set_amount(percent)

    def _take(self) -> None:
        percent = self.field.amount()
        if self.field.error:
            return
        if (percent or Decimal(0)) != self._shown:
            self.taken.emit(percent or Decimal(0))


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the user's own day
