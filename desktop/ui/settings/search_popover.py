"""A field and below it the list of what it finds, to choose one from."""

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.field import SearchField
from desktop.ui.widgets.popover import Popover
from desktop.ui.widgets.row_list import RowList

_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
_HEIGHT = 360


class SearchPopover(Popover):
    """The keyboard stays in the field; arrows and Enter go to the list. Subclasses give the list its model."""

    def __init__(self, theme: Theme, hint: str, name: str, width: int, parent: QWidget | None) -> None:
        """`hint` stands in the empty field, `name` is the list's, `width` is in design pixels."""
        super().__init__(theme, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._width = width
        self.search = SearchField(theme, hint, hint, parent=self)
        self.search.textChanged.connect(self.filter)
        self.list = RowList(theme, name, self, ground="surface-raised", inset=6, foot=6)
        self.list.chosen.connect(self.choose)
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(2), px(8), px(2), px(2))
        column.setSpacing(px(4))
        head = QHBoxLayout()
        head.setContentsMargins(px(6), 0, px(6), 0)
        head.addWidget(self.search)
        column.addLayout(head)
        column.addWidget(self.list)

    def filter(self, query: str) -> None:
        """Show what a query finds."""
        raise NotImplementedError

    def choose(self, index: QModelIndex) -> None:
        """Take a row, if it is one that can be, and close."""
        raise NotImplementedError

    def open_at(self, anchor: QWidget) -> None:
        """Open below a widget, with the keyboard in the search field."""
        self.show_below(anchor)
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(self._width), self.theme.px(_HEIGHT))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES:
            self.list.keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose(self.list.currentIndex())
        else:
            super().keyPressEvent(event)
