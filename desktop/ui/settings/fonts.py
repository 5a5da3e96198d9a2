"""The list of installed font families."""

from PySide6.QtCore import QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.settings.rows import Index, RowsModel, paint_fill
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.field import SearchField
from desktop.ui.widgets.paint import text_flags
from desktop.ui.widgets.popover import Popover
from desktop.ui.widgets.row_list import RowList


class FontPopover(Popover):
    """Search and choose; the first row is the default. The families are asked for only when it is made."""

    chosen = Signal(str)  # the family, "" for the default

    def __init__(self, theme: Theme, name: str, *, fixed_pitch: bool, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._families = sorted(
            (family for family in QFontDatabase.families() if _usable(family, fixed_pitch)), key=str.casefold
        )
        self.search = SearchField(theme, _("Search fonts"), _("Search fonts"), parent=self)
        self._model = _Families(32, parent=self)
        self.list = RowList(theme, name, self, ground="surface-raised", inset=6, foot=6)
        self.list.setItemDelegate(_FamilyDelegate(theme, self._model, self.list))
        self.list.setModel(self._model)
        self.list.chosen.connect(self._choose)
        self.search.textChanged.connect(self._filter)
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(2), px(8), px(2), px(2))
        column.setSpacing(px(4))
        head = QHBoxLayout()
        head.setContentsMargins(px(6), 0, px(6), 0)
        head.addWidget(self.search)
        column.addLayout(head)
        column.addWidget(self.list)
        self._filter("")

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(280), self.theme.px(360))

    def families(self) -> list[str]:
        """Those that can be chosen, in the order shown."""
        return list(self._families)

    def go_to(self, family: str) -> None:
        """Make a family the current one; the keyboard is in the search field."""
        if family in self._model.rows():
            self.list.setCurrentIndex(self._model.index(self._model.rows().index(family)))
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.list.keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
        else:
            super().keyPressEvent(event)

    def _filter(self, query: str) -> None:
        wanted = query.casefold()
        found = [family for family in self._families if wanted in family.casefold()]
        self._model.replace([])
        self._model.replace(found if wanted else ["", *found])
        self.list.setCurrentIndex(self._model.index(0))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(str(self._model.row(index.row())))
            self.close()


class _Families(RowsModel[str]):
    def spoken(self, row: str) -> str:
        return row or _("Default")


class _FamilyDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: _Families, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        paint_fill(painter, option, self._theme, 6)
        px = self._theme.px
        text = self._model.spoken(str(self._model.row(index.row())))
        box = option.rect.adjusted(px(10), 0, -px(10), 0)
        painter.setFont(self._theme.font(14))
        painter.setPen(self._theme.color("text"))
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, text_flags(option.direction), shown)


def _usable(family: str, fixed_pitch: bool) -> bool:
    """Not the system's hidden ones, whose names begin with a dot; for code only those of one width."""
    return not family.startswith(".") and (not fixed_pitch or QFontDatabase.isFixedPitch(family))
