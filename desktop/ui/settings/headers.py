"""Extra HTTP headers for services and proxies that want some."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.domain.model import Provider
from desktop.i18n import gettext as _
from desktop.ui.settings.surfaces import GrowingDialog
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.labels import text_label

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, a token
_FOR_KEYS = ("authorization", "proxy-authorization", "cookie", "api-key", "apikey", "token", "secret")


class HeadersDialog(GrowingDialog):
    """Names and values, a row each. They are kept in a plain file, so headers that carry keys are refused."""

    edited = Signal(tuple)  # ((name, value), …)

    def __init__(self, theme: Theme, provider: Provider, parent: QWidget) -> None:
        title = _("Headers for {provider}").format(provider=provider.name)
        text = _("Sent with every request to it. They are kept in a plain file: keys belong under API keys.")
        super().__init__(theme, title, text, _("Use headers"), width=420, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._lines: list[tuple[Field, Field, IconButton]] = []
        rows = QWidget()
        self._grid = QGridLayout(rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px(8))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.add(rows)
        for name, value in provider.headers or (("", ""),):
            self.add_line(name, value)
        more = Button(theme, _("Add a header"), icon="plus-bold", small=True)
        more.clicked.connect(lambda: self.add_line("", "").setFocus())
        self.add(more)
        self._problem = text_label(theme, "", 12, role="danger", wrap=True)
        self._problem.hide()
        self.add(self._problem)

    def add_line(self, name: str, value: str) -> Field:
        """The name's field of the new line."""
        number = len(self._lines) + 1
        first = Field(self.theme, _("Name of header {n}").format(n=number), placeholder="x-portkey-provider")
        second = Field(self.theme, _("Value of header {n}").format(n=number), placeholder=_("Value"))
        first.setText(name)
        second.setText(value)
        remove = IconButton(self.theme, "x-bold", _("Remove header {n}").format(n=number), size=28)
        line = (first, second, remove)
        remove.clicked.connect(lambda: self._remove(line))
        self._lines.append(line)
        row = self._grid.rowCount()
        for column, widget in enumerate(line):
            self._grid.addWidget(widget, row, column)
        return first

    def lines(self) -> list[tuple[Field, Field, IconButton]]:
        """Name, value and remove button of each row."""
        return list(self._lines)

    def accept(self) -> None:
        """Only if every header can be sent."""
        headers = [(name.text().strip(), value.text().strip()) for name, value, _remove in self._lines]
        headers = [(name, value) for name, value in headers if name or value]
        for name, value in headers:
            if problem := _problem_with(name, value):
                self._problem.setText(problem)
                self._problem.show()
                return
        self.edited.emit(tuple(headers))
        super().accept()

    def _remove(self, line: tuple[Field, Field, IconButton]) -> None:
        self._lines.remove(line)
        for widget in line:
            widget.hide()
            widget.deleteLater()


def _problem_with(name: str, value: str) -> str:
    if not _NAME.fullmatch(name):
        return _("“{name}” cannot be the name of a header").format(name=name)
    if any(word in name.casefold() for word in _FOR_KEYS):
        return _("“{name}” carries a key: put it under API keys, where it is kept safe").format(name=name)
    if not value.isascii() or not value.isprintable():
        return _("The value of “{name}” has characters that cannot be sent").format(name=name)
    return ""
