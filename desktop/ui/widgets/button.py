"""Buttons with text, buttons with an icon, and chips."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimerEvent
from PySide6.QtGui import QColor, QEnterEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolTip, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.focus import KeyboardFocus
from desktop.ui.widgets.paint import paint_box, paint_dot

TOOLTIP_DELAY_MS = 600


@dataclass(frozen=True, slots=True)
class _Look:
    """Colour roles of a kind of button; None is nothing drawn."""

    fill: str | None
    hover: str | None
    pressed: str | None
    edge: str | None
    text: str
    disabled_fill: str | None = None
    disabled_edge: str | None = None


_LOOKS = {
    "primary": _Look("accent", "accent-hover", "accent-pressed", None, "on-accent", disabled_fill="hover"),
    "secondary": _Look("surface-raised", "hover", "pressed", "border-strong", "text", disabled_edge="border"),
    "ghost": _Look(None, "hover", "pressed", None, "text-secondary"),
    "success": _Look(None, "hover", "pressed", None, "success"),  # a ghost that has just done it
    "danger": _Look("surface-raised", "hover", "pressed", "danger-border", "danger", disabled_edge="border"),
    "danger-fill": _Look("danger", "danger", "danger", None, "on-accent", disabled_fill="hover"),
    "link": _Look(None, None, None, None, "accent-text"),
}


class _Painted(KeyboardFocus, QPushButton):
    """What the buttons share: own painting and measures, Enter as well as Space, a tooltip after 600 ms."""

    def __init__(self, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._tooltip_timer = 0
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def tooltip_html(self) -> str:
        """What the tooltip shows; the plain tool tip unless a subclass has more to say."""
        return self.toolTip()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            return True  # the style's own delay is 700 ms and cannot be set; enterEvent counts instead
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._stop_tooltip()
        if self.toolTip():
            self._tooltip_timer = self.startTimer(TOOLTIP_DELAY_MS)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._stop_tooltip()

    def timerEvent(self, event: QTimerEvent) -> None:
        if event.timerId() != self._tooltip_timer:
            super().timerEvent(event)
            return
        self._stop_tooltip()
        if self.underMouse() and not self.isDown():
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), self.tooltip_html(), self)

    def _stop_tooltip(self) -> None:
        if self._tooltip_timer:
            self.killTimer(self._tooltip_timer)
            self._tooltip_timer = 0

    def state_role(self, default: str | None, hover: str | None, pressed: str | None) -> str | None:
        """Which of three roles fits the state of the pointer."""
        if self.isDown():
            return pressed
        return hover if self.underMouse() and self.isEnabled() else default

    def color(self, role: str | None) -> QColor | None:
        return self.theme.color(role) if role else None


class Button(_Painted):
    """A button with a text and perhaps an icon.

    `kind`: "primary" (one in a view), "secondary", "ghost", "danger", "danger-fill" (in dialogs only) or "link".
    A link shows its icon after the text. `small` is 28 px high instead of 32.
    """

    def __init__(
        self,
        theme: Theme,
        text: str,
        *,
        kind: str = "secondary",
        icon: str | None = None,
        small: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._look = _LOOKS[kind]
        self._link = kind == "link"
        self._icon_name = icon
        self._small = small
        self.setFont(theme.font(13 if small or self._link else 14, 500))
        self.setText(text)
        if self._link:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_icon(self, name: str | None) -> None:
        """Show another icon, or none."""
        self._icon_name = name
        self.updateGeometry()
        self.update()

    def set_kind(self, kind: str) -> None:
        """Look like another kind of button (but not change to or from a link)."""
        self._look = _LOOKS[kind]
        self.update()

    def ring_radius(self) -> int:
        return 6 if self._small or self._link else 8

    def sizeHint(self) -> QSize:
        px = self.theme.px
        padding = 0 if self._link else px(11 if self._small else 13)
        width = QFontMetricsF(self.font()).horizontalAdvance(self._shown_text()) + 2 * padding
        width += self._icon_room()
        height = px(20) if self._link else px(28 if self._small else 32)
        return QSize(round(width + 0.49), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, look = self.theme, self._look
        if self.isEnabled():
            fill, edge, text = self.state_role(look.fill, look.hover, look.pressed), look.edge, look.text
            icon = "text-secondary" if text == "text" else text
        else:
            fill, edge, text, icon = look.disabled_fill, look.disabled_edge, "text-disabled", "text-disabled"
        if fill or edge:
            radius = theme.px(6 if self._small else 8)
            paint_box(painter, QRectF(self.rect()), radius, self._fill_color(fill), self.color(edge))
        self._paint_content(painter, theme.color(text), theme.color(icon))

    def _fill_color(self, role: str | None) -> QColor | None:
        color = self.color(role)
        if color is None or role != "danger":
            return color
        # The danger fill has no roles of its own for hover and pressed.
        share = 0.2 if self.isDown() else 0.1 if self.underMouse() else 0
        return self.theme.mix(self.theme.color("text"), share, color)

    def _paint_content(self, painter: QPainter, text_color: QColor, icon_color: QColor) -> None:
        room, side = self._icon_room(), self._icon_side()
        metrics = QFontMetricsF(self.font())
        text = metrics.elidedText(self._shown_text(), Qt.TextElideMode.ElideMiddle, self.width() - room)
        width = metrics.horizontalAdvance(text)
        left = (self.width() - width - room) / 2
        icon_first = self._link == (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        if self._icon_name:
            x = left if icon_first else left + width + room - side
            rect = QRectF(x, (self.height() - side) / 2, side, side)
            self.theme.icons.paint(painter, rect, self._icon_name, icon_color)
        x = left + room if icon_first else left
        painter.setFont(self.font())
        painter.setPen(text_color)
        painter.drawText(QRectF(x, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        if self._link and self.underMouse():
            y = round((self.height() + QFontMetricsF(self.font()).ascent()) / 2) + 0.5
            painter.drawLine(QPointF(x, y), QPointF(x + width, y))

    def _icon_side(self) -> int:
        return self.theme.px(14 if self._small or self._link else 16)

    def _icon_room(self) -> int:
        """The icon and the gap between it and the text."""
        return self._icon_side() + self.theme.px(4 if self._link else 6) if self._icon_name else 0

    def _shown_text(self) -> str:
        return self.text().replace("&&", "&")


class IconButton(_Painted):
    """A square button with an icon. `name` is what it does: accessible name and tooltip.

    `size` 32 has an icon of 18, smaller ones 16. Checkable ones show `accent-soft` while on. `edge` draws it like a
    secondary button.
    """

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        *,
        shortcut_hint: str = "",
        size: int = 32,
        role: str = "text-secondary",
        edge: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._icon_name = icon
        self._role = role
        self._side = size
        self._edge = edge
        self._hint = shortcut_hint
        self.set_name(name)

    def set_icon(self, icon: str) -> None:
        self._icon_name = icon
        self.update()

    def set_role(self, role: str) -> None:
        """Draw the icon in another colour."""
        self._role = role
        self.update()

    def set_name(self, name: str) -> None:
        self.setAccessibleName(name)
        self.setToolTip(name)

    def tooltip_html(self) -> str:
        if not self._hint:
            return self.toolTip()
        # On the inverted ground the quiet text of the theme would be too dark.
        muted = self.theme.mix(self.theme.color("surface"), 0.7, self.theme.color("text")).name()
        from html import escape  # with its table of 2,000 names not on the way to the first window

        name, hint = escape(self.toolTip()), escape(self._hint)
        return f"<div style='white-space: nowrap'>{name}&nbsp;&nbsp;<span style='color: {muted}'>{hint}</span></div>"

    def ring_radius(self) -> int:
        return 8 if self._side >= 32 else 6

    def sizeHint(self) -> QSize:
        side = self.theme.px(self._side)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.theme
        on = self.isChecked()
        fill = self.state_role("accent-soft" if on else "surface-raised" if self._edge else None, "hover", "pressed")
        if on and not self.isDown():
            fill = "accent-soft"
        role = "accent-text" if on else self._role
        edge = "border-strong" if self._edge else None
        if not self.isEnabled():
            fill, role, edge = None, "text-disabled", "border" if self._edge else None
        if fill or edge:
            paint_box(painter, QRectF(self.rect()), theme.px(self.ring_radius()), self.color(fill), self.color(edge))
        side = theme.px(18 if self._side >= 32 else 16)
        icon = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        theme.icons.paint(painter, icon, self._icon_name, theme.color(role))


class Chip(_Painted):
    """A small box with a text, a coloured dot or an icon before it, a caret after it; at most 220 px, then elided.

    Checkable ones are filters. While `set_open(True)` it is drawn as the owner of an open popover, after
    `set_dashed(True)` as one with nothing chosen. `pill` is a suggestion, 32 px high.
    """

    def __init__(
        self,
        theme: Theme,
        text: str,
        *,
        dot: QColor | None = None,
        icon: str | None = None,
        caret: bool = False,
        pill: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._dot = dot
        self._icon_name = icon
        self._caret = caret
        self._pill = pill
        self._dashed = False
        self._shown_open = False
        self.setFont(theme.font(13, 400 if pill else 500))
        self.setText(text)

    def set_dot(self, color: QColor | None) -> None:
        self._dot = color
        self.updateGeometry()
        self.update()

    def set_dashed(self, dashed: bool) -> None:
        self._dashed = dashed
        self.update()

    def set_open(self, is_open: bool) -> None:
        self._shown_open = is_open
        self.update()

    def ring_radius(self) -> int:
        return 16 if self._pill else 8

    def sizeHint(self) -> QSize:
        px = self.theme.px
        width = QFontMetricsF(self.font()).horizontalAdvance(self.text()) + self._before() + self._after()
        limit = px(400 if self._pill else 220)
        return QSize(min(round(width + 0.49), limit), px(32 if self._pill else 28))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), self.theme.px(64)), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self.theme, self.theme.px
        enabled = self.isEnabled()
        resting = None if self._pill or not enabled else "surface-raised"
        fill = "selected" if self._shown_open else self.state_role(resting, "hover", "pressed")
        text = "text" if not (self._dashed or self._pill) else "text-secondary"
        edge = "border-strong" if enabled else "border"
        if self.isChecked():
            fill, edge, text = "accent-soft", "accent-border", "accent-text"
        color = theme.color(text if enabled else "text-disabled")
        style = Qt.PenStyle.DashLine if self._dashed else Qt.PenStyle.SolidLine
        radius = self.height() / 2 if self._pill else px(8)
        paint_box(painter, QRectF(self.rect()), radius, self.color(fill), theme.color(edge), style=style)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            before, after = self._after(), self._before()
        else:
            before, after = self._before(), self._after()
        middle = self.height() / 2
        if self._dot is not None:
            x = px(9) + px(8) / 2
            paint_dot(painter, QPointF(self._across(x), middle), px(8), self._dot)
        elif self._icon_name:
            side = px(16)
            centre = self._across(px(9) + side / 2)
            box = QRectF(centre - side / 2, middle - side / 2, side, side)
            quiet = text == "text" and enabled
            icon_color = theme.color("text-secondary") if quiet else color
            theme.icons.paint(painter, box, self._icon_name, icon_color)
        if self._caret:
            side = px(10)
            centre = self._across(self.width() - px(9) - side / 2)
            caret = QRectF(centre - side / 2, middle - side / 2, side, side)
            role = "text-secondary" if enabled else "text-disabled"
            theme.icons.paint(painter, caret, "caret-down-bold", theme.color(role))
        space = self.width() - before - after
        shown = QFontMetricsF(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, space + 1)
        painter.setFont(self.font())
        painter.setPen(color)
        painter.drawText(QRectF(before, 0, space + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)

    def _before(self) -> int:
        px = self.theme.px
        if self._pill:
            return px(15)
        if self._icon_name:
            return px(9) + px(16) + px(6)
        return px(9) + px(8) + px(6) if self._dot is not None else px(10)

    def _after(self) -> int:
        px = self.theme.px
        if self._pill:
            return px(15)
        return px(6) + px(10) + px(9) if self._caret else px(10)

    def _across(self, x: float) -> float:
        return self.width() - x if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else x
