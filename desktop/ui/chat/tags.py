"""The tags of a chat: whom it is done for."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.services.library import Library
from desktop.ui.chat.header import Header
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.labels import ElidedLabel, text_label
from desktop.ui.widgets.popover import Popover

OFFERED = 6


async def show_tags(theme: Theme, header: Header, open_chat: OpenChat, library: Library, tasks: Tasks) -> None:
    """Let the tags of the chat on the screen, which must have been stored, be changed below the header."""
    shown = open_chat.shown
    known = {tag for summary in await library.summaries() for tag in summary.tags}
    conversation = shown.conversation
    if shown is not open_chat.shown or conversation is None:
        return
    popover = TagsPopover(theme, conversation.tags, known, header)
    popover.changed.connect(lambda tags: tasks.start(library.set_tags(conversation.id, tags)))
    popover.open_at(header.chip if header.tags.isHidden() else header.tags)


class TagsPopover(Popover):
    """A line for each tag, a field for another, and tags of other chats that begin like what is typed.

    Enter adds what is typed; ↓ goes to the known ones; Backspace in an empty field takes the last tag away.
    """

    changed = Signal(tuple)  # all tags

    def __init__(self, theme: Theme, tags: Iterable[str], known: Iterable[str], parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(_("Tags of this chat"))
        self._tags = list(tags)
        self._known = sorted(set(known), key=str.casefold)
        px = theme.px
        self.setFixedWidth(px(280))
        column = QVBoxLayout(self)
        column.setContentsMargins(px(14), px(12), px(14), px(12))
        column.setSpacing(px(6))
        column.addWidget(text_label(theme, _("Tags of this chat"), 13, 600))
        line = _("What the chat costs counts for them: for a cap, or a client’s statement.")
        column.addWidget(text_label(theme, line, 12, role="text-muted", wrap=True))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        column.addLayout(self._lines)
        self.field = Field(theme, _("Add a tag"), placeholder=_("Add a tag"))
        self.field.installEventFilter(self)
        self.field.textEdited.connect(lambda: self._offer())
        column.addWidget(self.field)
        self._offers = QVBoxLayout()
        self._offers.setSpacing(px(2))
        column.addLayout(self._offers)
        self.buttons: list[Button] = []
        self.removers: list[IconButton] = []
        self._show()

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(self._tags)

    def open_at(self, anchor: QWidget) -> None:
        """Open below a widget, with the keyboard in the field."""
        self.show_below(anchor)
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def add_tag(self, text: str) -> None:
        """One more; none twice."""
        tag = " ".join(text.split())
        if not tag:
            return
        self.field.clear()
        if tag.casefold() not in {each.casefold() for each in self._tags}:
            self._tags = sorted([*self._tags, tag], key=str.casefold)
            self._change(_("Tag “{tag}” added").format(tag=tag))
        else:
            self._offer()

    def remove_tag(self, tag: str) -> None:
        self._tags.remove(tag)
        self._change(_("Tag “{tag}” removed").format(tag=tag))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.field:
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.add_tag(self.field.text())
                return True
            if key == Qt.Key.Key_Down and self.buttons:
                self.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if key == Qt.Key.Key_Backspace and not self.field.text() and self._tags:
                self.remove_tag(self._tags[-1])
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """↑ and ↓ among the known tags; above the first of them is the field."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        here = next((at for at, button in enumerate(self.buttons) if button.hasFocus()), None)
        if step is None or here is None:
            super().keyPressEvent(event)
            return
        there = here + step
        target = self.buttons[there] if 0 <= there < len(self.buttons) else self.field if there < 0 else None
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)

    def _change(self, said: str) -> None:
        self._show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, said)
        self.changed.emit(self.tags)

    def _show(self) -> None:
        _empty(self._lines)
        self.removers = []
        for tag in self._tags:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(ElidedLabel(self.theme, tag, 14), 1)
            remove = IconButton(self.theme, "x", _("Remove the tag “{tag}”").format(tag=tag), size=28)
            remove.clicked.connect(lambda _checked=False, tag=tag: self.remove_tag(tag))
            row.addWidget(remove)
            self.removers.append(remove)
            self._lines.addWidget(line)
            line.show()  # a layout would do so later, and make no room for it until then
        self._offer()

    def _offer(self) -> None:
        _empty(self._offers)
        typed = " ".join(self.field.text().split()).casefold()
        present = {tag.casefold() for tag in self._tags}
        fitting = [tag for tag in self._known if tag.casefold().startswith(typed) and tag.casefold() not in present]
        self.buttons = []
        for tag in fitting[:OFFERED]:
            button = _Offer(self.theme, tag)
            button.clicked.connect(lambda _checked=False, tag=tag: self.add_tag(tag))
            self.buttons.append(button)
            self._offers.addWidget(button)
            button.show()
        self.adjustSize()


class _Offer(Button):
    """A known tag; the arrows are the popover's."""

    def __init__(self, theme: Theme, tag: str) -> None:
        super().__init__(theme, tag.replace("&", "&&"), kind="ghost", icon="tag", small=True)
        self.setAccessibleName(_("Add the tag “{tag}”").format(tag=tag))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
