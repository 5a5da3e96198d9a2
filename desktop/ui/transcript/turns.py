"""The widgets of messages: those near the viewport, and a few that have left it and may come back."""

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QWidget

from desktop.domain.message import Role
from desktop.ui.transcript.bubble import BubbleWidget
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.streaming import LiveReply
from desktop.ui.transcript.styles import Styles
from desktop.ui.transcript.written import Written

_PARKED = 24


class Turns:
    """Makes widgets in `viewport`; `connect` is called once with each. `live` are those in use, by message."""

    def __init__(self, styles: Styles, viewport: QWidget, connect: Callable[[MessageWidget], None]) -> None:
        self.live: dict[str, MessageWidget] = {}
        self._styles = styles
        self._viewport = viewport
        self._connect = connect
        self._parked: OrderedDict[str, MessageWidget] = OrderedDict()

    def use(self, entry: Entry, reply: LiveReply | None) -> MessageWidget:
        """The widget of a message, made if there is none. `reply` is what writes it now."""
        message_id = entry.message.id
        widget = self.live.get(message_id) or self._parked.pop(message_id, None)
        if widget is None:
            widget = self._make(entry, reply)
            self._connect(widget)
        self.live[message_id] = widget
        return widget

    def park(self, message_id: str) -> None:
        """Put a widget aside, unless it holds the focus or something of the user's."""
        widget = self.live[message_id]
        focus = QApplication.focusWidget()
        if widget.is_busy or focus is widget or (focus is not None and widget.isAncestorOf(focus)):
            return
        widget.hide()
        self._parked[message_id] = self.live.pop(message_id)
        while len(self._parked) > _PARKED:
            self._parked.popitem(last=False)[1].dispose()

    def forget_parked(self, message_id: str) -> None:
        """A message has changed that may be parked as it was."""
        if (widget := self._parked.pop(message_id, None)) is not None:
            widget.dispose()

    def keep_only(self, message_ids: dict[str, int]) -> None:
        """Take away the widgets of all other messages."""
        for message_id in [*self.live, *self._parked]:
            if message_id not in message_ids:
                (self.live.pop(message_id, None) or self._parked.pop(message_id)).dispose()

    def restyle(self) -> None:
        """Take the theme's present colours."""
        for message_id in list(self._parked):
            self.forget_parked(message_id)
        for widget in self.live.values():
            widget.restyle()

    def holding(self, widget: QWidget | None) -> MessageWidget | None:
        """The turn that is a widget, or that it stands in."""
        while widget is not None and not isinstance(widget, MessageWidget):
            widget = widget.parentWidget()
        return widget if widget in self.live.values() else None

    def _make(self, entry: Entry, reply: LiveReply | None) -> MessageWidget:
        if entry.message.role is Role.USER:
            return BubbleWidget(self._styles, entry, self._viewport)
        if reply is not None:
            return ReplyWidget(self._styles, entry, reply.written, reply, self._viewport)
        written = Written(entry.message)
        written.finish()
        return ReplyWidget(self._styles, entry, written, None, self._viewport)
