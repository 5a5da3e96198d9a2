"""Deltas of one network read -> as few events as possible."""

from desktop.domain.events import Identified, Opaque, ProviderEvent, ReasoningDelta, TextDelta, UsageReported
from desktop.domain.usage import Usage

_OPEN, _CLOSE = "<think>", "</think>"


class Gather:
    """Collects what a reader finds; `take` gives it as events, neighbouring deltas of a kind as one.

    With `think_tags`, a `<think>…</think>` at the very start of the answer is reasoning, wherever its tags are cut.
    Half of a surrogate pair is held back until the other half comes, and replaced if none does: such text could
    neither be shown nor stored.
    """

    def __init__(self, *, think_tags: bool = False) -> None:
        self._events: list[ProviderEvent] = []
        self._usage: Usage | None = None
        self._identity = Identified("", "")
        self._kind: type[TextDelta] | type[ReasoningDelta] = TextDelta
        self._pieces: list[str] = []
        self._half = ""
        self._think = _Think() if think_tags else None
        self.any_text = False

    def text(self, piece: str) -> None:
        if self._think is not None:
            self._split(self._think.feed(piece))
            if self._think.over:
                self._think = None
        elif piece:
            self._add(TextDelta, piece)

    def reasoning(self, piece: str) -> None:
        if piece:
            self._add(ReasoningDelta, piece)

    def opaque(self, kind: str, data: str) -> None:
        self._flush()
        self._events.append(Opaque(kind, data))

    def usage(self, usage: Usage) -> None:
        """The totals so far; only the last of a read is passed on."""
        self._usage = usage

    def identify(self, model_id: object, request_id: object) -> bool:
        """Who answers, as the provider says in one of its objects or another; whether the model is known now."""
        said = Identified(*(each if isinstance(each, str) else "" for each in (model_id, request_id)))
        if said.model_id and said != self._identity:
            self._identity = said
            self._events.append(said)
        return bool(said.model_id)

    def end(self) -> None:
        """Nothing more comes: what was held back is given out."""
        if self._think is not None:
            self._split(self._think.end())
            self._think = None
        if self._half:
            self._pieces.append("\ufffd")
            self._half = ""

    def take(self) -> list[ProviderEvent]:
        self._flush()
        if self._usage is not None:
            self._events.append(UsageReported(self._usage))
            self._usage = None
        events, self._events = self._events, []
        return events

    def _add(self, kind: type[TextDelta] | type[ReasoningDelta], piece: str) -> None:
        if not isinstance(piece, str):
            raise TypeError(piece)  # now, while it is known whose it was
        if kind is not self._kind:
            self._flush()
            self._kind = kind
        self._pieces.append(piece)

    def _split(self, found: list[tuple[bool, str]]) -> None:
        for is_reasoning, piece in found:
            self._add(ReasoningDelta if is_reasoning else TextDelta, piece)

    def _flush(self) -> None:
        if not self._pieces:
            return
        text = self._half + "".join(self._pieces)
        self._pieces = []
        self._half = ""
        if not text.isascii():
            if "\ud800" <= text[-1] <= "\udbff":
                text, self._half = text[:-1], text[-1]
            text = _whole(text)
        if text:
            self.any_text = self.any_text or self._kind is TextDelta
            self._events.append(self._kind(text))


def _whole(text: str) -> str:
    """Pairs of surrogates joined, lone ones replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class _Think:
    """Finds `<think>` at the start and its end, without the newlines after either. `over` once nothing can change."""

    def __init__(self) -> None:
        self.over = False
        self._held = ""
        self._inside = False
        self._behind = False
        self._fresh = False  # only newlines since the last tag

    def feed(self, piece: str) -> list[tuple[bool, str]]:
        """Pairs of (is reasoning, text)."""
        self._held += piece
        found: list[tuple[bool, str]] = []
        if not self._inside and not self._behind:
            start = self._held.lstrip()
            if len(start) < len(_OPEN) and _OPEN.startswith(start):
                return found
            if not start.startswith(_OPEN):
                return self.end()
            self._inside = self._fresh = True
            self._held = start[len(_OPEN) :]
        if self._inside:
            thought, tag, rest = self._held.partition(_CLOSE)
            if tag:
                found += self._emit(True, thought)
                self._inside, self._behind, self._fresh = False, True, True
                self._held = rest
            else:
                keep = next((n for n in range(len(_CLOSE) - 1, 0, -1) if thought.endswith(_CLOSE[:n])), 0)
                self._held = thought[len(thought) - keep :]
                return self._emit(True, thought[: len(thought) - keep])
        text, self._held = self._held, ""
        found += self._emit(False, text)
        self.over = not self._fresh
        return found

    def end(self) -> list[tuple[bool, str]]:
        self.over = True
        return self._emit(self._inside, self._held)

    def _emit(self, is_reasoning: bool, text: str) -> list[tuple[bool, str]]:
        if self._fresh:
            text = text.lstrip("\n")
            self._fresh = not text
        return [(is_reasoning, text)] if text else []
