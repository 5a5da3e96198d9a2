"""Pictures that replies point to. None is loaded before the user asks for it, or for all from its host."""

import asyncio
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from desktop.domain.errors import PictureError
from desktop.i18n import gettext as _
from desktop.services.network import http_settings
from desktop.settings import options
from desktop.settings.files import write_atomically
from desktop.settings.store import Settings

_KEPT_BYTES = 300_000_000


class Pictures:
    """Keeps what was loaded in `folder`, so that it is there again without a network; the oldest go first."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings

    def is_allowed(self, url: str) -> bool:
        """Whether the user lets every picture of its host be loaded."""
        return host_of(url) in self._settings.get(options.PICTURE_HOSTS).lower().split()

    def allow_host(self, host: str) -> None:
        """Load every picture of a host from now on."""
        hosts = self._settings.get(options.PICTURE_HOSTS).split()
        if host not in hosts:
            self._settings.set(options.PICTURE_HOSTS, "\n".join([*hosts, host]))

    async def stored(self, url: str) -> bytes | None:
        """What was loaded before, None if it was not."""
        return await asyncio.to_thread(self._read, url)

    async def load(self, url: str) -> bytes:
        """What was loaded before, or else from the web. Raises PictureError."""
        if (found := await self.stored(url)) is not None:
            return found
        if not host_of(url):
            raise PictureError(_("This is not the address of a picture"), url)
        from desktop.providers.pictures import download  # brings the HTTP client with it

        data = await download(url, http_settings(self._settings))
        await asyncio.to_thread(self._write, url, data)
        return data

    def _path(self, url: str) -> Path:
        return self._folder / hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()

    def _read(self, url: str) -> bytes | None:
        try:
            return self._path(url).read_bytes()
        except OSError:
            return None

    def _write(self, url: str, data: bytes) -> None:
        try:
            write_atomically(self._path(url), data)
            kept = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in self._folder.iterdir())
            total = sum(size for _time, size, _path in kept)
            for _time, size, path in kept:
                if total <= _KEPT_BYTES:
                    break
                path.unlink(missing_ok=True)
                total -= size
        except OSError:
            return  # it is shown all the same, and loaded again next time


def host_of(url: str) -> str:
    """The host of a web address in small letters; empty for any other."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower() if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
