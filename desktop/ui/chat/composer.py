"""The composer: where the next message is written and sent, and the running reply is stopped."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.chat.editor import MessageEdit
from desktop.ui.chat.estimate import runs_of, so_far
from desktop.ui.chat.runs import Run, RunsButton, spoken
from desktop.ui.chat.strips import BlockedStrip, WaitingStrip
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.paint import paint_box

if TYPE_CHECKING:
    from desktop.services.estimates import Estimate
    from desktop.ui.chat.budget_stop import StopBlock

WIDTH = 752
TOOL_ROW = 44
SETTLE_MS = 150
"""After the last key; then the text is counted and told."""


class Composer(QFrame):
    """A box with the text, the strips above it and a row with the estimate and the send button.

    It decides nothing: the page fills it, empties it and says what Enter means.
    """

    send_requested = Signal(str)  # the text; it may be empty while a message waits
    stop_requested = Signal()
    edit_last_requested = Signal()
    draft_changed = Signal(str)  # once typing pauses
    unblock_requested = Signal()
    waiting_edit_requested = Signal()
    waiting_removed = Signal()
    estimate_unfolded = Signal()
    price_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._running = False
        self._blocked = ""
        self._tried = False
        self._waiting = False
        self.estimator: Callable[[str], Estimate | None] = lambda _text: None
        """Says what a text would cost, in no time."""
        self._spent: Decimal | None = None
        self._stops_at: Decimal | None = None
        self._block: StopBlock | None = None
        self._stopped: tuple[Run, ...] = ()
        self._build()
        self.edit.submitted.connect(self._submit)
        self.edit.edit_last_requested.connect(self.edit_last_requested)
        self.edit.textChanged.connect(self._on_text)
        self.edit.installEventFilter(self)
        self._waiting_strip.edit_requested.connect(self.waiting_edit_requested)
        self._waiting_strip.removed.connect(self.waiting_removed)
        self._blocked_strip.chosen.connect(self.unblock_requested)
        self._send.clicked.connect(self._on_button)
        self.estimate.clicked.connect(self.estimate_unfolded)
        self._set_price.clicked.connect(self.price_requested)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._settled)
        theme.changed.connect(self.update)
        self._show_state()

    def _build(self) -> None:
        theme, px = self._theme, self._theme.px
        self.setMaximumWidth(px(WIDTH))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._waiting_strip = WaitingStrip(theme)
        self._blocked_strip = BlockedStrip(theme)
        self.edit = MessageEdit(theme)
        self.estimate = RunsButton(theme, 12)
        self._set_price = Button(theme, _("set"), kind="link")
        self._set_price.setAccessibleName(_("Set the price"))
        self._set_price.hide()
        self._send = SendButton(theme)

        text = QHBoxLayout()
        text.setContentsMargins(px(16), px(10) - self.edit.lift, px(4), px(4) + self.edit.lift)
        text.addWidget(self.edit)
        tools = QHBoxLayout()
        tools.setContentsMargins(px(16), px(4), px(8), px(8))
        tools.setSpacing(px(8))
        tools.addStretch(1)
        tools.addWidget(self.estimate)
        tools.addWidget(self._set_price)
        tools.addWidget(self._send)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self._waiting_strip)
        column.addWidget(self._blocked_strip)
        column.addLayout(text)
        column.addLayout(tools)

    # What the page asks of it

    def controls(self) -> list[QWidget]:
        """What takes the keyboard, in order: the strips' buttons, the text, send."""
        strips = [*self._waiting_strip.controls, *self._blocked_strip.controls]
        return [*strips, self.edit, self.estimate, self._set_price, self._send]

    def text(self) -> str:
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Put another text in, at once counted but not told as a draft."""
        self.edit.set_text(text)
        self._settle.stop()
        self._count(text)

    def set_running(self, running: bool) -> None:
        """While a reply is written, stop stands in the place of send."""
        if running != self._running:
            self._running = running
            self._show_state()
            self.set_spent(None)

    def set_blocked(self, text: str, action: str = "") -> None:
        """Nothing can be sent, and why; an empty text ends that. The strip shows once one has tried."""
        if text != self._blocked:
            self._blocked = text
            self._tried = False
            self._blocked_strip.set_text(text, action)
            self._count(self.text())
            self._show_state()

    def show_block(self) -> None:
        """Something was to be sent and could not be: say so where nobody overlooks it."""
        self._tried = True
        self._show_state()

    def set_waiting(self, text: str, *, held: bool = False) -> None:
        """The message that waits for the reply to end, or (`held`) for Enter; empty if there is none."""
        self._waiting = bool(text)
        self._waiting_strip.show_text(text, held=held)
        self._show_state()

    def set_placeholder(self, text: str) -> None:
        self.edit.set_placeholder(text)

    def count(self) -> None:
        """Say anew what the text would cost: what goes along with it has changed, or a price."""
        self._count(self.text())

    def set_spent(self, cost: Decimal | None, stops_at: Decimal | None = None) -> None:
        """What the running reply has cost so far and the cost at which a cap ends it, in US dollars.

        Shown while nothing else is written.
        """
        self._spent, self._stops_at = cost, stops_at
        if self.edit.is_blank():
            self._count("")

    def set_compact(self, compact: bool) -> None:
        """In a narrow window only the sum of the estimate is shown."""
        self.estimate.set_compact(compact)

    def set_block(self, block: "StopBlock | None", stopped: tuple[Run, ...] = ()) -> None:
        """Join to the top of the box what keeps a message from being sent, `stopped` in the place of the estimate.

        The one before is taken away.
        """
        if self._block is not None:
            self._column.removeWidget(self._block)
            self._block.hide()
            self._block.deleteLater()
        self._block, self._stopped = block, stopped
        if block is not None:
            self._column.insertWidget(0, block)
            block.show()
            last: QWidget = self.edit
            for button in block.buttons:
                QWidget.setTabOrder(last, button)
                last = button
        self._count(self.text())
        self._show_state()
        self.update()

    def add_strip(self, strip: QWidget) -> None:
        """Stand a strip above the text."""
        self._column.insertWidget(self._column.indexOf(self._blocked_strip), strip)

    def set_room(self, height: int) -> None:
        """The height in pixels that the whole box may take before its text scrolls."""
        px = self._theme.px
        self.edit.set_max_height(height - px(10 + 4 + TOOL_ROW) - 2)

    # Inside

    def _submit(self) -> None:
        if self.edit.is_blank() and not self._waiting:
            return
        if self._block is not None:
            self._block.focus_first()
        elif self._blocked:
            self.show_block()
        else:
            self.send_requested.emit(self.edit.text())

    def _on_button(self) -> None:
        if self._running:
            self.stop_requested.emit()
        else:
            self._submit()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_text(self) -> None:
        self._show_state()
        self._settle.start()

    def _settled(self) -> None:
        text = self.edit.text()
        self._count(text)
        self.draft_changed.emit(text)

    def _count(self, text: str) -> None:
        estimate = None if self._blocked or self._stopped else self.estimator(text)
        if self._stopped:
            runs: tuple[Run, ...] = self._stopped
        elif self._blocked:
            runs = (Run(self._blocked, main=True),)
        elif self._running and self._spent is not None and not text:
            runs, estimate = so_far(self._spent, self._stops_at), None
        else:
            runs = runs_of(estimate) if estimate is not None and estimate.tokens else ()
        self._show_runs(runs, estimate if runs else None)

    def _show_runs(self, runs: tuple[Run, ...], estimate: "Estimate | None") -> None:
        said = spoken(runs)
        name = _("Estimate: {text}").format(text=said) if estimate is not None else said
        self.estimate.show_runs(runs, unfolds=estimate is not None, name=name)
        self._set_price.setVisible(estimate is not None and estimate.high is None)
        self.edit.setAccessibleDescription(said)

    def _show_state(self) -> None:
        blank = self.edit.is_blank()
        self._blocked_strip.setVisible(bool(self._blocked) and self._tried)
        can_send = not self._blocked and self._block is None and (not blank or self._waiting)
        self._send.show_state(stop=self._running, enabled=self._running or can_send)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.edit.setFocus(event.reason())  # a focus proxy would make Tab go past the children

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        focused = self.edit.hasFocus()
        edge, width = ("accent", 1.5 * theme.px(100) / 100) if focused else ("border-strong", 1)
        fill, radius, box = theme.color("surface-raised"), theme.px(12), QRectF(self.rect())
        painter = QPainter(self)
        if self._block is not None:
            joint = self._block.geometry().bottom() + 1
            painter.setClipRect(0, 0, self.width(), joint)
            paint_box(painter, box, radius, theme.color("danger-soft"), theme.color("danger-border"), 1)
            painter.fillRect(0, joint - 1, self.width(), 1, theme.color("danger-border"))
            painter.setClipRect(0, joint, self.width(), self.height())
        paint_box(painter, box, radius, fill, theme.color(edge), width)


class SendButton(IconButton):
    """32 px of accent with an arrow; while a reply is written, inverted with a square."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "arrow-up-bold", _("Send"), parent=parent)
        self._stop = False

    def show_state(self, *, stop: bool, enabled: bool) -> None:
        if stop != self._stop:
            self._stop = stop
            self.set_name(_("Stop") if stop else _("Send"))
        self.setEnabled(enabled)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self.theme, self.theme.px
        if self._stop:
            fill, ink, icon, side = "text", "surface", "stop-fill", px(18)
        elif self.isEnabled():
            fill = self.state_role("accent", "accent-hover", "accent-pressed") or "accent"
            ink, icon, side = "on-accent", "arrow-up-bold", px(16)
        else:
            fill, ink, icon, side = "selected", "text-disabled", "arrow-up-bold", px(16)
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), px(8), theme.color(fill))
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        theme.icons.paint(painter, place, icon, theme.color(ink))
