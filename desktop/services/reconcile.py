"""Where a provider's bill and the ledger differ, by day and model, and the likely reason.

Providers bill UTC days, so the ledger is read by UTC days here. Only the requests of this program are in the ledger.
"""

import asyncio
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from desktop.domain.bill import Bill, BillLine, Difference, Reason
from desktop.domain.errors import TransferError
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.storage import billing
from desktop.storage.billing import Used
from desktop.storage.database import Database

_CENT = Decimal("0.01")


class Reconcile:
    """Reads bills and compares them; changes nothing."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue

    async def compare(self, path: Path) -> tuple[Bill, list[Difference]]:
        """The bill in a file, and every day and model of it or of the ledger in that time, newest first.

        Raises TransferError or StorageError.
        """
        from desktop.transfer import bill as bill_file  # csv and the layouts, not on the way to the first window
        from desktop.transfer.bills import LAYOUTS

        found = await asyncio.to_thread(bill_file.read, path, LAYOUTS)
        if not found.lines:
            raise TransferError(_("{file} holds no usage").format(file=path.name), _("Export a longer time."))
        providers = [each.id for each in self._catalogue.providers() if each.service_id == found.service]
        first, last = found.lines[0].day, found.lines[-1].day
        recorded = await self._database.run(lambda db: billing.used(db, providers, first, last))
        return found, differences(found.lines, recorded)


def differences(billed: Iterable[BillLine], recorded: Iterable[Used]) -> list[Difference]:
    """Both sides brought together by UTC day and model, newest first, then by model."""
    bills: dict[tuple[date, str], BillLine] = {}
    for line in billed:
        at = (line.day, same_name(line.model))
        bills[at] = bills[at] + line if at in bills else line
    uses: dict[tuple[date, str], list[Used]] = {}
    for use in recorded:
        uses.setdefault((use.day, same_name(use.model)), []).append(use)
    found = [_difference(bills.get(at), uses.get(at, [])) for at in bills.keys() | uses.keys()]
    return sorted(found, key=lambda each: (-each.day.toordinal(), each.model))


def same_name(model: str) -> str:
    """One spelling for the names of one model: "anthropic/claude-4.5-sonnet-20250929" is "Claude Sonnet 4.5"."""
    name = model.lower().rpartition("/")[2]
    name = re.sub(r"[-@_](20\d{6}|20\d\d-\d\d-\d\d)$", "", name)
    return "-".join(sorted(re.findall(r"[a-z]+|\d+", name)))


def _difference(bill: BillLine | None, uses: list[Used]) -> Difference:
    recorded = None
    if uses:
        recorded = BillLine(
            uses[0].day,
            uses[0].model,
            _total(uses, lambda use: use.requests),
            _total(uses, lambda use: use.input_tokens),
            _total(uses, lambda use: use.output_tokens),
            sum((use.cost for use in uses), Decimal(0)),
        )
    side = recorded or bill
    assert side is not None
    unpriced, estimated = _total(uses, lambda use: use.unpriced), _total(uses, lambda use: use.estimated)
    return Difference(side.day, side.model, bill, recorded, _reason(bill, recorded, unpriced, estimated))


def _reason(bill: BillLine | None, recorded: BillLine | None, unpriced: int, estimated: int) -> Reason:
    """The likeliest reason, from the surest sign to the weakest: requests, then tokens, then the cost."""
    if recorded is None:
        return Reason.ELSEWHERE
    if bill is None:
        return Reason.NOT_BILLED
    more = _more(bill.requests, recorded.requests) or _more(bill.input_tokens, recorded.input_tokens)
    differs = bool(more) or bool(_more(bill.output_tokens, recorded.output_tokens))
    gap = None if bill.cost is None or recorded.cost is None else bill.cost - recorded.cost
    if not differs and not gap:
        return Reason.NONE
    if bill.requests is not None and bill.requests != recorded.requests:
        return Reason.ELSEWHERE if bill.requests > (recorded.requests or 0) else Reason.NOT_BILLED
    if estimated and differs:
        return Reason.ESTIMATED
    if differs:
        alone = bill.requests is None and more > 0
        return Reason.ELSEWHERE if alone else Reason.TOKENS
    if gap is not None and abs(gap) < _CENT and bill.input_tokens is None:
        return Reason.ROUNDING
    if unpriced:
        return Reason.UNPRICED
    if estimated:
        return Reason.ESTIMATED
    return Reason.PRICE


def _more(one: int | None, other: int | None) -> int:
    """How much more; 0 where a side does not tell."""
    return 0 if one is None or other is None else one - other


def _total(uses: Iterable[Used], of: Callable[[Used], int]) -> int:
    return sum(map(of, uses))
