"""The list's model: sorted in groups, and the same whether it is built at once or changed bit by bit."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.domain.conversation import Summary
from desktop.domain.message import Status
from desktop.domain.model import Dialect, ModelRef, Provider
from desktop.ui.sidebar.model import ChatListModel, Heading

DAY = date(2026, 11, 21)
NOON = int(time.mktime((2026, 11, 21, 12, 0, 0, 0, 0, -1)) * 1000)
DAY_MS = 86_400_000


class Catalogue:
    def provider(self, provider_id: str) -> Provider | None:
        if provider_id == "gone":
            return None
        return Provider(provider_id, "openai", "Work", Dialect.OPENAI_CHAT, "https://example.test")

    def is_free(self, ref: ModelRef) -> bool:
        return ref.provider_id == "ollama"


def build(summaries: Sequence[Summary] = ()) -> ChatListModel:
    model = ChatListModel(Catalogue(), DAY)  # type: ignore[arg-type]
    model.replace(summaries)
    return model


def rows(model: ChatListModel) -> list[str]:
    """Ids in order; headings in brackets."""
    return [f"[{row.title}]" if isinstance(row, Heading) else row.id for row in map(model.row, range(model.rowCount()))]


def heights(model: ChatListModel) -> list[int]:
    return [height for count, height in model.runs() for _row in range(count)]


def test_groups_in_order_newest_first() -> None:
    model = build(
        [
            Summary("old", "", NOON - 60 * DAY_MS),
            Summary("b", "", NOON - 1),
            Summary("pin", "", NOON - 5 * DAY_MS, pinned=True),
            Summary("a", "", NOON),
            Summary("y", "", NOON - DAY_MS),
        ]
    )
    assert rows(model) == ["[Pinned]", "pin", "[Today]", "a", "b", "[Yesterday]", "y", "[September]", "old"]
    assert heights(model) == [28, 48, 32, 48, 48, 32, 48, 32, 48]


def test_a_row_says_what_its_chat_has_cost() -> None:
    local, paid = ModelRef("ollama", "qwen3:4b"), ModelRef("mistral", "medium")
    summary = Summary("a", "", NOON, paid, last_status=Status.COMPLETE)
    model = build([summary])
    assert model.cost(summary) == "price unknown"
    assert model.cost(replace(summary, last_status=Status.FAILED)) == ""
    assert model.cost(replace(summary, last_status=None)) == ""
    assert model.cost(replace(summary, model=local)) == "free"
    assert model.cost(replace(summary, cost=Decimal("0.0042"))) == "$0.0042"
    assert model.cost(replace(summary, cost=Decimal(0), last_status=Status.STOPPED)) == ""


def test_a_cost_grows_while_a_reply_is_written_and_ends_at_what_is_stored(qtbot: Any) -> None:
    before = Summary("a", "", NOON, ModelRef("mistral", "medium"), cost=Decimal("0.0126"))
    model = build([before, Summary("b", "", NOON - 1)])
    model.set_running(frozenset("a"))
    with qtbot.waitSignal(model.dataChanged) as painted:
        model.set_growing({"a": Decimal("0.0034")})
    assert painted.args[0].row() == 1
    assert model.cost(before) == "$0.0160"
    with qtbot.assertNotEmitted(model.dataChanged):
        model.set_growing({"a": Decimal("0.0034")})
    model.put(replace(before, updated_ms=NOON + 1))  # the question is stored, the reply is not
    assert model.cost(before) == "$0.0160"
    model.set_running(frozenset())
    assert model.cost(before) == "$0.0160"  # until its end has been read from the disk
    after = replace(before, cost=Decimal("0.0161"))
    model.put(after)
    assert model.cost(after) == "$0.0161"


def test_headings_take_no_part() -> None:
    model = build([Summary("a", "", NOON)])
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags
    assert model.flags(model.index(1)) & Qt.ItemFlag.ItemIsEnabled


SUMMARIES = st.builds(
    Summary,
    id=st.sampled_from("abcdefgh"),
    title=st.just("t"),
    updated_ms=st.integers(0, 90).map(lambda days: NOON - days * DAY_MS),
    pinned=st.booleans(),
)
CHANGES = st.lists(SUMMARIES | st.sampled_from("abcdefgh"), max_size=30)


@settings(max_examples=150, deadline=None)
@given(st.lists(SUMMARIES, max_size=8, unique_by=lambda s: s.id), CHANGES)
def test_changes_lead_to_the_same_rows_as_a_fresh_list(start: list[Summary], changes: list[Summary | str]) -> None:
    model = build(start)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    kept = {summary.id: summary for summary in start}
    for change in changes:
        if isinstance(change, str):
            model.remove(change)
            kept.pop(change, None)
        else:
            model.put(change)
            kept[change.id] = change
        assert rows(model) == rows(build(list(kept.values())))
        assert len(heights(model)) == model.rowCount()
        assert all(model.id_at(model.index_of(conversation_id)) == conversation_id for conversation_id in kept)
    del tester


def test_a_change_in_place_touches_one_row(qtbot: object) -> None:
    model = build([Summary(str(n), "t", NOON - n) for n in range(5)])
    changed: list[tuple[int, int]] = []
    moved: list[object] = []
    model.dataChanged.connect(lambda top, bottom, _roles: changed.append((top.row(), bottom.row())))
    for signal in (model.rowsMoved, model.rowsInserted, model.rowsRemoved, model.modelReset):
        signal.connect(lambda *args: moved.append(args))
    model.put(Summary("2", "new title", NOON - 2))
    assert changed == [(3, 3)]
    assert moved == []


def test_what_did_not_change_is_not_touched() -> None:
    summaries = [Summary(str(n), "t", NOON - n) for n in range(3)]
    model = build(summaries)
    changed: list[object] = []
    model.dataChanged.connect(lambda *args: changed.append(args))
    model.put(summaries[1])
    assert changed == []


def test_persistent_indexes_follow_a_moved_row() -> None:
    from PySide6.QtCore import QPersistentModelIndex

    model = build([Summary("a", "", NOON), Summary("b", "", NOON - DAY_MS)])
    index = QPersistentModelIndex(model.index_of("b"))
    model.put(Summary("b", "", NOON + 1))
    assert rows(model) == ["[Today]", "b", "a"]
    assert model.id_at(index) == "b"


def test_regrouping_keeps_the_conversations() -> None:
    model = build([Summary("a", "", NOON), Summary("b", "", NOON - DAY_MS)])
    model.regroup(DAY + timedelta(days=1))
    assert rows(model) == ["[Yesterday]", "a", "[Previous 7 days]", "b"]


def test_neighbours() -> None:
    model = build([Summary("a", "", NOON), Summary("b", "", NOON - DAY_MS), Summary("c", "", NOON - 2 * DAY_MS)])
    assert model.neighbour("a", 1) == "b"
    assert model.neighbour("b", -1) == "a"
    assert model.neighbour("c", 1) is None
    assert model.neighbour("a", -1) is None
    assert model.neighbour(None, 1) == "a"
    assert model.neighbour(None, -1) == "c"
    assert build().neighbour(None, 1) is None


@pytest.mark.parametrize(
    ("provider_id", "cost", "expected"),
    [
        ("ollama", None, "free"),
        ("mistral", Decimal("0.0126"), "$0.0126"),
        ("mistral", Decimal("1.84"), "$1.84"),
        ("mistral", None, ""),
        ("ollama", Decimal("0.5"), "$0.5000"),  # other models of the same chat were not free
    ],
)
def test_cost(provider_id: str, cost: Decimal | None, expected: str) -> None:
    assert build().cost(Summary("a", "t", NOON, ModelRef(provider_id, "m"), "M", cost)) == expected


def test_colour_comes_from_the_service_and_outlives_the_provider() -> None:
    model = build()
    assert model.provider_id(Summary("a", "t", NOON, ModelRef("my-openai", "m"))) == "openai"
    assert model.provider_id(Summary("a", "t", NOON, ModelRef("gone", "m"))) == "gone"
    assert model.provider_id(Summary("a", "t", NOON)) == ""


def test_rows_read_out_what_they_show() -> None:
    base = Summary("a", "Rent", NOON, ModelRef("mistral", "m"), "Mistral Medium 3.5", Decimal("0.0126"))
    model = build([base])
    said = Qt.ItemDataRole.AccessibleTextRole

    def spoken() -> object:
        return model.index_of("a").data(said)

    assert spoken() == "Rent, Mistral Medium 3.5, $0.0126"
    model.put(replace(base, unread=True))
    assert spoken() == "Rent, Mistral Medium 3.5, $0.0126, unread"
    model.put(replace(base, unread=True, last_status=Status.FAILED))
    assert spoken() == "Rent, Mistral Medium 3.5, $0.0126, failed"
    model.set_running(frozenset("a"))
    assert spoken() == "Rent, Mistral Medium 3.5, $0.0126, writing"
    assert model.index(0).data(said) == "Today"


def test_unknown_rows_are_invalid() -> None:
    model = build([Summary("a", "t", NOON)])
    assert not model.index_of("nobody").isValid()
    assert not model.index_of(None).isValid()
    assert model.id_at(QModelIndex()) is None
    assert model.id_at(model.index(0)) is None
