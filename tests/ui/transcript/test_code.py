"""Code blocks: to the letter, in view only, and never lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog

from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.blocks import code_file
from desktop.ui.transcript.blocks.code import DrawnCode
from desktop.ui.transcript.blocks.code_head import fill_menu
from desktop.ui.transcript.blocks.code_lines import CodeLines
from desktop.ui.transcript.leaves import CodeLeaf, Place, plain
from desktop.ui.transcript.position import Highlight
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.menu import Menu
from tests.ui.transcript.hosts import WIDTH, Host

CODE = "def f():\n\treturn '😀'  \n\n\nf()"


def show(host: Host, text: str, language: str = "", *, closed: bool = True) -> DrawnCode:
    host.column.set_leaves([CodeLeaf(Place(), language, text, closed)])
    host.lay_out()
    leaf = host.leaf(0)
    assert isinstance(leaf, DrawnCode)
    return leaf


def grow(host: Host, text: str, language: str = "", *, closed: bool = False) -> None:
    host.column.set_leaves([CodeLeaf(Place(), language, text, closed)])
    host.lay_out()


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def more_button(host: Host) -> Button | None:
    buttons = (child for child in host.findChildren(Button) if child.text().startswith("Show"))
    return next((button for button in buttons if not button.isHidden()), None)


def test_code_is_copied_to_the_letter(qtbot, host: Host) -> None:
    leaf = show(host, CODE, "py")
    assert leaf._head is not None
    copy = leaf._head.copy
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert clipboard() == CODE
    assert copy.text() == "Copied"
    qtbot.waitUntil(lambda: copy.text() == "Copy", timeout=4000)


def test_code_scrolls_sideways_or_wraps(host: Host) -> None:
    leaf = show(host, "long " * 100)
    height = leaf.rect.height()
    assert leaf.wheel(50)
    assert leaf._sideways.offset == 50
    assert leaf._head is not None
    leaf._head.wrap.click()
    assert leaf.rect.height() > height
    assert not leaf.wheel(50)


def test_the_bar_follows_and_leads(qtbot, host: Host) -> None:
    leaf = show(host, "long " * 100)
    bar = leaf._sideways._bar
    assert bar is not None
    assert bar.accessibleName() == "Scroll sideways"
    leaf.wheel(70)
    assert bar.value() == 70
    before = leaf.caret_rect(0).x()
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert leaf.caret_rect(0).x() < before
    bar.setValue(bar.maximum())
    end = leaf.caret_rect(500)
    assert end.x() <= leaf.rect.width()


def test_colours_stand_right_behind_an_emoji(qtbot, host: Host) -> None:
    leaf = show(host, 'a = "😀" + str(1)  # end', "py")
    qtbot.waitUntil(lambda: leaf._code.spans[0] != ())
    spans = {span.role: (span.start, span.length) for span in leaf._code.spans[0]}
    assert spans["syn-string"] == (4, 4)
    assert spans["syn-comment"] == (19, 5)


def test_colours_are_the_same_however_the_code_arrives(qtbot, host: Host) -> None:
    text = "\n".join(f'x{n} = "text" + str({n})  # note' for n in range(60))
    whole = show(host, text, "py")
    qtbot.waitUntil(lambda: whole._code.spans[-1] != ())
    expected = list(whole._code.spans)
    host.column.set_leaves([])
    leaf = show(host, "", "py", closed=False)
    for end in range(0, len(text), 7):
        grow(host, text[:end], "py")
    grow(host, text, "py", closed=True)
    assert host.leaf(0) is leaf
    qtbot.waitUntil(lambda: leaf._code.spans == expected)


def test_lines_that_have_their_colours_are_not_painted_again(qtbot, host: Host, monkeypatch) -> None:
    text = "\n".join(f"x{n} = str({n})" for n in range(5))
    leaf = show(host, text[: text.index("x3")], "py", closed=False)
    qtbot.waitUntil(lambda: leaf._code.spans[2] != ())
    tops: list[int] = []
    monkeypatch.setattr(host, "update", lambda *area: tops.append(area[0].top() if area else 0))
    leaf._code.rewrite(3, text[text.index("x3") :])
    leaf._colours.begin(closed=True)
    qtbot.waitUntil(lambda: leaf._code.spans[4] != ())
    assert min(tops) >= leaf.rect.top() + leaf._body_top() + leaf._code.top(3)


def test_only_what_is_looked_at_is_laid_out(host: Host) -> None:
    host.band = (0, 800)
    leaf = show(host, "\n".join(f"line {n}" for n in range(100_000)), closed=False)
    assert host.column.height > 1_000_000
    host.image(QRect(0, 0, WIDTH, 800))
    assert len(leaf._code._layouts) < 60
    middle = len(plain(leaf.leaf)) // 2
    caret = leaf.caret_rect(middle)
    assert leaf.offset_at(caret.center()) == middle
    host.column.set_highlight(Highlight.SELECTION, {0: ((0, len(plain(leaf.leaf))),)})
    host.image(QRect(0, int(caret.y()), WIDTH, 800))
    assert len(leaf._code._layouts) < 120


def test_long_code_is_folded_and_unfolds(host: Host) -> None:
    text = "\n".join(f"line {n}" for n in range(1204))
    leaf = show(host, text)
    folded = host.column.height
    more = more_button(host)
    assert more is not None
    assert more.text() == "Show all 1,204 lines"
    more.click()
    assert host.column.height == folded + (1204 - 400) * 20
    assert more.text() == "Show less"
    more.click()
    assert host.column.height == folded
    at = text.index("line 900")
    assert host.column.reveal(0, at, at + 4)
    assert leaf.rect.height() > leaf.caret_rect(at).bottom()
    assert not host.column.reveal(0, at, at + 4)
    leaf.copy()
    assert clipboard() == text


def test_code_of_400_lines_is_not_folded(host: Host) -> None:
    show(host, "\n".join("x" * 400))
    assert more_button(host) is None


def test_code_that_is_being_written_stays_unfolded(host: Host) -> None:
    text = "\n".join(f"line {n}" for n in range(500))
    leaf = show(host, text, closed=False)
    assert more_button(host) is None
    height = leaf.rect.height()
    grow(host, text, closed=True)
    assert host.leaf(0) is leaf
    assert leaf.rect.height() > height  # a row to fold it with
    assert more_button(host) is not None


def test_what_the_reader_chose_stays_when_it_comes_back(host: Host) -> None:
    leaf = show(host, "\n".join(f"line {n} " + "word " * 60 for n in range(900)))
    leaf.set_unfolded(True)
    leaf.set_numbered(True)
    leaf.wheel(300)
    height = host.column.height
    host.column.show_band(-9000, -8000, -9000, -8000)
    assert host.column.drawn(0) is None
    host.lay_out()
    again = host.leaf(0)
    assert isinstance(again, DrawnCode)
    assert again is not leaf
    assert again.numbered
    assert host.column.height == height
    assert again._sideways.offset == 300


def test_line_numbers_are_no_text(host: Host) -> None:
    leaf = show(host, CODE)
    left = leaf.caret_rect(0).x()
    leaf.set_numbered(True)
    assert leaf.caret_rect(0).x() > left
    assert leaf.offset_at(QPointF(2, leaf.caret_rect(9).center().y())) == 9
    assert host.has_color("text-muted", QRect(0, 36, round(leaf.caret_rect(0).x()), 20))
    leaf.copy()
    assert clipboard() == CODE


def test_what_hides_in_code_is_shown(host: Host) -> None:
    text = 'access = "user\u202e"  # \u200b \U000e0041'
    leaf = show(host, text, "py")
    for hidden in "\u202e\u200b\U000e0041":
        at = text.index(hidden)
        box = leaf.rects(at, at + 1)[0]
        assert box.width() > 20
        assert host.has_color("warning-soft", box.toRect())
    assert not host.has_color("warning-soft", leaf.rects(0, 8)[0].toRect())
    leaf.copy()
    assert clipboard() == text


def test_a_diff_is_washed(host: Host) -> None:
    text = "--- a\n+++ b\n@@ -1 +1 @@\n same\n-gone\n+come"
    leaf = show(host, text, "diff")

    def colors(line: str) -> list[str]:
        at = leaf.caret_rect(text.index(line)).toRect()
        box = QRect(0, at.y() + 2, 12, 4)
        return [role for role in ("code-bg", "diff-add", "diff-del") if host.has_color(role, box)]

    assert colors("-gone") == ["diff-del"]
    assert colors("+come") == ["diff-add"]
    assert colors("+++ b") == colors("--- a") == colors(" same") == ["code-bg"]


def test_the_menu(host: Host, theme: Theme) -> None:
    leaf = show(host, CODE, "py")
    menu = Menu(theme)
    fill_menu(menu, leaf)
    assert [action.text() for action in menu.actions()] == ["Copy code", "Wrap lines", "Line numbers", "Save as…"]
    menu.actions()[1].trigger()
    menu.actions()[2].trigger()
    assert leaf.wrapped
    assert leaf.numbered
    menu = Menu(theme)
    fill_menu(menu, leaf)
    assert [action.isChecked() for action in menu.actions()] == [False, True, True, False]
    assert leaf._head is not None
    assert leaf._head.wrap.isChecked()


# Saving


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("python", "code.py"),
        ("JavaScript", "code.js"),
        ("c++", "code.cpp"),
        ("bash", "code.sh"),
        ("diff", "code.patch"),
        ("dockerfile", "Dockerfile"),
        ("", "code.txt"),
        ("no such", "code.txt"),
        ("../../x", "code.txt"),
    ],
)
def test_names_of_files(language: str, name: str) -> None:
    assert code_file.suggested_name(language) == name


@pytest.fixture
def dialog(host: Host) -> Iterator[QFileDialog]:
    show(host, CODE, "py").save()
    (found,) = host.findChildren(QFileDialog)
    yield found
    found.close()


def test_code_is_saved_to_the_letter(qtbot, dialog: QFileDialog, tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    dialog.fileSelected.emit(str(path))
    qtbot.waitUntil(lambda: path.exists() and path.read_bytes() == CODE.encode())


def test_what_cannot_be_saved_is_told(qtbot, host: Host, dialog: QFileDialog, tmp_path: Path) -> None:
    dialog.fileSelected.emit(str(tmp_path / "gone" / "code.py"))

    def told() -> list[QDialog]:
        return [child for child in host.findChildren(QDialog) if child.windowTitle() == "code.py was not saved"]

    qtbot.waitUntil(lambda: told() != [])
    (problem,) = told()
    assert "No such file" in problem.accessibleDescription()
    problem.reject()


# Offsets

TEXTS = st.text(
    st.sampled_from([*"ab \t\n", "é", "😀", "中", "ש", "ا", "\u202e", "\u200b", "\U000e0041"]),
    max_size=60,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(TEXTS, st.booleans())
def test_every_place_is_found_again(host: Host, text: str, wrapped: bool) -> None:
    lines = CodeLines(host.styles, text)
    lines.set_room(60)
    lines.set_wrapped(wrapped)
    lines.show_between(0, 10_000)
    for offset in range(len(text) + 1):
        caret = lines.caret_rect(offset)
        found = lines.caret_rect(lines.offset_at(caret.center()))
        assert (found.x(), found.y()) == pytest.approx((caret.x(), caret.y()), abs=1)
        first, last = lines.line_ends(offset)
        assert first <= offset <= last + 1
    assert sum(rect.width() for rect in lines.rects(0, len(text))) > 0 or not text


@given(st.lists(TEXTS, max_size=6))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_appended_lines_are_as_made_at_once(host: Host, pieces: list[str]) -> None:
    lines = CodeLines(host.styles, "")
    lines.set_room(80)
    lines.set_wrapped(True)
    for piece in pieces:
        last = max(0, len(lines.lines) - 2)
        lines.rewrite(last, "\n".join(lines.lines[last:]) + piece)
        lines.line_of(5)
    text = "".join(pieces)
    whole = CodeLines(host.styles, text)
    whole.set_room(80)
    whole.set_wrapped(True)
    for made in (lines, whole):
        made.show_between(0, 10_000)
    assert lines.lines == whole.lines
    assert lines.height == whole.height
    assert [lines.line_of(n) for n in range(len(text) + 1)] == [whole.line_of(n) for n in range(len(text) + 1)]
