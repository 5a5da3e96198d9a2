"""Adds a server that is in no list."""

import re
from collections.abc import Collection
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.errors import BadAddress
from desktop.domain.model import Dialect, Provider
from desktop.domain.route import ROUTES
from desktop.i18n import gettext as _
from desktop.providers.address import normalise
from desktop.providers.registry import provider_from, service
from desktop.ui.settings.surfaces import GrowingDialog
from desktop.ui.settings.words import dialect_name
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Chip
from desktop.ui.widgets.field import Field, FieldBox
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.menu import Menu


class CustomServerDialog(GrowingDialog):
    """Name, protocol and address of a server."""

    made = Signal(object)  # Provider

    def __init__(self, theme: Theme, taken_ids: Collection[str], parent: QWidget) -> None:
        text = _("Any server that speaks one of these protocols: your own, your company’s, or a service not listed.")
        super().__init__(theme, _("Add a custom server"), text, _("Add server"), width=420, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._service = service("custom")
        self._taken = taken_ids
        self._dialect = self._service.dialects[0]
        self.name = Field(theme, _("Name"), placeholder=_("Team proxy"))
        self.address = Field(theme, _("Base URL"), placeholder=self._service.base_for(self._dialect))
        self.protocol = Chip(theme, "", caret=True)
        self.protocol.clicked.connect(self._choose)
        self.add(FieldBox(theme, self.name, _("Name")))
        self.add(text_label(theme, _("Protocol"), 13, 600))
        self.add(self.protocol)
        self.add(FieldBox(theme, self.address, _("Base URL")))
        for field in (self.name, self.address):
            field.textEdited.connect(lambda _text, field=field: field.set_error(None))
            field.returnPressed.connect(self.accept)
        self.set_dialect(self._dialect)
        self.name.setFocus()

    def set_dialect(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.protocol.setText(dialect_name(dialect))
        self.protocol.setAccessibleName(_("Protocol: {name}").format(name=self.protocol.text()))
        self.protocol.updateGeometry()
        self.address.setPlaceholderText(self._service.base_for(dialect))

    def accept(self) -> None:
        """Only with a name and an address that can be used."""
        name = self.name.text().strip()
        self.name.set_error(None if name else _("Give the server a name"))
        try:
            address = normalise(self.address.text(), self._dialect, self._service)
        except BadAddress as error:
            self.address.set_error(f"{error.title}. {error.explanation}".strip())
            return
        if name:
            self.made.emit(self._provider(name, address))
            super().accept()

    def _provider(self, name: str, address: str) -> Provider:
        return provider_from(
            self._service,
            id=free_id(name, self._taken),
            name=name,
            base_url=address,
            dialect=self._dialect,
            custom=True,
        )

    def _choose(self) -> None:
        menu = Menu(self.theme, _("Protocol"), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for dialect in self._service.dialects:
            menu.add(None, dialect_name(dialect), partial(self.set_dialect, dialect))
        menu.popup(self.protocol.mapToGlobal(self.protocol.rect().bottomLeft()))


def free_id(name: str, taken: Collection[str]) -> str:
    """An id for the command line and the environment, made from the name. Routes have theirs for themselves."""
    base = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "server"
    candidates = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 3))
    return next(candidate for candidate in candidates if candidate not in (*taken, ROUTES))
