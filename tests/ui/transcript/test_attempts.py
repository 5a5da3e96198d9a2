"""What a reply shows of the tries it took, and while it waits for the next one."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.domain import figures
from desktop.domain.errors import Action, BrokenStream, Dearer, Failure, NoneAnswered, RateLimited, RefusedOnRoute
from desktop.domain.events import AllCooling, Cooling, Offline, Pause, Retrying
from desktop.domain.ids import now_ms
from desktop.domain.message import Attempt, Status
from desktop.domain.model import ModelRef
from desktop.domain.usage import CostSource, Usage
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.access import bridge
from desktop.ui.transcript.blocks import pause_card
from desktop.ui.transcript.blocks.attempts import summary
from desktop.ui.transcript.blocks.error_card import ErrorCard
from desktop.ui.transcript.blocks.pause_card import PauseCard
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.footer import figures_of
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.view import Transcript
from tests.ui.transcript.turns import question, reply

Settle = Callable[[], None]
LARGE, SONNET = ModelRef("mistral", "large"), ModelRef("anthropic", "sonnet")
LIMITED = Failure(RateLimited.code, "Mistral is rate-limiting this key", "Wait.", 429)
GONE = Failure("no_connection", "Mistral cannot be reached", "It is down.")


def attempt(
    failure: Failure = LIMITED,
    *,
    model: ModelRef = LARGE,
    label: str = "",
    pause_ms: int = 0,
    usage: Usage | None = None,
) -> Attempt:
    now = now_ms()
    return Attempt(model, "Mistral Large", "Mistral", label, now - 400, now, pause_ms, failure, usage)


def answered(*attempts: Attempt, model: ModelRef = SONNET, text: str = "Yes.", **more: Any) -> Entry:
    entry = reply(text, **more)
    name = "Claude Sonnet" if model == SONNET else "Mistral Large"
    return replace(entry, message=replace(entry.message, model=model, model_name=name, attempts=attempts))


def waiting(pause: Pause | None, *attempts: Attempt) -> Entry:
    entry = answered(*attempts, model=LARGE, text="", status=Status.STREAMING, usage=None)
    return replace(entry, running=True, paused=pause)


def show(transcript: Transcript, settle: Settle, *entries: Entry) -> ReplyWidget:
    transcript.set_entries(entries)
    settle()
    widget = transcript.widget_of(entries[-1].message.id)
    assert isinstance(widget, ReplyWidget)
    return widget


FAILED = {"status": Status.FAILED, "text": "", "usage": None}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (answered(attempt(), attempt()), "Mistral Large → answered by Claude Sonnet (429, 2 tries)"),
        (answered(attempt(GONE)), "Mistral Large → answered by Claude Sonnet (no connection, 1 try)"),
        (answered(attempt(), attempt(), model=LARGE), "Mistral Large (429, 3 tries)"),
        (answered(attempt(), text="", status=Status.STREAMING), "Mistral Large → Claude Sonnet (429, 1 try)"),
        (answered(attempt(), model=LARGE, text="", status=Status.STREAMING), "Mistral Large (429, 1 try)"),
        (answered(attempt(), model=LARGE, failure=GONE, **FAILED), "Mistral Large (429, 2 tries)"),
        (
            answered(attempt(), attempt(model=SONNET), failure=NoneAnswered([]).failure(), **FAILED),
            "Mistral Large → Claude Sonnet (429, 2 tries)",
        ),
    ],
)
def test_who_answered_after_what(entry: Entry, words: str) -> None:
    assert summary(entry.message) == words


def test_a_reply_at_the_first_try_has_no_badge(transcript: Transcript, settle: Settle) -> None:
    assert show(transcript, settle, question("Hi"), answered())._badge is None


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_the_badge_unfolds_by_key(qtbot: Any, transcript: Transcript, settle: Settle, key: Qt.Key) -> None:
    sent = Usage(900, cost=Decimal("0.0004"), estimated=True, cost_source=CostSource.ESTIMATED)
    entry = answered(attempt(label="Personal", pause_ms=800), attempt(GONE, label="Work", usage=sent))
    widget = show(transcript, settle, question("Hi"), entry)
    badge, folded = widget._badge, widget.height()
    assert badge is not None
    assert badge.accessibleName() == "Tries, Mistral Large → answered by Claude Sonnet (429, 2 tries), folded"
    qtbot.keyClick(badge, key)
    settle()
    assert badge.accessibleName().endswith("unfolded")
    assert widget.height() > folded
    assert widget._tries is not None
    assert [tuple(text.replace(figures.NBSP, " ") for text in row[1:]) for row in widget._tries.texts()] == [
        (
            "Mistral Large, key “Personal”",
            "Mistral is rate-limiting this key",
            "429 · took 0.4 s · then waited 0.8 s · no usage was reported",
        ),
        ("Mistral Large, key “Work”", "Mistral cannot be reached", "took 0.4 s · ≈ $0.0004"),
        ("Claude Sonnet", "Answered", "$0.0042"),
    ]
    for label in widget._tries.children():
        if hasattr(label, "geometry") and label.text():
            assert widget._tries.rect().contains(label.geometry()), label.text()
    qtbot.keyClick(badge, key)
    settle()
    assert widget.height() == folded


@pytest.mark.parametrize(
    ("usage", "cost", "sum_"),
    [
        (Usage(900, cost=Decimal("0.0004"), cost_source=CostSource.COMPUTED), "$0.0004", "$0.0046"),
        (Usage(900, cost_source=CostSource.UNPRICED), "price unknown", "≥ $0.0042"),
        (Usage(900, cost=Decimal(0), cost_source=CostSource.COMPUTED), "free", "$0.0042"),
        (None, "no usage was reported", "$0.0042"),
    ],
)
def test_a_reply_costs_what_all_its_tries_did(
    transcript: Transcript, settle: Settle, usage: Usage | None, cost: str, sum_: str
) -> None:
    entry = answered(attempt(usage=usage))
    widget = show(transcript, settle, question("Hi"), entry)
    assert widget._badge is not None
    widget._badge.click()
    assert widget._tries is not None
    failed, own = (row[-1].split(" · ")[-1] for row in widget._tries.texts())
    assert (failed, own) == (cost, "$0.0042")
    shown = [figure.money for figure in figures_of(entry.message, free=False) if figure.money]
    assert [each.replace(figures.NBSP, " ") for each in shown] == [sum_]


def test_the_tries_of_a_verdict_are_all_there_is(transcript: Transcript, settle: Settle) -> None:
    failure = Dearer("Claude Sonnet costs 4.0 times as much").failure()
    widget = show(transcript, settle, question("Hi"), answered(attempt(), failure=failure, **FAILED))
    assert widget._badge is not None
    widget._badge.click()
    assert widget._tries is not None
    assert len(widget._tries.texts()) == 1
    assert isinstance(widget._card, ErrorCard)
    assert [button.text() for button in widget._card._buttons] == [
        "Use Claude Sonnet once",
        "Retry",
        "Choose a model",
    ]


def test_a_refusal_offers_the_next_target_by_name(qtbot: Any, transcript: Transcript, settle: Settle) -> None:
    refused = Failure("refused", "Mistral stopped this reply", "It said why.")
    failure = RefusedOnRoute(refused.title, refused.explanation).failure()
    widget = show(transcript, settle, question("Hi"), answered(attempt(refused), failure=failure, **FAILED))
    assert widget._badge is not None
    assert widget._badge.text() == "Mistral Large → Claude Sonnet (refused, 1 try)"
    assert isinstance(widget._card, ErrorCard)
    words = [button.text() for button in widget._card._buttons]
    assert words == ["Ask Claude Sonnet instead", "Edit message", "Choose a model"]
    with qtbot.waitSignal(transcript.action_requested) as asked:
        qtbot.keyClick(widget._card._buttons[0], Qt.Key.Key_Return)
    assert asked.args == ["r", Action.USE_FALLBACK]


def test_more_tries_join_an_unfolded_list(transcript: Transcript, settle: Settle) -> None:
    first = attempt()
    widget = show(transcript, settle, question("Hi"), waiting(None, first))
    assert widget._badge is not None
    widget._badge.click()
    show(transcript, settle, question("Hi"), waiting(None, first, attempt(GONE)))
    assert widget._tries is not None
    assert len(widget._tries.texts()) == 2


@pytest.mark.parametrize("width", [420, 1008])
def test_a_long_badge_gives_way(transcript: Transcript, settle: Settle, width: int) -> None:
    transcript.resize(width, 600)
    entry = answered(attempt(), thought="Hm.")
    entry = replace(entry, message=replace(entry.message, model_name="A model with a name that goes on and on"))
    widget = show(transcript, settle, question("Hi"), entry)
    assert widget._badge is not None
    assert widget._toggle is not None
    assert widget.rect().contains(widget._badge.geometry())
    assert not widget._badge.geometry().intersects(widget._toggle.geometry())


# Waiting


def retrying(seconds: float = 8.0) -> Retrying:
    return Retrying(attempt(pause_ms=round(seconds * 1000)), 1, seconds)


def test_it_counts_down(qtbot: Any, transcript: Transcript, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    pause = retrying()
    widget = show(transcript, settle, question("Hi"), waiting(pause, pause.attempt))
    card = widget._card
    assert isinstance(card, PauseCard)
    assert card.text() == "Mistral is rate-limiting this key · 429 · next try in 8" + figures.NBSP + "s"
    assert card._timer.isActive()
    name = card._line.accessibleName()
    monkeypatch.setattr(pause_card, "now_ms", lambda: pause.attempt.ended_ms + 5001)
    card._timer.timeout.emit()
    assert card.text().endswith("next try in 3" + figures.NBSP + "s")
    assert card._line.accessibleName() == name
    assert 900 <= card._timer.interval() <= 1000  # to the next whole second
    transcript.hide()
    assert not card._timer.isActive()
    transcript.show()
    qtbot.waitUntil(card._timer.isActive)
    monkeypatch.setattr(pause_card, "now_ms", lambda: pause.attempt.ended_ms + 8001)
    card._timer.stop()
    card._timer.timeout.emit()
    assert not card._timer.isActive()


LIMIT = Cooling(LARGE, "Mistral Large", 8.0, "Mistral allows no more requests with this key")
BUSY = Cooling(SONNET, "Claude Sonnet", 130.0, "Anthropic has a problem on its side")


def held(seconds: float = 8.0, *others: Cooling) -> AllCooling:
    return AllCooling(LIMIT, others, now_ms(), seconds)


def plain(text: str) -> str:
    return text.replace(figures.NBSP, " ")


def test_it_counts_down_to_the_end_of_a_limit(
    transcript: Transcript, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = held()
    card = show(transcript, settle, question("Hi"), waiting(pause))._card
    assert isinstance(card, PauseCard)
    assert plain(card.text()) == "Mistral allows no more requests with this key · Will be sent in 8 s"
    monkeypatch.setattr(pause_card, "now_ms", lambda: pause.since_ms + 5001)
    card._timer.timeout.emit()
    assert plain(card.text()).endswith("Will be sent in 3 s")


def test_who_is_asked_where_all_cool(transcript: Transcript, settle: Settle) -> None:
    pause = AllCooling(BUSY, (LIMIT,), now_ms(), 0.0)
    card = show(transcript, settle, question("Hi"), waiting(pause))._card
    assert isinstance(card, PauseCard)
    assert plain(card.text()) == (
        "No model of this route is ready · Claude Sonnet recovers first and is asked. It failed with: "
        "Anthropic has a problem on its side. Mistral Large cools for another 8 s: "
        "Mistral allows no more requests with this key."
    )
    assert card._buttons == []
    assert not card._timer.isActive()
    assert card.text().split(" · ")[1] in card.accessibleName()


def test_keys_of_one_model_are_no_route(transcript: Transcript, settle: Settle) -> None:
    pause = AllCooling(LIMIT, (LIMIT,), now_ms(), 0.0)
    card = show(transcript, settle, question("Hi"), waiting(pause))._card
    assert isinstance(card, PauseCard)
    assert card.text().startswith("No key for this model is ready · ")


def test_both_at_once(transcript: Transcript, settle: Settle) -> None:
    unknown = Cooling(SONNET, "Claude Sonnet", 130.0, "")  # as it is after a restart
    card = show(transcript, settle, question("Hi"), waiting(held(8.0, unknown)))._card
    assert isinstance(card, PauseCard)
    assert plain(card.text()) == (
        "Mistral allows no more requests with this key · Will be sent in 8 s · "
        "Mistral Large recovers first and is asked. Claude Sonnet cools for another 2 min 10 s."
    )


def test_a_limit_that_ends_at_once_is_not_worth_a_card(transcript: Transcript, settle: Settle) -> None:
    assert show(transcript, settle, question("Hi"), waiting(held(0.4)))._card is None


@pytest.mark.parametrize("pause", [retrying(), held(), held(8.0, BUSY)])
@pytest.mark.parametrize(("words", "action"), [("Try now", Action.TRY_NOW), ("Stop", Action.STOP)])
def test_its_buttons(
    qtbot: Any, transcript: Transcript, settle: Settle, words: str, action: Action, pause: Pause
) -> None:
    widget = show(transcript, settle, question("Hi"), waiting(pause))
    assert isinstance(widget._card, PauseCard)
    (button,) = [each for each in widget._card._buttons if each.text() == words]
    with qtbot.waitSignal(transcript.action_requested) as asked:
        qtbot.keyClick(button, Qt.Key.Key_Return)
    assert asked.args == ["r", action]


def test_offline_can_only_be_stopped(transcript: Transcript, settle: Settle) -> None:
    card = show(transcript, settle, question("Hi"), waiting(Offline()))._card
    assert isinstance(card, PauseCard)
    assert card.text() == "Offline · will send when back"
    assert [button.text() for button in card._buttons] == ["Stop"]
    assert not card._timer.isActive()


def test_a_brief_pause_is_not_worth_a_card(transcript: Transcript, settle: Settle) -> None:
    pause = retrying(0.5)
    assert show(transcript, settle, question("Hi"), waiting(pause, pause.attempt))._card is None


def test_the_card_goes_and_the_reply_keeps_the_focus(qtbot: Any, transcript: Transcript, settle: Settle) -> None:
    pause = retrying()
    widget = show(transcript, settle, question("Hi"), waiting(pause, pause.attempt))
    assert isinstance(widget._card, PauseCard)
    widget._card._buttons[0].setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is widget._card._buttons[0])
    show(transcript, settle, question("Hi"), waiting(None, pause.attempt))
    assert widget._card is None
    assert QApplication.focusWidget() is widget


@pytest.mark.parametrize("width", [250, 480, 720])
@pytest.mark.parametrize("pause", [retrying(), Offline(), held(8.0, BUSY), AllCooling(BUSY, (LIMIT,), 0, 0.0)])
def test_everything_of_the_card_is_inside_it(transcript: Transcript, theme: Theme, pause: Pause, width: int) -> None:
    card = PauseCard(theme, pause, transcript.viewport())
    card.resize(width, card.set_width(width))
    parts = [part for part in (card._title, card._line, card._who, *card._buttons) if not part.isHidden()]
    for part in parts:
        assert card.rect().contains(part.geometry())
        others = [each for each in parts if each is not part]
        assert not any(part.geometry().intersects(each.geometry()) for each in others)
    card.deleteLater()


def test_a_pause_is_said_once(transcript: Transcript, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(bridge, "announce", lambda widget, text, **how: said.append(text))
    pause = retrying()
    show(transcript, settle, question("Hi"), waiting(None))
    said.clear()
    for event in (pause, retrying(0.5), Offline(), held(0.5), held(8.0, BUSY)):
        transcript.stream("r", event)
        transcript.stream("elsewhere", event)
    show(transcript, settle, question("Hi"), waiting(pause, pause.attempt))
    assert said == [
        "Mistral is rate-limiting this key, next try in 8" + figures.NBSP + "s",
        "Offline · will send when back",
        "Mistral allows no more requests with this key, will be sent in 8\N{NO-BREAK SPACE}s, "
        "Mistral Large recovers first and is asked. Claude Sonnet cools for another "
        "2\N{NO-BREAK SPACE}min\N{NO-BREAK SPACE}10\N{NO-BREAK SPACE}s: Anthropic has a problem on its side.",
    ]


# What was cut off


CUT = BrokenStream("The reply was cut short", "The text so far is kept.").failure()


@pytest.mark.parametrize(
    ("text", "buttons"),
    [("It is", ["Continue the reply", "Start again", "Choose a model"]), ("", ["Retry", "Choose a model"])],
)
def test_what_was_cut_off_can_go_on(
    qtbot: Any, transcript: Transcript, settle: Settle, text: str, buttons: list[str]
) -> None:
    widget = show(transcript, settle, question("Hi"), reply(text, status=Status.FAILED, failure=CUT))
    assert isinstance(widget._card, ErrorCard)
    assert [button.text() for button in widget._card._buttons] == buttons
    assert widget.texts()[1] == ([text] if text else [])
    if text:
        with qtbot.waitSignal(transcript.action_requested) as asked:
            widget._card._buttons[0].click()
        assert asked.args == ["r", Action.CONTINUE]
