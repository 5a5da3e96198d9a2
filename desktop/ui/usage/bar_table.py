"""The chart as a table: a row for each bar, a column for each series and one for all of them."""

from desktop.domain.budget import Period
from desktop.domain.spending import Span
from desktop.i18n import gettext as _
from desktop.ui.usage import dates, words
from desktop.ui.usage.bars import Bar
from desktop.ui.usage.chart import Drawing


def heads(drawing: Drawing) -> list[str]:
    """What the columns are called."""
    first = {Period.WEEK: _("Week"), Period.MONTH: _("Month")}.get(drawing.bars.unit, _("Day"))
    return [first, _("All"), *(group.name for group in drawing.bars.series)]


def rows(drawing: Drawing) -> list[list[str]]:
    """The newest first, without what has not come."""
    return [_row(bar, drawing) for bar in reversed(drawing.bars.bars) if bar.first <= drawing.today]


def bar_name(bar: Bar, drawing: Drawing) -> str:
    """The days of a bar."""
    if drawing.bars.unit is Period.MONTH:
        return dates.month(bar.first, drawing.today)
    return dates.short_span(Span(bar.first, bar.last), drawing.today)


def _row(bar: Bar, drawing: Drawing) -> list[str]:
    sums = {part.key: words.spent(part.sum) for part in bar.parts}
    series = (sums.get(group.key, "") for group in drawing.bars.series)
    return [bar_name(bar, drawing), words.spent(bar.total), *series]
