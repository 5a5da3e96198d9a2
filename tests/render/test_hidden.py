"""What hides in a text is shown; what belongs to it is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.render.hidden import STAND_IN, names, shown, spelled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("user\u202e cod", f"user{STAND_IN} cod"),
        ("pay\u200bpal.com", f"pay{STAND_IN}pal.com"),
        ("pay\u200dpal", f"pay{STAND_IN}pal"),
        ("\u2066if\u2069", f"{STAND_IN}if{STAND_IN}"),
        ("\N{MAN}\u200d\N{PERSONAL COMPUTER}", "\N{MAN}\u200d\N{PERSONAL COMPUTER}"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("注意：", "注意："),
        ("\u200c", STAND_IN),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",) * 2,
        ("hi\U000e0068\U000e0069", f"hi{STAND_IN}{STAND_IN}"),
    ],
)
def test_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_spelled_out_and_named() -> None:
    assert spelled("a\u202eb\u200b") == "a[U+202E]b[U+200B]"
    assert names("a\u202eb\u200b\u202e") == ["U+202E RIGHT-TO-LEFT OVERRIDE", "U+200B ZERO WIDTH SPACE"]
    assert names("plain ünicode") == []


@given(st.text())
def test_every_letter_keeps_its_place(text: str) -> None:
    result = shown(text)
    assert len(result) == len(text)
    assert all(a == b or b == STAND_IN for a, b in zip(text, result, strict=True))
