"""A cheaper model in the place of the chosen one, until a cap begins anew."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from desktop.domain.ids import now_ms
from desktop.domain.model import ModelRef
from desktop.ui.chat.open_chat import OpenChat

LOOK_MS = 20_000


class CheaperModel(QObject):
    """It answers in the chat on the screen and in new ones; then they go back to what they had.

    Any other choice of the user's is left alone.
    """

    def __init__(self, open_chat: OpenChat, parent: QObject, clock: Callable[[], int] = now_ms) -> None:
        super().__init__(parent)
        self._open = open_chat
        self._clock = clock
        self._model: ModelRef | None = None
        self._until_ms = 0
        self._before: dict[str | None, ModelRef] = {}
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        open_chat.entered.connect(self._on_entered)

    def would_change(self, model: ModelRef) -> bool:
        """Whether another model answers now."""
        return self._open.shown.model not in (None, model)

    def use(self, model: ModelRef, until_ms: int | None) -> None:
        """From now on; without a moment (Unix milliseconds) only in this chat, and for good."""
        if until_ms is not None:
            self._model, self._until_ms = model, until_ms
            self._timer.start()
        self._change(model)

    def look(self) -> None:
        """Go back to what was there if the time is over."""
        if self._model is None or self._clock() < self._until_ms:
            return
        self._timer.stop()
        ended, self._model = self._model, None
        shown = self._open.shown
        before = self._before.get(shown.id)
        self._before.clear()
        if before is not None and shown.model == ended:
            self._open.choose_model(before)

    def _on_entered(self) -> None:
        self.look()
        if self._model is not None and self._open.shown.id is None:
            self._change(self._model)

    def _change(self, model: ModelRef) -> None:
        shown = self._open.shown
        if shown.model is not None and shown.model != model:
            if self._model is not None:
                self._before.setdefault(shown.id, shown.model)
            self._open.choose_model(model)
