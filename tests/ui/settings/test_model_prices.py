"""The table of a provider's models says what they cost where their provider does not."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from desktop.domain.model import Model
from desktop.ui.settings.models_panel import ModelsPanel
from desktop.ui.theme.theme import Theme
from tests.ui.settings.world import World


class LateLists:
    """Knows the prices once they have been prepared."""

    list_name = ""

    async def prepare(self) -> None:
        self.list_name = "lists"

    def priced(self, model: Model) -> Model:
        if not self.list_name or model.input_price is not None:
            return model
        return replace(model, input_price=Decimal(2), output_price=Decimal(5))


async def test_prices_come_from_the_lists_once_somebody_looks(world: World, theme: Theme, qtbot: Any) -> None:
    provider = await world.add("mistral", "Personal")
    await world.catalogue.refresh("mistral")
    lists: Any = LateLists()
    panel = ModelsPanel(theme, world.catalogue, world.tasks, prices=lists)
    qtbot.addWidget(panel)
    assert lists.list_name == ""
    panel.show_provider(provider)
    await world.settle()
    assert lists.list_name
    rows = panel.list.model()
    spoken = [rows.spoken(rows.row(at)) for at in range(rows.rowCount())]
    magistral = next(text for text in spoken if text.startswith("Magistral Medium"))
    assert "$2.00 in, $5.00 out per million" in magistral
    assert not any("price unknown" in text for text in spoken)
