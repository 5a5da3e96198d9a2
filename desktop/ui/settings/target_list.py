"""The targets of a route, one below the other: added, removed, and put in order by dragging or by the keyboard."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.model import ModelRef
from desktop.domain.route import DEEPEST, Strategy, Target
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.services.routes import Routes
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.ui.settings.keys_panel import AddRow
from desktop.ui.settings.model_choice import ModelChoice
from desktop.ui.settings.surfaces import Card
from desktop.ui.settings.target_facts import facts_of
from desktop.ui.settings.target_row import TargetRow
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.announce import announce


class TargetList(Card):
    """`changed` tells that `targets` are others now."""

    changed = Signal()

    def __init__(self, theme: Theme, settings: Settings, catalogue: Catalogue, routes: Routes) -> None:
        super().__init__(theme)
        self._settings = settings
        self._catalogue = catalogue
        self._routes = routes
        self._strategy = Strategy.FALLBACK
        self._rows: list[TargetRow] = []
        self._place = QVBoxLayout()
        self._place.setSpacing(0)
        self.column.addLayout(self._place)
        self.add = AddRow(theme, _("Add a model"))
        self.add.clicked.connect(self._open_choice)
        self.column.addWidget(self.add)
        self._drag: _Drag | None = None

    def targets(self) -> tuple[Target, ...]:
        return tuple(row.target for row in self._rows)

    def rows(self) -> list[TargetRow]:
        return list(self._rows)

    def show_targets(self, targets: Sequence[Target], strategy: Strategy) -> None:
        """These targets as they stand now; rows that show them already stay as they are."""
        self._strategy = strategy
        if self.targets() != tuple(targets):
            while self._rows:
                self._take_away(self._rows[-1])
            for target in targets:
                self._insert(target)
        self.refresh()

    def refresh(self) -> None:
        """What is known of the targets may have changed."""
        targets = self.targets()
        guard = self._settings.get(options.GUARD_PRICE)
        facts = facts_of(targets, self._strategy, self._catalogue, self._routes, guard_price=guard)
        weights = sum(target.weight for target in targets)
        for at, row in enumerate(self._rows):
            share = row.target.weight / weights if self._strategy is Strategy.WEIGHTED else None
            row.show_facts(facts[at], at, len(targets), share)
        full = len(targets) >= DEEPEST
        self.add.setEnabled(not full)
        self.add.setText(_("A route has at most {n} models").format(n=DEEPEST) if full else _("Add a model"))

    def choice(self) -> ModelChoice:
        """The popover of the models that can still be added."""
        choice = ModelChoice(self.theme, self._catalogue, lambda model: self._free(model.ref) is not None, self)
        choice.chosen.connect(self.add_model)
        return choice

    def add_model(self, ref: ModelRef) -> None:
        """Put a model last, with the first of its keys that is not in the route."""
        target = self._free(ref)
        if target is not None and len(self._rows) < DEEPEST:
            self._insert(target)
            self._tell()

    def put(self, row: TargetRow, to: int) -> None:
        """Put a row in another place; the keyboard stays where it is."""
        at = self._rows.index(row)
        if to == at or not 0 <= to < len(self._rows):
            return
        self._rows.insert(to, self._rows.pop(at))
        self._place.removeWidget(row)
        self._place.insertWidget(to, row)
        self._tell()
        where = _("{model} is number {n} of {count}").format(model=row.name.text(), n=to + 1, count=len(self._rows))
        announce(self, where)

    def _tell(self) -> None:
        """The order of Tab is that of the rows."""
        before: QWidget | None = None
        for row in self._rows:
            for control in (row.grip, row.key, row.weight, row.remove):
                if before is not None:
                    QWidget.setTabOrder(before, control)
                before = control
        if before is not None:
            QWidget.setTabOrder(before, self.add)
        self.refresh()
        self.changed.emit()

    def _insert(self, target: Target) -> None:
        row = TargetRow(self.theme, target)
        row.changed.connect(self._tell)
        row.removed.connect(partial(self._remove, row))
        row.moved.connect(partial(self._step, row))
        row.grip.stepped.connect(partial(self._step, row))
        row.grip.dragged.connect(partial(self._follow, row))
        row.grip.dropped.connect(partial(self._drop, row))
        row.grip.cancelled.connect(self._end_drag)
        self._rows.append(row)
        self._place.addWidget(row)

    def _take_away(self, row: TargetRow) -> None:
        self._rows.remove(row)
        self._place.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _remove(self, row: TargetRow) -> None:
        at = self._rows.index(row)
        self._take_away(row)
        self._tell()
        near = self._rows[min(at, len(self._rows) - 1)]
        (near.remove if near.remove.isEnabled() else self.add).setFocus()

    def _step(self, row: TargetRow, step: int) -> None:
        self.put(row, self._rows.index(row) + step)

    def _free(self, ref: ModelRef) -> Target | None:
        """The model with any key or, where that is there already, with one that is not."""
        labels = self._catalogue.key_labels(ref.provider_id)
        there = {(target.model, target.key_label) for target in self.targets()}
        possible = ["", *(labels if len(labels) > 1 else ())]
        return next((Target(ref, label) for label in possible if (ref, label) not in there), None)

    def _open_choice(self) -> None:
        self.choice().open_at(self.add)

    # Dragging

    def _follow(self, row: TargetRow, pointer: QPoint) -> None:
        if self._drag is None:
            self._drag = _Drag(self, row)
        y = self.mapFromGlobal(pointer).y()
        gap = sum(y > each.geometry().center().y() for each in self._rows)
        edge = self._rows[gap].geometry().top() if gap < len(self._rows) else self._rows[-1].geometry().bottom() + 1
        self._drag.show_at(y, gap, edge)

    def _drop(self, row: TargetRow) -> None:
        gap = self._drag.gap if self._drag is not None else 0
        self._end_drag()
        at = self._rows.index(row)
        self.put(row, gap - 1 if gap > at else gap)

    def _end_drag(self) -> None:
        if self._drag is not None:
            self._drag.hide()
            self._drag.deleteLater()
            self._drag = None


class _Drag(QWidget):
    """Lies over the list: the row that is dragged, faint under the pointer, and a line where it would go."""

    def __init__(self, over: TargetList, row: TargetRow) -> None:
        super().__init__(over)
        self._theme = over.theme
        self._picture: QPixmap = row.grab()
        self._height = row.height()
        self._y = self._edge = 0
        self.gap = 0
        """Between which rows it would go: before the row of this number."""
        self.setGeometry(over.rect())
        self.show()

    def show_at(self, y: int, gap: int, edge: int) -> None:
        self._y, self.gap, self._edge = y, gap, edge
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setOpacity(0.6)
        painter.drawPixmap(1, self._y - self._height // 2, self._picture)
        painter.setOpacity(1)
        thick = self._theme.px(2)
        painter.fillRect(0, self._edge - thick // 2, self.width(), thick, self._theme.color("accent"))
