"""The chart with its title, its legend and the table that says the same; the card beside the bar that is picked."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.budget import Period
from desktop.domain.spending import Grouping
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import bar_table, words
from desktop.ui.usage.bar_table import bar_name
from desktop.ui.usage.chart import ABOVE, BELOW, PLOT, Chart, Drawing
from desktop.ui.usage.day_card import DayCard, Line
from desktop.ui.usage.legend import Legend
from desktop.ui.usage.text_table import TextTable
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.labels import ElidedLabel, text_label
from desktop.ui.widgets.menu import Menu

GROUPINGS = (Grouping.PROVIDER, Grouping.MODEL, Grouping.KEY, Grouping.TAG, Grouping.PURPOSE)
TITLES: dict[Period, Callable[[], str]] = {
    Period.DAY: lambda: _("Spend per day"),
    Period.WEEK: lambda: _("Spend per week"),
    Period.MONTH: lambda: _("Spend per month"),
}


class ChartSection(QWidget):
    """`chart` or `table`, of one height, whichever is chosen."""

    grouping_chosen = Signal(object)  # a Grouping

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._by = Grouping.PROVIDER
        px = theme.px
        self._title = text_label(theme, "", 13, 600)
        self.by = Button(theme, "", kind="link", icon="caret-down-bold")
        self.by.clicked.connect(self._choose_grouping)
        self.as_table = IconButton(theme, "table", _("Show as a table"), size=28)
        self.as_table.setCheckable(True)
        self.as_table.toggled.connect(self._show_table)
        self._span = ElidedLabel(theme, "", 12, role="text-muted")
        self._span.setFont(theme.tabular(theme.font(12)))
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(px(8))
        head.addWidget(self._title)
        head.addWidget(self.by)
        head.addWidget(self.as_table)
        head.addStretch(1)
        head.addWidget(self._span)
        self.chart = Chart(theme)
        self.chart.picked.connect(self._on_picked)
        self.table = TextTable(theme, _("Spend as a table"), (), leading=frozenset({0}), wide=0)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.chart)
        self._pages.addWidget(self.table)
        self._pages.setFixedHeight(px(ABOVE + PLOT + BELOW))
        self.legend = Legend(theme)
        self._under = QHBoxLayout()
        self._under.addWidget(self.legend)
        self._card = DayCard(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addSpacing(px(10))
        column.addWidget(self._pages)
        column.addSpacing(px(11))
        column.addLayout(self._under)
        column.addStretch(1)

    def show_drawing(self, drawing: Drawing, by: Grouping, span: str) -> None:
        """`span` names the days."""
        self._by = by
        self._title.setText(TITLES[drawing.bars.unit]())
        self.by.setText(words.grouping(by))
        self.by.setAccessibleName(_("Stacked {how}").format(how=words.grouping(by)))
        self.by.updateGeometry()
        self._span.setText(span)
        self.chart.setAccessibleName(_("{what}, {span}").format(what=self._title.text(), span=span))
        self.chart.show_drawing(drawing)
        self.table.show_rows(bar_table.rows(drawing), bar_table.heads(drawing))
        chosen = drawing.chosen
        counted = drawing.bars.series if chosen is None else drawing.bars.bars[chosen].parts
        self.legend.show_lines([Line(each.name, words.spent(each.sum), drawing.hues[each.key]) for each in counted])
        self._under.setContentsMargins(self.chart.gutter, 0, 0, 0)
        self._on_picked(self.chart.picked_bar)

    def lines(self, at: int) -> tuple[Line, list[Line]]:
        """What the card says of a bar: all of it, and each of its parts."""
        drawing = self.chart.drawing
        bar = drawing.bars.bars[at]
        total = bar.total
        lines = [Line(part.name, words.spent(part.sum), drawing.hues[part.key]) for part in bar.parts]
        if total.unpriced and total.cost:
            lines.append(Line(words.unpriced(total.unpriced), ""))
        return Line(bar_name(bar, drawing), words.spent(total)), lines

    def _on_picked(self, at: int | None) -> None:
        if at is None:
            self._card.hide()
            self.chart.setAccessibleDescription("")
            return
        head, lines = self.lines(at)
        place = self.chart.slot(at).toAlignedRect()
        self._card.show_lines(head, lines, QRect(self.chart.mapTo(self, place.topLeft()), place.size()))
        spoken = ", ".join(_("{name} {sum}").format(name=line.name, sum=line.sum).strip() for line in [head, *lines])
        self.chart.setAccessibleDescription(spoken)
        if self.chart.hasFocus():
            announce(self.chart, spoken)

    def _show_table(self, on: bool) -> None:
        self._pages.setCurrentWidget(self.table if on else self.chart)
        self._card.hide()

    def _choose_grouping(self) -> None:
        menu = Menu(self._theme, _("Stack the bars"), self)
        for each in GROUPINGS:
            action = menu.add(None, words.grouping(each), partial(self.grouping_chosen.emit, each))
            action.setCheckable(True)
            action.setChecked(each is self._by)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.by.mapToGlobal(self.by.rect().bottomLeft()))
