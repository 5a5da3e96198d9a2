"""What each error says; which error it is, `errors.py` decides."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desktop.domain.errors import (
    BadAddress,
    BadAnswer,
    BadRequest,
    BrokenStream,
    KeyRejected,
    NoConnection,
    NoCredit,
    NotAllowed,
    Overloaded,
    ProviderError,
    RateLimited,
    Refused,
    TimedOut,
    TooLong,
    UnknownModel,
)
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.providers.address import is_loopback
from desktop.providers.registry import Quirks


@dataclass(frozen=True, slots=True)
class Origin:
    """Who was asked for what, as far as an error has to name it."""

    provider: str
    base_url: str
    quirks: Quirks
    model_id: str = ""
    key: str | None = field(default=None, repr=False)
    key_label: str = ""
    read_timeout_s: float = 600.0
    proxy: str | None = None


def bare_proxy(proxy: str | None) -> str:
    """A proxy's address as it may be shown: without the name and password it may hold."""
    return (proxy or "").rpartition("//")[2].rpartition("@")[2]


class Words:
    """Makes each error. `detail` is the provider's own words, redacted already."""

    def __init__(self, origin: Origin, status: int | None, detail: str) -> None:
        self._o = origin
        self._status = status
        self._detail = detail

    def _make(self, kind: type[ProviderError], title: str, line: str, **more: str) -> ProviderError:
        o = self._o
        names = {"provider": o.provider, "label": o.key_label, "id": o.model_id, "address": o.base_url}
        names |= {
            "text": self._detail.rstrip(".")[:300],
            "host": urlsplit(o.base_url).netloc,
            "proxy": bare_proxy(o.proxy),
        }
        names |= more
        return kind(title.format(**names), line.format(**names), http_status=self._status, detail=self._detail)

    def key_rejected(self) -> ProviderError:
        if self._o.key is None:
            line = _("It asks for a key and none is set. Your message is kept.")
            return self._make(KeyRejected, _("{provider} needs a key"), line)
        title = _("{provider} rejected the key “{label}”") if self._o.key_label else _("{provider} rejected the key")
        return self._make(KeyRejected, title, _("It was changed, revoked or mistyped. Your message is kept."))

    def not_allowed(self) -> ProviderError:
        line = _("It said: “{text}”.") if self._detail else _("This key may not use this model, or not from here.")
        return self._make(NotAllowed, _("{provider} does not allow this"), line)

    def no_credit(self, *, limit: bool) -> ProviderError:
        if limit:
            line = _("The limit is set in your account there. Raise it on its site, then retry.")
            return self._make(NoCredit, _("Your {provider} spending limit is reached"), line)
        line = _("{provider} takes payment before use. Add credit on its site, then retry.")
        return self._make(NoCredit, _("Your {provider} balance is used up"), line)

    def rate_limited(self, retry_after: float | None) -> ProviderError:
        if retry_after is None:
            line = _("Your message is kept. Try again in a moment.")
        else:
            n = max(1, round(retry_after))
            line = ngettext("Try again in {n} s. Your message is kept.", "Try again in {n} s. Your message is kept.", n)
            line = line.format(n=n)
        return self._make(RateLimited, _("{provider} is rate-limiting this key"), line)

    def overloaded(self) -> ProviderError:
        line = _("Your message is kept. Try again in a moment.")
        return self._make(Overloaded, _("{provider} has a problem on its side"), line)

    def timed_out(self) -> ProviderError:
        if self._status is None:
            title = _("{provider} did not answer for {n} s")
        else:
            title = _("{provider} did not answer in time")
        return self._make(TimedOut, title, _("Your message is kept."), n=f"{self._o.read_timeout_s:g}")

    def too_long(self) -> ProviderError:
        numbers = [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]{2,}", self._detail)][:2]
        title = _("This chat is too long for {id}") if self._o.model_id else _("This chat is too long for {provider}")
        if len(numbers) == 2 and self._status != 413:
            line = _("It holds {n} tokens and the limit is {m}.").format(n=f"{max(numbers):,}", m=f"{min(numbers):,}")
        else:
            line = _("It is more than the model can read at once. Shorten it, or choose a model with a larger window.")
        return self._make(TooLong, title, line)

    def refused(self) -> ProviderError:
        line = (
            _("Its safety filter gave the reason “{text}”.") if self._detail else _("Its safety filter gave no reason.")
        )
        return self._make(Refused, _("{provider} stopped this reply"), line)

    def bad_request(self) -> ProviderError:
        line = _("It said: “{text}”.") if self._detail else _("It gave no reason.")
        return self._make(BadRequest, _("{provider} did not accept this message"), line)

    def unknown_model(self) -> ProviderError:
        if not self._o.model_id:
            return self.nothing_there()
        line = _("“{id}” was not found.")
        if is_loopback(self._o.base_url):
            return self._make(UnknownModel, _("{provider} does not have this model"), line)
        return self._make(UnknownModel, _("{provider} no longer offers this model"), line)

    def nothing_there(self) -> ProviderError:
        line = _("{address} answers, but not to this request. Check the base URL; it often ends in /v1.")
        return self._make(BadAddress, _("The address of {provider} seems to be wrong"), line)

    def no_address(self) -> ProviderError:
        line = _("“{address}” cannot be used. It should look like https://api.example.com/v1")
        return self._make(BadAddress, _("The address of {provider} seems to be wrong"), line)

    def moved(self, location: str) -> ProviderError:
        target = urlsplit(location)
        place = f"{target.scheme}://{target.netloc}{target.path}" if target.netloc else location
        line = _("It answers from another place now: {location}")
        return self._make(BadAddress, _("The address of {provider} has moved"), line, location=place or "?")

    def web_page(self) -> ProviderError:
        line = _("A web page came instead of a reply. Check the base URL ({address}), or sign in to the network first.")
        return self._make(BadAnswer, _("{provider} did not answer as a model service"), line)

    def bad_answer(self) -> ProviderError:
        line = _("Something came that is not a reply. Check the base URL ({address}) and the dialect, or retry.")
        return self._make(BadAnswer, _("{provider} did not answer as a model service"), line)

    def damaged(self) -> ProviderError:
        line = _("What came after it could not be read. The text so far is kept.")
        return self._make(BadAnswer, _("The reply was damaged on its way"), line)

    def broken(self) -> ProviderError:
        line = _("The connection closed before the reply was complete. The text so far is kept.")
        return self._make(BrokenStream, _("The reply was cut short"), line)

    def proxy_failed(self) -> ProviderError:
        line = _("{proxy} did not let the request through. Check it in the settings, under Network.")
        return self._make(NoConnection, _("The proxy does not answer"), line)

    def no_connection(self, reason: str) -> ProviderError:
        if is_loopback(self._o.base_url):
            line = _("Nothing answers at {host}. Start it, then retry. Your message is kept.")
            return self._make(NoConnection, _("{provider} is not running"), line)
        if "certificate" in reason.lower():
            line = _("{host} could not prove who it is, so nothing was sent. Your message is kept.")
            return self._make(NoConnection, _("No safe connection to {provider}"), line)
        if re.search(r"name|resolve|getaddrinfo|nodename|unreachable", reason, re.I):
            line = _("{host} could not be found. Your message is kept. Local models still work.")
            return self._make(NoConnection, _("You are offline"), line)
        line = _("{host} cannot be reached. Your message is kept. Local models still work.")
        return self._make(NoConnection, _("No connection to {provider}"), line)
