from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.popover import Popover, fit_on_screen

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


def test_escape_closes_and_gives_the_focus_back(theme: Theme, stage: Any, qtbot: Any) -> None:
    field, button = Field(theme, "Message"), Button(theme, "Model")
    window = stage(field, button)
    field.setFocus()
    popover = Popover(theme, window)
    search = Field(theme, "Search models")
    QVBoxLayout(popover).addWidget(search)
    popover.show_below(button)
    search.setFocus()
    qtbot.waitUntil(popover.isVisible)
    assert popover.pos() == button.mapToGlobal(QPoint(0, button.height() + 4))
    QTest.keyClick(popover, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not popover.isVisible())
    assert field.hasFocus()


def test_it_may_stand_above_or_at_the_trailing_edge(theme: Theme, stage: Any, qtbot: Any) -> None:
    button = Button(theme, "≈ 1.2k tokens · $0.004–0.031")
    window = stage(button)
    window.move(300, 300)
    popover = Popover(theme, window)
    popover.setFixedSize(80, 60)
    end = button.mapToGlobal(QPoint(button.width(), 0))
    popover.show_above(button)
    assert popover.geometry().topLeft() == QPoint(end.x() - 80, end.y() - 64)
    popover.hide()
    popover.show_below(button, trailing=True)
    assert popover.geometry().topLeft() == QPoint(end.x() - 80, end.y() + button.height() + 4)


def test_popover_has_rounded_corners_and_an_edge(theme: Theme, stage: Any) -> None:
    popover = Popover(theme, stage())
    popover.resize(200, 100)
    picture = popover.grab().toImage()
    assert picture.pixelColor(0, 0).alpha() == 0
    assert picture.pixelColor(100, 0).name() == theme.color("border-strong").name()
    assert picture.pixelColor(100, 50).name() == theme.color("surface-raised").name()


def test_rectangles_are_moved_onto_the_screen(theme: Theme, stage: Any) -> None:
    window = stage()
    room = window.screen().availableGeometry()
    inside = QRect(room.left() + 10, room.top() + 10, 50, 50)
    assert fit_on_screen(inside, window) == inside
    outside = QRect(room.right() - 10, room.bottom() - 10, 50, 50)
    assert room.contains(fit_on_screen(outside, window))
    assert room.topLeft() == fit_on_screen(QRect(-500, -500, 50, 50), window).topLeft()
