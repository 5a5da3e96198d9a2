"""Menus: rounded, with icons, and shortcuts as quiet text."""

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.keys import key_text
from desktop.ui.widgets.paint import paint_box
from desktop.ui.widgets.popover import RADIUS, cut_corners


class Menu(QMenu):
    """A menu that draws its own items; the style sheet gives their measures."""

    def __init__(self, theme: Theme, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.theme = theme
        self._icons: dict[QAction, str] = {}
        self._danger: set[QAction] = set()
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setFont(theme.font(14))
        self.setMinimumWidth(theme.px(200))
        self.setAccessibleName(title)

    def add(
        self,
        icon: str | None,
        text: str,
        slot: Callable[[], object],
        shortcut: str = "",
        *,
        danger: bool = False,
    ) -> QAction:
        """Add an item. `shortcut` ("Ctrl Shift P") is shown only; the action that it triggers is made elsewhere."""
        # The tab makes room for the shortcut at the end of the line.
        action = self.addAction(f"{text}\t{shortcut}" if shortcut else text)
        action.triggered.connect(lambda: slot())
        if icon:
            self._icons[action] = icon
        if danger:
            self._danger.add(action)
        return action

    def add_menu(self, icon: str | None, menu: "Menu") -> QAction:
        """Add a menu under its title."""
        action = self.addMenu(menu)
        if icon:
            self._icons[action] = icon
        return action

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        cut_corners(self, self.theme.px(RADIUS))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = self.theme.color
        radius = self.theme.px(RADIUS)
        paint_box(painter, QRectF(self.rect()), radius, color("surface-raised"), color("border-strong"))
        for action in self.actions():
            rect = self.actionGeometry(action)
            if not action.isVisible() or not event.rect().intersects(rect):
                continue
            if action.isSeparator():
                y = rect.center().y()
                inset = self.theme.px(10)
                painter.fillRect(QRect(rect.left() + inset, y, rect.width() - 2 * inset, 1), color("border"))
            else:
                self._paint_item(painter, action, rect)

    def _paint_item(self, painter: QPainter, action: QAction, rect: QRect) -> None:
        theme, px = self.theme, self.theme.px
        enabled = action.isEnabled()
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        if action is self.activeAction() and enabled:
            paint_box(painter, QRectF(rect), px(6), theme.color("selected"))
        role = "danger" if action in self._danger else "text"
        quiet = "danger" if action in self._danger else "text-secondary"

        def box(x: float, side: float) -> QRectF:
            """A square whose centre is `x` from the leading edge."""
            centre = rect.right() + 1 - x if mirrored else rect.left() + x
            return QRectF(centre - side / 2, rect.top() + (rect.height() - side) / 2, side, side)

        if icon := self._icons.get(action):
            theme.icons.paint(painter, box(px(18), px(16)), icon, theme.color(quiet if enabled else "text-disabled"))
        elif action.isChecked():
            theme.icons.paint(painter, box(px(18), px(16)), "check", theme.color("accent-text"))
        if action.menu() is not None:
            centre = box(rect.width() - px(15), px(10))
            theme.icons.paint(painter, centre, "caret-right-bold", theme.color("text-secondary"))
        words = QRectF(rect)
        words.adjust(*((px(12), 0, -px(36), 0) if mirrored else (px(36), 0, -px(12), 0)))
        # Qt itself turns left and right round where reading goes left.
        across = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
        painter.setFont(theme.font(14))
        painter.setPen(theme.color(role if enabled else "text-disabled"))
        text, _, shortcut = action.text().partition("\t")
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | across, text)
        if shortcut := shortcut or key_text(action.shortcut().toString()):
            painter.setFont(theme.font(12))
            painter.setPen(theme.color("text-muted" if enabled else "text-disabled"))
            painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shortcut)
