"""The four figures at the top of the page: spend, requests, tokens, and how much of the input came from a cache."""

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.domain import figures
from desktop.domain.spending import Sum
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import words
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.labels import ElidedLabel

TWO_BY_TWO_BELOW = 640
"""Design pixels of width under which the figures stand in two rows."""
FIRST, OTHERS = 224, 244
"""How the figures share the width: all but the first have a hairline and room before them."""


class FiguresRow(QWidget):
    """64 high, or twice that where it is narrow."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.spend = Figure(theme, _("Spend"))
        self.requests = Figure(theme, _("Requests"))
        self.tokens = Figure(theme, _("Tokens"))
        self.cached = Figure(theme, _("Cached share of input"))
        self._figures = (self.spend, self.requests, self.tokens, self.cached)
        self._dividers = [Divider(theme, Qt.Orientation.Vertical) for _figure in self._figures[1:]]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._across = 0
        self._lay_out(4)

    def show_sums(self, total: Sum, before: Sum | None, span_before: str) -> None:
        """`span_before` names the days that are compared with."""
        self.spend.show_text(words.spent(total), _comparison(total, before, span_before))
        each = total.cost / total.requests if total.requests else Decimal(0)
        average = _("{sum} each on average").format(sum=figures.money(each)) if each else ""
        self.requests.show_text(figures.count(total.requests), average)
        amounts = figures.tokens(total.input_tokens), figures.tokens(total.output_tokens)
        self.tokens.show_text(
            figures.tokens(total.input_tokens + total.output_tokens),
            _("{input} in · {output} out").format(input=amounts[0], output=amounts[1]),
        )
        share = Decimal(total.cache_read_tokens) / total.input_tokens if total.input_tokens else Decimal(0)
        saved = _("saved {sum}").format(sum=figures.money_total(total.saved)) if total.saved > 0 else ""
        self.cached.show_text(figures.share(share), saved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(4 if self.width() >= self._theme.px(TWO_BY_TWO_BELOW) else 2)

    def _lay_out(self, across: int) -> None:
        """So many figures beside each other, with a hairline between two."""
        if across == self._across:
            return
        self._across = across
        px, grid = self._theme.px, self._grid
        while grid.takeAt(0) is not None:
            pass
        grid.setVerticalSpacing(px(12))
        for divider in self._dividers:
            divider.hide()
        for at, figure in enumerate(self._figures):
            row, place = divmod(at, across)
            grid.addWidget(figure, row, place * 2)
            figure.setContentsMargins(px(20) if place else 0, 0, px(8), 0)
            if place:
                grid.addWidget(self._dividers[at - 1], row, place * 2 - 1)
                self._dividers[at - 1].show()
        for column in range(grid.columnCount()):
            shown = column % 2 == 0 and column < across * 2
            grid.setColumnStretch(column, (FIRST if column == 0 else OTHERS) if shown else 0)


class Figure(QWidget):
    """What it is, the number, and a line about it."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        px = theme.px
        self._title = title
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = ElidedLabel(theme, title, 12, role="text-muted")
        self._number = ElidedLabel(theme, "", 26)
        self._number.setFont(theme.tabular(theme.font(26, 600, tracking=-0.3)))
        self._note = ElidedLabel(theme, "", 12, role="text-muted")
        self._note.setFont(theme.tabular(theme.font(12)))
        for label, height in ((head, 16), (self._number, 32), (self._note, 16)):
            label.setFixedHeight(px(height))
            label.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading)
            column.addWidget(label)

    def show_text(self, number: str, note: str) -> None:
        self._number.setText(number)
        self._note.setText(note)
        self.setAccessibleName(": ".join((self._title, ", ".join(filter(None, (number, note))))))

    @property
    def text(self) -> tuple[str, str]:
        """The number and the line below it."""
        return self._number.text(), self._note.text()


def _comparison(total: Sum, before: Sum | None, span_before: str) -> str:
    if before is None:
        return ""
    difference = total.cost - before.cost
    if not difference:
        return _("the same as {span}").format(span=span_before)
    text = _("{sum} more than {span}") if difference > 0 else _("{sum} less than {span}")
    return text.format(sum=figures.money_total(abs(difference)), span=span_before)
