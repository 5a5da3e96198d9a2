"""A table of texts to be read: a few leading columns, then figures."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from desktop.ui.theme.theme import Theme

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class TextTable(QTableView):
    """Read-only. Columns whose number is in `leading` hold words, the others figures; `wide` takes the space left."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        heads: Sequence[str],
        *,
        leading: frozenset[int],
        wide: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._wide = wide
        self._rows = _Rows(heads, leading, self)
        self.setModel(self._rows)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setFont(theme.tabular(theme.font(13)))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(theme.px(28))
        across = self.horizontalHeader()
        across.setFont(theme.font(12, 600))
        across.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        across.setHighlightSections(False)
        across.setFixedHeight(theme.px(28))

    def show_rows(self, rows: Sequence[Sequence[str]], heads: Sequence[str] | None = None) -> None:
        """Show these instead, under other heads if these change too."""
        self._rows.replace(rows, heads)
        self.horizontalHeader().setSectionResizeMode(self._wide, QHeaderView.ResizeMode.Stretch)


class _Rows(QAbstractTableModel):
    def __init__(self, heads: Sequence[str], leading: frozenset[int], parent: QObject) -> None:
        super().__init__(parent)
        self._heads = heads
        self._leading = leading
        self._rows: Sequence[Sequence[str]] = ()

    def replace(self, rows: Sequence[Sequence[str]], heads: Sequence[str] | None) -> None:
        self.beginResetModel()
        self._rows = rows
        self._heads = self._heads if heads is None else heads
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Role.TextAlignmentRole:
            return self._alignment(section)
        return self._heads[section] if role == Role.DisplayRole else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role in (Role.DisplayRole, Role.ToolTipRole):
            return self._rows[index.row()][index.column()]
        return self._alignment(index.column()) if role == Role.TextAlignmentRole else None

    def _alignment(self, column: int) -> int:
        leading = column in self._leading
        side = Qt.AlignmentFlag.AlignLeading if leading else Qt.AlignmentFlag.AlignTrailing
        return int(side | Qt.AlignmentFlag.AlignVCenter)
