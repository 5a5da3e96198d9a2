from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.toast import Toasts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab


@pytest.fixture
def host(stage: Any) -> QWidget:
    inner = QWidget()
    stage(inner)
    return inner


@pytest.fixture
def toasts(theme: Theme, host: QWidget) -> Toasts:
    return Toasts(theme, host)


def shown(host: QWidget) -> list[QWidget]:
    return [child for child in host.children() if isinstance(child, QWidget) and child.isVisible()]


def test_toast_stands_at_the_bottom_centre(toasts: Toasts, host: QWidget) -> None:
    toasts.show("Copied")
    (toast,) = shown(host)
    assert toast.height() == 40
    assert host.height() - toast.geometry().bottom() - 1 == 12
    assert abs(toast.geometry().center().x() - host.rect().center().x()) <= 1
    host.resize(600, 500)
    assert host.height() - toast.geometry().bottom() - 1 == 12


def test_toast_stands_above_the_composer(toasts: Toasts, host: QWidget) -> None:
    composer = QWidget(host)
    composer.setGeometry(200, 150, 100, 60)
    composer.show()
    toasts.set_above(composer)
    toasts.show("Copied")
    toast = next(child for child in shown(host) if child is not composer)
    assert toast.geometry().bottom() + 1 == 150 - 12
    assert abs(toast.geometry().center().x() - composer.geometry().center().x()) <= 1
    composer.setGeometry(200, 100, 100, 110)
    assert toast.geometry().bottom() + 1 == 100 - 12


def test_toast_goes_by_itself(toasts: Toasts, host: QWidget, qtbot: Any) -> None:
    toasts.show("Copied", seconds=0.05)
    assert toasts.text == "Copied"
    qtbot.waitUntil(lambda: not shown(host))
    assert toasts.text == ""


def test_new_toast_takes_the_place_of_the_last(toasts: Toasts, host: QWidget) -> None:
    toasts.show("Deleted “One”")
    toasts.show("Deleted “Two”")
    (toast,) = shown(host)
    assert [label.text() for label in toast.findChildren(Label)] == ["Deleted “Two”"]


def test_action_is_done_once_and_the_toast_goes(toasts: Toasts, host: QWidget) -> None:
    undone: list[str] = []
    toasts.show("Deleted “Cover letter”", "Undo", lambda: undone.append("letter"), seconds=10)
    (toast,) = shown(host)
    button = toast.findChild(QPushButton)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert undone == ["letter"]
    assert shown(host) == []
    assert not toasts.trigger()
    assert undone == ["letter"]


def test_shortcut_does_the_action(toasts: Toasts) -> None:
    undone: list[str] = []
    toasts.show("Deleted “Cover letter”", "Undo", lambda: undone.append("letter"))
    assert toasts.trigger()
    assert undone == ["letter"]


def test_shortcut_has_nothing_to_do_without_an_action(toasts: Toasts) -> None:
    assert not toasts.trigger()
    toasts.show("Copied")
    assert not toasts.trigger()


def test_action_may_show_the_next_toast(toasts: Toasts) -> None:
    toasts.show("Deleted “Cover letter”", "Undo", lambda: toasts.show("Restored"))
    toasts.trigger()
    assert toasts.text == "Restored"


def test_time_stands_still_while_focused(toasts: Toasts, host: QWidget, qtbot: Any) -> None:
    toasts.show("Deleted “Cover letter”", "Undo", lambda: None, seconds=0.1)
    (toast,) = shown(host)
    toast.findChild(QPushButton).setFocus(Qt.FocusReason.TabFocusReason)
    QTest.qWait(200)
    assert shown(host) == [toast]
    toast.findChild(QPushButton).clearFocus()
    qtbot.waitUntil(lambda: not shown(host))


def test_long_text_stays_inside_the_host(toasts: Toasts, host: QWidget) -> None:
    toasts.show("Deleted “" + "a very long title " * 40 + "”", "Undo", lambda: None)
    (toast,) = shown(host)
    assert host.rect().contains(toast.geometry())
    assert toast.findChild(QPushButton).geometry().right() < toast.width()
