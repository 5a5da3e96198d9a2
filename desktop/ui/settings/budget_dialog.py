"""Where a cap is set or changed."""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.budget import Budget, Period
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.ui.settings import budget_words as words
from desktop.ui.settings.amount_field import AmountField
from desktop.ui.settings.model_choice import ModelChoice
from desktop.ui.settings.scope_picker import Known, ScopePicker
from desktop.ui.settings.surfaces import GrowingDialog
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Chip, IconButton
from desktop.ui.widgets.field import Field, FieldBox
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.toggle import Segments, Switch

LEVELS = (50, 80, 100)
LEAST, MOST = Decimal("0.0001"), Decimal(1_000_000)


class BudgetDialog(GrowingDialog):
    """`taken` are the names of the other caps."""

    edited = Signal(object)  # Budget

    def __init__(
        self,
        theme: Theme,
        catalogue: Catalogue,
        known: Known,
        budget: Budget,
        taken: Collection[str],
        parent: QWidget,
        *,
        is_new: bool,
    ) -> None:
        title = _("New cap") if is_new else _("Edit the cap “{name}”").format(name=budget.name)
        text = _("What would pass it is not sent, and a reply that reaches it is cut off there.")
        super().__init__(theme, title, text, _("Set cap"), width=480, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._catalogue = catalogue
        self._budget = budget
        self._taken = frozenset(name.casefold() for name in taken)
        self._cheaper = budget.cheaper
        self.cap = AmountField(theme, _("Cap in US dollars"), least=LEAST, most=MOST, placeholder="2.00")
        self.cap.set_amount(budget.cap or None)
        self.add(FieldBox(theme, self.cap, _("Cap in US dollars")))
        periods = [(period.value, words.period_name(period)) for period in Period]
        self.period = Segments(theme, periods, _("Period"))
        self.period.set_value(budget.period.value)
        self.period.changed.connect(lambda _value: self._show())
        self.add(self._labelled(_("Period"), self.period))
        self.scope = ScopePicker(theme, catalogue, known, budget.scope)
        self.scope.changed.connect(self._show)
        self.add(self._labelled(_("What it counts"), self.scope))
        self.name = Field(theme, _("Name"))
        self.name.setText("" if is_new else budget.name)
        self.name.textEdited.connect(lambda: self.name.set_error(None))
        self.add(FieldBox(theme, self.name, _("Name")))
        self.levels = {level: Chip(theme, _("{n}%").format(n=level)) for level in sorted({*LEVELS, *budget.alerts})}
        self._warnings = self._labelled(_("Tell me at"), self._make_levels())
        self.add(self._warnings)
        self.add(self._make_cheaper())
        self.unpriced = Switch(theme, _("Allow models whose price is unknown"))
        self.unpriced.setChecked(budget.allow_unpriced)
        line = _("Nobody can say what they add, so the cap cannot hold for them.")
        self.add(self._beside(_("Allow models whose price is unknown"), line, self.unpriced))
        for field in (self.cap, self.name, self.scope.tag):
            field.returnPressed.connect(self.accept)
        self._show()
        self.cap.setFocus()
        self.cap.selectAll()

    def accept(self) -> None:
        """Only a cap that can be checked."""
        cap, scope = self.cap.amount(), self.scope.scope
        complete = self.scope.is_complete()
        name = " ".join(self.name.text().split()) or self.name.placeholderText()
        if name.casefold() in self._taken:
            self.name.set_error(_("There is a cap “{name}” already: give this one another name").format(name=name))
        if cap is None or not complete or self.name.error:
            return
        self.edited.emit(
            replace(
                self._budget,
                name=name,
                cap=cap,
                scope=scope,
                period=self._period,
                alerts=tuple(level for level, chip in self.levels.items() if chip.isChecked()),
                allow_unpriced=self.unpriced.isChecked(),
                cheaper=self._cheaper,
            )
        )
        super().accept()

    @property
    def _period(self) -> Period:
        return Period(self.period.value())

    def _make_levels(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(self.theme.px(8))
        for level, chip in self.levels.items():
            chip.setCheckable(True)
            chip.setChecked(level in self._budget.alerts)
            chip.setAccessibleName(_("Tell me at {n}%").format(n=level))
            line.addWidget(chip)
        line.addStretch()
        return row

    def _make_cheaper(self) -> QWidget:
        self.cheaper = Chip(self.theme, "", caret=True)
        self.cheaper.clicked.connect(self._open_models)
        self.no_cheaper = IconButton(self.theme, "x-bold", _("Offer no cheaper model"), size=28)
        self.no_cheaper.clicked.connect(lambda: self._choose(None))
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self.theme.px(4))
        row.addWidget(self.no_cheaper)
        row.addWidget(self.cheaper)
        return self._beside(_("Offer a cheaper model"), _("From 80%, until the cap begins anew."), both)

    def _open_models(self) -> None:
        choice = ModelChoice(self.theme, self._catalogue, lambda _model: True, self)
        choice.chosen.connect(self._choose)
        choice.open_at(self.cheaper)

    def _choose(self, ref: ModelRef | None) -> None:
        self._cheaper = ref
        self._show()

    def _show(self) -> None:
        name = self._catalogue.name_of(self._cheaper) if self._cheaper else _("None chosen")
        self.cheaper.setText(name)
        self.cheaper.setAccessibleName(_("{name}: {value}").format(name=_("Offer a cheaper model"), value=name))
        self.cheaper.updateGeometry()
        self.no_cheaper.setVisible(self._cheaper is not None)
        self._warnings.setVisible(self._period is not Period.MESSAGE)
        self.name.setPlaceholderText(words.own_name(self.scope.scope, self._period, self.scope.text))

    def _labelled(self, label: str, widget: QWidget) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(6))
        column.addWidget(text_label(self.theme, label, 13, 600))
        column.addWidget(widget)
        return whole

    def _beside(self, label: str, line: str, widget: QWidget) -> QWidget:
        whole = QWidget()
        words_ = QVBoxLayout()
        words_.setSpacing(self.theme.px(2))
        words_.addWidget(text_label(self.theme, label, 13, 600))
        words_.addWidget(text_label(self.theme, line, 12, role="text-muted", wrap=True))
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self.theme.px(16))
        row.addLayout(words_, 1)
        row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        return whole
