"""Texts as models write them read as their readers expect."""

import re

import pytest

from desktop.render.markdown import to_html
from tests.render.cases import CASES
from tests.render.specification import Element, dom

_SHORT = {
    "☑": '<input type="checkbox" checked disabled>',
    "☐": '<input type="checkbox" disabled>',
    "⟨": '<span data-tex="',
    "⟦": '<span data-display="1" data-tex="',
    "⟪": '<div data-display="1" data-tex="',
    "⟩": '"></>',
    "⟧": '"></>',
    "⟫": '"></>',
}
_TAG = re.compile(r"<(/?)([a-z0-9]*)[^>]*>")


def written_out(short: str) -> str:
    """HTML with its end tags."""
    for sign, html in _SHORT.items():
        short = short.replace(sign, html)
    opened: list[str] = []

    def end(found: re.Match[str]) -> str:
        if found[1]:
            return f"</{opened.pop()}>"
        if found[2] not in ("br", "hr", "img", "input"):
            opened.append(found[2])
        return found[0]

    html = _TAG.sub(end, short)
    return html + "".join(f"</{tag}>" for tag in reversed(opened))


def without_sources(element: Element) -> Element:
    """Formulas without the text that stands in them for readers without mathematics."""
    if "data-tex" in element.attributes:
        return Element(element.tag, element.attributes)
    children = [child if isinstance(child, str) else without_sources(child) for child in element.children]
    return Element(element.tag, element.attributes, children)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(*case, id=f"{group}-{number}")
        for group, cases in CASES.items()
        for number, case in enumerate(cases)
    ],
)
def test_it_reads_as_expected(text: str, expected: str) -> None:
    assert without_sources(dom(to_html(text))) == dom(written_out(expected))


def test_there_are_enough() -> None:
    assert sum(map(len, CASES.values())) >= 300
