"""The headless commands: thin, over the same services as the window, and without Qt.

Exit codes: 0 done, 1 not found or refused, 2 bad usage, 3 the provider failed, 4 a cap stopped it, 5 no key or no
keychain, 130 interrupted.

Longer than most because every command is here, each a few lines over a service.
"""

import argparse
import asyncio
import json
import re
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from desktop import __version__, cli_money, cli_routes, log, providers
from desktop.cli_problem import UsageError
from desktop.domain.changes import BudgetAlerted, Change
from desktop.domain.conversation import Conversation, Tree
from desktop.domain.errors import AppError, BadAddress, NoKey, OverBudget, ProviderError, SecretsError
from desktop.domain.events import (
    AllCooling,
    Failed,
    FellBack,
    Finished,
    Identified,
    LimitsReported,
    ModelChosen,
    Offline,
    Opaque,
    ReasoningDelta,
    Retrying,
    Stopped,
    TextDelta,
    TurnEvent,
    UsageReported,
)
from desktop.domain.message import Message
from desktop.domain.model import Dialect, KeyRef, ModelRef
from desktop.domain.route import ROUTES
from desktop.domain.usage import Usage
from desktop.i18n import gettext as _
from desktop.paths import Paths
from desktop.providers import registry
from desktop.providers.address import normalise
from desktop.services import over_budget
from desktop.services.aside import Asides
from desktop.services.budgets import Budgets
from desktop.services.catalogue import TOUR_MODEL, Catalogue
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.health import PERIODS_MS, Health
from desktop.services.library import Library
from desktop.services.prices import Prices
from desktop.services.routes import Routes
from desktop.services.spending import Spending
from desktop.services.standing import Standing
from desktop.services.tokens import Tokens
from desktop.settings.choices import Choices
from desktop.settings.secrets import Secrets
from desktop.storage.database import Database

OK, PROBLEM, USAGE, PROVIDER, BUDGET, NO_KEY, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


def parser() -> argparse.ArgumentParser:
    """The whole command line; `desktop.__main__` opens the window when no command is named."""
    main = argparse.ArgumentParser(prog="tuppence", description=_("A chat client for people who own API keys."))
    main.add_argument("--version", action="version", version=f"tuppence {__version__}")
    main.add_argument("--data-dir", type=Path, metavar="DIR", help=_("keep everything the program writes in DIR"))
    main.add_argument("--send", metavar="TEXT", help=_("open the window and send TEXT in a new conversation"))
    commands = main.add_subparsers(dest="command", metavar="COMMAND")

    ask = commands.add_parser("ask", help=_("ask a question and print the reply"))
    ask.add_argument("prompt", metavar="PROMPT", help=_("the question, or - to read it from standard input"))
    ask.add_argument("-p", "--provider", metavar="PROVIDER")
    ask.add_argument("-m", "--model", metavar="MODEL")
    ask.add_argument("--route", metavar="NAME", help=_("ask the models of a route"))
    ask.add_argument("-c", "--conversation", metavar="ID", help=_("go on with this conversation"))
    ask.add_argument("--system", metavar="TEXT", help=_("the system prompt of a new conversation"))
    ask.add_argument("--json", action="store_true", help=_("print one event per line"))

    provider = commands.add_parser("provider", help=_("list, add, remove or test providers"))
    kinds = provider.add_subparsers(dest="action", required=True, metavar="ACTION")
    kinds.add_parser("list").add_argument("--json", action="store_true")
    add = kinds.add_parser("add")
    add.add_argument("--id", required=True)
    add.add_argument("--dialect", choices=[_hyphened(d) for d in Dialect if d is not Dialect.TOUR])
    add.add_argument("--base-url", metavar="URL")
    add.add_argument("--name")
    for action in ("remove", "test"):
        kinds.add_parser(action).add_argument("id")

    key = commands.add_parser("key", help=_("set (from standard input) or remove a provider's key"))
    deeds = key.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action in ("set", "remove"):
        deed = deeds.add_parser(action)
        deed.add_argument("provider")
        deed.add_argument("--label", default="")

    models = commands.add_parser("models", help=_("fetch and list models"))
    models.add_argument("provider", nargs="?")
    commands.add_parser("conversations", help=_("list conversations")).add_argument("--json", action="store_true")
    show = commands.add_parser("show", help=_("print a conversation"))
    show.add_argument("id")
    show.add_argument("--json", action="store_true")
    cli_routes.add_parsers(commands)
    cli_money.add_parsers(commands)
    commands.add_parser("selftest", help=_("check this installation without a network"))
    return main


