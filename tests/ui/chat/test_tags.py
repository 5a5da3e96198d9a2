"""The tags of a chat are set with the keyboard or the mouse, completed from those of other chats, and stored."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.ui.chat.header import Header
from desktop.ui.chat.tags import TagsPopover
from tests.ui.chat.conftest import Stage, until


async def opened(stage: Stage) -> TagsPopover:
    stage.page.edit_tags()
    await stage.idle()
    popover = QApplication.activePopupWidget()
    assert isinstance(popover, TagsPopover)
    return popover


async def stored(stage: Stage) -> tuple[str, ...]:
    await stage.idle()
    conversation, _tree = await stage.library.conversation(stage.page.conversation_id)
    return conversation.tags


@pytest.fixture
async def tagged(stage: Stage) -> Stage:
    """A chat that is shown, and another one with two tags."""
    await stage.ask("Why?", "Because.")
    other = await stage.library.create(None)
    await stage.library.set_tags(other.id, ["acme", "Beta & Sons"])
    return stage


async def test_a_tag_is_typed_completed_and_taken_away(tagged: Stage) -> None:
    popover = await opened(tagged)
    assert [button.text() for button in popover.buttons] == ["acme", "Beta && Sons"]
    QTest.keyClicks(popover.field, " new  client ")
    QTest.keyClick(popover.field, Qt.Key.Key_Return)
    assert await stored(tagged) == ("new client",)
    QApplication.processEvents()
    assert popover.height() == popover.layout().totalHeightForWidth(popover.width())
    assert popover.field.height() >= popover.field.sizeHint().height()
    QTest.keyClicks(popover.field, "be")
    assert [button.text() for button in popover.buttons] == ["Beta && Sons"]
    QTest.keyClick(popover.field, Qt.Key.Key_Down)
    QTest.keyClick(popover.buttons[0], Qt.Key.Key_Return)
    assert popover.tags == ("Beta & Sons", "new client")
    assert popover.field.text() == ""
    assert await stored(tagged) == ("Beta & Sons", "new client")
    QTest.keyClick(popover.field, Qt.Key.Key_Backspace)
    assert popover.tags == ("Beta & Sons",)
    popover.removers[0].click()
    assert await stored(tagged) == ()
    QTest.keyClick(popover, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None


async def test_none_is_there_twice(tagged: Stage) -> None:
    popover = await opened(tagged)
    for text in ("Acme", "acme", "  "):
        popover.field.setText(text)
        QTest.keyClick(popover.field, Qt.Key.Key_Return)
    assert popover.tags == ("Acme",)
    popover.close()


async def test_the_header_shows_them_where_there_is_room(tagged: Stage) -> None:
    header = tagged.page.findChild(Header)
    assert header.tags.isHidden()
    await tagged.library.set_tags(tagged.page.conversation_id, ["acme", "zeta"])
    await until(lambda: not header.tags.isHidden(), "the tags")
    assert header.tags.text() == "acme, zeta"
    assert header.tags.accessibleName() == "Tags: acme, zeta"
    tagged.page.set_compact(True)
    assert header.tags.isHidden()
    tagged.page.set_compact(False)
    header.tags.click()
    await tagged.idle()
    popover = QApplication.activePopupWidget()
    assert isinstance(popover, TagsPopover)
    popover.close()
    tagged.page.show_new()
    assert header.tags.isHidden()


async def test_a_new_chat_has_none(stage: Stage) -> None:
    stage.page.edit_tags()
    await stage.idle()
    assert QApplication.activePopupWidget() is None
