"""The header of the chat page."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.ui.chat.header import Header, Title
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Chip, IconButton


@pytest.fixture
def header(qtbot: Any, theme: Theme) -> Header:
    header = Header(theme)
    qtbot.addWidget(header)
    header.resize(1008, 52)
    header.set_title("Mortgage overpayment maths", can_rename=True)
    with qtbot.waitActive(header):
        header.show()
    return header


def title(header: Header) -> Title:
    return header.findChild(Title)


def field(header: Header) -> QLineEdit:
    return header.findChild(QLineEdit)


def test_measures_of_the_design(header: Header) -> None:
    assert header.height() == 52
    toggle = header.findChildren(IconButton)[0]
    assert (toggle.x(), toggle.y(), toggle.width()) == (12, 10, 32)
    assert title(header).x() == 52
    assert (header.chip.y(), header.chip.height()) == (12, 28)
    assert header.chip.x() - title(header).geometry().right() - 1 == 12


def test_renaming_saves_with_enter(qtbot: Any, header: Header) -> None:
    qtbot.mouseDClick(title(header), Qt.MouseButton.LeftButton)
    assert field(header).text() == "Mortgage overpayment maths"
    assert field(header).selectedText() == field(header).text()
    qtbot.keyClicks(field(header), "  Two   words ")
    with qtbot.waitSignal(header.renamed, timeout=1000) as renamed, qtbot.waitSignal(header.editing_ended):
        qtbot.keyClick(field(header), Qt.Key.Key_Return)
    assert renamed.args == ["Two words"]
    assert title(header).isVisible()
    assert title(header).text() == "Two words"


def test_renaming_is_given_up_with_esc(qtbot: Any, header: Header) -> None:
    title(header).setFocus()
    qtbot.keyClick(title(header), Qt.Key.Key_F2)
    qtbot.keyClicks(field(header), "no")
    with qtbot.assertNotEmitted(header.renamed):
        qtbot.keyClick(field(header), Qt.Key.Key_Escape)
    assert not field(header).isVisible()
    assert title(header).text() == "Mortgage overpayment maths"


def test_leaving_the_field_saves_and_another_chat_does_not(qtbot: Any, header: Header) -> None:
    header.rename()
    qtbot.keyClicks(field(header), "Kept")
    with qtbot.waitSignal(header.renamed, timeout=1000):
        header.chip.setFocus()
    header.rename()
    qtbot.keyClicks(field(header), "Lost")
    with qtbot.assertNotEmitted(header.renamed):
        header.end_editing()


def test_a_title_that_comes_while_editing_does_not_end_it(qtbot: Any, header: Header) -> None:
    header.rename()
    qtbot.keyClicks(field(header), "Mine")
    header.set_title("Theirs", can_rename=True)
    assert field(header).isVisible()
    assert field(header).text() == "Mine"


def test_a_new_chat_has_no_title_to_rename(header: Header) -> None:
    header.set_title("New chat", can_rename=False)
    header.rename()
    assert not field(header).isVisible()
    assert title(header).focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_chip_names_the_model(header: Header, theme: Theme) -> None:
    chip = header.findChild(Chip)
    assert chip.accessibleName() == "Choose a model"
    header.set_model("Mistral Medium 3.5", theme.provider_color("mistral"))
    assert chip.accessibleName() == "Model: Mistral Medium 3.5"
    assert chip.text() == "Mistral Medium 3.5"


def test_the_cost_shows_when_it_is_known(header: Header) -> None:
    cost = header.cost
    assert not cost.isVisible()
    header.set_cost(Decimal("0.0126"))
    assert cost.isVisible()
    assert cost.accessibleName() == "This chat cost $0.0126"
    header.set_cost(None)
    assert not cost.isVisible()


def test_a_long_title_gives_way_and_then_goes(header: Header) -> None:
    header.set_title("A very long title " * 20, can_rename=True)
    header.resize(700, 52)
    QApplication.processEvents()
    assert title(header).isVisible()
    assert header.chip.geometry().right() < 700
    header.set_compact(True)
    header.resize(500, 52)
    QApplication.processEvents()
    assert not title(header).isVisible()
    assert header.chip.isVisible()


def test_a_narrow_window_has_the_new_chat_button_here(qtbot: Any, header: Header) -> None:
    new_chat = next(b for b in header.findChildren(IconButton) if b.accessibleName() == "New chat")
    assert not new_chat.isVisible()
    header.set_compact(True)
    QApplication.processEvents()
    assert new_chat.isVisible()
    assert (new_chat.x(), title(header).x()) == (44, 84)
    with qtbot.waitSignal(header.new_chat_requested, timeout=1000):
        new_chat.click()
