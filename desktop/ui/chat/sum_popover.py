"""A small bill: where a sum comes from, line by line, with what is to be known of it below."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.labels import Label, text_label
from desktop.ui.widgets.popover import Popover

WIDTH = 380


@dataclass(frozen=True, slots=True)
class Line:
    """What, how much of it, and what that costs. `is_sum` has a hairline above; `is_unknown` a warning's colour."""

    name: str
    amount: str
    cost: str
    is_sum: bool = False
    is_unknown: bool = False


class SumPopover(Popover):
    """Read as one text. `link_followed` where its link is followed."""

    link_followed = Signal()

    def __init__(
        self, theme: Theme, title: str, lines: Sequence[Line], notes: Sequence[str], link: str, parent: QWidget
    ) -> None:
        super().__init__(theme, parent)
        px = theme.px
        self.setFixedWidth(px(WIDTH))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(14), px(16), px(14))
        column.setSpacing(px(10))
        column.addWidget(text_label(theme, title, 14, 600))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(16))
        grid.setVerticalSpacing(px(6))
        grid.setColumnStretch(0, 1)
        for line in lines:
            self._add(grid, line)
        column.addLayout(grid)
        for note in notes:
            column.addWidget(text_label(theme, note, 12, role="text-muted", wrap=True))
        if link:
            button = Button(theme, link, kind="link")
            button.clicked.connect(self._follow)
            column.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeading)
        told = [", ".join(filter(None, (line.name, line.amount, line.cost))) for line in lines]
        self.setAccessibleName(title)
        self.setAccessibleDescription(". ".join([*told, *notes]))
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _add(self, grid: QGridLayout, line: Line) -> None:
        row = grid.rowCount()
        if line.is_sum:
            grid.addWidget(Divider(self.theme), row, 0, 1, 3)
            row += 1
        weight, role = (600, "text") if line.is_sum else (400, "text-secondary")
        name = text_label(self.theme, line.name, 13, weight, role, wrap=True)
        grid.addWidget(name, row, 0)
        end = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(self._figure(line.amount, 400, "text-muted"), row, 1, end)
        grid.addWidget(self._figure(line.cost, weight, "warning" if line.is_unknown else "text"), row, 2, end)

    def _figure(self, text: str, weight: int, role: str) -> Label:
        label = text_label(self.theme, text, 13, weight, role)
        label.setFont(self.theme.tabular(label.font()))
        return label

    def _follow(self) -> None:
        self.close()
        self.link_followed.emit()
