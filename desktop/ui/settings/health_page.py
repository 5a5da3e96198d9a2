"""Health: how providers, models and keys have done lately, from the user's own replies."""

import asyncio

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.domain import figures
from desktop.domain.changes import Change, KeyAccepted, ModelsChanged, ProvidersChanged, TurnEnded
from desktop.domain.errors import AppError
from desktop.domain.ids import now_ms
from desktop.domain.model import KeyRef
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.services.catalogue import Catalogue, TestResult
from desktop.services.feed import Feed
from desktop.services.health import PERIODS_MS, Health, Report
from desktop.services.standing import Standing
from desktop.ui.settings.health import Outcome
from desktop.ui.settings.health_list import HealthHead, HealthList
from desktop.ui.settings.health_rows import TESTING, Row, keys, places
from desktop.ui.settings.rows import Heading
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.announce import announce
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.toggle import Segments

NARROW = 640
"""Below this width (design px) the controls stand under the title."""


class HealthPage(QWidget):
    """Read when it is shown and after each reply while it is. The outcomes of key tests are never stored."""

    def __init__(
        self, theme: Theme, catalogue: Catalogue, standing: Standing, health: Health, feed: Feed, tasks: Tasks
    ) -> None:
        super().__init__()
        self._theme = theme
        self._catalogue = catalogue
        self._standing = standing
        self._health = health
        self._tasks = tasks
        self._outcomes: dict[KeyRef, Outcome | str] = {}
        self._places: list[Row | Heading] = []
        self._clock = QTimer(self, interval=1000)  # limits are said to reset in so many seconds
        self._clock.timeout.connect(self._count_down)
        px = theme.px
        self._column = column = QVBoxLayout(self)
        column.setSpacing(0)
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(px(12))
        self._head.addWidget(text_label(theme, _("Health"), 20, 600))
        self._head.addStretch(1)
        controls = QHBoxLayout()
        controls.setSpacing(px(8))
        periods = (("hour", _("Hour")), ("day", _("Day")), ("week", _("Week")))
        self.period = Segments(theme, periods, _("How far back"))
        self.period.set_value("day")
        self.period.changed.connect(self.refresh)
        controls.addWidget(self.period)
        self.test = Button(theme, _("Test all keys"), icon="activity")
        self.test.clicked.connect(self.test_keys)
        controls.addWidget(self.test)
        controls.addStretch()
        self._head.addLayout(controls)
        column.addLayout(self._head)
        column.addSpacing(px(6))
        self.summary = text_label(theme, "", 13, role="text-secondary", wrap=True)
        column.addWidget(self.summary)
        column.addSpacing(px(8))
        self.list = HealthList(theme)
        column.addWidget(HealthHead(theme, self.list))
        column.addWidget(self.list, 1)
        foot = _("Measured on your own replies. Nothing is sent for this page, but for the test that you ask for.")
        column.addSpacing(px(8))
        column.addWidget(text_label(theme, foot, 12, role="text-muted", wrap=True))
        self.destroyed.connect(feed.subscribe(self._on_change))

    def go_to(self, _anchor: str) -> None:
        """The page has no places to go to."""

    def refresh(self) -> None:
        """Read the report of the chosen time anew."""
        self._tasks.start(self._read(self.period.value()))

    def test_keys(self) -> None:
        """A real request with each key; the results show as they come."""
        if not self.test.isEnabled():
            return
        self.test.setEnabled(False)
        refs = [line.ref for line in keys(self._catalogue, self._standing, {})]
        self._outcomes = dict.fromkeys(refs, TESTING)
        self._fill()
        self._tasks.start(self._test(refs))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._clock.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        px = self._theme.px
        narrow = self.width() < px(NARROW)
        inset = px(16 if narrow else 32)
        self._column.setContentsMargins(inset, px(20), inset, px(12))
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._head.setDirection(below if narrow else beside)

    async def _read(self, period: str) -> None:
        report = await self._health.report(PERIODS_MS[period])
        if not isValid(self) or period != self.period.value():
            return  # the window was closed meanwhile, or another time chosen
        end = now_ms()
        self._places = places(report, self._catalogue, end - PERIODS_MS[period], end)
        self.summary.setText(_summary(report))
        self._fill()

    def _fill(self) -> None:
        if not isValid(self):
            return
        lines = keys(self._catalogue, self._standing, self._outcomes)
        self.list.rows.replace([*self._places, *([Heading(_("Keys")), *lines] if lines else ())])
        self.test.setVisible(bool(lines))

    def _count_down(self) -> None:
        if any(self._standing.limits(line.ref) for line in keys(self._catalogue, self._standing, {})):
            self._fill()

    def _on_change(self, change: Change) -> None:
        if not self.isVisible():
            return
        match change:
            case TurnEnded():
                self.refresh()
            case ModelsChanged() | ProvidersChanged() | KeyAccepted():
                self._fill()
            case _:
                pass

    async def _test(self, refs: list[KeyRef]) -> None:
        """Providers at the same time, the keys of one after another."""
        by_provider: dict[str, list[KeyRef]] = {}
        for ref in refs:
            by_provider.setdefault(ref.provider_id, []).append(ref)
        try:
            await asyncio.gather(*map(self._test_some, by_provider.values()))
        finally:
            self._outcomes = {ref: found for ref, found in self._outcomes.items() if found != TESTING}
            if isValid(self):
                self._end_test(refs)

    def _end_test(self, refs: list[KeyRef]) -> None:
        self.test.setEnabled(True)
        self._fill()
        passed = sum(isinstance(self._outcomes.get(ref), TestResult) for ref in refs)
        said = ngettext("{k} of {n} key works", "{k} of {n} keys work", len(refs)).format(k=passed, n=len(refs))
        announce(self, said)

    async def _test_some(self, refs: list[KeyRef]) -> None:
        for ref in refs:
            try:
                self._outcomes[ref] = await self._catalogue.test(ref.provider_id, ref.label or None)
            except AppError as error:
                self._outcomes[ref] = error
            self._fill()


def _summary(report: Report) -> str:
    tries = sum(each.tries for each in report.providers.values())
    if not tries:
        return ""
    answered = sum(each.answered for each in report.providers.values())
    share = _("{k} of {n} tries answered").format(k=figures.count(answered), n=figures.count(tries))
    return " · ".join((share, _("Rescued by fallback: {n}").format(n=figures.count(report.rescued))))
