"""Icons that the Phosphor font lacks, as vectors. Each is a list of filled shapes with their opacity."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPainterPathStroker

Shapes = list[tuple[QPainterPath, float]]

_FINE = 100
"""Shapes are made this much larger: Qt flattens what it strokes and subtracts to steps of about a unit."""


def _stroke(path: QPainterPath, width: float) -> QPainterPath:
    stroker = QPainterPathStroker()
    stroker.setWidth(width * _FINE)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return stroker.createStroke(path)


def _circle(x: float, y: float, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y) * _FINE, radius * _FINE, radius * _FINE)
    return path


def _panes(*verticals: float) -> Shapes:
    """A rounded frame of 14 × 12 in a box of 18 with inner lines at the given distances from its left edge."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(2 * _FINE, 3 * _FINE, 14 * _FINE, 12 * _FINE), 2 * _FINE, 2 * _FINE)
    for x in verticals:
        path.moveTo((2 + x) * _FINE, 3 * _FINE)
        path.lineTo((2 + x) * _FINE, 15 * _FINE)
    return [(_stroke(path, 1.3), 1.0)]


def app_mark() -> Shapes:
    """Two overlapping coins in a box of 40: one filled, one outlined, each with an inner rim."""
    front = (26.0, 15.5)
    gap = _circle(*front, 10.8)
    rim = _stroke(_circle(16, 23, 9), 0.8).subtracted(gap)
    return [
        (_circle(16, 23, 12).subtracted(gap).subtracted(rim), 1.0),
        (rim, 0.45),
        (_stroke(_circle(*front, 9), 2), 1.0),
        (_stroke(_circle(*front, 6), 0.8), 0.55),
    ]


DRAWN: dict[str, tuple[float, Callable[[], Shapes]]] = {
    "sidebar-left": (18 * _FINE, lambda: _panes(4.6)),
    "sidebar-right": (18 * _FINE, lambda: _panes(9.4)),
    "compare": (18 * _FINE, lambda: _panes(4.7, 9.3)),
    "app-mark": (40 * _FINE, app_mark),
}
"""Name to the side of its box and what draws it."""
