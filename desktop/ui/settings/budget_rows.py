"""The list of caps: a row for each, with its bar."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from desktop.domain import figures
from desktop.domain.budget import BudgetState, Period
from desktop.i18n import gettext as _
from desktop.ui.settings.surfaces import Card
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.budget_bar import bar_role, paint_budget_bar, share_of
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.focus import KeyboardFocus
from desktop.ui.widgets.paint import paint_box, text_flags

END = Qt.AlignmentFlag.AlignRight


class BudgetRows(Card):
    """Enter or a click edits a cap; Delete, or the bin, takes it away.

    The arrows go from row to row, and with Alt move the row itself.
    """

    chosen = Signal(str)  # budget id
    removed = Signal(str)
    moved = Signal(int, int)  # from row, to row

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.rows: list[BudgetRow] = []

    def show_states(self, states: Sequence[tuple[BudgetState, str]]) -> None:
        """The caps in their order, each with a line about it. The keyboard stays where it was."""
        focused = next((at for at, row in enumerate(self.rows) if row.hasFocus() or row.bin.hasFocus()), None)
        while (item := self.column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.rows = []
        for at, (state, line) in enumerate(states):
            if at:
                self.column.addWidget(Divider(self.theme))
            self.column.addWidget(self._line(state, line))
        if focused is not None and self.rows:
            self.rows[min(focused, len(self.rows) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        here = next((at for at, row in enumerate(self.rows) if row.hasFocus()), None)
        if step is None or here is None:
            super().keyPressEvent(event)
        elif 0 <= here + step < len(self.rows):
            self.rows[here + step].setFocus(Qt.FocusReason.TabFocusReason)
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self.moved.emit(here, here + step)  # the keyboard is where the row will be

    def _line(self, state: BudgetState, line: str) -> QWidget:
        px = self.theme.px
        budget = state.budget
        whole = QWidget()
        row = BudgetRow(self.theme, state, line)
        row.clicked.connect(lambda: self.chosen.emit(budget.id))
        row.removed.connect(lambda: self.removed.emit(budget.id))
        row.bin = IconButton(self.theme, "trash", _("Remove the cap “{name}”").format(name=budget.name), size=28)
        row.bin.clicked.connect(lambda: self.removed.emit(budget.id))
        self.rows.append(row)
        layout = QHBoxLayout(whole)
        layout.setContentsMargins(px(4), px(4), px(10), px(4))
        layout.setSpacing(px(4))
        layout.addWidget(row, 1)
        layout.addWidget(row.bin)
        return whole


class BudgetRow(KeyboardFocus, QAbstractButton):
    """One cap: its name and sums, what it counts, how much of it is spent."""

    removed = Signal()
    bin: IconButton

    def __init__(self, theme: Theme, state: BudgetState, line: str) -> None:
        super().__init__()
        self.theme = theme
        self._state = state
        self._line = line
        cap = figures.money_total(state.cap)
        self._spent = "" if state.budget.period is Period.MESSAGE else figures.money_against(state.spent, state.cap)
        self._cap = _(" of {cap}").format(cap=cap) if self._spent else cap
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"{state.budget.name}: {self._spent}{self._cap}")
        self.setAccessibleDescription(line)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(280), self.theme.px(64))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()  # to the list
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self.theme, self.theme.px
        painter = QPainter(self)
        direction = self.layoutDirection()
        if self.isDown() or self.underMouse():
            paint_box(painter, QRectF(self.rect()), px(6), theme.color("pressed" if self.isDown() else "hover"))
        line = QRect(px(10), px(7), self.width() - px(20), px(20))
        mirrored = direction == Qt.LayoutDirection.RightToLeft
        ends = ((self._cap, 400, "text-muted"), (self._spent, 600, "text")) if self._spent else (
            (self._cap, 600, "text"),
        )  # fmt: skip
        room = QRect(line)
        for text, weight, role in ends:
            painter.setFont(theme.tabular(theme.font(13, weight)))
            painter.setPen(theme.color(role))
            painter.drawText(room, text_flags(direction, END), text)
            wide = QFontMetrics(painter.font()).horizontalAdvance(text)
            room.adjust(*((wide, 0, 0, 0) if mirrored else (0, 0, -wide, 0)))
        room.adjust(*((px(12), 0, 0, 0) if mirrored else (0, 0, -px(12), 0)))
        self._draw(painter, room, self._state.budget.name, 14, 500, "text")
        self._draw(painter, line.translated(0, px(21)), self._line, 12, 400, "text-muted")
        if self._spent:
            share = share_of(self._state.spent, self._state.cap)
            track = QRectF(line.left(), px(52), line.width(), px(4))
            paint_budget_bar(painter, theme, track, share, direction, bar_role(share))

    def _draw(self, painter: QPainter, box: QRect, text: str, size: int, weight: int, role: str) -> None:
        painter.setFont(self.theme.font(size, weight))
        painter.setPen(self.theme.color(role))
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, text_flags(self.layoutDirection()), shown)
