"""Sending, regenerating, editing: makes the messages, starts the turn, and keeps it until its end is on disk."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from desktop.domain.budget import Spender
from desktop.domain.changes import ConversationsChanged, MessagesChanged, TurnEnded, TurnStarted
from desktop.domain.conversation import Conversation, TitleSource, Tree
from desktop.domain.errors import AppError, NoTarget, OverBudget, StorageError
from desktop.domain.ids import new_id, now_ms
from desktop.domain.ledger import Purpose
from desktop.domain.message import Message, Role, Status, TextPart
from desktop.domain.model import Model, ModelRef
from desktop.i18n import gettext as _
from desktop.providers.base import ChatRequest
from desktop.services import titles
from desktop.services.aside import Asides
from desktop.services.budgets import Budgets, Spend
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.services.flusher import Flusher
from desktop.services.library import Library
from desktop.services.routes import Routes
from desktop.services.tokens import Tokens
from desktop.services.turn import Question, Turn
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.storage import conversations, messages
from desktop.storage.database import Database
from desktop.storage.values import Db


class Chat:
    """Turns go on in the background, several at once, at most one in a conversation.

    `writer` is 'app' for the window and anything else for a command; it tells whose replies a crash has cut off.
    """

    def __init__(
        self,
        database: Database,
        library: Library,
        catalogue: Catalogue,
        settings: Settings,
        feed: Feed,
        routes: Routes,
        budgets: Budgets,
        tokens: Tokens,
        writer: str = "app",
    ) -> None:
        self._database = database
        self._flusher = Flusher(database)
        self._library = library
        self._catalogue = catalogue
        self._settings = settings
        self._feed = feed
        self._routes = routes
        self._budgets = budgets
        self._tokens = tokens
        self._asides = Asides(budgets)
        self._writer = writer
        self._turns: dict[str, Turn] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def turn(self, conversation_id: str) -> Turn | None:
        """The running turn of a conversation."""
        return self._turns.get(conversation_id)

    def running(self) -> tuple[Turn, ...]:
        return tuple(self._turns.values())

    def stop(self, conversation_id: str) -> None:
        """Ends the conversation's running reply at once and keeps its text."""
        if turn := self._turns.get(conversation_id):
            turn.stop()

    async def stop_all(self) -> None:
        """Ends every reply and returns when all are on disk."""
        for turn in self.running():
            turn.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send(
        self,
        conversation_id: str | None,
        text: str,
        model: ModelRef,
        parent_id: str | None = None,
        *,
        system_prompt: str | None = None,
        once: bool = False,
    ) -> Turn:
        """Store the user's message below `parent_id` and start the reply.

        Raises StorageError or OverBudget, and then nothing was stored or sent; with `once` no cap stops it. Without a
        conversation one is made, titled by the question. `system_prompt` belongs to a new conversation.
        """
        self._refuse_second(conversation_id)
        if conversation_id is None:
            now = now_ms()
            title = titles.from_question(text)
            prompt = system_prompt if system_prompt is not None else self._settings.get(options.SYSTEM_PROMPT)
            new = Conversation(new_id(), title, now, now, model=model, system_prompt=prompt or None)
            return await self._ask(new, Tree([]), None, text, model, is_new=True, once=once)
        conversation, tree = await self._library.conversation(conversation_id)
        return await self._ask(conversation, tree, parent_id, text, model, once=once)

    async def edit(
        self, conversation_id: str, message_id: str, text: str, model: ModelRef, *, once: bool = False
    ) -> Turn:
        """Ask again with another text: a new question beside the old one, with its own reply. Raises as `send` does."""
        self._refuse_second(conversation_id)
        conversation, tree = await self._library.conversation(conversation_id)
        return await self._ask(conversation, tree, tree[message_id].parent_id, text, model, once=once)

    async def regenerate(
        self, conversation_id: str, reply_id: str, model: ModelRef | None = None, *, once: bool = False
    ) -> Turn:
        """Answer the same question again: a new reply beside the old one, by the same model unless another is given.

        Raises as `send` does.
        """
        self._refuse_second(conversation_id)
        conversation, tree = await self._library.conversation(conversation_id)
        old = tree[reply_id]
        chosen = model or old.model
        if chosen is None or old.parent_id is None:
            raise ValueError("only a reply can be regenerated")
        reply = self._new_reply(conversation.id, old.parent_id, chosen)
        asked = _question(conversation, tree.path(old.parent_id), reply, once=once)
        await self._check(asked)
        await self._database.run(lambda db: messages.add_turn(db, None, None, reply, self._writer))
        return self._start(conversation, asked)

    async def continue_reply(self, conversation_id: str, reply_id: str, *, once: bool = False) -> Turn:
        """Have a reply that was cut off go on where its text ends, in the same message and by the same model.

        Raises as `send` does.
        """
        self._refuse_second(conversation_id)
        conversation, tree = await self._library.conversation(conversation_id)
        old = tree[reply_id]
        if old.failure is None or not old.text:
            raise ValueError("only a reply that was cut off can go on")
        path = tree.path(old.parent_id)
        await self._check(_question(conversation, [*path, old], old, once=once))
        reply = await self._database.run(lambda db: messages.continue_reply(db, old, self._writer))
        return self._start(conversation, _question(conversation, [*path, reply], reply, once=once))

    async def _ask(
        self,
        conversation: Conversation,
        tree: Tree,
        parent_id: str | None,
        text: str,
        model: ModelRef,
        *,
        is_new: bool = False,
        once: bool = False,
    ) -> Turn:
        question = Message(new_id(), conversation.id, parent_id, Role.USER, (TextPart(text),), now_ms())
        reply = self._new_reply(conversation.id, question.id, model)
        created = conversation if is_new else None
        asked = _question(conversation, [*tree.path(parent_id), question], reply, once=once)
        await self._check(asked)
        await self._database.run(lambda db: messages.add_turn(db, created, question, reply, self._writer))
        return self._start(conversation, asked)

    def _new_reply(self, conversation_id: str, parent_id: str, model: ModelRef) -> Message:
        provider = self._catalogue.provider(model.provider_id)
        return Message(
            new_id(),
            conversation_id,
            parent_id,
            Role.ASSISTANT,
            (),
            now_ms(),
            Status.STREAMING,
            model=model,
            model_name=self._catalogue.name_of(model),
            provider_name=provider.name if provider else model.provider_id,
        )

    async def _check(self, asked: Question) -> None:
        """Raises OverBudget if no target has room. This comes before anything is stored; each try is held by itself."""
        try:
            targets = self._routes.targets(asked.reply.model) if asked.reply.model else []
        except NoTarget:  # what the turn will say
            return
        refusal: OverBudget | None = None
        for target in targets:
            ref = target.model
            spend = Spend(
                message_id=asked.reply.id,
                started_ms=now_ms(),
                spender=Spender(ref, target.key_label, asked.reply.conversation_id, asked.tags),
                provider_name=asked.reply.provider_name,
                model_name=self._catalogue.name_of(ref),
                request=asked.request,
                model=self._catalogue.model(ref),
                once=asked.once,
            )
            try:
                await self._budgets.check(spend)
                return
            except OverBudget as error:
                refusal = refusal or error
        if refusal is not None:
            raise refusal

    def _start(self, conversation: Conversation, asked: Question) -> Turn:
        turn = Turn(asked, self._catalogue, self._routes, self._budgets, self._feed, self._flusher)
        self._turns[conversation.id] = turn
        task = asyncio.create_task(self._run(turn, conversation), name=f"turn {turn.message_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._feed.publish(TurnStarted(conversation.id))
        self._feed.publish(ConversationsChanged(frozenset({conversation.id})))
        return turn

    async def _run(self, turn: Turn, conversation: Conversation) -> None:
        try:
            await turn.run()
        finally:
            del self._turns[conversation.id]
            self._feed.publish(TurnEnded(conversation.id))
            self._feed.publish(MessagesChanged(conversation.id))
            self._feed.publish(ConversationsChanged(frozenset({conversation.id})))
        if turn.reply.status is not Status.COMPLETE:
            return
        await self._learn(turn)
        if self._settings.get(options.TITLE_BY_MODEL):
            await self._title(turn, conversation)

    async def _learn(self, turn: Turn) -> None:
        """How many tokens the model makes of such texts; of no consequence if it fails."""
        reply = turn.reply
        if reply.usage is not None:
            with suppress(StorageError):
                await self._tokens.learn(turn.answering, turn.question.request, reply.output_text, reply.usage)

    async def _title(self, turn: Turn, conversation: Conversation) -> None:
        """Ask the model for a title after the first reply. A failure, or a cap without room for it, changes nothing."""
        current, tree = await self._library.conversation(conversation.id)
        first = turn.message()
        if current.title_source is not TitleSource.QUESTION or len(tree.path(first.id)) != 2:
            return
        question = tree.path(first.id)[0]
        asked = replace(question, id=new_id(), parts=(TextPart(question.text[:4000]),))
        ref = turn.answering
        request = ChatRequest(ref.model_id, (asked,), system=titles.PROMPT, conversation_id=conversation.id)
        model = self._catalogue.model(ref) or Model(ref, self._catalogue.name_of(ref))
        try:
            endpoint, client = await self._catalogue.connect(ref.provider_id)
            reply = await self._asides.ask(endpoint, client, request, model, Purpose.TITLE, first.id, tags=current.tags)
        except AppError:
            return
        title = titles.from_model(replace(first, parts=reply.parts).text)

        def save(db: Db) -> None:
            latest = conversations.get(db, conversation.id)
            if title and latest and latest.title_source is TitleSource.QUESTION:
                conversations.rename(db, conversation.id, title, TitleSource.MODEL)
            conversations.recount(db, conversation.id)

        await self._database.run(save)
        self._feed.publish(ConversationsChanged(frozenset({conversation.id})))

    def _refuse_second(self, conversation_id: str | None) -> None:
        if conversation_id in self._turns:
            raise AppError(_("A reply is still being written"), _("Stop it first, or wait until it ends."))


def _question(conversation: Conversation, path: list[Message], reply: Message, *, once: bool) -> Question:
    """What is asked for a reply: all that stands above it."""
    request = ChatRequest(
        model_id=reply.model.model_id if reply.model else "",
        messages=tuple(message for message in path if message.role is Role.USER or message.text),
        system=conversation.system_prompt,
        conversation_id=conversation.id,
    )
    return Question(reply, request, conversation.tags, once)
