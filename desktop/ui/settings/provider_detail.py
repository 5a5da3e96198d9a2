"""Everything about one provider."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.errors import AppError
from desktop.domain.model import Provider
from desktop.i18n import gettext as _
from desktop.providers.registry import service
from desktop.services.catalogue import Catalogue
from desktop.services.prices import Prices
from desktop.ui.settings.connection import ConnectionPanel
from desktop.ui.settings.health import Outcome
from desktop.ui.settings.keys_panel import KeysPanel
from desktop.ui.settings.models_panel import ModelsPanel
from desktop.ui.settings.words import plain
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.confirm import confirm
from desktop.ui.widgets.labels import ElidedLabel, text_label
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.tile import ProviderTile
from desktop.ui.widgets.toggle import Switch

SIDE_BY_SIDE = 620
"""From this width on (design px) keys and connection stand beside each other."""


class ProviderDetail(QScrollArea):
    """One for all providers: showing another changes what is in it."""

    tested = Signal(str, object)  # provider id, TestResult | AppError
    elsewhere = Signal(str, str)  # a service's id and a key that is its

    def __init__(
        self,
        theme: Theme,
        catalogue: Catalogue,
        tasks: Tasks,
        parent: QWidget | None = None,
        *,
        prices: Prices | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._catalogue = catalogue
        self._tasks = tasks
        self._provider: Provider | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        px = theme.px
        ground = QWidget()
        self._outer = outer = QHBoxLayout(ground)
        inner = QWidget()
        inner.setMaximumWidth(px(744))
        inner.setMinimumWidth(px(340))
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        outer.addWidget(inner, 1)
        outer.addStretch()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head())
        column.addSpacing(px(20))
        self.keys = KeysPanel(theme, catalogue, tasks)
        self.connection = ConnectionPanel(theme, catalogue, tasks)
        self.keys.key_added.connect(self.connection.run_test)
        self.keys.elsewhere.connect(self.elsewhere)
        self.connection.changed.connect(self._save)
        self.connection.tested.connect(self.tested)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(px(24))
        self._columns.addWidget(self.keys, 414)
        self._columns.addWidget(self.connection, 306)
        self.keys.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.connection.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column.addLayout(self._columns)
        column.addSpacing(px(21))
        self.models = ModelsPanel(theme, catalogue, tasks, prices=prices)
        column.addWidget(self.models, 1)
        self._columns.setAlignment(self.keys, Qt.AlignmentFlag.AlignTop)
        self.setWidget(ground)

    def _make_head(self) -> QHBoxLayout:
        theme, px = self._theme, self._theme.px
        head = QHBoxLayout()
        head.setSpacing(px(12))
        self._tile: ProviderTile | None = None
        self._tile_place = QHBoxLayout()
        head.addLayout(self._tile_place)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.name = ElidedLabel(theme, "", 20, 600)
        words.addWidget(self.name)
        self.note = text_label(theme, "", 13, role="text-muted", wrap=True)
        words.addWidget(self.note)
        head.addLayout(words, 1)
        self.more = IconButton(theme, "dots-three-bold", _("More about this provider"))
        self.more.clicked.connect(self._open_menu)
        self.enabled = Switch(theme, _("Enabled"))
        self.enabled.clicked.connect(self._set_enabled)
        controls = QHBoxLayout()
        controls.setContentsMargins(0, px(4), 0, 0)  # on the middle of the tile, however long the note is
        controls.setSpacing(px(12))
        controls.addWidget(self.more)
        controls.addWidget(text_label(theme, _("Enabled"), 13, role="text-secondary"))
        controls.addWidget(self.enabled)
        head.addLayout(controls)
        head.setAlignment(controls, Qt.AlignmentFlag.AlignTop)
        return head

    def provider(self) -> Provider | None:
        return self._provider

    def show_provider(self, provider: Provider, outcomes: Mapping[str, Outcome]) -> None:
        """Another provider, or the same as it is now."""
        if self._provider is None or self._provider.id != provider.id:
            self.verticalScrollBar().setValue(0)
        self._provider = provider
        known = service(provider.service_id)
        there = self._catalogue.provider(provider.id) is not None
        if self._tile is None:
            self._tile = ProviderTile(self._theme, provider, 40)
            self._tile_place.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignTop)
        self._tile.set_provider(provider)
        self.name.setText(provider.name)
        self.note.setText(_(known.note) if known.note else provider.base_url.partition("://")[2].partition("/")[0])
        self.enabled.setChecked(there and provider.enabled)
        self.enabled.setAccessibleName(_("{provider} enabled").format(provider=provider.name))
        self.more.setVisible(there)
        self.keys.show_provider(provider)
        self.connection.show_provider(provider, outcomes.get(provider.id))
        self.models.show_provider(provider)

    def show_models(self) -> None:
        """The models changed, and nothing else."""
        if self._provider is not None:
            self.models.show_provider(self._provider)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.viewport().width() >= self._theme.px(SIDE_BY_SIDE)
        inset = self._theme.px(32 if wide else 16)
        self._outer.setContentsMargins(inset, self._theme.px(20), inset, 0)
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(beside if wide else below)

    def _save(self, provider: Provider) -> None:
        there = self._catalogue.provider(provider.id) is not None
        kept = provider if there else replace(provider, enabled=False)  # written down, not yet in use
        self._tasks.start(self._catalogue.save_provider(kept), on_error=self._failed)

    def _set_enabled(self, enabled: bool) -> None:
        assert self._provider is not None
        self._tasks.start(
            self._catalogue.save_provider(replace(self._provider, enabled=enabled)), on_error=self._failed
        )

    def _failed(self, error: AppError) -> None:
        assert self._provider is not None
        self.tested.emit(self._provider.id, error)
        self.note.setText(". ".join(filter(None, (error.title, plain(error)))))

    def menu(self) -> Menu:
        menu = Menu(self._theme, _("More about this provider"), self)
        menu.add("trash", _("Remove provider…"), self._remove, danger=True)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _remove(self) -> None:
        assert self._provider is not None
        provider = self._provider
        dialog = confirm(
            self.window(),
            self._theme,
            _("Remove {provider}?").format(provider=provider.name),
            _("Its keys, address and list of models are deleted. Chats and spending stay."),
            _("Remove provider"),
        )
        dialog.accepted.connect(
            lambda: self._tasks.start(self._catalogue.remove_provider(provider.id), on_error=self._failed)
        )
        dialog.open()
