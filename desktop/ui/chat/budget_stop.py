"""The block joined to the composer's top where a cap has stopped a message: what happened, and what can be done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.paint import paint_box, text_flags

ONE_COLUMN_BELOW = 520
_STEPS = {Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Up: (-1, 0)}


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: `hint` stands quietly at its end, `act` is what it does."""

    icon: str
    text: str
    hint: str
    act: Callable[[], object]


class StopBlock(QWidget):
    """`bold` is the part of the line that stands out, `amount` how the cap stands."""

    def __init__(self, theme: Theme, title: str, amount: str, line: str, bold: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._theme = theme
        px = theme.px
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)
        head = QHBoxLayout()
        head.setContentsMargins(px(28), 0, px(1), 0)
        head.setSpacing(px(12))
        name = text_label(theme, title, 15, 600, wrap=True)
        name.setMinimumHeight(px(24))
        head.addWidget(name, 1)
        if amount:
            sum_ = text_label(theme, amount, 14, 600, role="danger")
            sum_.setFont(theme.tabular(theme.font(14, 600)))
            head.addWidget(sum_, 0, Qt.AlignmentFlag.AlignTop)
            sum_.setFixedHeight(px(24))
        words = text_label(theme, line, 13, role="text-secondary", wrap=True)
        if bold and bold in line:
            from html import escape  # with its table of 2,000 names not on the way to the first window

            words.setTextFormat(Qt.TextFormat.RichText)
            strong = f'<span style="font-weight: 600; color: {theme.color("text").name()}">{escape(bold)}</span>'
            words.setText(escape(line).replace(escape(bold), strong))
        words.setContentsMargins(px(28), 0, 0, 0)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, px(10), 0, 0)
        self._grid.setSpacing(px(8))
        self.buttons = [_ChoiceButton(theme, choice) for choice in choices]
        self._columns = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(16), px(13))
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(words)
        column.addLayout(self._grid)
        self._arrange(2)

    def set_hint(self, at: int, hint: str) -> None:
        """Say something else at the end of a choice."""
        self.buttons[at].set_hint(hint)

    def focus_first(self) -> None:
        """The keyboard is on the first choice."""
        self.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(1 if self.width() < self._theme.px(ONE_COLUMN_BELOW) else 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows go from choice to choice."""
        step = _STEPS.get(Qt.Key(event.key()))
        here = next((at for at, button in enumerate(self.buttons) if button.hasFocus()), None)
        if step is None or here is None:
            super().keyPressEvent(event)
            return
        down, right = step
        if self.isRightToLeft():
            right = -right
        there = here + down * self._columns + right
        if 0 <= there < len(self.buttons):
            self.buttons[there].setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        x = px(18) if self.isLeftToRight() else self.width() - px(36)
        place = QRectF(x, px(15), px(18), px(18))
        theme.icons.paint(QPainter(self), place, "wallet", theme.color("danger"))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for at, button in enumerate(self.buttons):
            self._grid.addWidget(button, at // columns, at % columns)


class _ChoiceButton(Button):
    """40 high: icon, words, a quiet hint at the end, which gives way first."""

    def __init__(self, theme: Theme, choice: Choice) -> None:
        super().__init__(theme, choice.text)
        self._choice = choice
        self._hint = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._hint_font = theme.tabular(theme.font(12))
        self.set_hint(choice.hint)
        self.clicked.connect(choice.act)

    def set_hint(self, hint: str) -> None:
        self._hint = hint
        self.setAccessibleName(", ".join(filter(None, (self._choice.text, hint))))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in _STEPS:
            event.ignore()  # to the block, which knows its neighbours
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(240), self.theme.px(40))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(120), self.theme.px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self.theme, self.theme.px
        painter = QPainter(self)
        fill = self.state_role("surface-raised", "hover", "pressed") or "surface-raised"
        edge = theme.color("border-strong")
        paint_box(painter, QRectF(self.rect()), px(8), theme.color(fill), edge)
        mirrored = self.isRightToLeft()
        icon = QRectF(px(14), (self.height() - px(16)) / 2, px(16), px(16))
        words, hint = QFontMetricsF(self.font()), QFontMetricsF(self._hint_font)
        room = self.width() - px(39) - px(13)
        hint_width = hint.horizontalAdvance(self._hint)
        shows_hint = bool(self._hint) and words.horizontalAdvance(self.text()) + px(12) + hint_width <= room
        text_room = room - (hint_width + px(12) if shows_hint else 0)
        box = QRectF(px(39), 0, text_room, self.height())
        hint_box = QRectF(self.width() - px(13) - hint_width - 1, 0, hint_width + 1, self.height())
        if mirrored:
            icon, box, hint_box = (
                QRectF(self.width() - each.right(), each.top(), each.width(), each.height())
                for each in (icon, box, hint_box)
            )
        theme.icons.paint(painter, icon, self._choice.icon, theme.color("text-secondary"))
        flags = text_flags(self.layoutDirection())
        painter.setFont(self.font())
        painter.setPen(theme.color("text"))
        painter.drawText(box, flags, words.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, text_room))
        if shows_hint:
            painter.setFont(self._hint_font)
            painter.setPen(theme.color("text-muted"))
            painter.drawText(hint_box, flags, self._hint)
