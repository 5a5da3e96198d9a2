"""What of the chat page is on the screen before any chat: header and composer, ready for typing."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.chat.composer import Composer
from desktop.ui.chat.header import Header
from desktop.ui.theme.theme import Theme

MARGIN = 16


class PageFrame(QWidget):
    """`header`, `stack` (empty at first), `above` (between stack and composer) and `composer`, for `ChatPage`.

    It needs none of the services, so it can be shown while they are still being imported; what is typed stays.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        px = theme.px
        self.header = Header(theme)
        self.header.set_title(_("New chat"), can_rename=False)
        self.stack = QStackedWidget()
        self.composer = Composer(theme)
        self.composer.set_placeholder(_("Write your first message"))
        self.above = QVBoxLayout()
        foot = QVBoxLayout()
        foot.setContentsMargins(px(MARGIN), 0, px(MARGIN), px(MARGIN))
        foot.setSpacing(0)
        foot.addLayout(self.above)
        row = QHBoxLayout()
        row.addWidget(self.composer)
        foot.addLayout(row)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(self.header)
        self.column.addWidget(self.stack, 1)
        self.column.addLayout(foot)
        theme.changed.connect(self.update)

    def focus(self) -> None:
        """Let the composer have the keys."""
        self.composer.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), self._theme.color("surface"))
