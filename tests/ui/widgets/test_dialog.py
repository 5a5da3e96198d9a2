from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.confirm import confirm
from desktop.ui.widgets.dialog import Dialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen windows cannot raise or grab

TEXT = "It is deleted from your system keychain. Chats and spending stay."


def ask(theme: Theme, window: QWidget, qtbot: Any, *, danger: bool = True) -> tuple[Dialog, list[str]]:
    dialog = confirm(window, theme, "Remove the key “Work”?", TEXT, "Remove key", danger=danger)
    answers: list[str] = []
    dialog.accepted.connect(lambda: answers.append("accepted"))
    dialog.rejected.connect(lambda: answers.append("rejected"))
    with qtbot.waitActive(dialog):
        dialog.open()
    return dialog, answers


def test_danger_puts_the_focus_on_cancel(theme: Theme, stage: Any, qtbot: Any) -> None:
    dialog, answers = ask(theme, stage(), qtbot)
    assert dialog.windowModality() == Qt.WindowModality.WindowModal
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert answers == ["rejected"]


def test_verb_accepts(theme: Theme, stage: Any, qtbot: Any) -> None:
    dialog, answers = ask(theme, stage(), qtbot)
    assert dialog.accept_button.text() == "Remove key"
    QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert answers == ["accepted"]


def test_harmless_question_is_answered_by_enter(theme: Theme, stage: Any, qtbot: Any) -> None:
    dialog, answers = ask(theme, stage(), qtbot, danger=False)
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert answers == ["accepted"]


def test_escape_rejects(theme: Theme, stage: Any, qtbot: Any) -> None:
    dialog, answers = ask(theme, stage(), qtbot)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert answers == ["rejected"]


def test_dialog_is_named_and_described(theme: Theme, stage: Any, qtbot: Any) -> None:
    dialog, _answers = ask(theme, stage(), qtbot)
    assert dialog.windowTitle() == "Remove the key “Work”?"
    assert dialog.accessibleDescription() == TEXT
    assert dialog.width() == 340
    dialog.reject()
