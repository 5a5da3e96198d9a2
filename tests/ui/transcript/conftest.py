"""A transcript with a theme."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.view import Transcript


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
