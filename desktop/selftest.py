"""`tuppence selftest`: does this installation work? A real window off the screen asks the offline tour, saves, reloads.

No network, no key, and a data folder of its own that is removed afterwards.
"""

import asyncio
import os
import tempfile
from importlib.metadata import entry_points
from pathlib import Path

from desktop import __version__
from desktop.domain.message import Message, Status
from desktop.paths import Paths

QUESTION = "Show me what you can render"
SECONDS = 60


def main() -> int:
    """Says what it did; 0 if all of it worked, 1 at the first thing that did not."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    print(f"Tuppence {__version__} selftest")
    with tempfile.TemporaryDirectory(prefix="tuppence-selftest-", ignore_cleanup_errors=True) as folder:
        try:
            paths = Paths.choose(Path(folder))
            reply = _ask_in_a_window(paths)
            asyncio.run(_find_again(paths, reply))
            _look_for_keychains()
        except Exception as error:
            print(f"FAILED: {type(error).__name__}: {error}")
            return 1
    print("All well.")
    return 0


def _ask_in_a_window(paths: Paths) -> Message:
    """Open the program on an empty folder, ask the tour, draw the answer, close; the finished reply."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from desktop.application import Application
    from desktop.services.catalogue import TOUR_MODEL
    from desktop.settings.choices import Choices
    from desktop.start import Start
    from desktop.ui.single_instance import SingleInstance
    from desktop.ui.theme.theme import QT_ARGUMENTS

    qt = QApplication.instance() or QApplication(["tuppence", *QT_ARGUMENTS])
    assert isinstance(qt, QApplication)
    paths.data.mkdir(parents=True, exist_ok=True)
    application = Application(Start(qt, paths, Choices(paths)), SingleInstance(paths))
    outcome: list[Message | Exception] = []

    async def scenario() -> None:
        try:
            async with asyncio.timeout(SECONDS):
                await application.ready.wait()
                turn = await application.chat.send(None, QUESTION, TOUR_MODEL)
                application.window.open(turn.conversation_id)
                outcome.append(await turn.wait())
            picture = application.window.grab().toImage()
            colors = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
            if len(colors) < 8:
                raise RuntimeError(f"the window is blank: {len(colors)} colours")
            print(f"window: drawn, {picture.width()} x {picture.height()} pixels")
        except Exception as error:
            outcome.insert(0, error)
        finally:
            application.close()

    QTimer.singleShot(0, lambda: application.tasks.start(scenario()))
    application.run()
    first = outcome[0]
    if isinstance(first, Exception):
        raise first
    if first.status is not Status.COMPLETE or not first.text:
        raise RuntimeError(f"the tour's answer ended as {first.status}")
    print(f"answer: {len(first.text)} characters streamed")
    return first


async def _find_again(paths: Paths, reply: Message) -> None:
    """Read the reply from the disk as the next start would."""
    from desktop.services.feed import Feed
    from desktop.services.library import Library
    from desktop.storage.database import Database

    database = Database(paths.database)
    await database.open()
    try:
        _conversation, tree = await Library(database, Feed()).conversation(reply.conversation_id)
        if tree[reply.id].text != reply.text:
            raise RuntimeError("the saved answer differs from the one shown")
    finally:
        await database.close()
    print("history: saved and read again, the same")


def _look_for_keychains() -> None:
    """A frozen app must bring the backends along, or no keychain would ever be found."""
    backends = sorted(entry.name for entry in entry_points(group="keyring.backends"))
    for entry in entry_points(group="keyring.backends"):
        entry.load()
    if not backends:
        raise RuntimeError("no keychain backends are installed")
    print(f"keychain backends: {', '.join(backends)}")
