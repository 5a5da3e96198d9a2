"""Where the sidebar stands: beside the page, put away, or in a narrow window laid over the page."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStyle, QWidget

from desktop.ui.theme.theme import Theme

COMPACT_BELOW = 900
WIDTHS = (220, 360)
OVERLAY_WIDTH = 288


class SidebarPlace(QSplitter):
    """The window's middle. The two frames stand in it first, `fill` puts what is made of them in their places.

    `is_hidden`: the user wants no sidebar beside the page. `is_compact`: there is no room for one.
    """

    compact_changed = Signal(bool)
    overlay_closed = Signal()

    def __init__(self, theme: Theme, sidebar: QWidget, page: QWidget, width: int, *, is_hidden: bool) -> None:
        """`width`: that of the sidebar, as `logical_width`."""
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self._side = sidebar
        self._side_width = theme.px(min(max(width, WIDTHS[0]), WIDTHS[1]))
        self._scrim: QWidget | None = None
        self.is_hidden = is_hidden
        self.is_compact = False
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.addWidget(sidebar)
        self.addWidget(page)
        self.setStretchFactor(1, 1)
        self._limit()
        sidebar.setVisible(not is_hidden)
        self.splitterMoved.connect(self._moved)

    def fill(self, sidebar: QWidget, page: QWidget) -> None:
        """Stand these in the places of the frames."""
        self._side = sidebar
        self.insertWidget(0, sidebar)
        self.insertWidget(1, page)
        self.setStretchFactor(1, 1)
        self._limit()
        self.lay_out()
        sidebar.setVisible(not self.is_hidden and not self.is_compact)

    def lay_out(self) -> None:
        """Give the sidebar its width in a window that has its own."""
        self.setSizes([self._side_width, self.window().width() - self._side_width])

    @property
    def logical_width(self) -> int:
        """Of the sidebar beside the page, in pixels at zoom 100 %."""
        return round(self._side_width / (self._theme.px(100) / 100))

    @property
    def is_over(self) -> bool:
        """Whether the sidebar lies over the page."""
        return self._side.parent() is not self

    def toggle(self) -> None:
        """Show the sidebar or put it away."""
        if self.is_over:
            self.close_overlay()
        elif self.is_compact:
            self._open_overlay()
        else:
            self.is_hidden = not self.is_hidden
            self._side.setVisible(not self.is_hidden)

    def show_sidebar(self) -> None:
        if not self.is_over and (self.is_compact or self.is_hidden):
            self.toggle()

    def close_overlay(self) -> None:
        """Put away a sidebar that lies over the page."""
        if self._scrim is not None and self.is_over:
            self._scrim.hide()
            self._side.hide()
            self.insertWidget(0, self._side)
            self.lay_out()
            self.overlay_closed.emit()

    # Inside

    def _open_overlay(self) -> None:
        """The sidebar over the page, with everything else behind a scrim."""
        if self._scrim is None:
            from desktop.ui.widgets.scrim import Scrim  # for narrow windows

            self._scrim = Scrim(self._theme, self.window())
            self._scrim.clicked.connect(self.close_overlay)
        self._side.setParent(self.window())
        self._place_overlay(self._scrim)
        for part in (self._scrim, self._side):
            part.show()
            part.raise_()
        self._side.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_overlay(self, scrim: QWidget) -> None:
        room = self.geometry()
        scrim.setGeometry(room)
        side = QRect(0, room.top(), self._theme.px(OVERLAY_WIDTH), room.height())
        self._side.setGeometry(QStyle.visualRect(self.layoutDirection(), room, side))

    def _set_compact(self, compact: bool) -> None:
        if compact == self.is_compact:
            return
        self.is_compact = compact
        self.compact_changed.emit(compact)
        if compact:
            self._side.hide()
        else:
            self.close_overlay()
            self._side.setVisible(not self.is_hidden)

    def _limit(self) -> None:
        self._side.setMinimumWidth(self._theme.px(WIDTHS[0]))
        self._side.setMaximumWidth(self._theme.px(WIDTHS[1]))

    def _moved(self, position: int, _index: int) -> None:
        self._side_width = position

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_compact(self.width() < self._theme.px(COMPACT_BELOW))
        if self._scrim is not None and self.is_over:
            self._place_overlay(self._scrim)
