"""The window: sidebar, chat page, notices, menus, and how they change with the window's width.

Longer than most because every action of the menus has its method here, a line or two that says which part does it.
"""

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDesktopServices,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QSplitter,
    QStackedWidget,
    QTextEdit,
    QWidget,
)

from desktop import APP_NAME
from desktop.domain.errors import Action, AppError
from desktop.i18n import gettext as _
from desktop.settings import options
from desktop.settings.state import StateStore
from desktop.settings.store import Settings
from desktop.ui.chat.frame import PageFrame
from desktop.ui.sidebar.frame import SidebarFrame
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.scrim import Scrim

if TYPE_CHECKING:
    from desktop.domain.changes import Change
    from desktop.domain.spending import Only, Span
    from desktop.paths import Paths
    from desktop.ui.services import Services
    from desktop.ui.settings.dialog import SettingsDialog
    from desktop.ui.tasks import Tasks
    from desktop.ui.usage.page import UsagePage
    from desktop.ui.usage.view import View

COMPACT_BELOW = 900
SIDEBAR_WIDTHS = (220, 360)
OVERLAY_WIDTH = 288
NEED_CONVERSATION = ("find_in_chat", "find_next", "find_previous", "toggle_caret", "print_chat", "save_pdf")
"""The actions that do something only while messages are on the screen."""
NEED_CHAT = (
    "copy_last_reply",
    "copy_last_code",
    "edit_last",
    "choose_model",
    "regenerate",
    "stop",
    "rename",
    "edit_tags",
    "toggle_pinned",
    "delete",
)
"""The actions on a chat that are not for one behind another page."""
ZOOM_STEPS = (75, 80, 90, 100, 110, 125, 150, 175, 200)


