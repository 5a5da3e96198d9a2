"""What the chat on the screen costs: before a message is sent, while it is answered, and in all."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.changes import Change, ModelsChanged, OptionChanged, PricesChanged
from desktop.domain.conversation import Tree
from desktop.domain.message import Message
from desktop.domain.model import ModelRef
from desktop.domain.spending import EVER, Only
from desktop.services.estimates import Estimate, Pieces
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.ui.chat.chat_bill import bill
from desktop.ui.chat.composer import Composer
from desktop.ui.chat.estimate import unfolded
from desktop.ui.chat.header import Header
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.services import Services
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.cost_words import explained

TICK_MS = 250


class Costs(QObject):
    """Keeps the composer's estimate and the header's sum in line with the chat that is shown."""

    settings_requested = Signal(str, str)  # page, "provider/model"
    what_if_requested = Signal(str, object, object)  # the chat's title, Span, Only

    def __init__(
        self,
        theme: Theme,
        header: Header,
        composer: Composer,
        open_chat: OpenChat,
        settings: Settings,
        services: Services,
        tasks: Tasks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._header = header
        self._composer = composer
        self._open = open_chat
        self._settings = settings
        self._catalogue = services.catalogue
        self._estimates = services.estimates
        self._meters = services.meters
        self._charges = services.charges
        self._tasks = tasks
        self._counted: tuple[object, ...] = ()
        self._pieces: Pieces | None = None
        self._is_unpriced = False
        self._ticks = QTimer(self, interval=TICK_MS)
        self._ticks.timeout.connect(self._tick)
        composer.estimator = self._estimate
        composer.estimate_unfolded.connect(self._unfold)
        composer.price_requested.connect(self._set_price)
        header.cost_requested.connect(lambda: tasks.start(self._show_bill()))
        open_chat.changed.connect(self.follow)
        self.destroyed.connect(services.feed.subscribe(self._on_change))
        self.follow()

    def follow(self) -> None:
        """Count again what goes along with the next message, where that has changed."""
        shown = self._open.shown
        conversation = shown.conversation
        prompt = conversation.system_prompt if conversation is not None else self._settings.get(options.SYSTEM_PROMPT)
        asked = (*shown.content, shown.model, prompt)
        if asked != self._counted:
            self._counted = asked
            self._tasks.start(self._count(asked, prompt))
        self._ticks.start() if shown.running else self._ticks.stop()
        self._tick()

    async def explained(self, message: Message) -> str:
        """How the cost of a reply is known, and by which price list."""
        found = await self._charges.of_message(message.id)
        if not found:
            return ""
        last = found[-1]
        return explained(last.source, message.provider_name, last.price_id, reported=last.cost, computed=last.computed)

    async def _count(self, asked: tuple[object, ...], prompt: str | None) -> None:
        shown = self._open.shown
        counted = await asyncio.to_thread(self._look, shown.model, shown.path(), shown.tree, prompt)
        if asked == self._counted:
            self._pieces, self._is_unpriced = counted
            self._composer.count()
            self._tick()

    def _look(
        self, model: ModelRef | None, path: Sequence[Message], tree: Tree, prompt: str | None
    ) -> tuple[Pieces | None, bool]:
        """What goes along, and whether the price of any reply is unknown. In a thread: there may be thousands."""
        pieces = self._estimates.pieces(model, path, prompt) if model is not None else None
        tries = (each for m in tree for each in ((m.model, m.usage), *((a.model, a.usage) for a in m.attempts)))
        unpriced = {model for model, usage in tries if model is not None and usage is not None and usage.cost is None}
        return pieces, any(not self._catalogue.is_free(model) for model in unpriced)

    def _tick(self) -> None:
        """Show what the chat has cost by now."""
        shown = self._open.shown
        meter = self._meters.of(shown.id) if shown.id is not None else None
        if meter is not None:
            shown.growing = meter.usage.cost
        grown = shown.growing
        total = shown.cost if grown is None else (shown.cost or Decimal(0)) + grown
        self._header.set_cost(total, growing=meter is not None and bool(grown), unpriced=self._is_unpriced)
        spent = grown if meter is not None and grown else None
        self._composer.set_spent(spent, meter.stops_at if meter is not None else None)

    def _estimate(self, text: str) -> Estimate | None:
        if self._pieces is None or not (text or len(self._open.shown.tree)):
            return None
        if not self._estimates.prices.list_name:
            self._tasks.start(self._estimates.prices.prepare())  # which has it counted again
            return None
        return self._estimates.of(self._pieces, text)

    def _unfold(self) -> None:
        estimate = self._estimate(self._composer.text())
        if estimate is not None:
            name = self._catalogue.name_of(estimate.targets[0])
            popover = unfolded(self._theme, estimate, name, self._composer)
            popover.link_followed.connect(self._set_price)
            popover.show_above(self._composer.estimate)

    async def _show_bill(self) -> None:
        shown = self._open.shown
        if shown.id is None:
            return
        charges = await self._charges.of_chat(shown.id)
        if shown is self._open.shown:
            dark = [each.model for each in charges if each.unpriced and not self._catalogue.is_free(each.model)]
            popover = bill(self._theme, charges, self._catalogue, shown.growing, self._header)
            if dark:
                popover.link_followed.connect(lambda: self.settings_requested.emit("prices", str(dark[0])))
            else:
                of = shown.title, EVER, Only(conversation_id=shown.id)
                popover.link_followed.connect(lambda: self.what_if_requested.emit(*of))
            popover.show_below(self._header.cost, trailing=True)

    def _set_price(self) -> None:
        estimate = self._estimate(self._composer.text())
        if estimate is not None:
            unpriced = [ref for ref in estimate.targets if self._estimates.prices.price(ref) is None]
            self.settings_requested.emit("prices", str(unpriced[0] if unpriced else estimate.targets[0]))

    def _on_change(self, change: Change) -> None:
        if isinstance(change, PricesChanged | ModelsChanged):
            self._composer.count()
            self._tick()
        elif isinstance(change, OptionChanged) and change.key == options.SYSTEM_PROMPT.key:
            self.follow()
