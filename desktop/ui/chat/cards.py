"""The three ways to begin: the cards of the first-run page."""

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain import figures
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.providers.registry import SERVICES, service
from desktop.services.catalogue import Catalogue
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button, IconButton
from desktop.ui.widgets.labels import ElidedLabel, text_label
from desktop.ui.widgets.paint import paint_box, paint_dot
from desktop.ui.widgets.tile import paint_tile

if TYPE_CHECKING:
    from desktop.providers.discovery import LocalServer

SERVICES_SHOWN = ("openai", "anthropic", "gemini", "mistral", "deepseek", "qwen", "openrouter", "litellm")
TOUR_SHOWS = (
    ("git-branch", N_("Edit and branch")),
    ("key", N_("Keys and local models")),
    ("wallet", N_("Costs and privacy")),
)
ROWS = 3
LOOK_AFTER_MS = 400
"""After the page opens: asking loads the HTTP library, and the first keys typed must not wait for that."""


class Card(QFrame):
    """240×248 with a title, a line, a body and one button at the foot."""

    def __init__(self, theme: Theme, title: str, line: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        px = theme.px
        self.setAccessibleName(title)
        self.setMinimumHeight(px(248))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        heading = text_label(theme, title, 15, 600)
        heading.setFixedHeight(px(24))
        self.line = ElidedLabel(theme, line, 13, role="text-secondary")
        self.line.setFixedHeight(px(18))
        self._line_row = QHBoxLayout()
        self._line_row.setSpacing(px(6))
        self._line_row.addWidget(self.line, 1)
        self._dot = Dot(theme)
        self._line_row.insertWidget(0, self._dot)
        self.body = QVBoxLayout()
        self.body.setSpacing(0)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(px(16) + 1, px(16) + 1, px(16) + 1, px(16) + 1)
        self.column.setSpacing(0)
        self.column.addWidget(heading)
        self.column.addSpacing(px(3))
        self.column.addLayout(self._line_row)
        self.column.addLayout(self.body)
        self.column.addStretch(1)
        theme.changed.connect(self.update)

    def add_button(self, button: Button) -> None:
        """The button fills the width of the card."""
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.column.addSpacing(self.theme.px(16))
        self.column.addWidget(button)

    def say(self, text: str, *, good: bool = False) -> None:
        """Change the line under the title; `good` puts a green dot before it."""
        self.line.setText(text)
        self._dot.setVisible(good)

    def paintEvent(self, event: QPaintEvent) -> None:
        color = self.theme.color
        paint_box(QPainter(self), QRectF(self.rect()), self.theme.px(12), color("surface-raised"), color("border"))


class Dot(QWidget):
    """The green dot before a line that says that something was found."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(theme.px(8), theme.px(18))
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_dot(QPainter(self), self.rect().toRectF().center(), self._theme.px(8), self._theme.color("success"))


class Row(QWidget):
    """A line of a list: a hairline above, perhaps an icon, a text, and a quiet one at the end."""

    def __init__(self, theme: Theme, text: str, end: str = "", icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text, self._end, self._icon = text, end, icon
        self.setFixedHeight(theme.px(30) + 1)
        self.setAccessibleName(", ".join(filter(None, (text, end))))
        self.setToolTip(text)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, theme.color("border"))
        body = QRectF(0, 1, self.width(), self.height() - 1)
        start, end = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        right_to_left = not self.isLeftToRight()
        if right_to_left:
            start, end = end, start
        indent = px(24) if self._icon else 0
        if self._icon:
            x = body.right() - px(16) if right_to_left else 0
            icon = QRectF(x, body.center().y() - px(8), px(16), px(16))
            theme.icons.paint(painter, icon, self._icon, theme.color("text-secondary"))
        small = theme.tabular(theme.font(12))
        painter.setFont(small)
        painter.setPen(theme.color("text-muted"))
        painter.drawText(body, end | Qt.AlignmentFlag.AlignVCenter, self._end)
        font = theme.font(13)
        space = body.width() - indent - QFontMetricsF(small).horizontalAdvance(self._end) - px(8)
        shown = QFontMetricsF(font).elidedText(self._text, Qt.TextElideMode.ElideMiddle, space)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        body.adjust(0 if right_to_left else indent, 0, -indent if right_to_left else 0, 0)
        painter.drawText(body, start | Qt.AlignmentFlag.AlignVCenter, shown)


class KeyCard(Card):
    """Add a key: eight well-known providers, and one button for any."""

    chosen = Signal(str)  # service id, or "" for any

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Add a key"), _("Any provider, one or many."), parent)
        px = theme.px
        grid = QGridLayout()
        grid.setContentsMargins(0, px(17), 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(px(10))
        for column in (1, 3, 5):
            grid.setColumnStretch(column, 1)
        for place, service_id in enumerate(SERVICES_SHOWN):
            tile = TileButton(theme, service_id, service(service_id).name)
            tile.clicked.connect(lambda _checked=False, chosen=service_id: self.chosen.emit(chosen))
            grid.addWidget(tile, place // 4, place % 4 * 2)
        self.body.addLayout(grid)
        self.paste = Button(theme, _("Paste a key"), kind="primary", icon="key")
        self.paste.clicked.connect(lambda: self.chosen.emit(""))
        self.add_button(self.paste)


class TileButton(IconButton):
    """A provider's tile of 40 px that leads to where its key goes."""

    def __init__(self, theme: Theme, service_id: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, "key", _("Add a key for {provider}").format(provider=name), size=40, parent=parent)
        self._service_id = service_id
        self._name = name

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.theme
        painter = QPainter(self)
        paint_tile(painter, theme, QRectF(self.rect()), self._service_id, self._name)
        if self.underMouse() or self.isDown():
            edge = theme.provider_color(self._service_id)
            paint_box(painter, QRectF(self.rect()), theme.px(8), None, edge, 2 if self.isDown() else 1)


class LocalCard(Card):
    """Use a local model: looks for servers on this computer whenever the page opens."""

    used = Signal(object)  # ModelRef

    def __init__(self, theme: Theme, catalogue: Catalogue, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Use a local model"), "", parent)
        self._catalogue = catalogue
        self._tasks = tasks
        self._found: LocalServer | None = None
        self._looking: asyncio.Task[None] | None = None
        self._rows: list[Row] = []
        self.body.setContentsMargins(0, theme.px(13), 0, 0)
        self._button = Button(theme, "")
        self._button.clicked.connect(self._on_button)
        self.add_button(self._button)
        self._timer = QTimer(self, singleShot=True, interval=LOOK_AFTER_MS)
        self._timer.timeout.connect(self._look)
        self._show_looking()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():  # not when the window only comes back
            self._show_looking()
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._timer.stop()

    def _on_button(self) -> None:
        if self._found is None:
            self._show_looking()
            self._look()
        else:
            self._button.setEnabled(False)
            self._tasks.start(self._use(self._found))

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = self._tasks.start(self._find())

    async def _find(self) -> None:
        servers = await self._catalogue.find_local()
        self._show_found(next((server for server in servers if server.models), servers[0] if servers else None))

    async def _use(self, server: "LocalServer") -> None:
        try:
            provider = await self._catalogue.use_local(server)
        finally:
            self._button.setEnabled(True)
        self.used.emit(ModelRef(provider.id, server.models[0].ref.model_id))

    def _show_looking(self) -> None:
        self.say(_("Looking for local servers…"))
        self._found = None
        self._show_rows([Row(self.theme, name, port) for name, port in _usual_ports()])
        self._show_button(_("Look again"), enabled=False)

    def _show_found(self, server: "LocalServer | None") -> None:
        if server is None:
            self.say(_("No local server found"))
        else:
            name = service(server.service_id).name
            self.say(_("{server} found on this computer").format(server=name), good=True)
        if server is None or not server.models:
            self._found = None
            nothing = [Row(self.theme, _("No models are installed yet"))] if server else None
            self._show_rows(nothing or [Row(self.theme, name, port) for name, port in _usual_ports()])
            self._show_button(_("Look again"))
            return
        self._found = server
        self._show_rows([Row(self.theme, model.name, _size(model.size_bytes)) for model in server.models[:ROWS]])
        self._show_button(_("Use {model}, free").format(model=server.models[0].name))

    def _show_rows(self, rows: list[Row]) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = rows
        for row in rows:
            self.body.addWidget(row)

    def _show_button(self, text: str, *, enabled: bool = True) -> None:
        metrics = QFontMetricsF(self._button.font())
        room = self._button.width() or self.theme.px(206)
        self._button.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room - self.theme.px(16)))
        self._button.setAccessibleName(text)
        self._button.setEnabled(enabled)
        self._button.update()


class TourCard(Card):
    """Take the offline tour."""

    chosen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Take the offline tour"), _("Nothing is sent, nothing is spent."), parent)
        self.body.setContentsMargins(0, theme.px(13), 0, 0)
        for icon, text in TOUR_SHOWS:
            self.body.addWidget(Row(theme, _(text), icon=icon))
        start = Button(theme, _("Start the tour"), icon="play")
        start.clicked.connect(self.chosen)
        self.add_button(start)


def _usual_ports() -> list[tuple[str, str]]:
    """What is looked for: names of local servers and where they usually listen."""
    local = [row for row in SERVICES if row.discovery_port is not None]
    return [(row.name, _("port {n}").format(n=row.discovery_port)) for row in local[:ROWS]]


def _size(size_bytes: int | None) -> str:
    """A file size in decimal units: 2.5 GB, 290 MB."""
    if size_bytes is None:
        return ""
    if size_bytes < 1_000_000_000:
        return f"{figures.number(Decimal(size_bytes) / 1_000_000, 0)}{figures.NBSP}MB"
    return f"{figures.number(Decimal(size_bytes) / 1_000_000_000, 1)}{figures.NBSP}GB"
