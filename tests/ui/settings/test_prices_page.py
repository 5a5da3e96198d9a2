"""The page of prices: the list and its update, the user's own prices, discounts, currency."""

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from desktop.domain import figures
from desktop.domain.changes import PricesChanged
from desktop.domain.cost import Rates
from desktop.domain.errors import AppError
from desktop.settings import options
from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.settings.price_dialog import PriceDialog
from desktop.ui.settings.prices_page import PricesPage
from desktop.ui.usage.range_popover import written
from tests.ui.settings.world import MISTRAL_MODELS, World

MEDIUM = MISTRAL_MODELS[0].ref


@pytest.fixture
async def page(world: World, dialog: SettingsDialog) -> PricesPage:
    await world.add("mistral", "Personal")
    await world.catalogue.test("mistral")
    dialog.show_page("prices")
    await world.settle()
    page = dialog.page("prices")
    assert isinstance(page, PricesPage)
    return page


def opened() -> PriceDialog:
    dialogs = [each for each in QApplication.topLevelWidgets() if isinstance(each, PriceDialog) and each.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


async def test_the_list_says_which_it_is(page: PricesPage) -> None:
    assert page._name.text().startswith("genai-prices ")
    assert page._result.text() == "Came with the program"


@pytest.mark.parametrize("refused", [False, True])
async def test_an_update_tells_what_came_of_it(
    world: World, page: PricesPage, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    async def update() -> int:
        if refused:
            raise AppError("The prices were not taken", "The list has only 3 models")
        return 1234

    monkeypatch.setattr(world.prices, "update", update)
    page.update_button.click()
    assert not page.update_button.isEnabled()
    await world.settle()
    expected = "The prices were not taken. The list has only 3 models" if refused else "Updated: 1,234 prices"
    assert page._result.text() == expected
    assert page.update_button.isEnabled()
    assert world.notices == []


async def test_automatic_updates_are_off_until_they_are_wanted(world: World, page: PricesPage) -> None:
    assert world.settings.get(options.UPDATE_PRICES) is False
    assert page.row(options.UPDATE_PRICES.key).isVisible()


async def test_a_price_of_ones_own_is_set_changed_and_taken_away(
    world: World, dialog: SettingsDialog, page: PricesPage
) -> None:
    dialog.show_page("prices", str(MEDIUM))
    price = opened()
    await world.settle()
    assert price.model.text() == "Mistral Medium 3.5"
    assert price.input.placeholderText() == "1.50"
    assert price.input.hasFocus()
    QTest.keyClicks(price.input, "1,20")
    price.output.setText("6")
    price.since.setText(written(date(2026, 3, 1)))
    QTest.keyClick(price.input, Qt.Key.Key_Return)
    await world.settle()
    (own,) = world.prices.overrides()
    assert (own.model, own.since, own.rates) == (MEDIUM, date(2026, 3, 1), Rates(Decimal("1.20"), Decimal(6)))
    edit, _remove = page.own.buttons[0]
    edit.click()
    again = opened()
    assert (again.input.text(), again.output.text(), again.cached.text()) == ("1.20", "6", "")
    again.cached.setText("0.12")
    again.accept_button.click()
    await world.settle()
    assert [each.rates.cache_read for each in world.prices.overrides()] == [Decimal("0.12")]
    await world.prices.set_price(MEDIUM, Rates(Decimal(9), Decimal(9)), date(2026, 5, 1))
    assert [edit.accessibleDescription() for edit, _remove in page.own.buttons] == [
        "Mistral · since 1 March",
        "Mistral · since 1 May",
    ]
    page.own.buttons[1][1].click()
    await world.settle()
    assert [each.since for each in world.prices.overrides()] == [date(2026, 3, 1)]
    page.own.buttons[0][1].click()
    await world.settle()
    assert world.prices.overrides() == ()
    assert page.own.buttons == []


async def test_what_is_no_price_is_told(page: PricesPage) -> None:
    page.add.click()
    price = opened()
    price.output.setText("much")
    price.since.setText("some day")
    price.accept_button.click()
    assert price.isVisible()
    assert price._missing.isVisible()
    assert price.input.error == "A number, like 2.50"
    assert price.output.error == "A number, like 2.50"
    assert price.since.error.startswith("Write a day like ")
    price.reject()


async def test_a_discount_is_in_force_when_its_field_is_left(world: World, page: PricesPage) -> None:
    row = page.discount("mistral")
    row.field.setText("12,5")
    row.field.editingFinished.emit()
    await world.settle()
    assert dict(world.prices.discounts()) == {"mistral": Decimal("12.5")}
    price = world.prices.price(MEDIUM)
    assert price is not None
    assert price.rates.input == Decimal("1.5") * Decimal("0.875")
    row.field.setText("200")
    row.field.editingFinished.emit()
    assert row.field.error == "A number from 0 to 100"
    row.field.setText("")
    row.field.editingFinished.emit()
    await world.settle()
    assert dict(world.prices.discounts()) == {}


async def test_own_prices_follow_the_currency(world: World, page: PricesPage) -> None:
    await world.prices.set_price(MEDIUM, Rates(Decimal(1), Decimal(2)), date(2026, 3, 1))
    assert "$1.00 / $2.00" in [label.text() for label in page.own.findChildren(QLabel)]
    try:
        figures.select_currency("€", Decimal("0.5"))
        world.feed.publish(PricesChanged())
        assert "€0.50 / €1.00" in [label.text() for label in page.own.findChildren(QLabel)]
    finally:
        figures.select_currency("$", Decimal(1))
