"""What a person can do where a cap has stopped a message."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.domain.budget import Budget, Period, Scope, ScopeKind
from desktop.domain.errors import Action
from desktop.domain.events import Finished, UsageReported
from desktop.domain.message import FinishReason
from desktop.domain.usage import CostSource, Usage
from desktop.settings import options
from desktop.ui.chat.budget_stop import StopBlock
from desktop.ui.chat.over_cap import span_until
from desktop.ui.chat.send_later import LaterStrip, SendLater
from tests.ui.chat.conftest import MISTRAL, QWEN, Stage, until

CAP = Budget("day", "Day", Decimal("0.0042"))


def block(stage: Stage) -> StopBlock:
    found = stage.composer._block
    assert found is not None
    return found


def choices(stage: Stage) -> list[str]:
    return [button.accessibleName().replace("\N{NO-BREAK SPACE}", " ") for button in block(stage).buttons]


async def spend(stage: Stage) -> None:
    """A reply of $0.0042 by Mistral."""
    stage.page._open.choose_model(MISTRAL)
    number = len(stage.client.answers) + 1
    stage.page.send_text("Why?")
    answer = await stage.answer(number)
    answer.say("Because.")
    answer._events.put_nowait(UsageReported(Usage(1204, 320, cost=Decimal("0.0042"), cost_source=CostSource.REPORTED)))
    answer._events.put_nowait(Finished(FinishReason.END))
    await stage.settled()


async def stop(stage: Stage, *budgets: Budget, text: str = "And then?") -> None:
    await stage.budgets.save(budgets or (CAP,))
    stage.composer.edit.insertPlainText(text)
    QTest.keyClick(stage.composer.edit, Qt.Key.Key_Return)
    await until(lambda: stage.composer._block is not None, "the block")


async def test_a_used_up_cap_says_so_and_offers_four_ways(stage: Stage) -> None:
    await spend(stage)
    await stop(stage)
    shown = block(stage)
    assert shown.accessibleName() == "Today’s budget is used up"
    assert "It would cost up to" in shown.accessibleDescription()
    said = choices(stage)
    assert said[0].startswith("Send this one anyway, ≤ $0.")
    assert said[1] == "Use qwen3:4b here, free, local"
    assert said[2].startswith("Raise today’s cap to $0.")
    assert said[2].endswith("today only")
    assert said[3].startswith("Send after midnight, in ")
    assert stage.composer.text() == "And then?"
    assert not stage.errors
    assert stage.composer.edit.accessibleDescription().startswith("Over today’s cap")
    assert len(stage.client.answers) == 1


async def test_enter_leads_to_the_first_choice_arrows_to_the_others_and_esc_closes(stage: Stage) -> None:
    await spend(stage)
    await stop(stage)
    buttons = block(stage).buttons
    QTest.keyClick(stage.composer.edit, Qt.Key.Key_Return)
    assert buttons[0].hasFocus()
    for key, at in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 3), (Qt.Key.Key_Left, 2), (Qt.Key.Key_Up, 0)):
        QTest.keyClick(stage.host.focusWidget(), key)
        assert buttons[at].hasFocus()
    QTest.keyClick(buttons[0], Qt.Key.Key_Escape)
    assert stage.composer._block is None
    assert stage.composer.edit.hasFocus()
    assert stage.composer.text() == "And then?"


async def test_one_may_be_sent_anyway(stage: Stage) -> None:
    await spend(stage)
    await stop(stage)
    block(stage).buttons[0].click()
    (await stage.answer(2)).finish("Then that.")
    await stage.settled()
    assert stage.texts() == ["Why?", "Because.", "And then?", "Then that."]
    assert stage.composer.text() == ""
    assert stage.composer._block is None


async def test_a_cheaper_model_answers_here_from_then_on(stage: Stage) -> None:
    await spend(stage)
    await stop(stage)
    block(stage).buttons[1].click()
    (await stage.answer(2)).finish("For free.")
    await stage.settled()
    assert stage.page._open.shown.model == QWEN
    assert stage.texts()[-1] == "For free."


async def test_the_cap_can_be_raised_and_that_taken_back(stage: Stage) -> None:
    await spend(stage)
    await stop(stage)
    block(stage).buttons[2].click()
    (await stage.answer(2)).finish("Then that.")
    await stage.settled()
    (raised,) = await stage.budgets.states()
    assert raised.cap > CAP.cap
    assert raised.budget == CAP
    assert stage.toasts.text.startswith("Cap raised to $0.")
    assert stage.toasts.text.endswith("for today")
    assert stage.toasts.trigger()
    await stage.idle()
    assert (await stage.budgets.states())[0].cap == CAP.cap


async def test_a_message_waits_for_the_reset_and_is_sent_by_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await spend(stage)
    await stop(stage)
    block(stage).buttons[3].click()
    strip, later = stage.page.findChild(LaterStrip), stage.page.findChild(SendLater)
    assert strip.isVisible()
    assert stage.composer.text() == ""
    stage.composer.set_text("Something else")
    await stage.page.flush_draft()  # a crash loses neither
    assert await stage.library.draft(stage.page.conversation_id) == "And then?\n\nSomething else"
    stage.page.show_new()
    assert not strip.isVisible()
    later.look()
    assert len(stage.client.answers) == 1  # it is not midnight
    await stage.budgets.save([])
    tomorrow = datetime.now(UTC).astimezone() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(later, "_clock", lambda: int(tomorrow.timestamp() * 1000))
    later.look()
    answer = await stage.answer(2)
    assert answer.question == "And then?"
    answer.finish("Good morning.")
    await stage.settled()
    assert not stage.page._drafts.later()


async def test_what_waits_can_be_taken_back(stage: Stage) -> None:
    await spend(stage)
    await stop(stage)
    block(stage).buttons[3].click()
    strip = stage.page.findChild(LaterStrip)
    strip.controls[0].click()
    assert stage.composer.text() == "And then?"
    assert not strip.isVisible()


async def test_an_unknown_price_under_a_cap_can_be_set(stage: Stage) -> None:
    del stage.prices.known[MISTRAL]
    asked: list[tuple[str, str]] = []
    stage.page.settings_requested.connect(lambda *where: asked.append(where))
    stage.page._open.choose_model(MISTRAL)
    await stop(stage)
    assert block(stage).accessibleName() == "The price of Mistral Medium 3.5 is unknown"
    assert choices(stage) == ["Set a price", "Send this one anyway", "Choose a model"]
    block(stage).buttons[0].click()
    assert asked == [("prices", str(MISTRAL))]
    block(stage).buttons[1].click()
    (await stage.answer(1)).finish("Sent.")
    await stage.settled()
    assert stage.texts() == ["And then?", "Sent."]


async def test_a_runaway_is_stopped_until_the_user_says_so(stage: Stage) -> None:
    stage.settings.set(options.REQUESTS_A_MINUTE, 1)
    await stage.ask("First", "One.")
    await stop(stage, text="Second")
    assert choices(stage) == ["Send this one anyway", "Change the limit"]
    block(stage).buttons[0].click()
    (await stage.answer(2)).finish("Two.")
    await stage.settled()
    assert stage.texts()[-1] == "Two."


async def test_a_cap_on_each_message_can_neither_be_raised_nor_waited_for(stage: Stage) -> None:
    stage.page._open.choose_model(MISTRAL)
    await stop(stage, Budget("m", "One message", Decimal("0.000001"), period=Period.MESSAGE))
    assert [said.split(",")[0] for said in choices(stage)] == [
        "Send this one anyway",
        "Use qwen3:4b here",
        "Choose a model",
    ]


async def test_another_answer_that_is_refused_does_not_touch_the_text(stage: Stage) -> None:
    await spend(stage)
    await stage.budgets.save((CAP,))
    stage.composer.set_text("Half a thou")
    stage.page.regenerate()
    await until(lambda: stage.composer._block is not None, "the block")
    assert not any("midnight" in said for said in choices(stage))
    block(stage).buttons[0].click()
    (await stage.answer(2)).finish("Once more.")
    await stage.settled()
    assert stage.texts() == ["Why?", "Once more."]
    assert stage.composer.text() == "Half a thou"


async def test_the_block_goes_with_what_it_speaks_of(stage: Stage) -> None:
    await spend(stage)
    await stop(stage)
    await stage.budgets.save([])
    assert stage.composer._block is None
    await stage.budgets.save((CAP,))
    QTest.keyClick(stage.composer.edit, Qt.Key.Key_Return)
    await until(lambda: stage.composer._block is not None, "the block")
    stage.page._open.choose_model(QWEN)
    assert stage.composer._block is None
    assert stage.composer.text() == "And then?"


async def test_a_reply_that_is_cut_off_offers_more_room(stage: Stage) -> None:
    stage.page._open.choose_model(MISTRAL)
    provider = Scope(ScopeKind.PROVIDER, "mistral")
    await stage.budgets.save([Budget("p", "Mistral", Decimal("0.001"), provider)])
    stage.page.send_text("Tell me all")
    answer = await stage.answer(1)
    answer.say("word " * 2000)
    await stage.settled()
    reply = stage.page._open.shown.path()[-1]
    assert reply.failure is not None
    assert reply.failure.code == "over_budget"
    stage.page._act(reply.id, Action.RAISE_CAP)
    await until(lambda: stage.composer._block is not None, "the block")
    assert choices(stage)[0].startswith("Continue this one anyway")
    assert not any("qwen3" in said for said in choices(stage))
    raising = next(at for at, said in enumerate(choices(stage)) if said.startswith("Raise “Mistral” to $"))
    block(stage).buttons[raising].click()
    (await stage.answer(2)).finish("the end.")
    await stage.settled()
    assert stage.texts()[-1].endswith("the end.")


def test_a_wait_is_told_in_hours_then_days() -> None:
    plain = [span_until(minutes * 60_000).replace("\N{NO-BREAK SPACE}", " ") for minutes in (0, 5, 582, 60 * 24 * 9)]
    assert plain == ["in 1 min", "in 5 min", "in 9 h 42 min", "in 9 days"]
