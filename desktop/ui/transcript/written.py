"""What a message holds, read into leaves: once for a finished one, piece by piece for one being written."""

from collections.abc import Sequence

from desktop.domain.message import Message
from desktop.render import reasoning
from desktop.render.blocks import Block, IncrementalParser, parse
from desktop.ui.transcript.leaves import Leaf, Tone, flatten


class Passage:
    """A text and its leaves. The first `settled` of them do not change any more while the text grows."""

    def __init__(self, tone: Tone) -> None:
        self.text = ""
        self.leaves: list[Leaf] = []
        self.settled = 0
        self._tone = tone
        self._parser = IncrementalParser()
        self._final = 0  # blocks whose leaves are settled
        self._finished: tuple[Block, ...] | None = None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What the leaves are made of."""
        return self._parser.blocks if self._finished is None else self._finished

    def feed(self, text: str) -> None:
        """Add to the text."""
        self.text += text
        self._finished = None
        self._parser.feed(text)
        self._read(self._parser.final, self._parser.tail)

    def read(self, text: str) -> None:
        """Take a whole text."""
        self.text = text
        self._finished = parse(text)
        self.leaves = list(flatten(self._finished, self._tone))
        self.settled = len(self.leaves)

    def finish(self) -> None:
        """The text has ended: what only its end could tell is now known."""
        before, blocks = self._parser.blocks, self._parser.finish()
        if blocks != before:
            self.leaves = list(flatten(blocks, self._tone))
        self.settled = len(self.leaves)
        self._finished = blocks

    def _read(self, final: Sequence[Block], tail: Sequence[Block]) -> None:
        del self.leaves[self.settled :]
        if len(final) > self._final:
            self.leaves += flatten(final[self._final :], self._tone)
            self.settled, self._final = len(self.leaves), len(final)
        self.leaves += flatten(tail, self._tone)


class Written:
    """A reply's answer and its reasoning, whether the provider told them apart or the model used tags.

    It can be added to, unless it is `whole`.
    """

    def __init__(self, message: Message, *, whole: bool = False) -> None:
        self.answer = Passage(Tone.BODY)
        self.reasoning = Passage(Tone.REASONING)
        self.text = ""  # the answer as it came, tags included
        self._tagged = False
        self._undecided = True
        if whole:
            self.text = message.text
            thought, answer = reasoning.split(message.text)
            if thought := message.reasoning + thought:
                self.reasoning.read(thought)
            self.answer.read(answer)
        else:
            self.add(message.text, message.reasoning)

    def add(self, text: str, thought: str) -> None:
        """Add what has arrived since."""
        if thought:
            self.reasoning.feed(thought)
        if not text:
            return
        self.text += text
        if self._undecided and reasoning.may_open(self.text):
            return
        if self._undecided:
            self._undecided = False
            self._tagged = reasoning.split(self.text)[0] != "" or "<think" in self.text[:20].lower()
            text = self.text
        if not self._tagged:
            self.answer.feed(text)
            return
        thought, answer = reasoning.split(self.text, growing=True)
        self.reasoning.feed(thought[len(self.reasoning.text) :])
        if answer:
            self.answer.feed(answer[len(self.answer.text) :])

    def finish(self) -> None:
        """No more will be added."""
        thought, answer = reasoning.split(self.text)
        if thought and not self._tagged:  # the tag that opens it was missing, so only its end told
            self.answer = Passage(Tone.BODY)
            self.answer.feed(answer)
            self.reasoning.feed(thought)
        elif self._undecided:
            self.answer.feed(self.text)
        elif self._tagged:
            self.reasoning.feed(thought[len(self.reasoning.text) :])
            self.answer.feed(answer[len(self.answer.text) :])
        self._undecided = False
        self.answer.finish()
        self.reasoning.finish()
