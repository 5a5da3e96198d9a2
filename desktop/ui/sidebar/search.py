"""The result side of the sidebar's search: hits, or the word that there are none."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.domain.conversation import SearchHit
from desktop.i18n import gettext as _
from desktop.ui.sidebar.empty import EmptyState
from desktop.ui.sidebar.groups import today
from desktop.ui.sidebar.hits import HitDelegate, HitModel
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.row_list import RowList


class HitList(RowList):
    """Hits under the keyboard; going up from the first one leaves the list."""

    left_upwards = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
            return
        super().keyPressEvent(event)


class SearchResults(QStackedWidget):
    """The hits of the newest query."""

    opened = Signal(str, str, object)  # conversation id, message id or "", the words found there
    left_upwards = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = HitModel(self)
        self.hits = HitList(theme, _("Search results"), ground="sidebar")
        self.hits.setModel(self._model)
        self.hits.setItemDelegate(HitDelegate(theme, self._model, self.hits))
        self.hits.chosen.connect(lambda index: self._open(index.row()))
        self.hits.left_upwards.connect(self.left_upwards)
        self._nothing = EmptyState(theme)
        self.addWidget(self.hits)
        self.addWidget(self._nothing)

    def show_hits(self, query: str, hits: Sequence[SearchHit]) -> None:
        """Show what `query` found."""
        self._model.replace(hits, today())
        self.hits.scrollToTop()
        self._nothing.set_title(_("Nothing found for “{query}”").format(query=query))
        self.setCurrentWidget(self.hits if hits else self._nothing)

    def open_first(self) -> None:
        """Open the best hit; nothing happens if there is none."""
        if self._model.rowCount():
            self._open(0)

    def enter(self) -> None:
        """Move the keyboard to the first hit."""
        if self._model.rowCount():
            self.hits.setCurrentIndex(self._model.index(0))
            self.hits.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _open(self, row: int) -> None:
        hit = self._model.hit(row)
        found = tuple(dict.fromkeys(text.casefold() for text, is_match in hit.snippet if is_match))
        self.opened.emit(hit.conversation_id, hit.message_id or "", found)
