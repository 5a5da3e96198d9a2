"""Answers whose connection went away without a word: the computer slept, or left the network it was in.

Nobody closes such a connection, so that it would be waited for until a silence counts as a timeout. What comes all the
same is welcome: only silence after such a change ends an answer.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from desktop.domain.errors import NoConnection
from desktop.domain.model import Provider
from desktop.i18n import gettext as _
from desktop.providers.address import is_loopback
from desktop.services import network

SILENT_S = 15.0

_LOOK_S = 2.0
_SLEPT_S = 60.0  # a shorter sleep leaves connections as they are


@asynccontextmanager
async def attended(provider: Provider) -> AsyncIterator[Callable[[], None]]:
    """Watches over the reading of an answer inside; yields what is called whenever something has come.

    Raises NoConnection, in the place of what is waited for, when nothing came for `SILENT_S` after a change.
    """
    watch: asyncio.Task[None] | None = None
    deadline = asyncio.timeout(None)

    def heard() -> None:
        if deadline.when() is not None:
            deadline.reschedule(None)

    try:
        async with deadline:
            if not is_loopback(provider.base_url):
                watch = asyncio.create_task(_watch(deadline, network.own_addresses()), name=f"watch over {provider.id}")
            try:
                yield heard
            finally:
                if watch is not None:
                    watch.cancel()
    except TimeoutError as error:
        if not deadline.expired():
            raise
        title = _("The connection to {provider} was lost").format(provider=provider.name)
        line = _("This computer slept or left its network. What has arrived is kept.")
        problem = NoConnection(title, line)
        problem.was_sent = True
        raise problem from error


async def _watch(deadline: asyncio.Timeout, addresses: Sequence[str]) -> None:
    looked = time.time()
    while True:
        await asyncio.sleep(_LOOK_S)
        slept = time.time() - looked > _LOOK_S + _SLEPT_S
        left = bool(addresses) and not any(map(network.is_own, addresses))
        if slept or left:
            deadline.reschedule(asyncio.get_running_loop().time() + SILENT_S)
            addresses = network.own_addresses()
        looked = time.time()
