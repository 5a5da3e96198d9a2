"""The tree of messages."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.conversation import Tree
from desktop.domain.ids import new_id
from desktop.domain.message import Message, Role, TextPart


def message(name: str, parent: str | None, at: int) -> Message:
    role = Role.USER if name.startswith("q") else Role.ASSISTANT
    return Message(name, "c", parent, role, (TextPart(name),), at)


def test_path_siblings_and_newest_leaf() -> None:
    tree = Tree(
        [
            message("q1", None, 1),
            message("a1", "q1", 2),
            message("a2", "q1", 3),
            message("q2", "a1", 4),
            message("a3", "q2", 5),
        ]
    )
    assert [m.id for m in tree.path("a3")] == ["q1", "a1", "q2", "a3"]
    assert [m.id for m in tree.siblings("a2")] == ["a1", "a2"]
    assert tree.newest_leaf("a1") == "a3"
    assert tree.newest_leaf("q1") == "a2"
    assert tree.path(None) == tree.path("gone") == []
    assert "q1" in tree
    assert "gone" not in tree


@given(st.lists(st.integers(0, 30), max_size=30))
def test_every_message_is_on_the_path_of_its_newest_leaf(parents: list[int]) -> None:
    messages = [message("q0", None, 0)]
    for number, parent in enumerate(parents, 1):
        messages.append(message(f"a{number}", messages[parent % len(messages)].id, number))
    tree = Tree(reversed(messages))
    for each in messages:
        assert each in tree.path(tree.newest_leaf(each.id))
        assert each in tree.siblings(each.id)


def test_ids_sort_by_age() -> None:
    first = new_id()
    assert len(first) == 22
    assert first[:12] <= new_id()[:12]
