"""Colours a code block in slices of a few milliseconds, and no further than it is looked at."""

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer

from desktop.render import highlight
from desktop.ui.transcript.blocks.code_lines import CodeLines

_SLICE_S = 0.006
_LOADING_MS = 30
_CONTEXT_LINES = 16
_FOLLOWING_MS = 100
_AHEAD = 200

Spans = tuple[highlight.Span, ...]


class CodeColours:
    """Until a line's turn comes it has the colour of text. `changed` is called with the first line that has others.

    While a fence is open its last line is not whole, and a line is read with only some lines before it.
    """

    def __init__(self, lines: CodeLines, language: str, parent: QObject, changed: Callable[[int], None]) -> None:
        self._lines = lines
        self._language = language
        self._changed = changed
        self._reading: Iterator[Spans] | None = None
        self._wanted = 0
        self._closed = False
        self._timer = QTimer(parent, singleShot=True)
        self._timer.timeout.connect(self._slice)
        self.done = 0
        """The lines before this one have their colours."""

    def begin(self, *, closed: bool) -> None:
        """Read everything from the first line on."""
        self._closed = closed
        self.done = 0
        self._reading = iter(highlight.lines("\n".join(self._lines.lines), self._language))
        self._slice()

    def want(self, number: int) -> None:
        """A line is looked at."""
        if number + 1 > self._wanted:
            self._wanted = number + 1
            if self._reading is not None and not self._timer.isActive():
                self._timer.start(0)

    @property
    def finished(self) -> bool:
        """Whether no line waits for its colours."""
        return self._reading is None

    def follow(self, first: int) -> None:
        """The lines from `first` on are others: colour soon those that are whole by then."""
        self.done = min(self.done, first)
        if self._reading is None and not self._timer.isActive():
            self._timer.start(_FOLLOWING_MS)

    def _follow(self) -> None:
        """Some lines before are read again so that most contexts are right, but never all of a long code."""
        whole = len(self._lines.lines) - 1
        start = max(0, self.done - _CONTEXT_LINES)
        spans = highlight.lines("\n".join(self._lines.lines[start:whole]), self._language)
        coloured = [
            number
            for number, found in zip(range(start, whole), spans, strict=False)
            if number >= self.done and self._lines.set_spans(number, found)
        ]
        self.done = whole
        self._tell(coloured)

    def stop(self) -> None:
        self._timer.stop()
        self._timer.deleteLater()

    def _slice(self) -> None:
        if not highlight.prepare(self._language):
            self._timer.start(_LOADING_MS)
            return
        if self._reading is None:
            if not self._closed:
                self._follow()
            return
        until = time.perf_counter() + _SLICE_S
        whole = len(self._lines.lines) - (not self._closed)
        coloured = []
        while self.done < min(whole, self._wanted + _AHEAD):
            spans = next(self._reading, None)
            if spans is None:
                self._reading = None
                break
            if self._lines.set_spans(self.done, spans):
                coloured.append(self.done)
            self.done += 1
            if time.perf_counter() > until:
                self._timer.start(0)
                break
        if self.done >= whole:
            self._reading = None
        self._tell(coloured)

    def _tell(self, coloured: list[int]) -> None:
        if coloured:
            self._changed(coloured[0])
