"""The window's menu bar and shortcuts, made from the table in actions.py."""

from operator import attrgetter

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from desktop.i18n import gettext as _
from desktop.ui.actions import ACTIONS, MENUS, ActionSpec, Needs
from desktop.ui.main_window import MainWindow, field_with_keys


class Menus(QObject):
    """Alt shows the bar where it is not the desktop's own; the shortcuts work without it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._bar = window.menuBar()
        self.actions: dict[str, QAction] = {}
        """By the `slot` of their rows."""
        menus = {name: self._bar.addMenu(_(name)) for name in MENUS}
        for menu in menus.values():
            menu.aboutToShow.connect(self._show_what_can_be_done)
            menu.aboutToHide.connect(self._enable_all)
        for spec in ACTIONS:
            if spec.separator:
                menus[spec.menu].addSeparator()
            menus[spec.menu].addAction(self._make(spec))
        for number in range(1, 10):
            action = QAction(window)
            action.setShortcut(QKeySequence(f"Ctrl+{number}"))
            action.triggered.connect(lambda _checked=False, index=number - 1: window.sidebar.open_index(index))
            window.addAction(action)
        if not self._bar.isNativeMenuBar():
            self._bar.hide()

    def toggle_bar(self) -> None:
        bar = self._bar
        if not bar.isNativeMenuBar():
            bar.setVisible(not bar.isVisible())
            if bar.isVisible():
                bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
                bar.setActiveAction(bar.actions()[0])

    def _make(self, spec: ActionSpec) -> QAction:
        action = self.actions[spec.slot] = QAction(_(spec.text), self._window)
        action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
        if spec.role:
            action.setMenuRole(QAction.MenuRole[spec.role])
        action.triggered.connect(lambda: self._act(spec))
        self._window.addAction(action)  # shortcuts work while the bar is hidden
        return action

    def _act(self, spec: ActionSpec) -> None:
        if spec.needs is not Needs.CHAT or self._window.pages.usage_view is None:
            attrgetter(spec.slot)(self._window)()

    def _show_what_can_be_done(self) -> None:
        """While a menu is open. At other times keys reach every action, which then looks."""
        reading, in_field = self._window.page.reading, field_with_keys() is not None
        have = {
            Needs.NOTHING: True,
            Needs.CHAT: self._window.pages.usage_view is None,
            Needs.MESSAGES: reading.has_messages,
            Needs.MESSAGES_OR_FIELD: reading.has_messages or in_field,
            Needs.SELECTION: reading.has_selection,
            Needs.SELECTION_OR_FIELD: reading.has_selection or in_field,
            Needs.OUTLINE: reading.has_outline,
        }
        for spec in ACTIONS:
            self.actions[spec.slot].setEnabled(have[spec.needs])

    def _enable_all(self) -> None:
        for action in self.actions.values():
            action.setEnabled(True)
