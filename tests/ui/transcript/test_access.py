"""What Qt is told of a transcript for screen readers, asked as Qt asks. tests/whole asks from outside."""

import gc
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget

from desktop.domain.errors import Failure
from desktop.domain.ids import now_ms
from desktop.domain.message import Status
from desktop.domain.usage import Usage
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.access import bridge as access
from desktop.ui.transcript.access.tree import MessageNode
from desktop.ui.transcript.position import Place, TextPosition
from desktop.ui.transcript.view import Transcript
from tests.ui.transcript.turns import question, reply, talk

Settle = Callable[[], None]
Role, Text = QAccessible.Role, QAccessible.Text


def tree(transcript: QWidget) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(transcript)


def children(node: QAccessibleInterface) -> list[QAccessibleInterface]:
    return [node.child(index) for index in range(node.childCount())]


def name(node: QAccessibleInterface) -> str:
    return node.text(Text.Name)


def is_known(unique_id: int) -> bool:
    return QAccessible.accessibleInterface(unique_id) is not None


def test_every_message_is_there_without_its_widget(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(5000))
    settle()
    made = len(list(transcript.widgets()))
    top = tree(transcript)
    assert (top.role(), name(top)) == (Role.List, "Messages")
    messages = children(top)[:10_000]
    assert [top.indexOfChild(message) for message in messages[:50]] == list(range(50))
    assert name(messages[6]).startswith("You, ")
    assert name(messages[7]) == "Mistral Medium 3.5, reply"
    assert messages[6].text(Text.Description) == "Question 3"
    assert [name(block) for block in children(messages[1])] == [
        "Some words in a line that is not short.",
        "• and",
        "• a list",
    ]
    assert messages[1].state().offscreen
    assert len(list(transcript.widgets())) == made


def test_a_message_stays_the_same_while_its_widget_comes_and_goes(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(500))
    settle()
    first = tree(transcript).child(0)
    block = first.child(0)
    assert transcript.find_widget("q0") is None
    transcript.focus_message("q0")
    settle()
    assert not first.state().offscreen
    assert first.state().focused
    widget = transcript.widget_of("q0")
    of_widget = QAccessible.queryAccessibleInterface(widget)
    assert name(of_widget) == name(first)
    assert tree(transcript).indexOfChild(of_widget) == 0
    assert children(of_widget)[0] is block
    assert block.rect().height() > 0
    assert first.rect().contains(block.rect())
    assert tree(transcript).child(0) is first


def test_buttons_stand_among_the_blocks(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("?"), reply("before\n\n```python\nx\n```\n\nafter", thought="hm")])
    settle()
    found = [(node.role(), name(node)) for node in children(tree(transcript).child(1))]
    names = [each[1] for each in found]
    assert found[0][0] is Role.CheckBox or "Reasoning" in found[0][1]
    code, after = names.index("Python code, 1 line"), names.index("after")
    assert names.index("before") < code < after - 1
    head = children(tree(transcript).child(1))[code + 1]
    assert {"Copy", "Wrap lines", "More for this code"} == {name(button) for button in children(head)}
    footer = children(tree(transcript).child(1))[-1]
    assert "Regenerate" in [name(button) for button in children(footer)]


def test_reasoning_is_read_once_it_is_unfolded(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("?"), reply("the answer", thought="a thought")])
    settle()
    node = tree(transcript).child(1)
    assert "a thought" not in [name(block) for block in children(node)]
    transcript.reveal(TextPosition("r", Place(0, 0, 0)))
    settle()
    names = [name(block) for block in children(node)]
    assert names.index("a thought") < names.index("the answer")


def test_the_text_of_a_block_with_its_caret_and_places(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("?"), reply("1. 😀 $x^2$ end")])
    settle()
    block = next(each for each in children(tree(transcript).child(1)) if each.role() is Role.ListItem)
    text = block.textInterface()
    assert text.text(0, -1) == "1. 😀 x^2 end"
    assert text.characterCount() == 13  # UTF-16, as Qt counts
    assert text.cursorPosition() == 0
    text.setCursorPosition(10)
    assert transcript.selecting.caret.position == TextPosition("r", Place(1, 0, 4))
    assert text.cursorPosition() == 10
    assert block.state().focused
    assert not tree(transcript).child(1).state().focused
    boxes = [text.characterRect(unit) for unit in (3, 9, 10, 11)]
    assert [box.left() for box in boxes] == sorted({box.left() for box in boxes})
    assert all(block.rect().adjusted(0, -2, 0, 2).contains(box) for box in boxes)
    assert text.offsetAtPoint(boxes[3].center()) in (11, 12)


