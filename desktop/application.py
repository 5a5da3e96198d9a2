"""The application: every object there is one of, how they are joined, and how all of it ends."""

import asyncio
import gc
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon

import qasync  # isort: skip  (binds to the Qt that is imported first)

from desktop import i18n, log, providers
from desktop.domain.changes import OptionChanged
from desktop.domain.errors import AppError, StorageError
from desktop.i18n import gettext as _
from desktop.paths import resources
from desktop.services.aside import Asides
from desktop.services.budgets import Budgets
from desktop.services.catalogue import Catalogue
from desktop.services.charges import Charges
from desktop.services.chat import Chat
from desktop.services.estimates import Estimates
from desktop.services.feed import Feed
from desktop.services.health import PERIODS_MS, Health
from desktop.services.library import Library
from desktop.services.meter import Meters
from desktop.services.prices import Prices
from desktop.services.reconcile import Reconcile
from desktop.services.routes import Routes
from desktop.services.spending import Spending
from desktop.services.standing import Standing
from desktop.services.tokens import Tokens
from desktop.services.what_if import WhatIf
from desktop.settings import options
from desktop.settings.secrets import Secrets
from desktop.start import Start
from desktop.storage.database import Database
from desktop.ui.chat import chat_page  # noqa: F401 - MainWindow.fill needs it; imported behind the first picture
from desktop.ui.garbage import UiThreadCollector, end_dropped_generators
from desktop.ui.main_window import MainWindow
from desktop.ui.services import Services
from desktop.ui.sidebar import sidebar  # noqa: F401 - likewise
from desktop.ui.single_instance import SingleInstance
from desktop.ui.tasks import Tasks

_log = logging.getLogger(__name__)

SHUT_DOWN_S = 15.0
# A window is made for one zoom and one set of fonts.
WINDOW_OPTIONS = {options.ZOOM.key, options.READING_FONT.key, options.CODE_FONT.key}


