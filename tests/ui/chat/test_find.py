"""Finding in the conversation: the bar, its keys, branches, growing replies, and going to what is folded."""

import asyncio
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.ui.chat.find_bar import FindBar
from desktop.ui.transcript.position import Highlight, Place, TextPosition
from desktop.ui.transcript.view import Transcript
from desktop.ui.widgets.button import Chip, IconButton
from desktop.ui.widgets.labels import ElidedLabel

from .conftest import Stage, until


def bar(stage: Stage) -> FindBar:
    return stage.page.findChild(FindBar)


def said(stage: Stage) -> str:
    return bar(stage).findChild(ElidedLabel).text()


def transcript(stage: Stage) -> Transcript:
    return stage.page.findChild(Transcript)


def marked(stage: Stage, kind: Highlight = Highlight.FOUND) -> dict[str, dict[int, dict[int, Any]]]:
    """What is marked, by the text of the message."""
    texts = {entry.message.id: entry.message.text for entry in stage.entries()}
    marks = transcript(stage)._highlights.get(kind, {})
    return {texts[name]: dict(each) for name, each in marks.items() if each and name in texts}


def control(stage: Stage, name: str) -> QWidget:
    (found,) = [
        each for kind in (Chip, IconButton) for each in bar(stage).findChildren(kind) if each.accessibleName() == name
    ]
    return found


async def find(stage: Stage, text: str) -> None:
    """Open the bar and look for a text."""
    stage.page.finding.open()
    bar(stage).field.setText(text)
    bar(stage)._settle.stop()
    bar(stage).query_changed.emit()
    await stage.idle()


async def test_the_bar_counts_marks_and_steps(stage: Stage, qtbot: Any) -> None:
    await stage.ask("What is a rate?", "A **ra**te is a price. `rate`")
    await stage.ask("And a fixed rate?", "One that stays.")
    await find(stage, "rate")
    assert said(stage) == "1 of 4"
    assert set(marked(stage)) == {"What is a rate?", "A **ra**te is a price. `rate`", "And a fixed rate?"}
    assert marked(stage)["A **ra**te is a price. `rate`"] == {1: {0: ((2, 6), (19, 23))}}


async def test_keys_go_through_the_finds_and_close(stage: Stage, qtbot: Any) -> None:
    await stage.ask("one", "two one three one")
    await find(stage, "one")
    field = bar(stage).field
    assert said(stage) == "1 of 3"
    assert marked(stage, Highlight.CURRENT) == {"one": {0: {0: ((0, 3),)}}}
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert said(stage) == "2 of 3"
    assert marked(stage, Highlight.CURRENT) == {"two one three one": {1: {0: ((4, 7),)}}}
    stage.page.finding.next()
    stage.page.finding.next()
    assert said(stage) == "1 of 3"
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert said(stage) == "3 of 3"
    stage.page.finding.previous()
    assert said(stage) == "2 of 3"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert bar(stage).isHidden()
    assert marked(stage) == marked(stage, Highlight.CURRENT) == {}
    stage.page.finding.next()  # opens it again with what was looked for
    assert bar(stage).isVisible()
    assert bar(stage).query().text == "one"


async def test_enter_right_after_typing_looks_for_what_was_typed(stage: Stage, qtbot: Any) -> None:
    await stage.ask("one", "two")
    stage.page.finding.open()
    qtbot.keyClicks(bar(stage).field, "two")
    qtbot.keyClick(bar(stage).field, Qt.Key.Key_Return)
    await stage.idle()
    assert said(stage) == "1 of 1"


async def test_typing_alone_is_enough(stage: Stage, qtbot: Any) -> None:
    await stage.ask("one", "two two")
    stage.page.finding.open()
    qtbot.keyClicks(bar(stage).field, "two")
    await until(lambda: said(stage) == "1 of 2", "the finds")
    qtbot.keyClicks(bar(stage).field, "x")
    await until(lambda: said(stage) == "No matches", "the word that there are none")
    assert not control(stage, "Find next").isEnabled()
    bar(stage).field.clear()
    await until(lambda: said(stage) == "", "nothing")


async def test_case_words_and_expressions(stage: Stage) -> None:
    await stage.ask("Rate", "rate rates")
    await find(stage, "rate")
    assert said(stage).endswith("of 3")
    control(stage, "Match case").click()
    await until(lambda: said(stage).endswith("of 2"))
    control(stage, "Whole words").click()
    await until(lambda: said(stage).endswith("of 1"))
    for name in ("Match case", "Whole words", "Regular expression"):
        control(stage, name).click()
    bar(stage).field.setText("r.te?s")
    await until(lambda: said(stage).endswith("1 of 1"))


async def test_what_is_no_expression_is_said(stage: Stage) -> None:
    await stage.ask("Rate", "rate (rates)")
    stage.page.finding.open()
    control(stage, "Regular expression").click()
    await find(stage, "(ra")
    assert said(stage).startswith("Not a regular expression: missing )")
    assert bar(stage).field.error
    assert not control(stage, "Find next").isEnabled()
    await find(stage, r"\(ra")
    assert said(stage) == "1 of 1"
    assert not bar(stage).field.error


async def test_an_expression_that_never_ends_is_said(stage: Stage) -> None:
    await stage.ask("Hello", "a" * 60 + "b")
    stage.page.finding.open()
    control(stage, "Regular expression").click()
    await find(stage, "(a|aa|a?a)+$")
    assert said(stage) == "This expression takes too long. Make it simpler."
    assert marked(stage) == {}


