"""Real servers for the real program. What a platform cannot have is skipped there, never on Linux."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import x11
from tests.helpers.fake_service import FakeService
from tests.helpers.program import ROOT, Program

KEYCHAIN = """
printf 'a passphrase' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null
echo "$DBUS_SESSION_BUS_ADDRESS"
exec sleep 600
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program on an empty data folder, with no keychain and no keys."""
    (tmp_path / "home").mkdir()
    outside = {
        "HOME": str(tmp_path / "home"),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    return Program(tmp_path / "data", outside)


@pytest.fixture(scope="session")
def llama() -> Iterator[str]:
    """The address of llama.cpp with a small real model."""
    if sys.platform == "win32":
        pytest.skip("xllamacpp has no build for Windows")
    command = [sys.executable, "-m", "tests.helpers.llama_server"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert address, "llama.cpp did not start"
        yield address
    finally:
        server.kill()
        server.communicate()


@pytest.fixture
def fake() -> Iterator[FakeService]:
    """A server that replays what it is told to, on a thread of its own while commands run."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    service = FakeService()
    try:
        asyncio.run_coroutine_threadsafe(service.__aenter__(), loop).result(10)
        yield service
        asyncio.run_coroutine_threadsafe(service.__aexit__(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def keychain(program: Program, tmp_path: Path) -> Iterator[Program]:
    """The program with a real, unlocked keychain: gnome-keyring on a session bus of its own."""
    if not sys.platform.startswith("linux"):
        pytest.skip("gnome-keyring is Linux's keychain")
    assert shutil.which("dbus-run-session"), "install dbus"
    assert shutil.which("gnome-keyring-daemon"), "install gnome-keyring"
    (tmp_path / "runtime").mkdir(mode=0o700)
    environment = {name: value for name, value in program.env().items() if not name.startswith(("DBUS", "PYTHON"))}
    environment["XDG_RUNTIME_DIR"] = str(tmp_path / "runtime")
    command = ["dbus-run-session", "--", "sh", "-c", KEYCHAIN]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    bus = subprocess.Popen(command, env=environment, text=True, start_new_session=True, **pipes)
    try:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        assert address, "the session bus did not start"
        own = {"HOME": environment["HOME"], "XDG_RUNTIME_DIR": environment["XDG_RUNTIME_DIR"]}
        yield Program(program.data, own | {"DBUS_SESSION_BUS_ADDRESS": address})
    finally:
        os.killpg(bus.pid, signal.SIGKILL)
        bus.communicate()


@pytest.fixture
def screen() -> Iterator[x11.Screen]:
    """A screen that nobody else uses."""
    if not sys.platform.startswith("linux"):
        pytest.skip("windows are driven through X11")
    assert x11.is_available(), "install xvfb and xdotool"
    with x11.screen() as on:
        yield on
