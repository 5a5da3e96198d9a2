"""Finding in the conversation on the screen, all its branches included: marks what is found and goes there."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer

from desktop.domain import figures
from desktop.domain.message import Message, ReasoningPart, TextPart
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.render.finding import BadExpression, Matcher, Query, TooSlow
from desktop.render.inline_text import OBJECT
from desktop.ui.chat import searched
from desktop.ui.chat.find_bar import FindBar
from desktop.ui.chat.found import Hit, Marks, hits_in, marks
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.chat.search_run import SearchRun, Texts
from desktop.ui.tasks import Tasks
from desktop.ui.transcript.position import Highlight, Place, TextPosition
from desktop.ui.transcript.written import Written
from desktop.ui.widgets.announce import announce

if TYPE_CHECKING:
    from desktop.ui.transcript.view import Transcript

SHOW_SECONDS = 0.1
SHOW_REST = 20
"""While a search goes on, what it has found so far is shown so often, and for at most a twentieth of the time."""
MOST_MARKS = 300
"""On the scroll bar."""
FOLLOW_MS = 300
"""While a reply is written, what is new in it is looked through so often."""


LONGEST_SELECTION = 200
"""Letters; who has selected more does not want to find it."""


class Find(QObject):
    """Joins the bar, the transcript and the messages of the chat."""

    def __init__(self, bar: FindBar, transcript: "Transcript", open_chat: OpenChat, tasks: Tasks) -> None:
        super().__init__(bar)
        self._bar = bar
        self._transcript = transcript
        self._open = open_chat
        self._tasks = tasks
        self._search: SearchRun | None = None
        self._task: asyncio.Task[None] | None = None
        self._texts: Texts = {}
        self._conversation_id: str | None = None
        self._branch: tuple[str, ...] = ()  # the one that was shown when the search began
        self._own_head: str | None = None  # the end of the branch that a step of ours has led to
        self._from: TextPosition | None = None  # where the reader was when the search began
        self._current: Hit | None = None
        self._goes = False  # whether the first find is still to be gone to
        self._show_next = 0.0
        self._following = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._following.timeout.connect(self._take_messages)
        bar.query_changed.connect(self._begin)
        bar.step_requested.connect(self.step)

    # What the page asks of it

    @property
    def is_open(self) -> bool:
        return not self._bar.isHidden()

    def open(self) -> None:
        """Let the bar have the keys. What is selected is looked for, else what was looked for before."""
        text = self._selected()
        if not self.is_open:
            self._from, self._current = self._place_in_view(), None
            self._bar.show()
        self._bar.begin(text)

    def close(self) -> None:
        """Take all marks back and forget everything but the query."""
        self._stop()
        self._texts.clear()
        self._bar.hide()

    def step(self, step: int) -> None:
        """Go to the next find (1) or the one before (-1)."""
        if self._search is None:
            return
        place = self._place_in_view()
        if (at := self._current) is not None:
            place = TextPosition(at.message_id, Place(at.column, at.leaf, at.start + (step > 0)))
        if (hit := self._nearest(place, step)) is not None:
            self._go_to(hit)
            announce(self._bar, self._said())

    def follow(self, *, at_once: bool) -> None:
        """The messages on the screen are others now, or (not `at_once`) there is more of one."""
        if not self.is_open:
            return
        if self._open.shown.id != self._conversation_id:
            self._texts.clear()
            self._from = self._current = None
            self._begin()
        elif at_once:
            self._take_messages()
        elif not self._following.isActive():
            self._following.start()

    def mark_terms(self, message_id: str, terms: Iterable[str]) -> None:
        """Mark what a search of all chats has found in a message, and go to the first of it."""
        row = self._transcript.row_of(message_id)
        if row < 0 or self.is_open:
            return
        *_pieces, columns = searched.read(self._transcript.entries[row].message)
        assert columns is not None
        matchers = [Matcher(query) for term in terms if (query := Query(term))]
        hits = {hit for matcher in matchers for hit in hits_in(message_id, columns, matcher)}
        ordered = sorted(hits, key=lambda hit: (hit.position.place, hit.end))
        self._transcript.set_highlight(Highlight.FOUND, {message_id: marks(ordered)})
        if ordered:
            self._transcript.reveal(ordered[0].position, end_offset=ordered[0].end)

    def clear_terms(self) -> None:
        """Take those marks back."""
        if not self.is_open:
            self._transcript.set_highlight(Highlight.FOUND, {})

    # Searching

    def _begin(self) -> None:
        """Look for what stands in the bar now, from the find that was gone to or the reader's place on."""
        if self._current is not None:
            self._from = self._current.position
        self._stop()
        query = self._bar.query()
        self._conversation_id = self._open.shown.id
        if not query:
            self._bar.show_state("", can_step=False)
            return
        try:
            matcher = Matcher(query)
        except BadExpression as error:
            self._bar.show_error(_bad(error))
            return
        self._search = SearchRun(matcher, self._texts, self._live, self._in_view, self._on_progress)
        self._goes = True
        self._take_messages()

    def _stop(self) -> None:
        """Drop the search and take back what is marked for it."""
        if self._task is not None:
            self._task.cancel()
        self._following.stop()
        self._task = self._search = self._current = self._own_head = None
        self._branch, self._show_next = (), 0.0
        self._transcript.set_highlight(Highlight.FOUND, {})
        self._transcript.set_highlight(Highlight.CURRENT, {})
        self._transcript.set_scroll_marks([], -1)

    def _take_messages(self) -> None:
        """Have searched what is new or has changed in the conversation."""
        search, shown = self._search, self._open.shown
        if search is None:
            return
        path = shown.path()
        if not self._branch or shown.head_id != self._own_head:
            self._branch, self._own_head = tuple(message.id for message in path), None
        everything = {message.id: message for message in shown.tree} | {message.id: message for message in path}
        if (growing := everything.get(shown.writing_id or "")) and (written := self._live(growing.id)):
            everything[growing.id] = self._as_shown(growing, written)
        branch = {message_id: everything[message_id] for message_id in self._branch if message_id in everything}
        search.take(branch | everything, self._from.message_id if self._from is not None else "")
        if (at := self._current) is not None and at.message_id not in everything:
            self._current = None
        if self._task is None:
            self._task = self._tasks.start(self._run(search))

    async def _run(self, search: SearchRun) -> None:
        try:
            await search.run()
        except TooSlow:
            if search is self._search:
                self._stop()
                self._bar.show_error(_("This expression takes too long. Make it simpler."))
            return
        if search is not self._search:
            return
        self._task = None
        self._go_to_first()
        self._goes = False
        self._show()
        announce(self._bar, self._said())

    def _on_progress(self) -> None:
        assert self._search is not None
        if self._goes and self._search.is_surveyed and self._search.found.total:
            self._go_to_first()
        if time.monotonic() >= self._show_next:
            self._show()

    def _as_shown(self, growing: Message, written: Written) -> Message:
        """A reply as far as it is on the screen: what has arrived since is looked for soon."""
        if len(written.text) < len(growing.text):
            self._following.start()
        return replace(growing, parts=(ReasoningPart(written.reasoning.text), TextPart(written.text)))

    def _live(self, message_id: str) -> Written | None:
        """What is on the screen of a reply that is being written."""
        if message_id != self._open.shown.writing_id or self._transcript.row_of(message_id) < 0:
            return None
        return self._transcript.written_of(message_id)

    # Going

    def _go_to_first(self) -> None:
        """Go to the first find from the reader's place on, once it is known."""
        search = self._search
        if not self._goes or search is None or not search.is_surveyed:
            return
        hit = self._nearest(self._from, 1)
        if hit is not None and (search.is_done or self._from is None or not search.found.is_before(hit, self._from)):
            self._goes = False
            self._go_to(hit)

    def _nearest(self, place: TextPosition | None, step: int) -> Hit | None:
        assert self._search is not None
        return self._search.found.next(place, step, self._search.read_now)

    def _go_to(self, hit: Hit) -> None:
        self._current = hit
        transcript, shown = self._transcript, self._open.shown
        if transcript.row_of(hit.message_id) < 0:
            self._own_head = shown.tree.newest_leaf(hit.message_id)
            self._open.show_branch(hit.message_id)
        self._show()
        line = transcript.caret_rect(hit.position)
        in_view = transcript.viewport().rect().contains(line)
        transcript.reveal(hit.position, end_offset=hit.end, centred=not in_view)

    def _selected(self) -> str:
        """What is selected, if it is part of one line."""
        selection = self._transcript.selecting.selection
        if selection is None or selection.is_empty:
            return ""
        first, last = selection.ends(self._transcript.row_of)
        place, end = first.place, last.place
        if first.message_id != last.message_id or (place.column, place.leaf) != (end.column, end.leaf):
            return ""
        text = self._transcript.widget_of(first.message_id).texts()[place.column][place.leaf][place.offset : end.offset]
        return "" if len(text) > LONGEST_SELECTION or "\n" in text or OBJECT in text else text

    def _place_in_view(self) -> TextPosition | None:
        return self._transcript.position_at(QPoint(0, 0))

    def _in_view(self) -> Iterator[str]:
        """The messages that the reader sees, from the top."""
        transcript = self._transcript
        ends = [transcript.position_at(point) for point in (QPoint(0, 0), QPoint(0, transcript.viewport().height()))]
        rows = [transcript.row_of(end.message_id) for end in ends if end is not None]
        if rows:
            yield from (entry.message.id for entry in transcript.entries[min(rows) : max(rows) + 1])

    # Showing

    def _show(self) -> None:
        """Mark what is known so far, and say how much there is."""
        search = self._search
        if search is None:
            return
        began = time.monotonic()
        if self._current is not None and self._current not in search.found.hits(self._current.message_id):
            self._current = None  # the message has changed
        shown = search.found.marks()
        current = self._current
        self._transcript.set_highlight(Highlight.FOUND, shown)
        self._transcript.set_highlight(
            Highlight.CURRENT, {current.message_id: marks([current])} if current is not None else {}
        )
        places = self._scroll_marks(shown)
        at = -1
        if current is not None and self._transcript.row_of(current.message_id) >= 0:
            at = len(places)
            places.append(current.position)
        self._transcript.set_scroll_marks(places, at)
        self._bar.show_state(self._said(), can_step=search.found.total > 0)
        cost = time.monotonic() - began
        self._show_next = began + max(SHOW_SECONDS, cost * SHOW_REST)

    def _scroll_marks(self, shown: dict[str, Marks]) -> list[TextPosition]:
        """Places with finds on the branch that is shown, no more than can be told apart on a scroll bar."""
        transcript = self._transcript
        share = max(1, len(transcript.entries) // MOST_MARKS)  # of so many neighbours one message stands for all
        apart = {row // share: (row, message_id) for message_id in shown if (row := transcript.row_of(message_id)) >= 0}
        places = [
            TextPosition(message_id, Place(column, leaf, spans[0][0]))
            for _row, message_id in sorted(apart.values())
            for column, leaves in sorted(shown[message_id].items())
            for leaf, spans in leaves.items()
        ]
        return places[:: len(places) // MOST_MARKS + 1]

    def _said(self) -> str:
        """What was found, in words: "2 of 7 · 3 in other branches"."""
        search, current = self._search, self._current
        if search is None:
            return ""
        total = search.found.total
        if not total:
            return _("No matches") if search.is_exact else _("Searching")
        count = figures.count(total)
        if current is None:
            said = ngettext("{count} match", "{count} matches", total).format(count=count)
        elif search.is_exact:
            said = _("{n} of {count}").format(n=figures.count(search.found.number(current)), count=count)
        else:
            said = _("{n} of about {count}").format(n=figures.count(search.found.number(current)), count=count)
        if current is not None and current.message_id not in set(self._branch):
            return " · ".join((said, _("in another branch")))
        if others := search.found.outside(self._branch):
            elsewhere = ngettext("{n} in another branch", "{n} in other branches", others)
            return " · ".join((said, elsewhere.format(n=figures.count(others))))
        return said


def _bad(error: BadExpression) -> str:
    if error.position is None:
        return _("Not a regular expression: {reason}").format(reason=error.reason)
    where = figures.count(error.position + 1)
    return _("Not a regular expression: {reason}, at letter {n}").format(reason=error.reason, n=where)
