"""What the ledger holds of one chat or one reply."""

from dataclasses import dataclass
from decimal import Decimal

from desktop.domain.ledger import Purpose
from desktop.domain.model import ModelRef
from desktop.domain.usage import CostSource
from desktop.storage.values import Db, from_nano


@dataclass(frozen=True, slots=True)
class Charge:
    """Of one model for one purpose: requests, those of them that failed, tokens, and US dollars where the price is
    known. `unpriced` are the requests that used tokens at an unknown price.
    """

    model: ModelRef
    purpose: Purpose
    requests: int
    failed: int
    tokens: int
    cost: Decimal
    unpriced: int


@dataclass(frozen=True, slots=True)
class Source:
    """How the cost of a try is known. `computed` is what the price list of that id says, in US dollars."""

    source: CostSource
    price_id: str
    cost: Decimal | None
    computed: Decimal | None


def of_chat(db: Db, conversation_id: str) -> list[Charge]:
    """All branches, the dearest first."""
    rows = db.execute(
        """
        SELECT provider, model_requested, purpose, count(*), sum(status = 'failed'),
               coalesce(sum(input_tokens), 0) + coalesce(sum(output_tokens), 0), coalesce(sum(cost), 0),
               sum(cost IS NULL AND input_tokens IS NOT NULL)
        FROM ledger WHERE conversation_id = ?
        GROUP BY provider, model_requested, purpose ORDER BY 7 DESC, 6 DESC
        """,
        (conversation_id,),
    )
    return [
        Charge(
            ModelRef(provider_id, model_id),
            Purpose(purpose),
            requests,
            failed,
            tokens,
            from_nano(cost) or Decimal(0),
            un,
        )
        for provider_id, model_id, purpose, requests, failed, tokens, cost, un in rows
    ]


def of_message(db: Db, message_id: str) -> list[Source]:
    """The tries of a reply whose tokens are known, in their order."""
    rows = db.execute(
        """
        SELECT cost_source, price_id, cost, cost_computed FROM ledger
        WHERE message_id = ? AND cost_source IS NOT NULL ORDER BY number
        """,
        (message_id,),
    )
    return [
        Source(CostSource(source), price_id, from_nano(cost), from_nano(computed))
        for source, price_id, cost, computed in rows
    ]
