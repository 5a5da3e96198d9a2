"""What of the sidebar is on the screen before there is anything to list: the search field, the strip, their places."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.sidebar.today import TodayStrip
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.field import SearchField
from desktop.ui.widgets.keys import key_text


class SidebarFrame(QWidget):
    """`field`, `new_chat`, `pages` (empty at first) and `strip`, for `Sidebar` to bring to life.

    It needs none of the services, so it can be shown while they are still being imported.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        px = theme.px
        self.field = SearchField(theme, _("Search chats"), _("Search chats"))
        self.new_chat = IconButton(
            theme, "note-pencil", _("New chat"), shortcut_hint=key_text("Ctrl+N"), role="accent-text", edge=True
        )
        self.pages = QStackedWidget()
        self.strip = TodayStrip(theme)
        top = QHBoxLayout()
        top.setContentsMargins(px(12), px(10), px(12), px(10))
        top.setSpacing(px(8))
        top.addWidget(self.field, 1)
        top.addWidget(self.new_chat)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.strip)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("sidebar"))
        line = self._theme.color("border")
        right = self.isLeftToRight()
        painter.fillRect(self.width() - 1 if right else 0, 0, 1, self.height(), line)
        painter.fillRect(0, self.strip.y(), self.width(), 1, line)
