"""What stands between header and composer: the greeting, the way to begin or the messages; below it suggestions."""

from collections.abc import Callable
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.ui.chat.composer import WIDTH
from desktop.ui.chat.first_run import FirstRun
from desktop.ui.chat.frame import PageFrame
from desktop.ui.chat.suggestions import Suggestions
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.labels import text_label

if TYPE_CHECKING:
    from desktop.ui.transcript.view import Transcript


class Middle:
    """Shows one of the three. Tab comes to them from the header and goes on to the suggestions and the composer."""

    def __init__(
        self,
        theme: Theme,
        page: QWidget,
        frame: PageFrame,
        make_first_run: Callable[[], FirstRun],
        make_transcript: "Callable[[], Transcript]",
    ) -> None:
        self._page = page
        self._frame = frame
        self._make_first_run = make_first_run
        self._make_transcript = make_transcript
        self._stack = frame.stack
        self._greeting = text_label(theme, _("What are you working on?"), 26, 600)
        self._greeting.setFont(theme.font(26, 600, tracking=-0.3))
        self._greeting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._greeting)
        self.suggestions = Suggestions(theme)
        self.suggestions.setMaximumWidth(theme.px(WIDTH))
        row = QHBoxLayout()
        row.addWidget(self.suggestions)
        frame.above.addLayout(row)
        self._put_in_tab_order()

    @cached_property
    def _first_run(self) -> FirstRun:
        """Made for those who have set nothing up."""
        page = self._make_first_run()
        self._add(page)
        return page

    @cached_property
    def transcript(self) -> "Transcript":
        """Made for the first chat that is opened: it brings the largest part of the page's code with it."""
        page = self._make_transcript()
        self._add(page)
        return page

    @property
    def made_transcript(self) -> "Transcript | None":
        """The transcript, if a chat has been opened."""
        return self.transcript if "transcript" in self.__dict__ else None

    @property
    def messages(self) -> "Transcript | None":
        """The transcript, if it is on the screen."""
        made = self.made_transcript
        return made if made is self._stack.currentWidget() and not self._page.isHidden() else None

    @property
    def pane(self) -> QWidget | None:
        """What takes the keys; None for the greeting."""
        shown = self._stack.currentWidget()
        return None if shown is self._greeting else shown

    def show_start(self, *, is_ready: bool) -> None:
        """The greeting, or the way to begin while there is no model to ask."""
        if is_ready:
            self._stack.setCurrentWidget(self._greeting)
        else:
            self._stack.setCurrentWidget(self._first_run)
            self._first_run.refresh()

    def show_messages(self) -> None:
        self._stack.setCurrentWidget(self.transcript)

    def add_bar(self, bar: QWidget) -> None:
        """Stand a bar above the messages."""
        column = self._frame.column
        column.insertWidget(column.indexOf(self._stack), bar)
        self._put_after_header(bar)

    def make_room(self) -> None:
        """Lay out at once, after a bar has come or gone."""
        self._frame.column.activate()

    # Inside

    def _add(self, page: QWidget) -> None:
        """Put a page in its place, on the screen and for Tab: after the header, before what is older."""
        self._stack.addWidget(page)
        if stops := self._put_after_header(page):
            self.suggestions.follow(stops[-1])

    def _put_after_header(self, part: QWidget) -> list[QWidget]:
        """Have Tab come from the header to the controls of a part, which it returns."""
        stops = [each for each in part.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
        for before, after in pairwise([self._frame.header.last_control, *stops]):
            QWidget.setTabOrder(before, after)
        return stops

    def _put_in_tab_order(self) -> None:
        """Header, page, suggestions, composer, though the composer was there first."""
        last: QWidget = self.suggestions
        while not last.focusPolicy() & Qt.FocusPolicy.TabFocus and (before := last.previousInFocusChain()):
            last = before
        self.suggestions.follow(last)
        for control in self._frame.composer.controls():
            QWidget.setTabOrder(last, control)
            last = control
