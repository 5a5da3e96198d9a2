"""Routes: the list of them beside everything about one. Changes are saved as they are made."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.domain.changes import (
    Change,
    KeyAccepted,
    ModelsChanged,
    OptionChanged,
    PricesChanged,
    ProvidersChanged,
)
from desktop.domain.errors import AppError
from desktop.domain.ids import new_id
from desktop.domain.route import Route
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.routes import Routes
from desktop.settings.store import Settings
from desktop.ui.settings.editors import SAVE_AFTER_MS
from desktop.ui.settings.key_storage import Picture
from desktop.ui.settings.route_editor import RouteEditor
from desktop.ui.settings.route_list import RouteList
from desktop.ui.settings.surfaces import Pane
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.confirm import confirm
from desktop.ui.widgets.labels import text_label


class RoutesPage(QWidget):
    """A route is kept here until it has a model to go to, and saved from then on."""

    def __init__(
        self, theme: Theme, settings: Settings, catalogue: Catalogue, routes: Routes, feed: Feed, tasks: Tasks
    ) -> None:
        super().__init__()
        self._theme = theme
        self._catalogue = catalogue
        self._tasks = tasks
        self._routes: list[Route] = []
        self._shown = ""
        self._unsaved = False
        self._saving = False
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._timer.timeout.connect(self._save)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._make_side())
        self.editor = RouteEditor(theme, settings, catalogue, routes)
        self.editor.edited.connect(self._take)
        self.editor.removed.connect(self._remove)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_empty())
        self._pages.addWidget(self.editor)
        row.addWidget(self._pages, 1)
        self.destroyed.connect(feed.subscribe(self._on_change))
        self._read()
        tasks.start(routes.prices.prepare())  # which tells when they have come

    def go_to(self, route_id: str) -> None:
        """Show a route; one that is gone changes nothing."""
        if any(route.id == route_id for route in self._routes):
            self._shown = route_id
            self._show()

    def new_route(self) -> None:
        """An empty one, ready to be named."""
        names = {route.name.casefold() for route in self._routes}
        first = _("New route")
        numbered = (_("New route {n}").format(n=n) for n in range(2, len(names) + 3))
        name = next(name for name in (first, *numbered) if name.casefold() not in names)
        route = Route(new_id(), name, ())
        self._routes.append(route)
        self._shown = route.id
        self._show()
        self.editor.start_naming()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._timer.isActive():
            self._timer.stop()
            self._save()

    # Building

    def _make_side(self) -> QWidget:
        theme, px = self._theme, self._theme.px
        side = Pane(theme, "surface")
        side.setFixedWidth(px(256))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(px(18), px(10), px(10), px(10))
        head.addWidget(text_label(theme, _("Routes"), 15, 600))
        head.addStretch()
        self.add = Button(theme, _("New"), icon="plus-bold")
        self.add.setAccessibleName(_("New route"))
        self.add.clicked.connect(self.new_route)
        head.addWidget(self.add)
        column.addLayout(head)
        self.list = RouteList(theme)
        self.list.selected.connect(self.go_to)
        self.list.moved.connect(self._move)
        column.addWidget(self.list, 1)
        self.notice = text_label(theme, "", 12, role="danger", wrap=True)
        self.notice.setContentsMargins(px(18), px(8), px(18), px(12))
        self.notice.hide()
        column.addWidget(self.notice)
        return side

    def _make_empty(self) -> QWidget:
        theme, px = self._theme, self._theme.px
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(px(32), 0, px(32), 0)
        column.setSpacing(px(8))
        column.addStretch(1)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Picture(theme, "path", "text-muted", 32), 0, centre)
        column.addWidget(text_label(theme, _("No routes yet"), 15, 600), 0, centre)
        line = _("A route stands in the model picker like a model and goes to several: if one fails, the next answers.")
        words = text_label(theme, line, 13, role="text-muted", wrap=True)
        words.setAlignment(centre)
        words.setFixedWidth(px(360))
        words.setMinimumHeight(words.heightForWidth(px(360)))  # which the layout does not ask for here
        column.addWidget(words, 0, centre)
        column.addSpacing(px(8))
        self.first = Button(theme, _("New route"), kind="primary", icon="plus-bold")
        self.first.clicked.connect(self.new_route)
        column.addWidget(self.first, 0, centre)
        column.addStretch(2)
        return page

    # What is shown

    def _read(self) -> None:
        """What is saved, and what is still without models."""
        drafts = [route for route in self._routes if not route.targets]
        self._routes = [*self._catalogue.routes(), *drafts]
        self._show()

    def _show(self) -> None:
        shown = self._current()
        self._shown = shown.id if shown else ""
        self.list.show_routes(self._routes, self._shown)
        self._pages.setCurrentIndex(1 if shown else 0)
        if shown is not None:
            self.editor.show_route(shown, [route.name for route in self._routes if route.id != shown.id])

    def _current(self) -> Route | None:
        """The one that is shown, else the first."""
        first = self._routes[0] if self._routes else None
        return next((route for route in self._routes if route.id == self._shown), first)

    def _on_change(self, change: Change) -> None:
        match change:
            case ModelsChanged() | ProvidersChanged() | KeyAccepted() | OptionChanged() | PricesChanged():
                if not self._unsaved:
                    self._read()
                self.editor.refresh()
            case _:
                pass

    # What is changed

    def _take(self, route: Route) -> None:
        self._routes = [route if each.id == route.id else each for each in self._routes]
        self._changed()

    def _move(self, route_id: str, step: int) -> None:
        at = next(at for at, route in enumerate(self._routes) if route.id == route_id)
        if 0 <= at + step < len(self._routes):
            self._routes.insert(at + step, self._routes.pop(at))
            self._changed()

    def _remove(self, route_id: str) -> None:
        route = next(route for route in self._routes if route.id == route_id)
        if not route.targets:
            self._forget(route_id)
            return
        dialog = confirm(
            self.window(),
            self._theme,
            _("Delete the route “{name}”?").format(name=route.name),
            _("Chats that use it ask for another model. Their messages stay."),
            _("Delete route"),
        )
        dialog.accepted.connect(lambda: self._forget(route_id))
        dialog.open()

    def _forget(self, route_id: str) -> None:
        at = next(at for at, route in enumerate(self._routes) if route.id == route_id)
        del self._routes[at]
        self._shown = self._routes[min(at, len(self._routes) - 1)].id if self._routes else ""
        self._changed()
        (self.list if self._routes else self.first).setFocus()

    def _changed(self) -> None:
        self._show()
        self._unsaved = True
        self._timer.start()

    def _save(self) -> None:
        if not self._saving:
            self._saving = True
            self._tasks.start(self._store(), on_error=self._tell)

    async def _store(self) -> None:
        """One after the other, until what is saved is what is shown."""
        try:
            while (wanted := tuple(route for route in self._routes if route.targets)) != self._catalogue.routes():
                await self._catalogue.save_routes(wanted)
            self._unsaved = False
        finally:
            self._saving = False
        if isValid(self):  # the window may be closed by now
            self.notice.hide()

    def _tell(self, error: AppError) -> None:
        if not isValid(self):
            return
        self.notice.setText(f"{error.title}. {error.explanation}".strip())
        self.notice.show()
