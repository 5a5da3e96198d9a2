"""What is asked before a link in a message is opened."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.i18n import gettext as _
from desktop.render import hidden
from desktop.render.addresses import disagrees, may_open, target
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.confirm import confirm


def open_link(parent: QWidget, theme: Theme, url: str, words: str) -> None:
    """Open a link in the system's browser or mail program; ask first if its words name another address."""
    if not may_open(url):
        return
    if not disagrees(url, words):
        QDesktopServices.openUrl(QUrl(url))
        return
    dialog = confirm(
        parent,
        theme,
        _("This link leads somewhere else"),
        _("It reads “{words}” and leads to {url}").format(words=hidden.spelled(words.strip()), url=target(url)),
        _("Open link"),
        danger=True,
    )
    dialog.accepted.connect(lambda: QDesktopServices.openUrl(QUrl(url)))
    dialog.open()
