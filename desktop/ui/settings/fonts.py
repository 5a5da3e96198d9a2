"""The list of installed font families."""

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.i18n import gettext as _
from desktop.ui.settings.rows import Index, RowsModel, paint_fill
from desktop.ui.settings.search_popover import SearchPopover
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import text_flags


class FontPopover(SearchPopover):
    """The first row is the default. The families are asked for only when it is made."""

    chosen = Signal(str)  # the family, "" for the default

    def __init__(self, theme: Theme, name: str, *, fixed_pitch: bool, parent: QWidget) -> None:
        super().__init__(theme, _("Search fonts"), name, 280, parent)
        self._families = sorted(
            (family for family in QFontDatabase.families() if _usable(family, fixed_pitch)), key=str.casefold
        )
        self._model = _Families(32, parent=self)
        self.list.setItemDelegate(_FamilyDelegate(theme, self._model, self.list))
        self.list.setModel(self._model)
        self.filter("")

    def families(self) -> list[str]:
        """Those that can be chosen, in the order shown."""
        return list(self._families)

    def go_to(self, family: str) -> None:
        """Make a family the current one."""
        if family in self._model.rows():
            self.list.setCurrentIndex(self._model.index(self._model.rows().index(family)))

    def filter(self, query: str) -> None:
        wanted = query.casefold()
        found = [family for family in self._families if wanted in family.casefold()]
        self._model.replace([])
        self._model.replace(found if wanted else ["", *found])
        self.list.setCurrentIndex(self._model.index(0))

    def choose(self, index: QModelIndex) -> None:
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
