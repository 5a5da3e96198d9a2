"""The list of routes, in the order in which the model picker has them."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.route import Route
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.ui.settings.rows import Heading, Index, RowsModel, paint_fill
from desktop.ui.settings.words import strategy_name
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box, text_flags
from desktop.ui.widgets.row_list import RowList


class RouteList(RowList):
    """One row per route; the current one is shown beside the list."""

    selected = Signal(str)  # route id
    moved = Signal(str, int)  # route id, by how many places

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Routes"), parent, ground="surface")
        self._model = _Model(48, parent=self)
        self._filling = False
        self.setItemDelegate(_Delegate(theme, self._model, self))
        self.setModel(self._model)

    def show_routes(self, routes: Sequence[Route], current: str) -> None:
        """These routes, with one of them the current one; nothing is told of that."""
        self._filling = True
        self._model.replace(routes)
        at = next((at for at, route in enumerate(routes) if route.id == current), -1)
        if at >= 0 and at != self.currentIndex().row():
            self.setCurrentIndex(self._model.index(at))
        self._filling = False

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._filling:
            self.selected.emit(self._route(current).id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt and an arrow move the route; everything else moves about."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.AltModifier:
            if self.currentIndex().isValid():
                self.moved.emit(self._route(self.currentIndex()).id, step)
            return
        super().keyPressEvent(event)

    def _route(self, index: Index) -> Route:
        row = self._model.row(index.row())
        assert isinstance(row, Route)
        return row


class _Model(RowsModel[Route]):
    def spoken(self, row: Route) -> str:
        return f"{row.name}, {line(row)}"


def line(route: Route) -> str:
    """How a route chooses, and among how many."""
    if not route.targets:
        return _("No models yet")
    count = len(route.targets)
    models = ngettext("{n} model", "{n} models", count).format(n=count)
    return f"{strategy_name(route.strategy)} · {models}"


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: _Model, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        route = self._model.row(index.row())
        assert not isinstance(route, Heading)
        theme, px, whole = self._theme, self._theme.px, option.rect
        paint_fill(painter, option, theme)

        def placed(x: int, y: int, width: int, height: int) -> QRect:
            return QStyle.visualRect(option.direction, whole, QRect(whole.left() + x, whole.top() + y, width, height))

        tile = QRectF(placed(px(10), px(10), px(28), px(28)))
        paint_box(painter, tile, px(8), theme.mix(theme.color("text-muted"), 0.14, theme.color("surface-raised")))
        inset = px(6)
        icon = tile.adjusted(inset, inset, -inset, -inset)
        theme.icons.paint(painter, icon, "path", theme.color("text-secondary"))
        width = whole.width() - px(58)
        lines = (
            (route.name, theme.font(14, 500), "text", px(6), px(20)),
            (line(route), theme.font(12), "text-muted", px(25), px(17)),
        )
        for text, font, role, top, height in lines:
            painter.setFont(font)
            painter.setPen(theme.color(role))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(placed(px(48), top, width, height), text_flags(option.direction), shown)
