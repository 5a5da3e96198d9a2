"""The pictures in docs/screenshots: `python -m tests.helpers.screenshots FOLDER`.

The real program runs off the screen on seeded data, once for each theme and start, and its windows are grabbed. A
server on this computer plays the providers, so that replies stream and fail as real ones do.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.helpers.fake_service import Reply

SIZE = (1280, 800)
COMPACT = (760, 800)
# Large enough for every window: the offscreen platform's own screen is 800 by 800.
SCREEN = {"name": "studio", "x": 0, "y": 0, "width": 2560, "height": 10000, "logicalDpi": 96, "dpr": 1}
PIECE, PAUSE_S = 100, 0.025  # bytes at a time, and seconds between, of replies that stream
SETTLE_S = 0.6  # fades and late layouts
# Every kind of block: the script it is written in, the theme, the zoom in percent, the height that it needs.
PAGES = (
    ("latin", "light", 100, 2440),
    ("latin", "dark", 100, 2440),
    ("latin", "contrast", 100, 2440),
    ("latin", "light", 200, 4900),
    ("chinese", "light", 100, 1800),
    ("chinese", "dark", 200, 3600),
    ("arabic", "light", 100, 1700),
    ("arabic", "dark", 100, 1700),
)
USAGE_DAY = (2026, 11, 21)
"""The last day of the spending that the picture of the usage page shows."""
ROOT = Path(__file__).resolve().parents[2]


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        desk = Path(scratch) / "screens.json"
        desk.write_text(json.dumps({"screens": [SCREEN]}))
        environment = dict(os.environ) | {"QT_QPA_PLATFORM": f"offscreen:configfile={desk}", "LC_ALL": "C.UTF-8"}
        takes = [(scene, theme) for theme in ("light", "dark") for scene in SCENES]
        takes += [(f"blocks {number}", page[1]) for number, page in enumerate(PAGES)]
        for scene, theme in takes:
            words = [sys.executable, "-m", "tests.helpers.screenshots", str(folder), scene, theme]
            subprocess.run(words, check=True, cwd=ROOT, env=environment)
    print("\n".join(sorted(str(path) for path in folder.glob("*.png"))))
    return 0


class Studio:
    """The running program, and a camera."""

    def __init__(self, folder: Path, theme: str, data: Path) -> None:
        from PySide6.QtWidgets import QApplication

        from desktop.application import Application
        from desktop.settings import options
        from desktop.settings.choices import Choices
        from desktop.start import Start
        from desktop.ui.single_instance import SingleInstance
        from tests.helpers import seed

        self._folder, self._theme = folder, theme
        if theme == "contrast":
            ask_for_contrast()
        seed.setting(data, options.THEME, "light" if theme == "contrast" else theme)
        qt = QApplication(["tuppence"])
        paths = seed.paths(data)
        self.app = Application(Start(qt, paths, Choices(paths)), SingleInstance(paths))
        self.problem: BaseException | None = None

    def run(self, scene: Callable[["Studio"], Awaitable[None]]) -> None:
        from PySide6.QtCore import QTimer

        async def play() -> None:
            try:
                await self.app.ready.wait()
                self.app.window.resize(*SIZE)
                await scene(self)
            except Exception as error:
                self.problem = error
            finally:
                self.app.close()

        QTimer.singleShot(0, lambda: self.app.tasks.start(play()))
        self.app.run()
        if self.problem is not None:
            raise self.problem

    async def open(self, title: str) -> None:
        rows = await self.app.library.summaries()
        self.app.window.open(next(row.id for row in rows if row.title == title))
        await asyncio.sleep(SETTLE_S)

    async def shoot_settings(self, pages: dict[str, str]) -> None:
        """Pages of the settings, each with the provider that is looked at or an empty text."""
        from PySide6.QtWidgets import QDialog

        window = self.app.window
        for page, provider_id in pages.items():
            window.open_settings(page, provider_id)
            dialog = next(each for each in window.findChildren(QDialog) if each.isVisible())
            dialog.resize(*SIZE)
            await self.shoot(f"settings-{page}", dialog)
        dialog.close()

    async def shoot(self, name: str, window: object = None) -> None:
        """The window, with what floats above it."""
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QPainter
        from PySide6.QtWidgets import QApplication, QWidget

        await asyncio.sleep(SETTLE_S)
        while any(thread.name == "formulas" for thread in threading.enumerate()):
            await asyncio.sleep(SETTLE_S)  # those that have been laid out are shown a moment later
        shown = window if isinstance(window, QWidget) else self.app.window
        picture = shown.grab()
        painter = QPainter(picture)
        floating = (Qt.WindowType.Popup, Qt.WindowType.Tool)
        for above in QApplication.topLevelWidgets():
            if above.isVisible() and above.windowType() in floating:
                painter.drawPixmap(above.pos() - shown.pos(), above.grab())
        painter.end()
        path = self._folder / f"{name}-{self._theme}.png"
        assert picture.save(str(path)), path


async def first_run(studio: Studio) -> None:
    await studio.shoot("first-run")


async def used(studio: Studio) -> None:
    from decimal import Decimal

    from desktop.domain.budget import Budget
    from desktop.ui.chat.composer import Composer
    from tests.helpers import samples
    from tests.helpers.fake_service import FakeService, Reply

    app = studio.app
    await app.budgets.save([Budget("day", "Daily", Decimal(2))])
    for provider_id, labels in samples.KEYS.items():
        for label in labels:
            await app.catalogue.add_key(
                provider_id, label, f"sample-{label.lower()}-{'4f2a' if label == 'Personal' else '9c1d'}"
            )
    async with FakeService() as fake:
        fake.reply("/messages", Reply(fault="silence"))
        await point_to(studio, "anthropic", fake.url)
        await ask(studio, samples.POSTGRES, "And for a partial index?")
        await studio.open(samples.MORTGAGE)
        await studio.shoot("main")

        composer = app.window.findChild(Composer)
        composer.edit.insertPlainText(samples.FOLLOW_UP)
        await asyncio.sleep(SETTLE_S)
        composer.estimate.click()
        await studio.shoot("estimate")
        close_popups()
        composer.edit.clear()

        app.window.page.choose_model()
        await studio.shoot("model-picker")
        close_popups()

        app.window.resize(*COMPACT)
        await studio.shoot("compact")
        app.window.toggle_sidebar()
        await studio.shoot("compact-overlay")
        app.window.toggle_sidebar()
        app.window.resize(*SIZE)

        await studio.shoot_settings({"providers": "mistral", "appearance": "", "chat": "", "data": ""})

        fake.reply("/v1/chat/completions", streaming_reply(samples.FOLLOW_UP_ANSWER))
        await point_to(studio, "mistral", f"{fake.url}/v1")
        await ask(studio, samples.MORTGAGE, samples.FOLLOW_UP)
        await asyncio.sleep(4)
        await studio.shoot("streaming")
        app.window.page.stop()
        await asyncio.sleep(SETTLE_S)


async def blocks(studio: Studio, script: str, zoom: int, height: int) -> None:
    from tests.helpers import every_block

    window = studio.app.window
    window.toggle_sidebar()
    window.resize(SIZE[0] * zoom // 100, height)
    await studio.open(every_block.PAGES[script][0])
    await studio.shoot(f"blocks-{script}" if zoom == 100 else f"blocks-{script}-{zoom}")


async def usage(studio: Studio) -> None:
    """A month with the twelfth day picked, its last day, and a month without anything."""
    from decimal import Decimal

    from desktop.domain.budget import Budget, Period, Scope, ScopeKind
    from desktop.ui.usage.chart import Chart
    from desktop.ui.usage.page import UsagePage
    from desktop.ui.usage.view import Kind

    work = Scope(ScopeKind.KEY, "Work")
    await studio.app.budgets.save(
        [
            Budget("day", "Daily", Decimal(2)),
            Budget("month", "Monthly", Decimal(20), period=Period.MONTH),
            Budget("work", "Work key", Decimal(3), work, Period.TOTAL, alerts=(80,)),
        ]
    )
    studio.app.window.show_usage()
    await asyncio.sleep(SETTLE_S)
    chart = studio.app.window.findChild(Chart)
    chart.pick(11)
    await studio.shoot("usage")
    chart.pick(None)
    page = studio.app.window.findChild(UsagePage)
    page.head.kinds.set_value(Kind.DAY.value)
    await studio.shoot("usage-day")
    page.head.kinds.set_value(Kind.MONTH.value)
    page.head.previous.click()
    page.head.previous.click()
    await studio.shoot("usage-empty")


async def failing(studio: Studio) -> None:
    from tests.helpers import failing

    await failing.failing(studio)


async def usage_one_day(studio: Studio) -> None:
    studio.app.window.show_usage()
    await studio.shoot("usage-one-day")


async def caps(studio: Studio) -> None:
    """A message that a cap has stopped, and the pages of the settings about money."""
    from datetime import date
    from decimal import Decimal

    from desktop.domain.budget import Budget, Period, Scope, ScopeKind
    from desktop.domain.cost import Rates
    from desktop.domain.model import ModelRef
    from desktop.ui.chat.composer import Composer
    from tests.helpers import samples

    app, daily = studio.app, Budget("day", "Daily", Decimal(2))
    await app.prices.prepare()
    await app.budgets.save([daily])
    (state,) = await app.budgets.states()
    await app.budgets.save([replace(daily, cap=state.spent)])
    await studio.open(samples.MORTGAGE)
    composer = app.window.findChild(Composer)
    composer.edit.insertPlainText(samples.FOLLOW_UP)
    composer.send_requested.emit(samples.FOLLOW_UP)
    await studio.shoot("budget-stop")
    client = Budget("client", "Client work", Decimal(5), Scope(ScopeKind.TAG, "acme"), Period.TOTAL, alerts=(80,))
    await app.budgets.save([daily, Budget("month", "Monthly", Decimal(20), period=Period.MONTH), client])
    medium = ModelRef("mistral", "mistral-medium-latest")
    await app.prices.set_price(medium, Rates(Decimal("1.2"), Decimal(6), Decimal("0.12")), date(2026, 11, 1))
    await app.prices.set_discount("openai", Decimal(10))
    await studio.shoot_settings({"budgets": "", "prices": ""})


SCENES = {
    "first-run": first_run,
    "used": used,
    "failing": failing,
    "usage": usage,
    "usage-one-day": usage_one_day,
    "caps": caps,
}


async def point_to(studio: Studio, provider_id: str, url: str) -> None:
    provider = studio.app.catalogue.provider(provider_id)
    assert provider is not None
    await studio.app.catalogue.save_provider(replace(provider, base_url=url))


async def ask(studio: Studio, title: str, question: str) -> None:
    """A further question in a conversation, as its composer would send it."""
    rows = await studio.app.library.summaries()
    row = next(row for row in rows if row.title == title)
    conversation, _tree = await studio.app.library.conversation(row.id)
    assert row.model is not None
    await studio.app.chat.send(row.id, question, row.model, conversation.head_id)
    await asyncio.sleep(SETTLE_S)


def streaming_reply(text: str) -> "Reply":
    """Chat completions that begin after a moment, and where the text stops nothing comes for a while."""
    from tests.helpers.fake_service import Reply

    def said(delta: dict[str, str]) -> dict[str, object]:
        return {"id": "1", "model": "sample", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}

    reply = Reply.sse(*(said({"content": text[start : start + 12]}) for start in range(0, len(text), 12)))
    return replace(reply, body=waiting(0.6) + reply.body + waiting(20), piece=PIECE, pause_s=PAUSE_S)


def waiting(seconds: float) -> bytes:
    """Comments, which say nothing, one for each piece."""
    return (b":" + b" " * (PIECE - 3) + b"\n\n") * round(seconds / PAUSE_S)


def ask_for_contrast() -> None:
    """What a desktop's own setting does, which an offscreen one does not have."""
    from desktop.ui.theme import theme, tokens

    theme.load_tokens = lambda file, **_given: tokens.load_tokens(file, high_contrast=True)  # type: ignore[attr-defined]


