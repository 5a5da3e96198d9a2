"""The headless commands about routes and health."""

import argparse
import json

from desktop.cli_problem import UsageError
from desktop.domain.figures import latency, speed
from desktop.domain.ids import new_id
from desktop.domain.model import ModelRef
from desktop.domain.route import DEEPEST, Route, Strategy, Target
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.services.health import PERIODS_MS, Figures, Health


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`route` and `health`, for the program's own parser."""
    route = commands.add_parser("route", help=_("list, add or remove routes over several models"))
    kinds = route.add_subparsers(dest="action", required=True, metavar="ACTION")
    kinds.add_parser("list").add_argument("--json", action="store_true")
    add = kinds.add_parser("add")
    add.add_argument("name")
    add.add_argument(
        "--strategy",
        choices=[strategy.value.replace("_", "-") for strategy in Strategy],
        default="fallback",
        help=_("in which order targets are tried"),
    )
    add.add_argument(
        "--target",
        action="append",
        required=True,
        metavar="PROVIDER/MODEL[@KEYLABEL]",
        help=_("once for each target, the first one first"),
    )
    kinds.add_parser("remove").add_argument("name")
    health = commands.add_parser("health", help=_("how providers have done, from your own replies"))
    health.add_argument("--period", choices=list(PERIODS_MS), default="day")
    health.add_argument("--json", action="store_true")


def find(catalogue: Catalogue, name: str) -> Route:
    """The route of a name or id. Raises UsageError."""
    found = next((route for route in catalogue.routes() if name in (route.name, route.id)), None)
    if found is None:
        raise UsageError(_("There is no route “{name}”. See: tuppence route list").format(name=name))
    return found


async def route(catalogue: Catalogue, arguments: argparse.Namespace) -> None:
    """`tuppence route …`. Raises UsageError, StorageError."""
    match arguments.action:
        case "list":
            for each in catalogue.routes():
                if arguments.json:
                    _print(_row(each))
                else:
                    targets = " → ".join(map(_target_text, each.targets))
                    print(f"{each.name:20} {each.strategy.value.replace('_', '-'):12} {targets}")
        case "add":
            await catalogue.save_routes([*catalogue.routes(), _new(catalogue, arguments)])
        case "remove":
            gone = find(catalogue, arguments.name)
            await catalogue.save_routes([each for each in catalogue.routes() if each.id != gone.id])


async def health(catalogue: Catalogue, health: Health, arguments: argparse.Namespace) -> None:
    """`tuppence health`. Raises StorageError."""
    report = await health.report(PERIODS_MS[arguments.period])
    if arguments.json:
        models = [{"model": str(ref), **_figures(figures)} for ref, figures in report.models.items()]
        providers = [{"provider": each, **_figures(figures)} for each, figures in report.providers.items()]
        _print({"period": arguments.period, "rescued": report.rescued, "providers": providers, "models": models})
        return
    if not report.models:
        print(_("No replies in this time."))
        return
    for ref, figures in report.models.items():
        share = f"{figures.success:.0%}"
        first = "–" if figures.ttft_p50_ms is None else latency(figures.ttft_p50_ms)
        pace = "–" if figures.speed_p50 is None else speed(figures.speed_p50)
        answered = _("{share} of {n}").format(share=f"{share:>5}", n=figures.tries)
        print(f"{ref!s:44} {answered:15} {first:>8} {pace:>10}  {figures.last_error}")
    print(_("Rescued by fallback: {n}").format(n=report.rescued))


def _new(catalogue: Catalogue, arguments: argparse.Namespace) -> Route:
    name = arguments.name.strip()
    if not name:
        raise UsageError(_("A route needs a name."))
    if any(route.name == name for route in catalogue.routes()):
        raise UsageError(_("There is a route “{name}” already.").format(name=name))
    if len(arguments.target) > DEEPEST:
        raise UsageError(_("A route has at most {n} targets.").format(n=DEEPEST))
    targets = tuple(_target(catalogue, text) for text in arguments.target)
    return Route(new_id(), name, targets, Strategy(arguments.strategy.replace("-", "_")))


def _target(catalogue: Catalogue, text: str) -> Target:
    provider_id, slash, rest = text.partition("/")
    provider = catalogue.provider(provider_id)
    if not slash or not rest:
        raise UsageError(_("A target is PROVIDER/MODEL or PROVIDER/MODEL@KEYLABEL: “{text}”").format(text=text))
    if provider is None:
        raise UsageError(_("There is no provider “{id}”. See: tuppence provider list").format(id=provider_id))
    model_id, at, label = rest.rpartition("@")  # some models have an @ in their names
    if at and label in provider.key_labels:
        return Target(ModelRef(provider_id, model_id), label)
    return Target(ModelRef(provider_id, rest))


def _row(route: Route) -> dict[str, object]:
    targets = [_target_text(target) for target in route.targets]
    return {"id": route.id, "name": route.name, "strategy": route.strategy.value, "targets": targets}


def _target_text(target: Target) -> str:
    return f"{target.model}@{target.key_label}" if target.key_label else str(target.model)


def _figures(figures: Figures) -> dict[str, object]:
    return {
        "tries": figures.tries,
        "answered": figures.answered,
        "success": round(figures.success, 4),
        "ttft_p50_ms": figures.ttft_p50_ms,
        "ttft_p95_ms": figures.ttft_p95_ms,
        "tokens_per_s_p50": figures.speed_p50 and round(figures.speed_p50, 1),
        "tokens_per_s_p95": figures.speed_p95 and round(figures.speed_p95, 1),
        "last_error": figures.last_error or None,
        "last_error_ms": figures.last_error_ms,
    }


def _print(value: dict[str, object]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)
