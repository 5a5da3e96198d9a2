"""The chat page over the real services: sending, stopping, waiting, branches, drafts, and switching in between."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QAbstractButton

from desktop.domain.changes import MessagesChanged
from desktop.domain.errors import Action, ConversationGone, KeyRejected, NoCredit
from desktop.domain.message import Role, Status
from desktop.domain.model import ModelRef
from desktop.domain.route import Route, Target
from desktop.services.library import Library
from desktop.settings import options
from desktop.settings.routes import RouteStore
from desktop.ui.chat.header import Title
from desktop.ui.chat.suggestions import Suggestions
from desktop.ui.transcript.view import Transcript
from desktop.ui.widgets.button import Chip

from .conftest import MISTRAL, QWEN, MakeStage, Stage, until


def button(stage: Stage, name: str) -> QAbstractButton:
    found = [b for b in stage.page.findChildren(QAbstractButton) if name in (b.accessibleName(), b.text())]
    assert found, name
    return found[0]


def type_and_send(stage: Stage, qtbot: Any, text: str) -> None:
    stage.composer.edit.insertPlainText(text)
    qtbot.keyClick(stage.composer.edit, Qt.Key.Key_Return)


def ids(stage: Stage) -> list[str]:
    return [entry.message.id for entry in stage.entries()]


# Sending


async def test_a_question_is_shown_and_its_reply_streams_in(stage: Stage, qtbot: Any) -> None:
    changes: list[str | None] = []
    stage.page.conversation_changed.connect(changes.append)
    type_and_send(stage, qtbot, "What is a rate?")
    assert stage.composer.text() == ""
    assert button(stage, "Stop").isVisible()
    answer = await stage.answer(1)
    answer.say("A price ")
    await until(lambda: stage.texts() == ["What is a rate?", "A price "], "the first words")
    assert stage.page.findChild(Transcript).isVisible()
    assert stage.page.findChild(Title).text() == "What is a rate?"
    assert changes == [stage.page.conversation_id]
    answer.finish("for money.")
    await stage.settled()
    assert stage.texts() == ["What is a rate?", "A price for money."]
    assert button(stage, "Send").isVisible()
    assert not any(entry.running for entry in stage.entries())


async def test_a_second_question_follows_the_first_reply(stage: Stage, qtbot: Any) -> None:
    await stage.ask("One", "First")
    type_and_send(stage, qtbot, "Two")
    answer = await stage.answer(2)
    assert [message.text for message in answer.request.messages] == ["One", "First", "Two"]


async def test_sending_twice_at_once_makes_one_chat(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "One")
    type_and_send(stage, qtbot, "Two")  # before anything is stored
    (await stage.answer(1)).finish("First")
    answer = await stage.answer(2)
    assert [message.text for message in answer.request.messages] == ["One", "First", "Two"]
    assert len(await stage.library.summaries()) == 1


async def test_what_cannot_be_stored_comes_back(stage: Stage, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await stage.ask("One", "First")

    async def refuse(*_given: object, **_more: object) -> None:
        raise ConversationGone

    monkeypatch.setattr(stage.chat, "send", refuse)
    type_and_send(stage, qtbot, "Two")
    stage.composer.edit.insertPlainText("and three")
    await until(lambda: stage.errors, "the error")
    assert stage.composer.text() == "Two\n\nand three"
    assert button(stage, "Send").isVisible()
    assert stage.texts() == ["One", "First"]


async def test_send_text_leaves_what_is_being_typed(stage: Stage) -> None:
    stage.composer.edit.insertPlainText("half a sentence")
    stage.page.send_text("From the command line")
    assert (await stage.answer(1)).question == "From the command line"
    await until(lambda: stage.page.conversation_id)
    assert stage.composer.text() == "half a sentence"


# Stopping


async def test_stop_before_the_first_word_works_at_once(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "Hello")
    answer = await stage.answer(1)
    button(stage, "Stop").click()
    assert button(stage, "Send").isVisible()
    await stage.settled()
    assert answer.closed
    assert stage.entries()[-1].message.status is Status.STOPPED


async def test_stop_before_anything_is_stored_stops_the_reply(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "Hello")
    button(stage, "Stop").click()
    await until(lambda: stage.page.conversation_id)
    await stage.settled()
    assert stage.entries()[-1].message.status is Status.STOPPED


async def test_esc_stops_and_then_returns_to_the_composer(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "Hello")
    (await stage.answer(1)).say("Some words")
    await until(lambda: stage.texts()[-1:] == ["Some words"])
    qtbot.keyClick(stage.composer.edit, Qt.Key.Key_Escape)
    await stage.settled()
    assert stage.entries()[-1].message.status is Status.STOPPED
    assert stage.texts()[-1] == "Some words"
    stage.page.findChild(Transcript).setFocus()
    qtbot.keyClick(stage.page.findChild(Transcript), Qt.Key.Key_Escape)
    assert stage.composer.edit.hasFocus()


async def test_a_question_right_after_a_stop_follows_the_stopped_reply(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "One")
    (await stage.answer(1)).say("First, cut")
    await until(lambda: stage.texts()[-1:] == ["First, cut"])
    stage.page.stop()
    type_and_send(stage, qtbot, "Two")
    answer = await stage.answer(2)
    assert [message.text for message in answer.request.messages] == ["One", "First, cut", "Two"]


async def test_it_follows_that_reply_even_before_anything_has_been_read(
    stage: Stage, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.page._open, "_read_again", lambda shown: None)
    type_and_send(stage, qtbot, "One")
    answer = await stage.answer(1)
    answer.say("First, cut")
    await until(lambda: (turn := stage.page._open.shown.turn) and turn.message().text, "the first words")
    stage.page.stop()
    type_and_send(stage, qtbot, "Two")
    answer = await stage.answer(2)
    assert [message.text for message in answer.request.messages] == ["One", "First, cut", "Two"]


async def test_the_end_of_a_reply_shows_before_it_is_read_from_disk(
    stage: Stage, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_and_send(stage, qtbot, "One")
    answer = await stage.answer(1)
    answer.say("All ")
    await until(lambda: stage.texts() == ["One", "All "])
    monkeypatch.setattr(stage.page._open, "_read_again", lambda shown: None)
    answer.finish("of it.")
    await stage.settled()
    last = stage.entries()[-1]
    assert (last.message.text, last.message.status, last.running) == ("All of it.", Status.COMPLETE, False)


# A message that waits


async def test_a_message_sent_while_writing_waits_and_is_sent(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "One")
    answer = await stage.answer(1)
    answer.say("Fir")
    await until(lambda: stage.page.conversation_id)
    type_and_send(stage, qtbot, "Two")
    type_and_send(stage, qtbot, "and more")
    assert button(stage, "Edit the waiting message").isVisible()
    assert len(stage.client.answers) == 1
    answer.finish("st")
    answer = await stage.answer(2)
    assert [message.text for message in answer.request.messages] == ["One", "First", "Two\n\nand more"]
    assert not button(stage, "Edit the waiting message").isVisible()


async def test_after_a_stop_it_waits_for_enter(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "One")
    await stage.answer(1)
    await until(lambda: stage.page.conversation_id)
    type_and_send(stage, qtbot, "Two")
    stage.page.stop()
    await stage.settled()
    assert len(stage.client.answers) == 1
    assert button(stage, "Edit the waiting message").isVisible()
    qtbot.keyClick(stage.composer.edit, Qt.Key.Key_Return)
    assert (await stage.answer(2)).question == "Two"


async def test_a_waiting_message_can_be_edited_or_removed(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "One")
    await stage.answer(1)
    type_and_send(stage, qtbot, "Two")
    stage.composer.edit.insertPlainText("draft")
    button(stage, "Edit the waiting message").click()
    assert stage.composer.text() == "Two\n\ndraft"
    qtbot.keyClick(stage.composer.edit, Qt.Key.Key_Return)
    button(stage, "Remove the waiting message").click()
    assert not button(stage, "Remove the waiting message").isVisible()
    (await stage.answer(1)).finish("First")
    await stage.settled()
    assert len(stage.client.answers) == 1


async def test_it_is_sent_also_when_another_chat_is_shown(stage: Stage, qtbot: Any) -> None:
    other = await stage.ask("Other", "Reply")
    stage.page.show_new()
    type_and_send(stage, qtbot, "One")
    answer = await stage.answer(2)
    await until(lambda: stage.page.conversation_id not in (None, other))
    mine = stage.page.conversation_id
    type_and_send(stage, qtbot, "Two")
    stage.page.open(other)
    await stage.idle()
    assert not button(stage, "Edit the waiting message").isVisible()
    answer.finish("First")
    answer = await stage.answer(3)
    assert [message.text for message in answer.request.messages] == ["One", "First", "Two"]
    answer.finish("Second")
    await stage.settled()
    assert stage.page.conversation_id == other
    assert stage.texts() == ["Other", "Reply"]
    stage.page.open(mine or "")
    await stage.idle()
    assert stage.texts() == ["One", "First", "Two", "Second"]


# Switching


async def test_a_reply_goes_on_in_the_background_and_is_joined_again(stage: Stage, qtbot: Any) -> None:
    other = await stage.ask("Other", "Reply")
    stage.page.show_new()
    type_and_send(stage, qtbot, "One")
    answer = await stage.answer(2)
    answer.say("a")
    await until(lambda: stage.texts() == ["One", "a"])
    mine = stage.page.conversation_id
    stage.page.open(other)
    assert button(stage, "Send").isVisible()
    answer.say("b")
    await stage.idle()
    assert stage.texts() == ["Other", "Reply"]
    stage.page.open(mine or "")
    await stage.idle()
    assert button(stage, "Stop").isVisible()
    answer.say("c")
    await until(lambda: stage.texts() == ["One", "abc"], "what was written meanwhile, once")
    answer.finish()
    await stage.settled()
    assert stage.texts() == ["One", "abc"]


async def test_late_messages_never_land_in_another_chat(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = await stage.ask("Slow", "One")
    stage.page.show_new()
    quick = await stage.ask("Quick", "Two")
    gate = asyncio.Event()
    read = Library.conversation

    async def held(library: Library, conversation_id: str, known: Any = None) -> Any:
        found = await read(library, conversation_id, known)
        if conversation_id == slow:
            await gate.wait()
        return found

    monkeypatch.setattr(Library, "conversation", held)
    stage.page.open(slow)
    await asyncio.sleep(0.05)
    stage.page.open(quick)
    await until(lambda: stage.texts() == ["Quick", "Two"])
    gate.set()
    await stage.idle()
    assert stage.texts() == ["Quick", "Two"]
    assert stage.page.findChild(Title).text() == "Quick"
    assert stage.page.conversation_id == quick


async def test_a_chat_that_was_left_is_not_listened_to(
    stage: Stage, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await stage.ask("Other", "Reply")
    stage.page.show_new()
    type_and_send(stage, qtbot, "One")
    answer = await stage.answer(2)
    await until(lambda: stage.texts() == ["One", ""])
    mine = stage.page.conversation_id or ""
    heard: list[object] = []
    stage.page.open(other)
    stage.page._open.on_event = lambda _message_id, event: heard.append(event)
    answer.say("to nobody")
    await until(lambda: stage.chat.turn(mine) and stage.chat.turn(mine).reply.has_text)  # type: ignore[union-attr]
    stage.page.open(mine)  # and away again while it is being read
    stage.page.open(other)
    await stage.idle()
    answer.finish("still to nobody")
    await stage.settled()
    assert heard == []


async def test_a_chat_that_is_left_while_it_is_stored_stays_left(stage: Stage, qtbot: Any) -> None:
    other = await stage.ask("Other", "Reply")
    stage.page.show_new()
    type_and_send(stage, qtbot, "One")
    stage.page.open(other)
    (await stage.answer(2)).finish("First")
    await stage.settled()
    assert stage.page.conversation_id == other
    assert stage.texts() == ["Other", "Reply"]
    stage.page.show_new()
    assert stage.composer.text() == ""


async def test_a_hit_on_another_branch_shows_that_branch(stage: Stage) -> None:
    conversation_id = await stage.ask("Question", "Old answer")
    old = ids(stage)[1]
    stage.page.regenerate()
    (await stage.answer(2)).finish("New answer")
    await stage.settled()
    stage.page.show_new()
    await stage.idle()
    stage.page.open(conversation_id, old)
    await stage.idle()
    assert stage.texts() == ["Question", "Old answer"]


async def test_a_chat_that_is_gone_leads_to_a_new_one(stage: Stage) -> None:
    conversation_id = await stage.ask("One", "First")
    await stage.library.trash([conversation_id])
    await stage.idle()
    assert stage.page.conversation_id is None
    stage.page.open("no such chat")
    await until(lambda: stage.errors)
    assert isinstance(stage.errors[0], ConversationGone)
    assert stage.page.conversation_id is None


async def test_many_changes_at_once_are_read_together(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation_id = await stage.ask("One", "First")
    reads: list[str] = []
    read = Library.conversation

    async def counted(library: Library, asked: str, known: Any = None) -> Any:
        reads.append(asked)
        return await read(library, asked, known)

    monkeypatch.setattr(Library, "conversation", counted)
    for _ in range(20):
        stage.feed.publish(MessagesChanged(conversation_id))
    await stage.idle()
    assert 1 <= len(reads) <= 2


# Branches


async def test_regenerating_makes_a_sibling_and_the_switch_goes_back(stage: Stage) -> None:
    await stage.ask("Question", "Old")
    old = ids(stage)[1]
    stage.page.regenerate()
    (await stage.answer(2)).finish("New")
    await stage.settled()
    assert stage.texts() == ["Question", "New"]
    entry = stage.entries()[1]
    assert (entry.sibling_index, entry.sibling_count) == (1, 2)
    assert entry.sibling_ids[0] == old
    stage.page.findChild(Transcript).branch_requested.emit(old)
    await stage.settled()
    assert stage.texts() == ["Question", "Old"]


async def test_editing_asks_again_beside_the_old_question(stage: Stage) -> None:
    await stage.ask("One", "First")
    await stage.ask("Two", "Second")
    question = ids(stage)[2]
    stage.page.findChild(Transcript).edit_requested.emit(question, "Two, better")
    answer = await stage.answer(3)
    assert [message.text for message in answer.request.messages] == ["One", "First", "Two, better"]
    answer.finish("Third")
    await stage.settled()
    assert stage.texts() == ["One", "First", "Two, better", "Third"]
    assert stage.entries()[2].sibling_count == 2


async def test_regenerating_while_writing_stops_that_reply_first(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "Question")
    first = await stage.answer(1)
    first.say("Half")
    await until(lambda: stage.texts()[-1:] == ["Half"])
    stage.page.regenerate()
    (await stage.answer(2)).finish("Whole")
    await stage.settled()
    assert first.closed
    assert stage.texts() == ["Question", "Whole"]
    assert stage.entries()[1].sibling_count == 2


async def test_up_in_an_empty_box_edits_the_last_question(stage: Stage, qtbot: Any) -> None:
    await stage.ask("One", "First")
    asked: list[str] = []
    stage.page.findChild(Transcript).edit_message = asked.append  # type: ignore[method-assign]
    stage.page.focus_composer()
    qtbot.keyClick(stage.composer.edit, Qt.Key.Key_Up)
    assert asked == [ids(stage)[0]]


# Models


async def test_a_new_chat_has_the_default_model_and_keeps_a_chosen_one(stage: Stage, qtbot: Any) -> None:
    chip = stage.page.findChild(Chip)
    assert chip.accessibleName() == "Model: qwen3:4b"
    stage.page._use(MISTRAL)
    type_and_send(stage, qtbot, "Hello")
    answer = await stage.answer(1)
    assert answer.request.model_id == MISTRAL.model_id
    answer.finish("Hi")
    await stage.settled()
    stage.page.show_new()
    assert chip.accessibleName() == "Model: qwen3:4b"


async def test_choosing_a_model_in_a_chat_sets_it_for_good(stage: Stage) -> None:
    conversation_id = await stage.ask("One", "First")
    stage.page._use(MISTRAL)
    await stage.idle()
    stage.page.show_new()
    stage.page.open(conversation_id)
    await stage.idle()
    assert stage.page.findChild(Chip).accessibleName() == "Model: Mistral Medium 3.5"
    stage.page.regenerate()
    assert (await stage.answer(2)).request.model_id == MISTRAL.model_id


async def test_another_default_reaches_the_new_chat(stage: Stage) -> None:
    stage.settings.subscribe(lambda key: stage.page._open._follow_models())
    stage.catalogue.set_default_model(MISTRAL)
    assert stage.page.findChild(Chip).accessibleName() == "Model: Mistral Medium 3.5"


async def test_the_picker_opens_at_the_chip_and_chooses(stage: Stage, qtbot: Any) -> None:
    stage.page.choose_model()
    picker = stage.page._picker
    assert picker is not None
    assert picker.isVisible()
    picker.chosen.emit(MISTRAL)
    picker.hide()
    assert stage.page._open.shown.model == MISTRAL
    with qtbot.waitSignal(stage.page.settings_requested, timeout=1000) as asked:
        picker.settings_requested.emit("providers", "")
    assert asked.args == ["providers", ""]


# Routes

EVERYDAY = Route("r1", "Everyday", (Target(MISTRAL), Target(QWEN)))


async def test_a_chat_goes_by_a_route_as_by_a_model(stage: Stage, qtbot: Any) -> None:
    chip = stage.page.findChild(Chip)
    await stage.catalogue.save_routes([EVERYDAY])
    stage.page._use(EVERYDAY.ref)
    assert chip.accessibleName() == "Model: Everyday"
    assert stage.page._entries.service_of(EVERYDAY.ref) == "route"
    type_and_send(stage, qtbot, "Hello")
    (await stage.answer(1)).fail(KeyRejected("Mistral rejected the key"))
    answer = await stage.answer(2)
    assert answer.request.model_id == QWEN.model_id
    answer.finish("Hi")
    await stage.settled()
    entry = stage.entries()[-1]
    assert (entry.message.model, entry.provider_color_id, entry.free) == (QWEN, "ollama", True)
    assert chip.accessibleName() == "Model: Everyday"
    assert stage.page.conversation_id is not None
    summary = await stage.library.summary(stage.page.conversation_id)
    assert summary is not None
    assert (summary.model, summary.model_name) == (EVERYDAY.ref, "Everyday")


async def test_a_route_chosen_in_a_chat_has_its_name_in_the_list(stage: Stage) -> None:
    conversation_id = await stage.ask("One", "First")
    await stage.catalogue.save_routes([EVERYDAY])
    stage.page._use(EVERYDAY.ref)
    await stage.idle()
    summary = await stage.library.summary(conversation_id)
    assert summary is not None
    assert summary.model_name == "Everyday"


async def test_a_route_that_is_renamed_or_deleted_says_so(stage: Stage, qtbot: Any) -> None:
    chip = stage.page.findChild(Chip)
    stage.catalogue.set_default_model(EVERYDAY.ref)
    await stage.catalogue.save_routes([EVERYDAY])
    stage.page._use(EVERYDAY.ref)
    await stage.catalogue.save_routes([replace(EVERYDAY, name="Always")])
    await until(lambda: chip.accessibleName() == "Model: Always", "the new name")
    await stage.catalogue.save_routes([])
    await until(lambda: chip.accessibleName() == "Model: Deleted route", "the end of the route")
    type_and_send(stage, qtbot, "Hello")
    await until(lambda: stage.page.conversation_id)
    await stage.settled()
    reply = stage.entries()[-1].message
    assert reply.failure is not None
    assert reply.failure.code == "no_target"
    with qtbot.waitSignal(stage.page.settings_requested, timeout=1000) as asked:
        stage.page.findChild(Transcript).action_requested.emit(reply.id, Action.OPEN_PROVIDER_SETTINGS)
    assert asked.args == ["routes", "r1"]


async def test_a_route_is_free_if_all_its_models_are(stage: Stage) -> None:
    local = Route("r2", "Local", (Target(QWEN),))
    await stage.catalogue.save_routes([EVERYDAY, local])
    assert stage.catalogue.is_free(local.ref)
    assert not stage.catalogue.is_free(EVERYDAY.ref)
    assert not stage.catalogue.is_free(ModelRef("route", "gone"))


async def test_a_favourite_route_stays_one(stage: Stage, tmp_path: Path) -> None:
    await stage.catalogue.save_routes([EVERYDAY, replace(EVERYDAY, id="r2")])
    await stage.catalogue.set_favourite(EVERYDAY.ref, True)
    again = RouteStore(tmp_path / "routes.json")
    again.load()
    assert [route.favourite for route in again.list()] == [True, False]


async def test_the_picker_tells_what_the_replies_so_far_were_like(stage: Stage) -> None:
    await stage.ask("One", "First")
    stage.page.choose_model()
    await stage.idle()
    picker = stage.page._picker
    assert picker is not None
    index = picker._model.index_of(QWEN)
    assert "1 of 1 answered in the last day" in str(index.data(Qt.ItemDataRole.ToolTipRole))
    picker.hide()


# Errors


async def failed(stage: Stage, error: Any) -> str:
    """A chat whose reply failed; the id of the reply."""
    stage.page._use(MISTRAL)
    stage.page.send_text("Hello")
    (await stage.answer(1)).fail(error)
    await until(lambda: stage.page.conversation_id)
    await stage.settled()
    assert stage.entries()[-1].message.failure is not None
    return ids(stage)[-1]


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        (Action.ADD_KEY, ["providers", "mistral"]),
        (Action.REPLACE_KEY, ["providers", "mistral"]),
        (Action.OPEN_PROVIDER_SETTINGS, ["providers", "mistral"]),
        (Action.SET_PASSPHRASE, ["providers", "mistral"]),
        (Action.SHOW_FOLDER, ["data", ""]),
    ],
)
async def test_buttons_of_an_error_card_that_lead_to_settings(
    stage: Stage, qtbot: Any, action: Action, wanted: list[str]
) -> None:
    reply = await failed(stage, KeyRejected("Mistral rejected the key"))
    with qtbot.waitSignal(stage.page.settings_requested, timeout=1000) as asked:
        stage.page.findChild(Transcript).action_requested.emit(reply, action)
    assert asked.args == wanted


async def test_retry_answers_again_with_the_model_that_is_chosen_now(stage: Stage) -> None:
    reply = await failed(stage, KeyRejected("Mistral rejected the key"))
    stage.page._use(QWEN)
    stage.page.findChild(Transcript).action_requested.emit(reply, Action.RETRY)
    answer = await stage.answer(2)
    assert (answer.question, answer.request.model_id) == ("Hello", QWEN.model_id)


async def test_billing_opens_the_providers_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    reply = await failed(stage, NoCredit("Your Mistral balance is used up"))
    stage.page.findChild(Transcript).action_requested.emit(reply, Action.OPEN_BILLING)
    assert len(opened) == 1
    assert "mistral.ai" in opened[0]


async def test_a_failed_reply_keeps_the_waiting_message(stage: Stage, qtbot: Any) -> None:
    type_and_send(stage, qtbot, "One")
    answer = await stage.answer(1)
    type_and_send(stage, qtbot, "Two")
    answer.fail(KeyRejected("Refused"))
    await until(lambda: stage.page.conversation_id)
    await stage.settled()
    assert len(stage.client.answers) == 1
    assert button(stage, "Edit the waiting message").isVisible()


# Drafts


async def test_each_chat_keeps_its_draft(stage: Stage) -> None:
    first = await stage.ask("One", "First")
    stage.composer.edit.insertPlainText("for the first")
    stage.page.show_new()
    await stage.idle()
    assert stage.composer.text() == ""
    stage.composer.edit.insertPlainText("for a new one")
    stage.page.open(first)
    await stage.idle()
    assert stage.composer.text() == "for the first"
    stage.page.show_new()
    assert stage.composer.text() == "for a new one"
    await until(lambda: not stage.page._drafts._changed, "the drafts on disk")
    await stage.idle()
    assert await stage.library.draft(first) == "for the first"
    assert await stage.library.draft(None) == "for a new one"


async def test_drafts_and_waiting_messages_outlive_the_program(make_stage: MakeStage, qtbot: Any) -> None:
    stage = await make_stage()
    type_and_send(stage, qtbot, "One")
    await stage.answer(1)
    await until(lambda: stage.page.conversation_id)
    conversation_id = stage.page.conversation_id
    type_and_send(stage, qtbot, "Waiting")
    stage.composer.edit.insertPlainText("and typed")
    await stage.page.flush_draft()
    await stage.chat.stop_all()
    await stage.settled()
    again = await make_stage()
    again.page.open(conversation_id)
    await again.idle()
    assert again.composer.text() == "Waiting\n\nand typed"


async def test_a_sent_text_is_no_draft_any_more(stage: Stage, qtbot: Any) -> None:
    stage.composer.edit.insertPlainText("Hello")
    await until(lambda: stage.page._drafts._changed)
    await stage.page.flush_draft()
    assert await stage.library.draft(None) == "Hello"
    qtbot.keyClick(stage.composer.edit, Qt.Key.Key_Return)
    (await stage.answer(1)).finish("Hi")
    await until(lambda: stage.page.conversation_id)
    await stage.settled()
    await stage.page.flush_draft()
    assert await stage.library.draft(None) == ""
    assert await stage.library.draft(stage.page.conversation_id) == ""


async def test_what_is_typed_before_the_database_opens_is_not_lost(make_stage: MakeStage) -> None:
    before = await make_stage()
    before.composer.edit.insertPlainText("from last time")
    await before.page.flush_draft()
    stage = await make_stage(open_database=False)
    stage.composer.edit.insertPlainText("typed at once")
    await stage.open_database(set_up=False)
    await stage.idle()
    assert stage.composer.text() == "from last time\n\ntyped at once"
    assert stage.page.is_typing


# The rest of the window's commands


async def test_enter_may_be_told_not_to_send(stage: Stage, qtbot: Any) -> None:
    stage.settings.set(options.SEND_WITH_ENTER, False)
    stage.page._open.changed.emit()
    type_and_send(stage, qtbot, "One")
    assert stage.composer.text() == "One\n"
    qtbot.keyClick(stage.composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert (await stage.answer(1)).question.startswith("One")


async def test_renaming_and_a_title_from_elsewhere(stage: Stage) -> None:
    conversation_id = await stage.ask("One", "First")
    stage.page._header.renamed.emit("Mine")
    await stage.idle()
    summary = await stage.library.summary(conversation_id)
    assert summary is not None
    assert summary.title == "Mine"
    await stage.library.rename(conversation_id, "From the sidebar")
    await stage.idle()
    assert stage.page.findChild(Title).text() == "From the sidebar"


async def test_copying_the_last_reply_and_the_last_code(stage: Stage) -> None:
    clipboard = QGuiApplication.clipboard()
    await stage.ask("One", "Text\n\n- item\n\n  ```python\n  print(1)\n  ```\n\nEnd")
    await stage.ask("Two", "No code here")
    stage.page.reading.copy_last_reply()
    assert clipboard.text() == "No code here"
    stage.page.reading.copy_last_code()
    assert clipboard.text() == "print(1)"
    assert stage.toasts.text == "Copied"


async def test_seen_replies_are_marked_read(stage: Stage, qtbot: Any) -> None:
    with qtbot.waitActive(stage.host):
        stage.host.activateWindow()
    first = await stage.ask("One", "First")
    await until(lambda: not stage.chat.running())
    await stage.idle()
    seen = await stage.library.summary(first)
    assert seen is not None
    assert not seen.unread


async def test_the_estimate_counts_the_branch(stage: Stage) -> None:
    await stage.ask("word " * 400, "word " * 400)
    assert "1k" in stage.composer.edit.accessibleDescription()


async def test_a_new_chat_begins_with_a_question(stage: Stage) -> None:
    assert stage.page._middle._greeting.isVisible()
    assert stage.page._middle._greeting.text() == "What are you working on?"
    assert button(stage, "Review this diff").isVisible()
    await stage.ask("One", "First")
    assert not stage.page._middle._greeting.isVisible()
    assert not stage.page.findChild(Suggestions).isVisible()


async def test_every_control_has_a_name_and_a_place_in_the_focus_order(stage: Stage) -> None:
    await stage.ask("One", "First")
    for each in stage.page.findChildren(QAbstractButton):
        if each.isVisible():
            assert each.accessibleName() or each.text(), each
    panes = stage.page.panes()
    assert [type(pane).__name__ for pane in panes] == ["Header", "Transcript", "Composer"]
    for pane in panes:
        pane.setFocus(Qt.FocusReason.TabFocusReason)
        focus = stage.page.focusWidget()
        assert focus is pane or pane.isAncestorOf(focus)


async def test_roles_alternate_on_every_path(stage: Stage) -> None:
    await stage.ask("One", "First")
    await stage.ask("Two", "Second")
    roles = [entry.message.role for entry in stage.entries()]
    assert roles == [Role.USER, Role.ASSISTANT] * 2


async def test_it_is_known_whether_somebody_is_typing(make_stage: MakeStage) -> None:
    stage = await make_stage()
    assert not stage.page.is_typing
    stage.composer.edit.insertPlainText("a draft")
    assert stage.page.is_typing
    await stage.page.flush_draft()
    again = await make_stage()
    assert again.composer.text() == "a draft"
    assert not again.page.is_typing
    again.composer.edit.insertPlainText("!")
    assert again.page.is_typing


# Branches, quotations, and chats that are opened again


async def test_a_branch_is_shown_at_once_and_kept(stage: Stage) -> None:
    await stage.ask("One", "First")
    first = ids(stage)[-1]
    stage.page.regenerate()
    (await stage.answer(2)).finish("Second")
    await stage.settled()
    stage.page._open.show_branch(first)
    assert stage.texts() == ["One", "First"]
    await stage.idle()
    assert stage.texts() == ["One", "First"]
    conversation, _tree = await stage.library.conversation(stage.page.conversation_id or "")
    assert conversation.head_id == first


async def test_a_chat_that_was_left_is_back_at_once_and_then_read_anew(stage: Stage) -> None:
    first = await stage.ask("One", "First")
    stage.page.show_new()
    second = await stage.ask("Two", "Second")
    await stage.library.rename(first, "Renamed meanwhile")
    stage.page.open(first)
    assert stage.texts() == ["One", "First"]
    assert stage.page.findChild(Transcript).entries[0].message.text == "One"
    await stage.idle()
    assert stage.page.findChild(Title).text() == "Renamed meanwhile"
    tree = stage.page._open.shown.tree
    stage.page.open(second)
    stage.page.open(first)
    await stage.idle()
    assert stage.page._open.shown.tree is tree  # nothing has changed, so nothing is made anew


async def test_of_many_chats_only_the_last_ones_are_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    chats = []
    for number in range(7):
        stage.page.show_new()
        chats.append(await stage.ask(f"Question {number}", "Reply"))
    assert [each.id for each in stage.page._open._kept] == chats[2:6]
    monkeypatch.setattr("desktop.ui.chat.shown.KEPT_MESSAGES", 3)
    stage.page.show_new()
    assert [each.id for each in stage.page._open._kept] == chats[6:]
    stage.page.open(chats[0])
    await stage.idle()
    assert stage.texts() == ["Question 0", "Reply"]


async def test_a_quotation_goes_where_the_cursor_is(stage: Stage) -> None:
    await stage.ask("One", "First")
    edit = stage.composer.edit
    stage.page.findChild(Transcript).quote_requested.emit("> First")
    assert stage.composer.text() == "> First\n\n"
    assert edit.hasFocus()
    edit.insertPlainText("What of it?")
    stage.page._quote("> Second\n> line")
    assert stage.composer.text() == "> First\n\nWhat of it?\n\n> Second\n> line\n\n"
    edit.undo()
    assert stage.composer.text() == "> First\n\nWhat of it?"


async def test_what_goes_along_is_counted(stage: Stage) -> None:
    await stage.ask("One", "word " * 400)
    await until(lambda: "509" in stage.composer.edit.accessibleDescription(), "the estimate")  # two messages framed
