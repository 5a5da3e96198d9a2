"""Names of protocols and strategies, and errors in the words of a settings page."""

from desktop.domain import figures
from desktop.domain.errors import AppError
from desktop.domain.limits import RateLimits
from desktop.domain.model import Dialect
from desktop.domain.route import Strategy
from desktop.i18n import gettext as _
from desktop.i18n import ngettext


def dialect_name(dialect: Dialect) -> str:
    """The name a person would look for in a server's documentation."""
    return {
        Dialect.OPENAI_CHAT: _("OpenAI Chat Completions"),
        Dialect.OPENAI_RESPONSES: _("OpenAI Responses"),
        Dialect.ANTHROPIC: _("Anthropic Messages"),
        Dialect.GEMINI: _("Google Gemini"),
        Dialect.OLLAMA: _("Ollama"),
        Dialect.TOUR: _("Offline tour"),
    }[dialect]


def strategy_name(strategy: Strategy) -> str:
    return {
        Strategy.FALLBACK: _("In order"),
        Strategy.ROUND_ROBIN: _("In turn"),
        Strategy.WEIGHTED: _("By weight"),
        Strategy.CHEAPEST: _("Cheapest first"),
        Strategy.FASTEST: _("Fastest first"),
    }[strategy]


def strategy_line(strategy: Strategy) -> str:
    """What a strategy does, in a sentence or two."""
    return {
        Strategy.FALLBACK: _("The first model answers. If it fails, the next one takes over."),
        Strategy.ROUND_ROBIN: _("Each reply begins one model further down, and goes on down the list if that fails."),
        Strategy.WEIGHTED: _("A model is drawn for each reply: one of weight 2 twice as often as one of weight 1."),
        Strategy.CHEAPEST: _("The model with the lowest list price answers. If it fails, the next dearer takes over."),
        Strategy.FASTEST: _("The model that wrote your replies fastest answers. If it fails, the next one takes over."),
    }[strategy]


def limits_line(limits: RateLimits, age_s: float) -> str:
    """What was left `age_s` seconds ago and when there is more; empty when that has passed or nothing is known."""
    requests, tokens = limits.remaining, limits.remaining_tokens
    parts = []
    if requests is not None:
        left = ngettext("{n} request left", "{n} requests left", requests).format(n=figures.count(requests))
        parts.append(_until(left, limits.reset_s, age_s))
    if tokens is not None:
        left = ngettext("{n} token left", "{n} tokens left", tokens).format(n=figures.count(tokens))
        parts.append(_until(left, limits.reset_tokens_s, age_s))
    return " · ".join(filter(None, parts))


def _until(left: str, reset_s: float | None, age_s: float) -> str:
    if reset_s is None:
        return left
    time = figures.duration(round((reset_s - age_s) * 1000))
    return _("{left}, resets in {time}").format(left=left, time=time) if reset_s > age_s else ""


def plain(error: AppError) -> str:
    """The explanation without what is said about a message: here none was sent."""
    return error.explanation.replace(_("Your message is kept."), "").replace("  ", " ").strip()
