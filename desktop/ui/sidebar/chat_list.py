"""The list of conversations: keys, menu, renaming in place, and the turning rings."""

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHideEvent, QKeyEvent, QKeySequence, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop.domain.conversation import Summary
from desktop.i18n import gettext as _
from desktop.ui.sidebar.delegate import ChatRowDelegate
from desktop.ui.sidebar.model import ChatListModel
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.keys import key_text
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.ring import FRAME_MS
from desktop.ui.widgets.row_list import RowList

RENAME, PIN = "F2", "Ctrl+Shift+P"
TRASH = "Ctrl+Backspace" if sys.platform == "darwin" else "Del"


class ChatList(RowList):
    """Says by signals, with conversation ids, what the user wants done."""

    opened = Signal(str)
    renamed = Signal(str, str)
    pin_toggled = Signal(str)
    trashed = Signal(str)

    def __init__(self, theme: Theme, model: ChatListModel, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Chats"), parent, ground="sidebar")
        self._chats = model
        self._delegate = ChatRowDelegate(theme, model, self.viewport())
        self._typed = ""
        self._typed_at = 0.0
        self._kept: tuple[str | None, str | None, int] = (None, None, 0)
        self._rings = QTimer(self, interval=FRAME_MS)
        self._rings.timeout.connect(self._turn_rings)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self._delegate.renamed.connect(self.renamed)
        self.chosen.connect(lambda index: self.opened.emit(model.id_at(index)))
        model.dataChanged.connect(self.sync_rings)
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)

    def rename(self, conversation_id: str) -> None:
        """Open the editor over the title."""
        index = self._chats.index_of(conversation_id)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)
            self.edit(index)

    def show_chat(self, conversation_id: str | None) -> None:
        """Bring a conversation into view and make it the one the keyboard starts from."""
        index = self._chats.index_of(conversation_id)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    # Staying in place when the whole list is read again

    def _keep(self) -> None:
        index = self._chats.index(max(0, self._row_at(self.verticalOffset())), 0)
        if self.verticalOffset() and self._chats.id_at(index) is None:
            index = index.siblingAtRow(index.row() + 1)
        top_id = self._chats.id_at(index) if self.verticalOffset() else None
        self._kept = self._chats.id_at(self.currentIndex()), top_id, self.visualRect(index).top()

    def _restore(self) -> None:
        current, top_id, top = self._kept
        if current:
            self.selectionModel().setCurrentIndex(
                self._chats.index_of(current), self.selectionModel().SelectionFlag.NoUpdate
            )
        if top_id:
            rect = self.visualRect(self._chats.index_of(top_id))
            if rect.isValid():
                self.verticalScrollBar().setValue(self.verticalOffset() + rect.top() - top)
        self.sync_rings()

    # Rings

    def sync_rings(self) -> None:
        """Turn the rings while there are some to be seen."""
        moving = bool(self._turning()) and self.isVisible() and not self._theme.reduced_motion
        if moving != self._rings.isActive():
            self._rings.start() if moving else self._rings.stop()

    def _turning(self) -> frozenset[str]:
        """All but the chat that is open: its reply can be seen to grow, and one thing that moves is enough."""
        return self._chats.running - {self._chats.open_id or ""}

    def _turn_rings(self) -> None:
        page = self.viewport().rect()
        for conversation_id in self._turning():
            row = self.visualRect(self._chats.index_of(conversation_id))
            if row.intersects(page):
                self.viewport().update(self._delegate.ring_rect(row))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.sync_rings()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._rings.stop()

    # Keyboard

    def event(self, event: QEvent) -> bool:
        # With the focus here, these keys mean the row under the keyboard and not the chat that is open.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._verb(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self._chats.id_at(self.currentIndex())
        verb = self._verb(event)
        if verb is not None and current is not None:
            verb(current)
            return
        super().keyPressEvent(event)

    def _verb(self, event: QKeyEvent) -> Callable[[str], None] | None:
        """What a key does to the current row."""
        keys = QKeySequence(event.keyCombination())
        if keys == QKeySequence(RENAME):
            return self.rename
        if keys == QKeySequence(PIN):
            return self.pin_toggled.emit
        return self.trashed.emit if keys == QKeySequence(TRASH) else None

    def keyboardSearch(self, search: str) -> None:
        """Type-ahead over titles, from the current row on."""
        now = time.monotonic()
        fresh = now - self._typed_at > QApplication.keyboardInputInterval() / 1000
        self._typed_at = now
        self._typed = search.casefold() if fresh else self._typed + search.casefold()
        count = self._chats.rowCount()
        start = max(0, self.currentIndex().row()) + (1 if fresh else 0)
        for step in range(count):
            at = (start + step) % count
            row = self._chats.row(at)
            if isinstance(row, Summary) and row.title.casefold().startswith(self._typed):
                self.setCurrentIndex(self._chats.index(at, 0))
                return

    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self._chats.index_of(self._chats.open_id))
        super().focusInEvent(event)

    # Pointer and menu

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self._menu_at(at)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self._show_menu(index, self._below_menu_button(index))
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._menu_at(event.position().toPoint()).isValid():
            super().mouseReleaseEvent(event)

    def _menu_at(self, point: QPoint) -> QModelIndex:
        index = self.indexAt(point)
        inside = self._chats.id_at(index) and self._delegate.menu_rect(self.visualRect(index)).contains(point)
        return index if inside else QModelIndex()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        if self._chats.id_at(index):
            self._show_menu(index, self._below_menu_button(index) if by_keyboard else event.globalPos())

    def _below_menu_button(self, index: QModelIndex) -> QPoint:
        return self.viewport().mapToGlobal(self._delegate.menu_rect(self.visualRect(index)).bottomLeft())

    def menu_for(self, conversation_id: str) -> Menu:
        """What can be done with one conversation."""
        chat = self._chats.summary(conversation_id)
        pinned = chat is not None and chat.pinned
        menu = Menu(self._theme, _("Chat"), self)
        menu.add("pencil-simple", _("Rename"), lambda: self.rename(conversation_id), key_text(RENAME))
        menu.add(
            "push-pin",
            _("Unpin") if pinned else _("Pin"),
            lambda: self.pin_toggled.emit(conversation_id),
            key_text(PIN),
        )
        menu.addSeparator()
        menu.add("trash", _("Delete"), lambda: self.trashed.emit(conversation_id), key_text(TRASH), danger=True)
        return menu

    def _show_menu(self, index: QModelIndex, at: QPoint) -> None:
        if conversation_id := self._chats.id_at(index):
            menu = self.menu_for(conversation_id)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(at)
