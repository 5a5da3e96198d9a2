"""The composer's box around the text."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from desktop.domain.cost import NOTHING, Price, Rates
from desktop.domain.model import ModelRef
from desktop.domain.usage import Usage
from desktop.services.estimates import Estimate, Part
from desktop.ui.chat.budget_stop import StopBlock
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


def estimate(tokens: int, price: Price | None) -> Estimate:
    def part(count: int) -> Part:
        return Part(count, price.cost(Usage(count)) if price else None)

    low, high = (price.cost(Usage(tokens)), price.at_most(tokens, 8192)) if price else (None, None)
    nothing, answer = part(0), Part(8192, price.cost(Usage(0, 8192)) if price else None)
    return Estimate((REF,), nothing, part(2_000), part(tokens - 2_000), answer, 0, low, high, price, None, False, True)


REF = ModelRef("mistral", "medium")
PRICE = Price("list:medium", Rates(Decimal("1.5"), Decimal("7.5")))


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_estimate_follows_the_text_once_typing_pauses(qtbot: Any, composer: Composer) -> None:
    assert composer.edit.accessibleDescription() == ""
    assert not composer.estimate.isVisible()
    composer.estimator = lambda text: estimate(2_000 + len(text) // 4, PRICE)
    composer.count()
    assert plain(composer.edit.accessibleDescription()) == "≈ 2k tokens · $0.003–0.065"
    with qtbot.waitSignal(composer.draft_changed, timeout=1000) as told:
        composer.edit.insertPlainText("word " * 320)
        assert "2k" in composer.edit.accessibleDescription()
    assert told.args == ["word " * 320]
    assert plain(composer.edit.accessibleDescription()) == "≈ 2.4k tokens · $0.003–0.066"
    with qtbot.waitSignal(composer.estimate_unfolded, timeout=1000):
        qtbot.keyClick(composer.estimate, Qt.Key.Key_Return)


def test_a_narrow_window_has_only_the_sum(composer: Composer) -> None:
    composer.estimator = lambda _text: estimate(2_400, PRICE)
    composer.count()
    whole = composer.estimate.sizeHint().width()
    composer.set_compact(True)
    assert composer.estimate.sizeHint().width() < 0.7 * whole
    assert "tokens" in composer.edit.accessibleDescription()  # what is read aloud needs no room


def test_an_unknown_price_is_said_and_can_be_set(qtbot: Any, composer: Composer) -> None:
    composer.estimator = lambda _text: estimate(2_400, None)
    composer.count()
    assert plain(composer.edit.accessibleDescription()) == "≈ 2.4k tokens · price unknown"
    with qtbot.waitSignal(composer.price_requested, timeout=1000):
        button(composer, "Set the price").click()
    composer.estimator = lambda _text: estimate(2_400, NOTHING)
    composer.count()
    assert plain(composer.edit.accessibleDescription()) == "≈ 2.4k tokens · free"
    assert not button(composer, "Set the price").isVisible()


def test_while_a_reply_is_written_the_empty_box_tells_its_cost(composer: Composer) -> None:
    composer.estimator = lambda text: estimate(2_400, PRICE) if text else None
    composer.set_running(True)
    composer.set_spent(Decimal("0.0034"))
    assert composer.edit.accessibleDescription() == "$0.0034 so far"
    composer.set_spent(Decimal("0.0034"), Decimal("0.0101"))
    assert plain(composer.edit.accessibleDescription()) == "$0.0034 so far · stops at $0.011"
    composer.set_text("And then?")
    assert "tokens" in composer.edit.accessibleDescription()
    composer.set_text("")
    composer.set_running(False)
    assert composer.edit.accessibleDescription() == ""


def test_a_block_is_joined_to_the_top_and_leaves_again(composer: Composer) -> None:
    height = composer.sizeHint().height()
    block = StopBlock(composer._theme, "Stopped", "", "Nothing was sent.", "", [])
    block.setFixedHeight(120)
    composer.set_block(block)
    assert composer.sizeHint().height() == height + 120
    assert block.parent() is composer
    composer.set_block(None)
    assert composer.sizeHint().height() == height


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
