"""Tells screen readers where the text caret stands, and what is selected with it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleTextCursorEvent

from desktop.i18n import gettext as _
from desktop.ui.transcript.access.blocks import Block
from desktop.ui.transcript.position import Place, TextPosition
from desktop.ui.transcript.selection.selection import order
from desktop.ui.transcript.view import Transcript
from desktop.ui.widgets.announce import announce

_LEAVES = 20  # that are read out at most when more is selected at once


class CaretTeller(QObject):
    """Listens to a transcript's selection. `block_at` gives the block at a place, None where there is none.

    A screen reader cannot ask what is selected (see `access_blocks`), so what was added or taken away is announced.
    """

    def __init__(self, transcript: Transcript, block_at: Callable[[TextPosition], Block | None]) -> None:
        super().__init__(transcript)
        self._transcript = transcript
        self._block_at = block_at
        self._caret: TextPosition | None = None
        self._was_selecting = False
        # The focus follows the caret to another message: Qt tells of that first, and then it is this one's turn.
        self._telling = QTimer(self, singleShot=True, interval=0)
        self._telling.timeout.connect(self._tell)
        transcript.selecting.changed.connect(self._telling.start)

    def _tell(self) -> None:
        selecting = self._transcript.selecting
        before, self._caret = self._caret, selecting.caret.position
        was_selecting, self._was_selecting = self._was_selecting, selecting.has_selection
        if self._caret == before or not QAccessible.isActive():
            return
        if self._caret is None:
            if before is not None and (widget := self._transcript.find_widget(before.message_id)) is not None:
                QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Focus))
            return
        block = self._block_at(self._caret)
        if block is None:
            return
        if before is None or self._block_at(before) is not block:
            QAccessible.updateAccessibility(QAccessibleEvent(block, QAccessible.Event.Focus))
        QAccessible.updateAccessibility(QAccessibleTextCursorEvent(block, block.caret() or 0))
        if before is not None and (was_selecting or selecting.has_selection):
            self._tell_selection(before, self._caret)

    def _tell_selection(self, before: TextPosition, now: TextPosition) -> None:
        selection, row_of = self._transcript.selecting.selection, self._transcript.row_of
        if selection is None or selection.is_empty:
            announce(self._transcript, _("Nothing selected"))
            return
        anchor, old, new = (order(each, row_of) for each in (selection.anchor, before, now))
        text = self._between(before, now) if old < new else self._between(now, before)
        if text:
            grew = old >= anchor if old < new else old <= anchor
            form = _("{text}, selected") if grew else _("{text}, no longer selected")
            announce(self._transcript, form.format(text=text))

    def _between(self, first: TextPosition, last: TextPosition) -> str:
        """What is said between two places; of another message and another column only what is in the last one."""
        start, end = first.place, last.place
        if first.message_id != last.message_id or start.column != end.column:
            start = Place(end.column, 0, 0)
        said = []
        for leaf in range(max(start.leaf, end.leaf - _LEAVES), end.leaf + 1):
            block = self._block_at(TextPosition(last.message_id, Place(end.column, leaf, 0)))
            if block is not None:
                said.append(
                    block.letters(start.offset if leaf == start.leaf else 0, end.offset if leaf == end.leaf else None)
                )
        return "\n".join(said).strip()
