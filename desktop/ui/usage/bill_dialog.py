"""A provider's bill beside the ledger: choose or drop its file, and see by day and model where they differ."""

from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from desktop.domain import figures
from desktop.domain.bill import Bill, BillLine, Difference, Reason
from desktop.domain.errors import AppError
from desktop.i18n import gettext as _
from desktop.services.reconcile import Reconcile
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.usage.text_table import TextTable
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.dialog import Dialog
from desktop.ui.widgets.labels import text_label


class BillDialog(Dialog):
    """Stays open until it is closed; its first button chooses a file, again and again."""

    def __init__(self, theme: Theme, reconcile: Reconcile, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            _("Compare with a provider’s bill"),
            _("Choose or drop the usage or cost file that OpenAI, Anthropic or OpenRouter exports as CSV. It is read"
              " here and sent nowhere. Days are UTC, as providers bill them."),
            _("Choose file…"),
            width=820,
            parent=parent,
        )  # fmt: skip
        self.cancel_button.setText(_("Close"))
        self.setAcceptDrops(True)
        self._reconcile = reconcile
        self._tasks = tasks
        self.result_line = text_label(theme, "", 13, 500, wrap=True)
        self.table = TextTable(
            theme,
            _("Bill and ledger"),
            (_("Day"), _("Model"), _("Billed"), _("Recorded"), _("Difference"), _("Likely reason")),
            leading=frozenset({0, 1, 5}),
            wide=5,
        )
        self.table.setMinimumHeight(theme.px(320))
        self.add(self.result_line)
        self.add(self.table)
        self.result_line.hide()
        self.table.hide()

    def accept(self) -> None:
        """Ask for a file; the dialog stays."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
        dialog = QFileDialog(self, _("Choose file"), folder, "CSV (*.csv *.tsv *.txt)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.read(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def read(self, path: Path) -> None:
        """Compare this file."""
        self._tasks.start(self._compare(path), on_error=self._tell)

    async def _compare(self, path: Path) -> None:
        bill, found = await self._reconcile.compare(path)
        if not isValid(self):
            return
        self.table.show_rows([_row(each) for each in found])
        self.table.show()
        self._say(summary(bill, found), "text")

    def _tell(self, error: AppError) -> None:
        self.table.hide()
        self._say(f"{error.title}. {error.explanation}", "danger")

    def _say(self, text: str, role: str) -> None:
        self.result_line.setText(text)
        self.result_line.set_role(role)
        self.result_line.show()
        announce(self, text)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.read(Path(event.mimeData().urls()[0].toLocalFile()))


def summary(bill: Bill, found: list[Difference]) -> str:
    """One line: what file it is, both sums, and how many rows differ."""
    first, last = bill.lines[0].day, bill.lines[-1].day
    days = first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"
    costs = [line.cost for line in bill.lines if line.cost is not None]
    recorded = [each.recorded.cost for each in found if each.recorded is not None and each.recorded.cost is not None]
    differ = sum(each.reason is not Reason.NONE for each in found)
    sums = _("recorded {ours}").format(ours=figures.money_total(sum(recorded, Decimal(0))))
    if costs:
        billed = figures.money_total(sum(costs, Decimal(0)))
        sums = _("billed {theirs}, {recorded}").format(theirs=billed, recorded=sums)
    verdict = _("all {m} rows agree") if not differ else _("{n} of {m} rows differ")
    return f"{bill.kind} · {days} · {sums} · {verdict.format(n=differ, m=len(found))}"


def reason(of: Reason) -> str:
    """A reason in words."""
    return {
        Reason.NONE: _("agree"),
        Reason.ROUNDING: _("the bill is rounded"),
        Reason.ELSEWHERE: _("another program used this account"),
        Reason.NOT_BILLED: _("not billed, or on another day"),
        Reason.UNPRICED: _("price unknown here"),
        Reason.ESTIMATED: _("a stopped reply was estimated"),
        Reason.PRICE: _("other prices: a discount, or an old list"),
        Reason.TOKENS: _("other token counts"),
    }[of]


def _row(each: Difference) -> tuple[str, ...]:
    gap = each.cost
    sign = "" if gap is None or gap == 0 else "+" if gap > 0 else "−"
    difference = "" if gap is None else sign + figures.money(abs(gap))
    return (each.day.isoformat(), each.model, _side(each.billed), _side(each.recorded), difference, reason(each.reason))


def _side(line: BillLine | None) -> str:
    """The cost, or where a file has none the tokens."""
    if line is None:
        return "–"
    if line.cost is not None:
        return figures.money(line.cost)
    return _("{in_} in, {out} out").format(
        in_=figures.tokens(line.input_tokens or 0), out=figures.tokens(line.output_tokens or 0)
    )
