"""Notifications of the desktop: said beside every window, by the desktop's own means, and never waited for."""

import asyncio
import logging
import sys

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from desktop import APP_NAME
from desktop.ui.tasks import Tasks

SHOWN_MS = 10_000

_log = logging.getLogger(__name__)


class Notifier(QObject):
    """Where the desktop has nothing to notify with, nothing happens: what matters is in the window too."""

    clicked = Signal()

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._tray: QSystemTrayIcon | None = None

    def show(self, title: str, text: str) -> None:
        """Say something for some seconds."""
        if sys.platform == "linux":
            self._tasks.start(self._show_on_bus(title, text))
        elif QSystemTrayIcon.isSystemTrayAvailable():
            self._show_in_tray(title, text)

    async def _show_on_bus(self, title: str, text: str) -> None:
        try:
            await asyncio.to_thread(notify, title, text)
        except Exception as error:  # the bus, the service or its answer; none of it is the user's concern
            _log.info("no notification: %s", error)

    def _show_in_tray(self, title: str, text: str) -> None:
        if self._tray is None:
            self._tray = QSystemTrayIcon(QApplication.windowIcon(), self)
            self._tray.messageClicked.connect(self.clicked)
        self._tray.show()  # messages belong to an icon
        self._tray.showMessage(title, text, QApplication.windowIcon(), SHOWN_MS)
        QTimer.singleShot(SHOWN_MS, self._tray, self._tray.hide)


def notify(title: str, text: str) -> None:
    """Ask the desktop's notification service over the session bus; waits for its answer, so call it in a thread.

    Source: the Desktop Notifications Specification 1.2. Raises what jeepney raises.
    """
    from html import escape  # with jeepney only for those who are told something

    from jeepney import DBusAddress, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    service = DBusAddress(
        "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.freedesktop.Notifications"
    )
    # Of the text some servers read markup, and all read its entities.
    hints = {"desktop-entry": ("s", "app.tuppence.Tuppence")}
    values: tuple[object, ...] = (APP_NAME, 0, "", title, escape(text, quote=False), [], hints, SHOWN_MS)
    with open_dbus_connection("SESSION") as connection:
        connection.send_and_get_reply(new_method_call(service, "Notify", "susssasa{sv}i", values), timeout=5)
