from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.focus import FocusRing
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.toggle import Switch

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


def rings(window: QWidget) -> list[FocusRing]:
    return [ring for ring in window.findChildren(FocusRing) if ring.isVisible()]


def test_tab_shows_the_ring_two_pixels_outside(theme: Theme, stage: Any) -> None:
    button = Button(theme, "Add key")
    window = stage(button)
    QTest.keyClick(window, Qt.Key.Key_Tab)
    assert button.hasFocus()
    (ring,) = rings(window)
    assert ring.geometry() == button.geometry().adjusted(-5, -5, 5, 5)
    picture = window.grab().toImage()
    x = button.x()
    y = button.y() + button.height() // 2
    accent, ground = theme.color("accent").name(), theme.color("surface").name()
    assert [picture.pixelColor(x + dx, y).name() for dx in (-4, -3, -2, -1)] == [accent, accent, ground, ground]


def test_ring_goes_with_the_focus(theme: Theme, stage: Any) -> None:
    first, second = Button(theme, "One"), Switch(theme, "Two")
    window = stage(first, second)
    QTest.keyClick(window, Qt.Key.Key_Tab)
    QTest.keyClick(first, Qt.Key.Key_Tab)
    (ring,) = rings(window)
    assert ring.geometry() == second.geometry().adjusted(-5, -5, 5, 5)
    second.clearFocus()
    assert rings(window) == []


@pytest.mark.parametrize("reason", [Qt.FocusReason.MouseFocusReason, Qt.FocusReason.OtherFocusReason])
def test_no_ring_without_the_keyboard(theme: Theme, stage: Any, reason: Qt.FocusReason) -> None:
    button = Button(theme, "Add key")
    window = stage(button)
    button.setFocus(reason)
    assert button.hasFocus()
    assert rings(window) == []


def test_click_takes_no_focus_and_shows_no_ring(theme: Theme, stage: Any) -> None:
    field, button = Field(theme, "Message"), Button(theme, "Send")
    window = stage(field, button)
    field.setFocus()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert field.hasFocus()
    assert rings(window) == []


def test_ring_follows_a_control_that_moves(theme: Theme, stage: Any) -> None:
    box = QWidget()
    button = Button(theme, "Add key", parent=box)
    window = stage(box)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    button.move(30, 40)
    (ring,) = rings(window)
    assert ring.geometry().center() == box.pos() + button.geometry().center()
    box.move(box.pos() + QPoint(5, 5))
    assert ring.geometry().center() == box.pos() + button.geometry().center()


def test_ring_stays_inside_a_scroll_area(theme: Theme, stage: Any) -> None:
    content = QWidget()
    column = QVBoxLayout(content)
    buttons = [Button(theme, f"Button {number}") for number in range(30)]
    for button in buttons:
        column.addWidget(button)
    area = QScrollArea()
    area.setWidget(content)
    window = stage(area)
    buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
    (ring,) = rings(window)
    area.verticalScrollBar().setValue(25)
    top = area.viewport().mapTo(window, QPoint(0, 0)).y()
    assert ring.geometry().top() == top
    area.verticalScrollBar().setValue(500)
    assert rings(window) == []
    area.verticalScrollBar().setValue(0)
    assert rings(window) == [ring]


def test_ring_is_back_after_a_menu(theme: Theme, stage: Any, qtbot: Any) -> None:
    button = Button(theme, "More")
    window = stage(button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    menu = Menu(theme, "More", window)
    menu.add("copy", "Copy", lambda: None)
    menu.popup(window.mapToGlobal(QPoint(0, 0)))
    qtbot.waitUntil(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not menu.isVisible())
    assert len(rings(window)) == 1


def test_ring_goes_with_a_control_that_is_deleted(theme: Theme, stage: Any, qtbot: Any) -> None:
    first, second = Button(theme, "Keep"), Button(theme, "Remove")
    window = stage(first, second)
    second.setFocus(Qt.FocusReason.TabFocusReason)
    assert len(rings(window)) == 1
    shiboken6.delete(second)
    qtbot.waitUntil(lambda: rings(window) == [])
