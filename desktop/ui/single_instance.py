"""One window per data folder: a second copy hands its wish to the first and ends."""

import hashlib
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QThread

from desktop.i18n import gettext as _
from desktop.paths import Paths

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

ANSWER_MS = 2000
TRIES = 5  # the first copy may itself be starting


class SingleInstance:
    """Holds the lock of the data folder from construction on, if nobody else does.

    The lock names the process, so that one left by a crash is taken over.
    """

    def __init__(self, paths: Paths) -> None:
        self._lock = QLockFile(str(paths.lock))
        self._lock.setStaleLockTime(0)
        self.is_first = self._lock.tryLock(0)
        self._name = "tuppence-" + hashlib.sha256(str(paths.data.resolve()).encode()).hexdigest()[:16]
        self._server: QLocalServer | None = None

    def listen(self, on_wish: Callable[[str], None]) -> None:
        """From now on answer other copies; `on_wish` gets the text to send, or nothing: come to the front."""
        from PySide6.QtNetwork import QLocalServer  # not on the way to the first window

        QLocalServer.removeServer(self._name)  # what a crash left behind; the lock says that nobody listens
        self._server = server = QLocalServer()
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(lambda: self._receive(on_wish))
        server.listen(self._name)

    def hand_over(self, send: str) -> int:
        """Tell the first copy what was wanted; the exit code of this one."""
        from PySide6.QtNetwork import QLocalSocket

        for _try in range(TRIES):
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(ANSWER_MS):
                socket.write(json.dumps({"send": send}).encode() + b"\n")
                if socket.waitForBytesWritten(ANSWER_MS) and socket.waitForReadyRead(ANSWER_MS):
                    print(_("Tuppence is already open; its window was brought to the front."), file=sys.stderr)
                    return 0
            QThread.msleep(1000)
        print(
            _("Tuppence is already open on these data and does not answer. Close it, or use another --data-dir."),
            file=sys.stderr,
        )
        return 1

    def close(self) -> None:
        """Let the next copy be the first."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _receive(self, on_wish: Callable[[str], None]) -> None:
        assert self._server is not None
        socket = self._server.nextPendingConnection()

        def read() -> None:
            if not socket.canReadLine():
                return
            try:
                wish = json.loads(bytes(socket.readLine().data()))
            except ValueError:
                wish = {}
            socket.write(b"ok\n")
            socket.flush()
            socket.disconnectFromServer()
            on_wish(str(wish.get("send", "")) if isinstance(wish, dict) else "")

        socket.readyRead.connect(read)
        socket.disconnected.connect(socket.deleteLater)
        read()
