"""The column of budgets: how much of each cap is spent, and what will have been at this pace."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain import figures
from desktop.domain.budget import BudgetState, Period, ScopeKind
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import dates
from desktop.ui.widgets.budget_bar import bar_role, paint_budget_bar, share_of
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.paint import text_flags

ITEM = 70
END = Qt.AlignmentFlag.AlignRight


class BudgetList(QWidget):
    """A head with the way to the settings, and an item of 70 for each cap."""

    edit_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        px = theme.px
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        title = text_label(theme, _("Budgets"), 13, 600)
        title.setFixedHeight(px(28))
        head.addWidget(title)
        head.addStretch(1)
        self.edit = Button(theme, _("Edit"), kind="link")
        self.edit.setAccessibleName(_("Edit budgets"))
        self.edit.clicked.connect(self.edit_requested)
        head.addWidget(self.edit)
        self._none = text_label(theme, _("No cap is set. A cap stops a message that would pass it."), 12, wrap=True)
        self._none.set_role("text-muted")
        self._items = QVBoxLayout()
        self._items.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addSpacing(px(2))
        column.addWidget(Divider(theme))
        column.addLayout(self._items)
        column.addSpacing(px(10))
        column.addWidget(self._none)
        column.addStretch(1)

    def show_states(self, states: Sequence[BudgetState], today: date) -> None:
        """How the caps stand, in the order of the settings."""
        while (item := self._items.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for at, state in enumerate(states):
            if at:
                self._items.addWidget(Divider(self._theme))
            self._items.addWidget(BudgetItem(self._theme, state, today))
        self._none.setVisible(not states)
        self.edit.setText(_("Edit") if states else _("Set a cap"))


class BudgetItem(QWidget):
    """One cap: its name and sums, a bar with the forecast as a mark, a line of what that means."""

    def __init__(self, theme: Theme, state: BudgetState, today: date) -> None:
        super().__init__()
        self._theme = theme
        self._state = state
        self._name = budget_name(state, today)
        self._note, self._note_role = note(state, today)
        self.setFixedHeight(theme.px(ITEM))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(spoken(self._name, state))
        self.setAccessibleDescription(self._note)
        self.setToolTip(self._note)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px, state = self._theme, self._theme.px, self._state
        direction = self.layoutDirection()
        line = QRect(0, px(10), self.width(), px(18))
        cap = _(" of {cap}").format(cap=figures.money_total(state.cap))
        spent = figures.money_against(state.spent, state.cap)
        plain, bold = theme.tabular(theme.font(13)), theme.tabular(theme.font(13, 600))
        cap_width = QFontMetrics(plain).horizontalAdvance(cap)
        spent_width = QFontMetrics(bold).horizontalAdvance(spent)
        painter.setFont(plain)
        painter.setPen(theme.color("text-muted"))
        painter.drawText(line, text_flags(direction, END), cap)
        mirrored = direction == Qt.LayoutDirection.RightToLeft
        painter.setFont(bold)
        painter.setPen(theme.color("text"))
        before = line.adjusted(cap_width, 0, 0, 0) if mirrored else line.adjusted(0, 0, -cap_width, 0)
        painter.drawText(before, text_flags(direction, END), spent)
        painter.setFont(theme.font(13))
        room = self.width() - cap_width - spent_width - px(12)
        name = QFontMetrics(painter.font()).elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, text_flags(direction), name)
        share = share_of(state.spent, state.cap)
        tick = share_of(state.forecast, state.cap) if state.forecast is not None and state.cap else None
        track = QRectF(0, px(35), self.width(), px(4))
        paint_budget_bar(painter, theme, track, share, direction, bar_role(share), tick)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color(self._note_role))
        shown = QFontMetrics(painter.font()).elidedText(self._note, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRect(0, px(44), self.width(), px(16)), text_flags(direction), shown)


def budget_name(state: BudgetState, today: date) -> str:
    """The period where everything counts, else the name that the user gave."""
    budget = state.budget
    if budget.scope.kind is ScopeKind.ALL:
        match budget.period:
            case Period.DAY:
                return _("Today")
            case Period.WEEK:
                return _("This week")
            case Period.MONTH:
                return dates.month(today, today)
    return budget.name


def note(state: BudgetState, today: date) -> tuple[str, str]:
    """What the bar means, and the role of its colour."""
    text, role = _main_note(state, today)
    if not state.unpriced:
        return text, role
    unknown = ngettext("{n} price unknown", "{n} prices unknown", state.unpriced)
    return f"{text} · {unknown.format(n=figures.count(state.unpriced))}", "danger" if role == "danger" else "warning"


def _main_note(state: BudgetState, today: date) -> tuple[str, str]:
    until = _until(state, today)
    if state.spent >= state.cap:
        text = _("Used up. Messages are stopped until {time}.").format(time=until) if until else _("Used up.")
        return text, "danger"
    if state.budget.period is Period.DAY:
        return _("{sum} left until midnight").format(sum=figures.money_total(state.left)), "text-muted"
    if state.reached_on is not None:
        day = dates.day(state.reached_on, today)
        return _("At this pace the cap is reached on {day}").format(day=day), "warning"
    if state.forecast is not None:
        return _("Forecast {sum}, under the cap").format(sum=figures.money_total(state.forecast)), "text-muted"
    warns = [level for level in state.budget.alerts if level < 100]
    if warns:
        level = figures.share(Decimal(max(warns)) / 100)
        return _("Warns at {level}, stops at the cap").format(level=level), "text-muted"
    return _("Stops at the cap"), "text-muted"


def spoken(name: str, state: BudgetState) -> str:
    """November: $12.34 of $20.00, forecast $17.63"""
    spent, cap = figures.money_against(state.spent, state.cap), figures.money_total(state.cap)
    text = _("{name}: {spent} of {cap}").format(name=name, spent=spent, cap=cap)
    if state.forecast is None:
        return text
    return _("{text}, forecast {sum}").format(text=text, sum=figures.money_total(state.forecast))


def _until(state: BudgetState, today: date) -> str:
    if state.budget.period is Period.DAY:
        return _("midnight")
    return dates.day(state.resets_on, today) if state.resets_on else ""
