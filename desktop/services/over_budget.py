"""What is said where a cap, or the guard against runaways, stops a request or a reply."""

from decimal import Decimal
from typing import TypeVar

from desktop.domain import figures
from desktop.domain.budget import Budget, BudgetState, Period, ScopeKind
from desktop.domain.errors import OverBudget, PriceUnknown, TooManyRequests
from desktop.i18n import gettext as _

E = TypeVar("E", bound=OverBudget)


def used_up(state: BudgetState, would_cost: Decimal, model_name: str) -> OverBudget:
    """Nothing was sent, for not even the question is sure to fit."""
    budget = state.budget
    if budget.period is Period.MESSAGE:
        title = _("This message would go over “{name}”").format(name=budget.name)
    elif state.spent >= state.cap:
        title = _used_up(budget)
    else:
        title = _too_little(budget)
    sentences = [
        _("Your message was not sent. It would cost up to {cost} with {model}.").format(
            cost=figures.money_at_most(would_cost), model=model_name
        )
    ]
    if state.reserved:
        sum_ = figures.money_at_most(state.reserved)
        sentences.append(_("Up to {sum} is set aside for replies that are being written.").format(sum=sum_))
    return _error(OverBudget, title, " ".join(sentences), state, would_cost)


def cut_off(state: BudgetState, tokens: int, would_cost: Decimal) -> OverBudget:
    """A reply has become as long as there was room for."""
    title = _("“{name}” stopped this reply").format(name=state.budget.name)
    text = _("The cap had room for {tokens} tokens. The text so far is kept.").format(tokens=figures.tokens(tokens))
    return _error(OverBudget, title, text, state, would_cost)


def price_unknown(state: BudgetState, model_name: str) -> PriceUnknown:
    """Nothing was sent, for nobody knows whether it fits."""
    title = _("The price of {model} is unknown").format(model=model_name)
    text = _("The cap “{name}” cannot be checked, so nothing was sent.").format(name=state.budget.name)
    return _error(PriceUnknown, title, text, state, None)


def warning(state: BudgetState, level: int, day: str) -> str:
    """Spending has passed so many per cent of a cap. `day` is when the cap will be reached, as a person writes it."""
    cap = figures.money_total(state.cap)
    spent = _("“{name}” has reached {level}%: {spent} of {cap}.").format(
        name=state.budget.name, level=level, spent=figures.money_against(state.spent, state.cap), cap=cap
    )
    if state.reached_on is None or state.spent >= state.cap:
        return spent
    return f"{spent} " + _("At this pace the {cap} cap is reached on {day}.").format(cap=cap, day=day)


def too_many_a_minute(limit: int) -> TooManyRequests:
    title = _("More than {n} requests in a minute").format(n=limit)
    text = _("So many in one chat look like a program that runs away. Nothing was sent; your message is kept.")
    return TooManyRequests(title, text)


def too_many_in_a_row(limit: int) -> TooManyRequests:
    title = _("{n} requests in a row without you").format(n=limit)
    text = _("The next one was not sent, so that nothing runs away. Your message is kept.")
    return TooManyRequests(title, text)


def _used_up(budget: Budget) -> str:
    if budget.scope.kind is ScopeKind.ALL:
        match budget.period:
            case Period.DAY:
                return _("Today’s budget is used up")
            case Period.WEEK:
                return _("This week’s budget is used up")
            case Period.MONTH:
                return _("This month’s budget is used up")
    return _("The budget “{name}” is used up").format(name=budget.name)


def _too_little(budget: Budget) -> str:
    if budget.scope.kind is ScopeKind.ALL:
        match budget.period:
            case Period.DAY:
                return _("Today’s budget has too little left")
            case Period.WEEK:
                return _("This week’s budget has too little left")
            case Period.MONTH:
                return _("This month’s budget has too little left")
    return _("The budget “{name}” has too little left").format(name=budget.name)


def _error(kind: type[E], title: str, text: str, state: BudgetState, would_cost: Decimal | None) -> E:
    return kind(title, text, budget_id=state.budget.id, cap=state.cap, spent=state.spent, would_cost=would_cost)
