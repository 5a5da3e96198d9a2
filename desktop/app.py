"""The application: builds every object and joins them. Start-up and shutdown are told here in order.

The window is on the screen before the database is opened or anything that talks to a network is imported; the history
follows a moment later.
"""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

import asyncio  # isort: skip  (qasync binds to the Qt that is imported first)
import qasync  # isort: skip

from desktop import APP_ID, APP_NAME, __version__, i18n
from desktop.domain.changes import OptionChanged
from desktop.domain.errors import AppError, StorageError
from desktop.i18n import gettext as _
from desktop.paths import Paths, resources
from desktop.services.catalogue import Catalogue
from desktop.services.chat import Chat
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.settings import options
from desktop.settings.files import Writer
from desktop.settings.providers import ProviderStore
from desktop.settings.secrets import Secrets
from desktop.settings.state import StateStore
from desktop.settings.store import Settings
from desktop.storage.database import Database
from desktop.ui.main_window import MainWindow
from desktop.ui.single_instance import SingleInstance
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme

_log = logging.getLogger(__name__)

WINDOW_OPTIONS = {options.ZOOM.key, options.READING_FONT.key, options.CODE_FONT.key}


def main(words: list[str]) -> int:
    """Open the window; the exit code when it is closed. `words` hold at most `--data-dir DIR` and `--send TEXT`."""
    given = _given(words)
    if not _has_display():
        print(_no_display(), file=sys.stderr)
        return 1
    paths = Paths.choose(Path(given["--data-dir"]) if "--data-dir" in given else None)
    qt = QApplication([APP_NAME])
    qt.setApplicationName(APP_NAME)
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName(APP_ID)
    qt.setQuitOnLastWindowClosed(False)  # everything is saved first
    try:
        paths.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(
            _("Tuppence cannot write to {folder}: {reason}").format(folder=paths.data, reason=error.strerror),
            file=sys.stderr,
        )
        return 1
    instance = SingleInstance(paths)
    if not instance.is_first:
        return instance.hand_over(given.get("--send", ""))
    return Application(qt, paths, instance).run(given.get("--send", ""))


