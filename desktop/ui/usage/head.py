"""The head of the usage page: which period, which keys and tags, and what can be done with it."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.usage.view import Kind
from desktop.ui.widgets.button import Button, Chip, IconButton
from desktop.ui.widgets.keys import key_text
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.toggle import Segments

HEIGHT = 52
ROOM_FOR_EXPORT = 480
"""Design pixels of width from which the button stands beside the menu that holds the same."""


class UsageHead(QWidget):
    """52 high, or two such rows where it is narrow, with a hairline below."""

    sidebar_toggled = Signal()
    kind_chosen = Signal(str)
    stepped = Signal(int)
    range_requested = Signal()
    filter_requested = Signal()
    export_requested = Signal()
    menu_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        px = theme.px
        self.toggle = IconButton(theme, "sidebar-left", _("Show or hide the sidebar"), shortcut_hint=key_text("Ctrl+B"))
        self.toggle.clicked.connect(self.sidebar_toggled)
        self._title = text_label(theme, _("Usage"), 15, 600)
        kinds = (
            (Kind.DAY.value, _("Day")),
            (Kind.WEEK.value, _("Week")),
            (Kind.MONTH.value, _("Month")),
            (Kind.CUSTOM.value, _("Custom")),
        )
        self.kinds = Segments(theme, kinds, _("Period"))
        self.kinds.changed.connect(self.kind_chosen)
        self.previous = IconButton(theme, "caret-left-bold", _("Earlier"), size=28)
        self.previous.clicked.connect(lambda: self.stepped.emit(-1))
        self.period = Button(theme, "", kind="ghost", small=True)
        self.period.clicked.connect(self.range_requested)
        self.following = IconButton(theme, "caret-right-bold", _("Later"), size=28)
        self.following.clicked.connect(lambda: self.stepped.emit(1))
        self.filter = _FilterChip(theme, "", icon="funnel-simple", caret=True)
        self.filter.clicked.connect(self.filter_requested)
        self.export = Button(theme, _("Export CSV"), icon="export")
        self.export.clicked.connect(self.export_requested)
        self.more = IconButton(theme, "dots-three-bold", _("Export, statement, picture"))
        self.more.clicked.connect(self.menu_requested)

        self._upper, self._lower = QHBoxLayout(), QHBoxLayout()
        self._rows: int | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 1)
        column.setSpacing(0)
        column.addLayout(self._upper)
        column.addLayout(self._lower)
        for row in (self._upper, self._lower):
            row.setContentsMargins(px(12), 0, px(12), 0)
            row.setSpacing(px(12))
        self._lay_out(1)
        theme.changed.connect(self.update)

    def show_period(self, kind: Kind, text: str, *, has_following: bool) -> None:
        """The period that the page shows."""
        self.kinds.set_value(kind.value)
        self.period.setText(text)
        self.period.setAccessibleName(_("Period: {period}. Choose other days").format(period=text))
        self.period.updateGeometry()
        self.following.setEnabled(has_following)
        self._fit()

    def show_filter(self, text: str, *, is_on: bool) -> None:
        """What limits the rows that count."""
        self.filter.setText(text)
        self.filter.setAccessibleName(_("Counted: {what}").format(what=text))
        self.filter.setToolTip(text)
        self.filter.setCheckable(is_on)
        self.filter.setChecked(is_on)
        self.filter.updateGeometry()
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())  # it makes do with any width: see `_fit`

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.toggle.setFocus(event.reason())  # a focus proxy would make Tab go past the children

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """One row if everything has room in it."""
        self.export.setVisible(self.width() >= self._theme.px(ROOM_FOR_EXPORT))
        parts: list[QWidget] = [self.toggle, self._title, self.kinds, self.previous, self.period, self.following]
        parts += [self.filter, self.export, self.more]
        wanted = sum(part.sizeHint().width() for part in parts) + self._theme.px(12) * (len(parts) + 2)
        self._lay_out(1 if self.width() >= wanted else 2)

    def _lay_out(self, rows: int) -> None:
        if rows == self._rows:
            return
        self._rows = rows
        px = self._theme.px
        for row in (self._upper, self._lower):
            while row.takeAt(0) is not None:
                pass
        self._upper.addWidget(self.toggle)
        self._upper.addWidget(self._title)
        self._upper.addSpacing(px(4))
        self._upper.addWidget(self.kinds)
        if rows == 2:
            self._upper.addStretch(1)
        rest = self._upper if rows == 1 else self._lower
        rest.addSpacing(px(4) if rows == 1 else 0)
        period = QHBoxLayout()
        period.setSpacing(0)
        period.addWidget(self.previous)
        period.addWidget(self.period)
        period.addWidget(self.following)
        rest.addLayout(period)
        rest.addStretch(1)
        rest.addWidget(self.filter)
        rest.addWidget(self.export)
        rest.addWidget(self.more)
        self.setFixedHeight(px(HEIGHT) * rows)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, self._theme.color("border"))


class _FilterChip(Chip):
    """As high as the button beside it."""

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        size.setHeight(self.theme.px(32))
        return size
