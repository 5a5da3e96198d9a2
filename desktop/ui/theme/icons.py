"""Icons: glyphs of the Phosphor font and a few drawn ones, as vectors in the theme's colours."""

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPixmap,
    QRawFont,
    QTransform,
)

from desktop.ui.theme.drawn import DRAWN, Shapes

_UNITS = 256
_MIRRORED = frozenset(
    {
        "arrow-elbow-down-left",
        "arrow-left",
        "arrow-square-out",
        "caret-left-bold",
        "caret-right-bold",
        "sidebar-left",
        "sidebar-right",
    }
)
"""Icons that point along the line of reading and so flip in right-to-left layouts."""


class Icons:
    """Draws icons by name. The font is read on the first use; shapes are kept in a box of one unit."""

    def __init__(self, folder: Path, color: Callable[[str], QColor]) -> None:
        self._folder = folder
        self._color = color
        self._font: QRawFont | None = None
        self._codepoints: dict[str, int] = {}
        self._shapes: dict[str, Shapes] = {}

    def icon(self, name: str, role: str = "text-secondary", size: int = 16) -> QIcon:
        """An icon that is painted in the colour the role has at that moment; `size` is its natural side in pixels."""
        self.shapes(name)  # an unknown name is found here, not at the first paint
        return QIcon(_Engine(self, name, lambda disabled: self._color("text-disabled" if disabled else role), size))

    def paint(self, painter: QPainter, rect: QRectF, name: str, color: QColor) -> None:
        """Paint an icon as large as fits, centred in `rect`."""
        side = min(rect.width(), rect.height())
        centre = rect.center()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(centre.x() - side / 2, centre.y() - side / 2)
        painter.scale(side, side)
        if name in _MIRRORED and QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            painter.translate(1, 0)
            painter.scale(-1, 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        opacity = painter.opacity()
        for path, share in self.shapes(name):
            painter.setOpacity(opacity * share)
            painter.drawPath(path)
        painter.restore()

    def shapes(self, name: str) -> Shapes:
        """The shapes of an icon in a box of one unit. Raises KeyError for an unknown name."""
        shapes = self._shapes.get(name)
        if shapes is None:
            shapes = self._shapes[name] = self._drawn(name) if name in DRAWN else [(self._glyph(name), 1.0)]
        return shapes

    def names(self) -> frozenset[str]:
        """Every icon there is."""
        self._load()
        return frozenset(self._codepoints) | frozenset(DRAWN)

    def _drawn(self, name: str) -> Shapes:
        side, draw = DRAWN[name]
        scale = QTransform.fromScale(1 / side, 1 / side)
        return [(scale.map(path), opacity) for path, opacity in draw()]

    def _glyph(self, name: str) -> QPainterPath:
        font = self._load()
        index = font.glyphIndexesForString(chr(self._codepoints[name]))[0]
        # The em square is the icon's box, and its baseline is the lower edge.
        return QTransform(1 / _UNITS, 0, 0, 1 / _UNITS, 0, 1).map(font.pathForGlyph(index))

    def _load(self) -> QRawFont:
        if self._font is None:
            self._codepoints = json.loads((self._folder / "phosphor.json").read_text())
            # A raw font stays out of the font database, which is slow to change once it is filled.
            self._font = QRawFont(str(self._folder / "phosphor.ttf"), _UNITS, QFont.HintingPreference.PreferNoHinting)
        return self._font


class _Engine(QIconEngine):
    """Paints the icon anew for each size, ratio and theme, so that nothing has to be rebuilt on a change."""

    def __init__(self, icons: Icons, name: str, color: Callable[[bool], QColor], size: int) -> None:
        super().__init__()
        self._icons = icons
        self._name = name
        self._color = color
        self._size = size

    def clone(self) -> QIconEngine:
        return _Engine(self._icons, self._name, self._color, self._size)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        side = min(size.width(), size.height(), self._size)
        return QSize(side, side)

    def availableSizes(self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> list[QSize]:
        return [QSize(self._size, self._size)]

    def isNull(self) -> bool:
        return False

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        self._icons.paint(painter, QRectF(rect), self._name, self._color(mode == QIcon.Mode.Disabled))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """`size` in device-independent pixels, `scale` device pixels to each."""
        pixmap = QPixmap(size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap
