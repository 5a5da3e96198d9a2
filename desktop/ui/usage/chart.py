"""The chart: stacked bars over a money axis. Hovering or ← → picks a bar; a click or Enter opens its days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain import figures
from desktop.domain.budget import Period
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import dates
from desktop.ui.usage.bars import Bar, Bars
from desktop.ui.usage.scale import cap_in_view, ticks
from desktop.ui.widgets.focus import KeyboardFocus
from desktop.ui.widgets.paint import paint_box, text_flags

ABOVE, PLOT, BELOW = 20, 200, 24
"""Room for the name of the cap, for the bars, and for the days."""

BAR = 12
START, END = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the chart shows. `hues` are those of the series by key, `cap` is for one bar, `chosen` is a bar that stays
    marked.
    """

    bars: Bars
    today: date
    hues: dict[str, QColor] = field(default_factory=dict)
    cap: Decimal | None = None
    chosen: int | None = None


@dataclass(frozen=True, slots=True)
class _Stack:
    """A bar as it is painted: from and to how many pixels above the foot, in which colour."""

    boxes: tuple[tuple[int, int, QColor], ...]
    is_ahead: bool
    has_unpriced: bool


class Chart(KeyboardFocus, QWidget):
    """As wide as there is room, of one height. Time runs as reading does."""

    picked = Signal(object)  # the number of a bar, or None
    opened = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._drawing = Drawing(Bars(Period.DAY, (), ()), date.min)
        self._ticks: list[Decimal] = []
        self._cap: Decimal | None = None
        self._gutter = theme.px(36)
        self._stacks: list[_Stack] = []
        self._names: Sequence[tuple[int, str]] = ()
        self._picked: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_drawing(self, drawing: Drawing) -> None:
        """Show other bars; the one that was picked stays so if it is still there."""
        self._drawing = drawing
        self._cap = cap_in_view(drawing.cap, drawing.bars.most)
        self._ticks = ticks(max(drawing.bars.most, self._cap or Decimal(0)))
        metrics = QFontMetrics(self._axis_font())
        widest = max(metrics.horizontalAdvance(figures.money_total(tick)) for tick in self._ticks)
        self._gutter = max(self.theme.px(36), widest + self.theme.px(8))
        self._stacks = [self._stack(bar) for bar in drawing.bars.bars]
        self._names = day_names(drawing.bars)
        if self._picked is not None and self._picked >= len(drawing.bars.bars):
            self.pick(None)
        self.update()

    @property
    def drawing(self) -> Drawing:
        return self._drawing

    @property
    def picked_bar(self) -> int | None:
        return self._picked

    def pick(self, at: int | None) -> None:
        """Mark a bar; only its place and that of the one before are painted again."""
        if at == self._picked:
            return
        for changed in (self._picked, at):
            if changed is not None:
                self.update(self.slot(changed).toAlignedRect())
        self._picked = at
        self.picked.emit(at)

    def slot(self, at: int) -> QRectF:
        """The place of a bar, as high as the plot."""
        plot = self._plot()
        width = plot.width() / max(1, len(self._drawing.bars.bars))
        left = plot.right() - (at + 1) * width if self._mirrored() else plot.left() + at * width
        return QRectF(left, plot.top(), width, plot.height())

    # Geometry

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(640), self.theme.px(ABOVE + PLOT + BELOW))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(160), self.sizeHint().height())

    @property
    def gutter(self) -> int:
        """The width of the money axis."""
        return self._gutter

    def _plot(self) -> QRectF:
        px, gutter = self.theme.px, self.gutter
        left = 0 if self._mirrored() else gutter
        return QRectF(left, px(ABOVE), max(1, self.width() - gutter), px(PLOT))

    def _height(self, cost: Decimal) -> int:
        """Pixels above the foot."""
        return round(float(cost / self._ticks[-1]) * self.theme.px(PLOT))

    def _mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _axis_font(self) -> QFont:
        return self.theme.tabular(self.theme.font(11))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at in (self._drawing.chosen, self._picked):
            if at is not None and at < len(self._drawing.bars.bars):
                self._paint_mark(painter, self.slot(at))
        self._paint_axis(painter)
        for at, stack in enumerate(self._stacks):
            slot = self.slot(at)
            if event.region().intersects(slot.toAlignedRect()):
                self._paint_bar(painter, slot, stack)
        self._paint_days(painter, QRectF(event.rect()))
        self._paint_cap(painter)

    def _paint_mark(self, painter: QPainter, slot: QRectF) -> None:
        paint_box(painter, slot, self.theme.px(4), self.theme.color("hover"))

    def _paint_axis(self, painter: QPainter) -> None:
        plot, px = self._plot(), self.theme.px
        painter.setFont(self._axis_font())
        start = plot.right() + px(8) if self._mirrored() else 0
        room = self.gutter - px(8)
        for tick in self._ticks:
            y = round(plot.bottom()) - self._height(tick)
            if tick != self._cap:  # between whose dashes it would show
                painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), self.theme.color("border"))
            place = QRectF(start, y - px(8), room, px(16))
            painter.setPen(self.theme.color("text-muted"))
            painter.drawText(place, text_flags(self.layoutDirection(), END), figures.money_total(tick))

    def _paint_bar(self, painter: QPainter, slot: QRectF, stack: "_Stack") -> None:
        px, color = self.theme.px, self.theme.color
        width = min(px(BAR), max(1, int(slot.width() * 0.7)))
        left, foot = round(slot.center().x() - width / 2), round(slot.bottom())
        if stack.is_ahead:
            painter.fillRect(left, foot - px(3), width, px(2), color("track"))
            return
        for low, high, hue in stack.boxes:
            painter.fillRect(left, foot - high, width, high - low, hue)
        if stack.has_unpriced:
            top = stack.boxes[-1][1] if stack.boxes else 0
            paint_box(painter, QRectF(left, foot - top - px(6), width, px(5)), 1, None, color("warning-fill"))

    def _stack(self, bar: Bar) -> "_Stack":
        """A bar's boxes with a pixel between them; a cent among dollars is seen all the same."""
        boxes, below, low = [], Decimal(0), 0
        for part in bar.parts:
            below += part.sum.cost
            high = self._height(below)
            if high - low > 1:
                boxes.append((low + 1, high, self._drawing.hues[part.key]))
            low = high
        least = self.theme.px(3)
        if below and low < least:
            dearest = max(bar.parts, key=lambda part: part.sum.cost)
            boxes = [(1, least, self._drawing.hues[dearest.key])]
        unpriced = any(part.sum.unpriced for part in bar.parts)
        return _Stack(tuple(boxes), bar.first > self._drawing.today, unpriced)

    def _paint_days(self, painter: QPainter, touched: QRectF) -> None:
        """The names of days below the bars, as many as there is room for."""
        painter.setFont(self._axis_font())
        painter.setPen(self.theme.color("text-muted"))
        metrics = QFontMetrics(self._axis_font())
        plot, end = self._plot(), None
        for at, text in self._names:
            slot = self.slot(at)
            width = metrics.horizontalAdvance(text)
            left = min(max(slot.center().x() - width / 2, plot.left()), self.width() - width)
            place = QRectF(left, plot.bottom() + self.theme.px(6), width + 1, self.theme.px(16))
            if end is not None and place.adjusted(-self.theme.px(6), 0, self.theme.px(6), 0).intersects(end):
                continue
            end = place
            if place.intersects(touched):
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_cap(self, painter: QPainter) -> None:
        if self._cap is None:
            return
        plot, px, danger = self._plot(), self.theme.px, self.theme.color("danger")
        y = round(plot.bottom()) - self._height(self._cap) + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        pen = QPen(danger, 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setFont(self.theme.font(11))
        place = QRectF(plot.left(), y - px(17), plot.width(), px(16))
        painter.drawText(place, text_flags(self.layoutDirection(), END), _("daily cap"))

    # Keyboard and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._drawing.bars.bars) - 1
        here = self._picked
        step = -1 if self._mirrored() else 1
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Left if last >= 0:
                by = step if event.key() == Qt.Key.Key_Right else -step
                self.pick(self._start() if here is None else min(max(here + by, 0), last))
            case Qt.Key.Key_Home if last >= 0:
                self.pick(0)
            case Qt.Key.Key_End if last >= 0:
                self.pick(self._newest())
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if here is not None:
                self.opened.emit(here)
            case Qt.Key.Key_Escape if here is not None:
                self.pick(None)
            case _:
                super().keyPressEvent(event)

    def _newest(self) -> int:
        """The last bar that has come."""
        bars = self._drawing.bars.bars
        return max((at for at, bar in enumerate(bars) if bar.first <= self._drawing.today), default=0)

    def _start(self) -> int:
        return self._newest() if self._drawing.chosen is None else self._drawing.chosen

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.pick(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pick(self._at(event.position().toPoint().x()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pick(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position().toPoint().x())
        if event.button() == Qt.MouseButton.LeftButton and at is not None:
            self.opened.emit(at)

    def _at(self, x: int) -> int | None:
        """The bar at `x`, if its days have come."""
        bars, plot = self._drawing.bars.bars, self._plot()
        if not bars or not plot.left() <= x < plot.right():
            return None
        along = plot.right() - x if self._mirrored() else x - plot.left()
        at = min(int(along / plot.width() * len(bars)), len(bars) - 1)
        return at if bars[at].first <= self._drawing.today else None


def day_names(bars: Bars) -> Sequence[tuple[int, str]]:
    """Which bars have a name below them, and what: every day of a week, every fifth of a month, else the months."""
    found = []
    several = bars.bars and (bars.bars[0].first.month != bars.bars[-1].first.month)
    for at, bar in enumerate(bars.bars):
        if bars.unit is Period.DAY and len(bars.bars) <= 7:
            found.append((at, f"{dates.weekday(bar.first)} {bar.first.day}"))
        elif bars.unit is Period.DAY and len(bars.bars) <= 16:
            found.append((at, dates.short_day(bar.first) if several and bar.first.day == 1 else str(bar.first.day)))
        elif bars.unit is Period.DAY:
            if several and (bar.first.day == 1 or at == 0):
                found.append((at, dates.short_day(bar.first)))
            elif bar.first.day % 5 == 0 or bar.first.day == 1:
                found.append((at, str(bar.first.day)))
        elif bar.first.day == 1 or (bars.unit is Period.WEEK and bar.first.day <= 7) or at == 0:
            new_year = bars.unit is Period.MONTH and bar.first.month == 1
            found.append((at, str(bar.first.year) if new_year else dates.short_month(bar.first)))
    return found
