"""What a chat has cost, by model: all its branches, titles and failed tries."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtWidgets import QWidget

from desktop.domain import figures
from desktop.domain.ledger import Purpose
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.services.catalogue import Catalogue
from desktop.storage.charges import Charge
from desktop.ui.chat.sum_popover import Line, SumPopover
from desktop.ui.theme.theme import Theme


def bill(
    theme: Theme, charges: Sequence[Charge], catalogue: Catalogue, growing: Decimal | None, parent: QWidget
) -> SumPopover:
    """`growing` is what the running reply has cost so far, in US dollars."""
    lines = [_line(charge, catalogue) for charge in charges if charge.tokens]
    if growing:
        lines.append(Line(_("The reply being written"), "", figures.money(growing)))
    known = sum((charge.cost for charge in charges), growing or Decimal(0))
    tokens = figures.count(sum(charge.tokens for charge in charges))
    if len(lines) > 1:
        lines.append(Line(_("In all"), tokens, figures.money(known), is_sum=True))
    notes = [_("All branches of the chat are counted.")]
    if failed := sum(charge.failed for charge in charges):
        notes.append(ngettext("{n} try failed.", "{n} tries failed.", failed).format(n=failed))
    unpriced = sum(charge.unpriced for charge in charges if not catalogue.is_free(charge.model))
    if unpriced:
        words = ngettext(
            "The price of {n} reply is unknown, so it is in no sum.",
            "The price of {n} replies is unknown, so they are in no sum.",
            unpriced,
        )
        notes.append(words.format(n=unpriced))
    link = _("Set the price") if unpriced else _("What other models would have cost…") if known else ""
    return SumPopover(theme, _("What this chat has cost"), lines, notes, link, parent)


def _line(charge: Charge, catalogue: Catalogue) -> Line:
    name = catalogue.name_of(charge.model)
    if charge.purpose is Purpose.TITLE:
        name = _("Title by {model}").format(model=name)
    elif charge.purpose is not Purpose.CHAT:
        name = _("{model}, other requests").format(model=name)
    amount = figures.count(charge.tokens)
    if not charge.cost and catalogue.is_free(charge.model):
        return Line(name, amount, _("free"))
    if not charge.cost and charge.unpriced:
        return Line(name, amount, _("price unknown"), is_unknown=True)
    return Line(name, amount, figures.money(charge.cost))
