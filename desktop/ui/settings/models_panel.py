"""The models of one provider: search, refresh, favourites, which are offered, and one typed by hand."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain import figures
from desktop.domain.errors import AppError
from desktop.domain.model import Model, ModelRef, Provider
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.providers.registry import service
from desktop.services.catalogue import Catalogue
from desktop.services.prices import Prices
from desktop.ui.settings.models_list import ROW_HEIGHT, ModelList, TableHead
from desktop.ui.settings.surfaces import GrowingDialog
from desktop.ui.settings.words import plain
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.field import Field, FieldBox, SearchField
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.menu import Menu


class ModelsPanel(QWidget):
    """Favourites stand first when a provider is opened; after that no row moves under the hand."""

    refreshed = Signal(str)  # provider id

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
        self._prices = prices
        self._provider: Provider | None = None
        self._order: dict[ModelRef, int] = {}
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(text_label(theme, _("Models"), 15, 600))
        head.addStretch(1)
        self.search = SearchField(theme, "", _("Search models"))
        self.search.setMaximumWidth(px(220))
        self.search.textChanged.connect(self._fill)
        head.addWidget(self.search, 1000)
        self.refresh_button = Button(theme, _("Refresh list"), icon="arrow-clockwise")
        self.refresh_button.clicked.connect(self._refresh)
        head.addWidget(self.refresh_button)
        column.addLayout(head)
        column.addSpacing(px(7))
        self.list = ModelList(theme)
        column.addWidget(TableHead(theme, self.list))
        self.list.setMinimumHeight(px(ROW_HEIGHT * 4))
        self.list.favourite_toggled.connect(self._toggle_favourite)
        self.list.shown_toggled.connect(self._toggle_shown)
        self.list.menu_requested.connect(self._open_menu)
        column.addWidget(self.list, 1)
        self._empty = text_label(theme, "", 13, role="text-muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMinimumHeight(px(ROW_HEIGHT * 4))
        column.addWidget(self._empty, 1)
        column.addWidget(Divider(theme))
        foot = QHBoxLayout()
        foot.setContentsMargins(0, px(8), 0, px(8))
        self.by_id = Button(theme, _("Add a model by id…"), icon="plus-bold", small=True)
        self.by_id.clicked.connect(self._add_by_id)
        foot.addWidget(self.by_id)
        self._problem = text_label(theme, "", 12, role="danger", wrap=True)
        foot.addSpacing(px(8))
        foot.addWidget(self._problem, 1)
        self.count = text_label(theme, "", 12, role="text-muted")
        self.count.setFont(theme.tabular(theme.font(12)))
        foot.addWidget(self.count)
        column.addLayout(foot)

    def show_provider(self, provider: Provider) -> None:
        """Another provider's models, or this one's as they are now."""
        if self._provider is None or self._provider.id != provider.id:
            self._order = {}
            self.search.clear()
            self._problem.clear()
        self._provider = provider
        self.refresh_button.setEnabled(self._catalogue.provider(provider.id) is not None)
        self.by_id.setEnabled(self.refresh_button.isEnabled())
        self._fill()
        if self._prices is not None and not self._prices.list_name:
            self._tasks.start(self._read_prices(self._prices))

    async def _read_prices(self, prices: Prices) -> None:
        await prices.prepare()
        self._fill()

    def _fill(self) -> None:
        if self._provider is None:
            return
        models = self._catalogue.models(self._provider.id)
        if self._prices is not None:
            models = tuple(map(self._prices.priced, models))
        if not self._order:
            models = tuple(sorted(models, key=lambda model: not model.favourite))
        for model in models:
            self._order.setdefault(model.ref, len(self._order))
        words = self.search.text().casefold().split()
        wanted = [
            model
            for model in sorted(models, key=lambda model: self._order[model.ref])
            if all(word in f"{model.name} {model.ref.model_id}".casefold() for word in words)
        ]
        self.list.show_models(wanted, free=service(self._provider.service_id).local)
        total = figures.count(len(models))
        placeholder = ngettext("Search {n} model", "Search {n} models", len(models)).format(n=total)
        self.search.setPlaceholderText(placeholder if models else _("Search models"))
        shown = sum(model.shown for model in models)
        counted = ngettext("{k} of {n} model shown", "{k} of {n} models shown", len(models))
        self.count.setText(counted.format(k=figures.count(shown), n=total) if models else "")
        self.list.setVisible(bool(wanted))
        self._empty.setVisible(not wanted)
        self._empty.setText(_("No models match") if models else _("No models yet. Test the connection to fetch them."))

    def _refresh(self) -> None:
        assert self._provider is not None
        self.refresh_button.setEnabled(False)
        self._problem.clear()
        self._tasks.start(self._fetch(self._provider.id), on_error=self._failed)

    async def _fetch(self, provider_id: str) -> None:
        await self._catalogue.refresh(provider_id)
        self.refresh_button.setEnabled(True)
        self.refreshed.emit(provider_id)
        self._fill()

    def _failed(self, error: AppError) -> None:
        self.refresh_button.setEnabled(True)
        self._problem.setText(". ".join(filter(None, (error.title, plain(error)))))

    def _toggle_favourite(self, model: Model) -> None:
        self._tasks.start(self._catalogue.set_favourite(model.ref, not model.favourite), on_error=self._failed)

    def _toggle_shown(self, model: Model) -> None:
        self._tasks.start(self._catalogue.set_shown(model.ref, not model.shown), on_error=self._failed)

    def _open_menu(self, model: Model, position: QPoint) -> None:
        menu = Menu(self._theme, model.name, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        favourite = _("Remove from favourites") if model.favourite else _("Make a favourite")
        menu.add("star", favourite, lambda: self._toggle_favourite(model), "F")
        shown = _("Hide in the model list") if model.shown else _("Show in the model list")
        menu.add("eye-slash" if model.shown else "eye", shown, lambda: self._toggle_shown(model), _("Space"))
        menu.add("cube", _("Use for new chats"), lambda: self._catalogue.set_default_model(model.ref))
        menu.add("copy", _("Copy the id"), lambda: QGuiApplication.clipboard().setText(model.ref.model_id))
        menu.popup(position)

    def _add_by_id(self) -> None:
        assert self._provider is not None
        dialog = ModelIdDialog(self._theme, self._provider, self.window())
        dialog.given.connect(lambda ref: self._tasks.start(self._catalogue.add_model(ref), on_error=self._failed))
        dialog.open()


class ModelIdDialog(GrowingDialog):
    """A model that the provider's list does not name."""

    given = Signal(object)  # ModelRef

    def __init__(self, theme: Theme, provider: Provider, parent: QWidget) -> None:
        text = _("For models that the list of {provider} does not name, such as deployments.").format(
            provider=provider.name
        )
        super().__init__(theme, _("Add a model by id"), text, _("Add model"), parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._provider = provider
        self.field = Field(theme, _("Id of the model"))
        self.field.textEdited.connect(lambda: self.field.set_error(None))
        self.field.returnPressed.connect(self.accept)
        self.add(FieldBox(theme, self.field, _("Id of the model")))
        self.field.setFocus()

    def accept(self) -> None:
        model_id = self.field.text().strip()
        if not model_id:
            self.field.set_error(_("Type the id as the provider writes it"))
            return
        self.given.emit(ModelRef(self._provider.id, model_id))
        super().accept()
