"""What the sidebar says where a list would be empty."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.labels import text_label


class EmptyState(QWidget):
    """A title and a quiet line in the middle of the page."""

    def __init__(self, theme: Theme, title: str = "", line: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        px = theme.px
        self._title = text_label(theme, title, 14, 500, "text-secondary", wrap=True)
        self._line = text_label(theme, line, 13, 400, "text-muted", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(44), 0, px(44), px(56))
        layout.setSpacing(px(4))
        layout.addStretch(1)
        for label in (self._title, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addStretch(1)
        self._line.setVisible(bool(line))

    def set_title(self, title: str) -> None:
        self._title.setText(title)
