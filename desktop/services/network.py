"""How the user wants the network to be reached, and whether there is one."""

import asyncio
import socket

from desktop.providers.http_settings import HttpSettings
from desktop.settings import options
from desktop.settings.store import Settings

_LOOK_AGAIN_S = 2.0
# Addresses for documentation (RFC 5737, RFC 3849): nothing is ever sent there.
_SOMEWHERE = ((socket.AF_INET, ("192.0.2.1", 9)), (socket.AF_INET6, ("2001:db8::1", 9)))


def http_settings(settings: Settings, *, reasons: bool = False) -> HttpSettings:
    """As the options stand now; a model that `reasons` is given more time."""
    patience = options.REASONING_TIMEOUT_S if reasons else options.READ_TIMEOUT_S
    return HttpSettings(
        proxy=settings.get(options.PROXY) or None,
        connect_timeout_s=settings.get(options.CONNECT_TIMEOUT_S),
        read_timeout_s=settings.get(patience),
    )


def is_offline() -> bool:
    """Whether this computer knows no way out. It asks the system's routing table and sends nothing."""
    for family, address in _SOMEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect(address)  # of a datagram socket: looks up the route, no more
                return False
        except OSError:
            continue
    return True


async def until_online() -> None:
    """Returns when there is a way out again."""
    while is_offline():  # noqa: ASYNC110 - the routing table tells nobody when it changes
        await asyncio.sleep(_LOOK_AGAIN_S)
