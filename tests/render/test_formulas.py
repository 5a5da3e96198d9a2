"""Formulas: drawn as they were meant, or refused with a reason; never an error."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.render import formulas
from desktop.render.formulas import Picture, Refused, draw, mathml


def picture(tex: str, display: bool = True) -> Picture:
    found = draw(tex, display)
    assert isinstance(found, Picture), found
    return found


def shapes(tex: str, display: bool = True) -> list[str]:
    """What is drawn, letter by letter."""
    root = ElementTree.fromstring(picture(tex, display).svg)
    return [item.get("d") or item.tag.rpartition("}")[2] for item in root]


@pytest.mark.parametrize(
    "tex",
    [
        r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
        r"\int_{-\infty}^{\infty} e^{-x^2} \, dx = \sqrt{\pi}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}^{-1}",
        r"\begin{cases} x & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}",
        r"\begin{align} f(x) &= (x+1)^2 \label{eq:a} \\ &= x^2 + 2x + 1 \nonumber \end{align}",
        r"\begin{alignat}{2} x &= 1 &\quad y &= 2 \end{alignat}",
        r"\begin{gather*} a = b \\ c = d \end{gather*}",
        r"\begin{equation} E = mc^2 \end{equation}",
        r"\begin{aligned}[t] a &= \begin{bmatrix} 1 \\[4pt] 2 \end{bmatrix} \end{aligned}",
        r"\begin{array}{@{}l@{}} x \\ y \end{array}",
        r"\text{für alle Größen, 50\% und a\_b, wenn $x < y$}",
        r"\binom{n_{1}}{k^{2}} + {n \choose k}",
        r"\underbrace{a + \overbrace{b + c}^{n}}_{m}",
        r"\operatorname*{arg\,max}_{\theta} \mathop{\mathrm{lim}}_{x} \operatorname{tr} A",
        r"\left. \frac{df}{dx} \right|_{x=0} \bigl\langle x \bigr\rangle \Bigg\{ y \Bigg\}",
        r"\bra{\psi} \hat{H} \ket{\phi} = \braket{\psi|\phi}",
        r"\color{red}{x} + \textcolor{#00f}{y} + \boxed{z}",
        r"\mathbb{RNZ} \mathbb 1 \mathcal{L} \mathfrak{g} \mathsf{NP} \mathtt{x1} \boldsymbol{\theta}",
        r"\xrightarrow[\text{heat}]{\Delta} \rightleftharpoons \iff \therefore",
        "α + β ≤ γ² → ∞",
    ],
)
def test_what_models_write_is_drawn(tex: str) -> None:
    for display in (True, False):
        found = picture(tex, display)
        assert found.width > 0
        assert found.ascent > 0


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        (r"\ce{H2O}", r"\ce"),
        (r"\foo{x}", r"\foo"),
        (r"\text{价格}", "价"),
        (r"\text{\textbf{x}}", r"\text"),
        (r"\mathop{\sum\sum}", r"\mathop"),
        (r"\not\sum", r"\not"),
        (r"\def\x{\x\x} \x", r"\def"),
        (r"\newcommand{\R}{x}", r"\newcommand"),
        (r"\href{https://example.org}{x}", r"\href"),
        (r"\includegraphics{x.png}", r"\includegraphics"),
        (r"\begin{tikzpicture} x \end{tikzpicture}", "tikzpicture"),
        (r"\genfrac{(}{)}{0pt}{}{n}{k}", r"\genfrac"),
        (r"\color{url(x)} y", "colour"),
        (r"\begin{array}{c} a \\ \cline{1-1} b \end{array}", r"\cline"),
        (r"\frac{a}{", "brace"),
        ("}{", "brace"),
        (r"\left( x", "valid"),
        ("x^2^3", "valid"),
        (r"\\", ""),
        ("x" * 100_000, "large"),
        (r"\hspace{9999em} x", "large"),
    ],
)
def test_what_cannot_be_drawn_is_refused(tex: str, reason: str) -> None:
    found = draw(tex, True)
    assert isinstance(found, Refused)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("tex", "same"),
    [
        (r"a \not= b", r"a \neq b"),
        (r"a \not\in B", r"a \notin B"),
        (r"\mathop{\rm argmax}_x f", r"\operatorname*{argmax}_x f"),
        (r"\mathbb R", r"\mathbb{R}"),
        (r"\begin{split} a &= b \end{split}", r"\begin{aligned} a &= b \end{aligned}"),
        (r"\require{cancel} \label{a} x", "x"),
        (r"x := y", r"x \coloneqq y"),
    ],
)
def test_two_ways_to_say_the_same(tex: str, same: str) -> None:
    assert shapes(tex) == shapes(same)


def test_nothing_is_left_out() -> None:
    assert len(shapes(r"\mathbin{a} \mathrel{b} \mathord{c} \mathopen{d}")) == 4
    assert len(shapes(r"a \tag{12}")) == 5  # with brackets
    assert len(shapes(r"\texttt{a\_b}")) == 3


def test_lines_of_tables_are_drawn() -> None:
    lines = shapes(r"\begin{array}{|c|cc|} \hline x & 0 & 1 \\ \hline 0 & 0 & 0 \\ 1 & 0 & 1 \\ \hline \end{array}")
    assert lines.count("rect") == 2
    assert "rect" not in shapes(r"\begin{array}{ccc} x & 0 & 1 \end{array}")


def test_letters_of_an_alphabet_are_others() -> None:
    drawn = {command: shapes(f"\\{command}{{NP}}")[0] for command in ("mathbb", "mathsf", "mathbf", "mathtt", "mathrm")}
    assert len(set(drawn.values())) == 5


def test_an_integral_is_small_in_a_line() -> None:
    assert picture(r"\int_0^1 x", False).ascent < picture(r"\int_0^1 x", True).ascent


def test_the_text_s_colour_is_put_in_without_laying_out_again() -> None:
    made = picture(r"\boxed{x} \color{red}{y}").colored("#123456").decode()
    assert "#123456" in made
    assert "red" in made
    assert "black" not in made
    assert "currentColor" not in made


def test_once_drawn_it_is_known() -> None:
    tex = r"x_{\text{known}}"
    formulas._cache.pop((tex, True), None)
    assert formulas.known(tex, True) is None
    drawn = draw(tex, True)
    assert formulas.known(tex, True) is drawn is draw(tex, True)
    assert formulas.known(tex, False) is None


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formulas, "_cache", {})
    monkeypatch.setattr(formulas, "_KEPT", 3)
    for number in range(5):
        draw(f"{number}", True)
    assert [tex for tex, _display in formulas._cache] == ["2", "3", "4"]


def test_mathml_is_well_formed() -> None:
    found = mathml(r"\frac{a}{b} < \text{a & b}", True)
    assert found is not None
    root = ElementTree.fromstring(found)
    assert root.tag == "{http://www.w3.org/1998/Math/MathML}math"
    assert root.get("display") == "block"
    assert "a\N{NO-BREAK SPACE}&\N{NO-BREAK SPACE}b" in "".join(root.itertext())
    assert mathml(r"\foo", True) is None


@pytest.mark.parametrize(
    "tex",
    [
        r"\left(" * 15 + "x" + r"\right)" * 15,
        r"\begin{pmatrix}" * 12 + "x" + r"\end{pmatrix}" * 12,
        r"\sqrt" * 500 + "x",
        "^{x" * 19 + "}" * 19,
        r"\binom{" * 10 + "x" + "}" * 10,
        r"\begin{pmatrix}" * 150,
        "&" * 2900,
        "\\" * 2900,
    ],
)
def test_hostile_nesting_ends(tex: str) -> None:
    """Some of it would take hours."""
    assert isinstance(draw(tex, True), Picture | Refused)


TOKENS = [
    *(r"\frac", r"\left(", r"\right)", "{", "}", "^", "_", "x", "1", r"\sqrt", r"\begin{pmatrix}", r"\end{pmatrix}"),
    *("&", r"\\", r"\text{a}", r"\sum", r"\hat", "[", "]", r"\begin{array}{c|c}", r"\end{array}", r"\hline", r"\not"),
    *(r"\color{red}", r"\over", "'", r"\operatorname{ab}", r"\mathbb", "|", r"\big", r"\limits", r"\xrightarrow", "$"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=30).map("".join) | st.text(max_size=40), st.booleans())
def test_no_text_raises(tex: str, display: bool) -> None:
    found = draw(tex, display)
    assert isinstance(found, Picture | Refused)
    if isinstance(found, Picture):
        assert not re.search(r"(?:nan|inf)\b", found.svg)
    mathml(tex, display)


def test_nothing_heavy_is_imported_before_the_first_formula() -> None:
    code = "import sys, desktop.render.formulas; print('ziamath' in sys.modules, 'latex2mathml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
