"""What stands around the text: the way back to its end, the outline, and marks on the scroll bar."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea

from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.scrolling.arrangement import Arrangement
from desktop.ui.transcript.scrolling.jump import JumpToLatest
from desktop.ui.transcript.scrolling.outline import Outline
from desktop.ui.transcript.scrolling.scroll_marks import ScrollMarks

_ABOVE_EDGE = 12


class Margins:
    """Goes along with an arrangement: `place` after every move of it.

    All of it is in the viewport, not over it: Qt paints all of a widget again that scrolls under another one.
    """

    def __init__(
        self,
        theme: Theme,
        area: QAbstractScrollArea,
        arrangement: Arrangement,
        to_end: Callable[[], None],
        to_message: Callable[[str], None],
    ) -> None:
        self._theme = theme
        self._area = area
        self._arrangement = arrangement
        self._replies_seen = 0
        self.scroll_marks = ScrollMarks(theme, area.verticalScrollBar(), arrangement.share_of)
        self.outline = Outline(theme, area.viewport(), area)
        self.outline.chosen.connect(to_message)
        self.jump = JumpToLatest(theme, area.viewport())
        self.jump.clicked.connect(lambda: to_end())
        self.jump.hide()

    def set_entries(self) -> None:
        """The arrangement has other rows."""
        self.outline.set_entries(self._arrangement.entries, self._arrangement.questions)

    def count_from_here(self) -> None:
        """All replies there are have been seen."""
        self._replies_seen = self._count_replies()
        self.jump.set_count(0)

    def stand_over(self, widget: MessageWidget) -> None:
        """Stay above a message that is new, or wants to be above others."""
        widget.stackUnder(self.outline)

    def place(self) -> None:
        """Stand where the text leaves room, and say where in it the reader is."""
        arrangement, viewport = self._arrangement, self._area.viewport()
        left, width = arrangement.across()
        shown = not arrangement.follow and not arrangement.at_end
        if shown:
            self.jump.set_count(max(0, self._count_replies() - self._replies_seen))
            y = viewport.height() - self.jump.height() - self._theme.px(_ABOVE_EDGE)
            self.jump.move(left + (width - self.jump.width()) // 2, y)
        else:
            self._replies_seen = self._count_replies()
        self.jump.setVisible(shown)
        mirrored = self._area.layoutDirection() == Qt.LayoutDirection.RightToLeft
        margin = (0, left) if mirrored else (left + width, viewport.width())
        self.outline.set_row(arrangement.row_at(viewport.height() // 3))
        self.outline.place(*margin, viewport.height())

    def _count_replies(self) -> int:
        return len(self._arrangement.entries) - len(self._arrangement.questions)
