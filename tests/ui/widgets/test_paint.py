from typing import Any

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.ui.widgets.paint import paint_box, paint_dot, paint_hairline

RED, BLUE = "#ff0000", "#0000ff"
RATIOS = [1.0, 1.25, 1.5, 1.75, 2.0]


def canvas(ratio: float) -> QImage:
    image = QImage(round(80 * ratio), round(80 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    return image


def color_at(image: QImage, x: int, y: int) -> str:
    """A colour, short of the one part in a hundred that rounding may let through from a neighbour."""
    channels = image.pixelColor(x, y).getRgb()[:3]
    return "#" + "".join(f"{255 if c > 250 else 0 if c < 5 else c:02x}" for c in channels)


def run(image: QImage, y: int) -> list[str]:
    """The colours along a row of device pixels, repeats left out."""
    colors = [color_at(image, x, y) for x in range(image.width())]
    return [color for before, color in zip([None, *colors], colors, strict=False) if color != before]


def width_of(image: QImage, y: int, color: str) -> int:
    return sum(color_at(image, x, y) == color for x in range(image.width() // 2))


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("left", [10, 11, 13])
def test_edges_are_sharp_at_every_ratio(qapp: Any, ratio: float, left: int) -> None:
    image = canvas(ratio)
    painter = QPainter(image)
    paint_box(painter, QRectF(left, 10, 50, 50), 8, QColor(BLUE), QColor(RED))
    painter.end()
    middle = image.height() // 2
    assert run(image, middle) == ["#ffffff", RED, BLUE, RED, "#ffffff"]
    assert width_of(image, middle, RED) == int(ratio)


@pytest.mark.parametrize("ratio", RATIOS)
def test_hairlines_are_sharp_at_every_ratio(qapp: Any, ratio: float) -> None:
    image = canvas(ratio)
    painter = QPainter(image)
    paint_hairline(painter, QRectF(13, 5, 1, 60), QColor(RED))
    painter.end()
    middle = image.height() // 2
    assert run(image, middle) == ["#ffffff", RED, "#ffffff"]
    assert width_of(image, middle, RED) == int(ratio)


def test_box_without_an_edge_fills_its_rectangle(qapp: Any) -> None:
    image = canvas(1)
    painter = QPainter(image)
    paint_box(painter, QRectF(10, 10, 20, 20), 4, QColor(BLUE))
    painter.end()
    assert [image.pixelColor(x, 20).name() for x in (9, 10, 29, 30)] == ["#ffffff", BLUE, BLUE, "#ffffff"]
    assert image.pixelColor(10, 10).name() != BLUE


def test_dot_is_round_and_centred(qapp: Any) -> None:
    image = canvas(1)
    painter = QPainter(image)
    paint_dot(painter, QPointF(40, 40), 8, QColor(RED))
    painter.end()
    assert [image.pixelColor(x, 40).name() for x in (35, 37, 42, 44)] == ["#ffffff", RED, RED, "#ffffff"]
    assert [image.pixelColor(40, y).name() for y in (35, 37, 42, 44)] == ["#ffffff", RED, RED, "#ffffff"]
    assert image.pixelColor(36, 36).name() == "#ffffff"
