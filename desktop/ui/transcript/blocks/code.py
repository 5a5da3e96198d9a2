"""Code: a head with language, wrap switch and copy button, and lines that scroll sideways."""

import time
from collections.abc import Iterator
from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.render import highlight
from desktop.ui.transcript.blocks.drawn import DrawnLeaf
from desktop.ui.transcript.blocks.sideways import Sideways
from desktop.ui.transcript.leaves import CodeLeaf
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.paint import paint_box

_HEAD, _TOP, _BOTTOM, _SIDE, _LINE = 32, 2, 12, 14, 20
_COPIED_MS = 2000
_SLICE_S = 0.006
_LOADING_MS = 30
_CONTEXT_LINES = 40
_KEPT_LINES = 400

Spans = tuple[highlight.Span, ...]


class DrawnCode(DrawnLeaf[CodeLeaf]):
    """Only lines in view are laid out. While the fence is open, text is appended and nothing is made anew.

    Colours come in slices of a few milliseconds; until then a line has the colour of text.
    """

    def __init__(self, styles: Styles, host: QWidget, leaf: CodeLeaf) -> None:
        super().__init__(styles, host, leaf)
        self._font = self.theme.code_font(13)
        metrics = QFontMetricsF(self._font)
        self._letter = metrics.horizontalAdvance("0")
        free = self.theme.px(_LINE) - metrics.ascent() - metrics.descent()
        self._ascent = free / 2 + metrics.ascent()
        self._lines: list[str] = []
        self._widths: list[float] = []
        self._spans: list[Spans] = []
        self._layouts: dict[int, QTextLayout] = {}
        self._sideways = Sideways()
        self._wrapped = False
        self._tops: list[int] = []  # of wrapped lines
        self._width = 0
        self._colouring: Iterator[Spans] | None = None
        self._next_coloured = 0
        self._slices = QTimer(host, singleShot=True)
        self._slices.timeout.connect(self._colour_slice)
        self._copy: Button | None = None
        self._wrap: IconButton | None = None
        self._set_lines(leaf.text.split("\n"), 0)
        self._colour_from(0)

    def set_width(self, width: int) -> int:
        if width != self._width and self._wrapped:
            self._layouts.clear()
        self._width = width
        px = self.theme.px
        room = width - 2 * px(_SIDE) - 2
        self._sideways.set_extent(0 if self._wrapped else ceil(max(self._widths, default=0)), room)
        return 2 + px(_HEAD) + px(_TOP) + self._body_height() + px(_BOTTOM)

    def take(self, leaf: CodeLeaf) -> bool:
        old = self.leaf
        if leaf.place != old.place or leaf.language != old.language or not leaf.text.startswith(old.text):
            return False
        self.leaf = leaf
        last = len(self._lines) - 1
        kept = len(old.text) - len(self._lines[last])
        head = 1 + self.theme.px(_HEAD) + self.theme.px(_TOP)
        first = min(last, self._next_coloured)
        self.unchanged = 0 if self._wrapped else head + first * self.theme.px(_LINE)
        self._set_lines(leaf.text[kept:].split("\n"), last)
        if leaf.closed and not old.closed:
            self._colour_from(0)
            self._name()
        elif len(self._lines) - 1 > last:
            self._colour_open()
        return True

    def place(self, rect: QRect) -> None:
        super().place(rect)
        px = self.theme.px
        if self._copy is None:
            self._make_buttons()
        assert self._copy is not None
        assert self._wrap is not None
        top = rect.y() + 1 + (px(_HEAD) - px(28)) // 2
        if self.host.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            self._copy.move(rect.x() + 1, top)
            self._wrap.move(self._copy.geometry().right() + 1, top)
            return
        self._copy.move(rect.right() - self._copy.width(), top)
        self._wrap.move(self._copy.x() - self._wrap.width(), top)

    def restyle(self) -> None:
        self._layouts.clear()

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        theme, px = self.theme, self.theme.px
        paint_box(
            painter,
            QRectF(0, 0, self.rect.width(), self.rect.height()),
            px(8),
            theme.color("code-bg"),
            theme.color("border"),
        )
        painter.setFont(theme.font(12, 500))
        painter.setPen(theme.color("text-muted"))
        head = QRectF(1 + px(_SIDE), 1, self.rect.width() - 2 - 2 * px(_SIDE), px(_HEAD))
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, highlight.name_of(self.leaf.language))
        top = 1 + px(_HEAD) + px(_TOP)
        room = QRectF(1 + px(_SIDE), top, head.width(), self.rect.height() - top - 1)
        painter.save()
        painter.setClipRect(room, Qt.ClipOperation.IntersectClip)
        painter.setPen(theme.color("text"))
        first = self._line_at(int(clip.top()) - top)
        for number in range(first, len(self._lines)):
            y = top + self._line_top(number)
            if y > clip.bottom():
                break
            self._laid_out(number).draw(painter, QPointF(room.x() - self._sideways.offset, y))
        painter.restore()
        self._sideways.paint(painter, theme, room.adjusted(0, 0, 0, -px(3)))

    def first_baseline(self) -> float:
        return 1 + self.theme.px(_HEAD) / 2 + self.theme.px(4)

    def end_point(self) -> QPointF:
        number = len(self._lines) - 1
        line = self._laid_out(number).lineAt(self._laid_out(number).lineCount() - 1)
        left = 1 + self.theme.px(_SIDE) - self._sideways.offset
        top = 1 + self.theme.px(_HEAD) + self.theme.px(_TOP) + self._line_top(number)
        return QPointF(left + line.naturalTextWidth(), top + line.y() + line.ascent())

    def wheel(self, sideways: int) -> bool:
        moved = self._sideways.move(sideways)
        if moved:
            self.update()
        return moved or self._sideways.needed

    def dispose(self) -> None:
        self._slices.stop()
        self._slices.deleteLater()
        for button in (self._copy, self._wrap):
            if button is not None:
                button.hide()
                button.deleteLater()
        self._copy = self._wrap = None

    def copy(self) -> None:
        """Put the code on the clipboard, to the letter."""
        QGuiApplication.clipboard().setText(self.leaf.text)
        if self._copy is None:
            return
        self._show_copied(True)
        QTimer.singleShot(_COPIED_MS, self._copy, lambda: self._show_copied(False))

    # Lines

    def _set_lines(self, lines: list[str], start: int) -> None:
        del self._lines[start:], self._widths[start:], self._spans[start:], self._tops[start:]
        self._layouts.pop(start, None)
        self._lines += lines
        self._widths += map(self._line_width, lines)
        self._spans += [()] * len(lines)

    def _line_width(self, line: str) -> float:
        if line.isascii():
            return len(line.expandtabs(4)) * self._letter
        return QFontMetricsF(self._font).horizontalAdvance(line.expandtabs(4))

    def _body_height(self) -> int:
        return self._line_top(len(self._lines))

    def _line_top(self, number: int) -> int:
        if not self._wrapped:
            return number * self.theme.px(_LINE)
        for known in range(len(self._tops), number + 1):
            before = self._tops[-1] + self._laid_out(known - 1).lineCount() * self.theme.px(_LINE) if known else 0
            self._tops.append(before)
        return self._tops[number]

    def _line_at(self, y: int) -> int:
        if not self._wrapped:
            return max(0, y // self.theme.px(_LINE))
        return max(0, next((n for n in range(len(self._lines)) if self._line_top(n + 1) > y), 0))

    def _laid_out(self, number: int) -> QTextLayout:
        layout = self._layouts.get(number)
        if layout is not None:
            return layout
        if len(self._layouts) > _KEPT_LINES:
            self._layouts.clear()
        layout = QTextLayout(self._lines[number], self._font)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)  # code is never mirrored
        option.setTabStopDistance(4 * self._letter)
        mode = QTextOption.WrapMode
        option.setWrapMode(mode.WrapAtWordBoundaryOrAnywhere if self._wrapped else mode.NoWrap)
        layout.setTextOption(option)
        ranges = []
        for span in self._spans[number]:
            found = QTextLayout.FormatRange()
            found.start, found.length = span.start, span.length
            found.format = self.styles.syntax(span.role)
            ranges.append(found)
        layout.setFormats(ranges)
        layout.setCacheEnabled(True)
        room = self._width - 2 - 2 * self.theme.px(_SIDE)
        layout.beginLayout()
        y = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(room if self._wrapped else 1_000_000)
            line.setPosition(QPointF(0, y + self._ascent - line.ascent()))
            y += self.theme.px(_LINE)
        layout.endLayout()
        self._layouts[number] = layout
        return layout

    # Colours

    def _colour_from(self, start: int) -> None:
        """Colour the lines from `start` on, which begin no token in the middle."""
        self._next_coloured = start
        self._colouring = iter(highlight.lines("\n".join(self._lines[start:]), self.leaf.language))
        self._colour_slice()

    def _colour_open(self) -> None:
        """Colour the lines that are whole by now, with some before them so that most contexts are right."""
        if self._colouring is not None or not highlight.prepare(self.leaf.language):
            return
        whole = len(self._lines) - 1
        start = max(0, self._next_coloured - _CONTEXT_LINES)
        lines = highlight.lines("\n".join(self._lines[start:whole]), self.leaf.language)
        for number, spans in zip(range(start, whole), lines, strict=False):
            if number >= self._next_coloured:
                self._set_spans(number, spans)
        self._next_coloured = whole

    def _colour_slice(self) -> None:
        if self._colouring is None:
            return
        if not highlight.prepare(self.leaf.language):
            self._slices.start(_LOADING_MS)
            return
        until = time.perf_counter() + _SLICE_S
        whole = len(self._lines) - (not self.leaf.closed)
        while self._next_coloured < whole:
            spans = next(self._colouring, None)
            if spans is None:
                break
            self._set_spans(self._next_coloured, spans)
            self._next_coloured += 1
            if time.perf_counter() > until:
                self._slices.start(0)
                return
        self._colouring = None
        if self.rect.isValid():
            self.update()

    def _set_spans(self, number: int, spans: Spans) -> None:
        if number < len(self._spans) and self._spans[number] != spans:
            self._spans[number] = spans
            self._layouts.pop(number, None)

    # Buttons

    def _make_buttons(self) -> None:
        self._copy = Button(self.theme, _("Copy"), kind="ghost", icon="copy", small=True, parent=self.host)
        self._copy.clicked.connect(self.copy)
        self._wrap = IconButton(self.theme, "arrow-elbow-down-left", _("Wrap lines"), size=28, parent=self.host)
        self._wrap.setCheckable(True)
        self._wrap.setChecked(self._wrapped)
        self._wrap.toggled.connect(self._set_wrapped)
        self._name()
        for button in (self._wrap, self._copy):
            button.resize(button.sizeHint())
            button.show()

    def _name(self) -> None:
        if self._copy is None:
            return
        count = len(self._lines)
        if language := highlight.name_of(self.leaf.language):
            text = ngettext("{language} code, {n} line", "{language} code, {n} lines", count)
        else:
            text = ngettext("Code, {n} line", "Code, {n} lines", count)
        self._copy.setAccessibleDescription(text.format(language=language, n=count))

    def _show_copied(self, copied: bool) -> None:
        assert self._copy is not None
        self._copy.setText(_("Copied") if copied else _("Copy"))
        self._copy.set_icon("check" if copied else "copy")
        self._copy.resize(self._copy.sizeHint())
        self.place(self.rect)

    def _set_wrapped(self, wrapped: bool) -> None:
        self._wrapped = wrapped
        self._layouts.clear()
        self._tops.clear()
        self.host.leaf_resized(self)  # type: ignore[attr-defined]
