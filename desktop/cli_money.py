"""The headless commands about money: usage, budgets, prices. Sums are US dollars, as they are billed."""

import argparse
import json
import sys
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from desktop.cli_problem import UsageError
from desktop.domain.budget import Budget, BudgetState, Period, Scope
from desktop.domain.cost import FREE, Price, Rates
from desktop.domain.ids import new_id
from desktop.domain.model import ModelRef
from desktop.domain.spending import Group, Grouping, Span, Sum
from desktop.i18n import gettext as _
from desktop.services.budgets import Budgets
from desktop.services.catalogue import Catalogue
from desktop.services.prices import Prices
from desktop.services.spending import Spending


@dataclass(frozen=True, slots=True)
class Money:
    """What these commands work with."""

    catalogue: Catalogue
    prices: Prices
    budgets: Budgets
    spending: Spending


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`usage`, `budget` and `price`, for the program's own parser."""
    usage = commands.add_parser("usage", help=_("what was used and spent, from the ledger"))
    usage.add_argument("--from", dest="first", metavar="DATE", type=_date, help=_("the first day; the month's first"))
    usage.add_argument("--to", dest="last", metavar="DATE", type=_date, help=_("the last day; today"))
    usage.add_argument("--by", choices=[by.value for by in Grouping], default="day")
    form = usage.add_mutually_exclusive_group()
    form.add_argument("--csv", metavar="FILE", help=_("write every row of the ledger; - is standard output"))
    form.add_argument("--jsonl", metavar="FILE", help=_("the same, one object a line"))
    form.add_argument("--json", action="store_true")

    budget = commands.add_parser("budget", help=_("list, add or remove caps on spending"))
    kinds = budget.add_subparsers(dest="action", required=True, metavar="ACTION")
    kinds.add_parser("list").add_argument("--json", action="store_true")
    add = kinds.add_parser("add")
    add.add_argument("name")
    add.add_argument("--scope", default="all", help="all, provider:ID, model:PROVIDER/MODEL, key:LABEL, tag:T, …")
    add.add_argument("--period", choices=[period.value for period in Period], default="day")
    add.add_argument("--cap", required=True, metavar="DOLLARS", type=_dollars)
    add.add_argument("--alert", default="50,80,100", metavar="PERCENTS", type=_levels, help=_("such as 50,80"))
    kinds.add_parser("remove").add_argument("name")

    price = commands.add_parser("price", help=_("show or set the price of a model"))
    deeds = price.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = deeds.add_parser("show")
    put = deeds.add_parser("set")
    for deed in (show, put):
        deed.add_argument("provider")
        deed.add_argument("model")
    show.add_argument("--json", action="store_true")
    put.add_argument("--input", required=True, metavar="DOLLARS", type=_dollars, help=_("for a million tokens"))
    put.add_argument("--output", required=True, metavar="DOLLARS", type=_dollars, help=_("for a million tokens"))
    put.add_argument("--cached", metavar="DOLLARS", type=_dollars, help=_("for a million tokens read from a cache"))


async def usage(money: Money, arguments: argparse.Namespace) -> None:
    """`tuppence usage`. Raises UsageError, TransferError, StorageError."""
    today = date.today()  # noqa: DTZ011 - the user's own day
    last = arguments.last or today
    span = Span(arguments.first or last.replace(day=1), last)
    if span.first > span.last:
        raise UsageError(_("--from is after --to."))
    for form, target in (("csv", arguments.csv), ("jsonl", arguments.jsonl)):
        if target is not None:
            count = await money.spending.export(sys.stdout if target == "-" else Path(target), form, span)
            if target != "-":
                print(_("Exported {n} rows").format(n=count))
            return
    by = Grouping(arguments.by)
    groups = await money.spending.groups(by, span)
    total = sum((group.sum for group in groups), Sum())
    if arguments.json:
        rows = [{"key": group.key, "name": group.name, **_sums(group.sum)} for group in groups]
        days = {"from": span.first.isoformat(), "to": span.last.isoformat()}
        _print_json({**days, "by": by.value, "groups": rows, "total": _sums(total)})
        return
    print(f"{by.value:40} {'requests':>8} {'tokens in':>12} {'tokens out':>12} {'cost':>14}")
    for group in groups:
        print(_line(_label(by, group), group.sum))
    print(_line(_("Total"), total))


async def budget(money: Money, arguments: argparse.Namespace) -> None:
    """`tuppence budget`. Raises UsageError, StorageError."""
    states = await money.budgets.states()
    budgets = [state.budget for state in states]
    match arguments.action:
        case "list":
            for state in states:
                if arguments.json:
                    _print_json(_state(state))
                else:
                    cap = f"{_plain(state.spent)} of {_plain(state.cap)}"
                    print(f"{state.budget.name:20} {state.budget.scope!s:28} {state.budget.period.value:8} {cap}")
        case "add":
            await money.budgets.save([*budgets, _new_budget(money.catalogue, budgets, arguments)])
        case "remove":
            if all(each.name != arguments.name for each in budgets):
                raise UsageError(
                    _("There is no budget “{name}”. See: tuppence budget list").format(name=arguments.name)
                )
            await money.budgets.save([each for each in budgets if each.name != arguments.name])


