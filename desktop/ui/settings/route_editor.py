"""Everything about one route: its name, how it chooses, and the models it goes to."""

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.route import Route, Strategy
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.services.routes import Routes
from desktop.settings.store import Settings
from desktop.ui.settings.target_list import TargetList
from desktop.ui.settings.words import strategy_line, strategy_name
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.field import Field, FieldBox
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.toggle import Segments

WIDE = 620
"""From this width on (design px) the page has its full inset."""


class RouteEditor(QScrollArea):
    """One for all routes: showing another changes what is in it."""

    edited = Signal(object)  # Route
    removed = Signal(str)  # route id

    def __init__(self, theme: Theme, settings: Settings, catalogue: Catalogue, routes: Routes) -> None:
        super().__init__()
        self._theme = theme
        self._route: Route | None = None
        self._taken: frozenset[str] = frozenset()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        px = theme.px
        ground = QWidget()
        self._outer = outer = QHBoxLayout(ground)
        inner = QWidget()
        inner.setMaximumWidth(px(744))
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        outer.addWidget(inner, 1)
        outer.addStretch()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, px(32))
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(px(24))
        self.name = Field(theme, _("Name of the route"))
        self.name.textEdited.connect(self._take_name)
        self.name.editingFinished.connect(self._leave_name)
        box = FieldBox(theme, self.name, _("Name"))
        box.setMaximumWidth(px(414))
        head.addWidget(box, 1000)
        head.addStretch(1)
        head.setAlignment(box, Qt.AlignmentFlag.AlignTop)
        self.delete = Button(theme, _("Delete route…"), kind="danger", icon="trash")
        self.delete.clicked.connect(lambda: self._route and self.removed.emit(self._route.id))
        beside = QVBoxLayout()
        beside.setContentsMargins(0, px(24), 0, 0)  # the height of the field's label
        beside.addWidget(self.delete)
        head.addLayout(beside)
        head.setAlignment(beside, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addSpacing(px(20))
        column.addWidget(text_label(theme, _("Which model answers"), 13, 600))
        column.addSpacing(px(6))
        choices = [(strategy.value, strategy_name(strategy)) for strategy in Strategy]
        self.strategy = Segments(theme, choices, _("Which model answers"))
        self.strategy.changed.connect(self._take_strategy)
        column.addWidget(self.strategy)
        column.addSpacing(px(6))
        self.strategy_line = text_label(theme, "", 12, role="text-muted", wrap=True)
        column.addWidget(self.strategy_line)
        column.addSpacing(px(20))
        column.addWidget(text_label(theme, _("Models"), 13, 600))
        column.addSpacing(px(6))
        self.targets = TargetList(theme, settings, catalogue, routes)
        self.targets.changed.connect(self._take_targets)
        column.addWidget(self.targets)
        column.addSpacing(px(8))
        order = _("Drag by the dots, or press Alt and an arrow, to change the order.")
        long = _("What is too long for a model goes on to a larger one; what one refuses goes to another if you agree.")
        column.addWidget(text_label(theme, f"{order} {long}", 12, role="text-muted", wrap=True))
        column.addStretch()
        self.setWidget(ground)

    def show_route(self, route: Route, taken: Collection[str]) -> None:
        """A route as it stands now; `taken` are the names of the others."""
        another = self._route is None or self._route.id != route.id
        self._route = route
        self._taken = frozenset(name.casefold() for name in taken)
        if another:
            self.verticalScrollBar().setValue(0)
        if another or not self.name.hasFocus():
            self.name.setText(route.name)
            self.name.set_error(None)
        self.strategy.set_value(route.strategy.value)
        self.strategy_line.setText(strategy_line(route.strategy))
        self.strategy.setAccessibleDescription(self.strategy_line.text())
        self.targets.show_targets(route.targets, route.strategy)

    def refresh(self) -> None:
        """Providers, keys or prices may have changed."""
        self.targets.refresh()

    def start_naming(self) -> None:
        """The keyboard is in the name, all of it selected."""
        self.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.name.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inset = self._theme.px(32 if self.viewport().width() >= self._theme.px(WIDE) else 16)
        self._outer.setContentsMargins(inset, self._theme.px(20), inset, 0)

    def _take_name(self, text: str) -> None:
        assert self._route is not None
        name = text.strip()
        if not name:
            self.name.set_error(_("Give the route a name"))
        elif name.casefold() in self._taken:
            self.name.set_error(_("There is a route “{name}” already").format(name=name))
        else:
            self.name.set_error(None)
            self._tell(replace(self._route, name=name))

    def _leave_name(self) -> None:
        """A name that cannot be stays only while it is being typed."""
        if self._route is not None:
            self.name.setText(self._route.name)
            self.name.set_error(None)

    def _take_strategy(self, value: str) -> None:
        if self._route is not None and value != self._route.strategy.value:
            self._tell(replace(self._route, strategy=Strategy(value)))

    def _take_targets(self) -> None:
        if self._route is not None:
            self._tell(replace(self._route, targets=self.targets.targets()))

    def _tell(self, route: Route) -> None:
        self._route = route
        self.edited.emit(route)
