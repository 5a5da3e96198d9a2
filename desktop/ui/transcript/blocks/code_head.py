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


class CodeHead:
    """More, wrap and copy, in the host at the end of the head's room."""

    def __init__(self, theme: Theme, host: QWidget, code: "DrawnCode") -> None:
        self._theme = theme
        self._host = host
        self._code = code
        self._rect = QRect()
        self.copy = Button(theme, _("Copy"), kind="ghost", icon="copy", small=True, parent=host)
        self.copy.clicked.connect(code.copy)
        self.wrap = IconButton(theme, "arrow-elbow-down-left", _("Wrap lines"), size=_SIDE, parent=host)
        self.wrap.setCheckable(True)
        self.wrap.setChecked(code.wrapped)
        self.wrap.toggled.connect(code.set_wrapped)
        self.more = IconButton(theme, "dots-three-bold", _("More for this code"), size=_SIDE, parent=host)
        self.more.clicked.connect(self._open_menu)
        self._reset = QTimer(self.copy, singleShot=True, interval=_COPIED_MS)
        self._reset.timeout.connect(lambda: self._set_copied(False))
        for button in self._buttons():
            button.resize(button.sizeHint())
            button.show()

    def place(self, rect: QRect) -> None:
        """Stand at the end of a rectangle of the host."""
        self._rect = rect
        top = rect.y() + (rect.height() - self._theme.px(_SIDE)) // 2
        mirrored = self._host.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = rect.x() if mirrored else rect.right() + 1
        for button in self._buttons():
            button.move(x if mirrored else x - button.width(), top)
            x += button.width() * (1 if mirrored else -1)

    def set_description(self, text: str) -> None:
        """What the code is, for screen readers."""
        for button in self._buttons():
            button.setAccessibleDescription(text)

    def show_copied(self) -> None:
        """Say for two seconds that it was copied."""
        self._set_copied(True)
        self._reset.start()

    def dispose(self) -> None:
        for button in self._buttons():
            button.hide()
            button.deleteLater()

    def _buttons(self) -> tuple[Button | IconButton, ...]:
        """From the end of the line on."""
        return self.copy, self.wrap, self.more

    def _set_copied(self, copied: bool) -> None:
        self.copy.setText(_("Copied") if copied else _("Copy"))
        self.copy.set_icon("check" if copied else "copy")
        self.copy.set_kind("success" if copied else "ghost")
        self.copy.resize(self.copy.sizeHint())
        self.place(self._rect)

    def _open_menu(self) -> None:
        menu = Menu(self._theme, self.more.accessibleName(), self._host)
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
