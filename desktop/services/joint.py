"""A reply that goes on from where it was cut off: what is said twice at the joint is left out.

Models that are asked to go on often begin again with the word, line or sentence in which they were cut.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from desktop.domain.errors import ProviderError
from desktop.domain.events import Finished, Opaque, ProviderEvent, ReasoningDelta, TextDelta
from desktop.domain.message import Message

_LONGEST = 200
_CERTAIN = 12  # letters; so many alike are no accident


async def joined(before: Message, events: AsyncGenerator[ProviderEvent, None]) -> AsyncGenerator[ProviderEvent, None]:
    """The events that follow on the text of `before`, which is not changed: nothing is put between."""
    joint = Joint(before.text)
    apart = bool(before.reasoning)
    async with aclosing(events):
        try:
            async for event in events:
                if isinstance(event, TextDelta):
                    if text := joint.add(event.text):
                        yield TextDelta(text)
                    continue
                if isinstance(event, ReasoningDelta) and apart:
                    apart = False
                    event = ReasoningDelta("\n\n" + event.text)  # further thoughts, and not the end of a sentence
                elif isinstance(event, Opaque | Finished) and (rest := joint.end()):
                    yield TextDelta(rest)
                yield event
        except ProviderError:
            if rest := joint.end():
                yield TextDelta(rest)
            raise


class Joint:
    """Holds a text back as long as it may be a repetition of the end of `before`."""

    def __init__(self, before: str) -> None:
        self._tail = before[-_LONGEST:]
        self._is_word = before[-_LONGEST - 1 : -_LONGEST].isalnum()  # what stands before the tail
        self._held = ""
        self._open = True

    def add(self, text: str) -> str:
        """The part of all that has come which can be shown now."""
        if not self._open:
            return text
        self._held += text
        return "" if any(end.startswith(self._held) for end in self._ends()) else self.end()

    def end(self) -> str:
        """What is held back, without the repetition in it. If there was something, nothing is held back any more."""
        held, self._held = self._held, ""
        self._open = self._open and not held
        return held[max(map(len, filter(lambda end: self._repeats(end, held), self._ends())), default=0) :]

    def _ends(self) -> list[str]:
        return [self._tail[at:] for at in range(len(self._tail))]

    def _repeats(self, end: str, held: str) -> bool:
        """Whether `held` begins with this end by more than chance: a long one, or the beginning of a word that goes on.

        Two letters alike mean nothing: "book" goes on with "keeper".
        """
        if not held.startswith(end):
            return False
        if len(end) >= _CERTAIN:
            return True
        at = len(self._tail) - len(end)
        before = self._tail[at - 1].isalnum() if at else self._is_word
        goes_on = held[len(end) : len(end) + 1].isalnum()
        return end.isalnum() and not end.isnumeric() and not before and goes_on
