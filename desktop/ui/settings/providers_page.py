"""Providers: the list of them beside everything about one."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Change, ModelsChanged, ProvidersChanged
from desktop.domain.errors import AppError
from desktop.domain.model import Provider
from desktop.i18n import gettext as _
from desktop.providers.registry import provider_from, service
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.prices import Prices
from desktop.ui.settings.custom_server import CustomServerDialog
from desktop.ui.settings.health import Outcome
from desktop.ui.settings.provider_detail import ProviderDetail
from desktop.ui.settings.provider_list import ProviderList, listed
from desktop.ui.settings.surfaces import Pane
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.menu import Menu


class ProvidersPage(QWidget):
    """Keeps the outcomes of this session's connection tests; they are shown and never stored."""

    def __init__(
        self, theme: Theme, catalogue: Catalogue, feed: Feed, tasks: Tasks, prices: Prices | None = None
    ) -> None:
        super().__init__()
        self._theme = theme
        self._catalogue = catalogue
        self._tasks = tasks
        self._outcomes: dict[str, Outcome] = {}
        px = theme.px
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        side = Pane(theme, "surface")
        side.setFixedWidth(px(256))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(px(18), px(10), px(10), px(10))
        head.addWidget(text_label(theme, _("Providers"), 15, 600))
        head.addStretch()
        self.add = Button(theme, _("Add"), icon="plus-bold")
        self.add.clicked.connect(self._open_add_menu)
        head.addWidget(self.add)
        column.addLayout(head)
        self.list = ProviderList(theme, catalogue)
        self.list.selected.connect(self._show)
        self.list.moved.connect(lambda *move: tasks.start(catalogue.move_provider(*move), on_error=self._tell))
        column.addWidget(self.list, 1)
        self._notice = text_label(theme, "", 12, role="text-muted", wrap=True)
        self._notice.setContentsMargins(px(18), px(8), px(18), px(12))
        self._notice.hide()
        column.addWidget(self._notice)
        row.addWidget(side)
        self.detail = ProviderDetail(theme, catalogue, tasks, prices=prices)
        self.detail.tested.connect(self._keep_outcome)
        self.detail.elsewhere.connect(self._add_elsewhere)
        row.addWidget(self.detail, 1)
        self.destroyed.connect(feed.subscribe(self._on_change))
        self.list.refresh(self._outcomes)

    def go_to(self, provider_id: str) -> None:
        """Show a provider, or a service that could be set up."""
        self.list.select(provider_id)

    def known(self) -> list[Provider]:
        """All that the list holds, for the search."""
        return [provider for group in listed(self._catalogue) for provider in group]

    def add_custom(self) -> None:
        """Ask for a server that is in no list."""
        ids = {provider.id for provider in self.known()}
        dialog = CustomServerDialog(self._theme, ids, self.window())
        dialog.made.connect(self._add_made)
        dialog.open()

    def add_menu(self) -> Menu:
        """Custom servers, local ones, and every service that is not set up."""
        menu = Menu(self._theme, _("Add a provider"), self)
        menu.add("plus-bold", _("Custom server…"), self.add_custom)
        menu.add("desktop", _("Find local servers"), lambda: self._tasks.start(self._find(), on_error=self._tell))
        menu.addSeparator()
        for provider in listed(self._catalogue)[2]:
            menu.add(None, provider.name, partial(self.go_to, provider.id))
        return menu

    def _open_add_menu(self) -> None:
        menu = self.add_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _show(self, provider: Provider) -> None:
        self._notice.hide()
        self.detail.show_provider(provider, self._outcomes)

    def _keep_outcome(self, provider_id: str, outcome: Outcome) -> None:
        self._outcomes[provider_id] = outcome
        self.list.refresh(self._outcomes)

    def _on_change(self, change: Change) -> None:
        match change:
            case ProvidersChanged():
                self.list.refresh(self._outcomes)
                shown = self.detail.provider()
                if shown is not None and (now := self._now(shown.id)) is not None:
                    self.detail.show_provider(now, self._outcomes)
            case ModelsChanged():
                self.list.refresh(self._outcomes)
                self.detail.show_models()
            case _:
                pass

    def _now(self, provider_id: str) -> Provider | None:
        return next((provider for provider in self.known() if provider.id == provider_id), None)

    def _add_made(self, provider: Provider) -> None:
        async def add() -> None:
            await self._catalogue.add_provider(provider)
            self.go_to(provider.id)

        self._tasks.start(add(), on_error=self._tell)

    def _add_elsewhere(self, service_id: str, key: str) -> None:
        """A key pasted at the wrong provider: go to the right one with it."""
        provider = self._now(service_id) or provider_from(service(service_id))
        self.go_to(provider.id)
        keys = self.detail.keys
        keys.open_form()
        keys.form.key.setText(key)
        keys.add_key(keys.form.label.text(), key)

    async def _find(self) -> None:
        self._say(_("Looking on this computer"))
        servers = await self._catalogue.find_local()
        for server in servers:
            await self._catalogue.use_local(server)
        if servers:
            self._notice.hide()
            self.go_to(servers[0].service_id)
        else:
            self._say(_("No local server answered. Start Ollama, LM Studio or llama.cpp and look again."))

    def _tell(self, error: AppError) -> None:
        self._say(f"{error.title}. {error.explanation}".strip())

    def _say(self, text: str) -> None:
        self._notice.setText(text)
        self._notice.show()
