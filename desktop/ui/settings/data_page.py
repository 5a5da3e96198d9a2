"""Data: where everything is kept."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.paths import Paths
from desktop.ui.settings.surfaces import Column
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.labels import ElidedLabel, text_label


class DataPage(Column):
    """Files, each with a way to see it."""

    def __init__(self, theme: Theme, paths: Paths) -> None:
        super().__init__(theme)
        px = theme.px
        self.content.addWidget(text_label(theme, _("Data"), 20, 600))
        self._section(_("Where your files are"))
        files = (
            (_("Chats"), paths.database, _("All chats and what they cost, in one SQLite file.")),
            (_("Settings"), paths.settings, _("What differs from the defaults.")),
            (_("Providers"), paths.providers, _("Addresses and labels of keys; no keys.")),
            (
                _("Log"),
                paths.log,
                _("Warnings and errors of the last days. Keys are taken out before anything is written."),
            ),
        )
        for at, (name, path, words) in enumerate(files):
            if at:
                self.content.addWidget(Divider(theme))
            self.content.addWidget(_FileRow(theme, name, path, words))
        self._section(_("Trash"))
        self._text(_("Deleted chats stay in the trash for 30 days. After that they are deleted for good at a start."))
        self._section(_("Privacy"))
        self._text(
            _(
                "Tuppence talks to the providers you set up, when you act. It fetches a newer price list or a picture "
                "from the web only if you ask for it, and talks to nobody else. Keys are in your system keychain, or "
                "where you chose; they are in none of the files above."
            )
        )
        self.content.addSpacing(px(8))

    def go_to(self, anchor: str) -> None:
        """There is only the page."""

    def _section(self, title: str) -> None:
        self.content.addSpacing(self.theme.px(24))
        self.content.addWidget(text_label(self.theme, title, 15, 600))
        self.content.addSpacing(self.theme.px(4))

    def _text(self, text: str) -> None:
        self.content.addWidget(text_label(self.theme, text, 13, role="text-secondary", wrap=True))


class _FileRow(QWidget):
    def __init__(self, theme: Theme, name: str, path: Path, words: str) -> None:
        super().__init__()
        self._path = path
        px = theme.px
        row = QHBoxLayout(self)
        row.setContentsMargins(0, px(10), 0, px(10))
        row.setSpacing(px(8))
        column = QVBoxLayout()
        column.setSpacing(px(2))
        column.addWidget(text_label(theme, name, 14))
        column.addWidget(text_label(theme, words, 12, role="text-muted", wrap=True))
        place = ElidedLabel(theme, str(path), 12, role="text-secondary", mode=Qt.TextElideMode.ElideMiddle)
        place.setFont(theme.code_font(12))
        place.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        column.addWidget(place)
        row.addLayout(column, 1)
        copy = IconButton(theme, "copy", _("Copy the path of {name}").format(name=name))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(str(path)))
        row.addWidget(copy)
        open_folder = Button(theme, _("Open folder"), icon="folder-open", small=True)
        open_folder.setAccessibleName(_("Open the folder of {name}").format(name=name))
        open_folder.clicked.connect(self._open)
        row.addWidget(open_folder)

    def _open(self) -> None:
        """The nearest folder that is there: a file may not have been written yet."""
        folder = next(folder for folder in self._path.parents if folder.is_dir())
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