class MainWindow(QMainWindow):
    """Built once for a zoom and a set of fonts; the application builds it anew when those change.

    In two steps, so that it can be on the screen and take keys while the services are still being imported: the
    constructor makes what needs none of them, `fill` brings it to life.
    """

    close_requested = Signal()

    def __init__(self, theme: Theme, settings: Settings, state: StateStore) -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._state_store = state
        self._state = state.load()
        self._settings_dialog: SettingsDialog | None = None
        self._usage: UsagePage | None = None
        self._compact = False
        self._filled = False
        self._actions: dict[str, QAction] = {}
        self._sidebar_hidden = self._state.sidebar_hidden
        self._alt_alone = False
        self.close_wanted = False
        """Whether the user has closed the window, perhaps before anything listened to `close_requested`."""

        self.setWindowTitle(APP_NAME)
        self.setMinimumSize(theme.px(420), theme.px(400))
        self._sidebar_frame = SidebarFrame(theme)
        self._page_frame = PageFrame(theme)
        self._side: QWidget = self._sidebar_frame
        """What stands in the sidebar's place: the frame alone, then the sidebar with the frame in it."""
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._side)
        self._splitter.addWidget(self._page_frame)
        self._splitter.setStretchFactor(1, 1)
        self.setCentralWidget(self._splitter)
        self._scrim = Scrim(theme, self)
        self._scrim.clicked.connect(self._close_overlay)
        self._splitter.splitterMoved.connect(self._sidebar_moved)
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
        from desktop.ui.chat.model_picker_conditions import Conditions
        from desktop.ui.notices import NoticeBar
        from desktop.ui.notify import Notifier
        from desktop.ui.sidebar.sidebar import Sidebar
        from desktop.ui.widgets.toast import Toasts

        theme, settings = self._theme, self._settings
        self._paths = paths
        self._services = services
        library, chat, catalogue, feed = services.library, services.chat, services.catalogue, services.feed
        self._tasks = make_tasks(self.show_error)
        self._toasts = Toasts(theme, self)
        with kept_focus(self):
            self._sidebar = Sidebar(
                theme, self._sidebar_frame, library, chat, catalogue, feed, self._tasks, self._toasts
            )
            self._page = ChatPage(
                theme, self._page_frame, settings, library, chat, catalogue, feed, self._tasks, self._toasts
            )
            self._page.places = self._state_store.places
            self._page.pictures = Pictures(paths.pictures, settings)
            self._page.conditions = Conditions(catalogue, services.routes, services.health)
            self._page.show_costs(services.estimates, services.meters, services.charges, feed)
            self._page.show_caps(services.budgets, services.estimates, feed)
            self._sidebar.show_meters(services.meters)
            self._sidebar.show_budgets(services.budgets)
            self._side = self._sidebar
            self._splitter.insertWidget(0, self._sidebar)
            self._pages = QStackedWidget()
            self._pages.addWidget(self._page)
            self._splitter.insertWidget(1, self._pages)
            self._splitter.setStretchFactor(1, 1)
            self._limit_sidebar()
            self._splitter.setSizes([self._sidebar_width, self.width() - self._sidebar_width])
            self._sidebar.setVisible(not self._sidebar_hidden and not self._compact)
        self._notices = NoticeBar(theme)
        self._page.set_notice_bar(self._notices)
        notifier = Notifier(self._tasks, self)
        notifier.clicked.connect(self.bring_to_front)
        Alerts(self._notices, notifier, self._page.cheaper_model, catalogue, feed, self)
        self._page.set_compact(self._compact)
        self._build_menus()
        self._connect()
        self._filled = True
        if not self._last_chat():
            self._page.show_new()

    # Start and end

    def database_ready(self, conversation_id: str | None = None) -> None:
        """The history can be read now: fill the list and open the chat that was open last."""
        if conversation_id:
            self._page.open(conversation_id)
        elif not self._last_chat():
            return  # the page of a new chat has been there since `fill`
        elif self._page.is_typing:
            self._page.show_new()
        else:
            self._page.open(self._last_chat())

    def _last_chat(self) -> str:
        return self._state.conversation_id if self._settings.get(options.REOPEN_LAST) else ""

    @property
    def conversation_id(self) -> str | None:
        return self._page.conversation_id

    async def finish(self) -> None:
        """Save what is being typed and where the window stands."""
        self._unsubscribe()
        self._page.keep_place()
        self._state_store.save(
            replace(
                self._state,
                geometry=base64.b64encode(self.saveGeometry().data()).decode(),
                sidebar_width=round(self._sidebar_width / (self._theme.px(100) / 100)),
                sidebar_hidden=self._sidebar_hidden,
                conversation_id=self._page.conversation_id or "",
            )
        )
        await self._page.flush_draft()

    def open(self, conversation_id: str) -> None:
        """Show a conversation."""
        self._leave_usage()
        self._page.open(conversation_id)

    def send(self, text: str) -> None:
        """Ask in a new conversation, as `tuppence --send` does."""
        self._leave_usage()
        self._page.show_new()
        self._page.send_text(text)

    def bring_to_front(self) -> None:
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    # What menus and shortcuts do; actions.py names these

    def new_chat(self) -> None:
        self._close_overlay()
        self._leave_usage()
        self._page.show_new()
        self._page.focus_composer()

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
        from desktop.ui.usage.page import UsagePage  # with its chart and tables, for those who look

        self._close_overlay()
        if self._usage is None:
            services = self._services
            parts = services.spending, services.budgets, services.catalogue, services.feed
            self._usage = UsagePage(self._theme, self._settings, *parts, self._tasks, self._toasts)
            self._usage.closed.connect(self.focus_composer)
            self._usage.sidebar_toggled.connect(self.toggle_sidebar)
            self._usage.settings_requested.connect(self.open_settings)
            self._usage.chat_requested.connect(self._open)
            self._usage.bill_requested.connect(self._compare_bill)
            self._usage.what_if_requested.connect(self._ask_what_if)
            self._pages.addWidget(self._usage)
        if view is not None:
            self._usage.show_view(view)
        self._pages.setCurrentWidget(self._usage)
        self._usage.setFocus(Qt.FocusReason.OtherFocusReason)
        self._sidebar.set_current(None)
        self._sidebar.set_usage_open(True)

    def _compare_bill(self) -> None:
        from desktop.ui.usage.bill_dialog import BillDialog

        dialog = BillDialog(self._theme, self._services.reconcile, self._tasks, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _ask_what_if(self, what: str, span: "Span", only: "Only") -> None:
        from desktop.ui.usage.what_if_dialog import WhatIfDialog

        dialog = WhatIfDialog(self._theme, self._services.what_if, self._tasks, what, span, only, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @property
    def usage_view(self) -> "View | None":
        """What the usage page looks at; None while it is not on the screen."""
        return self._usage.view if self._usage is not None and self._pages.currentWidget() is self._usage else None

    def print_chat(self) -> None:
        self._page.print_chat()

    def save_pdf(self) -> None:
        self._page.save_pdf()

    def quit(self) -> None:
        self.close()

    def undo_deletion(self) -> None:
        focus = QApplication.focusWidget()
        if isinstance(focus, QTextEdit | QPlainTextEdit | QLineEdit):
            focus.undo()
        else:
            self._toasts.trigger()

    def copy(self) -> None:
        focus = QApplication.focusWidget()
        if isinstance(focus, QTextEdit | QPlainTextEdit | QLineEdit):
            focus.copy()
        else:
            self._page.copy_selection()

    def select_all(self) -> None:
        focus = QApplication.focusWidget()
        if isinstance(focus, QTextEdit | QPlainTextEdit | QLineEdit):
            focus.selectAll()
        else:
            self._page.select_all()

    def quote_selection(self) -> None:
        self._page.quote_selection()

    def find_in_chat(self) -> None:
        self._page.find_in_chat()

    def find_next(self) -> None:
        self._page.find_next()

    def find_previous(self) -> None:
        self._page.find_previous()

    def show_outline(self) -> None:
        self._page.show_outline()

    def toggle_caret(self) -> None:
        self._page.toggle_caret()

    def copy_last_reply(self) -> None:
        self._page.copy_last_reply()

    def copy_last_code(self) -> None:
        self._page.copy_last_code()

    def edit_last(self) -> None:
        self._page.edit_last()

    def toggle_sidebar(self) -> None:
        if self._compact:
            self._close_overlay() if self._scrim.isVisible() else self._open_overlay()
        else:
            self._sidebar_hidden = not self._sidebar_hidden
            self._sidebar.setVisible(not self._sidebar_hidden)

    def search_chats(self) -> None:
        self._show_sidebar()
        self._sidebar.focus_search()

    def next_pane(self) -> None:
        self._step_pane(1)

    def previous_pane(self) -> None:
        self._step_pane(-1)

    def focus_composer(self) -> None:
        self._close_overlay()
        self._leave_usage()
        self._page.focus_composer()

    def zoom_in(self) -> None:
        self._zoom(next((step for step in ZOOM_STEPS if step > self._settings.get(options.ZOOM)), ZOOM_STEPS[-1]))

    def zoom_out(self) -> None:
        smaller = [step for step in ZOOM_STEPS if step < self._settings.get(options.ZOOM)]
        self._zoom(smaller[-1] if smaller else ZOOM_STEPS[0])

    def zoom_reset(self) -> None:
        self._zoom(100)

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def choose_model(self) -> None:
        self._page.choose_model()

    def regenerate(self) -> None:
        self._page.regenerate()

    def stop(self) -> None:
        self._page.stop()

    def rename(self) -> None:
        self._page.rename()

    def edit_tags(self) -> None:
        self._page.edit_tags()

    def toggle_pinned(self) -> None:
        self._sidebar.toggle_pinned_current()

    def delete(self) -> None:
        self._sidebar.trash_current()

    def previous_chat(self) -> None:
        self._sidebar.open_relative(-1)

    def next_chat(self) -> None:
        self._sidebar.open_relative(1)

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

    # Width

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_compact(self.width() < self._theme.px(COMPACT_BELOW))
        if self._scrim.isVisible():
            self._place_overlay()

    def _set_compact(self, compact: bool) -> None:
        if compact == self._compact:
            return
        self._compact = compact
        if self._filled:
            self._page.set_compact(compact)
        if compact:
            self._side.hide()
        else:
            self._close_overlay()
            self._side.setVisible(not self._sidebar_hidden)

    def _open_overlay(self) -> None:
        """The sidebar over the page, with everything else behind a scrim."""
        self._sidebar.setParent(self)
        self._place_overlay()
        self._scrim.show()
        self._scrim.raise_()
        self._sidebar.show()
        self._sidebar.raise_()
        self._sidebar.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_overlay(self) -> None:
        top = self._splitter.geometry().top()
        self._scrim.setGeometry(0, top, self.width(), self.height() - top)
        self._sidebar.setGeometry(0, top, self._theme.px(OVERLAY_WIDTH), self.height() - top)

    def _close_overlay(self) -> None:
        if self._side.parent() is self:
            self._scrim.hide()
            self._sidebar.hide()
            self._splitter.insertWidget(0, self._sidebar)
            self._splitter.setSizes([self._sidebar_width, self.width() - self._sidebar_width])
            self._page.focus_composer()

    def _show_sidebar(self) -> None:
        if self._compact and not self._scrim.isVisible():
            self._open_overlay()
        elif not self._compact and self._sidebar_hidden:
            self.toggle_sidebar()

    # Inside

    def _build_menus(self) -> None:
        from desktop.ui.actions import ACTIONS, MENUS

        bar = self.menuBar()
        menus = {name: bar.addMenu(_(name)) for name in MENUS}
        for menu in menus.values():
            menu.aboutToShow.connect(self._enable_actions)
            menu.aboutToHide.connect(lambda: self._enable_actions(all_of_them=True))
        for spec in ACTIONS:
            menu = menus[spec.menu]
            if spec.separator:
                menu.addSeparator()
            action = self._actions[spec.slot] = QAction(_(spec.text), self)
            action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
            if spec.role:
                action.setMenuRole(QAction.MenuRole[spec.role])
            action.triggered.connect(lambda _checked=False, slot=spec.slot: self._act_on(slot))
            menu.addAction(action)
            self.addAction(action)  # shortcuts work while the bar is hidden
        for number in range(1, 10):
            action = QAction(self)
            action.setShortcut(QKeySequence(f"Ctrl+{number}"))
            action.triggered.connect(lambda _checked=False, index=number - 1: self._sidebar.open_index(index))
            self.addAction(action)
        if not bar.isNativeMenuBar():
            bar.hide()  # Alt shows it

    def _act_on(self, slot: str) -> None:
        if self.usage_view is None or slot not in NEED_CHAT:
            getattr(self, slot)()

    def _enable_actions(self, *, all_of_them: bool = False) -> None:
        """While a menu is open it shows what can be done. At other times keys reach every action, which then looks."""
        page = self._page
        focus = QApplication.focusWidget()
        in_text = isinstance(focus, QTextEdit | QPlainTextEdit | QLineEdit)
        able = {
            "copy": in_text or page.has_selection,
            "select_all": in_text or page.has_conversation,
            "quote_selection": page.has_selection,
            "show_outline": page.has_outline,
            **dict.fromkeys(NEED_CONVERSATION, page.has_conversation),
            **dict.fromkeys(NEED_CHAT, self.usage_view is None),
        }
        for slot, is_able in able.items():
            self._actions[slot].setEnabled(is_able or all_of_them)

    def _connect(self) -> None:
        self._sidebar.opened.connect(self._open)
        self._sidebar.hit_opened.connect(self._open)
        self._sidebar.new_chat_requested.connect(self.new_chat)
        self._sidebar.settings_requested.connect(self.open_settings)
        self._sidebar.usage_requested.connect(self.show_usage)
        self._page.settings_requested.connect(self.open_settings)
        self._page.what_if_requested.connect(self._ask_what_if)
        self._page.conversation_changed.connect(self._conversation_changed)
        self._page.sidebar_toggled.connect(self.toggle_sidebar)
        self._page.new_chat_requested.connect(self.new_chat)
        self._notices.chosen.connect(self._act)
        self._unsubscribe = self._services.feed.subscribe(self._on_change)

    def _restore(self) -> None:
        width = min(max(self._state.sidebar_width, SIDEBAR_WIDTHS[0]), SIDEBAR_WIDTHS[1])
        self._sidebar_width = self._theme.px(width)
        self._limit_sidebar()
        self.resize(self._theme.px(1280), self._theme.px(800))
        if self._state.geometry:
            self.restoreGeometry(QByteArray(base64.b64decode(self._state.geometry)))
        elif screen := self.screen():
            room = screen.availableGeometry().size()
            self.resize(self.size().boundedTo(room - QSize(40, 80)))
        self._splitter.setSizes([self._sidebar_width, self.width() - self._sidebar_width])
        self._side.setVisible(not self._sidebar_hidden)

    def _limit_sidebar(self) -> None:
        self._side.setMinimumWidth(self._theme.px(SIDEBAR_WIDTHS[0]))
        self._side.setMaximumWidth(self._theme.px(SIDEBAR_WIDTHS[1]))

    def _open(self, conversation_id: str, message_id: str, terms: Sequence[str] = ()) -> None:
        self._close_overlay()
        self._leave_usage()
        self._page.open(conversation_id, message_id, terms)

    def _leave_usage(self) -> None:
        if self.usage_view is not None:
            self._pages.setCurrentWidget(self._page)
            self._sidebar.set_usage_open(False)
            self._sidebar.set_current(self._page.conversation_id)

    def _conversation_changed(self, conversation_id: str | None) -> None:
        self._sidebar.set_current(conversation_id)
        self._state = replace(self._state, conversation_id=conversation_id or "")

    def _sidebar_moved(self, position: int, _index: int) -> None:
        self._sidebar_width = position

    def _on_change(self, change: "Change") -> None:
        from desktop.domain.changes import ModelsChanged, SavingFailed

        if isinstance(change, SavingFailed):
            self.show_error(change.error)
        elif isinstance(change, ModelsChanged) and change.provider_id and not self._state.cap_offered:
            self._tasks.start(self._offer_cap(change.provider_id))

    async def _offer_cap(self, provider_id: str) -> None:
        """Ask once, when the first key has brought its models and nothing has been spent yet."""
        models = self._services.catalogue.models(provider_id)
        if not models or self._services.catalogue.is_free(models[0].ref):
            return
        has_caps = await self._services.budgets.states()
        has_spent = any(summary.cost for summary in await self._services.library.summaries())
        if self._state.cap_offered:
            return  # two keys at once
        self._state = replace(self._state, cap_offered=True)
        self._state_store.save(self._state)
        if not has_caps and not has_spent:
            from desktop.ui.dialogs.first_cap import FirstCapDialog  # for newcomers only

            dialog = FirstCapDialog(self._theme, QApplication.activeWindow() or self)
            dialog.chosen.connect(lambda budget: self._tasks.start(self._services.budgets.save([budget])))
            dialog.open()

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
        shown = self._usage.panes() if self._usage is not None and self.usage_view else self._page.panes()
        panes = [pane for pane in (*self._sidebar.panes(), *shown) if pane.isVisibleTo(self)]
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
                if event.key() == Qt.Key.Key_Escape and self._scrim.isVisible():
                    self._close_overlay()
                    return True
            elif event.type() == QEvent.Type.KeyRelease and event.key() == Qt.Key.Key_Alt and self._alt_alone:
                self._toggle_menu_bar()
        return super().eventFilter(watched, event)

    def _toggle_menu_bar(self) -> None:
        bar = self.menuBar()
        if not bar.isNativeMenuBar():
            bar.setVisible(not bar.isVisible())
            if bar.isVisible():
                bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
                bar.setActiveAction(bar.actions()[0])

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
