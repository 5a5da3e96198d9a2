"""A conversation for screen readers: a list of messages, each with its blocks and buttons.

Every message of the branch is there, also those that have no widget; 10,000 of them cost nothing until they are asked
for. A message is a node of its own whether or not a widget shows it, so that reading on does not lose its place when
widgets come and go. Its widget, which is what gets the focus, tells of itself what the node does.
"""

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from desktop.domain.message import Message
from desktop.domain.message import Role as Author
from desktop.i18n import gettext as _
from desktop.ui.transcript.access import text as access_text
from desktop.ui.transcript.access.blocks import Block
from desktop.ui.transcript.access.caret import CaretTeller
from desktop.ui.transcript.access.node import Actions, Node, Perhaps, Role
from desktop.ui.transcript.access.text import Kind
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.leaves import Leaf, Place, Run, TextLeaf, Tone
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.position import Place as TextPlace
from desktop.ui.transcript.position import TextPosition
from desktop.ui.transcript.question import pieces
from desktop.ui.transcript.view import Transcript

_READ = 32  # messages without a widget whose text is kept as blocks
_BLOCKS = 200  # messages whose blocks are kept as nodes after they were last asked for
_SUMMARY = 300  # letters of a message that are said when it gets the focus
_QUESTION = Place(tone=Tone.BUBBLE)

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly

Passages = dict[int, Sequence[Leaf]]
"""The leaves of each column that is shown."""


def interface_for(widget: QObject) -> QAccessibleInterface | None:
    """What Qt is to know of a transcript or a message; None for everything else.

    PySide keeps what this makes to the end of the program: it holds nothing but what it is given by Qt.
    """
    if isinstance(widget, Transcript):
        return _TranscriptAccess(widget)
    if isinstance(widget, MessageWidget):
        return _MessageAccess(widget)
    return None


