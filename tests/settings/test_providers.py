"""The list of providers: order, changes, and files from elsewhere."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from desktop.domain.errors import DiskFull, StorageError
from desktop.domain.model import Dialect, Provider
from desktop.settings.providers import ProviderStore

MISTRAL = Provider(
    "mistral", "mistral", "Mistral", Dialect.OPENAI_CHAT, "https://api.mistral.ai/v1", key_labels=("Personal", "Work")
)
OLLAMA = Provider("ollama", "ollama", "Ollama", Dialect.OLLAMA, "http://localhost:11434")
PROXY = Provider(
    "team", "custom", "Team proxy", Dialect.ANTHROPIC, "http://proxy:4000", headers=(("x-team", "a"),), custom=True
)


def store_at(path: Path) -> ProviderStore:
    store = ProviderStore(path)
    store.load()
    return store


def test_providers_come_back_in_order_of_use(tmp_path: Path) -> None:
    path = tmp_path / "providers.json"
    store = store_at(path)
    for provider in (MISTRAL, OLLAMA, PROXY):
        store.save(provider)
    store.save(replace(OLLAMA, enabled=False))
    store.move("team", 0)
    store.remove("nobody")
    expected = (PROXY, MISTRAL, replace(OLLAMA, enabled=False))
    assert store.list() == expected
    assert store_at(path).list() == expected
    store.remove("mistral")
    assert store_at(path).list() == (PROXY, replace(OLLAMA, enabled=False))


PROVIDERS = st.builds(
    Provider,
    id=st.text(min_size=1, max_size=8),
    service_id=st.text(max_size=8),
    name=st.text(max_size=8),
    dialect=st.sampled_from(Dialect),
    base_url=st.text(max_size=8),
    enabled=st.booleans(),
    key_labels=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    headers=st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=2).map(tuple),
    custom=st.booleans(),
)


@given(providers=st.lists(PROVIDERS, unique_by=lambda provider: provider.id, max_size=4))
@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_provider_comes_back(tmp_path: Path, providers: list[Provider]) -> None:
    path = tmp_path / "providers.json"
    path.unlink(missing_ok=True)
    store = store_at(path)
    for provider in providers:
        store.save(provider)
    assert store_at(path).list() == tuple(providers)


def test_rows_of_a_newer_version_stay_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "providers.json"
    store_at(path).save(MISTRAL)
    rows = json.loads(path.read_bytes())["providers"]
    unknown = [{**rows[0], "id": "new", "dialect": "telepathy"}, {**rows[0], "id": 7}, "odd", {**rows[0], "name": None}]
    path.write_text(json.dumps({"providers": [unknown[0], *rows, *unknown[1:]]}))
    store = store_at(path)
    assert store.list() == (MISTRAL,)
    store.save(OLLAMA)
    store.move("ollama", 0)
    kept = json.loads(path.read_bytes())["providers"]
    assert [row for row in kept if row in unknown] == unknown
    assert store_at(path).list() == (OLLAMA, MISTRAL)


def test_a_damaged_file_is_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "providers.json"
    path.write_text("oh")
    store = store_at(path)
    assert store.list() == ()
    assert "providers.json.damaged" in store.problems[0]


def test_a_failed_save_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_at(tmp_path / "providers.json")
    store.save(MISTRAL)
    monkeypatch.setattr("os.fsync", _raise(OSError(28, "No space left on device")))
    with pytest.raises(DiskFull, match="could not be saved"):
        store.save(OLLAMA)
    monkeypatch.setattr("os.fsync", _raise(PermissionError(13, "Permission denied")))
    with pytest.raises(StorageError, match="Permission denied"):
        store.remove("mistral")
    assert store.list() == (MISTRAL,)


def _raise(error: OSError):  # type: ignore[no-untyped-def]
    def fail(*_arguments: object) -> None:
        raise error

    return fail
