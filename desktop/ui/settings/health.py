"""How a provider stands, in a few words and the colour of a dot."""

import os
from dataclasses import dataclass

from desktop.domain.errors import AppError
from desktop.domain.model import Provider
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.providers.address import is_loopback
from desktop.providers.registry import KeyNeed, service
from desktop.services.catalogue import Catalogue, TestResult
from desktop.settings.secrets import environment_name

Outcome = TestResult | AppError

_SHORT = {
    "key_rejected": "danger",
    "no_credit": "warning-fill",
    "rate_limited": "warning-fill",
    "overloaded": "warning-fill",
    "no_connection": "warning-fill",
    "timed_out": "warning-fill",
}
"""Codes whose dot is not simply danger, and the one that has its own words."""


@dataclass(frozen=True, slots=True)
class Health:
    """`dot` is the role of a colour, None for no dot."""

    line: str
    dot: str | None


def key_from_environment(provider: Provider) -> str:
    """The variable that holds a key for the provider, or nothing."""
    name = environment_name(provider.id)
    return name if os.environ.get(name, "").strip() else ""


def health(catalogue: Catalogue, provider: Provider, outcome: Outcome | None) -> Health:
    """From what is set up and, if there was one, the last test of this session."""
    known = service(provider.service_id)
    if catalogue.provider(provider.id) is None:
        if known.local:
            return Health(_("Runs on this computer"), None)
        return Health(_("Your own server") if is_loopback(provider.base_url) else _("No key yet"), None)
    if not provider.enabled:
        return Health(_("Off"), None)
    if isinstance(outcome, AppError):
        return Health(_failure_line(outcome), _SHORT.get(outcome.code, "danger"))
    keys = len(provider.key_labels)
    if not keys and known.key is KeyNeed.REQUIRED and not key_from_environment(provider):
        return Health(_("No key yet"), None)
    models = len(catalogue.models(provider.id))
    parts = []
    if keys:
        parts.append(ngettext("{n} key", "{n} keys", keys).format(n=keys))
    if models:
        parts.append(ngettext("{n} model", "{n} models", models).format(n=models))
    return Health(" · ".join(parts) or _("Not tested yet"), "success" if models else None)


def _failure_line(error: AppError) -> str:
    return error_words(error.code) or error.title


def error_words(code: str) -> str:
    """A few words for an error's code, to stand alone; empty for one without."""
    words = {
        "key_rejected": _("Key rejected"),
        "not_allowed": _("Not allowed"),
        "no_credit": _("Balance used up"),
        "rate_limited": _("Rate limit reached"),
        "overloaded": _("Problem on its side"),
        "no_connection": _("Not reachable"),
        "timed_out": _("No answer"),
        "too_long": _("Too long"),
        "refused": _("Refused"),
        "bad_request": _("Not understood"),
        "unknown_model": _("Unknown model"),
        "bad_address": _("Wrong address"),
        "bad_answer": _("Answer not readable"),
        "broken_stream": _("Cut short"),
        "no_key": _("No key yet"),
    }
    return words.get(code, "")
