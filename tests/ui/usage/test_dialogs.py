"""A bill beside the ledger, and what other models would have cost."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from desktop.domain.bill import Bill, BillLine, Difference, Reason
from desktop.domain.errors import TransferError
from desktop.domain.model import ModelRef
from desktop.domain.spending import Only, Span, Sum
from desktop.services.what_if import Alternative, Comparison
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.usage.bill_dialog import BillDialog
from desktop.ui.usage.what_if_dialog import WhatIfDialog

DAY = date(2026, 11, 12)
OURS = BillLine(DAY, "openai/gpt-6-luna", 3, 1200, 300, Decimal("0.50"))
THEIRS = BillLine(DAY, "openai/gpt-6-luna", 4, 1600, 400, Decimal("0.62"))
SPAN = Span(DAY, DAY)


class FakeReconcile:
    def __init__(self) -> None:
        self.paths: list[Path] = []

    async def compare(self, path: Path) -> tuple[Bill, list[Difference]]:
        self.paths.append(path)
        if path.name == "bad.csv":
            raise TransferError("bad.csv is none of the files that Tuppence knows", "Nothing was changed.")
        rows = [
            Difference(DAY, "openai/gpt-6-luna", THEIRS, OURS, Reason.ELSEWHERE),
            Difference(DAY, "openai/gpt-6-sol", None, OURS, Reason.NOT_BILLED),
            Difference(DAY, "claude", BillLine(DAY, "claude", None, 1600, 40), OURS, Reason.TOKENS),
        ]
        return Bill("openrouter", "OpenRouter activity", (THEIRS,)), rows


class FakeWhatIf:
    async def compare(self, span: Span, only: Only) -> Comparison:
        assert (span, only.tag) == (SPAN, "client")
        medium = Alternative(ModelRef("m", "medium"), "Mistral Medium", Decimal("1.12"), Decimal("-3.68"), True)
        large = Alternative(ModelRef("m", "large"), "Mistral Large", Decimal("6.80"), Decimal("2.00"), False)
        return Comparison(Decimal("4.80"), Sum(3, 1200, 0, 300), (medium, large))


def cells(dialog: BillDialog | WhatIfDialog) -> list[list[str]]:
    rows = dialog.table.model()
    return [[rows.index(row, column).data() for column in range(rows.columnCount())] for row in range(rows.rowCount())]


@pytest.fixture
def tasks() -> Tasks:
    return Tasks(lambda error: pytest.fail(str(error)), lambda bug: pytest.fail(repr(bug)))


@pytest.fixture
def bill(theme: Theme, tasks: Tasks, qtbot: QtBot) -> BillDialog:
    dialog = BillDialog(theme, FakeReconcile(), tasks)  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


async def test_a_bill_is_compared_row_by_row(bill: BillDialog, tasks: Tasks) -> None:
    assert bill.table.isHidden()
    bill.read(Path("activity.csv"))
    await tasks.finish()
    assert bill.result_line.text() == (
        "OpenRouter activity · 2026-11-12 · billed $0.62, recorded $1.50 · 3 of 3 rows differ"
    )
    assert cells(bill) == [
        ["2026-11-12", "openai/gpt-6-luna", "$0.6200", "$0.5000", "+$0.1200", "another program used this account"],
        ["2026-11-12", "openai/gpt-6-sol", "–", "$0.5000", "", "not billed, or on another day"],
        ["2026-11-12", "claude", "1.6k in, 40 out", "$0.5000", "", "other token counts"],
    ]


async def test_a_file_that_is_none_is_told_and_the_next_one_read(bill: BillDialog, tasks: Tasks) -> None:
    bill.read(Path("bad.csv"))
    await tasks.finish()
    assert bill.result_line.text() == "bad.csv is none of the files that Tuppence knows. Nothing was changed."
    assert bill.table.isHidden()
    assert bill.isVisible()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/activity.csv")])
    keys, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    bill.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys))
    await tasks.finish()
    assert len(cells(bill)) == 3
    assert bill.table.isVisible()


async def test_other_models(theme: Theme, tasks: Tasks, qtbot: QtBot) -> None:
    dialog = WhatIfDialog(theme, FakeWhatIf(), tasks, "November", SPAN, Only(tag="client"))  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    await tasks.finish()
    assert dialog.result_line.text() == "November: $4.80 spent. Same tokens on Mistral Medium: $1.12."
    assert cells(dialog) == [["Mistral Medium", "$1.12", "−$3.68"], ["Mistral Large", "≈ $6.80", "+$2.00"]]
