from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.menu import Menu

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


def test_items_are_chosen_with_the_keyboard(theme: Theme, stage: Any, qtbot: Any) -> None:
    window = stage()
    menu = Menu(theme, "Chat", window)
    chosen: list[str] = []
    menu.add("pencil-simple", "Rename", lambda: chosen.append("rename"), "F2")
    menu.addSeparator()
    menu.add("trash", "Delete", lambda: chosen.append("delete"), "Del", danger=True)
    menu.popup(window.mapToGlobal(QPoint(5, 5)))
    qtbot.waitUntil(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_Up)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert chosen == ["delete"]


def test_measures(theme: Theme) -> None:
    menu = Menu(theme, "Chat")
    first = menu.add("pencil-simple", "Rename", lambda: None, "F2")
    line = menu.addSeparator()
    last = menu.add("trash", "Delete", lambda: None, danger=True)
    menu.resize(menu.sizeHint())
    assert menu.actionGeometry(first).top() == 7
    assert menu.actionGeometry(first).height() == menu.actionGeometry(last).height() == 32
    assert menu.actionGeometry(line).height() == 13
    assert menu.width() >= 200


def test_menu_draws_selection_and_danger(theme: Theme, stage: Any) -> None:
    window = stage()
    menu = Menu(theme, "Chat", window)
    menu.add("pencil-simple", "Rename", lambda: None)
    danger = menu.add("stop-fill", "Delete", lambda: None, danger=True)
    menu.resize(menu.sizeHint())
    menu.setActiveAction(danger)
    picture = menu.grab().toImage()
    row = menu.actionGeometry(danger)
    assert picture.pixelColor(row.left() + 5, row.center().y()).name() == theme.color("selected").name()
    assert picture.pixelColor(row.left() + 18, row.center().y()).name() == theme.color("danger").name()
    assert picture.pixelColor(picture.width() // 2, 0).name() == theme.color("border-strong").name()


def test_submenu_opens(theme: Theme, stage: Any, qtbot: Any) -> None:
    window = stage()
    menu, inner = Menu(theme, "Chat", window), Menu(theme, "Move to", window)
    inner.add("folder-simple", "Thesis", lambda: None)
    menu.add_menu("folder-simple", inner)
    menu.popup(window.mapToGlobal(QPoint(5, 5)))
    qtbot.waitUntil(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Right)
    qtbot.waitUntil(inner.isVisible)
    inner.close()
    menu.close()
