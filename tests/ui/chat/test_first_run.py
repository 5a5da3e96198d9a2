"""The page of a newcomer, over a catalogue that finds what the test puts on the ports."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.domain.model import Model, ModelRef
from desktop.paths import resources
from desktop.providers.discovery import LocalServer
from desktop.providers.registry import provider_from, service
from desktop.providers.tour import page_for
from desktop.services.catalogue import TOUR_MODEL
from desktop.settings.secrets import KeyStorage
from desktop.ui.chat import suggestions
from desktop.ui.chat.cards import KeyCard, LocalCard, Row, TourCard
from desktop.ui.chat.first_run import WHERE_KEYS_ARE, FirstRun
from desktop.ui.widgets.button import Chip

from .conftest import MakeStage, Stage, until

QWEN = Model(ModelRef("ollama", "qwen3:4b"), "qwen3:4b", size_bytes=2_500_000_000)
SMALL = Model(ModelRef("ollama", "gemma3:270m"), "gemma3:270m", size_bytes=290_000_000)
OLLAMA = LocalServer("ollama", "http://localhost:11434", (QWEN, SMALL))


def button(widget: QWidget, name: str) -> QAbstractButton:
    found = [b for b in widget.findChildren(QAbstractButton) if name in (b.accessibleName(), b.text())]
    assert len(found) == 1, name
    return found[0]


def rows(card: QWidget) -> list[str]:
    return [row.accessibleName() for row in card.findChildren(Row) if row.isVisible()]


@pytest.fixture
async def newcomer(make_stage: MakeStage) -> Stage:
    """Nothing is set up, and nothing listens on this computer."""
    return await make_stage(set_up=False)


@pytest.fixture
def local(newcomer: Stage) -> LocalCard:
    return newcomer.page.findChild(LocalCard)


async def test_without_a_key_the_page_offers_three_ways(newcomer: Stage) -> None:
    page = newcomer.page.findChild(FirstRun)
    assert page.isVisible()
    cards = [page.findChild(kind) for kind in (KeyCard, LocalCard, TourCard)]
    assert [(card.width(), card.height()) for card in cards] == [(240, 248)] * 3
    assert [card.mapTo(newcomer.page, QPoint(0, 0)).x() for card in cards] == [128, 384, 640]
    assert newcomer.composer.edit.accessibleDescription() == "Choose a model to send"


async def test_a_provider_leads_to_where_its_key_goes(newcomer: Stage, qtbot: Any) -> None:
    with qtbot.waitSignal(newcomer.page.settings_requested, timeout=1000) as asked:
        button(newcomer.page, "Add a key for Mistral").click()
    assert asked.args == ["providers", "mistral"]
    with qtbot.waitSignal(newcomer.page.settings_requested, timeout=1000) as asked:
        button(newcomer.page, "Paste a key").click()
    assert asked.args == ["providers", ""]


async def test_the_page_that_looks_for_local_servers_is_not_made_where_it_never_shows(make_stage: MakeStage) -> None:
    stage = await make_stage()  # with providers set up
    await stage.idle()
    assert stage.page.findChild(LocalCard) is None
    assert stage.catalogue.looked == 0


async def test_nothing_found_says_what_was_looked_for_and_looks_again(newcomer: Stage, local: LocalCard) -> None:
    assert local.line.text() == "Looking for local servers…"
    assert not button(local, "Look again").isEnabled()
    await until(lambda: newcomer.catalogue.looked == 1, "the search")
    await until(lambda: local.line.text() == "No local server found")
    await until(lambda: rows(local) == ["Ollama, port 11434", "LM Studio, port 1234", "llama.cpp server, port 8080"])
    newcomer.catalogue.servers = (OLLAMA,)
    button(local, "Look again").click()
    await until(lambda: local.line.text() == "Ollama found on this computer")
    assert newcomer.catalogue.looked == 2
    nbsp = "\N{NO-BREAK SPACE}"
    await until(lambda: rows(local) == [f"qwen3:4b, 2.5{nbsp}GB", f"gemma3:270m, 290{nbsp}MB"])


async def test_a_found_model_is_used_with_one_click(newcomer: Stage, local: LocalCard) -> None:
    newcomer.catalogue.servers = (LocalServer("lmstudio", "http://localhost:1234/v1", ()), OLLAMA)
    await until(lambda: local._found is not None, "Ollama")
    button(local, "Use qwen3:4b, free").click()
    await until(newcomer.catalogue.ready, "a provider")
    await newcomer.idle()
    chip = newcomer.page.findChild(Chip)
    assert chip.accessibleName() == "Model: qwen3:4b"
    assert not newcomer.page.findChild(FirstRun).isVisible()
    newcomer.composer.edit.insertPlainText("Hello")
    button(newcomer.composer, "Send").click()
    answer = await newcomer.answer(1)
    assert (answer.question, answer.request.model_id) == ("Hello", "qwen3:4b")


async def test_a_server_without_models_offers_none(newcomer: Stage, local: LocalCard) -> None:
    newcomer.catalogue.servers = (LocalServer("ollama", "http://localhost:11434", ()),)
    await until(lambda: newcomer.catalogue.looked == 1)
    await until(lambda: rows(local) == ["No models are installed yet"])
    assert button(local, "Look again").isEnabled()


async def test_the_tour_answers_at_once_and_suggests_what_to_ask_next(newcomer: Stage) -> None:
    button(newcomer.page, "Start the tour").click()
    answer = await newcomer.answer(1)
    assert answer.question == suggestions.TOUR_QUESTIONS[0]
    answer.finish("Welcome.")
    await newcomer.settled()
    assert newcomer.texts() == [suggestions.TOUR_QUESTIONS[0], "Welcome."]
    chips = newcomer.page.findChild(suggestions.Suggestions).findChildren(Chip)
    visible = [chip for chip in chips if chip.isVisible()]
    assert [chip.text() for chip in visible] == list(suggestions.TOUR_QUESTIONS[1 : len(visible) + 1])
    visible[0].click()
    assert newcomer.composer.text() == suggestions.TOUR_QUESTIONS[1]
    assert newcomer.composer.edit.hasFocus()


async def test_the_tour_is_never_chosen_for_who_types(newcomer: Stage, qtbot: Any) -> None:
    newcomer.composer.set_text("A question for a real model")
    qtbot.keyClick(newcomer.composer.edit, Qt.Key.Key_Return)
    assert newcomer.composer.text() == "A question for a real model"
    assert button(newcomer.composer, "Choose a model").isVisible()
    await newcomer.idle()
    assert newcomer.client.answers == []


async def test_a_question_of_the_command_line_goes_to_the_tour_where_there_is_nothing_else(newcomer: Stage) -> None:
    newcomer.page.send_text("What does it cost?")
    answer = await newcomer.answer(1)
    assert answer.question == "What does it cost?"
    answer.finish("Nothing.")
    await newcomer.settled()


def test_the_tour_has_a_page_for_each_question_and_lists_them_all() -> None:
    pages = {page_for(question) for question in suggestions.TOUR_QUESTIONS}
    assert len(pages) == len(suggestions.TOUR_QUESTIONS)
    assert "fallback" not in pages
    fallback = Path(resources() / "tour" / "fallback.md").read_text(encoding="utf-8")
    assert [line[2:] for line in fallback.splitlines() if line.startswith("- ")] == list(suggestions.TOUR_QUESTIONS)


async def test_a_key_takes_the_page_away(newcomer: Stage) -> None:
    newcomer.composer.edit.insertPlainText("half a sentence")
    await newcomer.catalogue.save_provider(provider_from(service("mistral")))
    assert not newcomer.page.findChild(FirstRun).isVisible()
    assert newcomer.composer.text() == "half a sentence"


async def test_suggestions_prefill_the_composer(newcomer: Stage) -> None:
    newcomer.composer.set_text("")
    button(newcomer.page, "Review this diff").click()
    assert newcomer.composer.text().startswith("Review this diff")
    assert newcomer.client.answers == []


async def test_cards_stack_in_a_narrow_window_and_the_page_scrolls(newcomer: Stage) -> None:
    newcomer.host.resize(500, 800)
    await until(lambda: newcomer.page.findChild(KeyCard).width() == 468)
    page = newcomer.page.findChild(FirstRun)
    assert page.verticalScrollBar().maximum() > 0
    assert page.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    assert page.widget().width() <= page.viewport().width()


@pytest.mark.parametrize("storage", list(KeyStorage))
def test_where_keys_go_is_said_for_every_case(storage: KeyStorage) -> None:
    assert WHERE_KEYS_ARE[storage]


async def test_everything_can_be_reached_and_has_a_name(newcomer: Stage) -> None:
    for each in newcomer.page.findChildren(QAbstractButton):
        if each.isVisible():
            assert each.accessibleName() or each.text()
            assert each.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert TOUR_MODEL not in [newcomer.catalogue.default_model()]


async def test_tab_goes_from_the_header_over_the_page_to_the_composer(newcomer: Stage, qtbot: Any) -> None:
    with qtbot.waitActive(newcomer.host):
        newcomer.host.activateWindow()
    button(newcomer.page, "Show or hide the sidebar").setFocus(Qt.FocusReason.TabFocusReason)
    names = []
    for _ in range(30):
        focus = newcomer.host.focusWidget()
        names.append(focus.accessibleName() or focus.text())
        if focus is newcomer.composer.edit:
            break
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert names[1] == "Choose a model"
    assert names[2] == "Add a key for OpenAI"
    assert names.index("Paste a key") < names.index("Start the tour") < names.index("Review this diff")
    assert names[-1] == "Message"
