"""Messages, or what is selected of them, as a picture on the clipboard.

For the context menu: `copy_picture(widget, theme, parts)` with one `Part(entry)` for each whole message, or
`Part(entry, content)` for the selected blocks of a reply or words of a question.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import measures
from desktop.ui.transcript.paper.sheet import Part, Sheet
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.announce import announce

RATIO = 2
TALLEST = 30_000
"""Pixels of the highest picture. What is higher at `RATIO` is drawn at 1; what is higher even then ends at a line."""

_PAD = 24
_WAIT_MS = 30


def copy_picture(widget: QWidget, theme: Theme, parts: Sequence[Part]) -> None:
    """Draw and put it on the clipboard; colours and formulas may take a moment, which the program does not wait for."""

    def put(image: QImage) -> None:
        QGuiApplication.clipboard().setImage(image)
        announce(widget, _("Copied as picture"))

    Drawing(theme, parts, put, widget)


class Drawing(QObject):
    """Messages one under another in the theme's colours, as wide as in the window. `done` is called once, later."""

    def __init__(self, theme: Theme, parts: Sequence[Part], done: Callable[[QImage], None], parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._done = done
        self._styles = Styles(theme)
        self._sheets = [Sheet(self._styles, part, theme.px(measures.COLUMN)) for part in parts]
        self._formulas = {key for sheet in self._sheets for key in sheet.formulas()}
        self._timer = QTimer(self, interval=_WAIT_MS)
        self._timer.timeout.connect(self._try)
        self._timer.start(0)

    def _try(self) -> None:
        self._timer.start(_WAIT_MS)
        # All are asked for before the first is waited for.
        if None in [self._styles.formulas.find(*key) for key in self._formulas]:
            return
        room = TALLEST
        for sheet in self._sheets:
            if room > 0 and not sheet.prepare(0, room):
                return
            room -= sheet.whole_height
        self._timer.stop()
        self._done(self._image())
        for sheet in self._sheets:
            sheet.dispose()
        self.deleteLater()

    def _image(self) -> QImage:
        px = self._theme.px
        gap, pad = px(measures.AFTER_REPLY), px(_PAD)
        height = sum(sheet.whole_height + gap for sheet in self._sheets) - gap + 2 * pad
        ratio = RATIO if height * RATIO <= TALLEST else 1
        room = min(height, TALLEST // ratio)
        image = QImage((px(measures.COLUMN) + 2 * pad) * ratio, room * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(self._theme.color("surface"))
        painter = QPainter(image)
        painter.translate(pad, pad)
        left = room - 2 * pad
        for sheet in self._sheets:
            bottom = sheet.cut(0, left)
            sheet.paint(painter, 0, bottom)
            painter.translate(0, bottom + gap)
            left -= bottom + gap
            if left <= 0:
                break
        painter.end()
        return image
