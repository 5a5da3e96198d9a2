"""What becomes of a message that a cap has stopped: the choices above the composer, and what each of them does."""

from datetime import date
from decimal import Decimal

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain import figures
from desktop.domain.budget import BudgetState, Period, ScopeKind
from desktop.domain.changes import BudgetsChanged, Change, PricesChanged
from desktop.domain.errors import OverBudget, PriceUnknown, TooManyRequests
from desktop.domain.ids import now_ms
from desktop.domain.message import Message
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.services.ways_out import Asked, Ways, WaysOut
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.ui.chat.budget_stop import Choice, StopBlock
from desktop.ui.chat.composer import Composer
from desktop.ui.chat.composer_draft import ComposerDraft
from desktop.ui.chat.open_chat import OpenChat
from desktop.ui.chat.runs import Run
from desktop.ui.chat.sending import Refused, Sending
from desktop.ui.services import Services
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import dates
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.toast import Toasts

TICK_MS = 30_000
_MINUTE_MS = 60_000


class OverCap(QObject):
    """Shows one block at a time. It goes with the chat, the model, the caps and the prices that it speaks of."""

    settings_requested = Signal(str, str)  # page, what to show on it
    model_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        composer: Composer,
        draft: ComposerDraft,
        open_chat: OpenChat,
        sending: Sending,
        settings: Settings,
        services: Services,
        tasks: Tasks,
        toasts: Toasts,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._composer = composer
        self._draft = draft
        self._open = open_chat
        self._sending = sending
        self._settings = settings
        self._catalogue = services.catalogue
        self._budgets = services.budgets
        self._ways_out = WaysOut(services.budgets, services.estimates, services.catalogue)
        self._tasks = tasks
        self._toasts = toasts
        self._block: StopBlock | None = None
        self._about: tuple[object, ...] = ()
        self._waits: tuple[int, int] | None = None  # which choice says how long it is until when
        self._ticks = QTimer(self, interval=TICK_MS)
        self._ticks.timeout.connect(self._tick)
        sending.refused.connect(lambda refused: tasks.start(self._show(refused)))
        open_chat.changed.connect(self._follow)
        self.destroyed.connect(services.feed.subscribe(self._on_change))

    def offer(self, message: Message) -> None:
        """Say what can be done about a reply that a cap has cut off."""
        failure = message.failure
        if failure is not None:
            error = OverBudget(failure.title, failure.explanation)
            self._tasks.start(self._show(self._sending.refused_to_go_on(message.id, error)))

    def close(self) -> bool:
        """Take the block away; whether there was one. What was not sent stays in the composer."""
        if self._block is None:
            return False
        self._block = None
        self._ticks.stop()
        self._composer.set_block(None)
        self._composer.edit.setFocus()
        return True

    # What is shown

    async def _show(self, refused: Refused) -> None:
        shown = self._open.shown
        if shown.model is None:
            return
        conversation = shown.conversation
        system = conversation.system_prompt if conversation else self._settings.get(options.SYSTEM_PROMPT)
        tags = conversation.tags if conversation else ()
        text = self._composer.text() if refused.takes_text else ""
        asked = Asked(shown.model, shown.path(), text, system or None, shown.id or "", tags)
        ways = await self._ways_out.look(refused.error, asked)
        if shown is not self._open.shown:
            return
        error = refused.error
        self._about = (shown, shown.model)
        self._waits = None
        choices = self._choices(refused, ways)
        state = ways.state
        amount = bold = ""
        runs: tuple[Run, ...] = (Run(_("Not sent"), "danger", main=True),)
        if state is not None and not isinstance(error, PriceUnknown | TooManyRequests):
            cap = figures.money_total(state.cap)
            amount = _("{spent} of {cap}").format(spent=figures.money_against(state.spent, state.cap), cap=cap)
        if error.would_cost is not None:
            bold = figures.money_at_most(error.would_cost)
        if state is not None and ways.most is not None and amount:
            most = Run(f"≤{figures.NBSP}{figures.money_at_most(ways.most)}", "text", 600, main=True)
            runs = (Run(_over(state), "danger"), most)
        self._block = StopBlock(self._theme, error.title, amount, error.explanation, bold, choices)
        self._composer.set_block(self._block, runs)
        self._ticks.start()
        announce(self._composer, f"{error.title}. {error.explanation}", urgent=True)

    def _choices(self, refused: Refused, ways: Ways) -> list[Choice]:
        """The first is what Enter leads to."""
        error, state = refused.error, ways.state
        most = f"≤{figures.NBSP}{figures.money_at_most(ways.most)}" if ways.most else ""
        words = _("Continue this one anyway") if refused.goes_on else _("Send this one anyway")
        anyway = Choice("arrow-up", words, most, lambda: self._send(refused, once=True))
        model = Choice("cube", _("Choose a model"), "", self._choose_model)
        if isinstance(error, PriceUnknown):
            price = Choice("tag", _("Set a price"), "", self._set_price)
            return [price, anyway, model]
        if isinstance(error, TooManyRequests):
            limits = Choice("wallet", _("Change the limit"), "", lambda: self.settings_requested.emit("budgets", ""))
            return [anyway, limits]
        choices = [anyway]
        if ways.cheaper is not None and not refused.goes_on:
            choices.append(self._use_cheaper(refused, ways))
        if state is not None and ways.higher is not None:
            choices.append(self._raise(refused, state, ways.higher))
        if refused.takes_text and state is not None and ways.resets_ms is not None:
            self._waits = len(choices), ways.resets_ms
            choices.append(self._wait(state, ways.resets_ms))
        if len(choices) < 4:
            choices.append(model)
        return choices

    def _use_cheaper(self, refused: Refused, ways: Ways) -> Choice:
        ref = ways.cheaper
        assert ref is not None
        free = self._catalogue.is_free(ref)
        hint = _("free, local") if free else f"≤{figures.NBSP}{figures.money_at_most(ways.cheaper_most)}"
        text = _("Use {model} here").format(model=self._catalogue.name_of(ref))

        def use() -> None:
            self._open.choose_model(ref)
            self._send(refused, once=False)

        return Choice("desktop" if free else "cube", text, hint, use)

    def _raise(self, refused: Refused, state: BudgetState, higher: Decimal) -> Choice:
        text, hint = _raise_words(state, figures.money_total(higher))
        return Choice("plus", text, hint, lambda: self._tasks.start(self._raise_and_send(refused, state, higher)))

    def _wait(self, state: BudgetState, due_ms: int) -> Choice:
        if state.budget.period is Period.DAY:
            text, when = _("Send after midnight"), _("After midnight")
        else:
            day = dates.day(state.resets_on, _today()) if state.resets_on else ""
            text, when = _("Send on {day}").format(day=day), _("On {day}").format(day=day)

        def wait() -> None:
            self.close()
            self._draft.send_later(due_ms, when)

        return Choice("clock", text, span_until(due_ms - now_ms()), wait)

    # What is done

    def _send(self, refused: Refused, *, once: bool) -> None:
        self.close()
        refused.again(self._draft.take() if refused.takes_text else "", once)

    async def _raise_and_send(self, refused: Refused, state: BudgetState, cap: Decimal) -> None:
        before, budget = state.cap, state.budget
        await self._budgets.raise_cap(budget.id, cap)
        self._toasts.show(
            _raised(state, figures.money_total(cap)),
            _("Undo"),
            lambda: self._tasks.start(self._budgets.raise_cap(budget.id, before)),
        )
        self._send(refused, once=False)

    def _choose_model(self) -> None:
        self.close()
        self.model_requested.emit()

    def _set_price(self) -> None:
        self.settings_requested.emit("prices", str(self._open.shown.model))

    # Inside

    def _follow(self) -> None:
        shown = self._open.shown
        if self._block is not None and self._about != (shown, shown.model):
            self.close()

    def _on_change(self, change: Change) -> None:
        if isinstance(change, BudgetsChanged | PricesChanged):
            self.close()

    def _tick(self) -> None:
        if self._block is not None and self._waits is not None:
            at, due_ms = self._waits
            self._block.set_hint(at, span_until(due_ms - now_ms()))


