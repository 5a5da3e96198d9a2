"""The strip at the foot of the sidebar: what today has cost, and the way to the settings."""

from decimal import Decimal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.figures import money_total, tokens
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.keys import key_text
from desktop.ui.widgets.paint import text_flags


class SpentToday(QWidget):
    """A word, a sum and a plain track: there is no cap to measure it against."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sum = ""
        theme.changed.connect(self.update)
        self.show_spent(Decimal(0), 0)

    def show_spent(self, cost: Decimal, token_count: int) -> None:
        """Show US dollars and tokens since midnight."""
        self._sum = money_total(cost)
        self.setToolTip(_("{tokens} tokens today").format(tokens=tokens(token_count)))
        self.setAccessibleName(_("Spent today: {sum}").format(sum=self._sum))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.rect()
        line.setHeight(px(18))
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text-muted"))
        painter.drawText(line, text_flags(self.layoutDirection()), _("Today"))
        painter.setFont(theme.tabular(theme.font(12, 600)))
        painter.setPen(theme.color("text"))
        painter.drawText(line, text_flags(self.layoutDirection(), Qt.AlignmentFlag.AlignRight), self._sum)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("track"))
        painter.drawRoundedRect(QRectF(0, px(23), self.width(), px(4)), px(2), px(2))


class TodayStrip(QWidget):
    """56 high: the day's spending and the gear."""

    settings_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        px = theme.px
        self.spent = SpentToday(theme, self)
        self.spent.setFixedHeight(px(28))
        self.settings = IconButton(theme, "gear-six", _("Settings"), shortcut_hint=key_text("Ctrl+,"))
        self.settings.clicked.connect(self.settings_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(px(18), 0, px(12), 0)
        layout.setSpacing(px(12))
        layout.addWidget(self.spent, 1)
        layout.addWidget(self.settings)
        self.setFixedHeight(px(56))
