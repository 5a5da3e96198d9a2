"""Find, for the page: made when something is first looked for, its bar opened and closed above the messages."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.ui.chat.middle import Middle
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme

if TYPE_CHECKING:
    from desktop.ui.chat.find import Find


class FindInChat(QObject):
    """Does nothing while no messages are on the screen."""

    closed = Signal()  # by the user

    def __init__(self, theme: Theme, middle: Middle, open_chat: OpenChat, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._middle = middle
        self._open = open_chat
        self._tasks = tasks

    @cached_property
    def _find(self) -> "Find":
        from desktop.ui.chat.find import Find
        from desktop.ui.chat.find_bar import FindBar

        bar = FindBar(self._theme)
        bar.hide()
        bar.close_requested.connect(self.close)
        self._middle.add_bar(bar)
        return Find(bar, self._middle.transcript, self._open, self._tasks)

    @property
    def _made(self) -> "Find | None":
        return self._find if "_find" in self.__dict__ else None

    @property
    def is_open(self) -> bool:
        return self._made is not None and self._made.is_open

    # Commands

    def open(self) -> None:
        """Let the bar have the keys."""
        if self._middle.messages is not None:
            self._show(True)

    def next(self) -> None:
        self._step(1)

    def previous(self) -> None:
        self._step(-1)

    def close(self) -> None:
        """Close the bar and give the keys back."""
        self.leave()
        self.closed.emit()

    # What the page tells it

    def leave(self) -> None:
        """Another page comes in the messages' place: close the bar."""
        if self.is_open:
            self._show(False)

    def follow(self, *, at_once: bool) -> None:
        """As in `Find`."""
        if self._made is not None:
            self._made.follow(at_once=at_once)

    def mark_terms(self, message_id: str, terms: Sequence[str]) -> None:
        """As in `Find`."""
        self._find.mark_terms(message_id, terms)

    def clear_terms(self) -> None:
        """As in `Find`."""
        if self._made is not None:
            self._made.clear_terms()

    # Inside

    def _step(self, step: int) -> None:
        if self._middle.messages is None:
            return
        if self.is_open:
            self._find.step(step)
        else:
            self._show(True)

    def _show(self, shown: bool) -> None:
        """Open or close the bar. What is being read stays where it is on the screen."""
        transcript = self._middle.transcript
        was_open = self._find.is_open
        scroll, height = transcript.verticalScrollBar(), transcript.height()
        follows = scroll.value() >= scroll.maximum()
        if shown:
            self._find.open()
        else:
            self._find.close()
        if was_open != shown:
            self._middle.make_room()
            if not follows:
                scroll.setValue(scroll.value() + height - transcript.height())