@dataclass(frozen=True, slots=True)
class Services:
    """What commands work with."""

    library: Library
    catalogue: Catalogue
    chat: Chat
    health: Health
    budgets: Budgets
    money: cli_money.Money


def main(words: list[str]) -> int:
    """Run a command and return its exit code."""
    arguments = parser().parse_args(words)
    if arguments.command is None or arguments.command == "selftest":
        parser().error(_("--send and --data-dir stand before a command, or alone to open the window"))
    paths = Paths.choose(arguments.data_dir)
    log.set_up(paths.log)
    try:
        return asyncio.run(_with_services(paths, arguments))
    except KeyboardInterrupt:
        return INTERRUPTED
    except UsageError as error:
        _complain(str(error))
        return USAGE
    except AppError as error:
        _complain(error.title, error.explanation, error.detail)
        return _exit_code(error)


async def _with_services(paths: Paths, arguments: argparse.Namespace) -> int:
    """Build the services as app.py does, run the command, and leave everything saved."""
    database = Database(paths.database)
    choices = Choices(paths)
    settings = choices.settings
    for problem in choices.problems:
        _complain(problem)
    feed = Feed()
    catalogue = Catalogue(choices.providers, Secrets(paths.keys), settings, database, feed, choices.routes)
    standing = Standing(paths.standing, choices.writer)
    standing.load()
    feed.subscribe(standing.on_change)
    library = Library(database, feed)
    health = Health(database)
    prices = Prices(choices.prices, catalogue, settings, feed, paths.price_list)
    routes = Routes(catalogue, standing, settings, prices, health.speeds)
    tokens = Tokens(database)
    budgets = Budgets(database, prices, tokens, settings, feed, writer="cli")
    catalogue.asides = Asides(budgets)
    chat = Chat(database, library, catalogue, settings, feed, routes, budgets, tokens, writer="cli")
    feed.subscribe(_warn)
    try:
        await database.open()
        await library.recover(app=False)
        await budgets.recover(app=False)
        await catalogue.load()
        await tokens.load()
        money = cli_money.Money(catalogue, prices, budgets, Spending(database, catalogue))
        services = Services(library, catalogue, chat, health, budgets, money)
        return await _HANDLERS[arguments.command](services, arguments)
    finally:
        await chat.stop_all()
        await providers.aclose()
        await database.close()
        choices.writer.flush()


async def _ask(services: Services, arguments: argparse.Namespace) -> int:
    prompt = sys.stdin.read() if arguments.prompt == "-" else arguments.prompt
    if not prompt.strip():
        raise UsageError(_("There is no question: the prompt is empty."))
    parent, conversation = None, None
    if arguments.conversation:
        conversation, _tree = await services.library.conversation(arguments.conversation)
        parent = conversation.head_id
        if arguments.system is not None:
            raise UsageError(_("--system belongs to a new conversation; this one has begun."))
    model = _model_for(services.catalogue, arguments, conversation)
    if model.provider_id == ROUTES:
        await services.health.report(PERIODS_MS["week"])  # a route may begin with the fastest
    names = {state.budget.id: state.budget.name for state in await services.budgets.states()}
    try:
        turn = await services.chat.send(
            conversation.id if conversation else None, prompt, model, parent, system_prompt=arguments.system
        )
    except OverBudget as error:
        if arguments.json:
            _print_budget(error, names, "blocked")
        raise
    loop = asyncio.get_running_loop()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        turn.stop()

    if sys.platform != "win32":  # asyncio cannot handle signals there; Ctrl C ends the program, the text is saved
        loop.add_signal_handler(signal.SIGINT, interrupt)
        loop.add_signal_handler(signal.SIGTERM, interrupt)

    def tell(event: TurnEvent) -> None:
        if isinstance(event, Failed) and turn.over_budget is not None:
            _print_budget(turn.over_budget, names, "cut" if turn.reply.has_text else "blocked")
        _print_json(event)

    turn.subscribe(tell if arguments.json else _print_text)
    message = await turn.wait()
    if not arguments.json:
        sys.stdout.write("\n" if message.text else "")
    if interrupted:
        return INTERRUPTED
    if message.failure is None:
        return OK
    if not arguments.json:
        failure = message.failure
        _complain(failure.title, failure.explanation, failure.detail)
    if turn.over_budget is not None:
        return BUDGET
    codes = {NoKey.code, *(kind.code for kind in _subclasses(SecretsError))}
    return NO_KEY if message.failure.code in codes else PROVIDER


