"""A question before something that cannot be undone."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.dialog import Dialog


def confirm(parent: QWidget, theme: Theme, title: str, text: str, verb: str, *, danger: bool = True) -> Dialog:
    """A dialog with Cancel and `verb`, made but not yet shown: connect `accepted`, then `open()` it.

    The focus is on Cancel when the act is dangerous. The dialog deletes itself when it is closed.
    """
    dialog = Dialog(theme, title, text, verb, kind="danger-fill" if danger else "primary", parent=parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    (dialog.cancel_button if danger else dialog.accept_button).setFocus()
    return dialog
