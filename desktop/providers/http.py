"""Connections, one call to a provider, and its stream of events. The only module that opens HTTP connections, beside
`discovery.py`. Imported by the dialects alone, because httpx is not on the way to the first window.
"""

import asyncio
import functools
import json
import ssl
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from desktop import __version__
from desktop.domain.errors import BadAddress, KeyRejected, NoKey, ProviderError
from desktop.domain.events import LimitsReported, ProviderEvent, ReasoningDelta, TextDelta
from desktop.domain.model import Dialect, Endpoint
from desktop.i18n import gettext as _
from desktop.providers import errors
from desktop.providers.address import normalise
from desktop.providers.http_settings import HttpSettings
from desktop.providers.limits import limits_of
from desktop.providers.registry import KeyNeed, Service, service
from desktop.providers.stream import EventStream, Reader
from desktop.providers.trickle import Trickle

__all__ = ["Call", "HttpSettings", "Question", "Reader", "aclose", "converse"]

_LOOPBACK = ("all://localhost", "all://127.0.0.1", "all://[::1]")
_DRAIN_S = 0.2
_REFUSAL_S = 5.0  # the status has told the most of it
_LIST_TIMEOUT_S = 30.0  # a list is not worth the patience that a reasoning model needs

# Connections belong to an event loop, of which a process has one and each test its own; a dialect's client is made
# for every call. So the connections are kept here and not in an object passed around.
_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str | None, str], httpx.AsyncClient]] = (
    weakref.WeakKeyDictionary()
)


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than everything else before a request."""
    return httpx.create_ssl_context()


def preload() -> None:
    """Do what can be done before the first request, on any thread."""
    import anyio._backends._asyncio  # noqa: F401 - else imported with the first connection

    new_client(HttpSettings())  # imports the rest of the HTTP client


def client_for(settings: HttpSettings, host: str) -> httpx.AsyncClient:
    """The running loop's client for a host, so that the connections of one that hangs are not missed by another.

    Loopback addresses never go through a proxy. Raises ValueError or httpx.InvalidURL for a proxy that is not one.
    """
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    client = clients.get((settings.proxy, host))
    if client is None or client.is_closed:
        client = clients[settings.proxy, host] = new_client(settings)
    return client


def new_client(settings: HttpSettings, timeout_s: float | None = None) -> httpx.AsyncClient:
    """A client with connections and cookies of its own; `timeout_s` in the place of the setting for reading."""
    return httpx.AsyncClient(
        timeout=_timeout(settings, timeout_s),
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=8, keepalive_expiry=60),
        verify=_ssl_context(),
        proxy=settings.proxy or None,
        mounts=dict.fromkeys(_LOOPBACK),
        headers={"user-agent": f"Tuppence/{__version__}", "accept-encoding": "identity"},
    )


def _timeout(settings: HttpSettings, read_s: float | None = None) -> httpx.Timeout:
    """Whoever waits for others to free a connection is not kept waiting by the host: no limit there."""
    return httpx.Timeout(read_s or settings.read_timeout_s, connect=settings.connect_timeout_s, pool=None)


async def aclose() -> None:
    """Close the connections of the running loop."""
    for client in _clients.pop(asyncio.get_running_loop(), {}).values():
        await client.aclose()


@dataclass(frozen=True, slots=True)
class Question:
    """A request as a dialect words it: a path under the base URL and a JSON body.

    `extras` are words of what it could do without. A refusal that names one of them leads to one more try.
    """

    path: str
    body: dict[str, Any]
    extras: tuple[str, ...] = ()


class Call:
    """One call to one endpoint: its address, headers, and the errors that name it. Raises BadAddress, NoKey."""

    def __init__(self, http: HttpSettings, endpoint: Endpoint, dialect: Dialect, model_id: str = "") -> None:
        provider = endpoint.provider
        self.http = http
        self.endpoint = endpoint
        self.dialect = dialect
        self.service: Service = service(provider.service_id)
        self.model_id = model_id
        self.base = normalise(provider.base_url, dialect, self.service)
        self.key = (endpoint.key or "").strip() or None
        self.origin = errors.Origin(
            provider=provider.name,
            base_url=self.base,
            quirks=self.service.quirks,
            model_id=model_id,
            key=self.key,
            key_label=endpoint.key_label,
            read_timeout_s=http.read_timeout_s,
            proxy=http.proxy,
        )
        if self.key is None and self.service.key is KeyNeed.REQUIRED:
            raise NoKey(provider.name)
        self.headers = self._headers()
        self.request_id = ""
        """What the headers of the answer call the request; empty where only its body does."""

    def error(self, item: object) -> ProviderError:
        """The error for an object inside a stream."""
        return errors.provider_error(self.origin, body=item)

    def url(self, path: str) -> str:
        """The URL of a path: under the base URL, from the host's root if it begins with `//`, or whole already."""
        if path.startswith("//"):
            return str(httpx.URL(self.base).copy_with(raw_path=path[1:].encode()))
        return path if "://" in path else self.base + path

    async def get_json(self, path: str) -> Any:
        """Raises ProviderError."""
        return await self._json("GET", path)

    async def post_json(self, path: str, body: dict[str, Any]) -> Any:
        """Raises ProviderError."""
        return await self._json("POST", path, body)

    async def _json(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        patience = min(self.http.read_timeout_s, _LIST_TIMEOUT_S)
        origin = replace(self.origin, read_timeout_s=patience)
        try:
            request = self._request(method, path, body)
            request.extensions["timeout"] |= {"read": patience}
            response = await self._client().send(request)
        except (httpx.HTTPError, httpx.InvalidURL) as exception:
            raise errors.provider_error(origin, exception=exception) from exception
        if not response.is_success:
            raise errors.provider_error(
                origin, status=response.status_code, headers=response.headers, body=response.content
            )
        try:
            value = json.loads(response.content.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            if response.content.lstrip().startswith(b"<"):
                raise errors.web_page(origin, response.content) from None
            raise errors.bad_answer(origin, response.content) from None
        if isinstance(value, dict) and (value.get("error") or value.get("type") == "error"):
            raise self.error(value)
        return value

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Request:
        timeout = _timeout(self.http)
        if body is None:
            return self._client().build_request(method, self.url(path), headers=self.headers, timeout=timeout)
        # Not httpx's `json=`: half a surrogate pair in a pasted text would make it fail.
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        headers = self.headers | {"content-type": "application/json"}
        return self._client().build_request(method, self.url(path), headers=headers, content=content, timeout=timeout)

    @asynccontextmanager
    async def open(self, question: Question) -> AsyncIterator[httpx.Response]:
        """Post a question and give the open response, whatever its status; leaving closes it at once."""
        try:
            response = await self._client().send(self._request("POST", question.path, question.body), stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as exception:
            raise errors.provider_error(self.origin, exception=exception) from exception
        try:
            yield response
        finally:
            await response.aclose()

    def _client(self) -> httpx.AsyncClient:
        try:
            return client_for(self.http, urlsplit(self.base).netloc)
        except (ValueError, httpx.InvalidURL) as exception:
            raise BadAddress(
                _("“{proxy}” is not the address of a proxy").format(proxy=errors.bare_proxy(self.http.proxy)),
                _("It should look like http://host:8080 or socks5://host:1080"),
            ) from exception

    def _headers(self) -> dict[str, str]:
        headers = dict(self.service.quirks.headers)
        if self.dialect is Dialect.ANTHROPIC:
            headers["anthropic-version"] = self.service.quirks.anthropic_version
        if self.key is not None:
            if not all("!" <= character <= "~" for character in self.key):
                raise KeyRejected(
                    _("The key for {provider} cannot be right").format(provider=self.endpoint.provider.name),
                    _("It holds a space or a character that no key has. Copy it again. Your message is kept."),
                )
            if self.service.auth_header is not None:
                headers[self.service.auth_header] = self.key
            else:
                headers["authorization"] = f"Bearer {self.key}"
                own = {Dialect.ANTHROPIC: "x-api-key", Dialect.GEMINI: "x-goog-api-key"}.get(self.dialect)
                if own is not None:
                    headers[own] = self.key
        for name, value in self.endpoint.provider.headers:
            if not (name and name.isascii() and name.replace("-", "").replace("_", "").isalnum()) or not (
                value.isascii() and value.isprintable()
            ):
                raise BadAddress(
                    _("The extra header “{name}” cannot be sent").format(name=name),
                    _("Names are letters, digits and hyphens; values are plain characters without accents."),
                )
            headers[name.lower()] = value.strip()
        return headers


async def converse(
    call_for: Callable[[], Call],
    ask: Callable[[Call, bool], Question],
    reader_for: Callable[[Call], Reader],
    *,
    ndjson: bool = False,
) -> AsyncGenerator[ProviderEvent, None]:
    """Ask, and yield what is answered; ends with one Finished. Raises ProviderError.

    `ask(call, plain)` words the question; `plain`, tried if the extras are refused, leaves them all out.
    """
    call = call_for()
    for plain in (False, True):
        question = ask(call, plain)
        async with call.open(question) as response:
            if response.is_success:
                if limits := limits_of(response.headers):
                    yield LimitsReported(limits)
                call.request_id = _request_id(response.headers)
                stream = EventStream(call.origin, reader_for(call), ndjson=ndjson)
                broken: ProviderError | None = None
                chunks = response.aiter_bytes()
                try:
                    async for chunk in (trickle := Trickle(chunks)):
                        events = stream.feed(chunk)
                        for event in events:
                            yield event
                        if stream.done:
                            break
                        trickle.has_text |= any(isinstance(each, TextDelta | ReasoningDelta) for each in events)
                except httpx.HTTPError as exception:
                    broken = errors.provider_error(call.origin, exception=exception)
                for event in stream.end(broken):
                    yield event
                if stream.error is not None:
                    raise stream.error
                await _drain(chunks)
                return
            body = await _refusal(response)
        if plain or response.status_code not in (400, 422) or not _names(body, question.extras):
            raise errors.provider_error(call.origin, status=response.status_code, headers=response.headers, body=body)


def _request_id(headers: httpx.Headers) -> str:
    """OpenRouter's activity lists generations, so that id goes before the request's."""
    names = ("x-generation-id", "request-id", "x-request-id", "x-litellm-call-id", "x-portkey-trace-id")
    return next((headers[name] for name in names if headers.get(name)), "")


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the little that follows the last event, so that the connection can be used again."""
    try:
        async with asyncio.timeout(_DRAIN_S):
            async for _rest in chunks:
                pass
    except (TimeoutError, httpx.HTTPError):
        pass


async def _refusal(response: httpx.Response) -> bytes:
    """The body of an error answer; what has arrived of it if the connection breaks or says no more."""
    body = b""
    try:
        async with asyncio.timeout(_REFUSAL_S):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > 1_000_000:
                    break
    except (TimeoutError, httpx.HTTPError):
        pass
    return body


def _names(body: bytes, extras: tuple[str, ...]) -> bool:
    report = errors.read_report(body)
    said = f"{report.message} {' '.join(report.words)}".lower()
    return any(name.lower() in said for name in extras)
