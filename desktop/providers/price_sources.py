"""Where lists of prices come from: the genai-prices package, and the newer one that its makers publish."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from desktop.domain.errors import PricesRefused
from desktop.i18n import gettext as _
from desktop.providers.http_settings import HttpSettings
from desktop.providers.price_list import PriceList

ADDRESS = "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices/new_data/v2/data.json"
FEWEST = 50
_LARGEST = 30_000_000  # bytes; it is a tenth of that
_TIMEOUT_S = 30
_NEEDLESS = ("extractors", "price_variants", "pricing_urls", "description", "price_comments")


def bundled_version() -> str:
    """Of genai-prices, without importing it."""
    from importlib.metadata import version  # with half of the standard library behind it

    return version("genai-prices")


def bundled() -> PriceList:
    """The list of the package. Imports it, which takes up to half a second and 36 MB: for a worker thread."""
    from genai_prices.data import providers

    return PriceList(f"genai-prices {bundled_version()}", [_plain(provider) for provider in providers])


async def download(http: HttpSettings, name: str, present: int, address: str = ADDRESS) -> PriceList:
    """The list as it is published now, under that name.

    Raises PricesRefused, also for a list with fewer than 50 models or less than half of the `present` ones.
    """
    import httpx  # here, because prices are known long before anything is downloaded

    from desktop.providers.http import new_client

    try:
        async with (
            new_client(http, timeout_s=_TIMEOUT_S) as client,
            client.stream("GET", address, headers={"accept-encoding": "gzip"}) as response,
        ):
            if not response.is_success:
                raise _not_updated(_("The server answered {status}.").format(status=response.status_code))
            received = bytearray()
            async for piece in response.aiter_bytes():
                received += piece
                if len(received) > _LARGEST:
                    raise _not_updated(_("What came is no list of prices."))
    except httpx.TimeoutException:
        raise _not_updated(_("The server did not answer.")) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _not_updated(_("The server could not be reached."), str(error)) from error
    return await asyncio.to_thread(_checked, bytes(received), name, present)


def _checked(received: bytes, name: str, present: int) -> PriceList:
    try:
        rows = json.loads(received, parse_float=Decimal)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list):
        raise _not_updated(_("What came is no list of prices."))
    new = PriceList(name, rows)
    count = new.count()
    if count < FEWEST or count * 2 < present:
        raise _not_updated(
            _("The new list has {n} models and yours has {m}: that cannot be right.").format(n=count, m=present)
        )
    return new


def _not_updated(why: str, detail: str = "") -> PricesRefused:
    kept = _("The prices you have stay in force.")
    return PricesRefused(_("Prices could not be updated"), f"{why} {kept}", detail=detail)


def _plain(value: Any) -> Any:
    """An object of genai-prices as its makers publish it: mappings and plain values, without what no price needs."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if value is None or isinstance(value, str | int | Decimal):
        return value
    inside: Mapping[str, Any] = (
        {field.name: getattr(value, field.name) for field in fields(value)} if is_dataclass(value) else vars(value)
    )
    return {
        name.rstrip("_"): _plain(each) for name, each in inside.items() if name not in _NEEDLESS and each is not None
    }