def _model_for(catalogue: Catalogue, arguments: argparse.Namespace, conversation: Conversation | None) -> ModelRef:
    """The model named, or the conversation's, or the default, or the offline tour."""
    provider_id, model_id = arguments.provider, arguments.model
    if arguments.route is not None:
        if provider_id is not None or model_id is not None:
            raise UsageError(_("--route stands in the place of -p and -m."))
        return cli_routes.find(catalogue, arguments.route).ref
    if provider_id is None and model_id is None:
        return (conversation.model if conversation else None) or catalogue.default_model() or TOUR_MODEL
    if provider_id is None:
        found = [model.ref for model in catalogue.models() if model.ref.model_id == model_id]
        head, _slash, tail = model_id.partition("/")
        if not found and tail and catalogue.provider(head):
            found = [ModelRef(head, tail)]
        if not found:
            raise UsageError(_("No provider offers “{model}”. Name one with -p.").format(model=model_id))
        return found[0]
    provider = catalogue.provider(provider_id)
    if provider is None:
        raise UsageError(_("There is no provider “{id}”. See: tuppence provider list").format(id=provider_id))
    if model_id is None:
        offered = catalogue.models(provider_id)
        if not offered:
            raise UsageError(_("Name a model with -m, or run: tuppence models {id}").format(id=provider_id))
        return next((model for model in offered if model.favourite), offered[0]).ref
    return ModelRef(provider_id, model_id)


def _print_text(event: TurnEvent) -> None:
    if isinstance(event, TextDelta):
        sys.stdout.write(event.text)
        sys.stdout.flush()


def _print_json(event: TurnEvent) -> None:
    match event:
        case TextDelta(text):
            line: dict[str, object] = {"event": "text", "text": text}
        case ReasoningDelta(text):
            line = {"event": "reasoning", "text": text}
        case UsageReported(usage):
            line = {"event": "usage", **_usage(usage)}
        case Finished(finish):
            line = {"event": "finished", "reason": finish.value}
        case Failed(failure):
            line = {
                "event": "failed",
                "code": failure.code,
                "title": failure.title,
                "explanation": failure.explanation,
                "http_status": failure.http_status,
                "detail": failure.detail,
            }
        case ModelChosen(model, model_name, _provider):
            line = {"event": "model_chosen", "provider": model.provider_id, "model": model.model_id, "name": model_name}
        case Retrying(attempt, number, wait_s):
            failure = attempt.failure
            line = {"event": "retrying", "wait_s": round(wait_s, 3), "status": failure.http_status, "attempt": number}
        case Stopped():
            line = {"event": "stopped"}
        case FellBack(attempt, number, to):
            was, reason = attempt.model, attempt.failure.code
            line = {"event": "fell_back", "from": str(was), "to": str(to), "reason": reason, "attempt": number}
        case AllCooling(first, others, _since, wait_s):
            names = [{"model": str(each.model), "cools_s": round(each.wait_s, 3)} for each in (first, *others)]
            line = {"event": "all_cooling", "wait_s": round(wait_s, 3), "first": names[0], "others": names[1:]}
        case Offline():
            line = {"event": "offline"}
        case Opaque() | LimitsReported() | Identified():
            return
    _print_line(line)


