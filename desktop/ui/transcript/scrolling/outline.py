"""The questions of a conversation to jump by: ticks in the margin that open into a list."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QEnterEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.entry import Entry
from desktop.ui.widgets.paint import paint_box, text_flags
from desktop.ui.widgets.row_list import RowList

Index = QModelIndex | QPersistentModelIndex

FEWEST = 3  # questions: fewer are in view anyway
_STRIP = 20
_TICK = (10, 2)
_CURRENT_TICK = 16
_BETWEEN = 10  # from tick to tick; closer when there are many
_CLOSEST = 6
_HIGHEST = 0.6  # of the transcript: ticks and list
_ROW = 32
_WIDTH = 320
_OPEN_MS = 120
_CLOSE_MS = 300
_TITLE = 200  # letters


class Questions(QAbstractListModel):
    """The questions among entries; texts are cut when a row is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: Sequence[Entry] = ()
        self.rows: Sequence[int] = ()
        """Of each question, its row among the entries."""

    def set_entries(self, entries: Sequence[Entry], rows: Sequence[int]) -> None:
        self.beginResetModel()
        self._entries, self.rows = entries, rows
        self.endResetModel()

    def number_at(self, row: int) -> int:
        """The question that a row of the conversation belongs to; -1 before the first."""
        return bisect_right(self.rows, row) - 1

    def message_id(self, number: int) -> str:
        return self._entries[self.rows[number]].message.id

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def runs(self) -> Iterable[tuple[int, int]]:
        yield len(self.rows), _ROW

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        text = self._entries[self.rows[index.row()]].message.text[: 4 * _TITLE]
        return " ".join(text.split())[:_TITLE]


