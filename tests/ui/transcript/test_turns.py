"""Questions and replies one by one: what can be done with them."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog

from desktop.domain import figures
from desktop.domain.errors import Action, AppError, Failure
from desktop.domain.message import Status
from desktop.domain.usage import CostSource, Usage
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.blocks.code import DrawnCode
from desktop.ui.transcript.blocks.error_card import ErrorCard
from desktop.ui.transcript.blocks.prose import DrawnText
from desktop.ui.transcript.bubble import BubbleWidget
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.reply import ReplyWidget
from desktop.ui.transcript.view import Transcript
from tests.ui.transcript.turns import question, reply

Settle = Callable[[], None]


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def show(transcript: Transcript, settle: Settle, *entries: object) -> MessageWidget:
    """Shows the entries and returns the last one's widget."""
    transcript.set_entries(entries)  # type: ignore[arg-type]
    settle()
    return transcript._turns.live[entries[-1].message.id]  # type: ignore[attr-defined]


def figures_of(widget: MessageWidget) -> str:
    assert isinstance(widget, ReplyWidget)
    return widget._footer.figures_text().replace(figures.NBSP, " ")


def test_figures(transcript: Transcript, settle: Settle) -> None:
    widget = show(transcript, settle, question("Hi"), reply("Yes."))
    assert figures_of(widget) == "1,204 in · 320 out · $0.0042 · 0.6 s first token · 84 tok/s"


@pytest.mark.parametrize(
    ("usage", "free", "expected"),
    [
        (Usage(1204, 320, cache_read_tokens=1024), False, "1,204 in (1,024 cached) · 320 out · price unknown"),
        (Usage(10, 2), True, "10 in · 2 out · free"),
        (Usage(10, 2, cost=Decimal("0.0042"), estimated=True), False, "≈ 10 in · ≈ 2 out · ≈ $0.0042"),
        (
            Usage(10, 2, cost=Decimal("0.0042"), estimated=True, cost_source=CostSource.REPORTED),
            False,
            "≈ 10 in · ≈ 2 out · $0.0042",
        ),
        (None, False, ""),
    ],
)
def test_figures_that_are_known(
    transcript: Transcript, settle: Settle, usage: Usage | None, free: bool, expected: str
) -> None:
    entry = reply("Yes.", usage=usage, free=free)
    entry = replace(entry, message=replace(entry.message, ttft_ms=None))
    assert figures_of(show(transcript, settle, entry)) == expected


def test_figures_give_way_to_a_narrow_window_cost_last(transcript: Transcript, settle: Settle) -> None:
    widget = show(transcript, settle, reply("Yes."))
    assert isinstance(widget, ReplyWidget)
    seen = [figures_of(widget)]
    for width in range(500, 100, -10):
        widget._footer.resize(width, widget._footer.height())
        if figures_of(widget) != seen[-1]:
            seen.append(figures_of(widget))
    assert seen[:3] == [
        "1,204 in · 320 out · $0.0042 · 0.6 s first token · 84 tok/s",
        "1,204 in · 320 out · $0.0042 · 0.6 s first token",
        "1,204 in · 320 out · $0.0042",
    ]
    assert seen[-1] == "$0.0042"


def test_an_older_reply_shows_only_its_cost_until_it_has_the_focus(transcript: Transcript, settle: Settle) -> None:
    show(transcript, settle, reply("Old.", "r0"), question("More", "q1"), reply("New.", "r1"))
    old = transcript._turns.live["r0"]
    assert figures_of(old) == "$0.0042"
    height = old.height()
    transcript.activateWindow()
    old.setFocus()
    assert figures_of(old).startswith("1,204 in")
    assert old.height() == height


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.STOPPED, "Stopped"), (Status.INTERRUPTED, "Interrupted: the app closed while this was written")],
)
def test_a_reply_that_did_not_end_says_so(transcript: Transcript, settle: Settle, status: Status, words: str) -> None:
    widget = show(transcript, settle, reply("Half", status=status))
    assert isinstance(widget, ReplyWidget)
    assert widget._footer._pieces[0].text == words


def test_branches(qtbot, transcript: Transcript, settle: Settle) -> None:
    widget = show(transcript, settle, reply("B", sibling_index=1, sibling_count=3, sibling_ids=("a", "r", "c")))
    assert isinstance(widget, ReplyWidget)
    switch = widget._footer._switch
    assert switch is not None
    assert switch.accessibleName() == "Branch 2 of 3"
    with qtbot.waitSignal(transcript.branch_requested) as asked:
        switch._next.click()
    assert asked.args == ["c"]
    with qtbot.waitSignal(transcript.branch_requested) as asked:
        qtbot.keyClick(widget, Qt.Key.Key_Left)
    assert asked.args == ["a"]


