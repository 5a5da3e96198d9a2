"""What the ledger holds of a provider by UTC day and model, to be compared with the provider's own account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from desktop.storage.values import Db, from_nano

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Used:
    """`model` is the name that the provider answered with, else the one that was asked for. Cost is US dollars of the
    requests whose price is known; `unpriced` and `estimated` count the others and those that were estimated.
    """

    day: date
    model: str
    requests: int
    input_tokens: int
    output_tokens: int
    cost: Decimal
    unpriced: int
    estimated: int


def used(db: Db, providers: Sequence[str], first: date, last: date) -> list[Used]:
    """The requests that were answered, also in part, from the first to the last UTC day."""
    start = int(datetime.combine(first, time(), UTC).timestamp() * 1000)
    end = int(datetime.combine(last + timedelta(days=1), time(), UTC).timestamp() * 1000)
    marks = ", ".join("?" for _ in providers)
    rows = db.execute(
        f"""
        SELECT ts_start / {_DAY_MS} AS utc_day, coalesce(nullif(model_answered, ''), model_requested) AS model,
            count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(cost), 0),
            sum(cost_source IS 'unpriced'), sum(cost_source IS 'estimated')
        FROM ledger
        WHERE ts_start >= ? AND ts_start < ? AND provider IN ({marks}) AND input_tokens IS NOT NULL
        GROUP BY utc_day, model ORDER BY utc_day, model
        """,  # noqa: S608 - a number and question marks
        (start, end, *providers),
    )
    epoch = date(1970, 1, 1)
    return [
        Used(
            epoch + timedelta(days=day), model, requests, sent, got, from_nano(cost) or Decimal(0), unpriced, estimated
        )
        for day, model, requests, sent, got, cost, unpriced, estimated in rows
    ]
