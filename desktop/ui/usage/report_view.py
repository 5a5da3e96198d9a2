"""What the usage page shows of a period: figures, chart, budgets, tables, and how sure the sums are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.domain import figures
from desktop.domain.budget import BudgetState, Period
from desktop.domain.spending import Group, Grouping, Report
from desktop.domain.usage import CostSource
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import dates, words
from desktop.ui.usage.bars import Bars
from desktop.ui.usage.budget_list import BudgetList
from desktop.ui.usage.chart import Drawing
from desktop.ui.usage.chart_section import ChartSection
from desktop.ui.usage.figures_row import FiguresRow
from desktop.ui.usage.group_table import GroupRow, GroupTable
from desktop.ui.usage.hues import hues
from desktop.ui.usage.view import View
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.labels import text_label

INSET = 24
STACKS_BELOW = 720
"""Design pixels of width under which everything stands below each other."""
BUDGETS = 296
TABLES = (368, 284, 246)
"""How the tables share the width."""
SOURCE = 44


@dataclass(frozen=True, slots=True)
class Found:
    """All that was read for a view, on a day. `before` names the days that `report.before` sums up."""

    view: View
    today: date
    report: Report
    bars: Bars
    before: str
    models: Sequence[Group]
    chats: Sequence[Group]
    keys: Sequence[Group]
    tags: Sequence[Group]
    budgets: Sequence[BudgetState]


class ReportView(QScrollArea):
    """Scrolls up and down only."""

    group_chosen = Signal(object, QRect)  # a GroupRow, and where it stands on the screen

    def __init__(self, theme: Theme, service_of: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._service_of = service_of
        px = theme.px
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.figures = FiguresRow(theme)
        self.chart = ChartSection(theme)
        self.budgets = BudgetList(theme)
        self.models = GroupTable(theme, _("Top models"), _("requests, share, spend"))
        self.chats = GroupTable(theme, _("By chat"))
        self.keys = GroupTable(theme, _("By key and tag"))
        self._source = text_label(theme, "", 12, role="text-muted", wrap=True)
        self._source.setFont(theme.tabular(theme.font(12)))
        self._info = _Icon(theme, "info")

        self.content = QWidget()
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(px(24))
        self._middle.addWidget(self.chart, 1)
        self._middle.addWidget(self.budgets)
        self._tables = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._tables.setSpacing(px(32))
        for table, share in zip((self.models, self.chats, self.keys), TABLES, strict=True):
            self._tables.addWidget(table, share)
            table.chosen.connect(self.group_chosen)
            table.list.row_reached.connect(lambda row, table=table: self._reach(table, row))
        foot = QHBoxLayout()
        foot.setSpacing(px(6))
        foot.addWidget(self._info)
        foot.addWidget(self._source, 1)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(px(INSET), px(20), px(INSET), 0)
        column.setSpacing(0)
        column.addWidget(self.figures)
        column.addSpacing(px(16))
        column.addLayout(self._middle)
        column.addSpacing(px(19))
        column.addWidget(Divider(theme))
        column.addSpacing(px(16))
        column.addLayout(self._tables)
        column.addStretch(1)
        self._source.setMinimumHeight(px(SOURCE))
        column.addLayout(foot)
        self.setWidget(self.content)
        self._lay_out(stacked=False)

    def show_found(self, found: Found) -> None:
        """Show what was read."""
        view, today, report, bars = found.view, found.today, found.report, found.bars
        self.figures.show_sums(report.total, report.before, found.before)
        chosen = len(bars.bars) - 1 if view.span.days == 1 and bars.bars else None
        series = hues(self._theme, bars.series, view.by, self._service_of)
        drawing = Drawing(
            bars,
            today,
            {group.key: hue for group, hue in zip(bars.series, series, strict=True)},
            daily_cap(found.budgets) if bars.unit is Period.DAY else None,
            chosen,
        )
        shown = view.drawn() if chosen is not None else report.span
        self.chart.show_drawing(drawing, view.by, dates.span(shown, today))
        self.budgets.show_states(found.budgets, today)
        most = max((group.sum.cost for group in found.models), default=Decimal(0))
        self.models.show_rows([self._model_row(group, most) for group in found.models])
        self.chats.show_rows([GroupRow(group, Grouping.CONVERSATION) for group in found.chats])
        self.keys.show_rows(
            [
                *(GroupRow(group, Grouping.KEY, icon="key") for group in found.keys),
                *(GroupRow(group, Grouping.TAG, icon="tag") for group in found.tags),
            ]
        )
        self._source.setText(sources(report))
        self._source.setToolTip(
            _("Computed: from the tokens that the provider counted, at its list price. Estimated: tokens counted here.")
        )

    def _model_row(self, group: Group, most: Decimal) -> GroupRow:
        hue = self._theme.provider_color(self._service_of(group.provider_id))
        return GroupRow(group, Grouping.MODEL, hue, share=group.sum.cost / most if most else Decimal(0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(stacked=self.width() < self._theme.px(STACKS_BELOW))

    def _lay_out(self, *, stacked: bool) -> None:
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        for row in (self._middle, self._tables):
            row.setDirection(below if stacked else beside)
        self.budgets.setMinimumWidth(0 if stacked else self._theme.px(BUDGETS))
        self.budgets.setMaximumWidth(16_777_215 if stacked else self._theme.px(BUDGETS))

    def _reach(self, table: GroupTable, row: QRect) -> None:
        """Bring the row that the keyboard has come to into view."""
        at = table.list.mapTo(self.content, row.center())
        self.ensureVisible(at.x(), at.y(), 0, row.height())


class _Icon(QWidget):
    """A quiet picture beside a text that says the same."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self.setFixedSize(QSize(theme.px(14), theme.px(14)))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._theme.icons.paint(QPainter(self), QRectF(self.rect()), self._name, self._theme.color("text-muted"))


def daily_cap(states: Sequence[BudgetState]) -> Decimal | None:
    """The cap on a day over everything, if there is one."""
    return min((state.cap for state in states if state.is_daily), default=None)


def sources(report: Report) -> str:
    """How the sum is known, the surest part first, and what is not in it."""
    parts = []
    for source, text in (
        (CostSource.REPORTED, _("From provider reports {sum}")),
        (CostSource.COMPUTED, _("computed {sum}")),
        (CostSource.ESTIMATED, _("estimated {sum}")),
    ):
        known = report.by_source.get(source)
        if known is not None and known.cost:
            parts.append(text.format(sum=figures.money_total(known.cost)))
    if report.total.unpriced:
        parts.append(words.unpriced(report.total.unpriced))
    if rescued := report.total.rescued:
        text = ngettext("{n} reply rescued by a fallback", "{n} replies rescued by a fallback", rescued)
        parts.append(text.format(n=figures.count(rescued)))
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]
