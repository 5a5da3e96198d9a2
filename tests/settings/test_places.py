"""Where conversations were read: comes back, is bounded, and a bad file costs nothing."""

from pathlib import Path

import pytest

from desktop.settings.files import Writer
from desktop.settings.places import MOST, Places, ReadingPlace

PLACE = ReadingPlace("m", 1, 2, 30, -4)


@pytest.fixture
def writer() -> Writer:
    return Writer(lambda path, error: pytest.fail(f"{path}: {error}"))


def test_places_come_back(tmp_path: Path, writer: Writer) -> None:
    places = Places(tmp_path / "places.json", writer)
    places.set("a", PLACE)
    places.set("b", PLACE)
    places.set("b", None)
    writer.flush()
    again = Places(tmp_path / "places.json", writer)
    assert again.get("a") == PLACE
    assert again.get("b") is None


def test_those_left_longest_ago_are_forgotten(tmp_path: Path, writer: Writer) -> None:
    places = Places(tmp_path / "places.json", writer)
    places.set("first", PLACE)
    places.set("second", PLACE)
    places.set("first", ReadingPlace("other", -1, -1, -1, 12))
    for number in range(MOST - 1):
        places.set(str(number), PLACE)
    assert places.get("second") is None
    assert places.get("first") == ReadingPlace("other", -1, -1, -1, 12)


@pytest.mark.parametrize("content", ["", "[]", '{"a": ["m", 1, 2], "b": 5, "c": ["m", "1", 0, 0, 0], "d": null}'])
def test_a_bad_file_is_passed_over(tmp_path: Path, writer: Writer, content: str) -> None:
    (tmp_path / "places.json").write_text(content)
    places = Places(tmp_path / "places.json", writer)
    assert [places.get(name) for name in "abcd"] == [None] * 4


def test_without_a_path_they_last_as_long_as_the_program() -> None:
    places = Places()
    places.set("a", PLACE)
    assert places.get("a") == PLACE
