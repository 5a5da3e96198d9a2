"""The bar under the header that finds words in the conversation."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.render.finding import LONGEST_QUERY, Query
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Chip, IconButton
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.keys import key_text
from desktop.ui.widgets.labels import ElidedLabel

HEIGHT = 44
FIELD = 280
SETTLE_MS = 120
"""After the last key; then the search begins."""


class FindBar(QWidget):
    """What is looked for and how, what was found, and the way through it. It searches nothing itself."""

    query_changed = Signal()  # typing has paused, or it is to be read another way
    step_requested = Signal(int)  # 1 for the next, -1 for the previous
    close_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        px = theme.px
        self.setFixedHeight(px(HEIGHT))
        self.setAccessibleName(_("Find in chat"))
        self._state = ElidedLabel(theme, "", size=13, role="text-secondary")
        self._state.setFont(theme.tabular(self._state.font()))
        self._state.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.field = Field(theme, _("Find in chat"), placeholder=_("Find in chat"))
        self.field.setMaxLength(LONGEST_QUERY)
        self.field.setMaximumWidth(px(FIELD))
        previous = IconButton(theme, "caret-up-bold", _("Find previous"), shortcut_hint=key_text("Shift+F3"), size=28)
        following = IconButton(theme, "caret-down-bold", _("Find next"), shortcut_hint=key_text("F3"), size=28)
        self._steps = (previous, following)
        self._case = _toggle(theme, "Aa", _("Match case"))
        self._word = _toggle(theme, "W", _("Whole words"))
        self._expression = _toggle(theme, ".*", _("Regular expression"))
        close = IconButton(theme, "x-bold", _("Close"), shortcut_hint=key_text("Esc"), size=28)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(12), 0, px(12), 1)
        row.setSpacing(px(4))
        row.addWidget(self._state)
        row.addSpacing(px(8))
        row.addWidget(self.field, 1)
        for widget in (previous, following, self._case, self._word, self._expression, close):
            row.addWidget(widget)
        previous.clicked.connect(lambda: self.step_requested.emit(-1))
        following.clicked.connect(lambda: self.step_requested.emit(1))
        close.clicked.connect(self.close_requested)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self.query_changed)
        self.field.textChanged.connect(lambda: self._settle.start())
        for toggle in (self._case, self._word, self._expression):
            toggle.toggled.connect(lambda: self._settle.start(0))
        theme.changed.connect(self.update)
        self.show_state("", can_step=False)

    def query(self) -> Query:
        return Query(self.field.text(), self._case.isChecked(), self._word.isChecked(), self._expression.isChecked())

    def begin(self, text: str) -> None:
        """Take the keys; a text is looked for at once, without one what is there can be typed over."""
        if text:
            self.field.setText(text)
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._settle.start(0)

    def show_state(self, text: str, *, can_step: bool) -> None:
        """Say what was found."""
        self._say(text, "text-secondary", "")
        for button in self._steps:
            button.setEnabled(can_step)

    def show_error(self, text: str) -> None:
        """Say why nothing can be looked for."""
        self._say(text, "danger", text)
        for button in self._steps:
            button.setEnabled(False)

    def _say(self, text: str, role: str, error: str) -> None:
        self._state.set_role(role)
        if text != self._state.text():
            self._state.setText(text)
        self.field.set_error(error)
        self.field.setAccessibleDescription(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_requested.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._step(-1 if shift else 1)
            case _:
                super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        """Enter; right after typing it means what has been typed."""
        if self._settle.isActive():
            self._settle.stop()
            self.query_changed.emit()
        else:
            self.step_requested.emit(step)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.color("border"))


def _toggle(theme: Theme, text: str, name: str) -> Chip:
    chip = Chip(theme, text)
    chip.setCheckable(True)
    chip.setAccessibleName(name)
    chip.setToolTip(name)
    return chip
