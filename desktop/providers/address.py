"""What a person types as a base URL -> the base URL that requests are built on."""

import re
from urllib.parse import urlsplit

from desktop.domain.errors import BadAddress
from desktop.domain.model import Dialect
from desktop.i18n import gettext as _
from desktop.providers.registry import Service

_ENDPOINT = re.compile(
    r"/(?:chat/completions|completions|responses|messages(?:/count_tokens)?|embeddings|models(?:/[^/]+:\w+)?"
    r"|api/(?:chat|tags|generate|show|version))$"
)
_LOOPBACK = ("localhost", "127.", "[::1]", "0.0.0.0", "192.168.", "10.")  # noqa: S104 - only compared with


def normalise(text: str, dialect: Dialect, service: Service) -> str:
    """Without trailing slash, query or a pasted endpoint; with the service's version path where none was given.

    Raises BadAddress, with what to type, for anything that is not a full http(s) address.
    """
    text = text.strip()
    if placeholder := re.search(r"\{\w+\}", text):
        raise BadAddress(
            _("The address is not complete"),
            _("Put your own value in the place of {placeholder}: {address}").format(
                placeholder=placeholder.group(), address=text
            ),
        )
    if "://" not in text:
        raise BadAddress(
            _("“{address}” is not a full address").format(address=text),
            _("Write it with http:// or https://, for example {example}").format(example=_completed(text, service)),
        )
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme.lower() not in ("http", "https") or re.search(r"[\s<>\"{}|\\^`]", text):
        raise BadAddress(
            _("“{address}” is not a web address").format(address=text),
            _("It should look like {example}").format(example=_completed("", service)),
        )
    given = parts.path.rstrip("/")
    path = _ENDPOINT.sub("", given)
    if dialect is Dialect.ANTHROPIC:
        path = path.removesuffix("/v1")
    elif dialect is Dialect.OLLAMA:
        path = path.removesuffix("/v1").removesuffix("/api")
    elif not given:  # an endpoint pasted whole says itself where the version is, or that there is none
        path = urlsplit(service.base_for(dialect)).path
    return f"{parts.scheme.lower()}://{parts.netloc}{path}"


def is_loopback(url: str) -> bool:
    """Whether an address is on this computer."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.endswith(".localhost") or host.startswith("127.")


def _completed(text: str, service: Service) -> str:
    """The address with the scheme that fits it, or the service's own as an example."""
    if not re.fullmatch(r"[\w.\-\[\]:]+(?:/\S*)?", text) or not re.search(r"[.:]|^localhost", text):
        return service.base_url or "https://api.example.com/v1"
    return ("http://" if text.startswith(_LOOPBACK) else "https://") + text
