"""What the lists of the settings have in common: flat rows under headings, and the fill behind a row."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import text_flags

Index = QModelIndex | QPersistentModelIndex
R = TypeVar("R")


class Heading(str):
    """A row that only parts the others."""

    __slots__ = ()


class RowsModel(QAbstractListModel, Generic[R]):
    """Rows of one height, headings of another (design px). Subclasses say how a row is spoken."""

    def __init__(self, row_height: int, heading_height: int = 36, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[R | Heading] = []
        self._row_height = row_height
        self._heading_height = heading_height

    def replace(self, rows: Sequence[R | Heading]) -> None:
        """Rows that stay in their places are only painted again, so that the current one and the scroll stay."""
        if [isinstance(row, Heading) for row in rows] == [isinstance(row, Heading) for row in self._rows]:
            self._rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rows(self) -> list[R | Heading]:
        return self._rows

    def row(self, row: int) -> R | Heading:
        return self._rows[row]

    def spoken(self, row: R) -> str:
        """The row in words for a screen reader, and what type-ahead looks for."""
        raise NotImplementedError

    def runs(self) -> Iterable[tuple[int, int]]:
        for heading, group in groupby(self._rows, key=lambda row: isinstance(row, Heading)):
            yield len(list(group)), self._heading_height if heading else self._row_height

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._rows[index.row()], Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if index.isValid() and role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            row = self._rows[index.row()]
            return str(row) if isinstance(row, Heading) else self.spoken(row)
        return None


def paint_fill(painter: QPainter, option: QStyleOptionViewItem, theme: Theme, radius: int = 8) -> None:
    """The background of a row: selected, under the pointer, or with the keyboard on it."""
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    if selected or hovered:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("selected" if selected else "hover"))
        painter.drawRoundedRect(QRectF(option.rect), theme.px(radius), theme.px(radius))
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("accent"), theme.px(2)))
        inner = theme.px(2) / 2
        painter.drawRoundedRect(
            QRectF(option.rect).adjusted(inner, inner, -inner, -inner), theme.px(radius), theme.px(radius)
        )


def paint_heading(painter: QPainter, option: QStyleOptionViewItem, theme: Theme, text: str, indent: int = 10) -> None:
    painter.setFont(theme.font(12, 600))
    painter.setPen(theme.color("text-muted"))
    box = option.rect.adjusted(theme.px(indent), 0, -theme.px(indent), 0)
    box.setTop(box.bottom() + 1 - theme.px(22))
    painter.drawText(box, text_flags(option.direction), text)
