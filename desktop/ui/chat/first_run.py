"""The page of a newcomer: bring a key, use a local model, or take the tour."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.services.catalogue import Catalogue
from desktop.settings.secrets import KeyStorage
from desktop.ui.chat.cards import KeyCard, LocalCard, TourCard
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.labels import text_label

WIDTH = 752
STACK_BELOW = 3 * 206 + 4 * 16
"""Width in design pixels under which three cards no longer fit beside one another."""

WHERE_KEYS_ARE = {
    KeyStorage.KEYCHAIN: N_("Keys are kept in your system keychain. Chats are kept on this computer."),
    KeyStorage.LOCKED: N_("Keys are kept in your system keychain. Chats are kept on this computer."),
    KeyStorage.SESSION: N_("Keys are kept until Tuppence quits. Chats are kept on this computer."),
    KeyStorage.PASSPHRASE_FILE: N_("Keys are kept in a file under your passphrase. Chats are kept on this computer."),
    KeyStorage.FILE_LOCKED: N_("Keys are kept in a file under your passphrase. Chats are kept on this computer."),
    KeyStorage.UNAVAILABLE: N_("No keychain was found: you choose where keys go. Chats are kept on this computer."),
}


class FirstRun(QScrollArea):
    """Three cards in a column of 752 between the header and the suggestions; scrolls when there is too little room."""

    settings_requested = Signal(str)  # provider id, or "" for any
    local_model_chosen = Signal(object)  # ModelRef
    tour_requested = Signal()

    def __init__(self, theme: Theme, catalogue: Catalogue, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._catalogue = catalogue
        px = theme.px
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)

        keys = KeyCard(theme)
        keys.chosen.connect(self.settings_requested)
        local = LocalCard(theme, catalogue, tasks)
        local.used.connect(self.local_model_chosen)
        tour = TourCard(theme)
        tour.chosen.connect(self.tour_requested)
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(px(16))
        for card in (keys, local, tour):
            self._cards.addWidget(card, 1)
        self._note = text_label(theme, "", 13, role="text-muted", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setWidget(self._column())
        self._first = keys.paste
        self.refresh()

    def _column(self) -> QWidget:
        theme, px = self._theme, self._theme.px
        title = text_label(theme, _("Bring a key, or start without one"), 26, 600, wrap=True)
        title.setFont(theme.font(26, 600, tracking=-0.3))
        line = text_label(
            theme,
            _("You pay providers directly for what you use. Tuppence adds no fee."),
            15,
            role="text-secondary",
            wrap=True,
        )
        for label, height in ((title, 32), (line, 24)):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setMinimumHeight(px(height))
        note = QHBoxLayout()
        note.setSpacing(px(6))
        note.addStretch(1)
        note.addWidget(Picture(theme, "lock-key", 16, "text-muted"))
        note.addWidget(self._note)
        note.addStretch(1)

        inner = QWidget()
        inner.setMaximumWidth(px(WIDTH))
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, px(16), 0, px(16))
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(Picture(theme, "app-mark", 48, "accent"), alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(px(14))
        column.addWidget(title)
        column.addSpacing(px(6))
        column.addWidget(line)
        column.addSpacing(px(28))
        column.addLayout(self._cards)
        column.addSpacing(px(20))
        column.addLayout(note)
        column.addSpacing(px(28))  # the eye's centre is a little above the middle
        column.addStretch(1)
        outer = QWidget()
        margins = QHBoxLayout(outer)
        margins.setContentsMargins(px(16), 0, px(16), 0)
        margins.addWidget(inner)
        return outer

    def refresh(self) -> None:
        """Say anew where keys are kept."""
        self._note.setText(_(WHERE_KEYS_ARE[self._catalogue.key_storage()]))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._first.setFocus(event.reason())  # a focus proxy would make Tab go past the children

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = self.width() < self._theme.px(STACK_BELOW)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if direction != self._cards.direction():
            self._cards.setDirection(direction)
        # Qt gives a text that may wrap about the width of a book's column; this one has a line to itself.
        room = self.width() - self._theme.px(2 * 16 + 16 + 6)
        self._note.setMinimumWidth(min(self._note.fontMetrics().horizontalAdvance(self._note.text()) + 1, room))
        super().resizeEvent(event)


class Picture(QWidget):
    """An icon that is only looked at."""

    def __init__(self, theme: Theme, icon: str, size: int, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._role = role
        self.setFixedSize(theme.px(size), theme.px(size))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._theme.icons.paint(QPainter(self), QRectF(self.rect()), self._icon, self._theme.color(self._role))
