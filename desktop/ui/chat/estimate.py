"""What the next message will cost, in the composer's last line; a click unfolds where that comes from."""

from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.domain import figures
from desktop.i18n import gettext as _
from desktop.ui.chat.runs import Run
from desktop.ui.theme.theme import Theme

if TYPE_CHECKING:
    from desktop.services.estimates import Estimate
    from desktop.ui.chat.sum_popover import SumPopover


def runs_of(estimate: "Estimate") -> tuple[Run, ...]:
    """≈ 1.2k tokens · $0.004–0.031, or what there is instead of a sum."""
    tokens = _unbroken(_("≈ {n} tokens").format(n=figures.tokens(estimate.tokens)))
    if estimate.is_free:
        return Run(tokens), Run(_("free"), "text", 600, main=True)
    if estimate.low is None or estimate.high is None:
        return Run(tokens, "warning"), Run(_unbroken(_("price unknown")), "warning", main=True)
    return Run(tokens), Run(figures.money_between(estimate.low, estimate.high), "text", 600, main=True)


def so_far(cost: Decimal, stops_at: Decimal | None) -> tuple[Run, ...]:
    """What the running reply has cost, and at what cost a cap ends it."""
    money = figures.money(cost)
    before, _money, after = _("{cost} so far").format(cost=money).partition(money)
    around = (Run(before, main=True), Run(money, "accent-text", 600, main=True, joined=True))
    runs = [run for run in (*around, Run(after, "text-secondary", main=True, joined=True)) if run.text]
    if stops_at is not None:
        runs.append(Run(_unbroken(_("stops at {cost}").format(cost=figures.money_at_most(stops_at))), "text-secondary"))
    return tuple(runs)


def unfolded(theme: Theme, estimate: "Estimate", name: str, parent: QWidget) -> "SumPopover":
    """Where an estimate comes from; `name` is that of the model it is for."""
    from desktop.ui.chat.sum_popover import Line, SumPopover  # for those who look

    def line(what: str, tokens: int, cost: Decimal | None, *, is_sum: bool = False) -> Line:
        said = _("free") if estimate.is_free else _("price unknown") if cost is None else figures.money(cost)
        return Line(what, figures.count(tokens), said, is_sum, is_unknown=cost is None)

    history = _("Chat so far")
    if estimate.cached and not estimate.is_free:
        history = _("Chat so far, {n} of it cached").format(n=figures.tokens(estimate.cached))
    parts = {
        _("System prompt"): estimate.system,
        history: estimate.history,
        _("This message"): estimate.message,
    }
    lines = [line(what, part.tokens, part.cost) for what, part in parts.items() if part.tokens]
    if len(lines) > 1:
        costs = [part.cost for part in parts.values() if part.cost is not None]
        sent = sum(costs, Decimal(0)) if estimate.price is not None else None
        lines.append(line(_("All that is sent"), estimate.tokens, sent, is_sum=True))
    lines.append(line(_("The longest reply"), estimate.longest.tokens, estimate.longest.cost))
    if estimate.high is not None and not estimate.is_free:
        most = f"≤{figures.NBSP}{figures.money_at_most(estimate.high)}"
        lines.append(Line(_("At most"), "", most, is_sum=True))
    title = _("What this costs with {model}").format(model=name)
    return SumPopover(
        theme, title, lines, _notes(estimate, name), _("Set the price") if estimate.high is None else "", parent
    )


def _notes(estimate: "Estimate", name: str) -> list[str]:
    notes = []
    if len(estimate.targets) > 1:
        n = len(estimate.targets)
        notes.append(_("Any of {n} models may answer. The parts are those of {model}.").format(n=n, model=name))
    if estimate.is_counted:
        notes.append(_("The provider has counted the chat so far; the rest is estimated."))
    elif estimate.off is None:
        notes.append(_("Tokens are guessed from the letters: nothing has been learnt of this model yet."))
    if estimate.off is not None:
        off = figures.share(max(estimate.off, Decimal("0.01")))
        notes.append(_("Estimates for this model were within {share} lately.").format(share=off))
    if estimate.high is not None and not estimate.is_free:
        notes.append(_("“At most” leaves room for miscounting and counts on no cache."))
    if not estimate.is_longest_told:
        notes.append(_("Nobody says how long its replies may become, so this much is counted."))
    return notes


def _unbroken(text: str) -> str:
    return text.replace(" ", figures.NBSP)