class Tree(QObject):
    """The nodes of a transcript."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(transcript)
        self._transcript = transcript
        self._messages: dict[str, MessageNode] = {}
        self._asked: OrderedDict[str, None] = OrderedDict()  # messages whose blocks exist, the latest last
        self._read: OrderedDict[str, tuple[Message, Passages]] = OrderedDict()
        self._tidying = QTimer(self, singleShot=True, interval=0)
        self._tidying.timeout.connect(self._tidy)
        self._caret = CaretTeller(transcript, self._block_of)
        transcript.destroyed.connect(self._close)

    def message(self, message_id: str) -> "MessageNode":
        """The node of a message that is in the transcript."""
        if message_id not in self._messages:
            self._messages[message_id] = MessageNode(self, self._transcript, message_id)
            self._tidying.start()
        return self._messages[message_id]

    def passages(self, entry: Entry) -> Passages:
        """The text of a message that has no widget, reasoning folded."""
        message = entry.message
        known = self._read.get(message.id)
        if known is not None and known[0] is message and not entry.running:
            self._read.move_to_end(message.id)
            return known[1]
        if message.role is Author.USER:
            found: Passages = {0: [TextLeaf(_QUESTION, (Run(piece),)) for piece in pieces(message.text)]}
        else:
            found = {1: self._transcript.written_of(message.id).answer.leaves}
        self._read[message.id] = message, found
        while len(self._read) > _READ:
            self._read.popitem(last=False)
        return found

    def asked_for_blocks(self, message_id: str) -> None:
        self._asked[message_id] = None
        self._asked.move_to_end(message_id)
        if len(self._asked) > _BLOCKS:
            self._tidying.start()

    def _tidy(self) -> None:
        """Let go what is no longer there or was not asked for in a long time; never while Qt asks for something."""
        for message_id in [each for each in self._messages if self._transcript.row_of(each) < 0]:
            self._messages.pop(message_id).forget()
            self._asked.pop(message_id, None)
        while len(self._asked) > _BLOCKS:
            self._messages[self._asked.popitem(last=False)[0]].forget_nodes()

    def _block_of(self, position: TextPosition) -> Block | None:
        if self._transcript.row_of(position.message_id) < 0:
            return None
        return self.message(position.message_id).at_place(position.place)

    def _close(self) -> None:
        for node in self._messages.values():
            node.forget()
        self._messages.clear()


def tree_of(transcript: Transcript) -> Tree:
    return transcript.findChild(Tree, options=_DIRECT) or Tree(transcript)


class MessageNode(Node):
    """A question or a reply, whether or not a widget shows it."""

    def __init__(self, tree: Tree, transcript: Transcript, message_id: str) -> None:
        super().__init__(transcript, Role.Grouping)
        self.message_id = message_id
        self._tree = tree
        self._actions = Actions({QAccessibleActionInterface.setFocusAction(): self.take_focus})

    @property
    def row(self) -> int:
        return self.transcript.row_of(self.message_id)

    @property
    def entry(self) -> Entry:
        return self.transcript.entries[self.row]

    @property
    def shown_widget(self) -> MessageWidget | None:
        """The widget that shows it now."""
        widget = self.transcript.find_widget(self.message_id)
        return widget if widget is not None and not widget.isHidden() else None

    def passages(self) -> Passages:
        """The leaves of the columns that are shown, by the columns' numbers."""
        widget = self.shown_widget
        if widget is None:
            return self._tree.passages(self.entry)
        shown = widget.columns()
        if self.entry.message.role is Author.USER:
            return self._tree.passages(self.entry) if shown else {}
        written = self.transcript.written_of(self.message_id)
        every = (written.reasoning.leaves, written.answer.leaves)
        return {number: every[number] for number, column in enumerate(widget.numbered()) if column in shown}

    def leaf(self, column: int, index: int) -> Leaf | None:
        """A leaf that is shown, None for one that is not."""
        leaves = self.passages().get(column, ()) if self.row >= 0 else ()
        return leaves[index] if index < len(leaves) else None

    def at_place(self, place: TextPlace) -> "Block | None":
        """The block that holds a place of the text."""
        return self._block(place.column, place.leaf) if self.leaf(place.column, place.leaf) is not None else None

    def take_focus(self) -> None:
        """Bring it into view and give it the focus."""
        self.transcript.focus_message(self.message_id)

    def children(self) -> Sequence[QAccessibleInterface]:
        """Blocks, and the widgets of the message, as they stand one under another."""
        self._tree.asked_for_blocks(self.message_id)
        widget = self.shown_widget
        blocks: list[QAccessibleInterface] = []
        tops: list[int] = []
        for number, leaves in self.passages().items():
            column = widget.numbered()[number] if widget is not None else None
            for index, leaf in enumerate(leaves):
                rect = column.leaf_rect(index) if column is not None and index < len(column) else None
                is_folded = rect is not None and rect.height() <= 0
                if not is_folded and (access_text.kind(leaf) is Kind.RULE or access_text.said(leaf).text):
                    blocks.append(self._block(number, index))
                    tops.append(rect.top() if rect is not None else tops[-1] if tops else 0)
        if widget is None:
            return blocks
        others = [child for child in widget.findChildren(QWidget, options=_DIRECT) if not child.isHidden()]
        for other in sorted(others, key=lambda other: (other.y(), other.x())):
            before = sum(top <= other.geometry().center().y() for top in tops)
            blocks.insert(before, QAccessible.queryAccessibleInterface(other))
            tops.insert(before, other.y())
        return blocks

    def name(self) -> str:
        message = self.entry.message
        if message.role is Author.USER:
            at = QDateTime.fromMSecsSinceEpoch(message.created_ms)
            return _("You, {time}").format(time=self.transcript.locale().toString(at, "HH:mm"))
        model = message.model_name or (message.model.model_id if message.model else "")
        return _("{model}, reply").format(model=model) if model else _("Reply")

    def description(self) -> str:
        """How it begins, which is read when it gets the focus."""
        text = " ".join(self.entry.message.text[: 2 * _SUMMARY].split())
        return text if len(text) <= _SUMMARY else text[:_SUMMARY].rpartition(" ")[0] + "…"

    def _block(self, column: int, index: int) -> Block:
        return self.kept((column, index), lambda: Block(self, column, index))

    # Qt

    def isValid(self) -> bool:
        return super().isValid() and self.row >= 0

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self.transcript)

    def rect(self) -> QRect:
        viewport, widget = self.transcript.viewport(), self.shown_widget
        if widget is not None:
            return QRect(widget.mapToGlobal(QPoint()), widget.size())
        column = 0 if self.entry.message.role is Author.USER else 1
        line = self.transcript.caret_rect(TextPosition(self.message_id, TextPlace(column, 0, 0)))
        return QRect(viewport.mapToGlobal(QPoint(0, line.top())), QSize(viewport.width(), max(1, line.height())))

    def state(self) -> QAccessible.State:
        state = super().state()
        widget = self.shown_widget
        state.focusable = True
        state.focused = widget is not None and widget.hasFocus() and self.transcript.selecting.caret.position is None
        state.busy = self.entry.running
        return state


