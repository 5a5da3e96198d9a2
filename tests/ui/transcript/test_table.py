"""Tables: their text is counted across cells, and they grow by rows."""

from PySide6.QtCore import QPointF, QRect

from desktop.render.blocks import Align
from desktop.ui.transcript.blocks.table import DrawnTable
from desktop.ui.transcript.leaves import Leaf, Place, Run, TableLeaf, plain
from desktop.ui.transcript.position import Highlight
from tests.ui.transcript.hosts import WIDTH, Host

ROWS = (("Name", "Sum", "😀 note"), ("a word", "1,000", ""), ("שלום", "25", "two words and more"))


def table(rows: tuple[tuple[str, ...], ...]) -> TableLeaf:
    return TableLeaf(Place(), (Align.NONE,) * len(rows[0]), tuple(tuple((Run(c),) for c in row) for row in rows))


def show(host: Host, leaf: Leaf) -> DrawnTable:
    host.column.set_leaves([leaf])
    host.lay_out()
    drawn = host.leaf(0)
    assert isinstance(drawn, DrawnTable)
    return drawn


def test_every_place_is_found_again(host: Host) -> None:
    leaf = table(ROWS)
    drawn = show(host, leaf)
    text = plain(leaf)
    cells = [cell for row in ROWS for cell in row]
    for offset in range(len(text) + 1):
        caret = drawn.caret_rect(offset)
        again = drawn.caret_rect(drawn.offset_at(caret.center()))
        assert abs(again.x() - caret.x()) < 1
        assert again.y() == caret.y()
        first, last = drawn.line_ends(offset)
        assert first <= offset <= last
        assert text[first:last] in cells


def test_a_range_covers_cells_and_not_what_is_between(host: Host) -> None:
    leaf = table(ROWS)
    drawn = show(host, leaf)
    text = plain(leaf)
    found = drawn.rects(text.index("Sum"), text.index("1,000") + 1)
    assert [round(rect.y()) for rect in found] == [round(found[0].y())] * 2 + [round(found[2].y())] * 2
    assert found[0].x() > drawn.caret_rect(0).x()
    assert drawn.rects(text.index("\t"), text.index("\t") + 1) == []


def test_marks_are_painted_behind_cells(host: Host) -> None:
    leaf = table(ROWS)
    drawn = show(host, leaf)
    at = plain(leaf).index("words")
    host.column.set_highlight(Highlight.FOUND, {0: ((at, at + 5),)})
    box = drawn.rects(at, at + 5)[0].toRect()
    assert host.has_color("mark", box)
    assert not host.has_color("mark", QRect(0, 0, WIDTH, box.top() - 1))


def test_rows_are_added_without_laying_out_the_others(host: Host) -> None:
    drawn = show(host, table(ROWS))
    kept = drawn._rows[1]
    grown = table((*ROWS, ("b", "3", "")))
    assert show(host, grown) is drawn
    assert drawn._rows[1] is kept
    assert drawn.unchanged > 60
    assert drawn.rect.height() == 31 * 4 + 1
    again = table((*ROWS, ("b", "not a number", "")))
    assert show(host, again) is drawn
    assert drawn.caret_rect(plain(again).index("25")).x() < WIDTH / 2
    fresh = Host(host.theme)
    assert show(fresh, again).rect == drawn.rect
    fresh.column.dispose()


def test_only_rows_in_view_are_laid_out(host: Host) -> None:
    host.band = (0, 600)
    words = "some words that need more than one line in a column, for there is another as long as it " * 2
    leaf = table((("a", "b"), *((words, words) for _ in range(3000))))
    drawn = show(host, leaf)
    assert len(drawn._laid_out) < 150
    host.band = (50_000, 50_600)
    host.lay_out()
    assert len(drawn._laid_out) < 200
    place = drawn.offset_at(QPointF(20, 50_300))
    assert abs(drawn.caret_rect(place).y() - 50_300) < 40


def test_a_table_read_from_right_to_left_begins_at_the_right(host: Host) -> None:
    leaf = table((("שם", "מספר"), ("אחד", "1,000")))
    drawn = show(host, leaf)
    text = plain(leaf)
    assert drawn.caret_rect(text.index("ש")).x() > WIDTH - 30
    number = drawn.rects(text.index("1"), text.index("1") + 5)[0]
    assert number.x() < 30
    assert drawn.offset_at(QPointF(0, 10)) in (3, 7)


def test_a_wide_table_scrolls_to_what_is_looked_for(host: Host) -> None:
    leaf = table((tuple(f"a_long_word_{n}_that_cannot_be_broken" for n in range(9)), ("x",) * 9))
    drawn = show(host, leaf)
    at = len(plain(leaf)) - 1
    assert drawn.caret_rect(at).x() > WIDTH
    host.column.reveal(0, at, at + 1)
    assert 0 < drawn.caret_rect(at).x() < WIDTH
    host.column.reveal(0, 0, 5)
    assert 0 < drawn.caret_rect(0).x() < WIDTH / 2


def test_another_theme_leaves_everything_in_its_place(host: Host) -> None:
    leaf = table(ROWS)
    drawn = show(host, leaf)
    light, rect, caret = host.image(), drawn.rect, drawn.caret_rect(12)
    for mode in ("dark", "light"):
        host.theme.set_mode(mode)
        host.styles.clear()
        host.column.restyle()
        assert (host.image() == light) == (mode == "light")
    assert (drawn.rect, drawn.caret_rect(12)) == (rect, caret)
