"""Titles from a question, and from a model's answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.services import titles


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("How do I boil an egg?", "How do I boil an egg?"),
        ("\n\n## **Plan** the week\nMonday…", "Plan the week"),
        ("```python\nprint(1)\n```\nWhy does this fail?", "print(1)"),
        ("---\n> quoted", "quoted"),
        ("???", "???"),
        (":\n;", ": ;"),
        ("word " * 40, "word word word word word word word word word word word…"),
        ("按年还是按月还房贷更划算", "按年还是按月还房贷更划算"),
    ],
)
def test_the_first_line_with_words_becomes_the_title(question: str, title: str) -> None:
    assert titles.from_question(question) == title


@given(st.text(min_size=1).filter(str.strip))
def test_a_title_is_one_short_line_and_never_empty(question: str) -> None:
    title = titles.from_question(question)
    assert 0 < len(title) <= titles.MAX_LENGTH
    assert "\n" not in title


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ('"Boiling eggs."', "Boiling eggs"),
        ("**Lisbon in May**\n\nEnjoy", "Lisbon in May"),
        ("  \n ", ""),
        ("«Été»", "Été"),
    ],
)
def test_a_models_answer_is_cleaned(answer: str, title: str) -> None:
    assert titles.from_model(answer) == title
