"""The settings: a window of its own beside the main one; every change is in force at once."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.paths import Paths
from desktop.services.budgets import Budgets
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.health import Health
from desktop.services.library import Library
from desktop.services.prices import Prices
from desktop.services.routes import Routes
from desktop.services.spending import Spending
from desktop.settings.options import OPTIONS
from desktop.settings.store import Settings
from desktop.ui.settings.about_page import AboutPage
from desktop.ui.settings.budgets_page import BudgetsPage
from desktop.ui.settings.data_page import DataPage
from desktop.ui.settings.health_page import HealthPage
from desktop.ui.settings.navigation import HitList, PageList, PageRow
from desktop.ui.settings.option_page import OptionPage
from desktop.ui.settings.prices_page import PricesPage
from desktop.ui.settings.providers_page import ProvidersPage
from desktop.ui.settings.routes_page import RoutesPage
from desktop.ui.settings.search import Target, find, option_target, page_target
from desktop.ui.settings.surfaces import Pane
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.field import SearchField

Page = OptionPage | ProvidersPage | RoutesPage | HealthPage | DataPage | AboutPage


@dataclass(frozen=True, slots=True)
class PageInfo:
    """`words` are further words the search finds the page by."""

    id: str
    title: str
    icon: str
    words: str = ""


# In the order of the navigation. Pages without a class of their own are made from the options declared for them.
PAGES: tuple[PageInfo, ...] = (
    PageInfo("general", N_("General"), "sliders-horizontal"),
    PageInfo("appearance", N_("Appearance"), "palette"),
    PageInfo("providers", N_("Providers"), "key", N_("API keys, models, custom server, Ollama, local, base URL")),
    PageInfo("routes", N_("Routes"), "path", N_("fallback, load balancing, round robin, several keys, retry")),
    PageInfo("health", N_("Health"), "activity", N_("errors, latency, speed, rate limits, test all keys, down")),
    PageInfo("chat", N_("Chat"), "chat-teardrop-text"),
    PageInfo("budgets", N_("Budgets"), "wallet", N_("cap, limit, spending, money, cost, warning")),
    PageInfo("prices", N_("Prices"), "tag", N_("cost, currency, exchange rate, discount, price list, update")),
    PageInfo("network", N_("Network"), "globe-simple"),
    PageInfo("data", N_("Data"), "shield-check", N_("files, folder, database, trash, log, privacy, backup")),
    PageInfo("about", N_("About"), "info", N_("version, licence")),
)


class SettingsDialog(QDialog):
    """Non-modal. Pages are built when they are first shown."""

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        catalogue: Catalogue,
        routes: Routes,
        health: Health,
        library: Library,
        feed: Feed,
        tasks: Tasks,
        paths: Paths,
        parent: QWidget | None = None,
        *,
        prices: Prices,
        budgets: Budgets,
        spending: Spending,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._settings = settings
        self._catalogue = catalogue
        self._routes = routes
        self._health = health
        self._feed = feed
        self._tasks = tasks
        self._paths = paths
        self._library = library
        self._prices = prices
        self._budgets = budgets
        self._spending = spending
        self._pages: dict[str, Page] = {}
        px = theme.px
        self.setWindowTitle(_("Settings"))
        self.setModal(False)
        self.setMinimumSize(px(420), px(400))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._make_navigation())
        self._stack = QStackedWidget()
        row.addWidget(self._stack, 1)
        self.resize(self.sizeHint().boundedTo(self.screen().availableGeometry().size()))
        self.show_page("general")
        self.navigation.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(1200), self._theme.px(760))

    def show_page(self, page: str, anchor: str = "") -> None:
        """One of PAGES; `anchor` is what to show on it: a provider, a route or an option. The search is left."""
        self.search.clear()
        self.navigation.set_current(page)
        if anchor:
            self.page(page).go_to(anchor)

    def page(self, page: str) -> Page:
        """The page's widget, built if need be."""
        if page not in self._pages:
            self._pages[page] = self._build(page)
            self._stack.addWidget(self._pages[page])
        return self._pages[page]

    def providers(self) -> ProvidersPage:
        """The page of providers, built if need be."""
        page = self.page("providers")
        assert isinstance(page, ProvidersPage)
        return page

    def current_page(self) -> str:
        """The id of the page that is shown."""
        return next(page for page, widget in self._pages.items() if widget is self._stack.currentWidget())

    def _make_navigation(self) -> QWidget:
        theme, px = self._theme, self._theme.px
        pane = Pane(theme, "sidebar")
        pane.setFixedWidth(px(216))
        column = QVBoxLayout(pane)
        column.setContentsMargins(0, px(10), 1, 0)
        column.setSpacing(px(10))
        field = QHBoxLayout()
        field.setContentsMargins(px(10), 0, px(10), 0)
        self.search = SearchField(theme, _("Search settings"), _("Search settings"))
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        field.addWidget(self.search)
        column.addLayout(field)
        rows = tuple(PageRow(info.id, _(info.title), info.icon) for info in PAGES)
        self.navigation = PageList(theme, rows)
        self.navigation.page_chosen.connect(self._show)
        self.hits = HitList(theme)
        self.hits.target_chosen.connect(self._go_to)
        self._lists = QStackedWidget()
        self._lists.addWidget(self.navigation)
        self._lists.addWidget(self.hits)
        column.addWidget(self._lists, 1)
        return pane

    def _build(self, page: str) -> Page:
        match page:
            case "providers":
                return ProvidersPage(self._theme, self._catalogue, self._feed, self._tasks, self._prices)
            case "routes":
                return RoutesPage(self._theme, self._settings, self._catalogue, self._routes, self._feed, self._tasks)
            case "health":
                return HealthPage(
                    self._theme, self._catalogue, self._routes.standing, self._health, self._feed, self._tasks
                )
            case "budgets":
                return BudgetsPage(
                    self._theme,
                    self._settings,
                    self._catalogue,
                    self._budgets,
                    self._spending,
                    self._library,
                    self._feed,
                    self._tasks,
                    _("Budgets"),
                )
            case "prices":
                return PricesPage(
                    self._theme, self._settings, self._catalogue, self._prices, self._feed, self._tasks, _("Prices")
                )
            case "data":
                return DataPage(self._theme, self._paths)
            case "about":
                return AboutPage(self._theme)
        title = next(_(info.title) for info in PAGES if info.id == page)
        return OptionPage(self._theme, self._settings, self._catalogue, self._tasks, page, title)

    def _show(self, page: str) -> None:
        self._stack.setCurrentWidget(self.page(page))

    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible)
        if visible and self.focusWidget() is self.navigation:
            # A dialog that opens pretends that Tab brought the focus, which would draw a ring.
            self.navigation.focusInEvent(QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.OtherFocusReason))

    # Search

    def targets(self) -> list[Target]:
        """Everything that can be searched for: pages, options, providers."""
        titles = {info.id: _(info.title) for info in PAGES}
        found = [page_target(info.id, _(info.title), _(info.words)) for info in PAGES]
        found += [option_target(option, titles[option.page]) for option in OPTIONS]
        for provider in self.providers().known():
            words = f"{provider.name} {provider.id} {provider.base_url}"
            found.append(Target("providers", provider.id, provider.name, titles["providers"], words))
        for route in self._catalogue.routes():
            found.append(Target("routes", route.id, route.name, titles["routes"], route.name))
        return found

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """↓ goes from the search to what was found, Enter to the first of it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            shown = self._lists.currentWidget()
            if event.key() == Qt.Key.Key_Down and shown is not None:
                shown.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and shown is self.hits:
                self.hits.choose_current()
                return True
        return False

    def _search(self, query: str) -> None:
        if query.strip():
            self.hits.show_hits(find(query, self.targets()))
            self._lists.setCurrentWidget(self.hits)
        else:
            self._lists.setCurrentWidget(self.navigation)

    def _go_to(self, target: Target) -> None:
        self.show_page(target.page, target.anchor)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        focused = self.focusWidget()
        if focused is not None:
            focused.clearFocus()  # a field that is being edited puts its value in force when it is left
