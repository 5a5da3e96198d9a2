"""Where links lead: what may be opened at all, and whether a link's words tell the truth about it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from desktop.render import hidden

_OPENED = ("http", "https", "mailto")
_ADDRESS = re.compile(r"(?:(https?)://)?([^\s/?#:@]+\.[^\s/?#:@.\d]{2,})(?:[/?#:]\S*)?\Z", re.IGNORECASE)
_MAILBOX = re.compile(r"[^\s@/]+@([^\s@/]+\.[^\s@/.]{2,})\Z")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
# Of files that are often linked by their name; some are the ends of hosts as well.
_FILE_ENDINGS = re.compile(
    r"bat|c|cc|cfg|conf|cpp|cs|css|csv|go|h|hpp|html?|ini|ipynb|java|jpg|jsx?|json|kt|lock|log|lua|md|mjs|pdf|php|pl|png"
    r"|ps|py|r|rb|rs|rst|scala|sh|sql|svg|swift|tar|toml|tsx?|txt|vue|xml|ya?ml|zip|zsh",
    re.IGNORECASE,
)


def may_open(url: str) -> bool:
    """Web pages and e-mail; never files, scripts or other programs."""
    try:
        return urlsplit(url).scheme.lower() in _OPENED
    except ValueError:
        return False


def target(url: str) -> str:
    """Where a link leads, in full and with nothing hidden in it."""
    return hidden.spelled(url)


def disagrees(url: str, words: str) -> bool:
    """Whether a link's words would have one believe that it leads elsewhere.

    They do when they name another host, when something hides in them, and when the address itself begins with a name
    that is only a user's, as in `https://bank.example@other.example`.
    """
    try:
        parts = urlsplit(_MAILTO.sub("mailto://", url, count=1))
        host = _comparable(parts.hostname or "")
    except ValueError:
        return True
    if hidden.shown(words) != words or (parts.scheme != "mailto" and "@" in parts.netloc):
        return True
    if words == unquote(url):
        return False
    named = [_comparable(name) for name in _hosts_in(words)]
    return any(host != name and not host.endswith(f".{name}") for name in named)


def _hosts_in(words: str) -> Iterator[str]:
    for word in words.split():
        bare = word.strip("()[]<>\"'“”‘’«».,;:!?*/")
        if found := _MAILBOX.match(bare):
            yield found[1]
        elif found := _ADDRESS.match(bare):
            is_file = _FILE_ENDINGS.fullmatch(found[2].rsplit(".", 1)[-1]) and not found[1]
            if not is_file:
                yield found[2]


def _comparable(host: str) -> str:
    with suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    return host.lower().removeprefix("www.")
