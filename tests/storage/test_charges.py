"""What the ledger holds of one chat or one reply."""

from dataclasses import replace
from decimal import Decimal

from desktop.domain.cost import Cost
from desktop.domain.ledger import LedgerEntry, Purpose
from desktop.domain.message import Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import CostSource, Usage
from desktop.storage import charges, ledger
from desktop.storage.database import Database

CHEAP, DEAR = ModelRef("p", "cheap"), ModelRef("p", "dear")


def entry(model: ModelRef, amount: Decimal | None, **changes: object) -> LedgerEntry:
    source = CostSource.UNPRICED if amount is None else CostSource.COMPUTED
    made = LedgerEntry(
        0, 1, 2, "c", "m", model, "P", Status.COMPLETE, Usage(10, 5), cost=Cost(amount, source, "list:x", amount)
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def test_a_chat_is_charged_by_model_and_purpose_the_dearest_first(database: Database) -> None:
    rows = [
        entry(CHEAP, Decimal("0.01")),
        entry(DEAR, Decimal("0.5")),
        entry(CHEAP, None),
        entry(CHEAP, Decimal("0.02"), purpose=Purpose.TITLE),
        entry(CHEAP, None, usage=None, cost=None, status=Status.FAILED),
        entry(DEAR, Decimal(9), conversation_id="another"),
    ]
    for row in rows:
        await database.run(lambda db, row=row: ledger.append(db, row))
    found = await database.run(lambda db: charges.of_chat(db, "c"))
    assert found == [
        charges.Charge(DEAR, Purpose.CHAT, 1, 0, 15, Decimal("0.5"), 0),
        charges.Charge(CHEAP, Purpose.TITLE, 1, 0, 15, Decimal("0.02"), 0),
        charges.Charge(CHEAP, Purpose.CHAT, 3, 1, 30, Decimal("0.01"), 1),
    ]
    assert await database.run(lambda db: charges.of_chat(db, "nobody's")) == []


async def test_a_reply_says_from_which_price_its_cost_is(database: Database) -> None:
    reported = Cost(Decimal("0.5"), CostSource.REPORTED, "list:x", Decimal("0.4"))
    for row in (entry(DEAR, None, usage=None, cost=None), entry(DEAR, None, cost=reported)):
        await database.run(lambda db, row=row: ledger.append(db, row))
    found = await database.run(lambda db: charges.of_message(db, "m"))
    assert found == [charges.Source(CostSource.REPORTED, "list:x", Decimal("0.5"), Decimal("0.4"))]
