"""Asks for the passphrase of the key file, to make it or to open it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.errors import AppError
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.ui.settings.surfaces import GrowingDialog
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.field import FieldBox, SecretField
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.ring import Ring


class PassphraseDialog(GrowingDialog):
    """Stays open until the passphrase fits; deriving the key takes seconds, which a ring shows."""

    opened = Signal()  # the key file is open

    def __init__(self, theme: Theme, catalogue: Catalogue, tasks: Tasks, *, new: bool, parent: QWidget) -> None:
        if new:
            title, verb = _("Set a passphrase"), _("Set passphrase")
            text = _(
                "Keys are kept in a file that only this passphrase opens. It is asked for once after each start. "
                "Nobody can recover it."
            )
        else:
            title, verb = _("Enter your passphrase"), _("Open key file")
            text = _("Your keys are in a file that is protected with a passphrase.")
        super().__init__(theme, title, text, verb, width=380, parent=parent)
        self._catalogue = catalogue
        self._tasks = tasks
        self.passphrase = SecretField(theme, _("Passphrase"))
        self.add(FieldBox(theme, self.passphrase, _("Passphrase")))
        self.repeated = SecretField(theme, _("Passphrase again")) if new else None
        if self.repeated is not None:
            self.add(FieldBox(theme, self.repeated, _("Passphrase again")))
        self._busy = QWidget()
        busy = QHBoxLayout(self._busy)
        busy.setContentsMargins(0, 0, 0, 0)
        self._ring = Ring(theme, 14)
        busy.addWidget(self._ring)
        busy.addWidget(text_label(theme, _("Deriving the key, a few seconds"), 13, role="text-muted"))
        busy.addStretch()
        self.add(self._busy)
        self._busy.hide()
        self.passphrase.textEdited.connect(lambda: self.passphrase.set_error(None))
        self.passphrase.returnPressed.connect(self.accept)
        if self.repeated is not None:
            self.repeated.textEdited.connect(lambda: self._mark_repeated(None))
            self.repeated.returnPressed.connect(self.accept)

    def accept(self) -> None:
        """Tries the passphrase; closes only if it fits."""
        passphrase = self.passphrase.text()
        if self._busy.isVisible():
            return
        if not passphrase:
            self.passphrase.set_error(_("A passphrase is needed"))
        elif self.repeated is not None and self.repeated.text() != passphrase:
            self._mark_repeated(_("The two are not the same"))
        else:
            self._show_busy(True)
            self._tasks.start(self._use(passphrase), on_error=self._failed)

    def reject(self) -> None:
        """Not while the key is derived: that cannot be called off."""
        if not self._busy.isVisible():
            super().reject()

    async def _use(self, passphrase: str) -> None:
        await self._catalogue.use_passphrase(passphrase)
        self._show_busy(False)
        self.opened.emit()
        super().accept()

    def _failed(self, error: AppError) -> None:
        self._show_busy(False)
        self.passphrase.set_error(f"{error.title}. {error.explanation}".strip())
        self.passphrase.setFocus()
        self.passphrase.selectAll()

    def _mark_repeated(self, error: str | None) -> None:
        if self.repeated is not None:
            self.repeated.set_error(error)

    def _show_busy(self, busy: bool) -> None:
        self._busy.setVisible(busy)
        self._ring.set_spinning(busy)
        for widget in (self.passphrase, self.repeated, self.accept_button, self.cancel_button):
            if widget is not None:
                widget.setEnabled(not busy)