class Application:
    """Builds the services, fills the window with them, and works until the window is closed."""

    def __init__(self, start: Start, instance: SingleInstance) -> None:
        self._start = start
        self._instance = instance
        self.settings = start.choices.settings
        self.window = start.window
        self.theme = start.theme
        self._stopping = False
        self._is_outdated = False
        """Whether the zoom or a font has changed since the window was made."""
        self._is_rebuilding = False

        self._loop = qasync.QEventLoop(start.qt)
        self._loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="worker"))  # qasync's has ten at once
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(self._on_loop_error)
        sys.excepthook = self._on_uncaught
        self.ready = asyncio.Event()

        self.feed = Feed()
        self.database = Database(start.paths.database)
        self.library = Library(self.database, self.feed)
        secrets = Secrets(start.paths.keys)
        self.catalogue = Catalogue(
            start.choices.providers, secrets, self.settings, self.database, self.feed, start.choices.routes
        )
        self.prices = Prices(start.choices.prices, self.catalogue, self.settings, self.feed, start.paths.price_list)
        self.tokens = Tokens(self.database)
        self.budgets = Budgets(self.database, self.prices, self.tokens, self.settings, self.feed)
        self.catalogue.asides = Asides(self.budgets)
        self._standing = Standing(start.paths.standing, start.choices.writer)
        self.feed.subscribe(self._standing.on_change)
        self.health = Health(self.database)
        self.routes = Routes(self.catalogue, self._standing, self.settings, self.prices, self.health.speeds)
        services = self.database, self.library, self.catalogue, self.settings, self.feed, self.routes
        self.chat = Chat(*services, self.budgets, self.tokens)
        self.spending = Spending(self.database, self.catalogue)
        self.estimates = Estimates(self.prices, self.tokens, self.catalogue)
        self.meters = Meters(self.chat, self.prices, self.tokens, self.feed)
        self._fill(self.window)
        self.settings.subscribe(self._on_option)
        start.qt.setWindowIcon(QIcon(str(resources() / "icons" / "tuppence.png")))

    def run(self, send: str = "") -> int:
        """Work until the window is closed; the exit code."""
        self.window.show()
        self.tasks.start(self._open_history(send))
        end_dropped_generators(self._loop, lambda ending: self.tasks.start(ending))
        with self._loop:
            self._loop.run_forever()
        return 0

    # Start

    async def _open_history(self, send: str) -> None:
        """The database, the cached models, the chat that was open last; then what can wait."""
        log.set_up(self._start.paths.log)
        self._instance.listen(self._on_handed_over)
        try:
            await asyncio.to_thread(self._standing.load)
            await self.database.open()
            await self.library.recover(app=True)
            await self.budgets.recover(app=True)
            await self.catalogue.load()
            await self.tokens.load()
        except StorageError as error:
            self.window.show_error(error)
            return
        self.window.database_ready()
        for problem in self._start.choices.problems:
            self.window.show_text(problem)
        if send:
            self.window.send(send)
        self._collector = UiThreadCollector()
        self.ready.set()
        if self.window.close_wanted:
            self._on_close()
        await self.library.empty_old_trash()
        await self.health.report(PERIODS_MS["week"])

    def _fill(self, window: MainWindow) -> None:
        services = Services(
            self.library,
            self.chat,
            self.catalogue,
            self.routes,
            self.health,
            self.estimates,
            self.meters,
            Charges(self.database),
            self.budgets,
            self.spending,
            Reconcile(self.database, self.catalogue),
            WhatIf(self.database, self.catalogue, self.prices, self.tokens),
            self.feed,
        )
        window.fill(self._start.paths, services, self._make_tasks)
        window.close_requested.connect(self._on_close)

    def _make_tasks(self, on_error: Callable[[AppError], None]) -> Tasks:
        self.tasks = Tasks(on_error, self._on_bug)
        return self.tasks

    # While it runs

    def _on_option(self, key: str) -> None:
        self.feed.publish(OptionChanged(key))
        if key == options.THEME.key:
            self.theme.set_mode(self.settings.get(options.THEME))
        elif key in WINDOW_OPTIONS:
            self._is_outdated = True
            QTimer.singleShot(0, lambda: self.tasks.start(self._rebuild_until_current()))

    async def _rebuild_until_current(self) -> None:
        """One window after the other: steps of zoom may come faster than windows are made."""
        if self._is_rebuilding:
            return  # what is under way will look again
        self._is_rebuilding = True
        try:
            while self._is_outdated:
                await self._rebuild_window()
        finally:
            self._is_rebuilding = False

    async def _rebuild_window(self) -> None:
        """Make another window with the new zoom or fonts, the same place and the same chat."""
        old, tasks = self.window, self.tasks
        self.theme.release()
        conversation_id, settings_page, usage = old.conversation_id, old.settings_page, old.pages.usage_view
        await old.finish()
        self._is_outdated = False
        self.theme = self._start.make_theme()
        self.window = MainWindow(self.theme, self.settings, self._start.choices.state)
        self._fill(self.window)
        self.window.show()
        self.window.database_ready(conversation_id)
        if usage is not None:
            self.window.show_usage(usage)
        if settings_page:
            self.window.open_settings(settings_page)
        old.hide()
        self.tasks.start(self._delete_when_done(old, tasks))

    async def _delete_when_done(self, window: MainWindow, tasks: Tasks) -> None:
        await tasks.finish()  # which still speak of its widgets
        window.deleteLater()

    def _on_handed_over(self, send: str) -> None:
        """Another copy was started on the same data: it has gone, and its wish is ours."""
        self.window.bring_to_front()
        if send:
            self.tasks.start(self._send_when_ready(send))

    async def _send_when_ready(self, text: str) -> None:
        await self.ready.wait()
        self.window.send(text)

    def _on_bug(self, error: BaseException) -> None:
        from desktop.ui.dialogs.problem import ProblemDialog  # only when something is wrong

        ProblemDialog(self.theme, error, self.window).open()

    def _on_uncaught(self, kind: type[BaseException], error: BaseException, trace: object) -> None:
        if isinstance(error, KeyboardInterrupt):
            self.close()
            return
        _log.error("uncaught", exc_info=error)
        self._on_bug(error)

    def _on_loop_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        _log.error("%s", context.get("message"), exc_info=error if isinstance(error, BaseException) else None)

    # End

    def close(self) -> None:
        """End without asking; `run` returns when everything is saved."""
        if not self._stopping:
            self._stopping = True
            self.tasks.start(self._shut_down())

    def _on_close(self) -> None:
        running = len(self.chat.running())
        if self._stopping:
            return
        if not running:
            self.close()
            return
        text = i18n.ngettext(
            "{n} reply is still being written. What has arrived is kept.",
            "{n} replies are still being written. What has arrived is kept.",
            running,
        ).format(n=running)
        from desktop.ui.widgets.confirm import confirm

        dialog = confirm(self.window, self.theme, _("Quit while writing?"), text, _("Stop and quit"), danger=False)
        dialog.cancel_button.setText(_("Keep open"))
        dialog.accepted.connect(self.close)
        dialog.open()

    async def _shut_down(self) -> None:
        """Save and close, and end come what may: a program without a window that goes on would hold the data folder."""
        self.window.hide()
        try:
            async with asyncio.timeout(SHUT_DOWN_S):
                await self._save_and_close()
        except TimeoutError:
            _log.error("closing took longer than %s s", SHUT_DOWN_S)
        finally:
            self._instance.close()
            self._loop.stop()

    async def _save_and_close(self) -> None:
        """End every reply with its text saved, then close what is open, the newest first."""
        await self.chat.stop_all()
        try:
            await self.window.finish()
        except AppError as error:
            _log.error("the draft could not be saved: %s", error)
        await self.tasks.aclose()
        await self.prices.aclose()
        await providers.aclose()
        gc.collect()  # streams that were cut off are closed while there is a loop to close them in
        await self.database.close()
        await asyncio.to_thread(self._start.choices.writer.flush)
