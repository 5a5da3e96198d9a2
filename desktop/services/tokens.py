"""How many tokens a text will be: guessed from its letters, corrected by what each model was seen to count."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from desktop.domain.message import Message, Role, Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.storage import token_ratios
from desktop.storage.database import Database
from desktop.storage.token_ratios import Ratio
from desktop.storage.values import Db

FRAMING = 4  # what chat templates add to a message, usually
MOST_FRAMING, _MOST_AROUND = 8, 100  # at most: to a message, and (a hidden system prompt with the date) to all
_MARGIN = Decimal("1.5")  # over the worst that was seen
_LEAST_SAMPLE = 100  # rough tokens; below, the framing would be learnt and not the letters
_REMEMBERED = 400_000  # rough tokens; of more, older samples count half
_BELIEVED = (Decimal("0.2"), Decimal(5))  # beyond, something else than this text was counted
_KEPT_SIZES = 25_000
_AT_ONCE = 20_000  # letters, and…
_FEW = 50  # …messages that are looked at within a millisecond
_WORDS = r"\b[A-Za-z]{1,24}\b ?"
_WIDE = "[\u2e80-\U0010ffff]"


@dataclass(frozen=True, slots=True)
class Size:
    """What a text is made of, in characters: plain `words` with a space after each, `wide` (Chinese, Japanese, Korean,
    emoji), `others`. `wide_bytes` and `other_bytes` are those of the last two in UTF-8, of which no token has none.
    """

    words: int = 0
    wide: int = 0
    others: int = 0
    wide_bytes: int = 0
    other_bytes: int = 0
    texts: int = 0

    @classmethod
    def of(cls, text: str) -> "Size":
        """Takes about 40 ms for a million letters."""
        words = len(text) - len(re.sub(_WORDS, "", text))
        found = [] if text.isascii() else re.findall(_WIDE, text)
        wide_bytes = len("".join(found).encode(errors="surrogatepass"))
        all_bytes = len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
        others = len(text) - words - len(found)
        return cls(words, len(found), others, wide_bytes, all_bytes - words - wide_bytes, 1)

    def __add__(self, other: "Size") -> "Size":
        return Size(
            self.words + other.words,
            self.wide + other.wide,
            self.others + other.others,
            self.wide_bytes + other.wide_bytes,
            self.other_bytes + other.other_bytes,
            self.texts + other.texts,
        )

    @property
    def narrow(self) -> int:
        """Rough tokens of what is not wide: four characters each."""
        return -(-(self.words + self.others) // 4)


class GrowingSize:
    """The size of a text that comes in pieces, looked at only roughly: every event of a stream passes here."""

    def __init__(self) -> None:
        self._narrow = self._wide = 0

    def add(self, piece: str) -> None:
        """Count one more piece."""
        wide = 0 if piece.isascii() else len(re.findall(_WIDE, piece))
        self._wide += wide
        self._narrow += len(piece) - wide

    @property
    def size(self) -> Size:
        """Of all so far; for the likely number of tokens alone, since the bytes are not counted."""
        return Size(words=self._narrow, wide=self._wide)


@dataclass(frozen=True, slots=True)
class Sent:
    """The tokens of a request: what is likely, what is surely not exceeded, and how much of it may come from a cache.

    `is_counted` says that most of it is what the provider counted for the reply before.
    """

    likely: int
    most: int
    cached: int = 0
    is_counted: bool = False


class Tokens:
    """Answers from memory, at once; `load` and `learn` touch the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ratios: dict[tuple[ModelRef, bool], Ratio] = {}
        self._seen: dict[str, tuple[int, Size]] = {}

    async def load(self) -> None:
        """Bring what has been learnt into memory. Raises StorageError."""
        self._ratios = await self._database.run(token_ratios.all_ratios) | self._ratios

    def count(self, ref: ModelRef, text: str) -> int:
        """The likely number."""
        return self.likely(ref, Size.of(text))

    def most(self, ref: ModelRef, text: str) -> int:
        """A number that is not exceeded: the bytes of the text until the model is known, then a generous guess."""
        return self.at_most(ref, Size.of(text))

    def likely(self, ref: ModelRef, size: Size) -> int:
        """The likely number of tokens of texts that have been looked at."""
        narrow, wide = (self._share(ref, wide=wide) for wide in (False, True))
        return _up(size.narrow * narrow + size.wide * wide)

    def at_most(self, ref: ModelRef, size: Size) -> int:
        """As `most`, of texts that have been looked at.

        A token is at least a byte. Words of a model that is known are bounded by the worst that was seen, with half as
        much again; figures, signs and long runs without a space (a key, a picture in letters) stay a token each.
        """
        narrow, wide = (self._ratios.get((ref, wide)) for wide in (False, True))
        words = (
            size.words if narrow is None else min(size.words, _up(Decimal(size.words * narrow.worst) / 4000 * _MARGIN))
        )
        letters = size.wide_bytes
        if wide is not None:
            letters = min(letters, _up(Decimal(size.wide * wide.worst) / 1000 * _MARGIN))
        return words + letters + size.other_bytes

    async def sent(self, ref: ModelRef, request: ChatRequest) -> Sent:
        """As `request`, without keeping the caller's thread from its work."""
        messages, system = request.messages, request.system
        if len(messages) < _FEW and sum(len(message.text) for message in messages) < _AT_ONCE:
            return self.request(ref, messages, system)
        return await asyncio.to_thread(self.request, ref, messages, system)

    def request(self, ref: ModelRef, messages: Sequence[Message], system: str | None) -> Sent:
        """Of a system prompt with messages; in a thread where they are long and have not been looked at before.

        Where the model itself has answered on this branch, its provider has counted all up to there, and only what
        came after is guessed. That the system prompt has changed since is not noticed.
        """
        sizes = self._sizes(messages, system)
        last = next((at for at in reversed(range(len(messages))) if _is_counted(messages[at], ref)), None)
        usage = messages[last].usage if last is not None else None
        fresh = sum(sizes if last is None else sizes[last + 2 :], Size())
        likely = self.likely(ref, fresh) + FRAMING * fresh.texts
        most = self.at_most(ref, fresh) + MOST_FRAMING * fresh.texts + _MOST_AROUND
        if usage is None:
            return Sent(likely, most)
        likely += usage.input_tokens + usage.output_tokens - usage.reasoning_tokens + FRAMING
        most += usage.input_tokens + usage.output_tokens + MOST_FRAMING
        caches = usage.cache_read_tokens or usage.cache_write_tokens
        return Sent(likely, most, usage.input_tokens if caches else 0, is_counted=True)

    def off(self, ref: ModelRef) -> Decimal | None:
        """How far estimates for the model were off lately, as a part of 1; None where none has been compared."""
        ratio = self._ratios.get((ref, False)) or self._ratios.get((ref, True))
        return None if ratio is None or ratio.off is None else Decimal(ratio.off) / 1000

    def learnt(self, ref: ModelRef) -> Decimal | None:
        """How many tokens the model has for a rough one of text in words; None where none has been compared."""
        return self._share(ref, wide=False) if (ref, False) in self._ratios else None

    async def learn(self, ref: ModelRef, request: ChatRequest, written: str, usage: Usage) -> None:
        """From what the provider counted for a request and the text of its reply. Raises StorageError.

        Nothing is learnt from an estimate, nor of the reply from a model that reasons: its thoughts are not all shown.
        """
        if usage.estimated or not usage.input_tokens:
            return
        sent = await self.sent(ref, request)
        off = round(abs(sent.likely - usage.input_tokens) * 1000 / usage.input_tokens)
        whole = sum(self._sizes(request.messages, request.system), Size())
        self._fit(ref, whole, usage.input_tokens - FRAMING * whole.texts)
        if not usage.reasoning_tokens:
            self._fit(ref, await asyncio.to_thread(Size.of, written), usage.output_tokens)
        learnt = {wide: ratio for wide in (False, True) if (ratio := self._ratios.get((ref, wide)))}
        for wide, ratio in learnt.items():
            known = replace(ratio, off=off if ratio.off is None else (3 * ratio.off + off) // 4)
            learnt[wide] = self._ratios[ref, wide] = known

        def save(db: Db) -> None:
            for wide, ratio in learnt.items():
                token_ratios.put(db, ref, wide, ratio)

        await self._database.run(save)

    def _sizes(self, messages: Sequence[Message], system: str | None) -> list[Size]:
        """Of the system prompt, and of each message; remembered, since a long chat is asked about again and again."""
        if len(self._seen) + len(messages) > _KEPT_SIZES:
            self._seen.clear()
        found = [Size.of(system) if system else Size()]
        for message in messages:
            text = message.text
            seen = self._seen.get(message.id)
            if seen is None or seen[0] != len(text):  # a reply that went on has become longer
                seen = self._seen[message.id] = len(text), Size.of(text)
            found.append(seen[1])
        return found

    def _fit(self, ref: ModelRef, size: Size, tokens: int) -> None:
        """Lay what was counted, less what the others will have been, on the characters that there are more of."""
        wide = size.wide > size.narrow
        rough, other = (size.wide, size.narrow) if wide else (size.narrow, size.wide)
        own = tokens - _up(other * self._share(ref, wide=not wide))
        if rough < _LEAST_SAMPLE or not _BELIEVED[0] <= Decimal(own) / rough <= _BELIEVED[1]:
            return
        old = self._ratios.get((ref, wide), Ratio(0, 0, 0))
        halves = old.rough + rough > _REMEMBERED
        self._ratios[ref, wide] = Ratio(
            (old.rough // 2 if halves else old.rough) + rough,
            (old.tokens // 2 if halves else old.tokens) + own,
            max(old.worst, -(-own * 1000 // rough)),
            old.off,
        )

    def _share(self, ref: ModelRef, *, wide: bool) -> Decimal:
        """Tokens for a rough one."""
        ratio = self._ratios.get((ref, wide))
        return Decimal(ratio.tokens) / ratio.rough if ratio else Decimal(1)


def _is_counted(message: Message, ref: ModelRef) -> bool:
    """Whether its provider has counted all up to a reply and with it."""
    usage = message.usage
    return (
        message.role is Role.ASSISTANT
        and message.model == ref
        and message.status is Status.COMPLETE
        and usage is not None
        and not usage.estimated
        and usage.input_tokens > 0
    )


def _up(value: Decimal) -> int:
    return -int(-value // 1)