class _TranscriptAccess(QAccessibleWidget):
    """The list of messages, and after them what else stands in the transcript."""

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(transcript, Role.List)

    def childCount(self) -> int:
        return len(self._transcript.entries) + len(self._others())

    def child(self, index: int) -> Perhaps:
        entries = self._transcript.entries
        if 0 <= index < len(entries):
            return tree_of(self._transcript).message(entries[index].message.id)
        others = self._others()
        index -= len(entries)
        return QAccessible.queryAccessibleInterface(others[index]) if 0 <= index < len(others) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if isinstance(child, MessageNode):
            return child.row
        widget = child.object()
        if isinstance(widget, MessageWidget):
            return self._transcript.row_of(widget.entry.message.id)
        others = self._others()
        return len(self._transcript.entries) + others.index(widget) if widget in others else -1

    def childAt(self, x: int, y: int) -> Perhaps:
        for widget in self._transcript.widgets():
            if widget.isVisible() and widget.rect().contains(widget.mapFromGlobal(QPoint(x, y))):
                return tree_of(self._transcript).message(widget.entry.message.id)
        return None

    @property
    def _transcript(self) -> Transcript:
        transcript = self.object()
        assert isinstance(transcript, Transcript)
        return transcript

    def _others(self) -> list[QWidget]:
        """The widgets that are no messages and not made by Qt for scrolling."""
        transcript = self._transcript
        found = transcript.findChildren(QWidget, options=_DIRECT)
        return [each for each in found if each.isVisible() and each.accessibleName()]


class _MessageAccess(QAccessibleWidget):
    """The widget of a message, which is what gets the focus: it tells of itself what the message's node does."""

    def __init__(self, widget: MessageWidget) -> None:
        super().__init__(widget, Role.Grouping)

    def isValid(self) -> bool:
        return super().isValid() and self._node is not None

    def parent(self) -> Perhaps:
        return node.parent() if (node := self._node) is not None else None

    def childCount(self) -> int:
        return node.childCount() if (node := self._node) is not None else 0

    def child(self, index: int) -> Perhaps:
        return node.child(index) if (node := self._node) is not None else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return node.indexOfChild(child) if (node := self._node) is not None else -1

    def childAt(self, x: int, y: int) -> Perhaps:
        return node.childAt(x, y) if (node := self._node) is not None else None

    def text(self, kind: QAccessible.Text) -> str:
        return node.text(kind) if (node := self._node) is not None else ""

    @property
    def _node(self) -> MessageNode | None:
        widget = self.object()
        transcript: QObject | None = widget
        while transcript is not None and not isinstance(transcript, Transcript):  # it stands in the viewport of one
            transcript = transcript.parent()
        if not isinstance(widget, MessageWidget) or transcript is None:
            return None
        message_id = widget.entry.message.id
        return tree_of(transcript).message(message_id) if transcript.row_of(message_id) >= 0 else None