@pytest.mark.parametrize("message_id", ["q", "r"])
def test_what_the_reader_has_unfolded_stays_so_when_its_widget_is_made_anew(
    transcript: Transcript, settle: Settle, message_id: str
) -> None:
    shown = [question("Line\n" * 40), reply("Yes.", thought="Hm.\n\nSo.")]
    show(transcript, settle, *shown)
    transcript._turns.live[message_id].unfolded = True
    settle()
    gone = transcript._turns.live[message_id]
    transcript.set_entries([])
    transcript._turns.restyle()  # which drops what is put aside
    show(transcript, settle, *shown)
    again = transcript._turns.live[message_id]
    assert again is not gone
    assert again.unfolded
    assert not transcript._turns.live["r" if message_id == "q" else "q"].unfolded


def test_keys_of_a_focused_turn(qtbot, transcript: Transcript, settle: Settle) -> None:
    show(transcript, settle, question("Hi **you**"), reply("Yes, *I*."))
    transcript.setFocus()
    qtbot.keyClick(transcript, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    widget = transcript._turns.live["r"]
    transcript.focus_turn(5)
    assert transcript._focused_row() in (-1, 1)
    qtbot.keyClick(widget, Qt.Key.Key_C)
    assert clipboard() == "Yes, *I*."
    with qtbot.waitSignal(transcript.regenerate_requested) as asked:
        qtbot.keyClick(widget, Qt.Key.Key_R)
    assert asked.args == ["r"]
    qtbot.keyClick(transcript._turns.live["q"], Qt.Key.Key_C)
    assert clipboard() == "Hi **you**"


def test_letters_do_nothing_without_a_turn(qtbot, transcript: Transcript, settle: Settle) -> None:
    show(transcript, settle, question("Hi"), reply("Yes."))
    with qtbot.assertNotEmitted(transcript.regenerate_requested):
        qtbot.keyClick(transcript, Qt.Key.Key_R)


def test_editing_in_place(qtbot, transcript: Transcript, settle: Settle) -> None:
    bubble = show(transcript, settle, question("First"))
    assert isinstance(bubble, BubbleWidget)
    qtbot.keyClick(bubble, Qt.Key.Key_E)
    assert bubble._editor is not None
    assert bubble._editor.text.toPlainText() == "First"
    qtbot.keyClick(bubble._editor.text, Qt.Key.Key_Escape)
    assert bubble._editor is None
    transcript.edit_message("q")
    assert bubble._editor is not None
    qtbot.keyClicks(bubble._editor.text, " and more")
    with qtbot.waitSignal(transcript.edit_requested) as asked:
        qtbot.keyClick(bubble._editor.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == ["q", "First and more"]
    assert bubble._editor is None


def test_an_edit_survives_what_happens_around_it(transcript: Transcript, settle: Settle) -> None:
    bubble = show(transcript, settle, question("First"))
    assert isinstance(bubble, BubbleWidget)
    bubble.edit()
    assert bubble._editor is not None
    bubble._editor.text.setPlainText("Second")
    transcript.set_entries([question("First"), reply("Yes."), *(reply("Long\n\n" * 60, f"r{n}") for n in range(9))])
    transcript.scroll_to_end()
    settle()
    assert transcript._turns.live["q"] is bubble
    assert bubble._editor.text.toPlainText() == "Second"


def test_an_empty_edit_cannot_be_sent(qtbot, transcript: Transcript, settle: Settle) -> None:
    bubble = show(transcript, settle, question("First"))
    assert isinstance(bubble, BubbleWidget)
    bubble.edit()
    assert bubble._editor is not None
    bubble._editor.text.setPlainText("  ")
    assert not bubble._editor._accept.isEnabled()
    with qtbot.assertNotEmitted(transcript.edit_requested):
        qtbot.keyClick(bubble._editor.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize("text", ["\n".join(f"line {n}" for n in range(40)), "word " * 2000, "x" * 50_000])
def test_a_long_question_is_folded(qtbot, transcript: Transcript, settle: Settle, text: str) -> None:
    bubble = show(transcript, settle, question(text))
    assert isinstance(bubble, BubbleWidget)
    folded = bubble.height()
    assert folded < 400
    assert bubble._fold is not None
    assert bubble._fold.text() == "Show all"
    bubble._fold.click()
    settle()
    assert bubble.height() > folded
    shown = "".join("".join(run.text for run in slot.leaf.runs) for slot in bubble._column._slots)  # type: ignore[union-attr]
    assert shown == text.replace("\n", "")
    bubble._fold.click()
    settle()
    assert bubble.height() == folded


def test_a_question_is_shown_as_it_was_written(transcript: Transcript, settle: Settle) -> None:
    bubble = show(transcript, settle, question("**no** <b>Markdown</b>\n\n  $x$"))
    assert isinstance(bubble, BubbleWidget)
    lines = ["".join(run.text for run in slot.leaf.runs) for slot in bubble._column._slots]  # type: ignore[union-attr]
    assert lines == ["**no** <b>Markdown</b>", "", "  $x$"]


def code_leaf(widget: MessageWidget) -> DrawnCode:
    assert isinstance(widget, ReplyWidget)
    (leaf,) = (slot.drawn for slot in widget._answer._slots if isinstance(slot.drawn, DrawnCode))
    return leaf


def link_in(widget: MessageWidget) -> tuple[DrawnText, QPointF]:
    assert isinstance(widget, ReplyWidget)
    leaf = widget._answer._slots[0].drawn
    assert isinstance(leaf, DrawnText)
    return leaf, QPointF(leaf.rect.topLeft()) + QPointF(6, 12)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    urls: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: urls.append(url.toString()))
    return urls


def test_a_link_opens_in_the_browser(qtbot, transcript: Transcript, settle: Settle, opened: list[str]) -> None:
    widget = show(transcript, settle, reply("[here](https://example.org/a)"))
    _, point = link_in(widget)
    qtbot.mouseMove(widget, point.toPoint())
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point.toPoint())
    assert opened == ["https://example.org/a"]
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(400, int(point.y())))
    assert len(opened) == 1


