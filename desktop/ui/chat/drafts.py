"""What was typed and not sent, for each chat: in the box, waiting for a reply to end, on its way."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from desktop.services.library import Library
from desktop.ui.tasks import Tasks

SAVE_AFTER_MS = 500


@dataclass(slots=True)
class Unsent:
    """`text` stands in the box; `waiting` is sent when the reply ends; `sending` is being stored as a message.

    `later` is sent at `due_ms` (Unix milliseconds), which `when` says in words.
    """

    text: str = ""
    waiting: str = ""
    sending: str = ""
    later: str = ""
    due_ms: int = 0
    when: str = ""

    def joined(self) -> str:
        """All of it, as the draft that outlives the program."""
        return join(self.sending, self.waiting, self.later, self.text)


class Drafts(QObject):
    """Keeps the texts of this session in memory and saves them half a second after the last change.

    None names the new chat.
    """

    def __init__(self, library: Library, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._tasks = tasks
        self._unsent: dict[str | None, Unsent] = {}
        self._read: set[str | None] = set()
        self._changed: set[str | None] = set()
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._timer.timeout.connect(lambda: self._tasks.start(self.flush()))

    def of(self, conversation_id: str | None) -> Unsent:
        """The texts of a chat; after changing them, call `touch`."""
        return self._unsent.setdefault(conversation_id, Unsent())

    def later(self) -> dict[str | None, Unsent]:
        """Of the chats in which something is sent later."""
        return {conversation_id: unsent for conversation_id, unsent in self._unsent.items() if unsent.later}

    async def stored(self, conversation_id: str | None) -> str:
        """What an earlier session has left; nothing once it has been handed out."""
        if conversation_id in self._read:
            return ""
        self._read.add(conversation_id)
        try:
            return await self._library.draft(conversation_id)
        except BaseException:
            self._read.discard(conversation_id)
            raise

    def touch(self, conversation_id: str | None) -> None:
        """The texts have changed: save them soon."""
        self._changed.add(conversation_id)
        self._timer.start()

    def move(self, conversation_id: str) -> None:
        """The new chat has become a conversation, and what was typed meanwhile goes with it."""
        self._unsent[conversation_id] = self._unsent.pop(None, Unsent())
        self._read.add(conversation_id)
        self.touch(None)
        self.touch(conversation_id)

    async def flush(self) -> None:
        """Save what has changed. Raises StorageError, then it is tried again after the next change."""
        self._timer.stop()
        for conversation_id in list(self._changed):
            self._changed.discard(conversation_id)
            try:
                await self._library.save_draft(conversation_id, self.of(conversation_id).joined())
            except BaseException:
                self._changed.add(conversation_id)
                raise


def join(*texts: str) -> str:
    """The texts that are not empty, as paragraphs of one."""
    return "\n\n".join(text for text in texts if text)
