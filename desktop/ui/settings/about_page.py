"""About: version, licences."""

import platform

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QUrl, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop import APP_NAME, __version__
from desktop.i18n import gettext as _
from desktop.ui.settings.key_storage import Picture
from desktop.ui.settings.surfaces import Column
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.labels import text_label

PARTS = (
    ("Qt, PySide6", "LGPL-3.0", "https://doc.qt.io/qtforpython-6/licenses.html"),
    ("Python", "PSF-2.0", "https://docs.python.org/3/license.html"),
    ("Phosphor Icons", "MIT", "https://phosphoricons.com"),
    ("httpx", "BSD-3-Clause", "https://www.python-httpx.org"),
    ("qasync", "BSD-2-Clause", "https://pypi.org/project/qasync/"),
    ("keyring", "MIT", "https://pypi.org/project/keyring/"),
    ("pyrage, rage", "MIT", "https://pypi.org/project/pyrage/"),
    ("sqlite-utils", "Apache-2.0", "https://sqlite-utils.datasette.io"),
    ("Python-Markdown, markdown-it-py", "BSD-3-Clause, MIT", "https://python-markdown.github.io"),
    ("Pygments", "BSD-2-Clause", "https://pygments.org"),
    ("platformdirs", "MIT", "https://pypi.org/project/platformdirs/"),
)
"""Name, licence and site of what the program is built from."""


def versions() -> str:
    """What a report of a problem needs, on one line."""
    return (
        f"{APP_NAME} {__version__}, Python {platform.python_version()}, PySide6 {pyside_version}, "
        f"Qt {qVersion()}, {platform.platform(terse=True)}"
    )


class AboutPage(Column):
    """Version and licences."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        px = theme.px
        head = QHBoxLayout()
        head.setSpacing(px(16))
        head.addWidget(Picture(theme, "app-mark", "accent", 48))
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(text_label(theme, APP_NAME, 20, 600))
        words.addWidget(text_label(theme, _("Version {version}").format(version=__version__), 13, role="text-muted"))
        head.addLayout(words, 1)
        copy = Button(theme, _("Copy versions"), icon="copy", small=True)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(versions()))
        head.addWidget(copy)
        self.content.addLayout(head)
        self.content.addSpacing(px(16))
        line = _(
            "One window for every provider. Your keys, your disk, no account. Free software under the MIT licence."
        )
        self.content.addWidget(text_label(theme, line, 14, role="text-secondary", wrap=True))
        self.content.addSpacing(px(4))
        self.content.addWidget(text_label(theme, versions(), 12, role="text-muted", wrap=True))
        self.content.addSpacing(px(24))
        self.content.addWidget(text_label(theme, _("Built from"), 15, 600))
        self.content.addSpacing(px(4))
        for at, (name, licence, site) in enumerate(PARTS):
            if at:
                self.content.addWidget(Divider(theme))
            self.content.addWidget(_PartRow(theme, name, licence, site))

    def go_to(self, anchor: str) -> None:
        """There is only the page."""


class _PartRow(QWidget):
    def __init__(self, theme: Theme, name: str, licence: str, site: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(7), 0, theme.px(7))
        row.setSpacing(theme.px(16))
        row.addWidget(text_label(theme, name, 14), 1)
        row.addWidget(text_label(theme, licence, 12, role="text-muted"))
        link = Button(theme, _("Site"), kind="link", icon="arrow-square-out")
        link.setAccessibleName(_("Site of {name}").format(name=name))
        link.setToolTip(site)
        link.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(site)))
        row.addWidget(link)
