"""The chat page: header, messages or the way to begin, composer. It joins them to the chat that is shown.

Longer than most because every command of the window about a chat, and every signal of the page's parts, ends here.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.errors import Action
from desktop.domain.events import TurnEvent
from desktop.domain.message import Message, Role
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.services.budgets import Budgets
from desktop.services.catalogue import TOUR_MODEL, Catalogue
from desktop.services.charges import Charges
from desktop.services.chat import Chat
from desktop.services.estimates import Estimates
from desktop.services.feed import Feed
from desktop.services.library import Library
from desktop.services.meter import Meters
from desktop.services.pictures import Pictures
from desktop.services.prices import Prices
from desktop.services.ways_out import WaysOut
from desktop.settings import options
from desktop.settings.places import Places
from desktop.settings.store import Settings
from desktop.ui.chat import suggestions
from desktop.ui.chat.cheaper import CheaperModel
from desktop.ui.chat.composer import WIDTH
from desktop.ui.chat.copying import last_code
from desktop.ui.chat.costs import Costs
from desktop.ui.chat.drafts import Drafts, join
from desktop.ui.chat.error_actions import ErrorActions
from desktop.ui.chat.first_run import FirstRun
from desktop.ui.chat.frame import PageFrame
from desktop.ui.chat.model_picker import ModelPicker
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.chat.over_cap import OverCap
from desktop.ui.chat.send_later import LaterStrip, SendLater
from desktop.ui.chat.shown import Shown
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.toast import Toasts

if TYPE_CHECKING:
    from desktop.ui.chat.find import Find
    from desktop.ui.chat.model_picker_conditions import Conditions
    from desktop.ui.transcript.view import Transcript

COMPOSER_SHARE = 0.4  # of the window's height


class ChatPage(QWidget):
    """Everything right of the sidebar. Its commands are what menus and shortcuts call."""

    conversation_changed = Signal(object)  # id, or None for a new chat
    settings_requested = Signal(str, str)  # page, provider id or ""
    what_if_requested = Signal(str, object, object)  # the chat's title, Span, Only
    sidebar_toggled = Signal()
    new_chat_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        frame: PageFrame,
        settings: Settings,
        library: Library,
        chat: Chat,
        catalogue: Catalogue,
        feed: Feed,
        tasks: Tasks,
        toasts: Toasts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._settings = settings
        self._library = library
        self._catalogue = catalogue
        self._tasks = tasks
        self._toasts = toasts
        self._drafts = Drafts(library, tasks, self)
        self._open = OpenChat(library, chat, catalogue, feed, tasks, self._drafts, self)
        self._errors = ErrorActions(catalogue, tasks, self)
        self._picker: ModelPicker | None = None
        self._prices: Prices | None = None
        self._costs: Costs | None = None
        self._over_cap: OverCap | None = None
        self._shown_id: str | None = None
        self._follow_next = False
        self.places = Places()
        """Where each conversation was left; the window hands over those of earlier sessions."""
        self.pictures: Pictures | None = None
        self.conditions: Conditions | None = None
        self._content: tuple[object, ...] = ()
        self._terms: tuple[str, ...] = ()  # what a search has found in the message to go to
        self._header, self._composer, self._column = frame.header, frame.composer, frame.column
        self._build(frame)
        self._connect()
        toasts.set_above(self._composer)

    def _build(self, frame: PageFrame) -> None:
        theme, px = self._theme, self._theme.px
        self._empty = text_label(theme, _("What are you working on?"), 26, 600)
        self._empty.setFont(theme.font(26, 600, tracking=-0.3))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = frame.stack
        self._stack.addWidget(self._empty)
        self._suggestions = suggestions.Suggestions(theme)
        self._suggestions.setMaximumWidth(px(WIDTH))
        row = QHBoxLayout()
        row.addWidget(self._suggestions)
        frame.above.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)
        self._put_in_tab_order()
        self._theme.changed.connect(self._on_theme)

    @cached_property
    def _first_run(self) -> FirstRun:
        """Made for those who have set nothing up."""
        page = FirstRun(self._theme, self._catalogue, self._tasks)
        page.settings_requested.connect(lambda provider: self.settings_requested.emit("providers", provider))
        page.local_model_chosen.connect(self._use)
        page.tour_requested.connect(self._start_tour)
        self._add_page(page)
        return page

    @cached_property
    def _transcript(self) -> "Transcript":
        """Made for the first chat that is opened: it brings the largest part of the page's code with it."""
        from desktop.ui.transcript.pictures import PictureShelf
        from desktop.ui.transcript.view import Transcript

        page = Transcript(self._theme, places=self.places)
        if self.pictures is not None:
            page.show_pictures(PictureShelf(self.pictures, self._tasks))
        page.regenerate_requested.connect(self._regenerate)
        page.edit_requested.connect(self._on_edit)
        page.branch_requested.connect(self._open.show_branch)
        page.action_requested.connect(self._act)
        page.cost_asked.connect(lambda message_id: self._tasks.start(self._explain_cost(message_id)))
        page.quote_requested.connect(self._quote)
        self._open.on_event = self._on_event
        self._add_page(page)
        return page

    @cached_property
    def _find(self) -> "Find":
        """Made when something is first looked for."""
        from desktop.ui.chat.find import Find
        from desktop.ui.chat.find_bar import FindBar

        bar = FindBar(self._theme)
        bar.hide()
        bar.close_requested.connect(self.close_find)
        self._column.insertWidget(self._column.indexOf(self._stack), bar)
        self._put_after_header(bar)
        return Find(bar, self._transcript, self._open, self._tasks)

    def _add_page(self, page: QWidget) -> None:
        """Put a page in its place, on the screen and for Tab: after the header, before what is older."""
        self._stack.addWidget(page)
        if stops := self._put_after_header(page):
            self._suggestions.follow(stops[-1])

    def _put_after_header(self, part: QWidget) -> list[QWidget]:
        """Have Tab come from the header to the controls of a part, which it returns."""
        stops = [each for each in part.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
        for before, after in pairwise([self._header.last_control, *stops]):
            QWidget.setTabOrder(before, after)
        return stops

    def _put_in_tab_order(self) -> None:
        """Header, page, suggestions, composer, though the composer was there first."""
        last: QWidget = self._suggestions
        while not last.focusPolicy() & Qt.FocusPolicy.TabFocus and (before := last.previousInFocusChain()):
            last = before
        self._suggestions.follow(last)
        for control in self._composer.controls():
            QWidget.setTabOrder(last, control)
            last = control

    def _connect(self) -> None:
        header, composer, open_chat = self._header, self._composer, self._open
        header.sidebar_toggled.connect(self.sidebar_toggled)
        header.new_chat_requested.connect(self.new_chat_requested)
        header.model_requested.connect(self.choose_model)
        header.renamed.connect(open_chat.rename)
        header.tags_requested.connect(self.edit_tags)
        header.find_requested.connect(self.find_in_chat)
        header.editing_ended.connect(self.focus_composer)
        composer.send_requested.connect(self._on_send)
        composer.stop_requested.connect(self.stop)
        composer.edit_last_requested.connect(self.edit_last)
        composer.draft_changed.connect(self._keep_draft)
        composer.edit.textChanged.connect(self._prepare, Qt.ConnectionType.SingleShotConnection)
        composer.unblock_requested.connect(self.choose_model)
        composer.waiting_edit_requested.connect(self._edit_waiting)
        composer.waiting_removed.connect(self._remove_waiting)
        self._errors.retried.connect(self._regenerate)
        self._errors.continued.connect(open_chat.continue_reply)
        self._errors.model_accepted.connect(self._use_once)
        self._errors.hurried.connect(open_chat.try_now)
        self._errors.stopped.connect(self.stop)
        self._errors.edit_requested.connect(lambda message_id: self._transcript.edit_message(message_id))
        self._errors.model_requested.connect(self.choose_model)
        self._errors.settings_requested.connect(self.settings_requested)
        self._suggestions.chosen.connect(self._suggest)
        open_chat.left.connect(self._on_left)
        open_chat.entered.connect(self._on_entered)
        open_chat.loaded.connect(self._on_loaded)
        open_chat.changed.connect(self._present)
        open_chat.replied.connect(self._mark_read)
        open_chat.given_back.connect(self._give_back)

    # Commands of the window

    @property
    def conversation_id(self) -> str | None:
        """The stored conversation that is shown; None for a new chat."""
        return self._open.shown.id

    @property
    def is_typing(self) -> bool:
        """Whether something has been typed that is not sent: a chat that nobody asked for must not take its place."""
        edit = self._composer.edit
        return edit.document().isModified() and not edit.is_blank()

    def show_new(self) -> None:
        self._open.show_new()

    def open(self, conversation_id: str, message_id: str = "", terms: Sequence[str] = ()) -> None:
        """Show a conversation; with a message, the branch it is on, scrolled to it; with terms, these marked in it."""
        self._terms = tuple(terms)
        self._open.open(conversation_id, message_id)

    def send_text(self, text: str) -> None:
        """Send a text as if it had been typed; what stands in the composer stays there.

        Where no model is set up the offline tour answers, as on the command line.
        """
        if self._open.shown.model is None:
            self._open.choose_model(TOUR_MODEL)
        self._follow_next = True
        self._open.submit(text)

    def stop(self) -> None:
        self._open.stop()

    def choose_model(self) -> None:
        """Open the model picker below the chip."""
        if self._picker is None:
            self._picker = ModelPicker(
                self._theme, self._catalogue, self._tasks, self, conditions=self.conditions, prices=self._prices
            )
            self._picker.chosen.connect(self._use)
            self._picker.settings_requested.connect(self.settings_requested)
        self._picker.open_at(self._header.chip, self._open.shown.model)

    def regenerate(self) -> None:
        """Answer the last question again."""
        if reply := self._last(Role.ASSISTANT):
            self._regenerate(reply.id)

    def edit_last(self) -> None:
        """Open the last question for editing in its place."""
        if question := self._last(Role.USER):
            self._transcript.edit_message(question.id)

    def rename(self) -> None:
        self._header.rename()

    def edit_tags(self) -> None:
        """Open the tags of the chat, which must have been stored."""
        if self._open.shown.id is not None:
            self._tasks.start(self._show_tags(self._open.shown))

    def copy_last_reply(self) -> None:
        """Its Markdown source."""
        if (reply := self._last(Role.ASSISTANT)) and reply.text:
            self._copy(reply.text)

    def copy_last_code(self) -> None:
        """The text of the newest code block on the branch."""
        for message in reversed(self._open.shown.path()):
            if message.role is Role.ASSISTANT and (code := last_code(message.text)):
                self._copy(code)
                return

    def find_in_chat(self) -> None:
        """Find in the conversation."""
        if self.has_conversation:
            self._show_find(True)

    def find_next(self) -> None:
        self._step_find(1)

    def find_previous(self) -> None:
        self._step_find(-1)

    def close_find(self) -> None:
        """Close the find bar and give the keys back to the composer."""
        self._show_find(False)
        self.focus_composer()

    def copy_selection(self) -> None:
        if self.has_conversation:
            self._transcript.copy_selection()

    def select_all(self) -> None:
        """Select all messages on the screen."""
        if self.has_conversation:
            self._transcript.select_all()

    def quote_selection(self) -> None:
        """Quote what is selected in the next message."""
        if self.has_conversation:
            self._transcript.quote_selection()

    def show_outline(self) -> None:
        """Open the list of questions."""
        if self.has_conversation:
            self._transcript.show_outline()

    def toggle_caret(self) -> None:
        """Let the arrow keys move a caret through the text, or scroll again."""
        if self.has_conversation:
            self._transcript.toggle_caret()

    def print_chat(self) -> None:
        """Print what is on the screen."""
        if self.has_conversation:
            from desktop.ui.transcript.paper.printing import (
                print_conversation,  # with Qt's printing, for those who print
            )

            shown = self._open.shown
            print_conversation(self.window(), self._theme, self._tasks, shown.title, self._transcript.entries)

    def save_pdf(self) -> None:
        """Write what is on the screen to a PDF file."""
        if self.has_conversation:
            from desktop.ui.transcript.paper.printing import save_pdf  # as above

            title, entries = self._open.shown.title, self._transcript.entries
            save_pdf(self.window(), self._theme, self._tasks, title, entries, self._toasts.show)

    @property
    def has_conversation(self) -> bool:
        """Whether messages are on the screen."""
        shows_messages = "_transcript" in self.__dict__ and self._stack.currentWidget() is self._transcript
        return shows_messages and not self.isHidden()

    @property
    def has_selection(self) -> bool:
        return self.has_conversation and self._transcript.has_selection

    @property
    def has_outline(self) -> bool:
        return self.has_conversation and self._transcript.has_outline

    def focus_composer(self) -> None:
        self._composer.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keep_place(self) -> None:
        """Note where the conversation on the screen is read."""
        if "_transcript" in self.__dict__:
            self._transcript.keep_place()

    async def flush_draft(self) -> None:
        """Save what has been typed; what waits for a reply becomes part of the draft. Raises StorageError."""
        shown = self._open.shown
        self._keep_draft(self._composer.text())
        await self._drafts.flush()
        self._drafts.of(shown.id).waiting = ""

    # What the window needs to lay out

    def set_notice_bar(self, bar: QWidget) -> None:
        """Stand a notice bar under the header."""
        self._column.insertWidget(1, bar)

    def show_costs(self, estimates: Estimates, meters: Meters, charges: Charges, feed: Feed) -> None:
        """Say what a message would cost, what the reply has cost by now, and what the chat has cost in all."""
        self._prices = estimates.prices
        self._costs = Costs(
            self._theme,
            self._header,
            self._composer,
            self._open,
            self._settings,
            self._catalogue,
            estimates,
            meters,
            charges,
            feed,
            self._tasks,
            self,
        )
        self._costs.settings_requested.connect(self.settings_requested)
        self._costs.what_if_requested.connect(self.what_if_requested)

    def show_caps(self, budgets: Budgets, estimates: Estimates, feed: Feed) -> None:
        """Offer what can be done where a cap stops a message."""
        strip = LaterStrip(self._theme)
        self._composer.add_strip(strip)
        QWidget.setTabOrder(strip.controls[0], strip.controls[1])
        QWidget.setTabOrder(strip.controls[1], self._composer.edit)
        later = SendLater(self._drafts, strip, self)
        strip.edit_requested.connect(lambda: self._give_back(later.take(self._open.shown.id)))
        strip.removed.connect(lambda: later.take(self._open.shown.id))
        self._over_cap = OverCap(
            self._theme,
            self._composer,
            self._open,
            self._take_text,
            later,
            self._settings,
            self._catalogue,
            budgets,
            WaysOut(budgets, estimates, self._catalogue),
            feed,
            self._tasks,
            self._toasts,
            self,
        )
        self._over_cap.settings_requested.connect(self.settings_requested)
        self._over_cap.model_requested.connect(self.choose_model)
        self._errors.cap_asked.connect(self._over_cap.offer)

    @cached_property
    def cheaper_model(self) -> CheaperModel:
        """What a cap's cheaper model is put in force with."""
        return CheaperModel(self._open, self)

    def set_compact(self, compact: bool) -> None:
        """The window is too narrow for a sidebar."""
        self._header.set_compact(compact)
        self._composer.set_compact(compact)

    def panes(self) -> tuple[QWidget, ...]:
        """What F6 goes round, in order."""
        middle = self._stack.currentWidget()
        panes = (self._header, middle, self._composer)
        return tuple(pane for pane in panes if pane is not None and pane is not self._empty)

    # Showing

    def _present(self) -> None:
        """Bring everything on the screen in line with the chat that is shown."""
        shown = self._open.shown
        is_new = shown.id is None
        self._show_model(shown.model)
        self._show_composer()
        if not is_new and shown.conversation is None:
            return  # what was there stays until the messages have been read
        self._header.set_title(_("New chat") if is_new else shown.title, can_rename=not is_new)
        self._header.set_tags(() if shown.conversation is None else shown.conversation.tags)
        if is_new:
            self._show_find(False)
            if self._catalogue.ready():
                self._stack.setCurrentWidget(self._empty)
            else:
                self._stack.setCurrentWidget(self._first_run)
                self._first_run.refresh()
        else:
            self._transcript.following = self._settings.get(options.FOLLOW)
            self._stack.setCurrentWidget(self._transcript)
        self._header.set_can_find(not is_new)
        if shown.content != self._content:
            self._content = shown.content
            self._show_messages()
        self._show_suggestions()
        if shown.id != self._shown_id:
            self._shown_id = shown.id
            self.conversation_changed.emit(shown.id)

    def _show_messages(self) -> None:
        shown = self._open.shown
        entries = self._open.entries()
        if shown.id is not None:
            self._transcript.set_entries(entries)
        if self._follow_next and entries and entries[-1].running:
            self._follow_next = False
            self._transcript.show_asked()
        if "_find" in self.__dict__:
            self._find.follow(at_once=True)

    def _show_model(self, model: ModelRef | None) -> None:
        if model is None:
            self._header.set_model("", None)
        else:
            dot = self._theme.provider_color(self._open.service_of(model))
            self._header.set_model(self._catalogue.name_of(model), dot)

    def _show_composer(self) -> None:
        shown, composer = self._open.shown, self._composer
        waiting = self._drafts.of(shown.id).waiting
        composer.edit.enter_sends = self._settings.get(options.SEND_WITH_ENTER)
        composer.set_running(shown.running)
        composer.set_waiting(waiting, held=not shown.running)
        if shown.model is None:
            composer.set_blocked(_("Choose a model to send"), _("Choose a model"))
        else:
            composer.set_blocked("")
        if shown.running and composer.edit.enter_sends:
            composer.set_placeholder(_("Write the next message. Enter sends it when this reply ends."))
        elif shown.running:
            composer.set_placeholder(_("Write the next message. Ctrl Enter sends it when this reply ends."))
        else:
            composer.set_placeholder(_("Write your first message") if shown.id is None else _("Ask a follow-up"))

    def _show_suggestions(self) -> None:
        shown = self._open.shown
        if shown.model == TOUR_MODEL and not shown.running:
            asked = [message.text for message in shown.path() if message.role is Role.USER]
            self._suggestions.show_only(suggestions.tour_questions(asked))
        else:
            self._suggestions.show_only(suggestions.starters() if shown.id is None else [])

    def _on_theme(self) -> None:
        self._show_model(self._open.shown.model)

    # Another chat

    def _on_left(self) -> None:
        self._keep_draft(self._composer.text())
        self._header.end_editing()
        self._follow_next = False
        if "_find" in self.__dict__:
            self._find.clear_terms()

    def _on_entered(self) -> None:
        text = self._drafts.of(self._open.shown.id).text
        if text != self._composer.text():
            self._composer.set_text(text)

    def _on_loaded(self, message_id: str) -> None:
        if message_id:
            self._transcript.scroll_to_message(message_id)
        if message_id and self._terms:
            self._find.mark_terms(message_id, self._terms)
        self._mark_read()

    def _mark_read(self) -> None:
        if self.isActiveWindow() and not self.isHidden():
            self._open.mark_read()

    # Writing

    def _on_send(self, _text: str) -> None:
        self._open.submit(self._take_text())

    def _take_text(self) -> str:
        """Empty the composer: its text is being sent."""
        text = self._composer.text()
        self._composer.set_text("")
        self._keep_draft("")
        self._follow_next = True
        return text

    def _on_edit(self, message_id: str, text: str) -> None:
        self._follow_next = True
        self._open.edit(message_id, text)
        self.focus_composer()

    def _regenerate(self, reply_id: str) -> None:
        self._follow_next = True
        self._open.regenerate(reply_id)

    def _use_once(self, reply_id: str, model: ModelRef) -> None:
        self._follow_next = True
        self._open.use_once(reply_id, model)

    def _prepare(self) -> None:
        """Whoever begins to type will send."""
        self._tasks.start(self._catalogue.prepare())

    def _keep_draft(self, text: str) -> None:
        shown_id = self._open.shown.id
        unsent = self._drafts.of(shown_id)
        if text != unsent.text:
            unsent.text = text
            self._drafts.touch(shown_id)

    def _give_back(self, text: str) -> None:
        """Put a text before what stands in the composer."""
        typing = self.is_typing
        self._composer.set_text(join(text, self._composer.text()))
        self._composer.edit.document().setModified(typing)
        self._keep_draft(self._composer.text())

    def _edit_waiting(self) -> None:
        unsent = self._drafts.of(self._open.shown.id)
        text, unsent.waiting = unsent.waiting, ""
        self._give_back(text)
        self._show_composer()
        self.focus_composer()

    def _remove_waiting(self) -> None:
        self._drafts.of(self._open.shown.id).waiting = ""
        self._drafts.touch(self._open.shown.id)
        self._show_composer()
        self.focus_composer()

    def _quote(self, markdown: str) -> None:
        """Put a quotation where the composer's cursor is."""
        self._composer.edit.insert_lines(markdown)
        self.focus_composer()

    def _suggest(self, text: str) -> None:
        self._composer.set_text(text)
        self._keep_draft(text)
        self.focus_composer()

    # Models and errors

    def _use(self, model: ModelRef) -> None:
        self._open.choose_model(model)
        self.focus_composer()

    def _start_tour(self) -> None:
        self._open.choose_model(TOUR_MODEL)
        self.send_text(suggestions.TOUR_QUESTIONS[0])
        self.focus_composer()

    def _act(self, message_id: str, action: Action) -> None:
        message = next((message for message in self._open.shown.path() if message.id == message_id), None)
        if message is not None:
            self._errors.act(message, action)

    async def _show_tags(self, shown: Shown) -> None:
        from desktop.ui.chat.tags import TagsPopover  # for those who use tags

        known = {tag for summary in await self._library.summaries() for tag in summary.tags}
        conversation = shown.conversation
        if shown is not self._open.shown or conversation is None:
            return
        popover = TagsPopover(self._theme, conversation.tags, known, self._header)
        popover.changed.connect(lambda tags: self._tasks.start(self._library.set_tags(conversation.id, tags)))
        popover.open_at(self._header.chip if self._header.tags.isHidden() else self._header.tags)

    async def _explain_cost(self, message_id: str) -> None:
        message = next((message for message in self._open.shown.path() if message.id == message_id), None)
        if message is not None and self._costs is not None:
            self._transcript.explain_cost(message_id, await self._costs.explained(message))

    # Finding

    def _show_find(self, shown: bool) -> None:
        """Open or close the bar. What is being read stays where it is on the screen."""
        if not shown and ("_find" not in self.__dict__ or not self._find.is_open):
            return
        was_open = self._find.is_open
        scroll, height = self._transcript.verticalScrollBar(), self._transcript.height()
        follows = scroll.value() >= scroll.maximum()
        if shown:
            self._find.open()
        else:
            self._find.close()
        if was_open != shown:
            self._column.activate()
            if not follows:
                scroll.setValue(scroll.value() + height - self._transcript.height())

    def _step_find(self, step: int) -> None:
        if not self.has_conversation:
            return
        if "_find" in self.__dict__ and self._find.is_open:
            self._find.step(step)
        else:
            self._show_find(True)

    # Inside

    def _on_event(self, message_id: str, event: TurnEvent) -> None:
        self._transcript.stream(message_id, event)
        if "_find" in self.__dict__:
            self._find.follow(at_once=False)

    def _last(self, role: Role) -> Message | None:
        return next((message for message in reversed(self._open.shown.path()) if message.role is role), None)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._toasts.show(_("Copied"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or event.modifiers():
            super().keyPressEvent(event)
        elif "_find" in self.__dict__ and self._find.is_open and not self._composer.edit.hasFocus():
            self.close_find()
        elif self._over_cap is not None and self._over_cap.close():
            pass
        elif self._open.shown.running:
            self.stop()
        else:
            self.focus_composer()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._mark_read()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._mark_read()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._composer.set_room(round(self.window().height() * COMPOSER_SHARE))
