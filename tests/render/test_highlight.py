import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.render import highlight
from desktop.render.highlight import Span


def test_spans_are_of_lines() -> None:
    first, second = highlight.lines("def f():\n    return 'x'  # end", "python")
    assert first == (Span(0, 3, "syn-keyword"), Span(4, 1, "syn-function"))
    assert second == (Span(4, 6, "syn-keyword"), Span(11, 3, "syn-string"), Span(16, 5, "syn-comment"))


def test_positions_are_utf16() -> None:
    (spans,) = highlight.lines("'😀' # 😀", "py")
    assert spans == (Span(0, 4, "syn-string"), Span(5, 4, "syn-comment"))


def test_a_string_over_lines() -> None:
    spans = list(highlight.lines('a = """x\ny\n"""\nb', "py"))
    assert [len(line) for line in spans] == [1, 1, 1, 0]


@given(st.text(max_size=60), st.sampled_from(["py", "js", "html", "diff", "json", "", "nothing-of-the-kind"]))
def test_every_line_has_its_spans_within_it(code: str, language: str) -> None:
    lines = code.split("\n")
    found = list(highlight.lines(code, language))
    assert len(found) == len(lines)
    for line, spans in zip(lines, found, strict=True):
        end = 0
        for span in spans:
            assert span.start >= end
            end = span.start + span.length
        assert end <= len(line.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("language", "name"), [("py", "Python"), ("sh", "Shell"), ("", ""), ("made-up", "made-up"), ("JS", "JavaScript")]
)
def test_names(language: str, name: str) -> None:
    assert highlight.name_of(language) == name
