"""`tuppence selftest`: does this installation work? A real window off the screen asks the offline tour, saves, reloads.

What such an answer is drawn with is tried before by itself, because a frozen program could lack just that library.
No network, no key, and a data folder of its own that is removed afterwards.
"""

import asyncio
import os
import tempfile
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from desktop import __version__
from desktop.domain.message import Message, Status
from desktop.paths import Paths

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop.ui.theme.theme import Theme

QUESTION = "Show me what you can render"
SECONDS = 60
FORMULA = r"\int_0^\infty \frac{\sin x}{x}\,dx = \frac{\pi}{2}"
CODE = {"python": "def grow(n):\n    return n + 1", "rust": "fn main() {}", "bash": "for n in 1 2; do echo $n; done"}


def main() -> int:
    """Says what it did; 0 if all of it worked, 1 at the first thing that did not."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    print(f"Tuppence {__version__} selftest")
    with tempfile.TemporaryDirectory(prefix="tuppence-selftest-", ignore_cleanup_errors=True) as folder:
        try:
            paths = Paths.choose(Path(folder))
            qt = _start_qt()
            _draw_a_formula()
            _color_code()
            _know_prices()
            reply = _ask_in_a_window(qt, paths)
            _search_by_expression(reply)
            asyncio.run(_find_again(paths, reply))
            _look_for_keychains()
        except Exception as error:
            print(f"FAILED: {type(error).__name__}: {error}")
            return 1
    print("All well.")
    return 0


def _start_qt() -> "QApplication":
    from PySide6.QtWidgets import QApplication

    from desktop.ui.theme.theme import QT_ARGUMENTS

    qt = QApplication.instance() or QApplication(["tuppence", *QT_ARGUMENTS])
    assert isinstance(qt, QApplication)
    return qt


def _ask_in_a_window(qt: "QApplication", paths: Paths) -> Message:
    """Open the program on an empty folder, ask the tour, draw the answer, close; the finished reply."""
    from PySide6.QtCore import QTimer

    from desktop.application import Application
    from desktop.services.catalogue import TOUR_MODEL
    from desktop.settings.choices import Choices
    from desktop.start import Start
    from desktop.ui.single_instance import SingleInstance

    paths.data.mkdir(parents=True, exist_ok=True)
    application = Application(Start(qt, paths, Choices(paths)), SingleInstance(paths))
    outcome: list[Message | Exception] = []

    async def scenario() -> None:
        try:
            async with asyncio.timeout(SECONDS):
                await application.ready.wait()
                turn = await application.chat.send(None, QUESTION, TOUR_MODEL)
                application.window.open(turn.conversation_id)
                reply = await turn.wait()
                outcome.append(reply)
                await _print(application.theme, paths, reply)
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


def _draw_a_formula() -> None:
    """Lay it out and paint it: a refused one would be shown as its source, and one without QtSvg not at all."""
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtGui import QColor, QImage, QPainter

    from desktop.render import formulas
    from desktop.ui.transcript.formulas import Formulas

    picture = formulas.draw(FORMULA, True)
    if isinstance(picture, formulas.Refused):
        raise RuntimeError(f"a formula was refused: {picture.reason}")
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    with QPainter(image) as painter:
        Formulas().paint(painter, picture, QPointF(10, 60), 24, QColor("black"))
    ink = sum(QColor(image.pixel(x, y)).red() < 128 for x in range(200) for y in range(100))
    if not ink:
        raise RuntimeError("the picture of a formula is blank")
    print(f"formula: drawn, {ink} dark pixels")


def _color_code() -> None:
    from desktop.render import highlight

    for language, code in CODE.items():
        if not any(highlight.lines(code, language)):
            raise RuntimeError(f"code in {language} has no colours")
    print(f"code: coloured, {', '.join(map(highlight.name_of, CODE))}")


def _search_by_expression(reply: Message) -> None:
    from desktop.render.finding import Matcher, Query

    found = Matcher(Query(r"\p{Lu}\w+", expression=True)).spans([reply.text])
    if not found:
        raise RuntimeError("an expression finds nothing in the answer")
    print(f"search: {len(found)} places by an expression")


def _know_prices() -> None:
    from desktop.providers import price_sources

    prices = price_sources.bundled()
    if not prices.count():
        raise RuntimeError("no prices are known")
    print(f"prices: {prices.count()} models")


async def _print(theme: "Theme", paths: Paths, reply: Message) -> None:
    """Set the answer on the pages of a printer that writes a PDF."""
    from PySide6.QtPrintSupport import QPrinter

    from desktop.ui.transcript.entry import Entry
    from desktop.ui.transcript.paper import printing

    file = paths.data / "selftest.pdf"
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(file))
    pages = await printing.draw(theme, printer, QUESTION, [Entry(reply)], lambda done: None)
    if not file.read_bytes().startswith(b"%PDF"):
        raise RuntimeError("what was printed is no PDF")
    print(f"printing: {pages} pages, {file.stat().st_size:,} bytes")


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
