"""The field a message is written in."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QApplication

from desktop.ui.chat.editor import LONG_PARAGRAPH, LONG_PASTE, MessageEdit
from desktop.ui.theme.theme import Theme

Key = Qt.Key


@pytest.fixture
def edit(qtbot: Any, theme: Theme) -> MessageEdit:
    edit = MessageEdit(theme)
    qtbot.addWidget(edit)
    edit.resize(720, 24)
    edit.show()
    return edit


def paste(edit: MessageEdit, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    edit.insertFromMimeData(data)


def presses(qtbot: Any, edit: MessageEdit, key: Key, modifier: Qt.KeyboardModifier) -> bool:
    """Whether the key sends."""
    sent: list[None] = []
    edit.submitted.connect(lambda: sent.append(None))
    qtbot.keyClick(edit, key, modifier)
    return bool(sent)


@pytest.mark.parametrize(
    ("enter_sends", "key", "modifier", "sends"),
    [
        (True, Key.Key_Return, Qt.KeyboardModifier.NoModifier, True),
        (True, Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, True),
        (True, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier, False),
        (False, Key.Key_Return, Qt.KeyboardModifier.NoModifier, False),
        (False, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier, False),
        (False, Key.Key_Return, Qt.KeyboardModifier.ControlModifier, True),
    ],
)
def test_enter_sends_or_begins_a_line(
    qtbot: Any, edit: MessageEdit, enter_sends: bool, key: Key, modifier: Qt.KeyboardModifier, sends: bool
) -> None:
    edit.enter_sends = enter_sends
    edit.set_text("one")
    assert presses(qtbot, edit, key, modifier) is sends
    assert edit.text() == ("one" if sends else "one\n")


def test_enter_does_not_send_while_an_input_method_composes(qtbot: Any, edit: MessageEdit) -> None:
    QApplication.sendEvent(edit, QInputMethodEvent("にほん", []))
    assert not presses(qtbot, edit, Key.Key_Return, Qt.KeyboardModifier.NoModifier)
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(edit, done)
    edit.set_text(edit.text().strip())
    assert edit.text() == "日本"
    assert presses(qtbot, edit, Key.Key_Return, Qt.KeyboardModifier.NoModifier)


def test_up_edits_the_last_message_only_from_an_empty_box(qtbot: Any, edit: MessageEdit) -> None:
    with qtbot.waitSignal(edit.edit_last_requested, timeout=1000):
        qtbot.keyClick(edit, Key.Key_Up)
    edit.set_text("one\ntwo")
    with qtbot.assertNotEmitted(edit.edit_last_requested):
        qtbot.keyClick(edit, Key.Key_Up)
    assert edit.textCursor().blockNumber() == 0


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.just("\n"), max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_as_it_went_in(edit: MessageEdit, text: str) -> None:
    edit.set_text(text)
    assert edit.text() == text.replace("\N{NO-BREAK SPACE}", " ")  # Qt's plain text holds none


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "The quick brown fox\n" * 52_000, "a" * (LONG_PARAGRAPH + 1), "word " * (LONG_PASTE // 5 + 1)],
    ids=["one line", "many lines", "long paragraph", "long text"],
)
def test_a_huge_paste_is_held_as_one_object_and_sent_whole(edit: MessageEdit, text: str) -> None:
    edit.set_text("Look: ")
    paste(edit, text)
    edit.insertPlainText(" and say.")
    assert edit.document().characterCount() < 30  # what is laid out stays small
    assert edit.text() == f"Look: {text} and say."
    edit.selectAll()
    assert edit.createMimeDataFromSelection().text() == edit.text()


def test_several_folded_passages_keep_their_places_through_undo(edit: MessageEdit) -> None:
    first, second = "a" * 9_000, "b" * 9_000
    paste(edit, first)
    edit.insertPlainText(" \N{OBJECT REPLACEMENT CHARACTER} ")  # one that was typed is only a character
    paste(edit, second)
    whole = f"{first} \N{OBJECT REPLACEMENT CHARACTER} {second}"
    assert edit.text() == whole
    edit.undo()
    edit.redo()
    assert edit.text() == whole
    cursor = edit.textCursor()
    cursor.setPosition(1)
    cursor.setPosition(5, QTextCursor.MoveMode.KeepAnchor)
    edit.setTextCursor(cursor)
    assert edit.createMimeDataFromSelection().text() == f" \N{OBJECT REPLACEMENT CHARACTER} {second}"


def test_an_ordinary_paste_can_be_edited(edit: MessageEdit) -> None:
    text = "A line of a log\r\n" * 300
    paste(edit, text)
    assert edit.document().blockCount() == 301
    assert edit.text() == text.replace("\r\n", "\n")


def test_pasting_takes_the_plain_text_and_no_files(edit: MessageEdit) -> None:
    rich = QMimeData()
    rich.setHtml("<b>bold</b>")
    rich.setText("bold")
    edit.insertFromMimeData(rich)
    assert edit.text() == "bold"
    assert not edit.textCursor().charFormat().font().bold()
    file = QMimeData()
    file.setUrls([QUrl.fromLocalFile("/etc/passwd")])
    file.setText("file:///etc/passwd")
    assert not edit.canInsertFromMimeData(file)


def test_it_grows_line_by_line_and_then_scrolls(edit: MessageEdit) -> None:
    edit.set_max_height(100)
    heights = []
    for lines in range(1, 7):
        edit.set_text("\n".join("x" * lines))
        heights.append(edit.height())
    assert heights == [24, 48, 72, 96, 100, 100]
    assert edit.verticalScrollBar().maximum() > 0
    edit.set_text("")
    assert edit.height() == 24


def test_a_text_that_was_taken_out_does_not_come_back_with_undo(edit: MessageEdit) -> None:
    edit.set_text("a secret of another chat")
    edit.set_text("")
    edit.undo()
    assert edit.text() == ""


def test_a_click_between_two_lines_stays_in_its_column(qtbot: Any, edit: MessageEdit) -> None:
    edit.set_text("first line\nsecond line")
    qtbot.mouseClick(edit.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 25))
    assert edit.textCursor().position() == len("first line\n")
