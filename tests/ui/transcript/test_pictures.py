"""Pictures in messages: when they are loaded, and what a broken one shows."""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from desktop.domain.errors import PictureError
from desktop.ui.dialogs.picture import PictureDialog
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.pictures import PictureShelf, Sight

URL = "https://x.org/a.png"


def png(width: int = 40, height: int = 20) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())


class Web:
    """In the place of the service: what there is by address, and what was asked for."""

    def __init__(self) -> None:
        self.disk: dict[str, bytes] = {}
        self.web: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.hosts: set[str] = set()

    def is_allowed(self, url: str) -> bool:
        return url.split("/")[2] in self.hosts

    def allow_host(self, host: str) -> None:
        self.hosts.add(host)

    async def stored(self, url: str) -> bytes | None:
        return self.disk.get(url)

    async def load(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.web:
            raise PictureError("The picture is not there", "The server answered 404.")
        return self.web[url]


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def tasks() -> Tasks:
    return Tasks(lambda error: pytest.fail(str(error)), lambda bug: pytest.fail(repr(bug)))


@pytest.fixture
def shelf(qapp: object, web: Web, tasks: Tasks) -> PictureShelf:
    return PictureShelf(web, tasks)  # type: ignore[arg-type]


async def test_nothing_is_asked_for_before_the_user_does(shelf: PictureShelf, web: Web, tasks: Tasks) -> None:
    changes: list[Sight] = []
    shelf.watch(URL, lambda: changes.append(shelf.sight(URL)))
    await tasks.finish()
    assert changes == [Sight()]
    assert web.asked == []
    web.web[URL] = png()
    shelf.load(URL)
    assert changes[-1].loading
    shelf.load(URL)  # once more while it loads
    await tasks.finish()
    assert changes[-1].image is not None
    assert changes[-1].image.width() == 40
    assert web.asked == [URL]


async def test_always_from_a_host(shelf: PictureShelf, web: Web, tasks: Tasks) -> None:
    other, foreign = "https://x.org/b.png", "https://y.org/c.png"
    web.web |= {URL: png(), other: png(), foreign: png()}
    for url in (URL, other, foreign):
        shelf.watch(url, lambda: None)
    await tasks.finish()
    shelf.load(URL, always=True)
    await tasks.finish()
    assert sorted(web.asked) == [URL, other]
    later = "https://x.org/later.png"
    web.web[later] = png()
    shelf.watch(later, lambda: None)
    await tasks.finish()
    assert shelf.sight(later).image is not None
    assert shelf.sight(foreign) == Sight()


async def test_what_was_loaded_comes_from_the_disk(shelf: PictureShelf, web: Web, tasks: Tasks) -> None:
    web.disk[URL] = png()
    shelf.watch(URL, lambda: None)
    await tasks.finish()
    assert shelf.sight(URL).image is not None
    assert web.asked == []


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\nbroken", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
async def test_a_broken_picture_says_so(shelf: PictureShelf, web: Web, tasks: Tasks, data: bytes) -> None:
    web.disk[URL] = data
    shelf.watch(URL, lambda: None)
    await tasks.finish()
    assert shelf.sight(URL) == Sight(error="This picture cannot be read.")


async def test_an_error_is_shown_and_may_be_tried_again(shelf: PictureShelf, web: Web, tasks: Tasks) -> None:
    shelf.watch(URL, lambda: None)
    await tasks.finish()
    shelf.load(URL)
    await tasks.finish()
    assert shelf.sight(URL).error == "The picture is not there. The server answered 404."
    web.web[URL] = png()
    shelf.load(URL)
    await tasks.finish()
    assert shelf.sight(URL).image is not None


@pytest.mark.parametrize("head", ["data:image/png;base64,", "data:image/png,"])
async def test_a_picture_inside_the_text(shelf: PictureShelf, web: Web, tasks: Tasks, head: str) -> None:
    url = head + (base64.b64encode(png()).decode() if "base64" in head else quote(png()))
    shelf.watch(url, lambda: None)
    await tasks.finish()
    assert shelf.sight(url).image is not None
    assert web.asked == []


async def test_a_large_one_is_decoded_smaller(shelf: PictureShelf, web: Web, tasks: Tasks) -> None:
    web.disk[URL] = png(9000, 30)
    shelf.watch(URL, lambda: None)
    await tasks.finish()
    image = shelf.sight(URL).image
    assert image is not None
    assert image.width() == 4096


async def test_only_what_is_in_use_is_kept(shelf: PictureShelf, web: Web, tasks: Tasks) -> None:
    def nothing() -> None:
        pass

    shelf.watch(URL, nothing)
    for number in range(60):
        url = f"https://x.org/{number}.png"
        web.disk[url] = png()
        shelf.watch(url, nothing)
        await tasks.finish()
        shelf.unwatch(url, nothing)
    assert len(shelf._seen) <= 25
    assert URL in shelf._seen


def test_full_view(qtbot, theme: Theme, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    image = QImage(1600, 400, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.blue)
    dialog = PictureDialog(theme, image, "A chart", window)
    qtbot.addWidget(dialog)
    dialog.open()
    blue = [dialog.grab().toImage().pixelColor(dialog.rect().center()) == Qt.GlobalColor.blue]
    fitted = dialog._place()
    assert fitted.width() <= dialog.width()
    qtbot.keyClick(dialog, Qt.Key.Key_Plus)
    assert dialog._place().width() > fitted.width()
    qtbot.keyClick(dialog, Qt.Key.Key_0)
    assert dialog._place() == fitted
    qtbot.keyClick(dialog, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().size() == image.size()
    assert all(blue)
    with qtbot.waitSignal(dialog.rejected):
        qtbot.mouseClick(dialog, Qt.MouseButton.LeftButton, pos=QPoint(2, dialog.height() - 2))
