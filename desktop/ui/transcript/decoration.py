"""What hangs beside and above leaves: the bars of quotes, the titles of alerts, the markers of lists."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.render.blocks import Alert
from desktop.ui.transcript import measures
from desktop.ui.transcript.leaves import Bullet, Marker, Place, TextLeaf, Tone
from desktop.ui.transcript.styles import Styles, direction_of
from desktop.ui.widgets.paint import paint_box, paint_dot, text_flags

_BAR = 2


@dataclass(frozen=True, slots=True)
class _Look:
    word: str
    icon: str
    role: str


ALERTS = {
    Alert.NOTE: _Look(N_("Note"), "info", "accent-text"),
    Alert.TIP: _Look(N_("Tip"), "lightbulb", "success"),
    Alert.IMPORTANT: _Look(N_("Important"), "chat-teardrop-text", "accent"),
    Alert.WARNING: _Look(N_("Warning"), "warning", "warning"),
    Alert.CAUTION: _Look(N_("Caution"), "warning-octagon", "danger"),
}


def is_mirrored(leaf: TextLeaf) -> bool:
    """Whether a text begins at the right."""
    return direction_of("".join(run.text for run in leaf.runs)) is Qt.LayoutDirection.RightToLeft


@dataclass(frozen=True, slots=True)
class Side:
    """Where a leaf's column begins in the host, how wide it is, and whether the leaf begins at its right."""

    styles: Styles
    left: int
    width: int
    mirrored: bool

    def across(self, x: float, width: float) -> float:
        """Something as far from the edge where the leaf begins, as a place in the host."""
        return self.left + self.width - x - width if self.mirrored else self.left + x


def paint_bars(
    painter: QPainter, side: Side, place: Place, top: int, joined_top: int, bottom: int, joined: int
) -> None:
    """The bars of quotes from `top` to `bottom`; the first `joined` begin at `joined_top`."""
    theme = side.styles.theme
    width = theme.px(_BAR)
    for number, bar in enumerate(place.bars):
        y = joined_top if number < joined else top
        color = theme.color(ALERTS[bar.alert].role if bar.alert else "border-strong")
        painter.fillRect(QRectF(side.across(theme.px(bar.indent), width), y, width, bottom - y), color)


def paint_titles(painter: QPainter, side: Side, place: Place, top: int) -> None:
    """The titles of alerts that begin with a leaf, one under another from `top` on."""
    theme, px = side.styles.theme, side.styles.theme.px
    for number, (indent, alert) in enumerate(place.titles):
        look = ALERTS[alert]
        color = theme.color(look.role)
        y = top + number * px(measures.ALERT_TITLE)
        icon = QRectF(side.across(px(indent), px(16)), y + px(4), px(16), px(16))
        theme.icons.paint(painter, icon, look.icon, color)
        words = QRectF(side.across(px(indent + 23), px(400)), y, px(400), px(24))
        painter.setFont(theme.font(14, 600))
        painter.setPen(color)
        direction = Qt.LayoutDirection.RightToLeft if side.mirrored else Qt.LayoutDirection.LeftToRight
        painter.drawText(words, text_flags(direction), _(look.word))


def paint_markers(painter: QPainter, side: Side, place: Place, baseline: float) -> None:
    """The markers of list items, on the baseline of the item's first line."""
    px = side.styles.theme.px
    middle = baseline - px(4 if place.tone in (Tone.NOTE, Tone.REASONING) else 5)
    for indent, marker in place.markers:
        x = px(indent)
        if marker.bullet is Bullet.NUMBER:
            _paint_number(painter, side, place, marker, x, baseline)
        elif marker.bullet in (Bullet.CHECKED, Bullet.UNCHECKED):
            _paint_box(painter, side, side.across(x - px(21), px(16)), middle - px(8), marker)
        else:
            _paint_bullet(painter, side, QPointF(side.across(x - px(11), 0), middle), marker.bullet)


def _paint_number(painter: QPainter, side: Side, place: Place, marker: Marker, x: int, baseline: float) -> None:
    theme, px = side.styles.theme, side.styles.theme.px
    painter.save()
    painter.setFont(theme.tabular(side.styles.font(place.tone)))
    painter.setPen(theme.color("accent-text" if marker.link else "text-secondary"))
    width = px(80)
    align = Qt.AlignmentFlag.AlignLeft if side.mirrored else Qt.AlignmentFlag.AlignRight
    metrics = painter.fontMetrics()
    box = QRectF(side.across(x - px(6) - width, width), baseline - metrics.ascent(), width, metrics.height())
    # The mark after the number follows the text's direction, not the program's.
    painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft if side.mirrored else Qt.LayoutDirection.LeftToRight)
    painter.drawText(box, align | Qt.AlignmentFlag.AlignAbsolute, marker.text)
    painter.restore()


def _paint_bullet(painter: QPainter, side: Side, centre: QPointF, bullet: Bullet) -> None:
    color, px = side.styles.theme.color("text-secondary"), side.styles.theme.px
    if bullet is Bullet.DISC:
        paint_dot(painter, centre, px(5), color)
    elif bullet is Bullet.SQUARE:
        painter.fillRect(QRectF(centre.x() - px(2), centre.y() - px(2), px(4), px(4)), color)
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, px(1)))
        painter.drawEllipse(centre, px(5) / 2, px(5) / 2)


def _paint_box(painter: QPainter, side: Side, x: float, y: float, marker: Marker) -> None:
    theme, px = side.styles.theme, side.styles.theme.px
    box = QRectF(x, y, px(16), px(16))
    if marker.bullet is Bullet.CHECKED:
        paint_box(painter, box, px(4), theme.color("accent"))
        inside = box.adjusted(px(3), px(3), -px(3), -px(3))
        theme.icons.paint(painter, inside, "check-bold", theme.color("on-accent"))
    else:
        paint_box(painter, box, px(4), None, theme.color("control"), px(1))
