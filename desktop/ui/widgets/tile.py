"""The square with a letter that stands for a provider."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.model import Provider
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box

_LETTERS = {"openrouter": "R", "ollama": "Ol"}
"""Where the first letter of the name would say another provider."""


def paint_tile(painter: QPainter, theme: Theme, rect: QRectF, service_id: str, name: str) -> None:
    """A tile filling `rect`, for delegates."""
    hue = theme.provider_color(service_id)
    paint_box(painter, rect, theme.px(8), theme.mix(hue, 0.14, theme.color("surface-raised")))
    font = theme.font(14, 600)
    font.setPixelSize(round(rect.height() * 0.46))
    painter.setFont(font)
    painter.setPen(theme.mix(hue, 0.75, theme.color("text")))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, _LETTERS.get(service_id, name[:1].upper()))


class ProviderTile(QWidget):
    """A provider's tile of `size` design pixels. The name stands beside it, so it has none of its own."""

    def __init__(self, theme: Theme, provider: Provider, size: int = 28, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._provider = provider
        self._side = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_provider(self, provider: Provider) -> None:
        self._provider = provider
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.theme.px(self._side), self.theme.px(self._side))

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_tile(QPainter(self), self.theme, QRectF(self.rect()), self._provider.service_id, self._provider.name)
