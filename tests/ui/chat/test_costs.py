"""What the page says of costs: before a message is sent, while it is answered, and in all."""

from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.domain.changes import PricesChanged
from desktop.domain.events import Finished, UsageReported
from desktop.domain.message import FinishReason
from desktop.domain.usage import CostSource, Usage
from desktop.settings import options
from desktop.ui.chat.header import Header
from desktop.ui.chat.sum_popover import SumPopover
from desktop.ui.transcript.cost_words import explained
from desktop.ui.transcript.footer import Footer
from tests.ui.chat.conftest import MISTRAL, QWEN, Answer, Stage, until

PRICED = Usage(1204, 320, cost=Decimal("0.0042"), cost_source=CostSource.REPORTED)


def said(stage: Stage) -> str:
    return stage.composer.edit.accessibleDescription().replace("\N{NO-BREAK SPACE}", " ")


def total(stage: Stage) -> str:
    return stage.page.findChild(Header).cost.said


def popover() -> SumPopover:
    shown = QApplication.activePopupWidget()
    assert isinstance(shown, SumPopover)
    return shown


def report(answer: Answer, usage: Usage) -> None:
    answer._events.put_nowait(UsageReported(usage))


async def ask(stage: Stage, usage: Usage, text: str = "Why?") -> None:
    number = len(stage.client.answers) + 1
    stage.page.send_text(text)
    answer = await stage.answer(number)
    answer.say("Because.")
    report(answer, usage)
    answer._events.put_nowait(Finished(FinishReason.END))
    await stage.settled()


async def test_the_estimate_follows_text_model_and_system_prompt(stage: Stage) -> None:
    assert said(stage) == ""
    stage.composer.edit.insertPlainText("word " * 400)
    await until(lambda: said(stage) == "≈ 504 tokens · free", "the estimate of a local model")
    stage.page._open.choose_model(MISTRAL)
    await until(lambda: "$" in said(stage), "the estimate of a model with a price")
    assert said(stage) == "≈ 504 tokens · ≤ $0.127"  # 504 in are below $0.001; 2,108 in and 16,384 out are $0.1260
    stage.settings.set(options.SYSTEM_PROMPT, "rule " * 400)
    stage.page._open.changed.emit()
    await until(lambda: "1k tokens" in said(stage), "the system prompt")
    del stage.prices.known[MISTRAL]
    stage.feed.publish(PricesChanged())
    assert said(stage) == "≈ 1k tokens · price unknown"


async def test_what_the_provider_counted_is_what_goes_along(stage: Stage) -> None:
    stage.page._open.choose_model(MISTRAL)
    await ask(stage, PRICED)
    await until(lambda: said(stage).startswith("≈ 1.5k tokens"), "the whole chat")  # 1,204 + 320 and the frame
    stage.composer.estimate.click()
    shown = popover()
    assert shown.accessibleName() == "What this costs with Mistral Medium 3.5"
    assert "Chat so far, 1,528, $0.0023" in shown.accessibleDescription()
    assert "The provider has counted the chat so far" in shown.accessibleDescription()
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None


async def test_footer_header_and_composer_grow_with_the_reply_and_end_at_its_cost(stage: Stage) -> None:
    stage.page._open.choose_model(MISTRAL)
    stage.page.send_text("Why? " * 400)
    answer = await stage.answer(1)
    answer.say("Because. " * 400)
    # 504 in at $1.50 and 900 out at $7.50 for a million
    await until(lambda: said(stage) == "$0.0075 so far", "the cost so far")
    assert total(stage) == "$0.0075"
    assert stage.entries()[-1].meter is not None
    report(answer, replace(PRICED, output_tokens=2000, cost=None, cost_source=None))
    await until(lambda: total(stage) == "$0.0168", "what the provider reported so far")
    report(answer, replace(PRICED, cost=Decimal("0.0231")))
    answer._events.put_nowait(Finished(FinishReason.END))
    await stage.settled()
    assert total(stage) == "$0.0231"
    assert "so far" not in said(stage)


async def test_an_unknown_price_is_a_state_of_its_own(stage: Stage) -> None:
    stage.prices.known.clear()
    stage.page._open.choose_model(MISTRAL)
    await ask(stage, replace(PRICED, cost=None, cost_source=None))
    await until(lambda: total(stage) == "price unknown", "the header")
    assert said(stage) == "≈ 1.5k tokens · price unknown"
    wanted: list[tuple[str, str]] = []
    stage.page.settings_requested.connect(lambda *place: wanted.append(place))
    stage.composer.price_requested.emit()
    stage.page.findChild(Header).cost.click()
    await stage.idle()
    assert "The price of 1 reply is unknown" in popover().accessibleDescription()
    popover().link_followed.emit()
    popover().close()
    assert wanted == [("prices", str(MISTRAL))] * 2


async def test_a_local_chat_is_free_and_has_no_unknown_price(stage: Stage) -> None:
    assert stage.page._open.shown.model == QWEN
    await ask(stage, Usage(1204, 320))
    await until(lambda: said(stage) == "≈ 1.5k tokens · free", "the estimate")
    assert "unknown" not in total(stage)


async def test_who_points_at_a_cost_is_told_how_it_is_known(stage: Stage) -> None:
    stage.page._open.choose_model(MISTRAL)
    await ask(stage, Usage(1204, 320))
    footer = stage.page.findChild(Footer)
    assert "1,204 in · 320 out · $0.0042" in footer.figures_text().replace("\N{NO-BREAK SPACE}", " ")
    assert footer.toolTip() == "From the tokens Mistral counted."
    footer.enterEvent(QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))
    await until(lambda: footer.toolTip() == "From the tokens Mistral counted, by stage.", "the price list")


def test_each_source_has_its_words() -> None:
    row, low, high = "genai-prices 1.2:mistral/medium", Decimal("0.004"), Decimal("0.005")
    assert explained(CostSource.ESTIMATED, "Mistral", row) == (
        "Estimated from the text, by genai-prices 1.2: Mistral did not count the tokens."
    )
    assert explained(CostSource.REPORTED, "Mistral", row, reported=high, computed=low) == (
        "As Mistral reported it. By genai-prices 1.2 it is $0.0040."
    )
    assert explained(CostSource.REPORTED, "Mistral", row, reported=low, computed=low) == "As Mistral reported it."
    assert explained(CostSource.COMPUTED, "Mistral", "own 2026-11-01:mistral/medium") == (
        "From the tokens Mistral counted, by your own price since 2026-11-01."
    )
    assert "set" in explained(CostSource.UNPRICED, "Mistral")
