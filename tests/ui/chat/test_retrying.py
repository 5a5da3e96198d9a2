"""Replies that wait, fall back, are cut off and go on, in the page over the real services."""

from decimal import Decimal
from typing import Any

import pytest

from desktop.domain.errors import AppError, BrokenStream, NoConnection, NoCredit, Overloaded, RateLimited, Refused
from desktop.domain.limits import RateLimits
from desktop.domain.message import Status
from desktop.domain.model import Model
from desktop.domain.route import Route, Target
from desktop.services import network
from desktop.storage import models as stored_models
from desktop.ui.transcript.blocks.error_card import ErrorCard
from desktop.ui.transcript.blocks.pause_card import PauseCard
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.view import Transcript
from desktop.ui.widgets.button import Button

from .conftest import MISTRAL, QWEN, Stage, until

ROUTE = Route("r1", "Everyday", (Target(MISTRAL), Target(QWEN)))


def limited(seconds: float = 30.0) -> RateLimited:
    error = RateLimited("Mistral is rate-limiting this key", "Wait.", http_status=429)
    error.retry_after = seconds
    return error


def shown_reply(stage: Stage) -> ReplyWidget:
    transcript = stage.page.findChild(Transcript)
    assert transcript is not None
    widget = transcript.widget_of(transcript.entries[-1].message.id)
    assert isinstance(widget, ReplyWidget)
    return widget


def cards(stage: Stage, kind: type) -> list[Any]:
    return [card for card in stage.page.findChildren(kind) if card.isVisible()]


def press(card: Any, words: str) -> None:
    (button,) = [each for each in card.findChildren(Button) if each.text() == words]
    button.click()


async def failing(stage: Stage, error: AppError, model: Any = MISTRAL) -> None:
    """A question whose first request fails."""
    stage.page._use(model)
    stage.page.send_text("Hello")
    (await stage.answer(1)).fail(error)


async def test_a_wait_is_shown_and_can_be_cut_short(stage: Stage) -> None:
    await failing(stage, limited())
    await until(lambda: cards(stage, PauseCard), "the card")
    (card,) = cards(stage, PauseCard)
    assert card.text().startswith("Mistral is rate-limiting this key · 429 · next try in ")
    press(card, "Try now")
    answer = await stage.answer(2)
    await until(lambda: not cards(stage, PauseCard), "the card to go")
    answer.finish("Here.")
    await stage.settled()
    badge = shown_reply(stage)._badge
    assert badge is not None
    assert badge.text() == "Mistral Medium 3.5 (429, 2 tries)"


async def test_a_wait_can_be_stopped(stage: Stage) -> None:
    await failing(stage, limited())
    await until(lambda: cards(stage, PauseCard), "the card")
    press(cards(stage, PauseCard)[0], "Stop")
    await stage.settled()
    assert stage.entries()[-1].message.status is Status.STOPPED
    assert len(stage.client.answers) == 1


async def test_a_chat_that_is_opened_while_its_reply_waits_says_so(stage: Stage) -> None:
    await failing(stage, limited())
    await until(lambda: cards(stage, PauseCard), "the card")
    conversation_id = stage.page.conversation_id
    assert conversation_id is not None
    stage.page.show_new()
    await until(lambda: not cards(stage, PauseCard), "the other chat")
    stage.page.open(conversation_id)
    await until(lambda: cards(stage, PauseCard), "the card again")
    stage.page.stop()
    await stage.settled()


