"""What a message will cost, said before it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from desktop.domain.cost import FREE, Price
from desktop.domain.message import Message
from desktop.domain.model import ModelRef
from desktop.domain.route import ROUTES
from desktop.domain.usage import Usage
from desktop.services.catalogue import Catalogue
from desktop.services.longest_answer import longest_answer
from desktop.services.tokens import FRAMING, MOST_FRAMING, Sent, Size, Tokens

if TYPE_CHECKING:
    from desktop.services.prices import Prices


@dataclass(frozen=True, slots=True)
class Pieces:
    """What goes along with whatever is typed: the model's tokens for the chat so far, of a route those of each target.

    `system` are tokens of the first of them.
    """

    ref: ModelRef
    sent: Mapping[ModelRef, Sent]
    system: int


@dataclass(frozen=True, slots=True)
class Part:
    """Tokens, likely ones, and what they cost in US dollars; None where the price is unknown."""

    tokens: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a send will cost. `low` is its input at the likely number of tokens, before a word is answered.

    `high` is what it cannot exceed: the input with room for every miscount and no help from a cache, and the `longest`
    answer. Both are US dollars over all `targets` that may answer, and None where the price of one is unknown. The
    parts are those of the first target; `cached` of the tokens of `history` may come from its provider's cache.

    `off` is how far such estimates were off lately, as a part of 1, None where none has been compared. `is_counted`:
    the chat so far is what the provider counted itself. `is_longest_told` is whether anybody says how long an answer
    may be.
    """

    targets: tuple[ModelRef, ...]
    system: Part
    history: Part
    message: Part
    longest: Part
    cached: int
    low: Decimal | None
    high: Decimal | None
    price: Price | None
    off: Decimal | None
    is_counted: bool
    is_longest_told: bool

    @property
    def tokens(self) -> int:
        """Of the whole input."""
        return self.system.tokens + self.history.tokens + self.message.tokens

    @property
    def is_free(self) -> bool:
        return self.high == 0 and self.price is not None and self.price.id == FREE


class Estimates:
    """Pieces are put together when the chat changes; an estimate of them with a typed text takes no time."""

    def __init__(self, prices: "Prices", tokens: Tokens, catalogue: Catalogue) -> None:
        self.prices = prices
        self._tokens = tokens
        self._catalogue = catalogue

    def pieces(self, ref: ModelRef, messages: Sequence[Message], system: str | None) -> Pieces:
        """Of the chat so far. In a thread: in a long chat there is much to count."""
        kept = [message for message in messages if message.text]
        targets = self._targets(ref)
        sent = {target: self._tokens.request(target, kept, system) for target in targets}
        return Pieces(ref, sent, self._tokens.count(targets[0], system) + FRAMING if system else 0)

    def of(self, pieces: Pieces, text: str) -> Estimate:
        """Of a typed text with what goes along; an empty one too, for a chat that may be answered anew."""
        typed = Size.of(text) if text else Size()
        ref = next(iter(pieces.sent))
        first = self._tokens.likely(ref, typed) + FRAMING * typed.texts
        price = self.prices.price(ref)
        ranges = [self._range(target, sent, typed) for target, sent in pieces.sent.items()]
        lows, highs = [low for low, _high in ranges], [high for _low, high in ranges]
        sent = pieces.sent[ref]
        system = min(pieces.system, sent.likely)
        longest, told = self.longest(ref, sent.likely + first)
        whole = sent.likely + first

        def part(tokens: int, cached: int = 0, *, answer: bool = False) -> Part:
            if price is None:
                return Part(tokens, None)
            usage = Usage(output_tokens=tokens) if answer else Usage(tokens, cache_read_tokens=cached)
            return Part(tokens, Price(price.id, price.rates_at(whole)).cost(usage))

        cached = max(0, min(sent.cached, sent.likely) - system)
        return Estimate(
            tuple(pieces.sent),
            part(system, min(system, sent.cached)),
            part(sent.likely - system, cached),
            part(first),
            part(longest, answer=True),
            sent.cached,
            min((low for low in lows if low is not None), default=None) if None not in lows else None,
            max((high for high in highs if high is not None), default=None) if None not in highs else None,
            price,
            self._tokens.off(ref),
            sent.is_counted,
            told,
        )

    def longest(self, ref: ModelRef, input_tokens: int) -> tuple[int, bool]:
        """Tokens of the longest answer there can be, and whether that is known."""
        return longest_answer(self._catalogue.model(ref), input_tokens)

    def _targets(self, ref: ModelRef) -> tuple[ModelRef, ...]:
        """Who may answer: of a route all its models."""
        if ref.provider_id != ROUTES:
            return (ref,)
        route = next((route for route in self._catalogue.routes() if route.ref == ref), None)
        return tuple(dict.fromkeys(target.model for target in route.targets)) if route else (ref,)

    def _range(self, ref: ModelRef, sent: Sent, typed: Size) -> tuple[Decimal, Decimal] | tuple[None, None]:
        price = self.prices.price(ref)
        if price is None:
            return None, None
        likely = sent.likely + self._tokens.likely(ref, typed) + FRAMING * typed.texts
        most = sent.most + self._tokens.at_most(ref, typed) + MOST_FRAMING * typed.texts
        longest, _told = self.longest(ref, likely)
        return price.cost(Usage(likely, cache_read_tokens=min(sent.cached, likely))), price.at_most(most, longest)
