"""What every test of widgets leaves behind is taken away."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from desktop.ui.garbage import UiThreadCollector


@pytest.fixture(scope="session")
def collector(qapp: QApplication) -> Iterator[UiThreadCollector]:
    """Garbage is collected as in the program: what a test leaves may be widgets, and other threads come and go."""
    made = UiThreadCollector(qapp)
    yield made
    gc.unfreeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _nothing_left(qapp: QApplication, collector: UiThreadCollector) -> Iterator[None]:
    """Windows that a test did not close would be styled anew with every later theme, which makes all of them slow.

    Offscreen the clipboard outlives Python, and what was copied there could not be ended any more.
    """
    yield
    for widget in QApplication.topLevelWidgets():
        widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.clipboard().clear()
    collector.collect()