class Application:
    """Everything there is one of."""

    def __init__(self, qt: QApplication, paths: Paths, instance: SingleInstance) -> None:
        self._qt = qt
        self._paths = paths
        self._instance = instance
        self._writer = Writer(on_error=lambda path, error: _log.error("%s could not be written: %s", path, error))
        self.settings = Settings(paths.settings, self._writer)
        self.settings.load()
        _select_language(self.settings.get(options.LANGUAGE))
        self._state = StateStore(paths.state, self._writer)
        self._providers = ProviderStore(paths.providers)
        self._providers.load()

        self.feed = Feed()
        self.database = Database(paths.database)
        self.library = Library(self.database, self.feed)
        self.catalogue = Catalogue(self._providers, Secrets(paths.keys), self.settings, self.database, self.feed)
        self.chat = Chat(self.database, self.library, self.catalogue, self.settings, self.feed)

        self._loop = qasync.QEventLoop(qt)
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(self._on_loop_error)
        sys.excepthook = self._on_uncaught
        self._stopping = False
        self.ready = asyncio.Event()
        qt.setWindowIcon(QIcon(str(resources() / "icons" / "tuppence.png")))
        self.theme = self._make_theme()
        self.window = self._make_window()
        self.settings.subscribe(self._on_option)

    def run(self, send: str = "") -> int:
        """Show the window and work until it is closed."""
        self.window.show()
        self.window.start()
        QTimer.singleShot(0, lambda: self.tasks.start(self._open_history(send)))
        with self._loop:
            self._loop.run_forever()
        return 0

    # Start

    async def _open_history(self, send: str) -> None:
        """After the first picture: the database, the cached models, the chat that was open last."""
        from desktop import log

        log.set_up(self._paths.log)
        try:
            await self.database.open()
            await self.library.recover(app=True)
            await self.catalogue.load()
        except StorageError as error:
            self.window.show_error(error)
            return
        self.window.database_ready()
        for problem in (*self.settings.problems, *self._providers.problems):
            self.window.show_text(problem)
        self._instance.listen(self._on_handed_over)
        if send:
            self.window.send(send)
        self.ready.set()
        await self.library.empty_old_trash()

    def _make_theme(self) -> Theme:
        theme = Theme(
            self.settings.get(options.THEME),
            self.settings.get(options.ZOOM),
            self.settings.get(options.READING_FONT),
            self.settings.get(options.CODE_FONT),
        )
        theme.apply(self._qt)
        return theme

    def _make_window(self) -> MainWindow:
        window = MainWindow(
            self.theme,
            self.settings,
            self._state,
            self._paths,
            self.library,
            self.chat,
            self.catalogue,
            self.feed,
            self._make_tasks,
        )
        window.close_requested.connect(self._on_close)
        return window

    def _make_tasks(self, on_error: Callable[[AppError], None]) -> Tasks:
        self.tasks = Tasks(on_error, self._on_bug)
        return self.tasks

    # While it runs

    def _on_option(self, key: str) -> None:
        self.feed.publish(OptionChanged(key))
        if key == options.THEME.key:
            self.theme.set_mode(self.settings.get(options.THEME))
        elif key in WINDOW_OPTIONS:
            QTimer.singleShot(0, lambda: self.tasks.start(self._rebuild_window()))

    async def _rebuild_window(self) -> None:
        """Zoom and fonts hold for the life of a window: make another with the same place and the same chat."""
        old = self.window
        conversation_id, settings_page = old.conversation_id, old.settings_page
        await old.finish()
        self.theme = self._make_theme()
        self.window = self._make_window()
        self.window.show()
        self.window.start()
        self.window.database_ready(conversation_id)
        if settings_page:
            self.window.open_settings(settings_page)
        old.hide()
        old.deleteLater()

    def _on_handed_over(self, send: str) -> None:
        """Another copy was started on the same data: it has gone, and its wish is ours."""
        self.window.bring_to_front()
        if send:
            self.window.send(send)

    def _on_bug(self, error: BaseException) -> None:
        from desktop.ui.dialogs.problem import ProblemDialog  # only when something is wrong

        ProblemDialog(self.theme, error, self.window).open()

    def _on_uncaught(self, kind: type[BaseException], error: BaseException, trace: object) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._on_close()
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
        """End every reply with its text saved, then close what is open, the newest first."""
        self.window.hide()
        await self.chat.stop_all()
        try:
            await self.window.finish()
        except AppError as error:
            _log.error("the draft could not be saved: %s", error)
        from desktop import providers

        await providers.aclose()
        await self.database.close()
        self._instance.close()
        await asyncio.to_thread(self._writer.flush)
        self._loop.stop()


def _given(words: list[str]) -> dict[str, str]:
    """Options and their values, as `--name value` or `--name=value`; `__main__` has made sure of the form."""
    given = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        given[name] = value if equals else next(rest, "")
    return given


def _select_language(chosen: str) -> None:
    """The catalogue of the chosen language, or of the system's; none for English."""
    from PySide6.QtCore import QLocale

    language = chosen or QLocale.system().name().split("_")[0]
    catalogue = resources() / "locale" / language / "LC_MESSAGES" / "tuppence.mo"
    if language != "en" and catalogue.is_file():
        import gettext  # only for translations

        with catalogue.open("rb") as file:
            i18n.select(gettext.GNUTranslations(file))


def _has_display() -> bool:
    """Without one Qt ends the process, in words for programmers."""
    import os

    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _no_display() -> str:
    return _(
        "Tuppence is a desktop program and there is no display here.\n"
        "On a desktop, start it from a terminal of that desktop. Over ssh, connect with ssh -X.\n"
        "On a server, use a virtual display (xvfb-run tuppence) or the commands: tuppence --help"
    )
