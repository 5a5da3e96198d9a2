"""The model picker: a popover under the model's chip."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.errors import AppError
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.services.catalogue import Catalogue
from desktop.services.prices import Prices
from desktop.ui.chat.model_picker_conditions import Conditions
from desktop.ui.chat.model_picker_list import ModelList
from desktop.ui.chat.model_picker_rows import Entry, Filter, Offer, PickerModel
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.button import Button, Chip
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.keys import key_text
from desktop.ui.widgets.labels import KeyCap, text_label
from desktop.ui.widgets.popover import Popover

WIDTH = 640
WINDOW_SHARE = 0.75
CHROME = 48 + 1 + 44 + 1 + 40  # search, line, filters, line, hints

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ModelPicker(Popover):
    """Search, filters and a list of all routes and models. The keyboard stays in the search field.

    With `conditions` it also shows how these do.
    """

    chosen = Signal(object)  # ModelRef
    made_default = Signal(object)  # ModelRef
    settings_requested = Signal(str, str)  # page, and ""

    def __init__(
        self,
        theme: Theme,
        catalogue: Catalogue,
        tasks: Tasks,
        parent: QWidget | None = None,
        *,
        conditions: Conditions | None = None,
        prices: Prices | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._catalogue = catalogue
        self._tasks = tasks
        self._conditions = conditions
        self._prices = prices
        self._model = PickerModel(catalogue, conditions, prices, self)
        self._seconds = QTimer(self, interval=1000)
        self._chips: dict[Filter, Chip] = {}
        self._build()
        for keys, slot in (
            ("Ctrl+Return", self._make_default),
            ("Ctrl+Enter", self._make_default),
            ("Ctrl+D", self._star),
        ):
            self._shortcut(keys, slot)

    def open_at(self, anchor: QWidget, current: ModelRef | None) -> None:
        """Open below `anchor` with nothing searched; `current` is the model in use."""
        self._model.load()
        self._model.current = current
        self._model.default = self._catalogue.default_model()
        count = self._model.count()
        self._field.setPlaceholderText(ngettext("Search {n} model", "Search {n} models", count).format(n=count))
        self._max_height = int(anchor.window().height() * WINDOW_SHARE)
        self._clear()
        # Set outright, because Qt's own adjusting keeps windows under two thirds of the screen.
        self.setFixedSize(self.sizeHint().boundedTo(anchor.screen().availableSize()))
        self.show_below(anchor)
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)
        if self._conditions is not None:
            self._seconds.start()
            self._tasks.start(self._read_conditions(self._conditions), on_error=_do_without)

        if self._prices is not None and not self._prices.list_name:
            self._tasks.start(self._read_prices(self._prices))

    async def _read_prices(self, prices: Prices) -> None:
        """Show the models again at what the lists say, which are not read before there is somebody to look."""
        await prices.prepare()
        self._reload()

    async def _read_conditions(self, conditions: Conditions) -> None:
        await conditions.read()
        self._list.viewport().update()

    def hideEvent(self, event: QHideEvent) -> None:
        self._seconds.stop()
        super().hideEvent(event)

    # Building

    def _build(self) -> None:
        theme = self.theme
        self._max_height = theme.px(600)
        self._list = ModelList(theme, self._model)
        self._list.chosen.connect(self._choose)
        self._list.starred.connect(self._star)
        self._seconds.timeout.connect(self._list.count_down)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._list)
        self._pages.addWidget(self._nothing())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 1, 0)  # the edge runs through the outer rows
        layout.setSpacing(0)
        layout.addWidget(self._search_row())
        layout.addWidget(Divider(theme))
        layout.addWidget(self._filter_row())
        layout.addWidget(self._pages, 1)
        layout.addWidget(Divider(theme))
        layout.addWidget(self._hint_row())
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)

    def _search_row(self) -> QWidget:
        row, layout = self._row(48, left=16, gap=12)
        self._field = Field(self.theme, _("Search models"), edge=False, size=15)
        self._field.textChanged.connect(self._refresh)
        self._field.installEventFilter(self)
        layout.addWidget(_Glass(self.theme))
        layout.addWidget(self._field, 1)
        layout.addWidget(KeyCap(self.theme, key_text("Ctrl+Shift+M")))
        return row

    def _filter_row(self) -> QWidget:
        row, layout = self._row(44, left=12, gap=6)
        filters = (
            (Filter.VISION, "eye", _("Sees images")),
            (Filter.TOOLS, "wrench", _("Uses tools")),
            (Filter.REASONING, "brain", _("Reasons")),
            (Filter.LOCAL, "desktop", _("Local")),
        )
        for number, (wanted, icon, text) in enumerate(filters, 1):
            chip = Chip(self.theme, text, icon=icon)
            chip.setCheckable(True)
            chip.setAccessibleName(text)
            chip.setToolTip(key_text(f"Alt+{number}"))
            chip.toggled.connect(self._refresh)
            self._shortcut(f"Alt+{number}", chip.toggle)
            self._chips[wanted] = chip
            layout.addWidget(chip)
        layout.addStretch(1)
        return row

    def _hint_row(self) -> QWidget:
        row, layout = self._row(40, left=16, gap=6)
        hints = (
            (("↑", "↓"), _("Move")),
            ((key_text("Return"),), _("Use here")),
            ((key_text("Ctrl+Return"),), _("Make default")),
        )
        for keys, text in hints:
            for key in keys:
                layout.addWidget(KeyCap(self.theme, key))
            layout.addWidget(text_label(self.theme, text, 12, role="text-muted"))
            layout.addSpacing(self.theme.px(8))
        layout.addStretch(1)
        layout.addWidget(KeyCap(self.theme, key_text("Ctrl+D")))
        layout.addWidget(text_label(self.theme, _("Favourite"), 12, role="text-muted"))
        return row

    def _nothing(self) -> QWidget:
        page = QWidget()
        clear = Button(self.theme, _("Clear filters"), small=True)
        clear.clicked.connect(self._clear)
        layout = QVBoxLayout(page)
        layout.setSpacing(self.theme.px(12))
        layout.addStretch(1)
        layout.addWidget(
            text_label(self.theme, _("No models match"), 14, 500, "text-secondary"), 0, Qt.AlignmentFlag.AlignHCenter
        )
        layout.addWidget(clear, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        return page

    def _row(self, height: int, *, left: int, gap: int) -> tuple[QWidget, QHBoxLayout]:
        px = self.theme.px
        row = QWidget()
        row.setFixedHeight(px(height))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(px(left), 0, px(16), 0)
        layout.setSpacing(px(gap))
        return row, layout

    def _shortcut(self, keys: str, slot: object) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(slot)

    def sizeHint(self) -> QSize:
        height = self.theme.px(CHROME) + self._list.content_height()
        return QSize(self.theme.px(WIDTH), min(height, self._max_height))

    # Searching

    def _clear(self) -> None:
        self._field.clear()
        for chip in self._chips.values():
            chip.setChecked(False)
        self._refresh()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self) -> None:
        """Show what the field and the chips ask for; without words the model in use is where the keyboard starts."""
        filters = frozenset(wanted for wanted, chip in self._chips.items() if chip.isChecked())
        query = self._field.text()
        self._model.show(query, filters)
        start = QModelIndex() if query.strip() else self._model.index_of(self._model.current)
        self._list.setCurrentIndex(start if start.isValid() else self._first())
        asked = bool(query.strip() or filters)
        self._pages.setCurrentIndex(1 if asked and not self._model.has_models() else 0)

    def _first(self) -> QModelIndex:
        return next(
            (index for row in range(self._model.rowCount()) if (index := self._model.index(row)).flags()), QModelIndex()
        )

    def _reload(self) -> None:
        """Show changed models, with the keyboard still on the same one."""
        entry = self._model.entry(self._list.currentIndex())
        scrolled = self._list.verticalScrollBar().value()
        self._model.load()
        self._refresh()
        if entry:
            self._list.setCurrentIndex(self._model.index_of(entry.model.ref))
            self._list.verticalScrollBar().setValue(scrolled)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in (*_MOVES, *_ENTER):
                self._list.keyPressEvent(event)
                if event.key() in _MOVES and (entry := self._model.entry(self._list.currentIndex())):
                    announce(self._field, "\n".join((self._model.spoken(entry), self._model.limits(entry))).strip())
                return True
        return super().eventFilter(watched, event)

    # Acting

    def _choose(self, index: QModelIndex) -> None:
        match self._model.row(index.row()):
            case Entry(model=model):
                self.hide()
                self.chosen.emit(model.ref)
            case Offer(refreshes="", page=page):
                self.hide()
                self.settings_requested.emit(page, "")
            case Offer(refreshes=provider_id):
                self._tasks.start(self._fetch(provider_id))

    def _make_default(self) -> None:
        if entry := self._model.entry(self._list.currentIndex()):
            self._catalogue.set_default_model(entry.model.ref)
            self._model.default = entry.model.ref
            self._list.viewport().update()
            self.made_default.emit(entry.model.ref)

    def _star(self, index: QModelIndex | None = None) -> None:
        if entry := self._model.entry(self._list.currentIndex() if index is None else index):
            self._tasks.start(self._set_favourite(entry.model.ref, not entry.model.favourite))

    async def _set_favourite(self, ref: ModelRef, favourite: bool) -> None:
        await self._catalogue.set_favourite(ref, favourite)
        self._reload()

    async def _fetch(self, provider_id: str) -> None:
        await self._catalogue.refresh(provider_id)
        self._reload()


def _do_without(error: AppError) -> None:
    """The list is there without the figures; what is wrong with the database shows elsewhere."""


class _Glass(QWidget):
    """The magnifying glass before the search field; decoration."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(theme.px(18), theme.px(18))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._theme.icons.paint(
            QPainter(self), QRectF(self.rect()), "magnifying-glass", self._theme.color("text-muted")
        )
