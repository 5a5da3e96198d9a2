"""The widgets of messages: those near the viewport, a few that have left it and may come back, and what is written."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QWidget

from desktop.domain.message import Message, Role
from desktop.render import blocks
from desktop.ui.transcript.bubble import BubbleWidget
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.streaming import LiveReply
from desktop.ui.transcript.styles import Styles
from desktop.ui.transcript.written import Written

_PARKED = 24


class Turns:
    """Makes widgets in `viewport`; `connect` is called once with each. `live` are those in use, by message.

    `replies` are the messages being written; `on_change` is called with a widget and how to show what has arrived.
    """

    def __init__(
        self,
        styles: Styles,
        viewport: QWidget,
        connect: Callable[[MessageWidget], None],
        on_change: Callable[[MessageWidget, Callable[[], None]], None],
    ) -> None:
        self.live: dict[str, MessageWidget] = {}
        self.replies: dict[str, LiveReply] = {}
        self._on_change = on_change
        self._warm_up: threading.Thread | None = None
        self._styles = styles
        self._viewport = viewport
        self._connect = connect
        self._parked: OrderedDict[str, MessageWidget] = OrderedDict()
        self._unfolded: set[str] = set()  # messages whose widgets are gone

    def use(self, entry: Entry) -> MessageWidget:
        """The widget of a message, made if there is none."""
        message_id = entry.message.id
        widget = self.live.get(message_id)
        if widget is None and (parked := self._parked.pop(message_id, None)) is not None:
            if parked.entry == entry:
                widget = parked
            else:  # its message has changed since
                self._dispose(parked)
        if widget is None:
            widget = self._make(entry)
            if message_id in self._unfolded:
                widget.unfolded = True
            self._connect(widget)
        self.live[message_id] = widget
        return widget

    def find(self, message_id: str) -> MessageWidget | None:
        """The widget of a message, parked or not."""
        return self.live.get(message_id) or self._parked.get(message_id)

    def park(self, message_id: str) -> bool:
        """Put a widget aside. Not if it holds the focus or something of the user's; says whether it did."""
        widget = self.live[message_id]
        focus = QApplication.focusWidget()
        if widget.is_busy or focus is widget or (focus is not None and widget.isAncestorOf(focus)):
            return False
        widget.hide()
        self._parked[message_id] = self.live.pop(message_id)
        while len(self._parked) > _PARKED:
            self._dispose(self._parked.popitem(last=False)[1])
        return True

    def take(self, entry: Entry) -> MessageWidget | None:
        """A message is new or has changed, or is written or not written any more. Returns its widget if it has one."""
        message_id = entry.message.id
        live = self.replies.get(message_id)
        written: Written | None = None
        if entry.running and live is None:
            live = self._begin(entry.message)
            written = live.written
            self._forget_parked(message_id)
        elif not entry.running and live is not None:
            live.end()
            written = live.written
            live = None
            del self.replies[message_id]
        widget = self.live.get(message_id)
        if isinstance(widget, ReplyWidget):
            if not entry.running and (written or widget.written).text != entry.message.text:
                written = _whole(entry.message)
            elif written is not None and not entry.running:
                written.finish()
            widget.show_reply(entry, written or widget.written, live)
        elif isinstance(widget, BubbleWidget):
            widget.take(entry)
        return widget

    def written_of(self, message: Message) -> Written:
        """A reply's text as it is drawn, read now if it is not."""
        widget = self.find(message.id)
        if isinstance(widget, ReplyWidget):
            return widget.written
        if (live := self.replies.get(message.id)) is not None:
            return live.written
        return _whole(message)

    def _forget_parked(self, message_id: str) -> None:
        if (widget := self._parked.pop(message_id, None)) is not None:
            self._dispose(widget)

    def _dispose(self, widget: MessageWidget) -> None:
        """Be done with a widget, and remember what the reader has unfolded in it."""
        if widget.unfolded:
            self._unfolded.add(widget.entry.message.id)
        else:
            self._unfolded.discard(widget.entry.message.id)
        widget.dispose()

    def keep_only(self, message_ids: dict[str, int]) -> None:
        """Put all other messages aside: they are there at once when their chat or branch is shown again."""
        for message_id in [message_id for message_id in self.live if message_id not in message_ids]:
            if self.live[message_id].entry.running or not self.park(message_id):
                self._dispose(self.live.pop(message_id))
        for message_id in [message_id for message_id in self.replies if message_id not in message_ids]:
            self.replies.pop(message_id).end()

    def restyle(self) -> None:
        """Take the theme's present colours."""
        for message_id in list(self._parked):
            self._forget_parked(message_id)
        for widget in self.live.values():
            widget.restyle()

    def holding(self, widget: QWidget | None) -> MessageWidget | None:
        """The turn that is a widget, or that it stands in."""
        while widget is not None and not isinstance(widget, MessageWidget):
            widget = widget.parentWidget()
        return widget if widget in self.live.values() else None

    def _make(self, entry: Entry) -> MessageWidget:
        if entry.message.role is Role.USER:
            return BubbleWidget(self._styles, entry, self._viewport)
        if (reply := self.replies.get(entry.message.id)) is not None:
            return ReplyWidget(self._styles, entry, reply.written, reply, self._viewport)
        return ReplyWidget(self._styles, entry, _whole(entry.message), None, self._viewport)

    def _begin(self, message: Message) -> LiveReply:
        if self._warm_up is None:
            self._warm_up = threading.Thread(target=blocks.warm_up, daemon=True)
            self._warm_up.start()
        reply = LiveReply(
            message,
            Written(message),
            on_text=lambda: self._on_text(message.id),
            on_tick=lambda: self._on_tick(message.id),
            is_ready=lambda: self._warm_up is None or not self._warm_up.is_alive(),
            parent=self._viewport,
        )
        self.replies[message.id] = reply
        return reply

    def _on_text(self, message_id: str) -> None:
        if isinstance(widget := self.live.get(message_id), ReplyWidget):
            self._on_change(widget, widget.append)

    def _on_tick(self, message_id: str) -> None:
        if isinstance(widget := self.live.get(message_id), ReplyWidget) and widget.isVisible():
            widget.show_progress()


def _whole(message: Message) -> Written:
    return Written(message, whole=True)
