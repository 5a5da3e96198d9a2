"""The strip at the foot of the sidebar: what today has cost, the way to what it was, and the way to the settings."""

from decimal import Decimal

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from desktop.domain.figures import money_against, money_total, tokens
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.budget_bar import bar_role, paint_budget_bar, share_of
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.focus import KeyboardFocus
from desktop.ui.widgets.keys import key_text
from desktop.ui.widgets.paint import paint_box, text_flags

INSET = 10
END = Qt.AlignmentFlag.AlignRight


class SpentToday(KeyboardFocus, QAbstractButton):
    """A word, a sum and a bar, whose track stays empty without a cap to measure against."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._spent = Decimal(0)
        self._cap: Decimal | None = None
        self._sum = ""
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)
        self.show_spent(Decimal(0), 0)

    def show_spent(self, cost: Decimal, token_count: int, cap: Decimal | None = None) -> None:
        """Show US dollars and tokens since midnight, and the cap on a day."""
        self._spent, self._cap = cost, cap
        self._sum = money_total(cost) if cap is None else money_against(cost, cap)
        self.setToolTip(_("{tokens} tokens today").format(tokens=tokens(token_count)))
        spent = _("Today: {sum} spent. Open usage")
        capped = _("Today: {sum} of {cap} spent. Open usage")
        self.setAccessibleName(
            spent.format(sum=self._sum) if cap is None else capped.format(sum=self._sum, cap=money_total(cap))
        )
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self.theme, self.theme.px
        direction = self.layoutDirection()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isDown() or self.underMouse():
            paint_box(painter, QRectF(self.rect()), px(8), theme.color("pressed" if self.isDown() else "hover"))
        line = QRect(px(INSET), px(9), self.width() - 2 * px(INSET), px(18))
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text-muted"))
        painter.drawText(line, text_flags(direction), _("Today"))
        sums = QRect(line)
        if self._cap is not None:
            painter.setFont(theme.tabular(theme.font(12)))
            cap = _(" of {cap}").format(cap=money_total(self._cap))
            painter.drawText(line, text_flags(direction, END), cap)
            wide = QFontMetrics(painter.font()).horizontalAdvance(cap)
            sums.adjust(*((0, 0, -wide, 0) if self.isLeftToRight() else (wide, 0, 0, 0)))
        painter.setFont(theme.tabular(theme.font(12, 600)))
        painter.setPen(theme.color("text"))
        painter.drawText(sums, text_flags(direction, END), self._sum)
        share = Decimal(0) if self._cap is None else share_of(self._spent, self._cap)
        track = QRectF(line.left(), px(32), line.width(), px(4))
        paint_budget_bar(painter, theme, track, share, direction, bar_role(share))


class TodayStrip(QWidget):
    """56 high: the day's spending and the gear."""

    usage_requested = Signal()
    settings_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        px = theme.px
        self._theme = theme
        self._is_open = False
        self.spent = SpentToday(theme, self)
        self.spent.setFixedHeight(px(44))
        self.spent.clicked.connect(self.usage_requested)
        self.settings = IconButton(theme, "gear-six", _("Settings"), shortcut_hint=key_text("Ctrl+,"))
        self.settings.clicked.connect(self.settings_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(px(8), 0, px(12), 0)
        layout.setSpacing(px(2))
        layout.addWidget(self.spent, 1)
        layout.addWidget(self.settings)
        self.setFixedHeight(px(56))

    def set_open(self, is_open: bool) -> None:
        """Whether the usage page is on the screen."""
        self._is_open = is_open
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_open:
            QPainter(self).fillRect(self.rect(), self._theme.color("selected"))
