"""What a search found, as a list: title, the place with the words marked, who wrote it and when."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.domain.conversation import SearchHit
from desktop.domain.message import Role
from desktop.i18n import gettext as _
from desktop.ui.sidebar.delegate import PAD
from desktop.ui.sidebar.groups import when
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box, text_flags

TITLE_HEIGHT = 48
MESSAGE_HEIGHT = 68

Index = QModelIndex | QPersistentModelIndex
Runs = tuple[tuple[str, bool], ...]


class HitModel(QAbstractListModel):
    """The hits of one search, as the library ranks them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hits: tuple[SearchHit, ...] = ()
        self._today = date.min

    def replace(self, hits: Sequence[SearchHit], today: date) -> None:
        self.beginResetModel()
        self._hits, self._today = tuple(hits), today
        self.endResetModel()

    def hit(self, row: int) -> SearchHit:
        return self._hits[row]

    def runs(self) -> Iterable[tuple[int, int]]:
        """Heights of the rows from the top, as (rows, design px)."""
        for in_title, hits in groupby(self._hits, lambda hit: hit.message_id is None):
            yield sum(1 for _hit in hits), TITLE_HEIGHT if in_title else MESSAGE_HEIGHT

    def place(self, hit: SearchHit) -> str:
        """Where the words stand and when that was: "You · 14:02"."""
        who = {Role.USER: _("You"), Role.ASSISTANT: _("Reply"), None: _("Title")}[hit.role]
        return _("{who} · {when}").format(who=who, when=when(hit.updated_ms, self._today))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        hit = self._hits[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return hit.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            snippet = "" if hit.message_id is None else "".join(text for text, _match in hit.snippet)
            return ", ".join(filter(None, (hit.title, snippet, self.place(hit))))
        return None


class HitDelegate(QStyledItemDelegate):
    """Paints a hit; the words that were found stand on the colour of a mark."""

    def __init__(self, theme: Theme, model: HitModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._title_font = theme.font(14)
        self._current_font = theme.font(14, 500)
        self._small_font = theme.tabular(theme.font(12))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, px = self._theme, self._theme.px
        hit = self._model.hit(index.row())
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if focused or option.state & QStyle.StateFlag.State_MouseOver:
            edge = theme.color("accent") if focused else None
            fill = theme.color("selected" if focused else "hover")
            paint_box(painter, QRectF(option.rect), px(8), fill, edge, px(2))

        line = QRect(option.rect.left() + px(PAD), option.rect.top() + px(6), option.rect.width() - 2 * px(PAD), px(20))
        title = hit.snippet if hit.message_id is None and hit.snippet else ((hit.title, False),)
        self._paint_runs(painter, option, line, title, self._current_font if focused else self._title_font, "text")
        line.setRect(line.left(), line.bottom() + 1, line.width(), px(16))
        if hit.message_id is not None:
            self._paint_runs(painter, option, line, hit.snippet, self._small_font, "text-secondary")
            line.translate(0, px(20))
        self._paint_runs(painter, option, line, ((self._model.place(hit), False),), self._small_font, "text-muted")

    def _paint_runs(
        self, painter: QPainter, option: QStyleOptionViewItem, line: QRect, runs: Runs, font: QFont, role: str
    ) -> None:
        """One line of text cut short at its end, each run placed after the one before."""
        theme = self._theme
        metrics = QFontMetrics(font)
        painter.setFont(font)
        left, end = line.left(), line.right() + 1
        for at, (run, is_match) in enumerate(runs):
            text = run.replace("\n", " ")
            if at == 0 and not is_match and len(runs) > 1:  # what was found must not fall off the end
                text = metrics.elidedText(text, Qt.TextElideMode.ElideLeft, line.width() // 2)
            width = metrics.horizontalAdvance(text)
            if left + width > end:
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, end - left)
                width = metrics.horizontalAdvance(text)
            box = QStyle.visualRect(option.direction, option.rect, QRect(left, line.top(), width, line.height()))
            if is_match:
                paint_box(painter, QRectF(box), theme.px(2), theme.color("mark"))
            painter.setPen(theme.color("text" if is_match else role))
            painter.drawText(box, text_flags(option.direction), text)
            left += width
            if left >= end - metrics.averageCharWidth():
                return
