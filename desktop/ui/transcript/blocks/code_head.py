"""The buttons in a code block's head."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtWidgets import QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.menu import Menu

if TYPE_CHECKING:
    from desktop.ui.transcript.blocks.code import DrawnCode

_COPIED_MS = 2000
_SIDE = 28


class CodeHead(QWidget):
    """More, wrap and copy, in the host at the end of the head's room."""

    def __init__(self, theme: Theme, host: QWidget, code: "DrawnCode") -> None:
        super().__init__(host)
        self._theme = theme
        self._code = code
        self._room = QRect()
        self.copy = Button(theme, _("Copy"), kind="ghost", icon="copy", small=True, parent=self)
        self.copy.clicked.connect(code.copy)
        self.wrap = IconButton(theme, "arrow-elbow-down-left", _("Wrap lines"), size=_SIDE, parent=self)
        self.wrap.setCheckable(True)
        self.wrap.setChecked(code.wrapped)
        self.wrap.toggled.connect(code.set_wrapped)
        self.more = IconButton(theme, "dots-three-bold", _("More for this code"), size=_SIDE, parent=self)
        self.more.clicked.connect(self._open_menu)
        self._reset = QTimer(self, singleShot=True, interval=_COPIED_MS)
        self._reset.timeout.connect(lambda: self._set_copied(False))
        for button in self._buttons():
            button.resize(button.sizeHint())
        self._line_up()

    def place(self, room: QRect) -> None:
        """Stand at the end of a rectangle of the host."""
        self._room = room
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = room.x() if mirrored else room.right() + 1 - self.width()
        self.move(left, room.y() + (room.height() - self.height()) // 2)

    def set_description(self, text: str) -> None:
        """What the code is, for screen readers."""
        for button in self._buttons():
            button.setAccessibleDescription(text)

    def show_copied(self) -> None:
        """Say for two seconds that it was copied."""
        self._set_copied(True)
        self._reset.start()

    def dispose(self) -> None:
        self.hide()
        self.deleteLater()

    def _buttons(self) -> tuple[Button | IconButton, ...]:
        """From the end of the line on."""
        return self.copy, self.wrap, self.more

    def _set_copied(self, copied: bool) -> None:
        self.copy.setText(_("Copied") if copied else _("Copy"))
        self.copy.set_icon("check" if copied else "copy")
        self.copy.set_kind("success" if copied else "ghost")
        self.copy.resize(self.copy.sizeHint())
        self._line_up()
        self.place(self._room)

    def _line_up(self) -> None:
        buttons = self._buttons() if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else self._buttons()[::-1]
        x = 0
        for button in buttons:
            button.move(x, 0)
            x += button.width()
        self.resize(x, self._theme.px(_SIDE))

    def _open_menu(self) -> None:
        menu = Menu(self._theme, self.more.accessibleName(), self.parentWidget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_menu(menu, self._code)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))


def fill_menu(menu: Menu, code: "DrawnCode") -> None:
    """What can be done with a code block."""
    menu.add("copy", _("Copy code"), code.copy)
    for text, checked, act in (
        (_("Wrap lines"), code.wrapped, code.set_wrapped),
        (_("Line numbers"), code.numbered, code.set_numbered),
    ):
        action = menu.add(None, text, lambda act=act, on=not checked: act(on))  # type: ignore[misc]
        action.setCheckable(True)
        action.setChecked(checked)
    menu.add("download-simple", _("Save as…"), code.save)
