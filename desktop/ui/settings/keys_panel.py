"""The keys of one provider: what is stored, a place to paste another, and where they are kept."""

from functools import partial

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.errors import AppError, SecretsError
from desktop.domain.model import KeyRef, Provider
from desktop.i18n import gettext as _
from desktop.providers.registry import KeyNeed, service
from desktop.services.catalogue import Catalogue
from desktop.settings.secrets import KeyStorage
from desktop.ui.settings.health import key_from_environment
from desktop.ui.settings.key_form import KeyForm
from desktop.ui.settings.key_row import KeyRow
from desktop.ui.settings.key_storage import KeyStorageLine
from desktop.ui.settings.surfaces import Card, GrowingDialog
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.confirm import confirm
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.field import Field, FieldBox
from desktop.ui.widgets.focus import KeyboardFocus
from desktop.ui.widgets.labels import text_label

_READABLE = (KeyStorage.KEYCHAIN, KeyStorage.SESSION, KeyStorage.PASSPHRASE_FILE)


class KeysPanel(QWidget):
    """Reads keys only off the UI thread, and only where the keychain would not ask for a password by itself."""

    key_added = Signal()
    elsewhere = Signal(str, str)  # a service's id and a key that is its

    def __init__(self, theme: Theme, catalogue: Catalogue, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._catalogue = catalogue
        self._tasks = tasks
        self._provider: Provider | None = None
        self._pending: tuple[str, str] | None = None  # label and key that could not be stored yet
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        head = QHBoxLayout()
        head.addWidget(text_label(theme, _("API keys"), 13, 600))
        head.addStretch()
        self.get_key = Button(theme, _("Get a key"), kind="link", icon="arrow-square-out")
        self.get_key.clicked.connect(self._open_key_page)
        head.addWidget(self.get_key)
        column.addLayout(head)
        self._card = Card(theme)
        self._rows: list[KeyRow] = []
        self._lines: list[Divider] = []
        self._rows_column = QVBoxLayout()
        self._rows_column.setSpacing(0)
        self._card.column.addLayout(self._rows_column)
        self.form = KeyForm(theme)
        self.form.submitted.connect(self._add)
        self.form.elsewhere.connect(self._go_elsewhere)
        self.form.cancelled.connect(self._close_form)
        self._card.column.addWidget(self.form)
        self.another = AddRow(theme, _("Add another key"))
        self.another.clicked.connect(self.open_form)
        self._card.column.addWidget(self.another)
        column.addWidget(self._card)
        self._environment = text_label(theme, "", 12, role="text-muted", wrap=True)
        column.addWidget(self._environment)
        self.storage = KeyStorageLine(theme, catalogue, tasks)
        self.storage.resolved.connect(self._try_again)
        column.addSpacing(px(2))
        column.addWidget(self.storage)

    def show_provider(self, provider: Provider) -> None:
        """Another provider, or this one with other keys."""
        before, self._provider = self._provider, provider
        same = before is not None and before.id == provider.id
        if not same:
            self._pending = None
        known = service(provider.service_id)
        self.setVisible(known.key is not KeyNeed.NONE or bool(provider.key_labels))
        self.get_key.setVisible(known.key_page is not None)
        variable = key_from_environment(provider)
        self._environment.setText(_("The key in {variable} is used before these.").format(variable=variable))
        self._environment.setVisible(bool(variable))
        if not (same and before is not None and before.key_labels == provider.key_labels):
            self._fill_rows()
            self._close_form()
        self.look_at_storage()

    def look_at_storage(self) -> None:
        """Ask, off the UI thread, where keys are kept now, and read what can be read."""
        if not self.isHidden():
            self._tasks.start(self._look())

    def open_form(self) -> None:
        """Show the fields for another key, with the keyboard in the key's."""
        assert self._provider is not None
        self.form.start(self._provider, cancellable=bool(self._provider.key_labels) or self._optional())
        self.form.show()
        self.another.hide()
        self.form.key.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def rows(self) -> list[KeyRow]:
        """In order of use."""
        return list(self._rows)

    def add_key(self, label: str, key: str) -> None:
        """Store a key under a label that is free."""
        self._pending = (label, key)
        self.form.set_busy(True)
        self._tasks.start(self._store(label, key), on_error=self._failed)

    def _optional(self) -> bool:
        return self._provider is not None and service(self._provider.service_id).key is not KeyNeed.REQUIRED

    def _fill_rows(self) -> None:
        assert self._provider is not None
        for old in (*self._rows, *self._lines):
            old.hide()
            old.deleteLater()
        self._rows, self._lines = [], []
        labels = self._provider.key_labels
        for position, label in enumerate(labels):
            row = KeyRow(self._theme, KeyRef(self._provider.id, label), position, len(labels))
            row.reveal_requested.connect(partial(self._reveal, row))
            row.rename_requested.connect(partial(self._rename, row.ref))
            row.remove_requested.connect(partial(self._remove, row.ref))
            row.moved.connect(partial(self._move, row.ref))
            line = Divider(self._theme)
            self._rows_column.addWidget(row)
            self._rows_column.addWidget(line)
            self._rows.append(row)
            self._lines.append(line)
        self.another.setText(_("Add another key") if labels else _("Add a key"))

    def _close_form(self) -> None:
        assert self._provider is not None
        needed = not self._provider.key_labels and not self._optional()
        self.form.setVisible(needed)
        self.another.setVisible(not needed)
        self.form.start(self._provider, cancellable=not needed)

    async def _look(self) -> None:
        storage = await self._catalogue.look_at_keychain()
        if self._pending is None:
            self.storage.show_storage(storage)
        if storage in _READABLE:
            for row in self.rows():
                try:
                    key = await self._catalogue.reveal_key(row.ref)
                except SecretsError:
                    continue  # the dots say as much; asking for the key tells the rest
                if row in self._rows:
                    row.show_tail(key)

    def _add(self, label: str, key: str) -> None:
        self.add_key(label, key)

    async def _store(self, label: str, key: str) -> None:
        assert self._provider is not None
        asked = self._provider
        provider = await self._catalogue.add_key(asked.id, label, key)
        self.form.set_busy(False)
        if self._provider.id == asked.id:  # else another provider was chosen while the keychain asked
            self._pending = None
            self.show_provider(provider)
            self.storage.show_storage(self._catalogue.key_storage())
            self.key_added.emit()

    def _failed(self, error: AppError) -> None:
        self.form.set_busy(False)
        if isinstance(error, SecretsError) and error.actions:
            self.storage.show_error(error)
        else:
            self._pending = None
            self.form.show_problem(f"{error.title}. {error.explanation}".strip())

    def _try_again(self) -> None:
        if self._pending is not None:
            self.add_key(*self._pending)
        else:
            self._tasks.start(self._read_all(), on_error=self._failed)

    async def _read_all(self) -> None:
        """What the keychain may ask a password for, because the person wants it."""
        for row in self.rows():
            key = await self._catalogue.reveal_key(row.ref)
            if row in self._rows:
                row.show_tail(key)
        self.storage.show_storage(self._catalogue.key_storage())

    def _go_elsewhere(self, service_id: str, key: str) -> None:
        self.form.key.clear()
        self.elsewhere.emit(service_id, key)

    def _open_key_page(self) -> None:
        if self._provider is not None and (page := service(self._provider.service_id).key_page):
            QDesktopServices.openUrl(QUrl(page))

    # What the rows ask for

    def _reveal(self, row: KeyRow) -> None:
        async def reveal() -> None:
            key = await self._catalogue.reveal_key(row.ref)
            if row in self._rows and key is not None:
                row.show_tail(key)
                row.show_key(key)

        self._tasks.start(reveal(), on_error=self._failed)

    def _move(self, ref: KeyRef, position: int) -> None:
        self._tasks.start(self._catalogue.move_key(ref, position))

    def _remove(self, ref: KeyRef) -> None:
        dialog = confirm(
            self.window(),
            self._theme,
            _("Remove the key “{label}”?").format(label=ref.label),
            _("It is deleted from your system keychain. Chats and spending stay.")
            if self._catalogue.key_storage() is KeyStorage.KEYCHAIN
            else _("It is deleted from where it is kept. Chats and spending stay."),
            _("Remove key"),
        )
        dialog.accepted.connect(lambda: self._tasks.start(self._catalogue.remove_key(ref), on_error=self._failed))
        dialog.open()

    def _rename(self, ref: KeyRef) -> None:
        assert self._provider is not None
        dialog = RenameDialog(self._theme, ref.label, self._provider.key_labels, self.window())
        dialog.renamed.connect(
            lambda label: self._tasks.start(self._catalogue.rename_key(ref, label), on_error=self._failed)
        )
        dialog.open()


class RenameDialog(GrowingDialog):
    """Another label for a key."""

    renamed = Signal(str)

    def __init__(self, theme: Theme, label: str, taken: tuple[str, ...], parent: QWidget) -> None:
        title = _("Rename the key “{label}”").format(label=label)
        super().__init__(theme, title, "", _("Rename key"), parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._before = label
        self._taken = taken
        self.field = Field(theme, _("Label of the key"))
        self.field.setText(label)
        self.field.selectAll()
        self.field.returnPressed.connect(self.accept)
        self.add(FieldBox(theme, self.field))
        self.field.setFocus()

    def accept(self) -> None:
        label = self.field.text().strip()
        if not label:
            self.field.set_error(_("Give the key a label, so that you can tell it from others"))
        elif label != self._before and label in self._taken:
            self.field.set_error(_("There is a key called “{label}” already").format(label=label))
        else:
            if label != self._before:
                self.renamed.emit(label)
            super().accept()


class AddRow(KeyboardFocus, QPushButton):
    """A row of a card with a plus, as wide as the card."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(text)
        self.theme = theme
        self.setFont(theme.font(14))
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.theme.px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self.theme, self.theme.px
        if self.isDown() or self.underMouse():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("pressed" if self.isDown() else "hover"))
            painter.drawRoundedRect(self.rect(), px(7), px(7))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        box = self.rect().adjusted(px(10), 0, -px(10), 0)
        icon = box.adjusted(0, 0, 0, 0)
        icon.setWidth(px(12))
        words = box.adjusted(px(20), 0, 0, 0)
        if mirrored:
            icon.moveRight(box.right())
            words = box.adjusted(0, 0, -px(20), 0)
        theme.icons.paint(painter, icon.toRectF(), "plus-bold", theme.color("text-secondary"))
        painter.setFont(self.font())
        painter.setPen(theme.color("text-secondary"))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
