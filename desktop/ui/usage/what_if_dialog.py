"""What the same tokens would have cost with other models."""

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.domain import figures
from desktop.domain.errors import AppError
from desktop.domain.spending import Only, Span
from desktop.i18n import gettext as _
from desktop.services.what_if import Alternative, Comparison, WhatIf
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.usage.text_table import TextTable
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.dialog import Dialog
from desktop.ui.widgets.labels import text_label


class WhatIfDialog(Dialog):
    """Reads when it is made. `what` names what is compared: a period, a chat's title."""

    def __init__(
        self,
        theme: Theme,
        what_if: WhatIf,
        tasks: Tasks,
        what: str,
        span: Span,
        only: Only,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            theme,
            _("What other models would have cost"),
            _("The same tokens at today’s prices of the models you have. Another model would have written another"
              " answer; where it was seen how models cut text into tokens, the counts are scaled, else marked with ≈."),
            _("Close"),
            width=560,
            parent=parent,
        )  # fmt: skip
        self.cancel_button.hide()
        self._what = what
        self.result_line = text_label(theme, "", 13, 500, wrap=True)
        self.table = TextTable(
            theme,
            _("Other models"),
            (_("Model"), _("Would have cost"), _("Difference")),
            leading=frozenset({0}),
            wide=0,
        )
        self.table.setMinimumHeight(theme.px(300))
        self.add(self.result_line)
        self.add(self.table)
        tasks.start(self._read(what_if, span, only), on_error=self._tell)

    async def _read(self, what_if: WhatIf, span: Span, only: Only) -> None:
        found = await what_if.compare(span, only)
        if isValid(self):
            self.table.show_rows([_row(each) for each in found.alternatives])
            self._say(summary(self._what, found))

    def _tell(self, error: AppError) -> None:
        self._say(f"{error.title}. {error.explanation}")

    def _say(self, text: str) -> None:
        self.result_line.setText(text)
        announce(self, text)


def summary(what: str, found: Comparison) -> str:
    """One line: what was spent, and the cheapest of the others."""
    spent = _("{what}: {cost} spent").format(what=what, cost=figures.money_total(found.spent))
    if not found.alternatives:
        return _("{spent}. No other model of yours has a known price.").format(spent=spent)
    best = found.alternatives[0]
    return _("{spent}. Same tokens on {model}: {cost}.").format(
        spent=spent, model=best.name, cost=figures.money_total(best.cost)
    )


def _row(each: Alternative) -> tuple[str, str, str]:
    about = "" if each.is_scaled else "≈ "
    sign = "+" if each.difference > 0 else "−" if each.difference < 0 else ""
    return each.name, about + figures.money_total(each.cost), sign + figures.money_total(abs(each.difference))
