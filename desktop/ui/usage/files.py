"""Asking where an export goes."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop import APP_NAME
from desktop.domain.spending import Span
from desktop.i18n import gettext as _


def file_name(span: Span, what: str, form: str) -> str:
    """A name that every system takes and that sorts by date."""
    safe = " ".join(re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", what).split())[:60].strip(" .")
    return f"{APP_NAME} {span.first.isoformat()} {span.last.isoformat()} {safe}".strip() + f".{form}"


def ask_for_file(window: QWidget, name: str, chosen: Callable[[Path], object]) -> None:
    """A dialog of the system; nothing waits for it."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    suffix = name.rpartition(".")[2]
    dialog = QFileDialog(window, _("Export"), folder, f"{suffix.upper()} (*.{suffix})")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
