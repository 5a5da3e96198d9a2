"""Formulas on the screen: laid out on a thread beside the program's own, kept as pictures, painted on a baseline."""

import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil
from types import FrameType
from typing import Protocol
from weakref import WeakSet

from PySide6.QtCore import QAbstractEventDispatcher, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPagedPaintDevice, QPainter, QPixmap

from desktop.render import formulas
from desktop.render.formulas import Picture, Refused

_COLLECT_MS = 30  # what arrives in between is laid out at once
_SLICE_S = 0.006
_SWITCH_S = 0.0005
_PATIENCE_S = 0.016  # for the program's own thread, before going on beside it for a slice
_KEPT_PIXELS = 8_000_000
_LARGEST = 2_000_000  # pixels of a picture; larger ones are drawn anew each time

Key = tuple[str, bool]


class Waiting(Protocol):
    """Something drawn that shows formulas."""

    def formulas_arrived(self) -> None:
        """Some that were not known before now are."""


class Formulas:
    """Asked for a formula, it has it at once or tells later that it has. It never makes the caller wait."""

    def __init__(self) -> None:
        self._wanted: deque[Key] = deque()
        self._done: deque[Key] = deque()
        self._waiting: dict[Key, WeakSet[Waiting]] = {}
        self._arrived: list[Waiting] = []
        self._thread: threading.Thread | None = None
        self._idle = threading.Event()
        self._idle.set()
        self._watching = False
        self._collecting = QTimer()
        self._collecting.timeout.connect(self._collect)
        self._pixmaps: OrderedDict[tuple[Picture, float, int, float], QPixmap] = OrderedDict()
        self._pixels = 0

    def find(self, tex: str, display: bool, waiting: Waiting | None = None) -> Picture | Refused | None:
        """A formula; None while it is being laid out, and then `waiting` is told."""
        key = (tex, display)
        found = formulas.known(tex, display)
        if found is None:
            if key not in self._waiting:
                self._waiting[key] = WeakSet()
                self._wanted.append(key)
                self._work()
            if waiting is not None:
                self._waiting[key].add(waiting)
        return found

    def forget(self, waiting: Waiting) -> None:
        """Tell it nothing any more."""
        for others in self._waiting.values():
            others.discard(waiting)
        if waiting in self._arrived:
            self._arrived.remove(waiting)

    def paint(self, painter: QPainter, picture: Picture, at: QPointF, em: float, color: QColor) -> None:
        """Paint with the left end of the baseline at a point; `em` is the size of the text around in pixels."""
        ratio = painter.device().devicePixelRatioF()
        margin = picture.margin * em
        # The baseline is on a whole pixel of the device, as that of letters is.
        left, top = ceil(margin * ratio) / ratio, ceil((picture.ascent * em + margin) * ratio) / ratio
        width, height = picture.width * em + 2 * margin, (picture.ascent + picture.descent) * em + 2 * margin
        target = QRectF(left - margin, top - picture.ascent * em - margin, width, height)
        corner = QPointF(round(at.x() * ratio) / ratio - left, round(at.y() * ratio) / ratio - top)
        if width * height * ratio * ratio > _LARGEST or isinstance(painter.device(), QPagedPaintDevice):
            _render(painter, picture, target.translated(corner), color)
            return
        key = (picture, em, color.rgba(), ratio)
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            pixmap = self._pixmaps[key] = QPixmap(ceil(target.right() * ratio) + 1, ceil(target.bottom() * ratio) + 1)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            inner = QPainter(pixmap)
            _render(inner, picture, target, color)
            inner.end()
            self._pixels += pixmap.width() * pixmap.height()
            while self._pixels > _KEPT_PIXELS and len(self._pixmaps) > 1:
                _oldest, dropped = self._pixmaps.popitem(last=False)
                self._pixels -= dropped.width() * dropped.height()
        else:
            self._pixmaps.move_to_end(key)
        painter.drawPixmap(corner, pixmap)

    # Laying out

    def _work(self) -> None:
        self._collecting.start(_COLLECT_MS)
        if self._thread is None or not self._thread.is_alive():
            sys.setswitchinterval(_SWITCH_S)  # how long the program's own thread may have to wait for this one
            # Not a method: the thread would be the last to hold this object, and end its timer where none may.
            self._thread = threading.Thread(
                target=_lay_out, args=(self._wanted, self._done, self._idle), name="formulas", daemon=True
            )
            self._watch_loop(True)
            self._thread.start()

    def _watch_loop(self, on: bool) -> None:
        """Let the thread work while the program's own has nothing to do: two that compute slow each other down."""
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is None or on == self._watching:
            return
        self._watching = on
        self._idle.set()
        # Not the event's own methods: the thread may be the last to hold it, and PySide would cut the connection there,
        # while this one comes through it.
        for signal, slot in ((dispatcher.awake, self._awake), (dispatcher.aboutToBlock, self._about_to_block)):
            if on:
                signal.connect(slot)
            else:
                signal.disconnect(slot)

    def _awake(self) -> None:
        self._idle.clear()

    def _about_to_block(self) -> None:
        self._idle.set()

    def _collect(self) -> None:
        """Tell those that wait, for a few milliseconds at a time."""
        while self._done:
            for waiting in self._waiting.pop(self._done.popleft(), ()):
                if waiting not in self._arrived:
                    self._arrived.append(waiting)
        until = time.perf_counter() + _SLICE_S
        while self._arrived and time.perf_counter() < until:
            self._arrived.pop(0).formulas_arrived()
        if self._wanted:
            self._work()  # the thread may have ended just before the last one was asked for
        elif not self._waiting and not self._arrived:
            self._collecting.stop()
            self._watch_loop(False)


def _lay_out(wanted: deque[Key], done: deque[Key], idle: threading.Event) -> None:
    sys.setprofile(_going_second(idle))
    while True:
        try:
            key = wanted.pop()  # what was asked for last is in view
        except IndexError:
            return
        formulas.draw(*key)
        done.append(key)


def _going_second(idle: threading.Event) -> Callable[[FrameType, str, object], None]:
    """A profile function that has its thread wait at any call while the program's own has something to do.

    Nothing else reaches into an import, which takes longer than all formulas of a page.
    """
    alone = 0.0

    def rest(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal alone
        if not idle.is_set() and time.perf_counter() > alone and not idle.wait(_PATIENCE_S):
            alone = time.perf_counter() + _SLICE_S

    return rest


def _render(painter: QPainter, picture: Picture, target: QRectF, color: QColor) -> None:
    from PySide6.QtSvg import QSvgRenderer  # not on the way to the first window

    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(picture.colored(color.name())).render(painter, target)
    painter.restore()
