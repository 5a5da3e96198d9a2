"""The blocks of a message for screen readers: paragraphs, code, tables down to their cells, links.

PySide 6.11 leaves out `selection` and `attributes` of the text interface, which answer through pointers: no selection
is counted here, because it could not be told from where to where. It leaves out the table interface too: rows and cells
are children of the table, and a cell's description says where it is.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleAttributesInterface,
    QAccessibleInterface,
    QAccessibleTextInterface,
)

from desktop.i18n import gettext as _
from desktop.render.addresses import target
from desktop.ui.transcript.access import text as access_text
from desktop.ui.transcript.access.node import NOTHING, Actions, Node, Perhaps, Role, Text
from desktop.ui.transcript.access.text import Kind, Link, Said
from desktop.ui.transcript.leaves import CodeLeaf, Leaf, RuleLeaf, TableLeaf, TextLeaf
from desktop.ui.transcript.links import open_link
from desktop.ui.transcript.position import Place, TextPosition

if TYPE_CHECKING:
    from desktop.ui.transcript.access.tree import MessageNode

_ROLES = {
    Kind.PARAGRAPH: Role.Paragraph,
    Kind.HEADING: Role.Heading,
    Kind.ITEM: Role.ListItem,
    Kind.QUOTE: Role.BlockQuote,
    Kind.CODE: Role.StaticText,
    Kind.TABLE: Role.Table,
    Kind.FORMULA: Role.Equation,
    Kind.PICTURE: Role.Graphic,
    Kind.RULE: Role.Separator,
}


class _Level(QAccessibleAttributesInterface):
    def __init__(self, level: int) -> None:
        super().__init__()
        self.level = level

    def attributeKeys(self) -> list[QAccessible.Attribute]:
        return [QAccessible.Attribute.Level]

    def attributeValue(self, key: QAccessible.Attribute) -> int | None:
        return self.level if key is QAccessible.Attribute.Level else None


class _Spoken(Node):
    """A node with text: a leaf of a message, or a cell of one."""

    def __init__(self, role: QAccessible.Role, message: "MessageNode", column: int, index: int) -> None:
        """`column` and `index` are those of the leaf."""
        super().__init__(message.transcript, role)
        self.message = message
        self.column = column
        self.index = index
        self._text_interface: _Letters | None = None
        self._actions = Actions({QAccessibleActionInterface.setFocusAction(): self.take_focus})

    @property
    def leaf(self) -> Leaf | None:
        """What it is now, which may change while the message is written; None when it is gone."""
        return self.message.leaf(self.column, self.index)

    def said(self) -> Said:
        raise NotImplementedError

    def links(self) -> list[Link]:
        leaf, said = self.leaf, self.said()
        return [link for link in access_text.links(leaf) if said.covers(link.start)] if leaf is not None else []

    def children(self) -> Sequence[QAccessibleInterface]:
        return [self.kept(link, lambda link=link: _LinkNode(self, link)) for link in self.links()]  # type: ignore[misc]

    def position(self, offset: int) -> TextPosition:
        return TextPosition(self.message.message_id, Place(self.column, self.index, offset))

    def take_focus(self) -> None:
        """Bring the text into view and give its message the focus."""
        self.transcript.reveal(self.position(self.said().offset(0)))
        self.message.take_focus()

    def letters(self, start: int, end: int | None) -> str:
        """What is said of letters of the plain text; None is the end."""
        said = self.said()
        return said.between(said.unit(start), said.length if end is None else said.unit(end))

    def caret(self) -> int | None:
        """The unit before which the text caret stands; None when it is elsewhere."""
        found = self.transcript.selecting.caret.position
        if found is None or found != self.position(found.place.offset) or not self.said().covers(found.place.offset):
            return None
        return self.said().unit(found.place.offset)

    def rect_of(self, letters: tuple[int, int] | None) -> QRect:
        """Where letters (None for the whole leaf) stand on the screen; a guess where nothing is drawn."""
        viewport = self.transcript.viewport()
        widget = self.message.shown_widget
        if widget is None:
            line = self.transcript.caret_rect(self.position(letters[0] if letters else 0))
            line.setWidth(max(1, viewport.width() - line.left()))
            return line.translated(viewport.mapToGlobal(QPoint()))
        column = widget.numbered()[self.column]
        drawn = column.drawn(self.index) if self.index < len(column) else None
        if letters is None:
            found = column.leaf_rect(self.index)
        elif drawn is None:
            found = widget.caret_rect(self.position(letters[0]).place).toAlignedRect()
        else:
            found = QRect()
            for rect in drawn.rects(*letters) or [drawn.caret_rect(letters[0])]:
                found = found.united(rect.toAlignedRect())
            found.translate(drawn.rect.topLeft())
        return found.translated(widget.mapToGlobal(QPoint()))

    def forget(self) -> None:
        super().forget()
        self._text_interface = None

    # Qt

    def isValid(self) -> bool:
        return super().isValid() and self.message.isValid() and self.leaf is not None

    def state(self) -> QAccessible.State:
        state = super().state()
        state.focusable = state.selectableText = state.multiLine = True
        state.focused = self.caret() is not None
        return state

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Perhaps:
        if kind is QAccessible.InterfaceType.TextInterface:
            if self._text_interface is None:
                self._text_interface = _Letters(self)
            return self._text_interface
        return super().interface_cast(kind)


class Block(_Spoken):
    """A leaf of a message."""

    def __init__(self, message: "MessageNode", column: int, index: int) -> None:
        super().__init__(Role.Paragraph, message, column, index)
        self._said: tuple[Leaf, Said] | None = None
        self._level: _Level | None = None

    def said(self) -> Said:
        leaf = self.leaf
        if leaf is None:
            return Said(())
        if self._said is None or self._said[0] is not leaf:
            self._said = leaf, access_text.said(leaf)
        return self._said[1]

    def children(self) -> Sequence[QAccessibleInterface]:
        if isinstance(leaf := self.leaf, TableLeaf):
            rows = range(len(leaf.rows))
            return [self.kept(row, lambda row=row: _Row(self, row)) for row in rows]  # type: ignore[misc]
        return super().children()

    def name(self) -> str:
        return access_text.name(self.leaf) if self.leaf is not None else ""

    # Qt

    def parent(self) -> QAccessibleInterface:
        return self.message

    def role(self) -> QAccessible.Role:
        return _ROLES[access_text.kind(self.leaf)] if self.leaf is not None else Role.Paragraph

    def text(self, kind: QAccessible.Text) -> str:
        if kind is Text.Value and isinstance(self.leaf, CodeLeaf):
            return self.said().text
        return super().text(kind)

    def rect(self) -> QRect:
        return self.rect_of(None)

    def state(self) -> QAccessible.State:
        state = super().state()
        leaf = self.leaf
        if leaf is not None and (ticked := access_text.is_task(leaf)) is not None:
            state.checkable = True
            state.checked = ticked
        return state

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Perhaps:
        leaf = self.leaf
        if kind is QAccessible.InterfaceType.AttributesInterface and isinstance(leaf, TextLeaf) and leaf.level:
            if self._level is None or self._level.level != leaf.level:
                self._level = _Level(leaf.level)
            return self._level
        if kind is QAccessible.InterfaceType.TextInterface and isinstance(leaf, TableLeaf | RuleLeaf):
            return NOTHING
        return super().interface_cast(kind)


class _Row(Node):
    def __init__(self, table: Block, row: int) -> None:
        super().__init__(table.transcript, Role.Row)
        self.table = table
        self.row = row

    def children(self) -> Sequence[QAccessibleInterface]:
        leaf = self.table.leaf
        cells = range(len(leaf.rows[self.row]) if isinstance(leaf, TableLeaf) and self.row < len(leaf.rows) else 0)
        return [self.kept(cell, lambda cell=cell: _Cell(self, cell)) for cell in cells]  # type: ignore[misc]

    def name(self) -> str:
        return ", ".join(cell.text(Text.Name) for cell in self.children())

    def isValid(self) -> bool:
        return super().isValid() and self.table.isValid()

    def parent(self) -> QAccessibleInterface:
        return self.table

    def rect(self) -> QRect:
        found = QRect()
        for cell in self.children():
            found = found.united(cell.rect())
        return found


class _Cell(_Spoken):
    def __init__(self, row: _Row, cell: int) -> None:
        table = row.table
        super().__init__(Role.Cell if row.row else Role.ColumnHeader, table.message, table.column, table.index)
        self.row = row
        self.cell = cell

    def said(self) -> Said:
        return self._said_in(self.row.row)

    def _said_in(self, row: int) -> Said:
        """What is said of the cell of this column in a row."""
        leaf = self.leaf
        if not isinstance(leaf, TableLeaf) or row >= len(leaf.rows) or self.cell >= len(leaf.rows[row]):
            return Said(())
        return access_text.cell(leaf, row, self.cell)

    def name(self) -> str:
        return self.said().text

    def description(self) -> str:
        if not self.row.row:
            return ""
        return _("{column}, row {n}").format(column=self._said_in(0).text, n=self.row.row)

    def isValid(self) -> bool:
        return super().isValid() and self.row.isValid()

    def parent(self) -> QAccessibleInterface:
        return self.row

    def rect(self) -> QRect:
        said = self.said()
        return self.rect_of((said.offset(0), said.offset(said.length)))


class _LinkNode(Node):
    def __init__(self, holder: _Spoken, link: Link) -> None:
        super().__init__(holder.transcript, Role.Link)
        self.holder = holder
        self.link = link
        press, focus = QAccessibleActionInterface.pressAction(), QAccessibleActionInterface.setFocusAction()
        self._actions = Actions({press: self._open, focus: holder.take_focus})

    def name(self) -> str:
        return self.link.words

    def description(self) -> str:
        return target(self.link.url)

    def isValid(self) -> bool:
        return super().isValid() and self.holder.isValid() and self.link in self.holder.links()

    def parent(self) -> QAccessibleInterface:
        return self.holder

    def rect(self) -> QRect:
        return self.holder.rect_of((self.link.start, self.link.end))

    def state(self) -> QAccessible.State:
        state = super().state()
        state.linked = state.focusable = True
        return state

    def _open(self) -> None:
        widget = self.transcript.widget_of(self.holder.message.message_id)
        open_link(widget, widget.theme, self.link.url, self.link.words)


class _Letters(QAccessibleTextInterface):
    """The text of a node, in units of what is said."""

    def __init__(self, node: _Spoken) -> None:
        super().__init__()
        self._node = node

    def text(self, start: int, end: int) -> str:
        return self._node.said().between(start, end)

    def characterCount(self) -> int:
        return self._node.said().length

    def characterRect(self, unit: int) -> QRect:
        said = self._node.said()
        first = said.offset(unit)
        return self._node.rect_of((first, max(said.offset(unit + 1), first + 1)))

    def offsetAtPoint(self, point: QPoint) -> int:
        node = self._node
        if (widget := node.message.shown_widget) is None:
            return -1
        place = widget.place_in_text(QPointF(widget.mapFromGlobal(point)))
        is_here = place == node.position(place.offset).place and node.said().covers(place.offset)
        return node.said().unit(place.offset) if is_here else -1

    def cursorPosition(self) -> int:
        return self._node.caret() or 0

    def setCursorPosition(self, unit: int) -> None:
        transcript, position = self._node.transcript, self._position(unit)
        transcript.reveal(position)
        transcript.selecting.place_caret(position)

    def scrollToSubstring(self, start: int, end: int) -> None:
        self._node.transcript.reveal(self._position(start), end_offset=self._position(end).place.offset)

    def selectionCount(self) -> int:
        return 0

    def addSelection(self, start: int, end: int) -> None:
        self.setSelection(0, start, end)

    def setSelection(self, number: int, start: int, end: int) -> None:
        self._node.transcript.selecting.select(self._position(start), self._position(end))

    def removeSelection(self, number: int) -> None:
        self._node.transcript.selecting.clear()

    def _position(self, unit: int) -> TextPosition:
        return self._node.position(self._node.said().offset(unit))
