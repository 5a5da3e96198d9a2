"""Messages that are sent by themselves once a cap has room again, as long as the program runs."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.ids import now_ms
from desktop.i18n import gettext as _
from desktop.ui.chat.drafts import Drafts, join
from desktop.ui.chat.strips import Strip
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.labels import ElidedLabel, text_label

LOOK_MS = 20_000
"""How often the clock is looked at: one timer for hours would stand still while the computer sleeps."""


class LaterStrip(Strip):
    """A message that waits for its moment, with the ways to change it or take it back."""

    edit_requested = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "clock", parent)
        self._when = text_label(theme, "", 13, role="text-muted")
        self._text = ElidedLabel(theme, "", size=13)
        edit = IconButton(theme, "pencil-simple", _("Edit the message that is sent later"), size=28)
        edit.clicked.connect(self.edit_requested)
        remove = IconButton(theme, "x", _("Remove the message that is sent later"), size=28)
        remove.clicked.connect(self.removed)
        self.row.addWidget(self._when)
        self.row.addWidget(self._text, 1)
        self.row.addWidget(edit)
        self.row.addWidget(remove)
        self.controls = (edit, remove)

    def show_text(self, when: str, text: str) -> None:
        """Show the message, as one line; without one the strip goes away."""
        line = " ".join(text[:1_000].split())
        self._when.setText(f"{when}:")
        self._text.setText(line)
        self._text.setAccessibleName(_("{when}: {text}").format(when=when, text=line))
        self.setVisible(bool(text))


class SendLater(QObject):
    """The texts are drafts, which outlive the program; their moments end with it."""

    due = Signal(object)  # id of the conversation, None for the new chat

    def __init__(self, drafts: Drafts, strip: LaterStrip, parent: QObject, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(parent)
        self._drafts = drafts
        self._strip = strip
        self._clock = clock
        self._shown: str | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    def put(self, conversation_id: str | None, text: str, due_ms: int, when: str) -> None:
        """Send a text at a moment (Unix milliseconds), after what waits there already; `when` says that in words."""
        unsent = self._drafts.of(conversation_id)
        unsent.later, unsent.due_ms, unsent.when = join(unsent.later, text), due_ms, when
        self._drafts.touch(conversation_id)
        self._timer.start()
        self.show(self._shown)

    def take(self, conversation_id: str | None) -> str:
        """The text that waits in a chat, which then does so no longer."""
        unsent = self._drafts.of(conversation_id)
        text, unsent.later = unsent.later, ""
        self._drafts.touch(conversation_id)
        self.show(self._shown)
        return text

    def show(self, conversation_id: str | None) -> None:
        """Show what waits in the chat on the screen."""
        self._shown = conversation_id
        unsent = self._drafts.of(conversation_id)
        self._strip.show_text(unsent.when, unsent.later)

    def look(self) -> None:
        """Tell what is due."""
        now = self._clock()
        waiting = self._drafts.later()
        for conversation_id, unsent in waiting.items():
            if unsent.due_ms <= now:
                self.due.emit(conversation_id)
        if not waiting:
            self._timer.stop()
