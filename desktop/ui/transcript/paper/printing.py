"""A conversation on paper or in a PDF file, from the same leaves as on the screen.

For the window's actions: `print_conversation(window, theme, tasks, title, entries)`, and `save_pdf` with the same
arguments and `said`, which is given words for a toast when the file is there. Both ask in a dialog and come back at
once. What goes wrong reaches the tasks' error handler as an AppError.
"""

import asyncio
import errno
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QLocale, QMarginsF, QStandardPaths, Qt, QTimer
from PySide6.QtGui import QPagedPaintDevice, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop import APP_NAME
from desktop.domain.errors import AppError
from desktop.i18n import gettext as _
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.paper.pages import MARGIN, Paper
from desktop.ui.widgets.dialog import Dialog
from desktop.ui.widgets.labels import text_label

PATIENCE_MS = 400  # before a dialog tells how far it is
_REASONS = {
    errno.ENOSPC: lambda: _("There is no room left on the disk."),
    errno.ENOENT: lambda: _("The folder is not there any more."),
    errno.EACCES: lambda: _("Writing in this folder is not allowed."),
    errno.EROFS: lambda: _("Writing in this folder is not allowed."),
}


def print_conversation(window: QWidget, theme: Theme, tasks: Tasks, title: str, entries: Sequence[Entry]) -> None:
    """Ask for a printer, and print there."""
    from PySide6.QtPrintSupport import QAbstractPrintDialog, QPrintDialog, QPrinter  # only for those who print

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageMargins(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN), QPageLayout.Unit.Millimeter)
    printer.setDocName(title)
    printer.setCreator(APP_NAME)
    dialog = QPrintDialog(printer, window)
    dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintPageRange, False)

    async def run() -> None:
        progress = Progress(theme, len(entries), window)
        try:
            await draw(theme, printer, title, entries, progress, printer.abort)
        finally:
            progress.end()

    def on_finished(result: int) -> None:
        dialog.deleteLater()
        if result == QDialog.DialogCode.Accepted:
            tasks.start(run())

    dialog.finished.connect(on_finished)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.show()  # its own `open` wants a receiver


def save_pdf(
    window: QWidget, theme: Theme, tasks: Tasks, title: str, entries: Sequence[Entry], said: Callable[[str], None]
) -> None:
    """Ask for a file, and write the PDF there."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    dialog = QFileDialog(window, _("Save as PDF"), folder, _("PDF files") + " (*.pdf)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix("pdf")
    dialog.selectFile(file_name(title))

    async def run(path: Path) -> None:
        progress = Progress(theme, len(entries), window)
        try:
            await write_pdf(path, theme, title, entries, progress)
        finally:
            progress.end()
        said(_("Saved as {name}").format(name=path.name))

    dialog.fileSelected.connect(lambda path: tasks.start(run(Path(path))))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def file_name(title: str) -> str:
    """A name for the PDF of a conversation that every system takes."""
    words = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", title)
    return f"{' '.join(words.split())[:80].strip(' .') or APP_NAME}.pdf"


async def write_pdf(
    path: Path, theme: Theme, title: str, entries: Sequence[Entry], on_message: Callable[[int], None]
) -> None:
    """Write the PDF, whole or not at all. Raises AppError."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    imperial = QLocale.system().measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.Letter if imperial else QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN), QPageLayout.Unit.Millimeter)
    writer.setTitle(title)
    writer.setCreator(APP_NAME)
    await draw(theme, writer, title, entries, on_message)
    buffer.close()
    try:
        await asyncio.to_thread(_write, path, bytes(buffer.data().data()))
    except OSError as error:
        reason = _REASONS[error.errno]() if error.errno in _REASONS else error.strerror or str(error)
        raise AppError(_("{name} was not saved").format(name=path.name), reason) from error


async def draw(
    theme: Theme,
    device: QPagedPaintDevice,
    title: str,
    entries: Sequence[Entry],
    on_message: Callable[[int], None],
    abort: Callable[[], object] | None = None,
) -> int:
    """Draw all pages on a printer or PDF, and tell how many. Raises AppError where the device takes none.

    `abort` is called where it does not come to an end, before the device is told that it is all.
    """
    painter = QPainter()
    if not painter.begin(device):
        raise AppError(_("Printing could not begin"), _("The printer did not answer."))
    try:
        paper = Paper(theme, device, painter, title)
        await paper.fill(entries, on_message)
        return paper.pages
    except BaseException:
        if abort is not None:
            abort()
        raise
    finally:
        painter.end()


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


class Progress(Dialog):
    """How far it is, once it takes longer than a moment. Cancel ends the task that made it."""

    def __init__(self, theme: Theme, messages: int, parent: QWidget) -> None:
        super().__init__(theme, _("Preparing the pages"), "", "", parent=parent)
        self._messages = messages
        self._label = text_label(theme, "", 13, role="text-secondary")
        self.add(self._label)
        self.accept_button.hide()
        task = asyncio.current_task()
        if task is not None:
            self.rejected.connect(task.cancel)
        self._late = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._late.timeout.connect(self.open)
        self._late.start()
        self(0)

    def __call__(self, done: int) -> None:
        self.text = _("{done} of {count} messages").format(done=done, count=self._messages)
        self._label.setText(self.text)

    def end(self) -> None:
        self._late.stop()
        self.hide()
        self.deleteLater()
