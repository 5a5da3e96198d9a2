"""Caps on spending, and the numbers that guard against runaways."""

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.domain.budget import Budget, BudgetState, ScopeKind
from desktop.domain.changes import BudgetsChanged, Change, OptionChanged, PricesChanged, TurnEnded
from desktop.domain.ids import new_id
from desktop.i18n import gettext as _
from desktop.services.budgets import Budgets
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.services.spending import Spending
from desktop.settings.store import Settings
from desktop.ui.settings import budget_words as words
from desktop.ui.settings.budget_dialog import BudgetDialog
from desktop.ui.settings.budget_rows import BudgetRows
from desktop.ui.settings.key_storage import Picture
from desktop.ui.settings.option_page import OptionPage
from desktop.ui.settings.scope_picker import CHATS, Known
from desktop.ui.settings.surfaces import Card
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.confirm import confirm
from desktop.ui.widgets.labels import text_label


class BudgetsPage(OptionPage):
    """The caps stand above the options. They are read when the page is shown and when something changes them."""

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        catalogue: Catalogue,
        budgets: Budgets,
        spending: Spending,
        library: Library,
        feed: Feed,
        tasks: Tasks,
        title: str,
    ) -> None:
        super().__init__(theme, settings, catalogue, tasks, "budgets", title)
        self._catalogue = catalogue
        self._budgets = budgets
        self._spending = spending
        self._library = library
        self._tasks = tasks
        self._states: list[BudgetState] = []
        self.rows = BudgetRows(theme)
        self.rows.chosen.connect(lambda budget_id: self._tasks.start(self._open(budget_id)))
        self.rows.removed.connect(self._ask_to_remove)
        self.rows.moved.connect(self._move)
        self.rows.hide()
        self.empty = self._make_empty()
        self.empty.hide()
        self.content.insertWidget(1, self._make_head())
        self.content.insertWidget(2, self.empty)
        self.content.insertWidget(3, self.rows)
        self.destroyed.connect(feed.subscribe(self._on_change))

    def states(self) -> list[BudgetState]:
        """The caps as they are shown."""
        return self._states

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tasks.start(self._read())

    # Building

    def _make_head(self) -> QWidget:
        px = self.theme.px
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, px(20), 0, px(8))
        row.addWidget(text_label(self.theme, _("Caps"), 15, 600), 1)
        self.new = Button(self.theme, _("New cap"), icon="plus-bold")
        self.new.clicked.connect(lambda: self._tasks.start(self._open("")))
        row.addWidget(self.new)
        return head

    def _make_empty(self) -> Card:
        px = self.theme.px
        card = Card(self.theme)
        column = QVBoxLayout()
        column.setContentsMargins(px(24), px(24), px(24), px(24))
        column.setSpacing(px(8))
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Picture(self.theme, "wallet", "text-muted", 32), 0, centre)
        column.addWidget(text_label(self.theme, _("No cap is set"), 15, 600), 0, centre)
        line = _(
            "A cap stops a message before it is sent if it could pass the sum, and cuts a reply off where the sum is "
            "reached. Caps can count everything, or one provider, key, model, chat or tag."
        )
        about = text_label(self.theme, line, 13, role="text-muted", wrap=True)
        about.setAlignment(centre)
        column.addWidget(about)
        card.column.addLayout(column)
        return card

    # Showing

    async def _read(self) -> None:
        states = await self._budgets.states()
        titles = {}
        for state in states:
            scope = state.budget.scope
            if scope.kind is ScopeKind.CONVERSATION and (summary := await self._library.summary(scope.value)):
                titles[scope.value] = summary.title
        if not isValid(self):
            return  # the window has been closed meanwhile
        self._states = states
        lines = [
            words.summary(state.budget, words.scope_name(state.budget.scope, self._catalogue, titles))
            for state in states
        ]
        self.rows.show_states(list(zip(states, lines, strict=True)))
        self.rows.setVisible(bool(states))
        self.empty.setVisible(not states)

    def _on_change(self, change: Change) -> None:
        if isinstance(change, BudgetsChanged | OptionChanged | PricesChanged | TurnEnded) and self.isVisible():
            self._tasks.start(self._read())

    # Changing

    async def _open(self, budget_id: str) -> None:
        """The dialog for a cap, or for a new one."""
        summaries = await self._library.summaries()
        chats = [(summary.id, summary.title) for summary in summaries]
        budgets = [state.budget for state in self._states]
        budget = next((each for each in budgets if each.id == budget_id), None)
        if budget is not None and budget.scope.kind is ScopeKind.CONVERSATION:
            chats.sort(key=lambda chat: chat[0] != budget.scope.value)
        known = Known(chats[:CHATS], await self._spending.tags())
        if not isValid(self):
            return
        taken = [each.name for each in budgets if each.id != budget_id]
        dialog = BudgetDialog(
            self.theme,
            self._catalogue,
            known,
            budget or Budget(new_id(), "", Decimal(0)),
            taken,
            self.window(),
            is_new=budget is None,
        )
        dialog.edited.connect(self._take)
        dialog.open()

    def _take(self, budget: Budget) -> None:
        budgets = [state.budget for state in self._states]
        if any(each.id == budget.id for each in budgets):
            budgets = [budget if each.id == budget.id else each for each in budgets]
        else:
            budgets.append(budget)
        self._tasks.start(self._budgets.save(budgets))

    def _move(self, start: int, end: int) -> None:
        budgets = [state.budget for state in self._states]
        budgets.insert(end, budgets.pop(start))
        self._tasks.start(self._budgets.save(budgets))

    def _ask_to_remove(self, budget_id: str) -> None:
        budget = next(state.budget for state in self._states if state.budget.id == budget_id)
        dialog = confirm(
            self.window(),
            self.theme,
            _("Remove the cap “{name}”?").format(name=budget.name),
            _("Nothing stops messages at it any more. What was spent stays in Usage."),
            _("Remove cap"),
        )
        dialog.accepted.connect(lambda: self._remove(budget_id))
        dialog.open()

    def _remove(self, budget_id: str) -> None:
        self._tasks.start(self._budgets.save([state.budget for state in self._states if state.budget.id != budget_id]))
