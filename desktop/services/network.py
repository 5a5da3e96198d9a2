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
    """Whether this computer knows no way out."""
    return not own_addresses()


def own_addresses() -> tuple[str, ...]:
    """The addresses from which this computer would reach others, one of each kind; none without a network.

    It asks the system's routing table and sends nothing.
    """
    found = []
    for family, address in _SOMEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect(address)  # of a datagram socket: looks up the route, no more
                found.append(str(probe.getsockname()[0]))
        except OSError:
            continue
    return tuple(found)


def is_own(address: str) -> bool:
    """Whether this computer still has the address: what was opened from one that it has lost is dead."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
            return True
    except OSError:
        return False


async def until_online() -> None:
    """Returns when there is a way out again."""
    while is_offline():  # noqa: ASYNC110 - the routing table tells nobody when it changes
        await asyncio.sleep(_LOOK_AGAIN_S)
