"""The models of a provider as a table: painted rows, so that four hundred cost as little as ten."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain import figures
from desktop.domain.model import Capability, Model
from desktop.i18n import gettext as _
from desktop.ui.settings.column_head import END, START, ColumnHead, Head
from desktop.ui.settings.rows import Heading, Index, RowsModel
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box, text_flags
from desktop.ui.widgets.row_list import RowList

ROW_HEIGHT = 34
_CAN = (
    (Capability.VISION, "eye"),
    (Capability.TOOLS, "wrench"),
    (Capability.REASONING, "brain"),
    (Capability.JSON, "brackets-curly"),
)


def _can_words() -> dict[Capability, str]:
    return {
        Capability.VISION: _("sees images"),
        Capability.TOOLS: _("uses tools"),
        Capability.REASONING: _("reasons"),
        Capability.JSON: _("writes JSON"),
    }


class Columns:
    """Where the columns of a row stand. In narrow space the prices go first, then what a model can, then its size."""

    def __init__(self, theme: Theme, row: QRect, direction: Qt.LayoutDirection) -> None:
        px = theme.px
        width = row.width()
        self._row = row
        self._direction = direction
        self.star = self._placed(0, px(32))
        self.show = self._placed(width - px(32), px(32))
        # Trailing edge and width from the design, measured from the trailing edge of the table.
        self.can = self._placed(width - px(156), px(92)) if width >= px(460) else None
        self.output = self._placed(width - px(242), px(70)) if width >= px(600) else None
        self.input = self._placed(width - px(324), px(70)) if width >= px(600) else None
        self.context = None
        before = width - px(40)
        if width >= px(600):
            self.context = self._placed(width - px(406), px(70))
            before = width - px(410)
        elif width >= px(460):
            self.context = self._placed(width - px(232), px(70))
            before = width - px(236)
        self.name = self._placed(px(36), before - px(36))

    def _placed(self, x: int, width: int) -> QRect:
        place = QRect(self._row.left() + x, self._row.top(), width, self._row.height())
        return QStyle.visualRect(self._direction, self._row, place)


class ModelList(RowList):
    """Space shows or hides a model in the picker, F makes it a favourite; the menu has both and more."""

    favourite_toggled = Signal(object)  # Model
    shown_toggled = Signal(object)  # Model
    menu_requested = Signal(object, QPoint)  # Model, global position

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Models"), parent, ground="surface", inset=0, foot=0)
        self._theme = theme
        self._models = _Models(ROW_HEIGHT, parent=self)
        self.setItemDelegate(_Delegate(theme, self._models, self))
        self.setModel(self._models)

    def show_models(self, models: Sequence[Model], *, free: bool) -> None:
        """The rows from the top. `free`: on this computer, so that no price is missing."""
        self._models.free = free
        current = self.model_at(self.currentIndex())
        self._models.replace(list(models))
        if current is not None:
            refs = [model.ref for model in models]
            if current.ref in refs:
                self.setCurrentIndex(self._models.index(refs.index(current.ref)))

    def model_at(self, index: Index) -> Model | None:
        row = self._models.row(index.row()) if index.isValid() else None
        return row if isinstance(row, Model) else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        model = self.model_at(index)
        if model is None or event.button() != Qt.MouseButton.LeftButton:
            return
        columns = Columns(self._theme, self.visualRect(index), self.layoutDirection())
        if columns.star.contains(at):
            self.favourite_toggled.emit(model)
        elif columns.show.contains(at):
            self.shown_toggled.emit(model)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        model = self.model_at(self.currentIndex())
        if model is not None and event.key() == Qt.Key.Key_Space:
            self.shown_toggled.emit(model)
        elif model is not None and event.key() == Qt.Key.Key_F and not event.modifiers():
            self.favourite_toggled.emit(model)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keyboard else self.indexAt(event.pos())
        if (model := self.model_at(index)) is not None:
            below = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
            self.menu_requested.emit(model, below if keyboard else event.globalPos())


class TableHead(ColumnHead):
    """The names of the list's columns."""

    def heads(self, across: QRect) -> Iterable[Head]:
        columns = Columns(self.theme, across, self.layoutDirection())
        return (
            (columns.name, _("Model"), START),
            (columns.context, _("Context"), END),
            (columns.input, _("In / 1M"), END),
            (columns.output, _("Out / 1M"), END),
            (columns.can, _("Can"), START),
            (columns.show.adjusted(-self.theme.px(40), 0, -self.theme.px(8), 0), _("Show"), END),
        )


