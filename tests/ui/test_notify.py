"""Notifications reach a real bus with the types that the specification asks for."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from desktop.ui import notify as module
from desktop.ui.notify import Notifier, notify
from desktop.ui.tasks import Tasks

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="a session bus is needed"
)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address
        daemon.terminate()


def test_a_notification_service_is_told(bus: str) -> None:
    from jeepney import HeaderFields, MessageType, message_bus, new_method_return
    from jeepney.io.blocking import open_dbus_connection

    with open_dbus_connection("SESSION") as server:
        server.send_and_get_reply(message_bus.RequestName("org.freedesktop.Notifications"))

        def serve() -> tuple[Any, str]:
            while True:
                message = server.receive(timeout=5)
                if message.header.message_type is MessageType.method_call:
                    server.send(new_method_return(message, "u", (1,)))
                    return message.body, message.header.fields[HeaderFields.signature]

        with ThreadPoolExecutor(1) as pool:
            served = pool.submit(serve)
            notify("Daily", "More than 80 % & rising")
            body, signature = served.result(timeout=5)
    assert signature == "susssasa{sv}i"
    assert body[0] == "Tuppence"
    assert body[3:5] == ("Daily", "More than 80 % &amp; rising")


async def test_a_desktop_without_one_is_no_error(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong: list[BaseException] = []
    tried: list[str] = []

    def watched(title: str, text: str) -> None:
        tried.append(title)
        notify(title, text)

    monkeypatch.setattr(module, "notify", watched)
    tasks = Tasks(wrong.append, wrong.append)
    Notifier(tasks).show("Daily", "More than 80 %")
    await tasks.finish()
    assert tried == ["Daily"]
    assert wrong == []