def span_until(milliseconds: int) -> str:
    """in 3 days, in 9 h 42 min, in 5 min"""
    minutes = max(1, -(-milliseconds // _MINUTE_MS))
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return ngettext("in {n} day", "in {n} days", hours // 24).format(n=hours // 24)
    if not hours:
        return _("in {n} min").replace(" ", figures.NBSP).format(n=minutes)
    return _("in {h} h {m} min").replace(" ", figures.NBSP).format(h=hours, m=minutes)


def _over(state: BudgetState) -> str:
    whole = state.budget.scope.kind is ScopeKind.ALL
    match state.budget.period:
        case Period.DAY if whole:
            return _("Over today’s cap")
        case Period.WEEK if whole:
            return _("Over this week’s cap")
        case Period.MONTH if whole:
            return _("Over this month’s cap")
        case _:
            return _("Over the cap")


def _raise_words(state: BudgetState, sum_: str) -> tuple[str, str]:
    """The words of the choice that raises a cap, and until when that holds."""
    whole = state.budget.scope.kind is ScopeKind.ALL
    match state.budget.period:
        case Period.DAY:
            text, hint = _("Raise today’s cap to {sum}"), _("today only")
        case Period.WEEK:
            text, hint = _("Raise this week’s cap to {sum}"), _("this week only")
        case Period.MONTH:
            text, hint = _("Raise this month’s cap to {sum}"), _("this month only")
        case _:
            text, hint = _("Raise the cap to {sum}"), ""
    if not whole:
        return _("Raise “{name}” to {sum}").format(name=state.budget.name, sum=sum_), hint
    return text.format(sum=sum_), hint


def _raised(state: BudgetState, sum_: str) -> str:
    match state.budget.period:
        case Period.DAY:
            return _("Cap raised to {sum} for today").format(sum=sum_)
        case Period.WEEK:
            return _("Cap raised to {sum} for this week").format(sum=sum_)
        case Period.MONTH:
            return _("Cap raised to {sum} for this month").format(sum=sum_)
        case _:
            return _("Cap raised to {sum}").format(sum=sum_)


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the user's own day
