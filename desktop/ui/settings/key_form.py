"""Where a key is pasted: a label, the key itself, and what is wrong with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from desktop.domain.model import Provider
from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.providers.registry import Service, service_for_key
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.field import Field, SecretField
from desktop.ui.widgets.labels import text_label

_LABELS = (N_("Personal"), N_("Work"))


class KeyForm(QWidget):
    """Checks what can be told without asking anyone; `submitted` and `elsewhere` hand the key on.

    A key whose prefix names another service offers that one; the person decides.
    """

    submitted = Signal(str, str)  # label, key
    elsewhere = Signal(str, str)  # the other service's id, key
    cancelled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._provider: Provider | None = None
        self._other: Service | None = None
        px = theme.px
        self.label = Field(theme, _("Label of the key"), placeholder=_("Label"))
        self.key = SecretField(theme, _("API key"), placeholder=_("Paste a key"))
        self.add = Button(theme, _("Add key"), kind="primary", small=True)
        self.cancel = Button(theme, _("Cancel"), kind="ghost", small=True)
        self._note = text_label(theme, "", 12, role="text-muted", wrap=True)
        self.offer = Button(theme, "", small=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(px(8), px(8), px(8), px(8))
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(8))
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.key, 0, 1)
        grid.addWidget(self._note, 1, 0, 1, 2)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addWidget(self.offer)
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.add)
        grid.addLayout(buttons, 2, 0, 1, 2)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 7)
        self.key.textChanged.connect(self._look)
        self.label.textEdited.connect(lambda: self.show_problem(""))
        for field in (self.label, self.key):
            field.returnPressed.connect(self._submit)
        self.add.clicked.connect(self._submit)
        self.offer.clicked.connect(self._go_elsewhere)
        self.cancel.clicked.connect(self.cancelled)
        self._look("")

    def start(self, provider: Provider, *, cancellable: bool) -> None:
        """Empty, for a key of this provider."""
        self._provider = provider
        self.key.clear()
        taken = provider.key_labels
        free = (
            label
            for label in (*map(_, _LABELS), *(_("Key {n}").format(n=n) for n in range(3, 100)))
            if label not in taken
        )
        self.label.setText(next(free))
        self.cancel.setVisible(cancellable)
        self._look("")

    def set_busy(self, busy: bool) -> None:
        for widget in (self.label, self.key, self.add, self.cancel, self.offer):
            widget.setEnabled(not busy)

    def show_problem(self, text: str) -> None:
        """What is wrong, below the fields; empty takes it back."""
        self._note.setText(text)
        self._note.set_role("danger" if text else "text-muted")
        self._note.setVisible(bool(text))
        self.key.setAccessibleDescription(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.cancel.isVisible():
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _look(self, text: str) -> None:
        self.show_problem("")
        self._other = None
        service = service_for_key(text)
        if self._provider is not None and service is not None and not self._provider.custom:
            self._other = service if service.id != self._provider.service_id else None
        self.offer.setVisible(self._other is not None)
        if self._other is not None and self._provider is not None:
            self.offer.setText(_("Add it to {provider}").format(provider=self._other.name))
            self._note.setText(_("This looks like a key for {provider}.").format(provider=self._other.name))
            self._note.set_role("warning")
            self._note.show()
        self.add.setEnabled(bool(text.strip()))

    def _submit(self) -> None:
        assert self._provider is not None, "started before it is shown"
        label, key = self.label.text().strip(), self.key.text().strip()
        if not key:
            self.show_problem(_("Paste a key first"))
        elif any(character.isspace() for character in key) or not key.isascii() or not key.isprintable():
            self.show_problem(_("A key has no spaces and no special characters: copy it once more"))
        elif not label:
            self.show_problem(_("Give the key a label, so that you can tell it from others"))
        elif label in self._provider.key_labels:
            self.show_problem(_("There is a key called “{label}” already").format(label=label))
        else:
            self.submitted.emit(label, key)

    def _go_elsewhere(self) -> None:
        if self._other is not None:
            self.elsewhere.emit(self._other.id, self.key.text().strip())
