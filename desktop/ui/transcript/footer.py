"""The line under a reply: what can be done with it, and its figures."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.domain import figures
from desktop.domain.message import Message, Status
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import measures
from desktop.ui.transcript.cost_words import amount, explained
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.paint import paint_box
from desktop.ui.widgets.ring import Ring

_BUTTON = 28
_CARET = 20
_OUTSET = 6  # the icons, not the buttons' edges, line up with the text
_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures at the right. The highest `keep` is given up last in a narrow window; `money` begins it.

    `is_warning`: something is missing.
    """

    text: str
    keep: int
    money: str = ""
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    box: QRectF
    font: QFont
    role: str


def figures_of(message: Message, *, free: bool) -> list[Figure]:
    """Tokens in and out, cost, time to the first token and speed, as far as they are known."""
    found = []
    if usage := message.spent:
        about = "≈" + figures.NBSP if usage.estimated else ""
        tokens_in = _("{n} in").format(n=about + figures.count(usage.input_tokens))
        if usage.cache_read_tokens:
            tokens_in = _("{n} in ({cached} cached)").format(
                n=about + figures.count(usage.input_tokens), cached=figures.count(usage.cache_read_tokens)
            )
        found.append(Figure(_unbroken(tokens_in), 3))
        found.append(Figure(_unbroken(_("{n} out").format(n=about + figures.count(usage.output_tokens))), 4))
        if free and not usage.cost:
            found.append(Figure(_("free"), 5))
        elif cost := amount(usage):
            found.append(Figure(cost, 5, money=cost))
        else:
            found.append(price_unknown())
    if message.ttft_ms is not None:
        found.append(Figure(_unbroken(_("{time} first token").format(time=figures.latency(message.ttft_ms))), 2))
    if message.tokens_per_second is not None:
        found.append(Figure(figures.speed(message.tokens_per_second), 1))
    return found


def _hints(message: Message, *, free: bool) -> list[str]:
    """What the tooltip has to say: of what is in the tokens, and of how the cost is known."""
    usage = message.spent
    hints: list[str] = []
    if usage is None:
        return hints
    if usage.reasoning_tokens:
        count = figures.count(usage.reasoning_tokens)
        hints.append(_("{n} of the tokens out were reasoning").format(n=count))
    if not free and (words := explained(usage.cost_source, message.provider_name)):
        hints.append(words)
    return hints


def price_unknown() -> Figure:
    """In the place of a cost that nobody knows."""
    return Figure(_unbroken(_("price unknown")), 5, is_warning=True)


def _unbroken(text: str) -> str:
    return text.replace(" ", figures.NBSP)


