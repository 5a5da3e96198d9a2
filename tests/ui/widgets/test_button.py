from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QEnterEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button, Chip, IconButton

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


def make_all(theme: Theme) -> list[Button | IconButton | Chip]:
    return [Button(theme, "Add key"), IconButton(theme, "copy", "Copy"), Chip(theme, "Mistral Medium 3.5", caret=True)]


def color_at(widget: QWidget, x: int, y: int) -> str:
    return widget.grab().toImage().pixelColor(x, y).name()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_keys_click(theme: Theme, stage: Any, key: Qt.Key) -> None:
    buttons = make_all(theme)
    stage(*buttons)
    for button in buttons:
        clicks = QSignalSpy(button.clicked)
        QTest.keyClick(button, key)
        assert clicks.count() == 1
        button.setEnabled(False)
        QTest.keyClick(button, key)
        assert clicks.count() == 1


def test_screen_readers_get_a_button_and_its_name(theme: Theme, stage: Any) -> None:
    buttons = make_all(theme)
    stage(*buttons)
    for button, name in zip(buttons, ("Add key", "Copy", "Mistral Medium 3.5"), strict=True):
        interface = QAccessible.queryAccessibleInterface(button)
        assert interface.role() == QAccessible.Role.Button
        assert interface.text(QAccessible.Text.Name) == name


def test_measures(theme: Theme) -> None:
    assert Button(theme, "Test").sizeHint().height() == 32
    assert Button(theme, "Test", small=True).sizeHint().height() == 28
    assert IconButton(theme, "copy", "Copy", size=28).sizeHint().toTuple() == (28, 28)
    assert Chip(theme, "Short", caret=True).sizeHint().height() == 28
    assert Chip(theme, "A model with a very long name indeed, preview 2026-11", caret=True).sizeHint().width() == 220
    assert Button(theme, "Test", icon="activity").sizeHint().width() == Button(theme, "Test").sizeHint().width() + 22


def test_zoom_grows_buttons(qapp: Any) -> None:
    theme = Theme("light", 200)
    assert Button(theme, "Test").sizeHint().height() == 64
    assert IconButton(theme, "copy", "Copy").sizeHint().toTuple() == (64, 64)


@pytest.mark.parametrize(
    ("kind", "resting", "pressed", "disabled"),
    [
        ("primary", "accent", "accent-pressed", "hover"),
        ("secondary", "surface-raised", "pressed", "surface"),
        ("ghost", "surface", "pressed", "surface"),
        ("danger", "surface-raised", "pressed", "surface"),
    ],
)
def test_fills_of_the_states(theme: Theme, stage: Any, kind: str, resting: str, pressed: str, disabled: str) -> None:
    button = Button(theme, "Test", kind=kind)
    window = stage(button)
    at = button.pos() + QPoint(6, 16)

    def fill() -> str:
        return color_at(window, at.x(), at.y())

    assert fill() == theme.color(resting).name()
    button.setDown(True)
    assert fill() == theme.color(pressed).name()
    button.setDown(False)
    button.setEnabled(False)
    assert fill() == theme.color(disabled).name()


def test_checked_icon_button_is_on(theme: Theme, stage: Any) -> None:
    button = IconButton(theme, "wrench", "Tools")
    button.setCheckable(True)
    stage(button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert color_at(button, 4, 16) == theme.color("accent-soft").name()


def test_colours_change_with_the_theme(theme: Theme, stage: Any) -> None:
    button = Button(theme, "Add key", kind="primary")
    stage(button)
    theme.set_mode("dark")
    assert color_at(button, 6, 16) == "#e08a55"


def test_ampersand_is_a_letter(theme: Theme) -> None:
    plain, doubled = Button(theme, "Data & privacy"), Button(theme, "Data && privacy")
    assert plain.sizeHint() == doubled.sizeHint()


def hover(widget: QWidget) -> None:
    at = QPointF(5, 5)
    widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    widget.event(QEnterEvent(at, at, QPointF(widget.mapToGlobal(at.toPoint()))))


def test_tooltip_names_the_shortcut(theme: Theme, stage: Any, qtbot: Any) -> None:
    button = IconButton(theme, "magnifying-glass", "Find in chat", shortcut_hint="Ctrl F")
    stage(button)
    assert button.toolTip() == "Find in chat"
    hover(button)
    qtbot.waitUntil(QToolTip.isVisible, timeout=3000)
    assert "Find in chat" in QToolTip.text()
    assert "Ctrl F" in QToolTip.text()
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=3000)


def test_leaving_early_shows_no_tooltip(theme: Theme, stage: Any) -> None:
    button = IconButton(theme, "magnifying-glass", "Find in chat")
    stage(button)
    hover(button)
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    button.event(QEvent(QEvent.Type.Leave))
    QTest.qWait(700)
    assert not QToolTip.isVisible()


def test_long_chip_gives_way(theme: Theme, stage: Any) -> None:
    chip = Chip(theme, "Mistral Medium 3.5", caret=True)
    assert chip.minimumSizeHint().width() <= 64 < chip.sizeHint().width()