def test_a_table_s_cells_say_where_they_are(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("?"), reply("| Tea | Price |\n|---|---|\n| Green | $2 |")])
    settle()
    table = next(each for each in children(tree(transcript).child(1)) if each.role() is Role.Table)
    head, row = children(table)
    assert [cell.role() for cell in children(head)] == [Role.ColumnHeader] * 2
    price = row.child(1)
    assert (name(row), name(price)) == ("Green, $2", "$2")
    assert price.text(Text.Description) == "Price, row 1"
    assert table.rect().contains(price.rect())
    assert head.child(1).rect().bottom() < price.rect().top()


def test_a_heading_has_its_level_and_a_task_its_tick(transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries([question("?"), reply("## Two\n\n- [x] done\n- [ ] open")])
    settle()
    heading, done, still_open = children(tree(transcript).child(1))[:3]
    attributes = heading.attributesInterface()
    assert attributes.attributeValue(QAccessible.Attribute.Level) == 2
    states = [(task.state().checkable, task.state().checked) for task in (heading, done, still_open)]
    assert [tuple(map(bool, each)) for each in states] == [(False, False), (True, True), (True, False)]


def test_a_link_is_pressed(transcript: Transcript, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "desktop.ui.transcript.access.blocks.open_link", lambda parent, theme, url, words: opened.append((url, words))
    )
    transcript.set_entries([question("?"), reply("go [there](https://example.org/page)")])
    settle()
    link = children(tree(transcript).child(1))[0].child(0)
    assert (link.role(), name(link), link.text(Text.Description)) == (Role.Link, "there", "https://example.org/page")
    press = next(each for each in link.actionInterface().actionNames() if each == "Press")
    link.actionInterface().doAction(press)
    assert opened == [("https://example.org/page", "there")]


def test_what_is_asked_for_does_not_outlive_its_message(qtbot, transcript: Transcript, settle: Settle) -> None:
    transcript.set_entries(talk(3))
    settle()
    gone = tree(transcript).child(1)
    ids = [QAccessible.uniqueId(node) for node in (gone, *children(gone)[:3])]
    assert all(map(is_known, ids))
    transcript.set_entries([entry for entry in talk(3) if entry.message.id != "r0"])
    assert not gone.isValid()
    tree(transcript).child(1)  # the next message is asked for, and those that are gone are let go
    tree(transcript).child(2)
    qtbot.waitUntil(lambda: not any(map(is_known, ids)))
    assert not shiboken6.isValid(gone)


def test_nothing_outlives_the_transcript(qtbot, theme: Theme) -> None:
    view = Transcript(theme)
    view.set_entries([question("?"), reply("| a |\n|---|\n| [b](https://b.example) |\n\nwords")])
    view.show()
    nodes = [tree(view), *children(tree(view))]
    for node in nodes:
        nodes += children(node)
    ids = [QAccessible.uniqueId(node) for node in nodes]
    assert len(ids) > 10
    assert any(isinstance(node, MessageNode) for node in nodes)
    del nodes, node
    view.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert not any(map(is_known, ids))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Reply finished, 320 tokens, $0.0042"),
        ({"usage": Usage(1, 1, cost=Decimal(0))}, "Reply finished, 1 token, $0.00"),
        ({"usage": Usage(1, 2000)}, "Reply finished, 2,000 tokens"),
        ({"usage": Usage(1, 2000, estimated=True)}, "Reply finished, about 2,000 tokens"),
        ({"usage": None}, "Reply finished"),
        ({"status": Status.STOPPED}, "Stopped"),
        (
            {"status": Status.FAILED, "failure": Failure("no_credit", "No credit", "Add some.", 402, "From them.")},
            "No credit. Add some. From them.",
        ),
    ],
)
def test_how_a_reply_s_end_is_said(changes: dict[str, object], said: str) -> None:
    message = replace(reply("words").message, **changes)  # type: ignore[arg-type]
    assert access.ending(message, free=False) == said


@pytest.mark.parametrize(
    ("running", "was_running", "ago_ms", "said"),
    [
        (True, False, 0, ["Reply started"]),
        (True, False, 60_000, []),  # its chat was opened while it ran
        (True, True, 0, []),
        (False, True, 0, ["Reply finished, 320 tokens, $0.0042"]),
        (False, False, 0, []),
    ],
)
def test_only_a_beginning_and_an_end_are_said(
    running: bool, was_running: bool, ago_ms: int, said: list[str], monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(access, "announce", lambda widget, text, urgent=False: heard.append(text))
    entry = reply("words", running=running)
    entry = replace(entry, message=replace(entry.message, created_ms=now_ms() - ago_ms))
    access.tell(QWidget(), entry, was_running=was_running)
    assert heard == said


def test_what_is_free_has_no_price_but_what_was_paid_before() -> None:
    paid = reply("words").message
    free = replace(paid, usage=replace(paid.usage, cost=Decimal(0)))
    assert access.ending(free, free=True) == "Reply finished, 320 tokens"
    assert access.ending(paid, free=True) == "Reply finished, 320 tokens, $0.0042"
