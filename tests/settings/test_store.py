"""Settings: what is set comes back, from this file or from one written by another version."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from desktop.settings import options
from desktop.settings.files import Writer
from desktop.settings.store import Settings
from desktop.settings.types import Address, Amount, Bool, Choice, FontFamily, Int, ModelName, Option, Text


def settings_at(path: Path) -> tuple[Settings, Writer]:
    writer = Writer(lambda path, error: pytest.fail(f"{path}: {error}"))
    settings = Settings(path, writer)
    settings.load()
    return settings, writer


def values_for(option: Option[Any]) -> st.SearchStrategy[Any]:
    match option.type:
        case Bool():
            return st.booleans()
        case Int(minimum, maximum):
            return st.integers(minimum, maximum)
        case Choice(choices):
            return st.sampled_from([value for value, _label in choices])
        case Text() | FontFamily():
            return st.text(st.characters(codec="utf-8"), max_size=50)
        case Amount():
            return st.sampled_from(["", "0.92", "1", "149.5"])
        case ModelName():
            return st.sampled_from(["", "mistral/mistral-small", "openrouter/a/b:free"])
        case Address():
            return st.sampled_from(["", "http://127.0.0.1:8080", "socks5://proxy.example:1080"])
    raise AssertionError(option.type)


ALL_CHOICES = st.fixed_dictionaries({}, optional={option.key: values_for(option) for option in options.OPTIONS})
BY_KEY = {option.key: option for option in options.OPTIONS}


@given(chosen=ALL_CHOICES)
@hypothesis_settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_set_comes_back_and_only_what_differs_is_saved(tmp_path: Path, chosen: dict[str, Any]) -> None:
    path = tmp_path / "settings.json"
    path.unlink(missing_ok=True)
    settings, writer = settings_at(path)
    for key, value in chosen.items():
        settings.set(BY_KEY[key], value)
    writer.flush()

    again, _writer = settings_at(path)
    for option in options.OPTIONS:
        assert again.get(option) == chosen.get(option.key, option.default)
    saved = json.loads(path.read_bytes()) if path.exists() else {}
    assert saved == {key: value for key, value in chosen.items() if value != BY_KEY[key].default}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(raw=st.dictionaries(st.sampled_from(sorted(BY_KEY)) | st.text(), JSON))
@hypothesis_settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_gives_valid_values(tmp_path: Path, raw: dict[str, Any]) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(raw))
    settings, _writer = settings_at(path)
    for option in options.OPTIONS:
        value = settings.get(option)
        assert option.type.check(value) == value
        assert type(value) is type(option.default)


def test_what_this_version_does_not_know_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"future.thing": [1, 2], "appearance.zoom": "huge", "appearance.theme": "sepia"}')
    settings, writer = settings_at(path)
    assert settings.get(options.ZOOM) == 100
    assert settings.get(options.THEME) == "system"
    settings.set(options.THEME, "dark")
    writer.flush()
    assert json.loads(path.read_bytes()) == {
        "future.thing": [1, 2],
        "appearance.zoom": "huge",
        "appearance.theme": "dark",
    }


def test_a_damaged_file_is_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{ not json")
    settings, writer = settings_at(path)
    assert settings.get(options.ZOOM) == 100
    assert len(settings.problems) == 1
    assert "settings.json.damaged" in settings.problems[0]
    settings.set(options.ZOOM, 125)
    writer.flush()
    assert (tmp_path / "settings.json.damaged").read_text() == "{ not json"
    assert settings_at(path)[0].get(options.ZOOM) == 125


def test_listeners_hear_of_changes_only(tmp_path: Path) -> None:
    settings, writer = settings_at(tmp_path / "settings.json")
    heard: list[str] = []
    unsubscribe = settings.subscribe(heard.append)
    settings.set(options.THEME, "system")  # as it was
    settings.set(options.THEME, "light")
    unsubscribe()
    settings.set(options.THEME, "dark")
    writer.flush()
    assert heard == ["appearance.theme"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (options.ZOOM, 74),
        (options.ZOOM, True),
        (options.THEME, "sepia"),
        (options.SEND_WITH_ENTER, 1),
        (options.DEFAULT_MODEL, "mistral"),
        (options.PROXY, "localhost:8080"),
        (options.PROXY, "http://"),
        (options.PROXY, "http://host:99999"),
        (options.PROXY, " http://host"),
    ],
)
def test_what_is_not_valid_is_refused_with_a_sentence(tmp_path: Path, option: Option[Any], value: object) -> None:
    settings, writer = settings_at(tmp_path / "settings.json")
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        settings.set(option, value)
    writer.flush()
    assert settings.get(option) == option.default
    assert not (tmp_path / "settings.json").exists()


def test_options_are_declared_once_and_completely() -> None:
    assert len(BY_KEY) == len(options.OPTIONS)
    declared = {value for value in vars(options).values() if isinstance(value, Option)}
    assert declared == set(options.OPTIONS)
    for option in options.OPTIONS:
        assert option.type.check(option.default) == option.default
        assert option.key.startswith(f"{option.page}.")
        assert option.title
        assert option.section


@pytest.mark.parametrize("text", ["0", "-1", "x", "NaN", "Infinity", "1e9", "0.0000001"])
def test_an_amount_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"0\.92"):
        Amount().check(text)


def test_an_amount_may_have_a_comma() -> None:
    assert Amount().check("0,92") == "0.92"
    assert Amount().check("1e2") == "100"
