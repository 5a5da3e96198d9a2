"""A transcript with a theme."""

import asyncio
import gc
from collections.abc import Callable, Iterator

import pytest
import qasync
from PySide6.QtWidgets import QApplication

from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.view import Transcript
from tests.ui.transcript.hosts import Host


@pytest.fixture(autouse=True)
def no_garbage_left() -> Iterator[None]:
    """Of what a test drew, at its end: nothing else collects it while tests of widgets run."""
    yield
    gc.collect()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme("light")
    theme.apply(qapp)
    yield theme
    theme.release()


@pytest.fixture
def transcript(qtbot, theme: Theme) -> Iterator[Transcript]:
    view = Transcript(theme)
    qtbot.addWidget(view)
    view.resize(1008, 600)
    view.show()
    qtbot.waitExposed(view)
    yield view
    view.set_entries([])


@pytest.fixture
def settle(qtbot, transcript: Transcript) -> Callable[[], None]:
    """Waits until everything near the viewport is built."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not transcript._ahead.isActive(), timeout=5000)

    return wait


@pytest.fixture
def host(qtbot, theme: Theme) -> Iterator[Host]:
    widget = Host(theme)
    qtbot.addWidget(widget)
    widget.show()
    yield widget
    widget.column.dispose()


def pytest_asyncio_loop_factories(config: object, item: object) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Qt and asyncio share one loop, as in the program."""
    return {"qt": lambda: qasync.QEventLoop(QApplication.instance() or QApplication([]))}
