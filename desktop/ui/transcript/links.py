"""What may be opened from a message, and what is asked first."""

from urllib.parse import urlsplit

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.confirm import confirm

_OPENED = ("http", "https", "mailto")


def may_open(url: str) -> bool:
    """Web pages and e-mail; never files, scripts or other programs."""
    try:
        return urlsplit(url).scheme.lower() in _OPENED
    except ValueError:
        return False


def disagrees(url: str, words: str) -> bool:
    """Whether a link's words look like an address other than the one it leads to."""
    shown = words.strip().rstrip("/")
    if "." not in shown or any(character.isspace() for character in shown):
        return False
    if "://" not in shown:
        shown = f"mailto://{shown}" if "@" in shown and "/" not in shown else f"https://{shown}"
    try:
        host = urlsplit(shown).hostname or ""
        target = urlsplit(url.replace("mailto:", "mailto://", 1)).hostname or ""
    except ValueError:
        return True
    if "." not in host:
        return False
    return host.removeprefix("www.") != target.removeprefix("www.")


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
        _("It reads “{words}” and leads to {url}").format(words=words.strip(), url=url),
        _("Open link"),
        danger=True,
    )
    dialog.accepted.connect(lambda: QDesktopServices.openUrl(QUrl(url)))
    dialog.open()
