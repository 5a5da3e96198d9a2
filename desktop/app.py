"""Start-up, told in order: settings, theme, an empty window on the screen, and only then everything else.

The window takes keys from its first picture on. Half of what a start costs is importing Python; it is done behind that
picture, a module at a time, so that a letter typed meanwhile shows. What everything is made of, and shutdown, are in
application.py.
"""

import builtins
import importlib
import os
import sys
from pathlib import Path

from desktop import APP_ID, APP_NAME, __version__
from desktop.i18n import gettext as _
from desktop.paths import Paths
from desktop.settings.choices import Choices

# Imported after the first picture, in slices short enough not to be felt; application.py imports them all by name.
BEHIND_THE_WINDOW = (
    "logging",
    "socket",
    "ssl",
    "subprocess",
    "concurrent.futures.thread",
    "asyncio.base_events",
    "asyncio",
    "qasync",
    "desktop.domain.events",
    "desktop.domain.conversation",
    "desktop.domain.changes",
    "desktop.settings.secrets",
    "desktop.services.catalogue",
    "desktop.services.chat",
    "desktop.ui.sidebar.chat_list",
    "desktop.ui.sidebar.sidebar",
    "desktop.ui.chat.first_run",
    "desktop.ui.chat.model_picker",
    "desktop.ui.chat.chat_page",
    "desktop.application",
)


def main(words: list[str]) -> int:
    """Open the window; the exit code when it is closed. `words` hold at most `--data-dir DIR` and `--send TEXT`."""
    given = _given(words)
    if not _has_display():
        print(_no_display(), file=sys.stderr)
        return 1
    paths = Paths.choose(Path(given["--data-dir"]) if "--data-dir" in given else None)
    choices = Choices(paths)

    from PySide6.QtWidgets import QApplication

    _import_as_before()
    from desktop.start import Start
    from desktop.ui.single_instance import SingleInstance
    from desktop.ui.theme.theme import QT_ARGUMENTS

    qt = QApplication([APP_NAME, *QT_ARGUMENTS])
    qt.setApplicationName(APP_NAME)
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName(APP_ID)
    qt.setQuitOnLastWindowClosed(False)  # everything is saved first
    try:
        paths.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        print(
            _("Tuppence cannot write to {folder}: {reason}").format(folder=paths.data, reason=reason), file=sys.stderr
        )
        return 1
    instance = SingleInstance(paths)
    if not instance.is_first:
        return instance.hand_over(given.get("--send", ""))
    start = Start(qt, paths, choices)
    start.window.show()
    for module in BEHIND_THE_WINDOW:
        qt.processEvents()
        importlib.import_module(module)
    from desktop.application import Application

    return Application(start, instance).run(given.get("--send", ""))


def _import_as_before() -> None:
    """Undo PySide's change to `import`, which is for `from __feature__ import`.

    To see which modules use PySide it reads the source of each that is imported after it, a sixth of what they cost,
    and Python keeps what was read (linecache): seven megabytes.
    """
    vars(builtins)["__import__"] = getattr(builtins, "__orig_import__", builtins.__import__)


def _given(words: list[str]) -> dict[str, str]:
    """Options and their values, as `--name value` or `--name=value`; `__main__` has made sure of the form."""
    given = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        given[name] = value if equals else next(rest, "")
    return given


def _has_display() -> bool:
    """Without one Qt ends the process, in words for programmers."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _no_display() -> str:
    return _(
        "Tuppence is a desktop program and there is no display here.\n"
        "On a desktop, start it from a terminal of that desktop. Over ssh, connect with ssh -X.\n"
        "On a server, use a virtual display (xvfb-run tuppence) or the commands: tuppence --help"
    )