def close_popups() -> None:
    from PySide6.QtWidgets import QApplication

    while popup := QApplication.activePopupWidget():
        popup.close()


def play(folder: Path, scene: str, theme: str) -> int:
    import keyring

    from tests.helpers import clock

    if scene.startswith("usage"):
        clock.move_to(*USAGE_DAY)

    from tests.helpers import samples
    from tests.settings.keychains import Working

    keyring.set_keyring(Working())
    with tempfile.TemporaryDirectory(prefix="tuppence-pictures-") as scratch:
        data = Path(scratch)
        if scene.startswith("blocks"):
            script, _theme, zoom, height = PAGES[int(scene.split()[1])]
            samples.fill(data)
            samples.fill_page(data, script, zoom)
            Studio(folder, theme, data).run(partial(blocks, script=script, zoom=zoom, height=height))
        else:
            fill(data, scene)
            Studio(folder, theme, data).run(SCENES[scene])
    return 0


def fill(data: Path, scene: str) -> None:
    """What there is before a scene begins."""
    from datetime import date

    from tests.helpers import samples, spending

    match scene:
        case "first-run":
            pass
        case "usage":
            samples.fill(data)
            spending.fill(data, date(*USAGE_DAY))
        case "usage-one-day":
            samples.fill_models(data)
            spending.fill_one_day(data, date(*USAGE_DAY))
        case _:
            samples.fill(data)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(Path(arguments[0])) if len(arguments) == 1 else play(Path(arguments[0]), *arguments[1:]))
