"""Code: a head with language and buttons, and lines that scroll sideways or wrap, with their numbers if wanted."""

from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QWidget

from desktop.domain import figures
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.render import highlight
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.blocks import code_file
from desktop.ui.transcript.blocks.code_colours import CodeColours
from desktop.ui.transcript.blocks.code_head import CodeHead
from desktop.ui.transcript.blocks.code_lines import CodeLines
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.blocks.sideways import HEIGHT as BAR
from desktop.ui.transcript.blocks.sideways import Sideways
from desktop.ui.transcript.leaves import CodeLeaf
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.paint import paint_box

_HEAD, _TOP, _BOTTOM, _SIDE, _FOOT = 32, 2, 12, 14, 36
_FOLDED = 400  # lines that are shown of more
_WASHES = {"+": "diff-add", "-": "diff-del"}


@dataclass(frozen=True, slots=True)
class _Manner:
    wrapped: bool
    numbered: bool
    unfolded: bool
    offset: int


class DrawnCode(DrawnLeaf[CodeLeaf]):
    """Only lines in view are laid out and coloured. While the fence is open, text is appended and nothing made anew.

    More than 400 lines are folded, unless they were being written here.
    """

    def __init__(self, styles: Styles, host: QWidget, leaf: CodeLeaf) -> None:
        super().__init__(styles, host, leaf)
        self._code = CodeLines(styles, leaf.text)
        self._sideways = Sideways(self.theme, host, self.update)
        self._width = 0
        self._numbered = False
        self._unfolded = not leaf.closed
        self._head: CodeHead | None = None
        self._more: Button | None = None
        self._fold()
        self._colours = CodeColours(self._code, leaf.language, host, self._on_coloured)
        self._colours.want(_FOLDED)
        self._colours.begin(closed=leaf.closed)

    # As the column asks

    def manner(self) -> object | None:
        found = _Manner(self._code.wrapped, self._numbered, self._unfolded, self._sideways.offset)
        return found if found != _Manner(False, False, False, 0) else None

    def resume(self, manner: object) -> None:
        assert isinstance(manner, _Manner)
        self._numbered, self._unfolded = manner.numbered, manner.unfolded
        self._sideways.offset = manner.offset
        self._code.set_wrapped(manner.wrapped)
        self._fold()

    def set_width(self, width: int) -> int:
        self._width = width
        room = width - self._left() - self.theme.px(_SIDE) - 1
        self._code.set_room(room)
        self._sideways.set_extent(0 if self._code.wrapped else ceil(self._code.widest), room)
        return 1 + round(self._body_top()) + self._code.height + self._below()

    def show_between(self, top: int, bottom: int) -> bool:
        above = round(self._body_top())
        return self._code.show_between(top - above, bottom - above)

    def lay_open(self) -> bool:
        self.set_unfolded(True)
        self.set_wrapped(True)
        self._colours.want(len(self._code.lines) - 1)
        return self._colours.finished

    def take(self, leaf: CodeLeaf) -> bool:
        old = self.leaf
        # What looked like a last line may turn out to have been half of the closing fence.
        start = max(0, len(self._code.lines) - 2)
        begin = self._code.start_of(start)
        kept = leaf.text.startswith(old.text[:begin])
        if leaf.place != old.place or leaf.language != old.language or not kept:
            return False
        self.leaf = leaf
        before = len(self._code.lines)
        first = self._code.rewrite(start, leaf.text[begin:])
        changed = min(first, self._colours.done)
        if leaf.closed != old.closed:
            self._colours.begin(closed=leaf.closed)
        else:
            self._colours.follow(first)
        if len(self._code.lines) != before or leaf.closed != old.closed:
            self._name()
        self._fold()
        self.unchanged = 0 if self._numbered else round(self._body_top()) + self._code.top(changed)
        return True

    def place(self, rect: QRect) -> None:
        super().place(rect)
        px = self.theme.px
        if self._head is None:
            self._head = CodeHead(self.theme, self.host, self)
            self._name()
        self._head.place(QRect(rect.x() + 1, rect.y() + 1, rect.width() - 2, px(_HEAD)))
        if self._head.isHidden():
            self._head.show()  # with its buttons at once: for each of them the pointer would be asked for
        bar = QRect(rect.x() + self._left(), 0, rect.width() - self._left() - px(_SIDE) - 1, px(BAR))
        bar.moveBottom(rect.bottom() - 1 - (px(_FOOT) if self.folds else 0))
        self._sideways.place(bar)
        self._place_more()

    def restyle(self) -> None:
        self._code.restyle()

    def dispose(self) -> None:
        self._colours.stop()
        self._sideways.dispose()
        if self._head is not None:
            self._head.dispose()
            self._head = None
        if self._more is not None:
            self._more.hide()
            self._more.deleteLater()
            self._more = None

    @staticmethod
    def estimate(theme: Theme, text: str) -> int:
        """About how high a block is that is not drawn."""
        lines = text.count("\n") + 1
        body = min(lines, _FOLDED) * theme.px(20) + (theme.px(_FOOT) if lines > _FOLDED else theme.px(_BOTTOM))
        return 2 + theme.px(_HEAD) + theme.px(_TOP) + body

    # What a reader can do

    @property
    def wrapped(self) -> bool:
        return self._code.wrapped

    @property
    def numbered(self) -> bool:
        return self._numbered

    @property
    def folds(self) -> bool:
        """Whether there are so many lines that some may be folded."""
        return len(self._code.lines) > _FOLDED and self.leaf.closed

    def copy(self) -> None:
        """Put the code on the clipboard, to the letter."""
        QGuiApplication.clipboard().setText(self.leaf.text)
        if self._head is not None:
            self._head.show_copied()

    def save(self) -> None:
        """Ask for a file and write the code to it."""
        code_file.save(self.host.window(), self.theme, self.leaf.text, self.leaf.language)

    def set_wrapped(self, wrapped: bool) -> None:
        if wrapped != self._code.wrapped:
            self._code.set_wrapped(wrapped)
            if self._head is not None:
                self._head.wrap.setChecked(wrapped)
            self._resized()

    def set_numbered(self, numbered: bool) -> None:
        if numbered != self._numbered:
            self._numbered = numbered
            self._resized()

    def set_unfolded(self, unfolded: bool) -> None:
        if unfolded != self._unfolded:
            self._unfolded = unfolded
            self._fold()
            self._resized()

    def wheel(self, sideways: int) -> bool:
        return self._sideways.move(sideways) or self._sideways.needed

    # Painting

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        theme, px = self.theme, self.theme.px
        outer = QRectF(0, 0, self.rect.width(), self.rect.height())
        paint_box(painter, outer, px(8), theme.color("code-bg"), theme.color("border"))
        if clip.top() < px(_HEAD):
            self._paint_head(painter)
        origin = self._origin()
        first = self._code.at(clip.top() - origin.y())
        last = self._code.at(clip.bottom() - origin.y())
        self._colours.want(last)
        if self.leaf.language.lower() in ("diff", "patch"):
            self._paint_washes(painter, first, last)
        if self._numbered:
            self._paint_numbers(painter, first, last)
        painter.save()
        room = QRectF(self._left(), origin.y(), outer.width() - self._left() - px(_SIDE) - 1, self._code.height)
        painter.setClipRect(room, Qt.ClipOperation.IntersectClip)
        if any(self.highlights.values()):
            end = self._code.start_of(last) + len(self._code.lines[last]) + 1
            self.paint_highlights(painter, self._code.start_of(first), end)
        painter.setPen(theme.color("text"))
        self._code.paint(painter, origin, first, last)
        painter.restore()

    def _paint_head(self, painter: QPainter) -> None:
        theme, px = self.theme, self.theme.px
        painter.setFont(theme.font(12, 500))
        painter.setPen(theme.color("text-muted"))
        head = QRectF(1 + px(_SIDE), 1, self.rect.width() - 2 - 2 * px(_SIDE), px(_HEAD))
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, highlight.name_of(self.leaf.language))

    def _paint_washes(self, painter: QPainter, first: int, last: int) -> None:
        for number in range(first, last + 1):
            line = self._code.lines[number]
            if (role := _WASHES.get(line[:1])) and not line.startswith(("+++ ", "--- ")):
                top = self._body_top() + self._code.top(number)
                height = self._code.top(number + 1) - self._code.top(number)
                painter.fillRect(QRectF(1, top, self.rect.width() - 2, height), self.theme.color(role))

    def _paint_numbers(self, painter: QPainter, first: int, last: int) -> None:
        theme, px = self.theme, self.theme.px
        painter.setFont(theme.code_font(13))
        painter.setPen(theme.color("text-muted"))
        width = self._left() - px(_SIDE)
        for number in range(first, last + 1):
            box = QRectF(0, self._body_top() + self._code.top(number), width, self._code.pitch)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, align, str(number + 1))

    def first_baseline(self) -> float:
        return 1 + self.theme.px(_HEAD) / 2 + self.theme.px(4)

    def end_point(self) -> QPointF:
        return self._origin() + self._code.end_point()

    # Text

    def offset_at(self, point: QPointF) -> int:
        return self._code.offset_at(point - self._origin())

    def caret_rect(self, offset: int) -> QRectF:
        return self._code.caret_rect(offset).translated(self._origin())

    def rects(self, start: int, end: int) -> list[QRectF]:
        return [rect.translated(self._origin()) for rect in self._code.rects(start, end)]

    def line_ends(self, offset: int) -> tuple[int, int]:
        return self._code.line_ends(offset)

    def reveal(self, start: int, end: int) -> bool:
        unfolds = self._code.line_of(start) >= self._code.count
        if unfolds:
            self._unfolded = True
            self._fold()
        if not self._code.wrapped:
            left = self._code.caret_rect(start).x()
            one_line = self._code.line_of(start) == self._code.line_of(end)
            self._sideways.show(left, self._code.caret_rect(end).x() if one_line else left)
        return unfolds

    # Inside

    def _left(self) -> int:
        """Where the text begins, without scrolling."""
        if not self._numbered:
            return 1 + self.theme.px(_SIDE)
        digits = len(str(len(self._code.lines)))
        return ceil(1 + 2 * self.theme.px(_SIDE) + digits * self._code.letter)

    def _body_top(self) -> float:
        return 1 + self.theme.px(_HEAD) + self.theme.px(_TOP)

    def _origin(self) -> QPointF:
        return QPointF(self._left() - self._sideways.offset, self._body_top())

    def _below(self) -> int:
        """The room under the last line."""
        return self.theme.px(_FOOT + (_BOTTOM if self._sideways.needed else 0) if self.folds else _BOTTOM)

    def _fold(self) -> None:
        self._code.fold(_FOLDED if self.folds and not self._unfolded else None)

    def _place_more(self) -> None:
        if self.folds and self._more is None:
            self._more = Button(self.theme, "", kind="ghost", small=True, parent=self.host)
            self._more.clicked.connect(lambda: self.set_unfolded(not self._unfolded))
        if self._more is None:
            return
        if self._unfolded:
            text = _("Show less")
        else:
            count = len(self._code.lines)
            text = ngettext("Show all {n} line", "Show all {n} lines", count).format(n=figures.count(count))
        self._more.setText(text)
        self._more.resize(self._more.sizeHint())
        x = self.rect.x() + (self.rect.width() - self._more.width()) // 2
        self._more.move(x, self.rect.bottom() - self.theme.px(4) - self._more.height())
        self._more.setVisible(self.folds)

    def _resized(self) -> None:
        self.host.leaf_resized(self)  # type: ignore[attr-defined]
        self.update()

    def _on_coloured(self, first: int) -> None:
        if self.rect.isValid():
            self.host.update(self.rect.adjusted(0, round(self._body_top()) + self._code.top(first), 0, 0))

    def _name(self) -> None:
        if self._head is None:
            return
        count = len(self._code.lines)
        language = highlight.name_of(self.leaf.language)
        if language:
            text = ngettext("{language} code, {n} line", "{language} code, {n} lines", count)
        else:
            text = ngettext("Code, {n} line", "Code, {n} lines", count)
        self._head.set_description(text.format(language=language, n=count))
