"""The list of keyboard shortcuts, made from the same table as the menus."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.ui.actions import ACTIONS, MENUS
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.labels import KeyCap, text_label

# What widgets do with keys themselves.
ELSEWHERE: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        N_("Writing"),
        (
            (N_("Send"), "Enter"),
            (N_("New line"), "Shift+Enter"),
            (N_("Edit the last message, in an empty field"), "Up"),
            (N_("Stop a reply, else return to the message field"), "Esc"),
        ),
    ),
    (
        N_("Reading"),
        (
            (N_("Previous turn"), "Alt+Up"),
            (N_("Next turn"), "Alt+Down"),
            (N_("Copy, regenerate or edit the turn in focus"), "C, R, E"),
            (N_("Previous or next branch of the turn in focus"), "Left, Right"),
        ),
    ),
    (
        N_("Chat list"),
        (
            (N_("Rename"), "F2"),
            (N_("Delete"), "Del"),
            (N_("Open chat 1 to 9"), "Ctrl+1"),
        ),
    ),
    (
        N_("Lists in the settings"),
        (
            (N_("Move a provider, a route or a cap up"), "Alt+Up"),
            (N_("Move a provider, a route or a cap down"), "Alt+Down"),
        ),
    ),
)


class ShortcutsDialog(QDialog):
    """Every shortcut, by menu; closes with Esc."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.setModal(False)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(32))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(0, 1)
        groups = [
            (menu, tuple((spec.text, spec.shortcuts[0]) for spec in ACTIONS if spec.menu == menu and spec.shortcuts))
            for menu in MENUS
        ]
        for title, rows in (*groups, *ELSEWHERE):
            row = grid.rowCount()
            grid.setRowMinimumHeight(row, theme.px(32))
            grid.addWidget(text_label(theme, _(title), 15, 600), row, 0)
            for text, keys in rows:
                row = grid.rowCount()
                grid.addWidget(text_label(theme, _(text), 13), row, 0)
                grid.addWidget(KeyCap(theme, native(keys)), row, 1)
        content = QWidget()
        content.setLayout(grid)
        margins = theme.px(24)
        grid.setContentsMargins(margins, theme.px(8), margins, margins)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        scroll.setAccessibleName(_("Keyboard shortcuts"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.resize(theme.px(480), theme.px(600))


def native(keys: str) -> str:
    """Key names as this platform writes them; several are parted by a comma."""
    return ", ".join(
        QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) or key for key in keys.split(", ")
    )
