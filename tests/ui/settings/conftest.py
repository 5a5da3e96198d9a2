import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import keyring
import pytest
import shiboken6
from PySide6.QtWidgets import QApplication

from desktop.ui.settings.dialog import SettingsDialog
from desktop.ui.theme.theme import Theme
from tests.settings.keychains import Working
from tests.ui.settings.world import World


@pytest.fixture
def keychain() -> Iterator[Working]:
    before = keyring.get_keyring()
    working = Working()
    keyring.set_keyring(working)
    yield working
    keyring.set_keyring(before)


@pytest.fixture
async def world(
    tmp_path: Path, qapp: QApplication, keychain: Working, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    world = World(tmp_path)
    monkeypatch.setattr("desktop.providers.client", lambda _dialect, _http: world.client)
    await world.open()
    yield world
    await world.close()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme("light")
    theme.apply(qapp)
    yield theme
    qapp.setStyleSheet("")
    shiboken6.delete(theme)


@pytest.fixture
async def dialog(world: World, theme: Theme) -> AsyncIterator[SettingsDialog]:
    dialog = world.dialog(theme)
    dialog.resize(1280, 800)
    dialog.show()
    await world.settle()
    yield dialog
    await world.settle()
    dialog.close()
    shiboken6.delete(dialog)
    await asyncio.sleep(0)