class _Models(RowsModel[Model]):
    free = False

    def spoken(self, row: Model) -> str:
        parts = [row.name] if row.name == row.ref.model_id else [row.name, row.ref.model_id]
        if row.context_window:
            parts.append(_("{n} context").format(n=figures.tokens(row.context_window)))
        if self.free:
            parts.append(_("free"))
        elif row.input_price is None or row.output_price is None:
            parts.append(_("price unknown"))
        else:
            prices = {"i": figures.price(row.input_price), "o": figures.price(row.output_price)}
            parts.append(_("{i} in, {o} out per million").format(**prices))
        parts += [words for capability, words in _can_words().items() if capability in row.capabilities]
        if row.favourite:
            parts.append(_("favourite"))
        parts.append(_("shown") if row.shown else _("not shown"))
        return ", ".join(parts)


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: _Models, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row(index.row())
        if isinstance(row, Heading):
            return
        theme, px = self._theme, self._theme.px
        columns = Columns(theme, option.rect, option.direction)
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, theme.color("hover"))
        if index.row() + 1 < self._model.rowCount():
            line = QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1)
            painter.fillRect(line, theme.color("border"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_box(painter, QRectF(option.rect), px(6), None, theme.color("accent"), px(2))
        star = QRectF(0, 0, px(16), px(16))
        star.moveCenter(columns.star.toRectF().center())
        role = "accent" if row.favourite else "control"
        theme.icons.paint(painter, star, "star-fill" if row.favourite else "star", theme.color(role))
        self._paint_name(painter, option, row, columns.name)
        figures_font = theme.tabular(theme.font(13))
        self._text(painter, option, columns.context, figures_font, *self._context(row))
        self._text(painter, option, columns.input, figures_font, *self._price(row.input_price))
        self._text(painter, option, columns.output, figures_font, *self._price(row.output_price))
        if columns.can is not None:
            self._paint_can(painter, option, row, columns.can)
        self._paint_check(painter, row.shown, columns.show)

    def _context(self, row: Model) -> tuple[str, str]:
        return (figures.tokens(row.context_window), "text-secondary") if row.context_window else ("", "text-muted")

    def _price(self, amount: Decimal | None) -> tuple[str, str]:
        if self._model.free:
            return _("free"), "text-muted"
        return (_("unknown"), "text-muted") if amount is None else (figures.price(amount), "text")

    def _text(
        self, painter: QPainter, option: QStyleOptionViewItem, place: QRect | None, font: QFont, text: str, role: str
    ) -> None:
        if place is not None:
            painter.setFont(font)
            painter.setPen(self._theme.color(role))
            painter.drawText(place, text_flags(option.direction, Qt.AlignmentFlag.AlignRight), text)

    def _paint_name(self, painter: QPainter, option: QStyleOptionViewItem, row: Model, place: QRect) -> None:
        """The name, then the id in what is left, its middle elided."""
        flags = text_flags(option.direction)
        font = self._theme.font(13, 500)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(self._theme.color("text"))
        painter.drawText(place, flags, metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, place.width()))
        used = metrics.horizontalAdvance(row.name) + self._theme.px(10)
        if row.name == row.ref.model_id or place.width() - used < self._theme.px(40):
            return
        rest = place.adjusted(used, 0, 0, 0)
        if option.direction == Qt.LayoutDirection.RightToLeft:
            rest = place.adjusted(0, 0, -used, 0)
        small = self._theme.font(12)
        painter.setFont(small)
        painter.setPen(self._theme.color("text-muted"))
        shown = QFontMetrics(small).elidedText(row.ref.model_id, Qt.TextElideMode.ElideMiddle, rest.width())
        painter.drawText(rest, flags, shown)

    def _paint_can(self, painter: QPainter, option: QStyleOptionViewItem, row: Model, place: QRect) -> None:
        px = self._theme.px
        for at, (capability, icon) in enumerate(_CAN):
            if capability in row.capabilities:
                spot = QRect(place.left() + at * px(23), place.center().y() - px(7), px(15), px(15))
                spot = QStyle.visualRect(option.direction, place, spot)
                self._theme.icons.paint(painter, QRectF(spot), icon, self._theme.color("text-muted"))

    def _paint_check(self, painter: QPainter, checked: bool, place: QRect) -> None:
        px, color = self._theme.px, self._theme.color
        box = QRectF(0, 0, px(18), px(18))
        box.moveCenter(place.toRectF().center())
        fill: QColor = color("accent" if checked else "surface-raised")
        paint_box(painter, box, px(5), fill, None if checked else color("control"))
        if checked:
            mark = QRectF(0, 0, px(12), px(12))
            mark.moveCenter(box.center())
            self._theme.icons.paint(painter, mark, "check-bold", color("on-accent"))
