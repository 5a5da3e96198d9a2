"""The pictures that stand in messages: loaded and decoded away from the screen, and kept while they are in use."""

import asyncio
import base64
import binascii
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from desktop.domain.errors import PictureError
from desktop.i18n import gettext as _
from desktop.services.pictures import Pictures, host_of
from desktop.ui.tasks import Tasks

_KEPT = 24
_LARGEST_SIDE = 4096  # pixels; larger pictures are made smaller while they are decoded
_FORMATS = (b"png", b"jpeg", b"gif", b"webp")


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to show of a picture: its image, or why there is none.

    Without an image and with neither of the others it waits to be asked for.
    """

    image: QImage | None = None
    loading: bool = False
    error: str = ""


class PictureShelf:
    """Give it a callback with `watch`; it is called on the UI thread whenever there is more to see."""

    def __init__(self, pictures: Pictures, tasks: Tasks) -> None:
        self._pictures = pictures
        self._tasks = tasks
        self._seen: OrderedDict[str, Sight] = OrderedDict()
        self._watchers: dict[str, list[Callable[[], None]]] = {}

    def watch(self, url: str, on_change: Callable[[], None]) -> Sight:
        """What is known of a picture now. What was loaded before comes from the disk, what may be from the web."""
        self._watchers.setdefault(url, []).append(on_change)
        sight = self._seen.get(url)
        if sight is None:
            sight = Sight(loading=True)
            self._keep(url, sight)
            self._tasks.start(self._look(url))
        return sight

    def unwatch(self, url: str, on_change: Callable[[], None]) -> None:
        watchers = self._watchers.get(url, [])
        watchers.remove(on_change)
        if not watchers:
            del self._watchers[url]

    def sight(self, url: str) -> Sight:
        return self._seen.get(url, Sight())

    def load(self, url: str, *, always: bool = False) -> None:
        """The user wants to see it; with `always`, everything from its host from now on."""
        if always:
            self._pictures.allow_host(host_of(url))
        urls = [known for known in self._watchers if host_of(known) == host_of(url)] if always else [url]
        for each in urls:
            sight = self.sight(each)
            if sight.image is None and not sight.loading:
                self._show(each, Sight(loading=True))
                self._tasks.start(self._load(each))

    async def _look(self, url: str) -> None:
        if url.startswith("data:"):
            await self._decode(url, _embedded(url))
        elif (data := await self._pictures.stored(url)) is not None:
            await self._decode(url, data)
        elif self._pictures.is_allowed(url):
            await self._load(url)
        else:
            self._show(url, Sight())

    async def _load(self, url: str) -> None:
        try:
            data = await self._pictures.load(url)
        except PictureError as error:
            self._show(url, Sight(error=f"{error.title}. {error.explanation}".strip(". ") + "."))
        else:
            await self._decode(url, data)

    async def _decode(self, url: str, data: bytes) -> None:
        image = await asyncio.to_thread(_image, data)
        self._show(url, Sight(image) if image is not None else Sight(error=_("This picture cannot be read.")))

    def _show(self, url: str, sight: Sight) -> None:
        self._keep(url, sight)
        for on_change in tuple(self._watchers.get(url, ())):
            on_change()

    def _keep(self, url: str, sight: Sight) -> None:
        self._seen[url] = sight
        self._seen.move_to_end(url)
        idle = [known for known in self._seen if known not in self._watchers]
        for known in idle[: max(0, len(self._seen) - _KEPT)]:
            del self._seen[known]


def _embedded(url: str) -> bytes:
    """The bytes of a `data:` address; none where it is no picture."""
    head, _comma, body = url.partition(",")
    raw = unquote_to_bytes(body)
    try:
        return base64.b64decode(raw) if head.endswith(";base64") else raw
    except binascii.Error:
        return b""


def _image(data: bytes) -> QImage | None:
    """Decode on another thread; None for what is no picture. Of a moving one, the first frame."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    if bytes(reader.format().data()) not in _FORMATS:
        return None
    size = reader.size()
    most = QSize(_LARGEST_SIDE, _LARGEST_SIDE)
    if size.isValid() and size.boundedTo(most) != size:
        reader.setScaledSize(size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image
