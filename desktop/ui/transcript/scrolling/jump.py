"""The way back to the end, with the number of replies that have come meanwhile."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.paint import paint_box

_ARROW = "caret-down-bold"
_SIDE = 32
_ICON = 16


class JumpToLatest(IconButton):
    """A circle with an arrow; with new replies a pill with their number behind it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(
            theme, "caret-down-bold", _("Jump to latest"), shortcut_hint="Ctrl+End", edge=True, parent=parent
        )
        self._count = 0
        self.resize(self.sizeHint())

    def set_count(self, count: int) -> None:
        """How many replies are new."""
        if count == self._count:
            return
        self._count = count
        name = _("Jump to latest")
        if count:
            name = ngettext("Jump to latest, {n} new", "Jump to latest, {n} new", count).format(n=count)
        self.set_name(name)
        self.resize(self.sizeHint())
        self.update()

    def ring_radius(self) -> int:
        return _SIDE // 2

    def sizeHint(self) -> QSize:
        side = self.theme.px(_SIDE)
        more = round(self._number_width()) + self.theme.px(8) if self._count else 0
        return QSize(side + more, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, px = QPainter(self), self.theme, self.theme.px
        fill = theme.color("surface-raised")
        paint_box(painter, QRectF(self.rect()), px(_SIDE) / 2, fill, theme.color("border-strong"))
        if role := self.state_role(None, "hover", "pressed"):
            paint_box(painter, QRectF(self.rect()), px(_SIDE) / 2, theme.color(role), theme.color("border-strong"))
        side, inset = px(_ICON), (px(_SIDE) - px(_ICON)) / 2
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = self.width() - inset - side if mirrored else inset
        theme.icons.paint(painter, QRectF(x, inset, side, side), _ARROW, theme.color("text-secondary"))
        if self._count:
            painter.setFont(self._font())
            painter.setPen(theme.color("text"))
            left = inset if mirrored else inset + side + px(4)
            room = QRectF(left, 0, self._number_width() + 1, self.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._number())

    def _number(self) -> str:
        return self.locale().toString(self._count)

    def _number_width(self) -> float:
        return QFontMetricsF(self._font()).horizontalAdvance(self._number())

    def _font(self) -> QFont:
        return self.theme.tabular(self.theme.font(13, 600))
