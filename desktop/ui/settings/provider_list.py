"""The list of providers: those set up in order of use, those on this computer, those that could be."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.model import Provider
from desktop.i18n import gettext as _
from desktop.providers.registry import SERVICES, provider_from, service
from desktop.services.catalogue import Catalogue
from desktop.ui.settings.health import Health, Outcome, health
from desktop.ui.settings.rows import Heading, Index, RowsModel, paint_fill, paint_heading
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_dot, text_flags
from desktop.ui.widgets.row_list import RowList
from desktop.ui.widgets.tile import paint_tile

_HIDDEN = ("custom", "tour")
"""Rows of the registry that are no service: one is made through Add, the other needs nothing."""

Row = tuple[Provider, Health]


def listed(catalogue: Catalogue) -> tuple[list[Provider], list[Provider], list[Provider]]:
    """Remote providers and local ones that are set up, and what could be, as the registry describes it."""
    there = [provider for provider in catalogue.providers() if provider.service_id != "tour"]
    local = [provider for provider in there if service(provider.service_id).local]
    remote = [provider for provider in there if provider not in local]
    used = {provider.service_id for provider in there if not provider.custom} | {provider.id for provider in there}
    possible = [provider_from(row) for row in SERVICES if row.id not in _HIDDEN and row.id not in used]
    return remote, local, possible


class ProviderList(RowList):
    """One row per provider; the current one is shown beside the list."""

    selected = Signal(object)  # Provider
    moved = Signal(str, int)  # provider id, its new place in order of use

    def __init__(self, theme: Theme, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Providers"), parent, ground="surface")
        self._catalogue = catalogue
        self._model = _Model(48, parent=self)
        self._shown = ""
        self._filling = False
        self.setItemDelegate(_Delegate(theme, self._model, self))
        self.setModel(self._model)

    def refresh(self, outcomes: Mapping[str, Outcome]) -> None:
        """Read the providers anew; the current one stays."""
        remote, local, possible = listed(self._catalogue)
        rows: list[Row | Heading] = [self._row(provider, outcomes) for provider in remote]
        for title, group in ((_("On this computer"), local), (_("Not set up"), possible)):
            if group:
                rows.append(Heading(title))
                rows += [self._row(provider, outcomes) for provider in group]
        self._filling = True
        self._model.replace(rows)
        self._filling = False
        self.select(self._shown)

    def select(self, provider_id: str) -> None:
        """Make a provider the current one; the first of all if there is none of that id."""
        ids = [None if isinstance(row, Heading) else row[0].id for row in self._model.rows()]
        at = ids.index(provider_id) if provider_id in ids else next(n for n, found in enumerate(ids) if found)
        self.setCurrentIndex(self._model.index(at))
        self.scrollTo(self.currentIndex())

    def shown(self) -> str:
        """The id of the provider that is shown."""
        return self._shown

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._filling and not isinstance(row := self._model.row(current.row()), Heading):
            self._shown = row[0].id
            self.selected.emit(row[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt and an arrow change the order of use; everything else moves about."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if not step or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
            return
        ids = [provider.id for provider in self._catalogue.providers() if provider.id not in _HIDDEN]
        neighbours = [provider.id for provider in listed(self._catalogue)[0]]  # local ones stand apart
        if self._shown in neighbours and 0 <= (at := neighbours.index(self._shown) + step) < len(neighbours):
            self.moved.emit(self._shown, ids.index(neighbours[at]))

    def _row(self, provider: Provider, outcomes: Mapping[str, Outcome]) -> Row:
        return provider, health(self._catalogue, provider, outcomes.get(provider.id))


class _Model(RowsModel[Row]):
    def spoken(self, row: Row) -> str:
        return f"{row[0].name}, {row[1].line}"


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: _Model, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row(index.row())
        if isinstance(row, Heading):
            paint_heading(painter, option, self._theme, row)
            return
        provider, state = row
        px, whole = self._theme.px, option.rect
        paint_fill(painter, option, self._theme)

        def placed(x: int, y: int, width: int, height: int) -> QRect:
            return QStyle.visualRect(option.direction, whole, QRect(whole.left() + x, whole.top() + y, width, height))

        paint_tile(
            painter, self._theme, QRectF(placed(px(10), px(10), px(28), px(28))), provider.service_id, provider.name
        )
        width = whole.width() - px(48 + 28)
        lines = (
            (provider.name, self._theme.font(14, 500), "text", px(6), px(20)),
            (state.line, self._theme.font(12), "text-muted", px(25), px(17)),
        )
        for text, font, role, top, height in lines:
            painter.setFont(font)
            painter.setPen(self._theme.color(role))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(placed(px(48), top, width, height), text_flags(option.direction), shown)
        if state.dot:
            dot = QRectF(placed(whole.width() - px(18), px(20), px(8), px(8)))
            paint_dot(painter, QPointF(dot.center()), px(8), self._theme.color(state.dot))
