"""The usage page: what was spent, on what, and what is left of the budgets. It reads the ledger's sums, never waits."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QRect, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.domain import figures
from desktop.domain.changes import (
    BudgetsChanged,
    Change,
    ConversationsChanged,
    OptionChanged,
    PricesChanged,
    ProvidersChanged,
    TagsChanged,
    TurnEnded,
)
from desktop.domain.spending import Group, Grouping, Only
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.settings import options
from desktop.settings.store import Settings
from desktop.ui.services import Services
from desktop.ui.sidebar.empty import EmptyState
from desktop.ui.sidebar.groups import today
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import dates, filters
from desktop.ui.usage.bars import bars_of
from desktop.ui.usage.files import ask_for_file, file_name
from desktop.ui.usage.group_table import MOST, GroupRow
from desktop.ui.usage.head import UsageHead
from desktop.ui.usage.messages import MessagesPopover
from desktop.ui.usage.range_popover import RangePopover
from desktop.ui.usage.report_view import Found, ReportView
from desktop.ui.usage.view import Kind, View
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.toast import Toasts

PROVIDERS = ("anthropic", "openai", "gemini", "mistral", "deepseek", "qwen", "openrouter", "ollama")
"""Their order in every chart, from the foot up, so that a colour is where it was; others follow."""

MESSAGES = 200
"""At most so many rows of a group are listed."""


class UsagePage(QWidget):
    """Read when it is shown, and after each change while it is."""

    closed = Signal()
    sidebar_toggled = Signal()
    settings_requested = Signal(str)  # a page
    chat_requested = Signal(str, str)  # conversation id, message id
    bill_requested = Signal()
    what_if_requested = Signal(str, object, object)  # what is looked at in words, Span, Only

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        services: Services,
        tasks: Tasks,
        toasts: Toasts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._settings = settings
        self._spending = services.spending
        self._budgets = services.budgets
        self._catalogue = services.catalogue
        self._tasks = tasks
        self._toasts = toasts
        self._view = View.holding(Kind.MONTH, today(), self._week_start())
        self._found: Found | None = None
        self._stale = False
        self._reading = False
        self.head = UsageHead(theme)
        self.report = ReportView(theme, self._service_of)
        self._empty = EmptyState(theme)
        self._blank = QWidget()  # until something has been read
        self._pages = QStackedWidget()
        for page in (self._blank, self.report, self._empty):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._pages, 1)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # so that Esc is heard before anything has the keys
        self.setAccessibleName(_("Usage"))
        self._connect()
        self._show_head()
        theme.changed.connect(self._repaint)
        self.destroyed.connect(services.feed.subscribe(self._on_change))

    def _connect(self) -> None:
        head, report = self.head, self.report
        head.sidebar_toggled.connect(self.sidebar_toggled)
        head.kind_chosen.connect(self._choose_kind)
        head.stepped.connect(lambda step: self.show_view(self._view.stepped(step)))
        head.range_requested.connect(self._choose_range)
        head.filter_requested.connect(lambda: self._tasks.start(self._choose_filter()))
        head.export_requested.connect(lambda: self._export("csv"))
        head.menu_requested.connect(lambda: self._tasks.start(self._open_menu()))
        report.chart.grouping_chosen.connect(lambda by: self.show_view(replace(self._view, by=by)))
        report.chart.chart.opened.connect(self._open_bar)
        report.budgets.edit_requested.connect(lambda: self.settings_requested.emit("budgets"))
        report.group_chosen.connect(self._open_group)

    # What the window asks of it

    @property
    def view(self) -> View:
        """What is looked at."""
        return self._view

    def show_view(self, view: View) -> None:
        """Look at something else."""
        if view != self._view:
            self._view = view
            self._show_head()
            self.refresh()

    def refresh(self) -> None:
        """Read anew; changes that come while something is read are read together."""
        self._stale = True
        if not self._reading and self.isVisible():
            self._reading = True
            self._tasks.start(self._read())

    def panes(self) -> tuple[QWidget, ...]:
        """What F6 goes round, in order."""
        report = self.report
        parts = (report.chart.chart, report.models.list, report.chats.list, report.keys.list)
        return (self.head, *(part for part in parts if part.focusPolicy() != Qt.FocusPolicy.NoFocus))

    # Reading

    async def _read(self) -> None:
        try:
            while self._stale:
                self._stale = False
                view, found = self._view, await self._find(self._view, today())
                if not isValid(self):
                    return
                if view == self._view:
                    self._show(found)
        finally:
            self._reading = False

    async def _find(self, view: View, day: date) -> Found:
        counted, drawn = view.counted(day), view.drawn()
        report = await self._spending.report(counted, view.by, view.only)
        days = report.days
        if drawn != view.span:
            days = (await self._spending.report(drawn, view.by, view.only)).days
        order = PROVIDERS if view.by is Grouping.PROVIDER else ()
        # Of hundreds of providers or tags it takes longer than a frame.
        named = await asyncio.to_thread(filters.named, days, view.by)
        bars = await asyncio.to_thread(bars_of, named, drawn, order, _("{n} others"), self._week_start())

        async def groups(by: Grouping) -> Sequence[Group]:
            return await self._spending.groups(by, counted, view.only, MOST)

        return Found(
            view,
            day,
            report,
            bars,
            dates.short_span(counted.before, day),
            await groups(Grouping.MODEL),
            await groups(Grouping.CONVERSATION),
            await groups(Grouping.KEY),
            sorted(await groups(Grouping.TAG), key=lambda group: group.key == ""),
            await self._budgets.states(),
        )

    def _show(self, found: Found) -> None:
        self._found = found
        if not found.report.total.requests:
            self._empty.set_title(_nothing_spent(found.view, found.today))
            self._pages.setCurrentWidget(self._empty)
            return
        self.report.show_found(found)
        self._pages.setCurrentWidget(self.report)

    def _repaint(self) -> None:
        """In the colours of another theme."""
        if self._found is not None:
            self._show(self._found)

    def _on_change(self, change: Change) -> None:
        match change:
            case TurnEnded() | BudgetsChanged() | PricesChanged() | TagsChanged() | ConversationsChanged():
                self.refresh()
            case ProvidersChanged() | OptionChanged(options.WEEK_START.key | options.CURRENCY.key):
                self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    # The head

    def _show_head(self) -> None:
        view, day = self._view, today()
        self.head.show_period(view.kind, dates.title(view, day), has_following=view.span.last < day)
        self.head.show_filter(filters.text(view.only), is_on=view.only != Only())

    def _choose_kind(self, value: str) -> None:
        kind = Kind(value)
        if kind is self._view.kind:
            return
        day = today()
        if kind is Kind.CUSTOM:
            self.show_view(self._view.spanning(kind, self._view.counted(day)))
            self._choose_range()
            return
        shown = min(self._view.span.last, day)
        self.show_view(self._view.spanning(kind, View.holding(kind, shown, self._week_start()).span))

    def _choose_range(self) -> None:
        popover = RangePopover(self._theme, self)
        popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popover.chosen.connect(lambda span: self.show_view(self._view.spanning(Kind.CUSTOM, span)))
        popover.open_at(self.head.period, self._view.span, today())

    async def _choose_filter(self) -> None:
        span = self._view.counted(today())
        keys = await self._spending.groups(Grouping.KEY, span)
        tags = await self._spending.tags()
        if not isValid(self):
            return
        menu = filters.menu(self._theme, self._view.only, keys, tags, self._filter, self)
        menu.popup(self.head.filter.mapToGlobal(self.head.filter.rect().bottomLeft()))

    def _filter(self, only: Only) -> None:
        self.show_view(replace(self._view, only=only))

    # Deeper

    def _open_bar(self, at: int) -> None:
        """The days of a bar, closer."""
        drawing = self.report.chart.chart.drawing
        bar, kind = drawing.bars.bars[at], Kind(drawing.bars.unit.value)
        self.show_view(self._view.spanning(kind, View.holding(kind, bar.first, self._week_start()).span))

    def _open_group(self, row: GroupRow, place: QRect) -> None:
        self._tasks.start(self._list_messages(row, place))

    async def _list_messages(self, row: GroupRow, place: QRect) -> None:
        only = filters.narrowed(self._view.only, row.by, row.group.key)
        rows = await self._spending.messages(self._view.counted(today()), only, MESSAGES)
        if not isValid(self):
            return
        popover = MessagesPopover(self._theme, row.name, rows, row.group.sum.requests, self._catalogue, self)
        popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popover.chosen.connect(self.chat_requested)
        popover.open_at(place, self)

    # Taking it away

    async def _open_menu(self) -> None:
        tags = await self._spending.tags()
        if not isValid(self):
            return
        menu = Menu(self._theme, self.head.more.accessibleName(), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.add("export", _("Export CSV…"), lambda: self._export("csv"))
        menu.add("export", _("Export JSONL…"), lambda: self._export("jsonl"))
        if tags:
            menu.add_menu("tag", self._statements(tags, menu))
        menu.addSeparator()
        able = self._pages.currentWidget() is self.report
        menu.add(None, _("Compare with a provider’s bill…"), self.bill_requested.emit)
        menu.add(None, _("What other models would have cost…"), self._ask_what_if).setEnabled(able)
        menu.addSeparator()
        pictures = (
            (_("Copy the chart as a picture"), self.report.chart),
            (_("Copy the page as a picture"), self.report.content),
        )
        for text, part in pictures:
            menu.add("image", text, partial(self._copy_picture, part)).setEnabled(able)
        menu.popup(self.head.more.mapToGlobal(self.head.more.rect().bottomLeft()))

    def _ask_what_if(self) -> None:
        view, day = self._view, today()
        self.what_if_requested.emit(dates.title(view, day), view.counted(day), view.only)

    def _copy_picture(self, part: QWidget) -> None:
        QGuiApplication.clipboard().setPixmap(part.grab())
        self._toasts.show(_("Copied"))

    def _statements(self, tags: Sequence[str], parent: Menu) -> Menu:
        """A statement for each tag, as a table or to be read."""
        menu = Menu(self._theme, _("Statement for a tag"), parent)
        for tag in tags:
            of = Menu(self._theme, tag, menu)
            of.add(None, _("As HTML, to send or print…"), partial(self._state, tag, "html"))
            of.add(None, _("As CSV…"), partial(self._state, tag, "csv"))
            menu.add_menu(None, of)
        return menu

    def _export(self, form: Literal["csv", "jsonl"]) -> None:
        """Ask for a file, and write the rows that count there."""
        view, span = self._view, self._view.counted(today())

        async def write(path: Path) -> str:
            rows = await self._spending.export(path, form, span, view.only)
            return ngettext("Exported {n} row", "Exported {n} rows", rows).format(n=figures.count(rows))

        self._save(file_name(span, _("usage"), form), write)

    def _state(self, tag: str, form: Literal["csv", "html"]) -> None:
        span = self._view.counted(today())

        async def write(path: Path) -> str:
            await self._spending.statement(tag, span, path, form)
            return _("Saved as {name}").format(name=path.name)

        self._save(file_name(span, tag, form), write)

    def _save(self, name: str, write: Callable[[Path], Coroutine[Any, Any, str]]) -> None:
        """Ask for a file and have it written; what `write` returns is said at the end."""

        async def run(path: Path) -> None:
            said = await write(path)
            self._toasts.show(said, _("Show"), lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))

        ask_for_file(self, name, lambda path: self._tasks.start(run(path)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # Names

    def _service_of(self, provider_id: str) -> str:
        provider = self._catalogue.provider(provider_id)
        return provider.service_id if provider else provider_id

    def _week_start(self) -> int:
        return int(self._settings.get(options.WEEK_START))


def _nothing_spent(view: View, day: date) -> str:
    if view.span.days > 1:
        return _("Nothing spent in {period}").format(period=dates.title(view, day))
    if view.span.last == day:
        return _("Nothing spent today")
    return _("Nothing spent on {day}").format(day=dates.day(view.span.last, day))
