"""The left column: the pages or, while something is searched for, what was found."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.i18n import gettext as _
from desktop.ui.settings.rows import Heading, Index, RowsModel, paint_fill, paint_heading
from desktop.ui.settings.search import Target
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import text_flags
from desktop.ui.widgets.row_list import RowList

PAGE_HEIGHT = 34
HIT_HEIGHT = 48


@dataclass(frozen=True, slots=True)
class PageRow:
    id: str
    title: str
    icon: str


class _Pages(RowsModel[PageRow]):
    def spoken(self, row: PageRow) -> str:
        return row.title


class _Hits(RowsModel[Target]):
    def spoken(self, row: Target) -> str:
        return _("{title}, on the page {page}").format(title=row.title, page=row.page_title)


class PageList(RowList):
    """One row per page; the current one is the page shown."""

    page_chosen = Signal(str)

    def __init__(self, theme: Theme, pages: tuple[PageRow, ...], parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Settings pages"), parent, ground="sidebar")
        self._pages = _Pages(PAGE_HEIGHT, parent=self)
        self._pages.replace(pages)
        self.setItemDelegate(_PageDelegate(theme, self._pages, self))
        self.setModel(self._pages)

    def set_current(self, page: str) -> None:
        at = next(at for at, row in enumerate(self._pages.rows()) if isinstance(row, PageRow) and row.id == page)
        self.setCurrentIndex(self._pages.index(at))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and isinstance(row := self._pages.row(current.row()), PageRow):
            self.page_chosen.emit(row.id)


class HitList(RowList):
    """What a search found."""

    target_chosen = Signal(object)  # Target

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Found settings"), parent, ground="sidebar")
        self._hits = _Hits(HIT_HEIGHT, parent=self)
        self.setItemDelegate(_HitDelegate(theme, self._hits, self))
        self.setModel(self._hits)
        self.chosen.connect(self._choose)

    def show_hits(self, hits: list[Target]) -> None:
        self._hits.replace([])
        self._hits.replace(hits or [Heading(_("Nothing found"))])
        if hits:
            self.setCurrentIndex(self._hits.index(0))

    def choose_current(self) -> None:
        if self.currentIndex().isValid():
            self._choose(self.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        if isinstance(target := self._hits.row(index.row()), Target):
            self.target_chosen.emit(target)


class _PageDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: _Pages, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row(index.row())
        assert isinstance(row, PageRow)
        px = self._theme.px
        option = QStyleOptionViewItem(option)
        option.rect = option.rect.adjusted(0, 0, 0, -px(2))
        paint_fill(painter, option, self._theme)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        icon = QRect(option.rect.left() + px(10), option.rect.center().y() - px(8) + 1, px(16), px(16))
        role = "text" if selected else "text-secondary"
        icon = QStyle.visualRect(option.direction, option.rect, icon)
        self._theme.icons.paint(painter, QRectF(icon), row.icon, self._theme.color(role))
        painter.setPen(self._theme.color(role))
        painter.setFont(self._theme.font(14, 500 if selected else 400))
        text = QStyle.visualRect(option.direction, option.rect, option.rect.adjusted(px(36), 0, -px(8), 0))
        title = QFontMetrics(painter.font()).elidedText(row.title, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, text_flags(option.direction), title)


class _HitDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: _Hits, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._model.row(index.row())
        if isinstance(row, Heading):
            paint_heading(painter, option, self._theme, row)
            return
        px = self._theme.px
        paint_fill(painter, option, self._theme)
        box = option.rect.adjusted(px(10), px(5), -px(10), -px(5))
        lines = ((row.title, self._theme.font(14, 500), "text"), (row.page_title, self._theme.font(12), "text-muted"))
        top = box.top()
        for (text, font, role), height in zip(lines, (px(20), px(18)), strict=True):
            painter.setFont(font)
            painter.setPen(self._theme.color(role))
            line = QRect(box.left(), top, box.width(), height)
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, text_flags(option.direction), shown)
            top += height
