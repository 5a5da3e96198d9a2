"""The cycle collector as the program runs it."""

import gc
import weakref
from types import SimpleNamespace

import pytest

from desktop.ui.garbage import UiThreadCollector


class Knot:
    """Something that only the collector can end."""

    def __init__(self) -> None:
        self.itself = self


def many_knots() -> weakref.ref[Knot]:
    return [weakref.ref(Knot()) for _ in range(2 * gc.get_threshold()[0])][-1]


def test_cycles_are_collected_and_what_is_new_with_a_module_is_left(
    collector: UiThreadCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules: dict[str, object] = {}  # of one's own: other tests leave threads that import
    monkeypatch.setattr("desktop.ui.garbage.sys", SimpleNamespace(modules=modules))
    collector.collect()
    found = many_knots()
    collector.collect()
    assert found() is None
    permanent = gc.get_freeze_count()
    modules["one that has just come"] = object()
    found = many_knots()
    collector.collect()
    assert found() is not None
    assert gc.get_freeze_count() > permanent
    found = many_knots()
    collector.collect()
    assert found() is None
