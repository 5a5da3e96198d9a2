"""A list of painted rows that is laid out as fast for ten thousand rows as for ten."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Protocol, cast

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCursor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyleOptionViewItem, QWidget

from desktop.ui.theme.theme import Theme

Index = QModelIndex | QPersistentModelIndex

_BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_BACK_AGAIN = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class RowModel(Protocol):
    """A flat model that knows the heights of its rows."""

    def runs(self) -> Iterable[tuple[int, int]]:
        """Neighbouring rows of one height, from the top, as (rows, design px)."""
        ...


class RowList(QListView):
    """Paints through its delegate and asks the model for heights in runs, never row by row.

    QListView measures every row on every change, which at 10,000 rows stalls the window; here only runs are measured.
    `ground` is the colour role behind the rows; `inset` and `foot` are the space beside and below them in design px.
    The delegate finds State_Selected on the current row, State_HasFocus if the keyboard is on it and State_MouseOver
    under the pointer. Disabled rows are headings: the keyboard skips them. What is in view stays where it is when rows
    above it come, go or move, unless the list stands at its top.
    """

    chosen = Signal(QModelIndex)  # Enter or a click

    def __init__(
        self,
        theme: Theme,
        name: str,
        parent: QWidget | None = None,
        *,
        ground: str,
        inset: int = 8,
        foot: int = 8,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ground = ground
        self._inset = theme.px(inset)
        self._foot = theme.px(foot)
        self._first: list[int] = []  # of each run: first row, top edge, height of a row
        self._top: list[int] = []
        self._height: list[int] = []
        self._content = 0
        self._anchor: tuple[QPersistentModelIndex, int] | None = None
        self._hover = QPersistentModelIndex()
        self._keyboard = False
        # A viewport made here is already known to Python. Asking Qt for its own makes PySide initialise every class of
        # widget to find out which one it got: 30 to 60 ms of the program's start.
        viewport = QWidget()
        viewport.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # `paintEvent` leaves nothing of the ground open
        self.setViewport(viewport)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # scrolling then moves what is painted
        theme.changed.connect(self.viewport().update)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is None:
            return
        for before in (model.rowsAboutToBeInserted, model.rowsAboutToBeRemoved, model.rowsAboutToBeMoved):
            before.connect(self._hold)
        for after in (model.rowsInserted, model.rowsRemoved, model.rowsMoved, model.modelReset, model.layoutChanged):
            after.connect(self._measure)
        self._measure()

    def _show_keyboard(self, shown: bool) -> None:
        """Whether the row under the keyboard has its ring while the list has the focus."""
        if self._keyboard != shown:
            self._keyboard = shown
            self.update(self.currentIndex())

    def content_height(self) -> int:
        """All rows and the space below them, in pixels."""
        return self._content + self._foot

    # Geometry

    def visualRect(self, index: Index) -> QRect:
        if not index.isValid() or not self._first:
            return QRect()
        run = bisect_right(self._first, index.row()) - 1
        top = self._top[run] + (index.row() - self._first[run]) * self._height[run]
        width = self.viewport().width()
        beside_bar = max(0, self._inset - (self.width() - width))
        left, right = (self._inset, beside_bar) if self.isLeftToRight() else (beside_bar, self._inset)
        return QRect(left, top - self.verticalOffset(), width - left - right, self._height[run])

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._row_at(point.y() + self.verticalOffset())
        index = self.model().index(row, 0) if row >= 0 and self.model() else QModelIndex()
        return index if self.visualRect(index).contains(point) else QModelIndex()

    def _row_at(self, y: int) -> int:
        """The row at `y` pixels below the top of the list, -1 for none."""
        if not 0 <= y < self._content:
            return -1
        run = bisect_right(self._top, y) - 1
        return self._first[run] + (y - self._top[run]) // self._height[run]

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        return 0

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def setSelection(self, rect: QRect, command: object) -> None:
        """Nothing is ever selected: the current row is the only one that counts."""

    def visualRegionForSelection(self, selection: object) -> QRegion:
        return QRegion()

    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)  # past QListView, which would measure every row

    def updateGeometries(self) -> None:
        bar = self.verticalScrollBar()
        page = self.viewport().height()
        bar.setPageStep(page)
        bar.setSingleStep(self._theme.px(24))
        bar.setRange(0, max(0, self.content_height() - page))
        self.updateEditorGeometries()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)
        if self.viewport().underMouse():
            self._set_hover(self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())))

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = QListView.ScrollHint.EnsureVisible) -> None:
        rect = self.visualRect(index)
        if not rect.isValid():
            return
        above = index.sibling(index.row() - 1, 0)
        if above.isValid() and not self._takes_part(above):
            rect = rect.united(self.visualRect(above))  # a heading comes into view with its first row
        bar, page = self.verticalScrollBar(), self.viewport().height()
        if hint == QAbstractItemView.ScrollHint.PositionAtTop or rect.top() < 0:
            bar.setValue(bar.value() + rect.top())
        elif hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - page // 2)
        elif rect.bottom() >= page:
            bar.setValue(bar.value() + rect.bottom() - page + 1 + self._foot)

    def _hold(self) -> None:
        """Remember what is at the top of the view before rows come or go."""
        if self._anchor is None and self.verticalOffset() > 0:
            index = self.model().index(max(0, self._row_at(self.verticalOffset())), 0)
            self._anchor = QPersistentModelIndex(index), self.visualRect(index).top()

    def _measure(self) -> None:
        self._first, self._top, self._height = [], [], []
        row = y = 0
        for count, height in cast(RowModel, self.model()).runs():
            if count:
                height = self._theme.px(height)
                self._first.append(row)
                self._top.append(y)
                self._height.append(height)
                row += count
                y += count * height
        self._content = y
        self.updateGeometries()
        if self._anchor is not None:
            index, top = self._anchor
            self._anchor = None
            if index.isValid():
                self.verticalScrollBar().setValue(self.verticalOffset() + self.visualRect(index).top() - top)
        self.viewport().update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        parts = cast(Iterable[QRect], event.region())  # the stubs do not know that it can be gone through
        for part in parts:  # rings that turn in many rows: what is between them is not painted
            painter.setClipRect(part)  # a delegate can ask for it and leave out what is not wanted
            painter.fillRect(part, self._theme.color(self._ground))
            self._paint_rows(painter, part)

    def _paint_rows(self, painter: QPainter, part: QRect) -> None:
        model = self.model()
        row = max(0, self._row_at(part.top() + self.verticalOffset()))
        if model is None or row >= model.rowCount() or self._content == 0:
            return
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        delegate = self.itemDelegate()
        current, focused = self.currentIndex(), self.hasFocus() and self._keyboard
        for at in range(row, model.rowCount()):
            index = model.index(at, 0)
            option.rect = self.visualRect(index)
            if option.rect.top() > part.bottom():
                break
            state = QStyle.StateFlag.State_Enabled
            if index == current:
                state |= QStyle.StateFlag.State_Selected
                if focused:
                    state |= QStyle.StateFlag.State_HasFocus
            if index == self._hover:
                state |= QStyle.StateFlag.State_MouseOver
            option.state = state
            delegate.paint(painter, option, index)

    # Keyboard and pointer

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: object) -> QModelIndex:
        actions = QAbstractItemView.CursorAction
        last = self.model().rowCount() - 1
        row = self.currentIndex().row()
        page = max(1, self.viewport().height() - self._theme.px(48))
        top = self.visualRect(self.currentIndex()).top() + self.verticalOffset()
        match action:
            case actions.MoveHome:
                return self._nearest(0, 1)
            case actions.MoveEnd:
                return self._nearest(last, -1)
            case actions.MovePageDown:
                to = self._row_at(top + page)
                return self._nearest(last if to < 0 else to, 1 if to >= 0 else -1)
            case actions.MovePageUp:
                return self._nearest(max(0, self._row_at(top - page)), 1)
            case actions.MoveUp | actions.MovePrevious:
                return self._nearest(row - 1 if row >= 0 else last, -1)
            case actions.MoveDown | actions.MoveNext:
                return self._nearest(row + 1, 1)
        return self.currentIndex()

    def _nearest(self, row: int, step: int) -> QModelIndex:
        """The first row from `row` on, in the direction of `step`, that takes part; else the current one."""
        model = self.model()
        while 0 <= row < model.rowCount():
            index = model.index(row, 0)
            if self._takes_part(index):
                return index
            row += step
        return self.currentIndex()

    @staticmethod
    def _takes_part(index: Index) -> bool:
        return bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_keyboard(True)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if self.currentIndex().isValid():
                self.chosen.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in _BACK_AGAIN:
            self._keyboard = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_keyboard(False)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and self._takes_part(index) and index == self.currentIndex():
            self.chosen.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hover(self.indexAt(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._set_hover(QModelIndex())
        return super().viewportEvent(event)

    def _set_hover(self, index: QModelIndex) -> None:
        if index != self._hover:
            before, self._hover = self._hover, QPersistentModelIndex(index)
            for changed in (before, self._hover):
                self.viewport().update(self.visualRect(changed))
