"""Saving a code block as a file that the reader chooses."""

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.confirm import confirm

_WHOLE_NAMES = {"dockerfile": "Dockerfile", "docker": "Dockerfile", "makefile": "Makefile", "make": "Makefile"}
_ENDINGS = {
    "sh": "sh",
    "shell": "sh",
    "console": "sh",
    "diff": "patch",
    "mermaid": "mmd",
    "dot": "dot",
    "graphviz": "dot",
}


def suggested_name(language: str) -> str:
    """A file's name for code in a language as its fence calls it: "code.py", "Dockerfile"; "code.txt" for others."""
    word = language.lower()
    if name := _WHOLE_NAMES.get(word):
        return name
    return f"code.{_ENDINGS.get(word) or _ending(word) or 'txt'}"


def _ending(language: str) -> str:
    from pygments.lexers import get_all_lexers  # heavy; imported by now if any code has been drawn

    for _name, aliases, patterns, _types in get_all_lexers(plugins=False):
        if language in (alias.lower() for alias in aliases):
            endings = (pattern.removeprefix("*.") for pattern in patterns if pattern.startswith("*."))
            return next((ending for ending in endings if ending.isalnum()), "")
    return ""


def save(parent: QWidget, theme: Theme, text: str, language: str) -> None:
    """Ask where, then write there, to the letter and as UTF-8. What goes wrong is told in a dialog."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    dialog = QFileDialog(parent, _("Save code"), str(Path(folder) / suggested_name(language)))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.selectFile(suggested_name(language))
    dialog.fileSelected.connect(lambda path: _Writing(parent, theme, Path(path), text, language).start())
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


class _Writing(QObject):
    """Writes on a thread of its own: a disk or a share may take its time."""

    _ended = Signal(str)  # what went wrong, empty for nothing

    def __init__(self, parent: QWidget, theme: Theme, path: Path, text: str, language: str) -> None:
        super().__init__(parent)
        self._widget = parent
        self._theme = theme
        self._path = path
        self._text = text
        self._language = language
        self._ended.connect(self._tell)

    def start(self) -> None:
        threading.Thread(target=self._write, name="save-code").start()

    def _write(self) -> None:
        failure = ""
        try:
            self._path.write_bytes(self._text.encode("utf-8", "surrogatepass"))
        except OSError as error:
            failure = error.strerror or str(error)
        self._ended.emit(failure)

    def _tell(self, failure: str) -> None:
        if not failure:
            announce(self._widget, _("Saved as {name}").format(name=self._path.name))
        else:
            title = _("{name} was not saved").format(name=self._path.name)
            dialog = confirm(self._widget, self._theme, title, failure, _("Save elsewhere"), danger=False)
            again = (self._widget, self._theme, self._text, self._language)
            dialog.accepted.connect(lambda: save(*again))
            dialog.open()
        self.deleteLater()
