"""The strips above the text in the composer: a message that waits, and why nothing can be sent."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.labels import ElidedLabel, text_label

HEIGHT = 44


class Strip(QWidget):
    """44 px with an icon at the left and a hairline below; what it says and offers stands in `row`."""

    def __init__(self, theme: Theme, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        px = theme.px
        self.setFixedHeight(px(HEIGHT) + 1)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(px(40), 0, px(7), 1)
        self.row.setSpacing(px(4))
        self.hide()
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        x = px(16) if self.isLeftToRight() else self.width() - px(32)
        icon = QRectF(x, (self.height() - 1 - px(16)) / 2, px(16), px(16))
        theme.icons.paint(painter, icon, self._icon, theme.color("text-secondary"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("border"))


class WaitingStrip(Strip):
    """A message that is sent when the running reply ends, or (`held`) when Enter is pressed."""

    edit_requested = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "hourglass-medium", parent)
        self._text = ElidedLabel(theme, "", size=13)
        self._hint = text_label(theme, _("Enter sends it"), 12, role="text-muted")
        edit = IconButton(theme, "pencil-simple", _("Edit the waiting message"), size=28)
        edit.clicked.connect(self.edit_requested)
        remove = IconButton(theme, "x", _("Remove the waiting message"), size=28)
        remove.clicked.connect(self.removed)
        self.row.addWidget(text_label(theme, _("Next:"), 13, role="text-muted"))
        self.row.addWidget(self._text, 1)
        self.row.addWidget(self._hint)
        self.row.addSpacing(theme.px(4))
        self.row.addWidget(edit)
        self.row.addWidget(remove)
        self.controls = (edit, remove)

    def show_text(self, text: str, *, held: bool) -> None:
        """Show the message, as one line; without one the strip goes away."""
        line = " ".join(text[:1_000].split())
        self._text.setText(line)
        self._text.setAccessibleName(_("Waiting message: {text}").format(text=line))
        self._hint.setVisible(held)
        self.setVisible(bool(text))


class BlockedStrip(Strip):
    """Why nothing can be sent, with the one thing that helps."""

    chosen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "info", parent)
        self._text = ElidedLabel(theme, "", size=13)
        self._button = Button(theme, "", small=True)
        self._button.clicked.connect(self.chosen)
        self.row.addWidget(self._text, 1)
        self.row.addWidget(self._button)
        self.controls = (self._button,)

    def set_text(self, text: str, action: str) -> None:
        """Say something else; `action` is the words of the button."""
        self._text.setText(text)
        self._button.setText(action)
        self._button.updateGeometry()
