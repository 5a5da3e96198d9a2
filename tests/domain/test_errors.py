"""Errors say what happened and never hold a key."""

import pytest

from desktop.domain import errors
from desktop.domain.errors import Action, AppError, KeyRejected, actions_for, redact


def every_error(kind: type[AppError] = AppError) -> list[type[AppError]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in every_error(child))]


def test_codes_are_unique_so_that_a_stored_failure_finds_its_actions() -> None:
    codes = [kind.code for kind in every_error()]
    assert sorted(codes) == sorted(set(codes))
    assert actions_for("key_rejected") == KeyRejected.actions
    assert actions_for("from a newer version") == (Action.RETRY,)


def test_every_error_stands_in_the_tree_of_the_docstring() -> None:
    assert errors.__doc__
    for kind in every_error():
        assert kind.__name__ in errors.__doc__, kind.__name__


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-abcDEF123456.",
        "sk-ant-api03-abcdefghijkl is not valid",
        "key AIzaSyA1234567890abcdefghijklmnopqrs expired",
        "headers: {'Authorization': 'Bearer eyJhbGciOi.abc'}",
        "GET /v1/models?key=abcdef123456&x=1",
        "gsk_abcdefghijklmnop",
        "x-api-key: 0123456789abcdef",
    ],
)
def test_what_looks_like_a_key_is_taken_out(text: str) -> None:
    cleaned = redact(text)
    assert "[key]" in cleaned
    for part in ("abcDEF123456", "abcdefghijkl", "1234567890", "eyJhbGciOi", "abcdef123456", "0123456789abcdef"):
        assert part not in cleaned


def test_ordinary_words_stay() -> None:
    text = "The model gpt-6.1-sol was not found; see key-value stores and risk-averse users."
    assert redact(text) == text


def test_a_known_key_is_taken_out_whatever_its_shape() -> None:
    assert redact("your key hunter22 is wrong", "hunter22") == "your key [key] is wrong"


def test_details_are_cleaned_when_an_error_is_made() -> None:
    error = KeyRejected("T", "E", http_status=401, detail="bad sk-ant-api03-abcdefghijkl")
    assert error.failure() == errors.Failure("key_rejected", "T", "E", 401, "bad [key]")
