"""The chat page: header, messages or the way to begin, composer. It joins them to the chat that is shown.

Longer than most because every signal of its parts ends here: it alone knows all of them.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.errors import Action
from desktop.domain.events import TurnEvent
from desktop.domain.message import Role
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.services.catalogue import TOUR_MODEL
from desktop.services.pictures import Pictures
from desktop.settings import options
from desktop.settings.places import Places
from desktop.settings.store import Settings
from desktop.ui.chat import suggestions
from desktop.ui.chat.cheaper import CheaperModel
from desktop.ui.chat.composer_draft import ComposerDraft
from desktop.ui.chat.costs import Costs
from desktop.ui.chat.drafts import Drafts
from desktop.ui.chat.entries import Entries
from desktop.ui.chat.error_actions import ErrorActions
from desktop.ui.chat.find_in_chat import FindInChat
from desktop.ui.chat.first_run import FirstRun
from desktop.ui.chat.frame import PageFrame
from desktop.ui.chat.middle import Middle
from desktop.ui.chat.model_picker import ModelPicker
from desktop.ui.chat.model_picker_conditions import Conditions
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.chat.over_cap import OverCap
from desktop.ui.chat.reading import Reading
from desktop.ui.chat.sending import Sending
from desktop.ui.services import Services
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.toast import Toasts

if TYPE_CHECKING:
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
        services: Services,
        tasks: Tasks,
        toasts: Toasts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._settings = settings
        self._services = services
        self._catalogue = services.catalogue
        self._tasks = tasks
        self._header, self._composer, self._column = frame.header, frame.composer, frame.column
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)
        self._middle = Middle(theme, self, frame, self._make_first_run, self._make_transcript)
        self._drafts = Drafts(services.library, tasks, self)
        self._open = OpenChat(services, tasks, self._drafts, self)
        self._sending = Sending(services, tasks, self._drafts, self._open, self)
        self._draft = ComposerDraft(theme, settings, self._composer, self._open, self._sending, self._drafts, self)
        self._entries = Entries(services.catalogue, services.meters)
        self._errors = ErrorActions(services.catalogue, tasks, self)
        self._picker: ModelPicker | None = None
        self.reading = Reading(theme, self, self._middle, self._open, tasks, toasts)
        self.finding = FindInChat(theme, self._middle, self._open, tasks, self)
        self.places = Places()
        """Where each conversation was left; the window hands over those of earlier sessions."""
        self.pictures: Pictures | None = None
        self._shown_id: str | None = None
        self._follow_next = False
        self._content: tuple[object, ...] = ()
        self._terms: tuple[str, ...] = ()  # what a search has found in the message to go to
        self._connect()
        self._costs = Costs(theme, self._header, self._composer, self._open, settings, services, tasks, self)
        self._costs.settings_requested.connect(self.settings_requested)
        self._costs.what_if_requested.connect(self.what_if_requested)
        self._over_cap = OverCap(
            theme, self._composer, self._draft, self._open, self._sending, settings, services, tasks, toasts, self
        )
        self._over_cap.settings_requested.connect(self.settings_requested)
        self._over_cap.model_requested.connect(self.choose_model)
        self._errors.cap_asked.connect(self._over_cap.offer)
        toasts.set_above(self._composer)

    def _make_first_run(self) -> FirstRun:
        page = FirstRun(self._theme, self._catalogue, self._tasks)
        page.settings_requested.connect(lambda provider: self.settings_requested.emit("providers", provider))
        page.local_model_chosen.connect(self._use)
        page.tour_requested.connect(self._start_tour)
        return page

    def _make_transcript(self) -> "Transcript":
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
        return page

    def _connect(self) -> None:
        header, composer, open_chat, sending = self._header, self._composer, self._open, self._sending
        header.sidebar_toggled.connect(self.sidebar_toggled)
        header.new_chat_requested.connect(self.new_chat_requested)
        header.model_requested.connect(self.choose_model)
        header.renamed.connect(open_chat.rename)
        header.tags_requested.connect(self.edit_tags)
        header.find_requested.connect(self.finding.open)
        header.editing_ended.connect(self.focus_composer)
        composer.send_requested.connect(lambda _text: sending.submit(self._draft.take()))
        composer.stop_requested.connect(self.stop)
        composer.edit_last_requested.connect(self.edit_last)
        composer.edit.textChanged.connect(self._prepare, Qt.ConnectionType.SingleShotConnection)
        composer.unblock_requested.connect(self.choose_model)
        self._draft.taken.connect(self._follow_reply)
        self._errors.retried.connect(self._regenerate)
        self._errors.continued.connect(sending.continue_reply)
        self._errors.model_accepted.connect(self._use_once)
        self._errors.hurried.connect(sending.try_now)
        self._errors.stopped.connect(self.stop)
        self._errors.edit_requested.connect(lambda message_id: self._middle.transcript.edit_message(message_id))
        self._errors.model_requested.connect(self.choose_model)
        self._errors.settings_requested.connect(self.settings_requested)
        self._middle.suggestions.chosen.connect(self._suggest)
        self.finding.closed.connect(self.focus_composer)
        self._theme.changed.connect(self._on_theme)
        open_chat.left.connect(self._on_left)
        open_chat.loaded.connect(self._on_loaded)
        open_chat.changed.connect(self._present)
        open_chat.replied.connect(self._mark_read)

    # Commands of the window

    @property
    def conversation_id(self) -> str | None:
        """The stored conversation that is shown; None for a new chat."""
        return self._open.shown.id

    @property
    def is_typing(self) -> bool:
        """Whether something has been typed that is not sent: a chat that nobody asked for must not take its place."""
        return self._draft.is_typing

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
        self._sending.submit(text)

    def stop(self) -> None:
        self._sending.stop()

    def choose_model(self) -> None:
        """Open the model picker below the chip."""
        if self._picker is None:
            services = self._services
            conditions = Conditions(services.catalogue, services.routes, services.health)
            prices = services.estimates.prices
            self._picker = ModelPicker(
                self._theme, services.catalogue, self._tasks, self, conditions=conditions, prices=prices
            )
            self._picker.chosen.connect(self._use)
            self._picker.settings_requested.connect(self.settings_requested)
        self._picker.open_at(self._header.chip, self._open.shown.model)

    def regenerate(self) -> None:
        """Answer the last question again."""
        if reply := self._open.shown.last(Role.ASSISTANT):
            self._regenerate(reply.id)

    def edit_last(self) -> None:
        """Open the last question for editing in its place."""
        if question := self._open.shown.last(Role.USER):
            self._middle.transcript.edit_message(question.id)

    def rename(self) -> None:
        self._header.rename()

    def edit_tags(self) -> None:
        """Open the tags of the chat, which must have been stored."""
        if self._open.shown.id is not None:
            from desktop.ui.chat.tags import show_tags  # for those who use tags

            library, tasks = self._services.library, self._tasks
            tasks.start(show_tags(self._theme, self._header, self._open, library, tasks))

    def focus_composer(self) -> None:
        self._draft.focus()

    def keep_place(self) -> None:
        """Note where the conversation on the screen is read."""
        if transcript := self._middle.made_transcript:
            transcript.keep_place()

    async def flush_draft(self) -> None:
        """Save what has been typed; what waits for a reply becomes part of the draft. Raises StorageError."""
        await self._draft.flush()

    # What the window needs to lay out

    def set_notice_bar(self, bar: QWidget) -> None:
        """Stand a notice bar under the header."""
        self._column.insertWidget(1, bar)

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
        panes = (self._header, self._middle.pane, self._composer)
        return tuple(pane for pane in panes if pane is not None)

    # Showing

    def _present(self) -> None:
        """Bring everything on the screen in line with the chat that is shown."""
        shown = self._open.shown
        is_new = shown.id is None
        self._show_model(shown.model)
        self._draft.show()
        if not is_new and shown.conversation is None:
            return  # what was there stays until the messages have been read
        self._header.set_title(_("New chat") if is_new else shown.title, can_rename=not is_new)
        self._header.set_tags(() if shown.conversation is None else shown.conversation.tags)
        if is_new:
            self.finding.leave()
            self._middle.show_start(is_ready=self._catalogue.ready())
        else:
            self._middle.transcript.following = self._settings.get(options.FOLLOW)
            self._middle.show_messages()
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
        entries = self._entries.of(shown)
        if shown.id is not None:
            self._middle.transcript.set_entries(entries)
        if self._follow_next and entries and entries[-1].running:
            self._follow_next = False
            self._middle.transcript.show_asked()
        self.finding.follow(at_once=True)

    def _show_model(self, model: ModelRef | None) -> None:
        if model is None:
            self._header.set_model("", None)
        else:
            dot = self._theme.provider_color(self._entries.service_of(model))
            self._header.set_model(self._catalogue.name_of(model), dot)

    def _show_suggestions(self) -> None:
        shown = self._open.shown
        if shown.model == TOUR_MODEL and not shown.running:
            asked = [message.text for message in shown.path() if message.role is Role.USER]
            self._middle.suggestions.show_only(suggestions.tour_questions(asked))
        else:
            self._middle.suggestions.show_only(suggestions.starters() if shown.id is None else [])

    def _on_theme(self) -> None:
        self._show_model(self._open.shown.model)

    # Another chat

    def _on_left(self) -> None:
        self._header.end_editing()
        self._follow_next = False
        self.finding.clear_terms()

    def _on_loaded(self, message_id: str) -> None:
        if message_id:
            self._middle.transcript.scroll_to_message(message_id)
        if message_id and self._terms:
            self.finding.mark_terms(message_id, self._terms)
        self._mark_read()

    def _mark_read(self) -> None:
        if self.isActiveWindow() and not self.isHidden():
            self._open.mark_read()

    # Writing

    def _follow_reply(self) -> None:
        """What is answered next has been asked here, so it is scrolled to."""
        self._follow_next = True

    def _on_edit(self, message_id: str, text: str) -> None:
        self._follow_next = True
        self._sending.edit(message_id, text)
        self.focus_composer()

    def _regenerate(self, reply_id: str) -> None:
        self._follow_next = True
        self._sending.regenerate(reply_id)

    def _use_once(self, reply_id: str, model: ModelRef) -> None:
        self._follow_next = True
        self._sending.use_once(reply_id, model)

    def _prepare(self) -> None:
        """Whoever begins to type will send."""
        self._tasks.start(self._catalogue.prepare())

    def _quote(self, markdown: str) -> None:
        """Put a quotation where the composer's cursor is."""
        self._composer.edit.insert_lines(markdown)
        self.focus_composer()

    def _suggest(self, text: str) -> None:
        self._draft.put(text)
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

    async def _explain_cost(self, message_id: str) -> None:
        message = next((message for message in self._open.shown.path() if message.id == message_id), None)
        if message is not None:
            self._middle.transcript.explain_cost(message_id, await self._costs.explained(message))

    # Inside

    def _on_event(self, message_id: str, event: TurnEvent) -> None:
        self._middle.transcript.stream(message_id, event)
        self.finding.follow(at_once=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or event.modifiers():
            super().keyPressEvent(event)
        elif self.finding.is_open and not self._composer.edit.hasFocus():
            self.finding.close()
        elif self._over_cap.close():
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
