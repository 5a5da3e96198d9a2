"""A column of leaves: marks, folds and places, whether leaves are drawn or not."""

import pytest
from PySide6.QtCore import QPointF, QRect, Qt

from desktop.render.blocks import parse
from desktop.ui.transcript.blocks.details import DrawnSummary
from desktop.ui.transcript.leaves import Leaf, TextLeaf, flatten, plain
from desktop.ui.transcript.position import Highlight
from tests.ui.transcript.hosts import WIDTH, Host

DETAILS = (
    "Before\n\n<details>\n<summary>More of **it**</summary>\n\nhidden one\n\n- hidden two\n\n</details>\n\nAfter\n"
)
NESTED = (
    "<details>\n<summary>Outer</summary>\n\none\n\n<details>\n<summary>Inner</summary>\n\ntwo\n\n</details>\n\n"
    "three\n\n</details>\n\nAfter\n"
)


def leaves_of(text: str) -> list[Leaf]:
    return list(flatten(parse(text)))


def row_of(host: Host, text: str) -> int:
    return host.column.plain_texts().index(text)


def selected(host: Host, row: int) -> bool:
    return host.has_color("selection", host.column.leaf_rect(row))


def test_a_place_is_found_again_in_every_leaf(host: Host) -> None:
    host.load("# Head\n\nprose **bold** text\n\n- item\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| c | d |\n\nend")
    for row, text in enumerate(host.column.plain_texts()):
        for offset in range(len(text) + 1):
            caret = host.column.caret_rect(row, offset)
            found = host.column.caret_rect(*host.column.offset_at(caret.center()))
            assert abs(found.x() - caret.x()) < 1
            assert found.y() == caret.y()


def test_what_is_not_drawn_has_places_too(host: Host) -> None:
    host.band = (0, 300)
    host.load("\n\n".join(f"paragraph {n}" for n in range(500)))
    assert host.column.drawn(400) is None
    rect = host.column.caret_rect(400, 3)
    assert rect.toRect() == host.column.leaf_rect(400)
    assert rect.top() > host.column.leaf_rect(399).bottom()
    assert host.column.line_ends(400, 3) == (0, len("paragraph 400"))
    assert host.column.offset_at(rect.center()) == (400, 0)


def test_marks_are_kept_for_leaves_that_are_drawn_later(host: Host) -> None:
    host.band = (0, 300)
    host.load("\n\n".join(f"paragraph {n}" for n in range(100)))
    host.column.set_highlight(Highlight.SELECTION, {1: ((0, 4),), 60: ((0, 4),)})
    assert selected(host, 1)
    top = host.column.leaf_rect(60).top()
    host.band = (top - 100, top + 300)
    host.lay_out()
    assert host.column.drawn(1) is None
    assert selected(host, 60)
    host.column.set_highlight(Highlight.SELECTION, {})
    assert not selected(host, 60)


def test_marks_that_do_not_change_are_not_painted_again(qtbot, host: Host) -> None:
    host.load("one\n\ntwo\n\nthree")
    host.column.set_highlight(Highlight.SELECTION, {0: ((0, 3),), 1: ((0, 1),)})
    qtbot.wait(1)
    host.painted = QRect()
    host.column.set_highlight(Highlight.SELECTION, {0: ((0, 3),), 1: ((0, 2),)})
    qtbot.waitUntil(lambda: not host.painted.isEmpty())
    assert not host.painted.intersects(host.column.leaf_rect(0))


def test_a_selection_survives_streaming_below_it(host: Host) -> None:
    text = "first **one**\n\nsecond paragraph, which grows\n\n```py\nx = 1\ny = 2\n"
    host.load(text[:30])
    first = host.leaf(0)
    host.column.set_highlight(Highlight.SELECTION, {0: ((0, 9),), 1: ((0, 6),)})
    for end in range(31, len(text) + 1):
        host.load(text[:end])
    assert host.leaf(0) is first
    assert selected(host, 0)
    assert selected(host, 1)
    host.load("something else")
    assert not selected(host, 0)


def test_code_and_tables_that_grow_are_not_made_anew(host: Host) -> None:
    for text in ("```py\nx = 1\ny = 2\nz = 3\n```\n", "| a | b |\n|---|---|\n| c | d |\n| e | f |\n| g | h |\n"):
        host.load("")
        drawn = None
        for end in range(24, len(text) + 1):
            host.load(text[:end])
            drawn = drawn or host.leaf(0)
            assert host.leaf(0) is drawn


# Folding


def test_details_are_folded_at_first(host: Host) -> None:
    host.load(DETAILS)
    assert host.column.plain_texts() == ["Before", "More of it", "hidden one", "hidden two", "After"]
    assert host.column.leaf_rect(2).height() == 0
    assert host.column.drawn(2) is None
    below = host.column.leaf_rect(4).top() - host.column.leaf_rect(1).bottom()
    assert 0 < below < 14