async def test_other_branches_are_counted_and_gone_to(stage: Stage) -> None:
    await stage.ask("Why?", "Because of the rate.")
    reply = stage.entries()[-1].message.id
    stage.page.regenerate()
    (await stage.answer(2)).finish("The needle, and the needle.")
    await stage.settled()
    stage.page._open.show_branch(reply)
    await stage.idle()
    await find(stage, "needle")
    assert said(stage) == "1 of 2 · in another branch"
    assert stage.texts() == ["Why?", "The needle, and the needle."]
    assert marked(stage, Highlight.CURRENT) == {"The needle, and the needle.": {1: {0: ((4, 10),)}}}
    stage.page.finding.next()
    assert said(stage) == "2 of 2 · in another branch"
    await stage.idle()
    assert (await stage.library.conversation(stage.page.conversation_id or ""))[0].head_id != reply


async def test_hits_elsewhere_are_told_of(stage: Stage) -> None:
    await stage.ask("Why the needle?", "Because of the rate.")
    stage.page.regenerate()
    (await stage.answer(2)).finish("The needle.")
    await stage.settled()
    first = stage.page._open.shown.tree.siblings(stage.entries()[-1].message.id)[0]
    stage.page._open.show_branch(first.id)
    await find(stage, "needle")
    assert said(stage) == "1 of 2 · 1 in another branch"
    assert stage.texts()[-1] == "Because of the rate."
    stage.page.finding.next()
    assert stage.texts()[-1] == "The needle."
    stage.page.finding.previous()
    assert said(stage) == "1 of 2 · 1 in another branch"  # as seen from where the search began
    stage.page._open.show_branch(first.id)
    await stage.idle()
    assert stage.texts()[-1] == "Because of the rate."


async def test_a_growing_reply_is_searched_as_it_arrives(stage: Stage) -> None:
    await stage.ask("One needle", "no")
    stage.page.send_text("More")
    answer = await stage.answer(2)
    await until(lambda: len(stage.texts()) == 4)
    await find(stage, "needle")
    assert said(stage) == "1 of 1"
    answer.say("Here is a need")
    answer.say("le and another needle ")
    await until(lambda: said(stage) == "1 of 3", "the finds in the growing reply")
    answer.finish("and the last needle.")
    await until(lambda: said(stage) == "1 of 4", "the finds at the end")
    await stage.settled()
    assert sum(len(spans) for each in marked(stage).values() for leaf in each.values() for spans in leaf.values()) == 4


async def test_folded_reasoning_is_unfolded(stage: Stage) -> None:
    await stage.ask("Why?", "<think>\nA needle in here.\n</think>\nBecause.")
    await find(stage, "needle")
    assert said(stage) == "1 of 1"
    reply = stage.entries()[-1].message.id
    position = TextPosition(reply, Place(0, 0, 2))
    line = transcript(stage).caret_rect(position)
    assert transcript(stage).viewport().rect().contains(line)
    assert transcript(stage).position_at(line.center()) == position


async def test_what_is_far_away_is_brought_into_view(stage: Stage) -> None:
    await stage.ask("The needle", "word\n\n" * 200)
    await stage.ask("Later", "word\n\n" * 200)
    assert transcript(stage).verticalScrollBar().value() > 5_000
    await find(stage, "needle")
    position = TextPosition(stage.entries()[0].message.id, Place(0, 0, 4))
    assert transcript(stage).viewport().rect().contains(transcript(stage).caret_rect(position))


async def test_another_chat_is_searched_for_the_same(stage: Stage) -> None:
    first = await stage.ask("needle", "needle")
    stage.page.show_new()
    await stage.ask("one", "needle needle needle")
    await find(stage, "needle")
    assert said(stage) == "1 of 3"
    stage.page.open(first)
    await stage.idle()
    await until(lambda: said(stage).endswith("of 2"), "the finds of the other chat")
    stage.page.show_new()
    assert bar(stage).isHidden()


async def test_what_is_selected_is_looked_for(stage: Stage) -> None:
    await stage.ask("one", "a needle and a needle")
    reply = stage.entries()[-1].message.id
    transcript(stage).selecting.select(TextPosition(reply, Place(1, 0, 2)), TextPosition(reply, Place(1, 0, 8)))
    stage.page.finding.open()
    assert bar(stage).query().text == "needle"
    await until(lambda: said(stage) == "1 of 2")


async def test_words_found_in_all_chats_are_marked_in_the_message(stage: Stage) -> None:
    chat = await stage.ask("one", "a **need**le and so on")
    reply = stage.entries()[-1].message.id
    stage.page.show_new()
    stage.page.open(chat, reply, ("needle", "on"))
    await stage.idle()
    assert marked(stage) == {"a **need**le and so on": {1: {0: ((2, 8), (16, 18))}}}
    stage.page.show_new()
    stage.page.open(chat)
    await stage.idle()
    assert marked(stage) == {}


async def test_opening_the_bar_moves_nothing_that_is_read(stage: Stage) -> None:
    await stage.ask("one", "word\n\n" * 200)
    view = transcript(stage)
    view.verticalScrollBar().setValue(1_500)
    place = view.position_at(view.viewport().rect().center())
    assert place is not None

    def height() -> int:
        return view.viewport().mapTo(stage.page, view.caret_rect(place).topLeft()).y()

    before = height()
    stage.page.finding.open()
    assert height() == before
    stage.page.finding.close()
    assert height() == before


async def test_there_is_nothing_to_find_in_a_new_chat(stage: Stage) -> None:
    stage.page.finding.open()
    stage.page.finding.next()
    assert bar(stage) is None


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape])
async def test_esc_in_the_transcript_closes_the_bar(stage: Stage, qtbot: Any, key: Qt.Key) -> None:
    await stage.ask("one", "two")
    await find(stage, "two")
    transcript(stage).setFocus()
    qtbot.keyClick(transcript(stage), key)
    assert bar(stage).isHidden()
    await asyncio.sleep(0)
    assert stage.composer.edit.hasFocus()
