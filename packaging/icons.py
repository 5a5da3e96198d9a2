"""Makes everything in resources/icons: the subset of the Phosphor font and the pictures of the app's mark.

Run by hand to add icons, with `pip install fonttools qtawesome==1.3.1` beside the app's own dependencies:

    python packaging/icons.py [NAME…]

Names that phosphor.json already has are kept.
Phosphor 1.3.0 is taken from QtAwesome, which carries the font and the table of its names.
"""

import importlib.metadata
import json
import os
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ICONS = ROOT / "resources" / "icons"

ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_TYPES = {b"icp4": 16, b"icp5": 32, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}

TILE = "#FBFAF8"
COPPER = "#B3592A"


def subset_font(added: list[str]) -> None:
    """Write phosphor.json, the code points of the names it has and of those added, and phosphor.ttf, their glyphs."""
    from fontTools import subset

    # Its files are found without importing it: that would want a Qt binding of its own choice.
    fonts = Path(str(importlib.metadata.distribution("qtawesome").locate_file("qtawesome/fonts")))
    table = json.loads((fonts / "phosphor-charmap-1.3.0.json").read_text())
    listing = ICONS / "phosphor.json"
    names = sorted({*json.loads(listing.read_text()), *added})
    codepoints = {name: int(table[name], 16) for name in names}
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=False, glyph_names=False)
    font = subset.load_font(fonts / "phosphor-1.3.0.ttf", options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codepoints.values())
    subsetter.subset(font)
    subset.save_font(font, ICONS / "phosphor.ttf", options)
    listing.write_text(json.dumps(codepoints, indent=2) + "\n")


def mark_svg() -> str:
    """The mark on a rounded tile, 512 units wide; the same circles as `app_mark` in desktop/ui/theme/drawn.py."""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">
  <rect x="24" y="24" width="464" height="464" rx="104" fill="{TILE}"/>
  <g transform="translate(30.4 46.4) scale(10.8)">
    <circle cx="16" cy="23" r="12" fill="{COPPER}"/>
    <circle cx="16" cy="23" r="9" fill="none" stroke="{TILE}" stroke-opacity=".55" stroke-width=".8"/>
    <circle cx="26" cy="15.5" r="10.8" fill="{TILE}"/>
    <circle cx="26" cy="15.5" r="9" fill="none" stroke="{COPPER}" stroke-width="2"/>
    <circle cx="26" cy="15.5" r="6" fill="none" stroke="{COPPER}" stroke-opacity=".55" stroke-width=".8"/>
  </g>
</svg>
"""


def mark_png(size: int) -> bytes:
    """The mark as a PNG of `size` pixels square."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
    from PySide6.QtGui import QColor, QImage, QPainter

    from desktop.ui.theme.drawn import DRAWN

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 512, size / 512)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(TILE))
    painter.drawRoundedRect(QRectF(24, 24, 464, 464), 104, 104)
    painter.translate(30.4, 46.4)
    side, draw = DRAWN["app-mark"]
    painter.scale(432 / side, 432 / side)
    painter.setBrush(QColor(COPPER))
    for path, opacity in draw():
        painter.setOpacity(opacity)
        painter.drawPath(path)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon of PNG pictures by size (ICONDIR, then one 16-byte ICONDIRENTRY each)."""
    head = struct.pack("<HHH", 0, 1, len(pictures))
    offset = len(head) + 16 * len(pictures)
    entries = b""
    for size, png in pictures.items():
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    return head + entries + b"".join(pictures.values())


def icns(pictures: dict[bytes, bytes]) -> bytes:
    """A macOS icon of PNG pictures by type code (four letters, big-endian length, data)."""
    body = b"".join(code + struct.pack(">I", 8 + len(png)) + png for code, png in pictures.items())
    return b"icns" + struct.pack(">I", 8 + len(body)) + body


def main() -> None:
    subset_font(sys.argv[1:])
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    (ICONS / "tuppence.svg").write_text(mark_svg())
    (ICONS / "tuppence.png").write_bytes(mark_png(512))
    (ICONS / "tuppence.ico").write_bytes(ico({size: mark_png(size) for size in ICO_SIZES}))
    (ICONS / "tuppence.icns").write_bytes(icns({code: mark_png(size) for code, size in ICNS_TYPES.items()}))


if __name__ == "__main__":
    main()