def _print_budget(error: OverBudget, names: dict[str, str], action: str) -> None:
    """`names` are those of the budgets by id; the guard against runaways has none."""
    would_cost = None if error.would_cost is None else str(error.would_cost)
    name, code = names.get(error.budget_id), error.code
    amounts = {"cap": str(error.cap), "spent": str(error.spent)} if name else {"cap": None, "spent": None}
    _print_line({"event": "budget", "name": name, **amounts, "would_cost": would_cost, "action": action, "code": code})


def _warn(change: Change) -> None:
    if isinstance(change, BudgetAlerted):
        reached_on = change.state.reached_on
        _complain(over_budget.warning(change.state, change.level, reached_on.isoformat() if reached_on else ""))


def _usage(usage: Usage) -> dict[str, object]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cost": None if usage.cost is None else str(usage.cost),
        "estimated": usage.estimated,
    }


async def _route(services: Services, arguments: argparse.Namespace) -> int:
    await cli_routes.route(services.catalogue, arguments)
    return OK


async def _health(services: Services, arguments: argparse.Namespace) -> int:
    await cli_routes.health(services.catalogue, services.health, arguments)
    return OK


async def _money(services: Services, arguments: argparse.Namespace) -> int:
    deeds = {"usage": cli_money.usage, "budget": cli_money.budget, "price": cli_money.price}
    await deeds[arguments.command](services.money, arguments)
    return OK


async def _provider(services: Services, arguments: argparse.Namespace) -> int:
    catalogue = services.catalogue
    match arguments.action:
        case "list":
            for provider in catalogue.providers():
                row = {
                    "id": provider.id,
                    "name": provider.name,
                    "dialect": _hyphened(provider.dialect),
                    "base_url": provider.base_url,
                    "enabled": provider.enabled,
                    "keys": list(provider.key_labels),
                }
                if arguments.json:
                    _print_line(row)
                else:
                    print(f"{provider.id:20} {_hyphened(provider.dialect):17} {provider.base_url}  {provider.name}")
        case "add":
            await _add_provider(catalogue, arguments)
        case "remove":
            _known(catalogue, arguments.id)
            await catalogue.remove_provider(arguments.id)
        case "test":
            _known(catalogue, arguments.id)
            result = await catalogue.test(arguments.id)
            print(_("Connected · {n} models · {ms} ms").format(n=result.models, ms=result.latency_ms))
    return OK


async def _add_provider(catalogue: Catalogue, arguments: argparse.Namespace) -> None:
    """A service of the registry by its id alone; anything else needs a dialect and an address."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", arguments.id):
        raise UsageError(_("An id has small letters, digits and hyphens: “{id}” does not fit.").format(id=arguments.id))
    known = next((service for service in registry.SERVICES if service.id == arguments.id), None)
    dialect = Dialect(arguments.dialect.replace("-", "_")) if arguments.dialect else None
    if known is None and (dialect is None or not arguments.base_url):
        raise UsageError(_("A server of your own needs --dialect and --base-url."))
    service = known or registry.service("custom")
    spoken = dialect or service.dialects[0]
    try:
        provider = registry.provider_from(
            service,
            id=arguments.id,
            name=arguments.name or (known.name if known else arguments.id),
            base_url=normalise(arguments.base_url, spoken, service) if arguments.base_url else None,
            dialect=dialect,
            custom=known is None,
        )
        await catalogue.add_provider(provider)
    except ValueError as error:
        raise UsageError(str(error)) from None
    except BadAddress as error:
        raise UsageError(f"{error.title}. {error.explanation}") from None


async def _key(services: Services, arguments: argparse.Namespace) -> int:
    catalogue = services.catalogue
    known = catalogue.provider(arguments.provider)
    if known is None and arguments.provider not in {service.id for service in registry.SERVICES}:
        raise UsageError(_("There is no provider “{id}”. See: tuppence provider list").format(id=arguments.provider))
    labels = known.key_labels if known else ()
    label = arguments.label or (labels[0] if labels else _("Personal"))
    if arguments.action == "remove":
        if label not in labels:
            raise UsageError(_("{id} has no key “{label}”.").format(id=arguments.provider, label=label))
        await catalogue.remove_key(KeyRef(arguments.provider, label))
        return OK
    key = sys.stdin.readline().strip()
    if not key:
        raise UsageError(_("There is no key on standard input."))
    await catalogue.add_key(arguments.provider, label, key)
    return OK


async def _models(services: Services, arguments: argparse.Namespace) -> int:
    """Fetch where it is possible, and show the cached list, saying why, where it is not."""
    catalogue = services.catalogue
    if arguments.provider:
        _known(catalogue, arguments.provider)
    wanted = [arguments.provider] if arguments.provider else [p.id for p in catalogue.providers() if p.enabled]
    code = OK
    for provider_id in wanted:
        try:
            await catalogue.refresh(provider_id)
        except AppError as error:
            _complain(error.title, error.explanation, error.detail)
            if arguments.provider:
                code = _exit_code(error)
        for model in catalogue.models(provider_id):
            print(f"{model.ref}  {model.name}" if model.name != model.ref.model_id else str(model.ref))
    return code


async def _conversations(services: Services, arguments: argparse.Namespace) -> int:
    for row in await services.library.summaries():
        if arguments.json:
            _print_line(
                {
                    "id": row.id,
                    "title": row.title,
                    "updated_ms": row.updated_ms,
                    "model": str(row.model) if row.model else None,
                    "cost": None if row.cost is None else str(row.cost),
                }
            )
        else:
            print(f"{row.id}  {row.title}")
    return OK


async def _show(services: Services, arguments: argparse.Namespace) -> int:
    conversation, tree = await services.library.conversation(arguments.id)
    path = tree.path(conversation.head_id)
    if arguments.json:
        _print_line({"id": conversation.id, "title": conversation.title, "messages": [_message(tree, m) for m in path]})
        return OK
    print(f"# {conversation.title}\n")
    for message in path:
        who = message.model_name or _("You")
        print(f"## {who}\n\n{message.text}\n")
        if message.failure:
            print(f"({message.failure.title}. {message.failure.explanation})\n")
    return OK


def _message(tree: Tree, message: Message) -> dict[str, object]:
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "status": message.status.value,
        "text": message.text,
        "reasoning": message.reasoning,
        "model": str(message.model) if message.model else None,
        "usage": _usage(message.spent) if message.spent else None,
        "ttft_ms": message.ttft_ms,
        "duration_ms": message.duration_ms,
        "siblings": [sibling.id for sibling in tree.siblings(message.id)],
        "failure": None if message.failure is None else message.failure.code,
        "attempts": [
            {
                "model": str(each.model),
                "key": each.key_label,
                "status": each.failure.http_status,
                "code": each.failure.code,
                "pause_ms": each.pause_ms,
                "usage": _usage(each.usage) if each.usage else None,
            }
            for each in message.attempts
        ],
    }


def _known(catalogue: Catalogue, provider_id: str) -> None:
    if catalogue.provider(provider_id) is None:
        raise UsageError(_("There is no provider “{id}”. See: tuppence provider list").format(id=provider_id))


def _exit_code(error: AppError) -> int:
    if isinstance(error, NoKey | SecretsError):
        return NO_KEY
    if isinstance(error, OverBudget):
        return BUDGET
    return PROVIDER if isinstance(error, ProviderError) else PROBLEM


def _subclasses(kind: type[AppError]) -> list[type[AppError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in _subclasses(child))]


def _hyphened(dialect: Dialect) -> str:
    return dialect.value.replace("_", "-")


def _print_line(value: dict[str, object]) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _complain(*sentences: str) -> None:
    print(": ".join(("tuppence", " ".join(sentence for sentence in sentences if sentence))), file=sys.stderr)


_HANDLERS: dict[str, Callable[[Services, argparse.Namespace], Awaitable[int]]] = {
    "ask": _ask,
    "provider": _provider,
    "route": _route,
    "health": _health,
    "usage": _money,
    "budget": _money,
    "price": _money,
    "key": _key,
    "models": _models,
    "conversations": _conversations,
    "show": _show,
}