def test_a_link_that_says_another_address_asks_first(
    qtbot, transcript: Transcript, settle: Settle, opened: list[str]
) -> None:
    widget = show(transcript, settle, reply("[https://bank.example](https://evil.example/x)"))
    _, point = link_in(widget)
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point.toPoint())
    assert opened == []
    (dialog,) = transcript.window().findChildren(QDialog)
    dialog.accept()
    assert opened == ["https://evil.example/x"]


@pytest.mark.parametrize("url", ["vscode://x", "smb://host/share", "/etc/passwd", "ms-settings:x", "tel:1"])
def test_other_targets_are_never_opened(
    qtbot, transcript: Transcript, settle: Settle, opened: list[str], url: str
) -> None:
    widget = show(transcript, settle, reply(f"[click here]({url})"))
    _, point = link_in(widget)
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point.toPoint())
    assert opened == []


FAILURE = Failure("key_rejected", "Mistral rejected the key “Work”", "It was changed.", 401, "invalid_api_key")


def test_a_failed_reply_shows_what_can_be_done(qtbot, transcript: Transcript, settle: Settle) -> None:
    widget = show(transcript, settle, question("Hi"), reply("", status=Status.FAILED, failure=FAILURE))
    assert isinstance(widget, ReplyWidget)
    card = widget._card
    assert card is not None
    assert [button.text() for button in card._buttons] == ["Replace key", "Retry", "Choose a model", "Details"]
    with qtbot.waitSignal(transcript.action_requested) as asked:
        card._buttons[0].click()
    assert asked.args == ["r", Action.REPLACE_KEY]
    height = widget.height()
    card._buttons[-1].click()
    settle()
    assert widget.height() > height
    assert card._detail.isVisible()


def kinds(kind: type[AppError]) -> list[type[AppError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in kinds(child))]


@pytest.mark.parametrize("code", sorted({kind.code for kind in kinds(AppError)}))
@pytest.mark.parametrize("width", [250, 720])
def test_every_error_has_a_card(qtbot, transcript: Transcript, theme: Theme, code: str, width: int) -> None:
    failure = Failure(code, "Title", "What it means. " * 5, 500, "detail")
    message = reply("Some text", status=Status.FAILED, failure=failure).message
    card = ErrorCard(theme, message, transcript.viewport())
    card.resize(width, card.set_width(width))
    assert not card.grab().isNull()
    for button in card._buttons:
        assert card.rect().contains(button.geometry())
    card.deleteLater()


def test_text_from_right_to_left_begins_at_the_right(transcript: Transcript, settle: Settle) -> None:
    widget = show(transcript, settle, reply("- שלום\n- hello\n"))
    assert isinstance(widget, ReplyWidget)
    hebrew, english = (slot for slot in widget._answer._slots)
    assert hebrew.mirrored
    assert not english.mirrored
    assert hebrew.drawn is not None
    assert english.drawn is not None
    assert hebrew.drawn.rect.left() < english.drawn.rect.left()