async def test_offline_is_said_and_the_question_goes_out_when_it_is_over(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline = [True]
    monkeypatch.setattr(network, "is_offline", lambda: offline[0])
    monkeypatch.setattr(network, "_LOOK_AGAIN_S", 0.01)
    await failing(stage, NoConnection("Mistral cannot be reached"))
    await until(lambda: cards(stage, PauseCard), "the card")
    assert cards(stage, PauseCard)[0].text() == "Offline · will send when back"
    offline[0] = False
    (await stage.answer(2)).finish("Here.")
    await stage.settled()
    assert stage.texts() == ["Hello", "Here."]
    assert not cards(stage, PauseCard)


async def test_a_fallback_is_told_as_it_happens(stage: Stage) -> None:
    await stage.catalogue.save_routes((ROUTE,))
    await failing(stage, NoCredit("Your Mistral balance is used up", http_status=402), ROUTE.ref)
    answer = await stage.answer(2)
    answer.say("From")
    await until(lambda: stage.texts()[-1:] == ["From"], "the first word")
    answer.finish(" here.")
    await stage.settled()
    badge = shown_reply(stage)._badge
    assert badge is not None
    assert badge.text() == "Mistral Medium 3.5 → answered by qwen3:4b (402, 1 try)"
    assert stage.page._open.shown.model == ROUTE.ref


async def test_a_dearer_model_answers_once(stage: Stage) -> None:
    dear = Model(QWEN, "Dear", input_price=Decimal(90), output_price=Decimal(90))
    cheap = Model(MISTRAL, "Cheap", input_price=Decimal(1), output_price=Decimal(1))
    for model in (cheap, dear):
        await stage.database.run(
            lambda db, model=model: stored_models.replace_models(db, model.ref.provider_id, [model], 1)
        )  # type: ignore[misc]
    await stage.catalogue.load()
    stage.catalogue.is_free = lambda ref: False  # type: ignore[method-assign]
    await stage.catalogue.save_routes((ROUTE,))
    await failing(stage, NoCredit("Your Mistral balance is used up", http_status=402), ROUTE.ref)
    await until(lambda: cards(stage, ErrorCard), "the question")
    await stage.settled()
    (card,) = cards(stage, ErrorCard)
    assert card.failure.code == "dearer"
    name = stage.catalogue.name_of(QWEN)
    press(card, f"Use {name} once")
    answer = await stage.answer(2)
    assert answer.request.model_id == QWEN.model_id
    answer.finish("Yes.")
    await stage.settled()
    assert stage.texts() == ["Hello", "Yes."]
    assert stage.page._open.shown.model == ROUTE.ref
    conversation, _tree = await stage.library.conversation(stage.page.conversation_id or "")
    assert conversation.model == ROUTE.ref


async def test_after_a_refusal_the_next_target_is_asked_if_the_user_wants_it(stage: Stage) -> None:
    await stage.catalogue.save_routes((ROUTE,))
    await failing(stage, Refused("Mistral stopped this reply", "Its safety filter gave no text."), ROUTE.ref)
    await until(lambda: cards(stage, ErrorCard), "the question")
    await stage.settled()
    assert len(stage.client.answers) == 1
    press(cards(stage, ErrorCard)[0], f"Ask {stage.catalogue.name_of(QWEN)} instead")
    answer = await stage.answer(2)
    assert answer.request.model_id == QWEN.model_id
    answer.finish("Yes.")
    await stage.settled()
    assert stage.texts() == ["Hello", "Yes."]
    assert stage.page._open.shown.model == ROUTE.ref


async def test_a_limit_that_is_known_is_waited_for(stage: Stage) -> None:
    label = (stage.catalogue.key_labels(MISTRAL.provider_id) or ("",))[0]
    limits = RateLimits(remaining=0, reset_s=30)
    stage.chat._routes.standing.set_limits(Target(MISTRAL, label), limits)
    stage.page._use(MISTRAL)
    stage.page.send_text("Hello")
    await until(lambda: cards(stage, PauseCard), "the card")
    (card,) = cards(stage, PauseCard)
    assert card.text().startswith("Mistral allows no more requests with this key · Will be sent in ")
    assert stage.client.answers == []
    press(card, "Try now")
    (await stage.answer(1)).finish("Here.")
    await stage.settled()
    assert stage.texts() == ["Hello", "Here."]
    assert shown_reply(stage)._badge is None


async def test_who_is_asked_where_all_cool_is_said_until_the_end(stage: Stage) -> None:
    await stage.catalogue.save_routes((ROUTE,))
    for target in ROUTE.targets:
        for _failure in range(3):
            stage.chat._routes.standing.failed(target, Overloaded("It has a problem", http_status=503))
    stage.page._use(ROUTE.ref)
    stage.page.send_text("Hello")
    answer = await stage.answer(1)
    answer.say("From")
    await until(lambda: stage.texts()[-1:] == ["From"], "the first word")
    (card,) = cards(stage, PauseCard)
    assert card.text().startswith("No model of this route is ready · Mistral Medium 3.5 recovers first")
    answer.finish(" here.")
    await stage.settled()
    assert not cards(stage, PauseCard)


async def test_what_was_cut_off_goes_on_in_its_place(stage: Stage) -> None:
    stage.page._use(MISTRAL)
    stage.page.send_text("Hello")
    answer = await stage.answer(1)
    answer.say("The loan has less inter")
    answer.fail(BrokenStream("The reply was cut short", "The text so far is kept."))
    await until(lambda: cards(stage, ErrorCard), "the card")
    await stage.settled()
    assert stage.texts() == ["Hello", "The loan has less inter"]
    before = stage.entries()[-1].message.id
    press(cards(stage, ErrorCard)[0], "Continue the reply")
    answer = await stage.answer(2)
    assert answer.question == "The loan has less inter"
    await until(lambda: not cards(stage, ErrorCard), "the card to go")
    assert stage.texts() == ["Hello", "The loan has less inter"]
    answer.say("interest")
    await until(lambda: stage.texts()[-1] == "The loan has less interest", "the joint")
    answer.finish(" now.")
    await stage.settled()
    assert stage.texts() == ["Hello", "The loan has less interest now."]
    assert stage.entries()[-1].message.id == before
    widget = shown_reply(stage)
    assert widget.texts()[1] == ["The loan has less interest now."]
    assert widget._badge is not None
    assert widget._badge.text() == "Mistral Medium 3.5 (cut short, 2 tries)"