class Footer(QWidget):
    """Its space is always there. The buttons are made when they are first to be seen."""

    copy_requested = Signal()
    regenerate_requested = Signal()
    sibling_requested = Signal(int)  # -1 or 1
    pointed = Signal()  # for the first time, at a cost: how it is known may be asked for

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figures: list[Figure] = []
        self._status = ""
        self._hints: list[str] = []
        self._is_explained = True
        self._writing = False
        self._active = False
        self._siblings = (0, 1)
        self._can_regenerate = True
        self._copy: IconButton | None = None
        self._regenerate: IconButton | None = None
        self._switch: SiblingSwitch | None = None
        self._ring: Ring | None = None
        self._plain = theme.tabular(theme.font(12))
        self._bold = theme.tabular(theme.font(12, 600))
        self._plain_width = QFontMetricsF(self._plain).horizontalAdvance
        self._bold_width = QFontMetricsF(self._bold).horizontalAdvance
        self._pieces: list[_Piece] = []
        # While the ring turns, nothing under the footer is painted again.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(measures.FOOTER))

    def set_siblings(self, index: int, count: int) -> None:
        self._siblings = (index, count)
        self._arrange()

    def set_finished(self, message: Message, *, free: bool) -> None:
        """Show a reply that has ended."""
        self._writing = False
        self._status = {
            Status.STOPPED: _("Stopped"),
            Status.INTERRUPTED: _("Interrupted: the app closed while this was written"),
        }.get(message.status, "")
        self._set_figures(figures_of(message, free=free))
        self._hints = _hints(message, free=free)
        self._is_explained = free or message.spent is None
        self.setToolTip("\n".join(self._hints))
        self._arrange()

    def explain(self, words: str) -> None:
        """Say how the cost is known, in place of the less that was known before."""
        if self._hints and words:
            self.setToolTip("\n".join([*self._hints[:-1], words]))

    @property
    def is_unpriced(self) -> bool:
        """Whether it says that the price is unknown."""
        return any(figure.is_warning for figure in self._figures)

    def set_writing(self, word: str, found: list[Figure]) -> None:
        """Show that a reply is being written, with the figures so far."""
        changed = not self._writing or word != self._status
        self._writing = True
        self._status = word
        self._set_figures(found)
        if changed:
            self._arrange()

    def turn_ring(self) -> None:
        """Paint the ring's next frame with what else is painted now."""
        if self._ring is not None:
            self._ring.turn()

    def set_active(self, active: bool) -> None:
        """Show everything (the last reply, or one that is pointed at or focused), or only the cost."""
        if active != self._active:
            self._active = active
            self._arrange()

    def figures_text(self) -> str:
        """What is shown at the right, for tests and screen readers."""
        return _SEPARATOR.join(figure.text for figure in self._shown())

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        if not self._is_explained and not self._writing:
            self._is_explained = True
            self.pointed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(event.rect(), theme.color("surface"))
        for piece in self._pieces:
            if piece.box.intersects(QRectF(event.rect())):
                painter.setFont(piece.font)
                painter.setPen(theme.color(piece.role))
                painter.drawText(piece.box, Qt.AlignmentFlag.AlignVCenter, piece.text)

    def _set_figures(self, found: list[Figure]) -> None:
        if found != self._figures:
            self._figures = found
            if not self._writing:  # figures that run are not read aloud
                self.setAccessibleName(_SEPARATOR.join(figure.text for figure in found))
            self._set_text()

    def _shown(self) -> list[Figure]:
        """The figures that fit beside the buttons, at rest only the cost."""
        shown = list(self._figures)
        if not (self._active or self._writing):
            return [figure for figure in shown if figure.keep == 5]
        room = self.width() - 2 * self._theme.px(measures.OUTSET) - self._buttons_width() - self._status_width()
        while len(shown) > 1 and self._width_of(shown) > room:
            shown.remove(min(shown, key=lambda figure: figure.keep))
        return shown

    def _width_of(self, shown: list[Figure]) -> float:
        texts = sum(self._bold_width(f.money) + self._plain_width(f.text.removeprefix(f.money)) for f in shown)
        return texts + self._plain_width(_SEPARATOR) * max(0, len(shown) - 1)

    def _status_width(self) -> float:
        if not self._status:
            return 0
        return QFontMetricsF(self._theme.font(13)).horizontalAdvance(self._status) + self._theme.px(30)

    def _set_text(self) -> None:
        """Lay out the words and figures, and have what changed painted."""
        px = self._theme.px
        inset = px(measures.OUTSET)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        pieces: list[_Piece] = []
        if self._status:
            font = self._theme.font(13)
            width = QFontMetricsF(font).horizontalAdvance(self._status) + 1
            left: float = inset + (px(22) if self._writing else self._buttons_width())
            left = self.width() - left - width if mirrored else left
            pieces.append(_Piece(self._status, QRectF(left, 0, width, self.height()), font, "text-muted"))
        shown = self._shown()
        x: float = inset if mirrored else self.width() - inset - self._width_of(shown)
        money_role = "accent-text" if self._writing else "text-secondary"
        for index, figure in enumerate(shown):
            rest = figure.text.removeprefix(figure.money) + (_SEPARATOR if index < len(shown) - 1 else "")
            rest_role = "warning" if figure.is_warning else "text-muted"
            for text, font, width_of, role in (
                (figure.money, self._bold, self._bold_width, money_role),
                (rest, self._plain, self._plain_width, rest_role),
            ):
                if text:
                    width = width_of(text)
                    pieces.append(_Piece(text, QRectF(x, 0, width + 1, self.height()), font, role))
                    x += width
        changed = QRectF()
        for before, after in zip_longest(self._pieces, pieces):
            if before != after:
                changed |= (before.box if before else QRectF()) | (after.box if after else QRectF())
        self._pieces = pieces
        self.update(changed.toAlignedRect())

    def _buttons_width(self) -> int:
        if self._writing or not self._active:
            return 0
        px = self._theme.px
        return 2 * px(_BUTTON + 2) + (self._switch.width() + px(2) if self._switch and self._siblings[1] > 1 else 0)

    def _arrange(self) -> None:
        active = self._active and not self._writing
        if active and self._copy is None:
            self._make_buttons()
        if self._writing and self._ring is None:
            self._ring = Ring(self._theme, 14, 2, parent=self, on="surface")
            self._ring.resize(self._ring.sizeHint())
        if self._ring is not None:
            self._ring.set_spinning(self._writing)
            self._ring.setVisible(self._writing)
        px = self._theme.px
        start = px(measures.OUTSET - _OUTSET)
        if self._ring is not None:
            self._put(self._ring, px(measures.OUTSET))
        if self._copy is not None and self._regenerate is not None and self._switch is not None:
            self._switch.set_siblings(*self._siblings)
            x = start
            for button in (self._copy, self._regenerate, self._switch):
                self._put(button, x)
                x += button.width() + px(2)
            self._copy.setVisible(active)
            self._regenerate.setVisible(active)
            self._switch.setVisible(active and self._siblings[1] > 1)
        self._set_text()

    def _put(self, widget: QWidget, x: int) -> None:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = self.width() - x - widget.width()
        widget.move(x, (self.height() - widget.height()) // 2)

    def _make_buttons(self) -> None:
        self._copy = small_button(self._theme, "copy", _("Copy"), self.copy_requested.emit, self)
        regenerate = self.regenerate_requested.emit
        self._regenerate = small_button(self._theme, "arrows-clockwise", _("Regenerate"), regenerate, self)
        self._switch = SiblingSwitch(self._theme, self)
        self._switch.moved.connect(self.sibling_requested)


class _Caret(IconButton):
    """A small button with a caret of 10."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        fill = self.state_role(None, "hover", "pressed") if self.isEnabled() else None
        if fill:
            paint_box(painter, QRectF(self.rect()), self.theme.px(4), self.theme.color(fill))
        inset = (self.width() - self.theme.px(10)) / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        role = "text-secondary" if self.isEnabled() else "text-disabled"
        self.theme.icons.paint(painter, box, self._icon_name, self.theme.color(role))


class SiblingSwitch(QWidget):
    """‹2/3›: which of several alternatives is shown."""

    moved = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._siblings = (0, 1)
        self._previous = _Caret(theme, "caret-left-bold", _("Previous branch"), size=_CARET, parent=self)
        self._next = _Caret(theme, "caret-right-bold", _("Next branch"), size=_CARET, parent=self)
        for button, step in ((self._previous, -1), (self._next, 1)):
            button.resize(button.sizeHint())
            button.clicked.connect(lambda _checked=False, step=step: self.moved.emit(step))
        theme.changed.connect(self.update)

    def set_siblings(self, index: int, count: int) -> None:
        if (index, count) != self._siblings:
            self._siblings = (index, count)
            self.setAccessibleName(_("Branch {n} of {count}").format(n=index + 1, count=count))
            self._previous.setEnabled(index > 0)
            self._next.setEnabled(index < count - 1)
        px = self._theme.px
        text = QFontMetricsF(self._font()).horizontalAdvance(self._text())
        self.resize(round(text + 2 * px(_CARET)), px(_BUTTON))
        first, last = self._previous, self._next
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            first, last = last, first
        first.move(0, px(4))
        last.move(self.width() - px(_CARET), px(4))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font())
        painter.setPen(self._theme.color("text-secondary"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text())

    def _text(self) -> str:
        return f"{self._siblings[0] + 1}/{self._siblings[1]}"

    def _font(self) -> QFont:
        return self._theme.tabular(self._theme.font(12, 500))


def small_button(theme: Theme, icon: str, name: str, slot: Callable[[], None], parent: QWidget) -> IconButton:
    """An icon button for the line under a message."""
    button = IconButton(theme, icon, name, size=_BUTTON, parent=parent)
    button.resize(button.sizeHint())
    button.clicked.connect(lambda: slot())
    return button
