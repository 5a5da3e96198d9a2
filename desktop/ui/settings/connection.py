"""Where a provider is reached, how it is spoken to, and whether that works."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain import figures
from desktop.domain.errors import AppError, BadAddress
from desktop.domain.model import Dialect, Provider
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.providers.address import normalise
from desktop.providers.registry import service
from desktop.services.catalogue import Catalogue, TestResult
from desktop.ui.settings.headers import HeadersDialog
from desktop.ui.settings.health import Outcome
from desktop.ui.settings.key_storage import Picture
from desktop.ui.settings.words import dialect_name, plain
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.button import Button, Chip, IconButton
from desktop.ui.widgets.field import Field, FieldBox
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.ring import Ring


class AddressField(Field):
    """The base URL, with a button inside that brings back the usual one."""

    reset = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _("Base URL"), placeholder="https://")
        self.button = IconButton(theme, "arrow-counter-clockwise", _("Use the usual address"), size=24, parent=self)
        self.button.setCursor(Qt.CursorShape.ArrowCursor)
        self.button.clicked.connect(self.reset)
        self.set_margins(10, 34)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # an address reads so in every language

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side, gap = self.button.sizeHint().width(), (self.height() - self.button.sizeHint().height()) // 2
        self.button.setGeometry(self.width() - side - gap, gap, side, side)


class ConnectionPanel(QWidget):
    """`changed` asks for the provider to be kept as given; `tested` tells how a real request went."""

    changed = Signal(object)  # Provider
    tested = Signal(str, object)  # provider id, TestResult | AppError

    def __init__(self, theme: Theme, catalogue: Catalogue, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._catalogue = catalogue
        self._tasks = tasks
        self._provider: Provider | None = None
        self._testing = ""
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(_heading(theme, _("Base URL")))
        column.addSpacing(px(6))
        self.address = AddressField(theme)
        self.address.editingFinished.connect(self._take_address)
        self.address.textEdited.connect(lambda: self.address.set_error(None))
        self.address.reset.connect(self._reset_address)
        column.addWidget(FieldBox(theme, self.address))
        self.protocol = Chip(theme, "", caret=True)
        self.protocol.clicked.connect(self._choose_protocol)
        self.headers = Button(theme, _("Headers…"), small=True)
        self.headers.clicked.connect(self._edit_headers)
        self._how = QWidget()
        how = QHBoxLayout(self._how)
        how.setContentsMargins(0, 0, 0, px(10))
        how.setSpacing(px(8))
        how.addWidget(self.protocol)
        how.addWidget(self.headers)
        how.addStretch()
        column.addSpacing(px(8))
        column.addWidget(self._how)
        column.addSpacing(px(6))
        column.addWidget(_heading(theme, _("Connection")))
        column.addSpacing(px(6))
        self.test = Button(theme, _("Test connection"), icon="activity")
        self.test.clicked.connect(self.run_test)
        column.addWidget(self.test)
        column.addSpacing(px(8))
        column.addWidget(self._make_result())
        column.addStretch()

    def _make_result(self) -> QWidget:
        px = self._theme.px
        self.result = QWidget()
        line = QHBoxLayout(self.result)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(6))
        self._ring = Ring(self._theme, 14)
        self._picture = Picture(self._theme, "check-circle-fill", "success", 16)
        line.addWidget(self._ring, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(px(2))
        self.verdict = text_label(self._theme, "", 13, role="success", wrap=True)
        self.reason = text_label(self._theme, "", 12, role="text-muted", wrap=True)
        self.reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(self.verdict)
        words.addWidget(self.reason)
        line.addLayout(words, 1)
        return self.result

    def show_provider(self, provider: Provider, outcome: Outcome | None) -> None:
        """Another provider, or this one as it is now, with its last test."""
        same = self._provider is not None and self._provider.id == provider.id
        self._provider = provider
        known = service(provider.service_id)
        if not (same and self.address.hasFocus()):
            self.address.setText(provider.base_url)
            self.address.home(False)
            self.address.set_error(None)
        self.address.button.setVisible(not provider.custom and provider.base_url != self._usual(provider.dialect))
        self.protocol.setText(dialect_name(provider.dialect))
        self.protocol.setAccessibleName(_("Protocol: {name}").format(name=self.protocol.text()))
        self.protocol.updateGeometry()
        self.protocol.setVisible(len(known.dialects) > 1)
        count = len(provider.headers)
        self.headers.setText(_("Headers ({n})…").format(n=count) if count else _("Headers…"))
        self.headers.setVisible(provider.custom or bool(known.quirks.headers) or bool(count))
        self._how.setVisible(self.protocol.isVisibleTo(self._how) or self.headers.isVisibleTo(self._how))
        self._show_outcome(outcome)

    def run_test(self) -> None:
        """A real request; the result is shown in plain words and told by `tested`."""
        assert self._provider is not None
        if self._testing:
            return
        self._testing = self._provider.id
        self._show_outcome(None)
        self._tasks.start(self._test(self._provider), on_error=self._failed)

    async def _test(self, provider: Provider) -> None:
        if self._catalogue.provider(provider.id) is None:
            await self._catalogue.add_provider(replace(provider, enabled=False))
        result = await self._catalogue.test(provider.id)
        now = self._catalogue.provider(provider.id)
        if now is not None and not now.enabled:
            await self._catalogue.save_provider(replace(now, enabled=True))  # what works is wanted
        self._end(provider.id, result)

    def _failed(self, error: AppError) -> None:
        self._end(self._testing, error)
        if isinstance(error, BadAddress) and self._provider is not None:
            self.address.set_error(f"{error.title}. {error.explanation}".strip())

    def _end(self, provider_id: str, outcome: Outcome) -> None:
        self._testing = ""
        self.tested.emit(provider_id, outcome)
        if self._provider is not None and self._provider.id == provider_id:
            self._show_outcome(outcome)
            announce(self, f"{self.verdict.text()}. {self.reason.text()}", urgent=isinstance(outcome, AppError))

    def _show_outcome(self, outcome: Outcome | None) -> None:
        testing = self._provider is not None and self._testing == self._provider.id
        self.test.setEnabled(not testing)
        self._ring.setVisible(testing)
        self._ring.set_spinning(testing)
        self._picture.setVisible(not testing)
        self.result.setVisible(testing or outcome is not None)
        self.reason.hide()
        if testing:
            self.verdict.setText(_("Testing"))
            self.verdict.set_role("text-muted")
        elif isinstance(outcome, TestResult):
            models = ngettext("{n} model", "{n} models", outcome.models).format(n=figures.count(outcome.models))
            took = _("{n} ms").replace(" ", figures.NBSP).format(n=figures.count(outcome.latency_ms))
            self.verdict.setText(_("Connected · {models} · {time}").format(models=models, time=took))
            self.verdict.set_role("success")
            self._picture.set_look("check-circle-fill", "success")
        elif outcome is not None:
            status = f" · {outcome.http_status}" if outcome.http_status else ""
            self.verdict.setText(outcome.title + status)
            self.verdict.set_role("danger")
            self._picture.set_look("warning-circle", "danger")
            self.reason.setText("\n".join(filter(None, (plain(outcome), outcome.detail))))
            self.reason.setVisible(bool(self.reason.text()))

    # Address, protocol, headers

    def _usual(self, dialect: Dialect) -> str:
        assert self._provider is not None
        return service(self._provider.service_id).base_for(dialect).rstrip("/")

    def _take_address(self) -> None:
        assert self._provider is not None
        text = self.address.text().strip()
        if text == self._provider.base_url:
            return
        try:
            address = normalise(text, self._provider.dialect, service(self._provider.service_id))
        except BadAddress as error:
            self.address.set_error(f"{error.title}. {error.explanation}".strip())
            return
        self.address.setText(address)
        if address != self._provider.base_url:
            self.changed.emit(replace(self._provider, base_url=address))

    def _reset_address(self) -> None:
        assert self._provider is not None
        self.address.set_error(None)
        self.changed.emit(replace(self._provider, base_url=self._usual(self._provider.dialect)))

    def _choose_protocol(self) -> None:
        assert self._provider is not None
        menu = Menu(self._theme, _("Protocol"), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for dialect in service(self._provider.service_id).dialects:
            action = menu.add(None, dialect_name(dialect), partial(self.set_protocol, dialect))
            action.setCheckable(True)
            action.setChecked(dialect is self._provider.dialect)
        menu.popup(self.protocol.mapToGlobal(self.protocol.rect().bottomLeft()))

    def set_protocol(self, dialect: Dialect) -> None:
        """An address that is still the usual one changes with the protocol."""
        assert self._provider is not None
        usual = not self._provider.custom and self._provider.base_url == self._usual(self._provider.dialect)
        address = self._usual(dialect) if usual else self._provider.base_url
        if dialect is not self._provider.dialect:
            self.changed.emit(replace(self._provider, dialect=dialect, base_url=address))

    def _edit_headers(self) -> None:
        assert self._provider is not None
        dialog = HeadersDialog(self._theme, self._provider, self.window())
        dialog.edited.connect(lambda headers: self._set_headers(headers))
        dialog.open()

    def _set_headers(self, headers: tuple[tuple[str, str], ...]) -> None:
        if self._provider is not None and headers != self._provider.headers:
            self.changed.emit(replace(self._provider, headers=headers))


def _heading(theme: Theme, text: str) -> QWidget:
    """As high as the head of the keys beside it, which has a link."""
    label = text_label(theme, text, 13, 600)
    label.setFixedHeight(theme.px(20))
    return label
