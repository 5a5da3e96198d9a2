"""Places in laid out text: letters, lines, directions and formulas."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from desktop.render import formulas
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.flow import Flow
from desktop.ui.transcript.leaves import OBJECT, Face, Run, Tone
from desktop.ui.transcript.styles import Styles

FAMILY = "👩\u200d👩\u200d👧"


@pytest.fixture
def styles(theme: Theme) -> Styles:
    return Styles(theme)


def flow(styles: Styles, *parts: str | Run, width: float = 150, tone: Tone = Tone.BODY) -> Flow:
    made = Flow(styles, [Run(part) if isinstance(part, str) else part for part in parts], tone)
    made.set_width(width)
    return made


def formula(tex: str, face: Face = Face.PLAIN) -> Run:
    """A run of a formula that is known already."""
    formulas.draw(tex, False)
    return Run(OBJECT, face, "", tex)


def painted(styles: Styles, made: Flow, width: int = 400) -> QImage:
    image = QImage(width, made.height + 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    made.paint(painter, QPointF(0, 20), QRectF(image.rect()))
    painter.end()
    return image


def lowest(image: QImage, left: int, right: int) -> int:
    """The lowest row with anything clearly dark between two columns."""
    rows = (
        y
        for y in reversed(range(image.height()))
        if any(image.pixelColor(x, y).lightness() < 128 for x in range(left, right))
    )
    return next(rows)


def round_trip(made: Flow, offset: int) -> int:
    return made.offset_at(made.caret_rect(offset).center())


TEXTS = st.text(st.sampled_from("ab wx.,-éß你好，。😀𝒳"), min_size=1, max_size=60) | st.text(
    st.sampled_from("אבג דה.,"), min_size=1, max_size=60
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, cut=st.integers(0, 60), width=st.integers(30, 400))
def test_a_caret_s_place_leads_back(styles: Styles, text: str, cut: int, width: int) -> None:
    """Except beside a space, which stands outside of the line where one is wrapped at it."""
    made = flow(styles, text[:cut], Run(text[cut:], Face.STRONG), width=width)
    for offset in range(len(text) + 1):
        assert round_trip(made, offset) == offset or " " in text[max(offset - 1, 0) : offset + 1]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        (f"a{FAMILY}b", range(2, 6)),
        ("ae\u0301b", range(2, 3)),
        ("a🇩🇪b", range(2, 3)),
        ("a👍🏽b", range(2, 3)),
    ],
)
def test_never_inside_a_letter(styles: Styles, text: str, inside: range) -> None:
    made = flow(styles, text)
    for offset in inside:
        assert made.caret_rect(offset) == made.caret_rect(1)
    found = {made.offset_at(QPointF(x, 10)) for x in range(100)}
    assert found == set(range(len(text) + 1)) - set(inside)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40), width=st.integers(0, 300), x=st.floats(-50, 400), y=st.floats(-50, 400))
def test_any_text_has_places(styles: Styles, text: str, width: int, x: float, y: float) -> None:
    made = flow(styles, text, width=width)
    offset = made.offset_at(QPointF(x, y))
    assert 0 <= offset <= len(text)
    first, last = made.line_ends(offset)
    assert 0 <= first <= last <= len(text)
    made.rects(0, len(text))
    made.caret_rect(len(text) + 5)


def test_rects_cover_the_lines_and_nothing_else(styles: Styles) -> None:
    made = flow(styles, "hello world foo bar and a long line of text")
    rects = made.rects(2, 30)
    assert made.lines == 3
    assert [rect.top() for rect in rects] == [0, 24, 48][: len(rects)]
    assert rects[0].left() == made.caret_rect(2).x()
    assert rects[1].left() == 0
    assert rects[-1].right() == made.caret_rect(30).x()
    assert made.rects(5, 5) == []


def test_the_last_letter_of_a_wrapped_line_without_spaces_is_reached(styles: Styles) -> None:
    made = flow(styles, "你好世界你好世界你好世界")
    first, last = made.line_ends(0)
    assert made.offset_at(QPointF(1000, 5)) == last < 12
    assert made.offset_at(QPointF(-10, 30)) == last
    assert first == 0


def test_a_space_at_the_end_of_a_wrapped_line_is_not_in_it(styles: Styles) -> None:
    text = "hello world and more words"
    made = flow(styles, text)
    _first, last = made.line_ends(0)
    assert text[last] == " "
    assert made.offset_at(QPointF(1000, 5)) == last


def test_a_range_in_mixed_directions_is_seen_in_parts(styles: Styles) -> None:
    made = flow(styles, "abc שלום def", width=400)
    across = made.rects(2, 6)  # the last letter of abc and the first two of the other word, which stand at its right
    assert len(across) == 2
    assert not across[0].intersects(across[1])
    whole = made.rects(0, 12)
    assert len(whole) == 1
    assert abs(whole[0].width() - made.used_width()) <= 2


def test_line_breaks_count_as_one_letter(styles: Styles) -> None:
    made = flow(styles, "ab\u2028cd", width=400)
    assert made.line_ends(1) == (0, 2)
    assert made.line_ends(3) == (3, 5)
    assert made.offset_at(QPointF(300, 5)) == 2


# Formulas


def test_a_formula_is_one_letter(styles: Styles) -> None:
    for made in (flow(styles, "ab", formula("x^2"), "cd", width=400), flow(styles, "ab", formula(r"\foo"), "cd")):
        assert [round_trip(made, offset) for offset in range(6)] == list(range(6))
        assert len(made.rects(2, 3)) == 1


@pytest.mark.parametrize(("tone", "level"), [(Tone.BODY, 0), (Tone.CELL, 0), (Tone.BODY, 1), (Tone.BODY, 3)])
@pytest.mark.parametrize("zoom", [100, 150, 200])
def test_letters_stand_on_one_baseline(qapp: QApplication, tone: Tone, level: int, zoom: int) -> None:
    theme = Theme("light", zoom)
    theme.apply(qapp)
    styles = Styles(theme)
    made = Flow(styles, [Run("HHH "), formula("H"), Run(" "), formula(r"\frac{a}{b}")], tone, level)
    made.set_width(10_000)
    image = painted(styles, made, 1000)
    letters, drawn = made.rects(0, 3)[0], made.rects(4, 5)[0]
    by_text = lowest(image, round(letters.left()), round(letters.right()))
    by_formula = lowest(image, round(drawn.left()), round(drawn.right()) + 1)
    assert abs(by_text - by_formula) <= 1
    assert abs(by_text + 1 - 20 - made.first_baseline()) <= 1
    theme.release()


def test_a_line_grows_by_what_its_formulas_need(styles: Styles) -> None:
    plain = flow(styles, "one\u2028two\u2028three", width=400)
    tall = flow(
        styles, "one\u2028two ", formula(r"\begin{pmatrix} a \\ b \\ c \end{pmatrix}"), "\u2028three", width=400
    )
    small = flow(styles, "one\u2028two ", formula("x"), "\u2028three", width=400)
    assert small.height == plain.height
    heights = [tall.caret_rect(offset).height() for offset in (0, 4, len("one two * ") + 1)]
    assert heights[0] == heights[2] == 24
    assert heights[1] > 60
    assert tall.height == sum(heights)


def test_a_formula_wider_than_the_line_becomes_smaller_and_then_its_source(styles: Styles) -> None:
    run = formula("a+b+c+d+e+f+g+h+i+j+k+l+m+n+o+p+q+r")
    made = flow(styles, run, width=1000)
    natural = made.used_width()
    made.set_width(natural * 0.8)
    assert natural * 0.7 < made.used_width() <= natural * 0.8 + 1
    assert made.lines == 1
    made.set_width(natural * 0.4)
    assert made.lines > 1
    assert made.rects(0, 1)[0].width() <= natural * 0.4
    made.set_width(1000)
    assert made.used_width() == natural


def test_lines_do_not_break_before_what_follows_a_formula(styles: Styles) -> None:
    run = formula("x+y+z")
    word = flow(styles, "word ", run, ", and", width=400)
    made = flow(styles, "word ", run, ", and", width=word.caret_rect(6).x() + 1)
    assert made.line_ends(0) == (0, 4)
    assert made.line_ends(6)[0] == 5
    chinese = flow(styles, "文", run, "，文", width=flow(styles, "文", run, width=400).caret_rect(2).x() + 1)
    assert chinese.line_ends(0) == (0, 1)
    assert chinese.line_ends(2)[0] == 1


def test_why_a_formula_is_its_source(styles: Styles) -> None:
    made = flow(styles, formula(r"\foo"), " and ", formula("x^2"), width=400)
    assert made.tip_at(made.rects(0, 1)[0].center()).startswith("Shown as source: \\foo")
    assert made.tip_at(made.rects(6, 7)[0].center()) == "x^2"
    assert made.tip_at(made.rects(2, 4)[0].center()) == ""


def test_nothing_hides_in_links_and_code(styles: Styles) -> None:
    texts = []
    for face in (Face.LINK, Face.CODE, Face.PLAIN):
        flow = Flow(styles, [Run("pay\u200bpal\U000e0041\u202e", face)], Tone.BODY)
        flow.set_width(500)
        texts.append(flow._layout.text())
        for offset in range(9):
            assert 0 <= flow.offset_at(flow.caret_rect(offset).center()) <= 9
    assert texts[:2] == ["pay▯pal▯▯"] * 2
    assert texts[2] == "pay\u200bpal\U000e0041\u202e"  # in prose the writer may need them