def test_details_unfold_by_key_and_click(qtbot, host: Host) -> None:
    host.load(DETAILS)
    summary = host.leaf(1)
    assert isinstance(summary, DrawnSummary)
    fold = summary._fold
    assert fold is not None
    assert fold.accessibleName() == "More of it, folded"
    folded = host.column.height
    qtbot.keyClick(fold, Qt.Key.Key_Space)
    assert fold.accessibleName() == "More of it, unfolded"
    assert host.column.height > folded + 40
    assert host.column.leaf_rect(2).height() > 0
    assert host.column.leaf_rect(2).left() > host.column.leaf_rect(0).left()
    assert summary.clicked(QPointF(3, 3))
    assert host.column.height == folded
    qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert host.column.height > folded


def test_a_place_within_folded_parts_is_revealed(host: Host) -> None:
    host.load(NESTED)
    two = row_of(host, "two")
    assert host.column.reveal(two, 0, 3)
    host.lay_out()
    assert [host.column.leaf_rect(row_of(host, text)).height() > 0 for text in ("one", "two", "three")] == [True] * 3
    assert not host.column.reveal(two, 0, 3)
    outer = host.leaf(0)
    assert outer.clicked(QPointF())
    assert host.column.drawn(two) is None
    assert outer.clicked(QPointF())
    assert host.column.leaf_rect(two).height() > 0  # the inner one is as it was


def test_what_is_unfolded_stays_so(host: Host) -> None:
    host.load(DETAILS)
    host.leaf(1).clicked(QPointF())
    height = host.column.height
    host.column.show_band(-9000, -8000, -9000, -8000)
    assert host.column.height == height
    host.lay_out()
    host.load(DETAILS + "\nand more is written\n")
    assert host.column.leaf_rect(2).height() > 0
    host.lay_out(500)
    assert host.column.leaf_rect(2).height() > 0


def test_places_next_to_folded_text(host: Host) -> None:
    host.load("Before\n\n<details>\n<summary>More</summary>\n\nhidden\n\n</details>\n")
    assert host.column.offset_at(QPointF(10, host.column.height + 50))[0] == 1
    assert host.column.caret_rect(2, 3).height() == 0


# Around the leaves


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("NOTE", "accent-text"),
        ("TIP", "success"),
        ("IMPORTANT", "accent"),
        ("WARNING", "warning"),
        ("CAUTION", "danger"),
    ],
)
def test_alerts_have_a_bar_and_a_title(host: Host, kind: str, role: str) -> None:
    host.load(f"> [!{kind}]\n> What is said.\n>\n> - in a list\n")
    assert host.column.plain_texts() == ["What is said.", "in a list"]
    first = host.column.leaf_rect(0)
    assert first.top() >= 24
    assert host.has_color(role, QRect(0, 0, 4, 4))
    assert host.has_color(role, QRect(0, first.bottom() + 4, 4, 2))
    assert host.has_color(role, QRect(first.left(), 0, 200, first.top()))


def test_a_plain_quote_has_no_title(host: Host) -> None:
    host.load("> What is said.\n")
    assert host.column.leaf_rect(0).top() == 0


def test_footnotes_lead_there_and_back(host: Host) -> None:
    host.load("Some words[^a] and more[^b].\n\n[^a]: The note.\n[^b]: Another.\n")
    texts = host.column.plain_texts()
    assert texts == ["Some words1 and more2.", "", "The note.", "Another."]
    mark = host.column.caret_rect(0, texts[0].index("2"))
    link = host.column.link_at(mark.center() + QPointF(3, -4))
    assert link == ("#note-2", "2")
    assert host.column.target("#note-2") == (3, 0)
    number = host.column.caret_rect(3, 0)
    back = host.column.link_at(QPointF(number.x() - 12, number.center().y()))
    assert back == ("#mark-2", "2.")
    assert host.column.target("#mark-2") == (0, texts[0].index("2"))
    assert host.column.target("#note-9") is None
    assert host.column.target("https://example.org") is None


def test_a_picture_alone_has_a_place_of_its_own(host: Host) -> None:
    host.load("![A chart](https://example.org/a.png)\n\ntext with ![one](https://example.org/b.png) inside\n")
    assert host.column.plain_texts()[0] == "\ufffc"
    assert host.column.leaf_rect(0).height() == 64
    assert plain(host.column.leaf(1)).startswith("text with Picture from example.org")
    assert host.column.link_at(QPointF(200, 30)) is None  # a click is for loading it, not for the browser


def test_ten_thousand_leaves_draw_only_what_is_near(host: Host) -> None:
    host.band = (0, 600)
    found = leaves_of("- item **one**\n") * 10_000
    host.column.set_leaves(found)
    host.lay_out()
    assert len(host.column._drawn) < 80
    new = [*found[:-1], TextLeaf(found[-1].place, ())]
    host.column.set_leaves(new[9_990:], 9_990)
    assert len(host.column) == 10_000
    rect = host.column.leaf_rect(9_000)
    assert host.column.offset_at(QPointF(WIDTH / 2, rect.center().y()))[0] == 9_000