class Outline(QWidget):
    """A strip of ticks in a viewport. Pointing at it, a click or `open` shows the list beside it, in `room`."""

    chosen = Signal(str)  # message id

    def __init__(self, theme: Theme, viewport: QWidget, room: QWidget) -> None:
        super().__init__(viewport)
        self._theme = theme
        self._viewport = viewport
        self._questions = Questions()
        self._current = -1
        self._ticks: list[QRect] = []
        self._room = room
        self._list = _List(theme, self._questions, room)
        self._list.chosen.connect(self._choose)
        self._list.left.connect(self._close_soon)
        self._opening = QTimer(self, singleShot=True, interval=_OPEN_MS)
        self._opening.timeout.connect(lambda: self._show_list())
        self._closing = QTimer(self, singleShot=True, interval=_CLOSE_MS)
        self._closing.timeout.connect(self._close_if_left)
        self.setAccessibleName(_("Questions in this chat"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()
        theme.changed.connect(self.update)

    @property
    def is_useful(self) -> bool:
        """Whether there are questions enough to jump among."""
        return len(self._questions.rows) >= FEWEST

    def set_entries(self, entries: Sequence[Entry], questions: Sequence[int]) -> None:
        """The messages of the shown branch, and which rows of it are questions."""
        self._questions.set_entries(entries, questions)
        self._current = -1
        if not self.is_useful:
            self._list.close_list()

    def set_row(self, row: int) -> None:
        """The row of the conversation that is read."""
        current = self._questions.number_at(row)
        if current != self._current:
            self._current = current
            self._list.set_marked(current)
            self.update()

    def place(self, left: int, right: int, height: int) -> None:
        """Stand in a margin of the parent, from `left` to `right` in pixels; hidden where that is too narrow."""
        px = self._theme.px
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        questions, room = max(1, len(self._questions.rows)), int(height * _HIGHEST)
        step = max(px(_CLOSEST), min(px(_BETWEEN), room // questions))
        count = max(1, min(questions, room // step))
        tall = count * step + px(16)
        x = left if mirrored else right - px(_STRIP)
        place = QRect(x, (height - tall) // 2, px(_STRIP), tall)
        if place.size() != self.size() or count != len(self._ticks):
            width, thick = px(_TICK[0]), px(_TICK[1])
            across = px(2) if mirrored else px(_STRIP) - width - px(2)
            tops = (px(8) + tick * step + (step - thick) // 2 for tick in range(count))
            self._ticks = [QRect(across, top, width, thick) for top in tops]
            self.update()
        self.setGeometry(place)
        self.setVisible(self.is_useful and right - left >= px(_STRIP))

    def open(self) -> None:
        """Show the list for the keyboard."""
        if self.is_useful:
            self._show_list()
            self._list.take_keyboard()

    # Ticks

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("control" if self.underMouse() else "border-strong"))
        painter.drawRects(self._ticks)
        if self._current >= 0:
            tick = QRect(self._ticks[self._current * len(self._ticks) // len(self._questions.rows)])
            more = theme.px(_CURRENT_TICK - _TICK[0])
            mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            tick.adjust(0 if mirrored else -more, 0, more if mirrored else 0, 0)
            painter.fillRect(tick, theme.color("accent"))

    def enterEvent(self, event: QEnterEvent) -> None:
        self._closing.stop()
        self._opening.start()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._opening.stop()
        self._close_soon()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._show_list()

    # List

    def _show_list(self) -> None:
        self._opening.stop()
        room, px = self._room, self._theme.px
        height = min(int(room.height() * _HIGHEST), len(self._questions.rows) * px(_ROW) + px(14))
        beside = px(_STRIP) + room.width() - self._viewport.width()  # the strip and the scroll bar
        width = min(px(_WIDTH), room.width() - 2 * beside)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = beside if mirrored else room.width() - beside - width
        self._list.setGeometry(x, (room.height() - height) // 2, width, height)
        self._list.open_list(self._current)

    def _close_soon(self) -> None:
        self._closing.start()

    def _close_if_left(self) -> None:
        if not self.underMouse() and not self._list.is_used:
            self._list.close_list()

    def _choose(self, number: int) -> None:
        message_id = self._questions.message_id(number)
        self._list.close_list()
        self.chosen.emit(message_id)


class _List(QFrame):
    """The questions, over the transcript. It takes the keyboard only when asked to, and gives it back."""

    chosen = Signal(int)
    left = Signal()  # by the pointer, or by the keyboard

    def __init__(self, theme: Theme, questions: Questions, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._questions = questions
        self._came_from: QWidget | None = None
        self._rows = RowList(theme, _("Questions in this chat"), ground="surface-raised", inset=6, foot=0)
        self._delegate = _Row(theme, self._rows)
        self._rows.setModel(questions)
        self._rows.setItemDelegate(self._delegate)
        self._rows.chosen.connect(lambda index: self.chosen.emit(index.row()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, theme.px(6), 1, theme.px(6))
        layout.addWidget(self._rows)
        self.hide()
        theme.changed.connect(self.update)

    @property
    def is_used(self) -> bool:
        """Whether the pointer or the keyboard is in it."""
        return self.underMouse() or self._rows.hasFocus()

    def set_marked(self, number: int) -> None:
        """The question that is read."""
        self._delegate.marked = number
        self._rows.viewport().update()

    def open_list(self, current: int) -> None:
        if self.isHidden():
            self._came_from = self.window().focusWidget()
            self.show()
        self.raise_()
        index = self._questions.index(max(current, 0), 0)
        self._rows.setCurrentIndex(index)
        self._rows.scrollTo(index, RowList.ScrollHint.PositionAtCenter)

    def take_keyboard(self) -> None:
        self._rows.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_list(self) -> None:
        if self.isHidden():
            return
        had_focus = self._rows.hasFocus()
        self.hide()
        if had_focus and self._came_from is not None:
            self._came_from.setFocus(Qt.FocusReason.PopupFocusReason)
        self._came_from = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_list()
        # Everything else ends here too: under an open list the transcript does not scroll.

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        color, radius = self._theme.color, self._theme.px(12)
        paint_box(QPainter(self), QRectF(self.rect()), radius, color("surface-raised"), color("border-strong"))


class _Row(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.marked = -1
        self._theme = theme
        self._font = theme.font(13)
        self._marked_font = theme.font(13, 600)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, px, row = self._theme, self._theme.px, option.rect
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_current or option.state & QStyle.StateFlag.State_MouseOver:
            ring = theme.color("accent") if option.state & QStyle.StateFlag.State_HasFocus else None
            fill = theme.color("selected" if is_current else "hover")
            paint_box(painter, QRectF(row), px(8), fill, ring, px(2))
        box = row.adjusted(px(10), 0, -px(10), 0)
        is_marked = index.row() == self.marked
        font = self._marked_font if is_marked else self._font
        text = QFontMetrics(font).elidedText(index.data(), Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(font)
        painter.setPen(theme.color("text" if is_marked else "text-secondary"))
        painter.drawText(box, text_flags(option.direction, Qt.AlignmentFlag.AlignLeft), text)
