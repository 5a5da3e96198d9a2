"""Window state: comes back, and a bad file costs nothing."""

from pathlib import Path

import pytest

from desktop.settings.files import Writer
from desktop.settings.state import StateStore, WindowState


def test_state_comes_back(tmp_path: Path) -> None:
    writer = Writer(lambda path, error: pytest.fail(f"{path}: {error}"))
    store = StateStore(tmp_path / "state.json", writer)
    assert store.load() == WindowState()
    state = WindowState(geometry="AAAA", sidebar_width=300, sidebar_hidden=True, conversation_id="c1")
    store.save(state)
    writer.flush()
    assert StateStore(tmp_path / "state.json", writer).load() == state


@pytest.mark.parametrize(
    "content", ["", "[]", '{"sidebar_width": "wide", "sidebar_hidden": 1, "geometry": null, "more": 1}']
)
def test_a_bad_file_gives_the_usual_state(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content)
    assert StateStore(tmp_path / "state.json", Writer(lambda path, error: None)).load() == WindowState()