async def price(money: Money, arguments: argparse.Namespace) -> None:
    """`tuppence price`. Raises UsageError, StorageError."""
    if money.catalogue.provider(arguments.provider) is None:
        raise UsageError(_no_provider(arguments.provider))
    ref = ModelRef(arguments.provider, arguments.model)
    match arguments.action:
        case "show":
            await money.prices.prepare()
            found = money.prices.price(ref)
            if arguments.json:
                _print_json({"model": str(ref), "price": None if found is None else _price(found)})
            elif found is None:
                print(_("price unknown"))
            elif found.id == FREE:
                print(_("free"))
            else:
                rates = found.rates
                cached = "" if rates.cache_read is None else f", ${rates.cache_read} cached"
                print(f"${rates.input} in{cached}, ${rates.output} out per million tokens  ({found.id})")
        case "set":
            rates = Rates(arguments.input, arguments.output, arguments.cached)
            await money.prices.set_price(ref, rates, date.today())  # noqa: DTZ011 - the user's own day


def _new_budget(catalogue: Catalogue, budgets: list[Budget], arguments: argparse.Namespace) -> Budget:
    name = arguments.name.strip()
    if not name:
        raise UsageError(_("A budget needs a name."))
    if any(each.name == name for each in budgets):
        raise UsageError(_("There is a budget “{name}” already.").format(name=name))
    try:
        scope = Scope.parse(arguments.scope)
    except ValueError:
        text = _("A scope is all, provider:ID, model:ID, key:LABEL, tag:T or conversation:ID, and not “{scope}”.")
        raise UsageError(text.format(scope=arguments.scope)) from None
    budget = Budget(new_id(), name, arguments.cap, scope, Period(arguments.period), arguments.alert)
    provider_id, slash, _model = scope.value.partition("/")
    if scope.kind is scope.kind.MODEL and not slash:
        found = {str(model.ref) for model in catalogue.models() if model.ref.model_id == scope.value}
        if len(found) != 1:
            raise UsageError(_("Say whose model “{id}” is: model:PROVIDER/MODEL.").format(id=scope.value))
        return replace(budget, scope=Scope(scope.kind, found.pop()))
    if scope.kind in (scope.kind.MODEL, scope.kind.PROVIDER) and catalogue.provider(provider_id) is None:
        raise UsageError(_no_provider(provider_id))
    return budget


def _no_provider(provider_id: str) -> str:
    return _("There is no provider “{id}”. See: tuppence provider list").format(id=provider_id)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("“{text}” is no date such as 2026-11-22").format(text=text)) from None


def _dollars(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise argparse.ArgumentTypeError(_("“{text}” is no sum such as 2.00").format(text=text))
    return value


def _levels(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() and 0 < int(part) <= 100 for part in parts):
        raise argparse.ArgumentTypeError(_("“{text}” are no per cents such as 50,80").format(text=text))
    return tuple(sorted({int(part) for part in parts}))


def _label(by: Grouping, group: Group) -> str:
    if by is Grouping.TAG:
        return ", ".join(group.key.splitlines()) or _("no tag")
    return group.name or group.key or "–"


def _line(label: str, sums: Sum) -> str:
    unknown = "" if not sums.unpriced else "  " + _("{n} without a known price").format(n=sums.unpriced)
    counts = f"{sums.requests:>8} {sums.input_tokens:>12} {sums.output_tokens:>12}"
    return f"{label[:40]:40} {counts} {_plain(sums.cost):>14}{unknown}"


def _plain(amount: Decimal) -> str:
    """Dollars with at least two decimals and no more than are needed."""
    text = f"{amount.normalize():f}"
    whole, _point, part = text.partition(".")
    return f"${whole}.{part:0<2}"


def _sums(sums: Sum) -> dict[str, object]:
    return {
        "requests": sums.requests,
        "input_tokens": sums.input_tokens,
        "cache_read_tokens": sums.cache_read_tokens,
        "output_tokens": sums.output_tokens,
        "cost": str(sums.cost),
        "saved_cost": str(sums.saved),
        "unpriced": sums.unpriced,
        "rescued": sums.rescued,
    }


def _state(state: BudgetState) -> dict[str, object]:
    budget = state.budget
    return {
        "name": budget.name,
        "scope": str(budget.scope),
        "period": budget.period.value,
        "cap": str(state.cap),
        "spent": str(state.spent),
        "reserved": str(state.reserved),
        "forecast": None if state.forecast is None else str(state.forecast),
        "reached_on": state.reached_on and state.reached_on.isoformat(),
        "resets_on": state.resets_on and state.resets_on.isoformat(),
        "alerts": list(budget.alerts),
    }


def _price(price: Price) -> dict[str, object]:
    rates = price.rates
    return {
        "id": price.id,
        "input": str(rates.input),
        "output": str(rates.output),
        "cached": None if rates.cache_read is None else str(rates.cache_read),
        "tiers": [
            {"above": tier.above, "input": str(tier.rates.input), "output": str(tier.rates.output)}
            for tier in price.tiers
        ],
    }


def _print_json(value: dict[str, object]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)
