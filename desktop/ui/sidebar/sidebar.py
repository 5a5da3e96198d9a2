"""The sidebar: finding, listing, renaming, pinning and deleting conversations."""

from datetime import datetime, timedelta
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.changes import (
    BudgetsChanged,
    Change,
    ConversationsChanged,
    ModelsChanged,
    ProvidersChanged,
    TurnEnded,
    TurnStarted,
)
from desktop.domain.errors import AppError
from desktop.i18n import gettext as _
from desktop.ui.services import Services
from desktop.ui.sidebar import groups
from desktop.ui.sidebar.chat_list import ChatList
from desktop.ui.sidebar.empty import EmptyState
from desktop.ui.sidebar.frame import SidebarFrame
from desktop.ui.sidebar.model import ChatListModel
from desktop.ui.sidebar.search import SearchResults
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.toast import Toasts

SEARCH_DELAY_MS = 120
ROWS_AT_A_TIME = 20  # of more changes than these, reading the whole list is cheaper
UNDO_SECONDS = 10
COSTS_MS = 1000


class Sidebar(QWidget):
    """Search field, list and the day's spending. It follows the feed and never waits for what it asks."""

    opened = Signal(str, str)  # conversation id, message id or ""
    hit_opened = Signal(str, str, object)  # of a search: conversation id, message id or "", the words found there
    new_chat_requested = Signal()
    settings_requested = Signal()
    usage_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        frame: SidebarFrame,
        services: Services,
        tasks: Tasks,
        toasts: Toasts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._library = services.library
        self._chat = services.chat
        self._meters = services.meters
        self._budgets = services.budgets
        self._tasks = tasks
        self._toasts = toasts
        self._stale: set[str] = set()
        self._all_stale = False
        self._reading = False
        self._model = ChatListModel(services.catalogue, groups.today(), self)
        self._field, self._pages, self._strip = frame.field, frame.pages, frame.strip
        self._build(frame)
        self._search_timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._search_timer.timeout.connect(lambda: self._tasks.start(self._search(self._field.text().strip())))
        self._cost_timer = QTimer(self, interval=COSTS_MS)
        self._cost_timer.timeout.connect(self._show_growing)
        self._day_timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.VeryCoarseTimer)
        self._day_timer.timeout.connect(self._follow_day)
        self.destroyed.connect(services.feed.subscribe(self._on_change))
        self._sync_running()
        self._read_again(None)
        self._tasks.start(self._read_spent())

    # What others ask of it

    def set_usage_open(self, is_open: bool) -> None:
        """Whether the usage page is what stands beside the list."""
        self._strip.set_open(is_open)

    def set_current(self, conversation_id: str | None) -> None:
        """Mark the conversation that is shown beside the list; None for a new chat."""
        if conversation_id != self._model.open_id:
            self._model.set_open(conversation_id)
            self._list.show_chat(conversation_id)

    def focus_search(self) -> None:
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def trash_current(self) -> None:
        """Delete the open conversation; that can be undone for a while."""
        if self._model.open_id:
            self._trash(self._model.open_id)

    def toggle_pinned_current(self) -> None:
        if self._model.open_id:
            self._toggle_pin(self._model.open_id)

    def panes(self) -> tuple[QWidget, ...]:
        """What F6 goes round, in order."""
        return self._field, self._list, self._results.hits, self._strip.spent

    def open_index(self, index: int) -> None:
        """Open the conversation at a place in the list, counted from 0; nothing happens beyond its end."""
        first = self._model.neighbour(None, 1)
        if conversation_id := self._model.neighbour(first, index) if first else None:
            self.opened.emit(conversation_id, "")

    def open_previous(self) -> None:
        """Open the conversation above the open one."""
        self._open_relative(-1)

    def open_next(self) -> None:
        """Open the conversation below the open one."""
        self._open_relative(1)

    def _open_relative(self, step: int) -> None:
        if conversation_id := self._model.neighbour(self._model.open_id, step):
            self.opened.emit(conversation_id, "")

    # Building

    def _build(self, frame: SidebarFrame) -> None:
        theme = self._theme
        frame.field.textChanged.connect(self._on_query)
        frame.field.installEventFilter(self)
        frame.new_chat.clicked.connect(self.new_chat_requested)
        frame.strip.settings_requested.connect(self.settings_requested)
        frame.strip.usage_requested.connect(self.usage_requested)
        self._list = ChatList(theme, self._model)
        self._list.opened.connect(lambda conversation_id: self.opened.emit(conversation_id, ""))
        self._list.renamed.connect(lambda *change: self._tasks.start(self._library.rename(*change)))
        self._list.pin_toggled.connect(self._toggle_pin)
        self._list.trashed.connect(self._trash)
        self._empty = EmptyState(theme, _("No chats yet"), _("They are kept on this computer and listed here."))
        self._results = SearchResults(theme)
        self._results.opened.connect(self.hit_opened)
        self._results.left_upwards.connect(self.focus_search)
        self._blank = QWidget()  # until the list has been read: saying that it is empty would be a guess
        for page in (self._blank, self._list, self._empty, self._results):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)
        self.setFocusProxy(self._field)
        for before, after in pairwise(
            (frame.new_chat, self._list, self._results.hits, frame.strip.spent, frame.strip.settings)
        ):
            QWidget.setTabOrder(before, after)

    # Following what happens

    def _on_change(self, change: Change) -> None:
        match change:
            case ConversationsChanged(ids):
                self._read_again(ids or None)
            case TurnStarted():
                self._sync_running()
            case TurnEnded():
                self._sync_running()
                self._tasks.start(self._read_spent())
            case BudgetsChanged():
                self._tasks.start(self._read_spent())
            case ModelsChanged() | ProvidersChanged():
                self._list.viewport().update()

    def _sync_running(self) -> None:
        self._model.set_running(frozenset(turn.conversation_id for turn in self._chat.running()))
        self._list.sync_rings()
        self._cost_timer.start() if self._model.running else self._cost_timer.stop()

    def _show_growing(self) -> None:
        self._model.set_growing(self._meters.costs())

    def _read_again(self, ids: frozenset[str] | None) -> None:
        """Have rows read anew, all of them for None; changes that come while one is read are read together."""
        if ids is None:
            self._all_stale = True
        else:
            self._stale |= ids
        if not self._reading:
            self._reading = True
            self._tasks.start(self._read())

    async def _read(self) -> None:
        try:
            while self._all_stale or self._stale:
                ids, self._stale = self._stale, set()
                whole, self._all_stale = self._all_stale or len(ids) > ROWS_AT_A_TIME, False
                if whole:
                    await self._read_all()
                else:
                    for conversation_id in ids:
                        summary = await self._library.summary(conversation_id)
                        if summary is None:
                            self._model.remove(conversation_id)
                        else:
                            self._model.put(summary)
                self._show_page()
        except AppError:
            self._all_stale = True  # so that the next change makes up for what was missed
            raise
        finally:
            self._reading = False

    async def _read_all(self) -> None:
        summaries = await self._library.summaries()
        first_time = not self._model.rowCount()
        self._model.replace(summaries)
        if first_time:
            self._list.show_chat(self._model.open_id)

    async def _read_spent(self) -> None:
        cost, tokens = await self._library.spent_today()
        caps = [state.cap for state in await self._budgets.states() if state.is_daily]
        self._strip.spent.show_spent(cost, tokens, min(caps, default=None))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_day()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._day_timer.stop()  # a closed window stays for a while, and there may be no loop left to ask in

    def _follow_day(self) -> None:
        """Regroup when the day has changed, and look again at midnight or in an hour, whichever is first."""
        now = datetime.now().astimezone()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=1, microsecond=0)
        self._day_timer.start(round(min((midnight - now).total_seconds(), 3600) * 1000))
        if groups.today() != self._model.today:
            self._model.regroup(groups.today())
            self._tasks.start(self._read_spent())

    def _show_page(self) -> None:
        if self._field.text().strip():
            return
        self._pages.setCurrentWidget(self._list if self._model.rowCount() else self._empty)

    # Searching

    def _on_query(self, text: str) -> None:
        if text.strip():
            self._search_timer.start()
        else:
            self._search_timer.stop()
            self._show_page()

    async def _search(self, query: str, *, open_first: bool = False) -> None:
        hits = await self._library.search(query)
        if query == self._field.text().strip():  # else something newer is being typed
            self._results.show_hits(query, hits)
            self._pages.setCurrentWidget(self._results)
            if open_first:
                self._results.open_first()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._field_key(event.key())
        return super().eventFilter(watched, event)

    def _field_key(self, key: int) -> bool:
        """The keys that lead out of the search field; True if this was one."""
        searching = self._pages.currentWidget() is self._results
        match key:
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._search_timer.isActive():
                self._search_timer.stop()
                self._tasks.start(self._search(self._field.text().strip(), open_first=True))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if searching:
                self._results.open_first()
            case Qt.Key.Key_Down if searching:
                self._results.enter()
            case Qt.Key.Key_Down:
                self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            case _:
                return False
        return True

    # Acting on a conversation

    def _toggle_pin(self, conversation_id: str) -> None:
        if summary := self._model.summary(conversation_id):
            self._tasks.start(self._library.set_pinned(conversation_id, not summary.pinned))

    def _trash(self, conversation_id: str) -> None:
        self._tasks.start(self._move_to_trash(conversation_id))

    async def _move_to_trash(self, conversation_id: str) -> None:
        summary = self._model.summary(conversation_id)
        if summary is None:
            return
        was_open = conversation_id == self._model.open_id
        next_id = self._model.neighbour(conversation_id, 1) or self._model.neighbour(conversation_id, -1)
        await self._library.trash([conversation_id])
        if was_open and next_id:
            self.opened.emit(next_id, "")
        elif was_open:
            self.new_chat_requested.emit()

        async def restore() -> None:
            await self._library.restore([conversation_id])
            if was_open:
                self.opened.emit(conversation_id, "")

        text = _("Deleted “{title}”").format(title=summary.title)
        self._toasts.show(text, _("Undo"), lambda: self._tasks.start(restore()), UNDO_SECONDS)
