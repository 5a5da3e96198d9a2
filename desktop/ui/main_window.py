"""The window: sidebar and pages, notices, the dialogs that any part asks for, and where it all stood last time."""

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QPlainTextEdit, QTextEdit, QWidget

from desktop import APP_NAME
from desktop.domain.errors import Action, AppError
from desktop.settings import options
from desktop.settings.state import StateStore
from desktop.settings.store import Settings
from desktop.ui.chat.frame import PageFrame
from desktop.ui.sidebar.frame import SidebarFrame
from desktop.ui.sidebar.place import SidebarPlace
from desktop.ui.theme.theme import Theme

if TYPE_CHECKING:
    from desktop.domain.changes import Change
    from desktop.paths import Paths
    from desktop.ui.services import Services
    from desktop.ui.settings.dialog import SettingsDialog
    from desktop.ui.tasks import Tasks
    from desktop.ui.usage.view import View

ZOOM_STEPS = (75, 80, 90, 100, 110, 125, 150, 175, 200)


class MainWindow(QMainWindow):
    """Built once for a zoom and a set of fonts; the application builds it anew when those change.

    In two steps, so that it can be on the screen and take keys while the services are still being imported: the
    constructor makes what needs none of them, `fill` brings it to life: with `sidebar`, `page`, `pages` and `menus`.
    """

    close_requested = Signal()

    def __init__(self, theme: Theme, settings: Settings, state: StateStore) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._state_store = state
        self._state = state.load()
        self._settings_dialog: SettingsDialog | None = None
        self._filled = False
        self._alt_alone = False
        self.close_wanted = False
        """Whether the user has closed the window, perhaps before anything listened to `close_requested`."""

        self.setWindowTitle(APP_NAME)
        self.setMinimumSize(theme.px(420), theme.px(400))
        self._sidebar_frame = SidebarFrame(theme)
        self._page_frame = PageFrame(theme)
        self._place = SidebarPlace(
            theme,
            self._sidebar_frame,
            self._page_frame,
            self._state.sidebar_width,
            is_hidden=self._state.sidebar_hidden,
        )
        self.setCentralWidget(self._place)
        self._restore()
        self._page_frame.focus()

    def fill(
        self,
        paths: "Paths",
        services: "Services",
        make_tasks: "Callable[[Callable[[AppError], None]], Tasks]",
    ) -> None:
        """Bring the window to life. The history is read once the database is open."""
        from desktop.services.pictures import Pictures
        from desktop.ui.alerts import Alerts
        from desktop.ui.chat.chat_page import ChatPage  # with the sidebar half of the program: see the class
        from desktop.ui.menus import Menus
        from desktop.ui.notices import NoticeBar
        from desktop.ui.notify import Notifier
        from desktop.ui.pages import Pages
        from desktop.ui.sidebar.sidebar import Sidebar
        from desktop.ui.widgets.toast import Toasts

        theme, settings = self._theme, self._settings
        self._paths = paths
        self._services = services
        self._tasks = tasks = make_tasks(self.show_error)
        self._toasts = toasts = Toasts(theme, self)
        with kept_focus(self):
            self.sidebar = Sidebar(theme, self._sidebar_frame, services, tasks, toasts)
            self.page = ChatPage(theme, self._page_frame, settings, services, tasks, toasts)
            self.page.places = self._state_store.places
            self.page.pictures = Pictures(paths.pictures, settings)
            self.pages = Pages(theme, settings, services, tasks, toasts, self.page)
            self._place.fill(self.sidebar, self.pages)
        self._notices = NoticeBar(theme)
        self.page.set_notice_bar(self._notices)
        notifier = Notifier(tasks, self)
        notifier.clicked.connect(self.bring_to_front)
        Alerts(self._notices, notifier, self.page.cheaper_model, services.catalogue, services.feed, self)
        self.page.set_compact(self._place.is_compact)
        self.menus = Menus(self)
        self._connect()
        self._filled = True
        if not self._last_chat():
            self.page.show_new()

    # Start and end

    def database_ready(self, conversation_id: str | None = None) -> None:
        """The history can be read now: fill the list and open the chat that was open last."""
        if conversation_id:
            self.page.open(conversation_id)
        elif not self._last_chat():
            return  # the page of a new chat has been there since `fill`
        elif self.page.is_typing:
            self.page.show_new()
        else:
            self.page.open(self._last_chat())

    def _last_chat(self) -> str:
        return self._state.conversation_id if self._settings.get(options.REOPEN_LAST) else ""

    @property
    def conversation_id(self) -> str | None:
        return self.page.conversation_id

    async def finish(self) -> None:
        """Save what is being typed and where the window stands."""
        self._unsubscribe()
        self.page.keep_place()
        self._state_store.save(
            replace(
                self._state_store.load(),
                geometry=base64.b64encode(self.saveGeometry().data()).decode(),
                sidebar_width=self._place.logical_width,
                sidebar_hidden=self._place.is_hidden,
                conversation_id=self.page.conversation_id or "",
            )
        )
        await self.page.flush_draft()

    def open(self, conversation_id: str) -> None:
        """Show a conversation."""
        self.pages.show_chat()
        self.page.open(conversation_id)

    def send(self, text: str) -> None:
        """Ask in a new conversation, as `tuppence --send` does."""
        self.pages.show_chat()
        self.page.show_new()
        self.page.send_text(text)

    def bring_to_front(self) -> None:
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    # What menus and shortcuts do, as far as it is the window's; actions.py names these

    def new_chat(self) -> None:
        self._place.close_overlay()
        self.pages.show_chat()
        self.page.show_new()
        self.page.focus_composer()

    def open_settings(self, page: str = "", provider_id: str = "") -> None:
        from desktop.ui.settings.dialog import SettingsDialog  # the largest part of the interface, seldom needed

        services = self._services
        if self._settings_dialog is None:
            self._settings_dialog = SettingsDialog(
                self._theme,
                self._settings,
                services.catalogue,
                services.routes,
                services.health,
                services.library,
                services.feed,
                self._tasks,
                self._paths,
                self,
                prices=services.estimates.prices,
                budgets=services.budgets,
                spending=services.spending,
            )
        if page:
            self._settings_dialog.show_page(page, provider_id)
        self._settings_dialog.show()
        self._settings_dialog.raise_()
        self._settings_dialog.activateWindow()

    def show_usage(self, view: "View | None" = None) -> None:
        """Show what was spent in the place of the chat; Esc leads back."""
        self._place.close_overlay()
        self.pages.show_usage(view)

    def quit(self) -> None:
        self.close()

    def undo_deletion(self) -> None:
        if (field := field_with_keys()) is not None:
            field.undo()
        else:
            self._toasts.trigger()

    def copy(self) -> None:
        if (field := field_with_keys()) is not None:
            field.copy()
        else:
            self.page.reading.copy_selection()

    def select_all(self) -> None:
        if (field := field_with_keys()) is not None:
            field.selectAll()
        else:
            self.page.reading.select_all()

    def toggle_sidebar(self) -> None:
        self._place.toggle()

    def search_chats(self) -> None:
        self._place.show_sidebar()
        self.sidebar.focus_search()

    def next_pane(self) -> None:
        self._step_pane(1)

    def previous_pane(self) -> None:
        self._step_pane(-1)

    def focus_composer(self) -> None:
        self._place.close_overlay()
        self.pages.show_chat()
        self.page.focus_composer()

    def zoom_in(self) -> None:
        self._zoom(next((step for step in ZOOM_STEPS if step > self._settings.get(options.ZOOM)), ZOOM_STEPS[-1]))

    def zoom_out(self) -> None:
        smaller = [step for step in ZOOM_STEPS if step < self._settings.get(options.ZOOM)]
        self._zoom(smaller[-1] if smaller else ZOOM_STEPS[0])

    def zoom_reset(self) -> None:
        self._zoom(100)

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_shortcuts(self) -> None:
        from desktop.ui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self._theme, self).open()

    def show_about(self) -> None:
        self.open_settings("about")

    def show_error(self, error: AppError) -> None:
        """Something is wrong that no single message can show."""
        self._notices.show_error(error)

    def show_text(self, text: str) -> None:
        """Something the user should know and need not act on."""
        self._notices.show_text(text)

    @property
    def settings_page(self) -> str:
        """The page of the open settings window, or nothing."""
        dialog = self._settings_dialog
        return dialog.current_page() if dialog is not None and dialog.isVisible() else ""

    # Inside

    def _connect(self) -> None:
        self.sidebar.opened.connect(self._open)
        self.sidebar.hit_opened.connect(self._open)
        self.sidebar.new_chat_requested.connect(self.new_chat)
        self.sidebar.settings_requested.connect(self.open_settings)
        self.sidebar.usage_requested.connect(self.show_usage)
        self.page.settings_requested.connect(self.open_settings)
        self.page.conversation_changed.connect(self._conversation_changed)
        self.page.sidebar_toggled.connect(self.toggle_sidebar)
        self.page.new_chat_requested.connect(self.new_chat)
        self.pages.usage_shown.connect(self._usage_shown)
        self.pages.usage_closed.connect(self.focus_composer)
        self.pages.chat_requested.connect(self._open)
        self.pages.settings_requested.connect(self.open_settings)
        self.pages.sidebar_toggled.connect(self.toggle_sidebar)
        self._place.compact_changed.connect(self.page.set_compact)
        self._place.overlay_closed.connect(self.page.focus_composer)
        self._notices.chosen.connect(self._act)
        self._unsubscribe = self._services.feed.subscribe(self._on_change)

    def _restore(self) -> None:
        self.resize(self._theme.px(1280), self._theme.px(800))
        if self._state.geometry:
            self.restoreGeometry(QByteArray(base64.b64decode(self._state.geometry)))
        elif screen := self.screen():
            room = screen.availableGeometry().size()
            self.resize(self.size().boundedTo(room - QSize(40, 80)))
        self._place.lay_out()

    def _open(self, conversation_id: str, message_id: str, terms: Sequence[str] = ()) -> None:
        self._place.close_overlay()
        self.pages.show_chat()
        self.page.open(conversation_id, message_id, terms)

    def _usage_shown(self, shown: bool) -> None:
        self.sidebar.set_usage_open(shown)
        self.sidebar.set_current(None if shown else self.page.conversation_id)

    def _conversation_changed(self, conversation_id: str | None) -> None:
        self.sidebar.set_current(conversation_id)
        self._state = replace(self._state, conversation_id=conversation_id or "")

    def _on_change(self, change: "Change") -> None:
        from desktop.domain.changes import ModelsChanged, SavingFailed

        if isinstance(change, SavingFailed):
            self.show_error(change.error)
        elif isinstance(change, ModelsChanged) and change.provider_id and not self._state_store.load().cap_offered:
            from desktop.ui.first_cap_offer import offer_cap  # for newcomers only

            parts = self._theme, self._services, self._state_store, self._tasks, self
            self._tasks.start(offer_cap(change.provider_id, *parts))

    def _act(self, action: Action) -> None:
        match action:
            case Action.SHOW_FOLDER:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._paths.data)))
            case Action.KEEP_FOR_SESSION:
                self._tasks.start(self._services.catalogue.keep_keys_for_session())
            case _:
                self.open_settings("providers")

    def _zoom(self, percent: int) -> None:
        self._settings.set(options.ZOOM, percent)

    def _step_pane(self, step: int) -> None:
        panes = [pane for pane in (*self.sidebar.panes(), *self.pages.panes()) if pane.isVisibleTo(self)]
        focus = QApplication.focusWidget()
        here = next((i for i, pane in enumerate(panes) if focus and (pane is focus or pane.isAncestorOf(focus))), -1)
        if panes:
            panes[(here + step) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if handle := self.windowHandle():
            handle.installEventFilter(self)  # keys before any widget gets them, and nothing but this window's events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Alt alone shows the menu bar where it is not the desktop's own; Esc closes the sidebar that lies over."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                self._alt_alone = event.key() == Qt.Key.Key_Alt
                if event.key() == Qt.Key.Key_Escape and self._place.is_over:
                    self._place.close_overlay()
                    return True
            elif event.type() == QEvent.Type.KeyRelease and event.key() == Qt.Key.Key_Alt and self._alt_alone:
                self._toggle_menu_bar()
        return super().eventFilter(watched, event)

    def _toggle_menu_bar(self) -> None:
        if self._filled:
            self.menus.toggle_bar()

    def closeEvent(self, event: QCloseEvent) -> None:
        """app.py ends the program once everything is saved, and closes the window for good."""
        event.ignore()
        self.close_wanted = True
        self.close_requested.emit()


@contextmanager
def kept_focus(window: QWidget) -> Iterator[None]:
    """Moving a widget to another parent takes the keys away from it; this gives them back."""
    focus = window.focusWidget()
    yield
    if focus is not None:
        focus.setFocus(Qt.FocusReason.OtherFocusReason)


def field_with_keys() -> QTextEdit | QPlainTextEdit | QLineEdit | None:
    """The text field that what is typed goes to."""
    focus = QApplication.focusWidget()
    return focus if isinstance(focus, QTextEdit | QPlainTextEdit | QLineEdit) else None
