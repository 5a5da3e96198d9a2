"""What screen readers are told of that is no widget.

What PySide 6.11 allows: `interface_cast` may give a Python object of another interface, and must give `VoidPtr(0)` for
none (None ends the process). Qt keeps plain pointers to nodes, so a node has to live until Qt is told to forget it.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface

if TYPE_CHECKING:
    from desktop.ui.transcript.view import Transcript

Role = QAccessible.Role
Text = QAccessible.Text

Perhaps = Any
"""What Qt asks for or None, where PySide's stubs know of one only."""

NOTHING = shiboken6.VoidPtr(0)
"""What `interface_cast` gives for an interface that there is not."""

_alive: set["Node"] = set()
"""All nodes that Qt may point to. Without this, collecting garbage could end one behind Qt's back."""


class Node(QAccessibleInterface):
    """Something that is no widget. Only `forget` ends it."""

    def __init__(self, transcript: "Transcript", role: QAccessible.Role) -> None:
        super().__init__()
        self.transcript = transcript
        self._role = role
        self._nodes: dict[Hashable, Node] = {}
        self._actions: QAccessibleActionInterface | None = None
        _alive.add(self)

    def children(self) -> Sequence[QAccessibleInterface]:
        return ()

    def name(self) -> str:
        return ""

    def description(self) -> str:
        return ""

    def kept(self, key: Hashable, make: "Callable[[], N]") -> "N":
        """The node below of a key, made when it is first asked for."""
        if key not in self._nodes:
            self._nodes[key] = make()
        return self._nodes[key]  # type: ignore[return-value]

    def forget(self) -> None:
        """End this node and all below; Qt and screen readers are told nothing of it any more."""
        self.forget_nodes()
        self._actions = None
        _alive.discard(self)
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(self))

    def forget_nodes(self) -> None:
        for node in self._nodes.values():
            node.forget()
        self._nodes.clear()

    # Qt

    def isValid(self) -> bool:
        return shiboken6.isValid(self.transcript)

    def object(self) -> Perhaps:
        return None

    def window(self) -> Perhaps:
        return self.transcript.window().windowHandle()

    def role(self) -> QAccessible.Role:
        return self._role

    def text(self, kind: QAccessible.Text) -> str:
        return self.name() if kind is Text.Name else self.description() if kind is Text.Description else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing here can be changed."""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.readOnly = True
        viewport = self.transcript.viewport()
        shown = QRect(viewport.mapToGlobal(QPoint()), viewport.size())
        state.offscreen = not self.rect().intersects(shown)
        return state

    def childCount(self) -> int:
        return len(self.children())

    def child(self, index: int) -> Perhaps:
        found = self.children()
        return found[index] if 0 <= index < len(found) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((index for index, each in enumerate(self.children()) if each == child), -1)

    def childAt(self, x: int, y: int) -> Perhaps:
        return next((child for child in self.children() if child.rect().contains(x, y)), None)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Perhaps:
        if kind is QAccessible.InterfaceType.ActionInterface and self._actions is not None:
            return self._actions
        return NOTHING


N = TypeVar("N", bound=Node)


class Actions(QAccessibleActionInterface):
    """What can be done with a node: names of Qt's own, and what does it."""

    def __init__(self, actions: dict[str, Callable[[], None]]) -> None:
        super().__init__()
        self._actions = actions

    def actionNames(self) -> list[str]:
        return list(self._actions)

    def doAction(self, name: str) -> None:
        if name in self._actions:
            self._actions[name]()

    def keyBindingsForAction(self, name: str) -> list[str]:
        return []
