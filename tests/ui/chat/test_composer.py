"""The composer's box around the text."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from desktop.ui.chat.composer import Composer
from desktop.ui.theme.theme import Theme


@pytest.fixture
def composer(qtbot: Any, theme: Theme) -> Composer:
    composer = Composer(theme)
    qtbot.addWidget(composer)
    composer.resize(752, composer.sizeHint().height())
    composer.show()
    return composer


def button(composer: Composer, name: str) -> QAbstractButton:
    found = [b for b in composer.findChildren(QAbstractButton) if b.accessibleName() == name or b.text() == name]
    assert len(found) == 1, name
    return found[0]


def test_measures_of_the_design(composer: Composer) -> None:
    assert (composer.width(), composer.sizeHint().height()) == (752, 84)
    send = button(composer, "Send")
    assert (send.width(), send.height()) == (32, 32)
    assert composer.width() - send.geometry().right() - 1 == 9


def test_send_needs_something_to_send(qtbot: Any, composer: Composer) -> None:
    send = button(composer, "Send")
    assert not send.isEnabled()
    composer.edit.insertPlainText("  \n ")
    assert not send.isEnabled()
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    composer.edit.insertPlainText("Hello")
    assert send.isEnabled()
    with qtbot.waitSignal(composer.send_requested, timeout=1000) as sent:
        send.click()
    assert sent.args == ["  \n Hello"]


def test_stop_stands_in_the_place_of_send(qtbot: Any, composer: Composer) -> None:
    place = button(composer, "Send").geometry()
    composer.set_running(True)
    stop = button(composer, "Stop")
    assert stop.geometry() == place
    assert stop.isEnabled()
    with qtbot.waitSignal(composer.stop_requested, timeout=1000):
        stop.click()
    composer.edit.insertPlainText("next")
    with qtbot.waitSignal(composer.send_requested, timeout=1000):  # Enter goes on meaning send
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    composer.set_running(False)
    assert button(composer, "Send").isEnabled()


def test_what_blocks_is_said_and_insisted_on_when_one_tries(qtbot: Any, composer: Composer) -> None:
    composer.set_blocked("Choose a model to send", "Choose a model")
    assert composer.edit.accessibleDescription() == "Choose a model to send"
    help_button = button(composer, "Choose a model")
    assert not help_button.isVisible()
    composer.edit.insertPlainText("Hello")
    assert not button(composer, "Send").isEnabled()
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert help_button.isVisible()
    with qtbot.waitSignal(composer.unblock_requested, timeout=1000):
        help_button.click()
    composer.set_blocked("")
    assert not help_button.isVisible()
    assert button(composer, "Send").isEnabled()


def test_the_waiting_message_has_a_strip(qtbot: Any, composer: Composer) -> None:
    composer.set_running(True)
    composer.set_waiting("And for a\n20-year term?")
    edit, remove = button(composer, "Edit the waiting message"), button(composer, "Remove the waiting message")
    assert edit.isVisible()
    for each, signal in ((edit, composer.waiting_edit_requested), (remove, composer.waiting_removed)):
        with qtbot.waitSignal(signal, timeout=1000):
            each.click()
    composer.set_running(False)
    composer.set_waiting("And for a\n20-year term?", held=True)
    with qtbot.waitSignal(composer.send_requested, timeout=1000) as sent:  # an empty box, and still Enter sends
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent.args == [""]
    composer.set_waiting("")
    assert not edit.isVisible()


def test_the_estimate_counts_draft_and_history_once_typing_pauses(qtbot: Any, composer: Composer) -> None:
    assert composer.edit.accessibleDescription() == ""
    composer.set_history_tokens(2_000)
    assert composer.edit.accessibleDescription() == "≈\N{NO-BREAK SPACE}2k\N{NO-BREAK SPACE}tokens"
    with qtbot.waitSignal(composer.draft_changed, timeout=1000) as told:
        composer.edit.insertPlainText("word " * 320)
        assert "2k" in composer.edit.accessibleDescription()
    assert told.args == ["word " * 320]
    assert composer.edit.accessibleDescription() == "≈\N{NO-BREAK SPACE}2.4k\N{NO-BREAK SPACE}tokens"


def test_a_text_that_is_put_in_is_not_told_as_typed(qtbot: Any, composer: Composer) -> None:
    with qtbot.assertNotEmitted(composer.draft_changed, wait=250):
        composer.set_text("from the disk")


def test_the_whole_box_keeps_to_its_room(composer: Composer) -> None:
    composer.set_room(320)
    composer.set_text("line\n" * 100)
    composer.adjustSize()
    assert composer.height() == 320


def test_everything_has_a_name(composer: Composer) -> None:
    assert composer.edit.accessibleName() == "Message"
    for each in composer.findChildren(QAbstractButton):
        assert each.accessibleName() or each.text() or not each.isVisible()
