"""A picture from the web that the user asked for: one request that tells its server as little as can be."""

from urllib.parse import urljoin, urlsplit

import httpx

from desktop.domain.errors import PictureError
from desktop.i18n import gettext as _
from desktop.providers.http import new_client
from desktop.providers.http_settings import HttpSettings

LARGEST = 20_000_000
"""In bytes; larger ones are refused."""

_TIMEOUT_S = 30.0
_MOST_REDIRECTS = 5
_KINDS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")


async def download(url: str, settings: HttpSettings) -> bytes:
    """The bytes of a PNG, JPEG, GIF or WebP picture, at most `LARGEST`. Raises PictureError.

    Nothing goes along but the address: no cookies, and no key. A redirect is followed only to the same host, because
    it is the host that the user has agreed to.
    """
    try:
        async with new_client(settings, timeout_s=_TIMEOUT_S) as client:
            for _attempt in range(_MOST_REDIRECTS):
                async with client.stream("GET", url) as response:
                    if not response.has_redirect_location:
                        return await _read(response)
                    url = _next(url, response.headers["location"])
    except httpx.TimeoutException:
        raise PictureError(_("{host} did not answer").format(host=_host(url))) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise PictureError(_("{host} could not be reached").format(host=_host(url)), str(error)) from error
    raise PictureError(_("{host} sends from one address to the next without end").format(host=_host(url)))


async def _read(response: httpx.Response) -> bytes:
    if not response.is_success:
        status = response.status_code
        raise PictureError(_("The picture is not there"), _("The server answered {status}.").format(status=status))
    received = bytearray()
    async for piece in response.aiter_bytes():
        received += piece
        if len(received) > LARGEST:
            size = LARGEST // 1_000_000
            raise PictureError(_("The picture is too large"), _("At most {n} MB are loaded.").format(n=size))
    if not received.startswith(_KINDS) and not (received[:4] == b"RIFF" and received[8:12] == b"WEBP"):
        raise PictureError(_("This is not a picture"), _("PNG, JPEG, GIF and WebP can be shown."))
    return bytes(received)


def _next(url: str, location: str) -> str:
    target = urljoin(url, location)
    if _host(target) != _host(url) or urlsplit(target).scheme not in ("http", "https"):
        host = _host(target) or location
        raise PictureError(_("The picture has moved to {host}").format(host=host), _("It was not loaded from there."))
    return target


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
