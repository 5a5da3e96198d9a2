"""Formulas on the screen: never waited for, and in their place as soon as they are known."""

import sys
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPdfWriter

from desktop.render import formulas
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.blocks.formula import DrawnFormula
from desktop.ui.transcript.formulas import Formulas, _going_second
from desktop.ui.transcript.leaves import plain
from desktop.ui.transcript.position import Highlight
from tests.ui.transcript.hosts import Host


@pytest.fixture
def host(qtbot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """One for which nothing is known."""
    monkeypatch.setattr(formulas, "_cache", {})
    made = Host(theme)
    qtbot.addWidget(made)
    yield made
    made.column.dispose()


@pytest.fixture
def arrive(qtbot, host: Host) -> Callable[[], None]:
    return lambda: qtbot.waitUntil(lambda: not host.styles.formulas._collecting.isActive(), timeout=10_000)


def test_the_source_stands_there_until_the_formula_is_known(host: Host, arrive: Callable[[], None]) -> None:
    host.load(r"Before $\begin{pmatrix} a \\ b \\ c \end{pmatrix}$ after.")
    leaf = host.leaf(0)
    before, width = host.height(), leaf.rects(7, 8)[0].width()
    arrive()
    assert host.height() > before
    assert leaf.rects(7, 8)[0].width() < width
    assert plain(leaf.leaf) == "Before \N{OBJECT REPLACEMENT CHARACTER} after."


def test_what_is_known_is_there_at_once(host: Host) -> None:
    formulas.draw("x", False)
    formulas.draw("y", True)
    host.load("A $x$.\n\n$$y$$")
    assert not host.styles.formulas._collecting.isActive()
    assert host.leaf(0).tip_at(host.leaf(0).rects(2, 3)[0].center()) == "x"


def test_one_that_is_refused_stays_its_source_and_says_why(host: Host, arrive: Callable[[], None]) -> None:
    host.load("$$\\foo{x}$$\n\nIn $\\foo{y}$ a line")
    before = host.image()
    arrive()
    assert host.image() == before
    for row, offset in ((0, 0), (1, 3)):
        tip = host.leaf(row).tip_at(host.leaf(row).rects(offset, offset + 1)[0].center())
        assert tip == "Shown as source: \\foo is not supported."


def test_formulas_in_cells(host: Host, arrive: Callable[[], None]) -> None:
    host.load("| a | b |\n|---|---|\n| one | $\\begin{pmatrix} a \\\\ b \\\\ c \\end{pmatrix}$ |\n| two | $x$ |")
    leaf = host.leaf(0)
    before = host.height()
    arrive()
    assert host.height() > before
    box = leaf.rects(8, 9)[0]
    assert leaf.tip_at(box.center()).startswith("\\begin")
    assert leaf.offset_at(box.center() + QPointF(1, 0)) == 9
    assert leaf.caret_rect(10).top() >= box.bottom()


def test_a_wide_one_scrolls_sideways(host: Host, arrive: Callable[[], None]) -> None:
    host.load("$$" + "+".join(f"a_{{{n}}}" for n in range(60)) + "$$")
    arrive()
    leaf = host.leaf(0)
    assert isinstance(leaf, DrawnFormula)
    assert leaf.caret_rect(0).x() == 0
    assert leaf.caret_rect(1).x() > host.width()
    assert leaf.wheel(100)
    assert leaf.caret_rect(0).x() == -100
    assert leaf.rects(0, 1)[0].right() <= host.width()
    manner = leaf.manner()
    assert manner is not None
    leaf.wheel(-1000)
    assert leaf.manner() is None


def test_a_small_one_is_in_the_middle(host: Host, arrive: Callable[[], None]) -> None:
    host.load("$$x$$")
    arrive()
    box = host.leaf(0).rects(0, 1)[0]
    assert abs(box.center().x() - host.width() / 2) <= 1
    assert host.leaf(0).rect.height() == 48
    assert host.leaf(0).offset_at(QPointF(0, 0)) == 0
    assert host.leaf(0).offset_at(QPointF(700, 0)) == 1
    assert not host.leaf(0).wheel(10)


def test_what_is_selected_has_its_colour_behind_and_keeps_its_own(host: Host, arrive: Callable[[], None]) -> None:
    host.load("Some $x^2$ text\n\n$$\\frac{a}{b}$$")
    arrive()
    host.column.set_highlight(Highlight.SELECTION, {0: ((5, 6),), 1: ((0, 1),)})
    for row, offset in ((0, 5), (1, 0)):
        leaf = host.leaf(row)
        box = leaf.rects(offset, offset + 1)[0].translated(leaf.rect.topLeft()).toRect()
        assert host.has_color("selection", box)
        assert not host.has_color("surface", box.adjusted(1, 1, -2, -2))


def test_the_theme_s_colour(host: Host, theme: Theme, arrive: Callable[[], None]) -> None:
    host.load("$$\\blacksquare$$")
    arrive()
    box = host.leaf(0).rects(0, 1)[0].toRect()
    assert host.has_color("text", box)
    theme.set_mode("dark")
    host.styles.clear()
    host.column.restyle()
    assert host.has_color("text", box)


def test_each_is_asked_for_once_and_told_to_all(qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formulas, "_cache", {})
    asked: list[str] = []
    draw, may_begin = formulas.draw, Event()

    def draw_later(tex: str, display: bool) -> object:
        may_begin.wait()
        asked.append(tex)
        return draw(tex, display)

    monkeypatch.setattr(formulas, "draw", draw_later)

    class Leaf:
        told = 0

        def formulas_arrived(self) -> None:
            self.told += 1

    made = Formulas()
    first, second = Leaf(), Leaf()
    for leaf in (first, second, first):
        assert made.find("x+1", False, leaf) is None
    gone = Leaf()
    made.find("x+2", False, gone)
    del gone
    may_begin.set()
    qtbot.waitUntil(lambda: not made._collecting.isActive(), timeout=10_000)
    assert sorted(asked) == ["x+1", "x+2"]
    assert (first.told, second.told) == (1, 1)
    assert made.find("x+1", False) is formulas.known("x+1", False)


def test_laying_out_waits_for_the_program_s_own_thread_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.ui.transcript.formulas._SLICE_S", 60)
    waits: list[float] = []

    class Busy(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0)
            return self.is_set()

    idle = Busy()
    rest = _going_second(idle)
    idle.set()
    rest(sys._getframe(), "call", None)
    assert not waits
    idle.clear()
    for _ in range(10):
        rest(sys._getframe(), "call", None)
    assert len(waits) == 1
    assert 0 < waits[0] < 1


def test_pictures_are_kept_within_bounds(qapp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.ui.transcript.formulas._KEPT_PIXELS", 5000)
    made = Formulas()
    picture = formulas.draw("x^2", False)
    assert isinstance(picture, formulas.Picture)
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for size in range(10, 60):
        made.paint(painter, picture, QPointF(10, 100), size, QColor("red"))
    painter.end()
    assert made._pixels <= 5000
    assert made._pixels == sum(pixmap.width() * pixmap.height() for pixmap in made._pixmaps.values())


def test_on_paper_they_are_lines_not_pixels(qapp) -> None:
    picture = formulas.draw(r"\frac{H}{H}", True)
    assert isinstance(picture, formulas.Picture)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    painter = QPainter(writer)
    made = Formulas()
    made.paint(painter, picture, QPointF(100, 100), 40, QColor("black"))
    painter.end()
    assert not made._pixmaps
    assert b"/Subtype /Image" not in bytes(buffer.data().data())


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_a_large_one_is_painted_in_the_same_place(qapp, monkeypatch: pytest.MonkeyPatch, ratio: float) -> None:
    """It is not kept as a picture."""
    picture = formulas.draw(r"\frac{H}{H}", True)
    assert isinstance(picture, formulas.Picture)

    def paint() -> QImage:
        image = QImage(round(200 * ratio), round(200 * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        Formulas().paint(painter, picture, QPointF(20.3, 100.4), 40, QColor("black"))
        painter.end()
        return image

    def box(image: QImage) -> QRect:
        points = [
            (x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).red() < 90
        ]
        xs, ys = [x for x, _y in points], [y for _x, y in points]
        return QRect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))

    kept = box(paint())
    monkeypatch.setattr("desktop.ui.transcript.formulas._LARGEST", 0)
    anew = box(paint())
    assert QRectF(kept.adjusted(-1, -1, 1, 1)).contains(QRectF(anew))
