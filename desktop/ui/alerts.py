"""What is said when spending passes a level of a cap: in the window, on the desktop, with a cheaper model to go on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from PySide6.QtCore import QObject

from desktop.domain.changes import BudgetAlerted, Change
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.services import over_budget
from desktop.services.catalogue import Catalogue
from desktop.services.feed import Feed
from desktop.ui.chat.cheaper import CheaperModel
from desktop.ui.notices import NoticeBar
from desktop.ui.notify import Notifier
from desktop.ui.usage import dates

OFFERS_AT = 80


class Alerts(QObject):
    def __init__(
        self,
        notices: NoticeBar,
        notifier: Notifier,
        cheaper: CheaperModel,
        catalogue: Catalogue,
        feed: Feed,
        parent: QObject,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(parent)
        self._notices = notices
        self._notifier = notifier
        self._cheaper = cheaper
        self._catalogue = catalogue
        self._today = today
        self.destroyed.connect(feed.subscribe(self._on_change))

    def _on_change(self, change: Change) -> None:
        if isinstance(change, BudgetAlerted):
            self._tell(change)

    def _tell(self, alert: BudgetAlerted) -> None:
        state = alert.state
        day = dates.day(state.reached_on, self._today()) if state.reached_on is not None else ""
        text = over_budget.warning(state, alert.level, day)
        ref = state.budget.cheaper
        if ref is not None and alert.level >= OFFERS_AT and self._cheaper.would_change(ref):
            words = _("Use {model} until then") if state.resets_on is not None else _("Use {model}")
            until_ms = _midnight_ms(state.resets_on) if state.resets_on is not None else None
            self._notices.show_offer(
                text, "wallet", words.format(model=self._catalogue.name_of(ref)), lambda: self._use(ref, until_ms)
            )
        else:
            self._notices.show_text(text, "wallet")
        self._notifier.show(state.budget.name, text)

    def _use(self, ref: ModelRef, until_ms: int | None) -> None:
        self._cheaper.use(ref, until_ms)


def _midnight_ms(day: date) -> int:
    """When a local day begins."""
    return int(datetime.combine(day, time()).astimezone(UTC).timestamp() * 1000)
