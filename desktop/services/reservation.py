"""What is held for one request while it is answered, and whether the answer has outgrown it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from desktop.domain.budget import Hold
from desktop.domain.cost import Cost
from desktop.domain.errors import AppError, OverBudget, ProviderError
from desktop.domain.events import ProviderEvent, ReasoningDelta, TextDelta, UsageReported
from desktop.domain.message import FinishReason
from desktop.domain.reply import Reply
from desktop.domain.usage import Usage
from desktop.providers.base import ChatRequest
from desktop.services.tokens import GrowingSize, Size


class Reservation:
    """`max_output` is how many tokens the answer may have, to be told to the provider; None where no cap applies.

    `cut_off` is what a reply that reaches it ends with, `is_short` whether the model could have written more, and
    `likely` guesses the tokens of what is written. That is counted here too because some servers do not obey; hidden
    thoughts are bounded by the number that is sent alone.
    """

    def __init__(
        self,
        hold: Hold,
        likely: Callable[[Size], int],
        max_output: int | None = None,
        cut_off: OverBudget | None = None,
        *,
        is_short: bool = False,
    ) -> None:
        self.hold = hold
        self.max_output = max_output
        self._likely = likely
        self._cut_off = cut_off
        self._is_short = is_short
        self._grown = GrowingSize()
        self._is_dearer = False

    def limited(self, request: ChatRequest) -> ChatRequest:
        """The request with the limit to its answer, which may be lower already."""
        limits = [limit for limit in (request.max_output, self.max_output) if limit is not None]
        return replace(request, max_output=min(limits, default=None))

    def watch(self, event: ProviderEvent) -> None:
        """Look at what has just been received. Raises OverBudget where the answer is to be cut off behind it.

        That is where it has become longer than it may be, and where it goes on although it has cost all that is held.
        """
        if self._cut_off is None or self.max_output is None:
            return
        match event:
            case TextDelta(text) | ReasoningDelta(text):
                self._grown.add(text)
                if self._is_dearer or self.written > self.max_output:
                    raise self._cut_off
            case UsageReported(usage):
                cost = self.cost(usage).amount
                self._is_dearer = cost is not None and self.hold.worst is not None and cost >= self.hold.worst

    def end(self, reason: FinishReason) -> None:
        """Why the provider ended the answer. Raises OverBudget where that was the limit it was told."""
        if self._is_short and self._cut_off is not None and reason is FinishReason.LENGTH:
            raise self._cut_off

    def used(self, reply: Reply, *, is_whole: bool, error: AppError | None = None) -> Usage | None:
        """What the request used, with its cost: the provider's figures, or a guess where they are missing or too low.

        `is_whole`: the provider said itself that the answer has ended. Nothing was used where it refused the question,
        or nobody heard it; but where no more is known than that it was sent, as for a reply that was stopped before its
        first word, it will be billed.
        """
        usage, written = reply.usage, self._likely(Size.of(reply.output_text))
        if usage is None:
            if not written and error is not None and not _may_be_billed(error):
                return None
            usage = Usage(self.hold.input_tokens, written, estimated=True)
        elif not is_whole and usage.output_tokens < written:
            usage = replace(usage, output_tokens=written, estimated=True)
        return self.cost(usage).on(usage)

    def cost(self, usage: Usage) -> Cost:
        """What tokens of this request cost, at the price when it left."""
        return Cost.of(usage, self.hold.price)

    @property
    def stops_at(self) -> Decimal | None:
        """The cost in US dollars at which a cap ends the reply; None where none would."""
        return self.hold.worst if self._cut_off is not None else None

    @property
    def written(self) -> int:
        """The likely tokens of the answer so far."""
        return self._likely(self._grown.size)


def _may_be_billed(error: AppError) -> bool:
    """Whether a question may have been answered although nothing came back. With a status it was refused."""
    return isinstance(error, ProviderError) and error.was_sent and error.http_status is None
