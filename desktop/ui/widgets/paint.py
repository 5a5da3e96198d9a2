"""Drawing that several widgets and delegates share."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen


def paint_box(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: QColor | None,
    edge: QColor | None = None,
    width: float = 1,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
) -> None:
    """A rounded box whose edge lies inside `rect`, on whole device pixels so that it is sharp."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    rect, width = _aligned(painter, rect, width)
    if edge is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, radius, radius)
        return
    painter.setPen(QPen(edge, width, style))
    inset = width / 2
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius - inset, radius - inset)


def paint_hairline(painter: QPainter, rect: QRectF, color: QColor) -> None:
    """A line along the start of `rect`, across or down by its longer side, of whole device pixels."""
    rect, width = _aligned(painter, rect, 1)
    if rect.width() >= rect.height():
        rect.setHeight(width)
    else:
        rect.setWidth(width)
    painter.fillRect(rect, color)


def _aligned(painter: QPainter, rect: QRectF, width: float) -> tuple[QRectF, float]:
    """At a ratio like 1.25: the rectangle moved to device pixels and the pen cut down to whole ones."""
    ratio = painter.device().devicePixelRatio()
    if ratio == int(ratio):
        return rect, width
    to_device = painter.deviceTransform()
    from_device, _ = to_device.inverted()
    device = to_device.mapRect(rect)
    left, top, right, bottom = round(device.left()), round(device.top()), round(device.right()), round(device.bottom())
    return from_device.mapRect(QRectF(left, top, right - left, bottom - top)), max(1, int(width * ratio)) / ratio


def paint_dot(painter: QPainter, centre: QPointF, diameter: float, color: QColor) -> None:
    """A filled circle."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(centre, diameter / 2, diameter / 2)


def paint_arc(
    painter: QPainter, rect: QRectF, pen: float, start: float, share: float, color: QColor, track: QColor
) -> None:
    """A ring inside `rect`: all of it in `track`, then `share` (0 to 1) clockwise from `start` turns after twelve."""
    inset = pen / 2
    ring = rect.adjusted(inset, inset, -inset, -inset)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(track, pen))
    painter.drawEllipse(ring)
    if share > 0:
        painter.setPen(QPen(color, pen, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, round((90 - start * 360) * 16), -round(share * 360 * 16))


def text_flags(direction: Qt.LayoutDirection, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> int:
    """Flags that keep a text of either direction on the layout's side of its box, centred in its height."""
    mirrored = {
        Qt.AlignmentFlag.AlignLeft: Qt.AlignmentFlag.AlignRight,
        Qt.AlignmentFlag.AlignRight: Qt.AlignmentFlag.AlignLeft,
    }
    side = mirrored.get(align, align) if direction == Qt.LayoutDirection.RightToLeft else align
    return int(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)
