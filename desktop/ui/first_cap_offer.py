"""Asks a newcomer for a cap: once, when the first key has brought its models and nothing has been spent yet."""

from dataclasses import replace

from PySide6.QtWidgets import QApplication, QWidget

from desktop.settings.state import StateStore
from desktop.ui.services import Services
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme


async def offer_cap(
    provider_id: str, theme: Theme, services: Services, state_store: StateStore, tasks: Tasks, window: QWidget
) -> None:
    """Look whether there is something to ask when a provider's models have come. Raises StorageError."""
    catalogue, budgets = services.catalogue, services.budgets
    models = catalogue.models(provider_id)
    if not models or catalogue.is_free(models[0].ref):
        return
    has_caps = await budgets.states()
    has_spent = any(summary.cost for summary in await services.library.summaries())
    state = state_store.load()
    if state.cap_offered:
        return  # two keys at once
    state_store.save(replace(state, cap_offered=True))
    if not has_caps and not has_spent:
        from desktop.ui.dialogs.first_cap import FirstCapDialog  # with the settings' parts, for newcomers only

        dialog = FirstCapDialog(theme, QApplication.activeWindow() or window)
        dialog.chosen.connect(lambda budget: tasks.start(budgets.save([budget])))
        dialog.open()
