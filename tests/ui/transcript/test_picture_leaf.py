"""The place of a picture, and the picture once the reader wants it."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage

from desktop.ui.dialogs.picture import PictureDialog
from desktop.ui.transcript.blocks.picture import DrawnPicture
from desktop.ui.transcript.leaves import PictureLeaf, Place
from desktop.ui.transcript.pictures import Sight
from tests.ui.transcript.hosts import WIDTH, Host

URL = "https://example.org/a.png"


class Shelf:
    """Stands in for a PictureShelf."""

    def __init__(self) -> None:
        self.now = Sight()
        self.asked: list[str] = []
        self.always = False
        self.watchers: list[Callable[[], None]] = []

    def watch(self, url: str, on_change: Callable[[], None]) -> Sight:
        self.watchers.append(on_change)
        return self.now

    def unwatch(self, url: str, on_change: Callable[[], None]) -> None:
        self.watchers.remove(on_change)

    def sight(self, url: str) -> Sight:
        return self.now

    def load(self, url: str, *, always: bool = False) -> None:
        self.asked.append(url)
        self.always = always
        self.become(Sight(loading=True))

    def become(self, sight: Sight) -> None:
        self.now = sight
        for on_change in self.watchers:
            on_change()


@pytest.fixture
def shelf(host: Host) -> Any:
    host.styles.pictures = shelf = Shelf()  # type: ignore[assignment]
    return shelf


def show(host: Host) -> DrawnPicture:
    host.column.set_leaves([PictureLeaf(Place(), URL, "A chart", "")])
    host.lay_out()
    leaf = host.leaf(0)
    assert isinstance(leaf, DrawnPicture)
    return leaf


def picture(width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    return image


def test_without_a_shelf_it_stays_a_place(host: Host) -> None:
    leaf = show(host)
    assert leaf.rect.size() == QSize(WIDTH, 64)
    assert leaf._load is None


def test_the_reader_loads_it(qtbot, host: Host, shelf: Shelf) -> None:
    leaf = show(host)
    load = leaf._load
    assert load is not None
    assert load.accessibleDescription() == "Picture from example.org: A chart, not loaded"
    assert shelf.asked == []
    qtbot.mouseClick(load, Qt.MouseButton.LeftButton)
    assert shelf.asked == [URL]
    assert load.isHidden()
    shelf.become(Sight(error="No such picture."))
    assert load.isVisible()
    assert leaf.rect.height() == 64
    shelf.become(Sight(picture(200, 100)))
    assert load.isHidden()
    assert leaf.rect.height() == 100
    assert host.image(leaf.rect).pixelColor(100, 50) == Qt.GlobalColor.red
    assert leaf.rects(0, 1)[0].width() == 200
    host.column.dispose()
    assert shelf.watchers == []


@pytest.mark.parametrize(
    ("size", "shown"), [((3000, 1000), (720, 240)), ((1000, 1000), (480, 480)), ((20, 9), (20, 9))]
)
def test_how_large_it_is_shown(host: Host, shelf: Shelf, size: tuple[int, int], shown: tuple[int, int]) -> None:
    leaf = show(host)
    shelf.become(Sight(picture(*size)))
    assert (leaf.rects(0, 1)[0].width(), leaf.rect.height()) == shown


def test_places_around_it(host: Host, shelf: Shelf) -> None:
    leaf = show(host)
    shelf.become(Sight(picture(200, 100)))
    assert [leaf.offset_at(QPointF(x, 50)) for x in (0, 99, 101, 500)] == [0, 0, 1, 1]
    assert [leaf.caret_rect(offset).x() for offset in (0, 1)] == [0, 200]


def test_a_click_loads_it_and_another_shows_it_in_full(host: Host, shelf: Shelf, qtbot) -> None:
    leaf = show(host)
    assert leaf.link_at(QPointF(5, 5)) is None  # it opens no browser
    assert leaf.tip_at(QPointF(5, 5)) == URL
    leaf.clicked(QPointF(5, 5))
    assert shelf.asked == [URL]
    leaf.load(always=True)
    assert shelf.always
    shelf.become(Sight(picture(80, 40)))
    leaf.clicked(QPointF(5, 5))
    (dialog,) = host.findChildren(PictureDialog)
    qtbot.addWidget(dialog)
    assert dialog.isVisible()
    dialog.reject()
