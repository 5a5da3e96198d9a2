"""A list of models to choose one from, for a route."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.model import Model
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.ui.settings.rows import Heading, Index, RowsModel, paint_fill, paint_heading
from desktop.ui.settings.search_popover import SearchPopover
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_dot, text_flags


class ModelChoice(SearchPopover):
    """Search and choose among the models of the picker that are `offered`, under the names of their providers."""

    chosen = Signal(object)  # ModelRef

    def __init__(
        self, theme: Theme, catalogue: Catalogue, offered: Callable[[Model], bool], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, _("Search models"), _("Models"), 340, parent)
        names = {provider.id: provider.name for provider in catalogue.providers() if provider.service_id != "tour"}
        self._names = names
        self._models = [
            model for model in catalogue.models() if model.shown and model.ref.provider_id in names and offered(model)
        ]
        self._rows = _Rows(32, 28, parent=self)
        services = {provider.id: provider.service_id for provider in catalogue.providers()}
        self.list.setItemDelegate(_Delegate(theme, self._rows, services, self.list))
        self.list.setModel(self._rows)
        self.filter("")

    def models(self) -> list[Model]:
        """Those that can be chosen now, in the order shown."""
        return [row for row in self._rows.rows() if isinstance(row, Model)]

    def filter(self, query: str) -> None:
        words = query.casefold().split()
        rows: list[Model | Heading] = []
        provider_id = ""
        for model in self._models:
            name = self._names[model.ref.provider_id]
            if not all(word in f"{model.name} {model.ref.model_id} {name}".casefold() for word in words):
                continue
            if model.ref.provider_id != provider_id:
                provider_id = model.ref.provider_id
                rows.append(Heading(name))
            rows.append(model)
        if not rows:
            nothing = (
                _("No models match") if self._models else _("No models left. Set up a provider or refresh its list.")
            )
            rows.append(Heading(nothing))
        self._rows.replace([])  # from the top
        self._rows.replace(rows)
        self.list.setCurrentIndex(self._rows.index(1) if len(rows) > 1 else QModelIndex())

    def choose(self, index: QModelIndex) -> None:
        if index.isValid() and isinstance(model := self._rows.row(index.row()), Model):
            self.chosen.emit(model.ref)
            self.close()


class _Rows(RowsModel[Model]):
    def spoken(self, row: Model) -> str:
        return row.name


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, rows: _Rows, services: dict[str, str], parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = rows
        self._services = services

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._rows.row(index.row())
        if isinstance(row, Heading):
            paint_heading(painter, option, self._theme, row)
            return
        px = self._theme.px
        paint_fill(painter, option, self._theme, 6)
        dot = QRect(option.rect.left() + px(10), option.rect.top(), px(8), option.rect.height())
        place = QRectF(QStyle.visualRect(option.direction, option.rect, dot)).center()
        service = self._services[row.ref.provider_id]
        paint_dot(painter, QPointF(place), px(8), self._theme.provider_color(service))
        box = QStyle.visualRect(option.direction, option.rect, option.rect.adjusted(px(28), 0, -px(10), 0))
        painter.setFont(self._theme.font(14))
        painter.setPen(self._theme.color("text"))
        shown = QFontMetrics(painter.font()).elidedText(row.name, Qt.TextElideMode.ElideMiddle, box.width())
        painter.drawText(box, text_flags(option.direction), shown)
