"""Sets a conversation on pages: a title, one message after another, and a line at the foot of every page."""

import asyncio
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QDateTime, QLocale, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPagedPaintDevice, QPageLayout, QPainter

from desktop.i18n import gettext as _
from desktop.render import formulas
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import measures
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.paper.sheet import Part, Sheet
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.paint import text_flags

MARGIN = 18.0
"""Around each page, in millimetres."""

_POINTS = 0.7  # to a pixel of the design: text of 15 pixels is set in 10.5 points
_ZOOM = 4  # finer than the screen, so that letters are not set on its pixels
_FOOT = 40  # the line at the foot of a page with the space above it
_SLICE_S = 0.008
_WAIT_S = 0.02


class Paper:
    """Pages on a printer or in a PDF, through a painter that has begun on it. The first page is there already.

    Each page tells how many there are, so everything is set twice: first only to count.
    """

    def __init__(self, theme: Theme, device: QPagedPaintDevice, painter: QPainter, title: str) -> None:
        self.pages = 0
        self._count = 0  # of all pages; 0 while they are counted and nothing is painted
        self._theme = theme.resized(100 * _ZOOM, light=True)
        self._styles = Styles(self._theme)
        self._device = device
        self._painter = painter
        self._title = title
        pixel = _POINTS / _ZOOM  # in points
        room = device.pageLayout().paintRect(QPageLayout.Unit.Point)
        scale = pixel * painter.device().logicalDpiX() / 72
        painter.scale(scale, scale)
        self._width = int(room.width() / pixel)
        self._height = int(room.height() / pixel) - self._theme.px(_FOOT)
        self._y = 0

    async def fill(self, entries: Sequence[Entry], on_message: Callable[[int], None]) -> None:
        """Set all messages, a slice at a time; `on_message` is told how many are done, half of each at a time."""
        await self._fill(entries, lambda done: on_message(done // 2))
        self._count = self.pages
        await self._fill(entries, lambda done: on_message((len(entries) + done) // 2))

    async def _fill(self, entries: Sequence[Entry], on_message: Callable[[int], None]) -> None:
        self.pages = 0
        self._begin_page()
        self._set_title(entries[0].message.created_ms if entries else None)
        until = time.perf_counter() + _SLICE_S
        for number, entry in enumerate(entries):
            sheet = Sheet(self._styles, Part(entry), self._width)
            try:
                await self._set(sheet)
            finally:
                sheet.dispose()
            on_message(number + 1)
            if time.perf_counter() > until:
                await asyncio.sleep(0)
                until = time.perf_counter() + _SLICE_S

    async def _set(self, sheet: Sheet) -> None:
        wanted = [key for key in sheet.formulas() if formulas.known(*key) is None]
        if wanted:
            await asyncio.to_thread(lambda: [formulas.draw(*key) for key in wanted])
        top = 0
        while top == 0 or top < sheet.whole_height:
            limit = top + self._height - self._y
            if not sheet.prepare(top, limit):
                await asyncio.sleep(_WAIT_S)
                continue
            bottom = sheet.cut(top, limit)
            if bottom <= top and self._y:
                self._new_page()
                continue
            if bottom <= top:
                bottom = limit  # higher than a page and cannot be divided
            self._put(sheet, top, bottom)
            top = bottom
            if top < sheet.whole_height:
                self._new_page()
                self._put(sheet, *sheet.table_head(top))
                await asyncio.sleep(0)
        self._y = min(self._y + self._theme.px(measures.AFTER_REPLY), self._height)

    def _put(self, sheet: Sheet, top: int, bottom: int) -> None:
        """Paint a part of a sheet below what is on the page."""
        if self._count and bottom > top:
            self._painter.save()
            self._painter.translate(0, self._y - top)
            sheet.paint(self._painter, top, bottom)
            self._painter.restore()
        self._y += bottom - top

    def _new_page(self) -> None:
        if self._count:
            self._device.newPage()
        self._begin_page()

    def _begin_page(self) -> None:
        self.pages += 1
        self._y = 0
        if self._count:
            self._paint_foot()

    def _set_title(self, created_ms: int | None) -> None:
        theme, px, painter = self._theme, self._theme.px, self._painter
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft  # which is the side a text begins at
        painter.setFont(theme.reading_font(22, 600))
        painter.setPen(theme.color("text"))
        box = painter.boundingRect(QRectF(0, 0, self._width, px(150)), flags, self._title)
        box = QRectF(0, 0, self._width, min(box.height(), px(150)))
        if self._count:
            painter.drawText(box, flags, self._title)
        self._y = round(box.bottom()) + px(4)
        if created_ms is not None:
            painter.setFont(theme.font(13))
            painter.setPen(theme.color("text-muted"))
            day = QDateTime.fromMSecsSinceEpoch(created_ms).date()
            words = QLocale().toString(day, QLocale.FormatType.LongFormat)
            line = QRectF(0, self._y, self._width, px(20))
            if self._count:
                painter.drawText(line, text_flags(QGuiApplication.layoutDirection()), words)
            self._y += px(20)
        self._y += px(20)

    def _paint_foot(self) -> None:
        theme, px, painter = self._theme, self._theme.px, self._painter
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text-muted"))
        box = QRectF(0, self._height + px(_FOOT - 16), self._width, px(16))
        number = _("Page {n} of {count}").format(n=self.pages, count=self._count)
        room = box.width() - painter.fontMetrics().horizontalAdvance(number) - px(24)
        title = painter.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, int(room))
        direction = QGuiApplication.layoutDirection()
        painter.drawText(box, text_flags(direction), title)
        painter.drawText(box, text_flags(direction, Qt.AlignmentFlag.AlignRight), number)
