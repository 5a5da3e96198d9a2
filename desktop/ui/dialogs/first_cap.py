"""Asked once, after the first key works: whether to set a cap."""

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.budget import Budget, Period, Scope
from desktop.domain.ids import new_id
from desktop.i18n import gettext as _
from desktop.ui.settings import budget_words as words
from desktop.ui.settings.amount_field import AmountField
from desktop.ui.settings.budget_dialog import LEAST, MOST
from desktop.ui.settings.surfaces import GrowingDialog
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.field import FieldBox

OFFERED = ((Decimal(2), Period.DAY), (Decimal(20), Period.MONTH))


class FirstCapDialog(GrowingDialog):
    """Two sums to take as they are, or another a day; sums typed here are US dollars."""

    chosen = Signal(object)  # Budget

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        text = _("What could pass a cap is not sent, so nothing can cost more. You can change it in Settings.")
        super().__init__(theme, _("Set a cap?"), text, _("Set cap"), width=360, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.cancel_button.setText(_("No cap"))
        self.accept_button.hide()
        choices = QWidget()
        column = QVBoxLayout(choices)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.sums = [self._sum(cap, period) for cap, period in OFFERED]
        self.other = Button(theme, _("Another sum"))
        self.other.clicked.connect(self._ask)
        for button in (*self.sums, self.other):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            column.addWidget(button)
        self.add(choices)
        self.cap = AmountField(theme, _("US dollars a day"), least=LEAST, most=MOST, placeholder="2.00")
        self.cap.returnPressed.connect(self.accept)
        self._box = FieldBox(theme, self.cap, _("US dollars a day"))
        self._box.hide()
        self.add(self._box)
        self.sums[0].setFocus()

    def accept(self) -> None:
        """Take the sum that is typed, if it is one."""
        if (cap := self.cap.amount()) is not None:
            self._take(cap, Period.DAY)

    def _sum(self, cap: Decimal, period: Period) -> Button:
        text = _("{sum} a day") if period is Period.DAY else _("{sum} a month")
        button = Button(self.theme, text.format(sum=f"${cap}"))
        button.clicked.connect(lambda: self._take(cap, period))
        return button

    def _ask(self) -> None:
        self._box.show()
        self.accept_button.show()
        self.cap.setFocus(Qt.FocusReason.TabFocusReason)

    def _take(self, cap: Decimal, period: Period) -> None:
        self.chosen.emit(Budget(new_id(), words.own_name(Scope(), period, ""), cap, period=period))
        super().accept()
