from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop.ui.theme.theme import Theme

Stage = Callable[..., QWidget]


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme("light")
    theme.apply(qapp)
    yield theme
    theme.release()


@pytest.fixture
def stage(qtbot: Any) -> Stage:
    """Puts widgets below one another in an active window, none of them focused."""

    windows: list[QWidget] = []  # qtbot alone does not keep them alive

    def put(*widgets: QWidget) -> QWidget:
        window = QWidget()
        windows.append(window)
        qtbot.addWidget(window)
        column = QVBoxLayout(window)
        for widget in widgets:
            column.addWidget(widget)
        window.resize(400, 300)
        window.show()
        with qtbot.waitActive(window):
            window.activateWindow()
        if focused := window.focusWidget():
            focused.clearFocus()
        return window

    return put
