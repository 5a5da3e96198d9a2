"""A bug: what happened, and a report to copy. Nothing is sent anywhere."""

import platform
import traceback

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop import __version__
from desktop.domain.errors import redact
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.dialog import Dialog


class ProblemDialog(Dialog):
    """Shows an exception nobody expected, with keys taken out of it. Accepting copies the report."""

    def __init__(self, theme: Theme, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            _("Something went wrong in Tuppence"),
            _("Your chats are safe on this computer. The report below helps to mend it; nothing is sent anywhere."),
            _("Copy report"),
            parent=parent,
        )
        self.cancel_button.setText(_("Close"))
        self._report = QPlainTextEdit(report(error))
        self._report.setReadOnly(True)
        self._report.setFont(theme.code_font(12))
        self._report.setMinimumHeight(theme.px(180))
        self._report.setAccessibleName(_("Report"))
        self.setMaximumWidth(theme.px(640))
        self.setMinimumWidth(theme.px(520))
        self.add(self._report)
        self.accepted.connect(lambda: QGuiApplication.clipboard().setText(self._report.toPlainText()))


def report(error: BaseException) -> str:
    """Versions and the traceback, without keys."""
    lines = "".join(traceback.format_exception(error))
    return redact(f"Tuppence {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n{lines}")
