"""The page, with the spending of the design's picture in a real ledger."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from desktop.domain.budget import BudgetState
from desktop.domain.changes import BudgetsChanged
from desktop.domain.spending import Grouping, Only, Span
from desktop.domain.usage import CostSource
from desktop.ui.usage.budget_list import BudgetItem
from desktop.ui.usage.group_table import GroupTable
from desktop.ui.usage.messages import MessagesPopover
from desktop.ui.usage.page import UsagePage
from desktop.ui.usage.range_popover import RangePopover, read, written
from desktop.ui.usage.view import Kind
from desktop.ui.widgets.menu import Menu
from tests.helpers import spending as sample
from tests.ui.usage.conftest import DAILY, TODAY, Desk


def rows(table: GroupTable) -> list[str]:
    return [table.list.rows.spoken(row) for row in table.list.rows.rows()]  # type: ignore[arg-type]


def budgets(page: UsagePage) -> list[tuple[str, str]]:
    items = page.report.budgets.findChildren(BudgetItem)
    return [(item.accessibleName(), item.accessibleDescription()) for item in items if item.isVisible()]


def said(page: UsagePage) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def popup() -> QWidget:
    found = QApplication.activePopupWidget()
    assert found is not None
    return found


def table(page: UsagePage) -> list[list[str]]:
    model = page.report.chart.table.model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


async def test_every_sum_of_the_picture(month: Desk) -> None:
    page = await month.open()
    figures = page.report.figures
    assert figures.spend.text == ("$12.34", "$2.11 less than 1–21 October")
    assert figures.requests.text == ("486", "$0.0254 each on average")
    assert figures.tokens.text == ("4.12M", "3.53M in · 590k out")
    assert figures.cached.text == ("38%", "saved $1.96")
    assert page.report.chart.legend.accessibleName() == (
        "Anthropic $5.04, OpenAI $2.13, Gemini $1.52, Mistral $3.18, OpenRouter $0.47"
    )
    assert rows(page.report.models) == [
        "Claude Sonnet 5.5, 118 requests, $4.12",
        "Mistral Medium 3.5, 92 requests, $1.98",
        "GPT-6.1 Sol, 64 requests, $1.62",
        "Mistral Large 4, 88 requests, $1.20",
        "Claude Opus 5.5, 34 requests, $0.92",
        "Gemini 3.8 Flash, 49 requests, $0.91",
    ]
    assert [row.rpartition(", ")[2] for row in rows(page.report.chats)] == [
        "$1.84", "$1.37", "$0.92", "$0.71", "$0.22", "$0.18",
    ]  # fmt: skip
    keys = [(row.split(", ")[0], row.split(", ")[2]) for row in rows(page.report.keys)]
    assert keys == [
        ("Personal", "$9.64"),
        ("Work", "$2.70"),
        ("thesis", "$4.41"),
        ("client", "$2.66"),
        ("home", "$0.83"),
        ("no tag", "$4.44"),
    ]
    assert budgets(page) == [
        ("Today: $0.42 of $2.00", "$1.58 left until midnight"),
        ("November: $12.34 of $20.00, forecast $17.63", "Forecast $17.63, under the cap"),
        ("Work key: $2.70 of $3.00", "Warns at 80%, stops at the cap"),
    ]
    assert "From provider reports $0.47 · computed $11.40 · estimated $0.47 · 3 requests without" in said(page)


async def test_arrows_pick_a_day_and_only_its_place_is_painted_again(
    month: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await month.open()
    chart = page.report.chart.chart
    assert chart.accessibleName() == "Spend per day, 1 to 21 November"
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.accessibleDescription().startswith("1 November $0.37")
    QApplication.processEvents()
    painted: list[QRectF] = []
    monkeypatch.setattr(type(chart), "_paint_bar", lambda self, painter, slot, stack: painted.append(slot))
    for _step in range(11):
        QTest.keyClick(chart, Qt.Key.Key_Right)
        QApplication.processEvents()
    assert chart.accessibleDescription() == (
        "12 November $1.24, Anthropic $0.52, OpenAI $0.21, Gemini $0.13, Mistral $0.28, OpenRouter $0.10"
    )
    assert chart.slot(12) in painted
    assert max(slot.left() for slot in painted) < chart.slot(24).left()  # the card lies over some; the rest stays
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert chart.picked_bar == 20  # the last day that has come
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.picked_bar is None
    assert page.view.kind is Kind.MONTH


async def test_a_day_is_opened_from_the_chart_and_compared_with_the_day_before(month: Desk) -> None:
    page = await month.open()
    chart = page.report.chart.chart
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.slot(11).center().toPoint())
    await month.settle()
    assert page.view.kind is Kind.DAY
    assert page.head.period.text() == "12 November"
    assert page.report.figures.spend.text == ("$1.24", "$0.37 more than 11 November")
    assert len(chart.drawing.bars.bars) == 14
    assert chart.drawing.chosen == 13
    assert page.report.chart.legend.accessibleName().startswith("Anthropic $0.52")


async def test_the_pointer_picks_no_day_that_has_not_come(month: Desk) -> None:
    page = await month.open()
    chart = page.report.chart.chart
    for at, expected in ((11, 11), (25, None), (3, 3)):
        QTest.mouseMove(chart, chart.slot(at).center().toPoint())
        QApplication.processEvents()
        assert chart.picked_bar == expected


async def test_periods_are_chosen_and_stepped_through(month: Desk) -> None:
    page = await month.open()
    assert not page.head.following.isEnabled()
    page.head.kinds.set_value("week")
    await month.settle()
    assert page.head.period.text() == "16–22 November"
    page.head.previous.click()
    await month.settle()
    assert page.head.period.text() == "9–15 November"
    assert page.head.following.isEnabled()
    page.head.kinds.set_value("month")
    page.head.previous.click()
    await month.settle()
    assert page.report.figures.spend.text == ("$14.45", "")
    page.head.previous.click()
    await month.settle()
    assert "Nothing spent in September" in said(page)


async def test_days_are_written_and_mistakes_told(month: Desk) -> None:
    page = await month.open()
    page.head.kinds.set_value("custom")
    chooser = popup()
    assert isinstance(chooser, RangePopover)
    chooser.first.setText("yesterday")
    chooser.show_days.click()
    assert chooser.first.error == f"Write a day as {written(TODAY)}."
    chooser.first.setText("2026-11-12")
    chooser.last.setText("2026-11-10")
    chooser.show_days.click()
    assert (chooser.first.error, chooser.last.error) == ("", "This is before the first day.")
    QTest.keyClick(chooser.last, Qt.Key.Key_Up)
    QTest.keyClick(chooser.last, Qt.Key.Key_Up)
    QTest.keyClick(chooser.last, Qt.Key.Key_Up)
    assert read(chooser.last.text()) == date(2026, 11, 13)
    QTest.keyClick(chooser.last, Qt.Key.Key_Return)
    await month.settle()
    assert page.head.period.text() == "12–13 November"
    assert page.report.figures.spend.text[0] == "$1.89"


async def test_bars_are_stacked_by_something_else(month: Desk) -> None:
    page = await month.open()
    totals = set()
    for by in (Grouping.MODEL, Grouping.KEY, Grouping.TAG, Grouping.PURPOSE, Grouping.PROVIDER):
        page.report.chart.grouping_chosen.emit(by)
        await month.settle()
        assert page.view.by is by
        totals.add(sum((bar.total.cost for bar in page.report.chart.chart.drawing.bars.bars), Decimal(0)))
    assert totals == {Decimal("12.34")}
    page.report.chart.grouping_chosen.emit(Grouping.TAG)
    await month.settle()
    assert "no tag $4.44" in page.report.chart.legend.accessibleName()
    assert len({hue.name() for hue in page.report.chart.chart.drawing.hues.values()}) == 4


async def test_a_key_and_a_tag_limit_what_counts(month: Desk) -> None:
    page = await month.open()
    page.head.filter.click()
    await month.settle()
    menu = popup()
    assert isinstance(menu, Menu)
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["All keys and tags", "Personal", "Work", "client", "home", "thesis", "no tag"]
    next(action for action in menu.actions() if action.text() == "Work").trigger()
    menu.close()
    await month.settle()
    assert page.report.figures.spend.text[0] == "$2.70"
    assert page.head.filter.text() == "Work"
    page.show_view(replace(page.view, only=Only(key_label="Work", tag="client")))
    await month.settle()
    assert page.report.figures.spend.text[0] == "$2.66"
    assert page.head.filter.accessibleName() == "Counted: Work · client"


async def test_a_row_leads_to_its_messages_and_on_to_the_chat(month: Desk) -> None:
    page = await month.open()
    opened: list[tuple[str, str]] = []
    page.chat_requested.connect(lambda *where: opened.append(where))
    chats = page.report.chats.list
    chats.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(chats, Qt.Key.Key_Home)
    QTest.keyClick(chats, Qt.Key.Key_Return)
    await month.settle()
    messages = popup()
    assert isinstance(messages, MessagesPopover)
    spoken = messages.list.model().index(0, 0).data()
    assert spoken.startswith("Thesis: related work, ")
    QTest.keyClick(messages.list, Qt.Key.Key_Return)
    conversation_id, message_id = opened[0]
    assert conversation_id == month.ids[0]
    assert message_id.startswith("sample-")


async def test_messages_of_deleted_chats_are_told_and_lead_nowhere(month: Desk) -> None:
    page = await month.open()
    opened: list[str] = []
    page.chat_requested.connect(lambda *where: opened.append(where[0]))
    page.report.chats.more.click()
    last = len(page.report.chats.list.rows.rows()) - 1
    page.report.chats.list.chosen.emit(page.report.chats.list.rows.index(last))
    await month.settle()
    messages = popup()
    assert isinstance(messages, MessagesPopover)
    assert messages.list.model().index(0, 0).data().startswith("Deleted chat, ")
    QTest.keyClick(messages.list, Qt.Key.Key_Return)
    assert opened == []
    messages.close()


async def test_all_rows_of_a_table_are_shown_on_demand(month: Desk) -> None:
    page = await month.open()
    models = page.report.models
    assert models.more.text() == "Show all 9"
    models.more.click()
    assert len(models.list.rows.rows()) == 9
    assert models.list.height() == models.list.content_height()
    models.more.click()
    assert len(models.list.rows.rows()) == 6


async def test_the_table_says_what_the_chart_shows(month: Desk) -> None:
    page = await month.open()
    section = page.report.chart
    section.as_table.click()
    assert section.table.isVisible()
    assert not section.chart.isVisible()
    cells = table(page)
    assert len(cells) == 21
    assert cells[9] == ["12 November", "$1.24", "$0.52", "$0.21", "$0.13", "$0.28", "$0.10"]
    heads = [section.table.model().headerData(at, Qt.Orientation.Horizontal) for at in range(7)]
    assert heads == ["Day", "All", "Anthropic", "OpenAI", "Gemini", "Mistral", "OpenRouter"]
    assert cells[0][-1] == "price unknown"


async def test_an_unknown_price_is_never_nothing(desk: Desk) -> None:
    known = sample.month(TODAY)[-1]
    await desk.spend([replace(known, day=TODAY, cost=None, source=CostSource.UNPRICED)])
    page = await desk.open()
    assert page.report.figures.spend.text[0] == "price unknown"
    assert page.report.figures.requests.text == ("1", "")
    assert rows(page.report.models)[0].endswith("price unknown, 1 request without a known price")
    assert page.report.chart.chart.drawing.bars.bars[TODAY.day - 1].total.unpriced == 1
    assert "$0.00" not in said(page)


async def test_what_runs_here_is_free(desk: Desk) -> None:
    local = replace(sample.month(TODAY)[0], day=TODAY, cost=Decimal(0), source=CostSource.COMPUTED)
    await desk.spend([local])
    page = await desk.open()
    assert page.report.figures.spend.text[0] == "free"


async def test_nothing_spent(desk: Desk) -> None:
    page = await desk.open()
    assert "Nothing spent in November" in said(page)
    page.head.kinds.set_value("day")
    await desk.settle()
    assert "Nothing spent today" in said(page)
    page.head.previous.click()
    await desk.settle()
    assert "Nothing spent on 20 November" in said(page)


async def test_a_year_and_two_hundred_providers_with_long_names(desk: Desk) -> None:
    one = sample.month(TODAY)[-10]
    await desk.spend(
        [
            replace(
                one,
                day=TODAY - timedelta(days=at * 2),
                model=replace(one.model, provider_id=f"provider-{at:03}-" + "w" * 80, model_id="m" * 200),
            )
            for at in range(183)
        ]
    )
    page = await desk.open()
    page.show_view(page.view.spanning(Kind.CUSTOM, Span(TODAY - timedelta(days=364), TODAY)))
    await desk.settle()
    drawing = page.report.chart.chart.drawing
    assert (len(drawing.bars.bars), len(drawing.bars.series)) == (53, 8)
    assert drawing.bars.series[-1].name == "176 others"
    assert page.report.content.width() <= page.report.viewport().width()
    legend = page.report.chart.legend
    assert all(place.right() <= legend.width() for place in legend._places(legend.width()))


@pytest.mark.parametrize("width", [420, 560, 760, 1008, 1600])
async def test_everything_has_its_place_at_any_width(month: Desk, width: int) -> None:
    page = await month.open()
    page.resize(width, 700)
    await month.settle()
    report = page.report
    assert page.width() == width
    assert report.content.width() == report.viewport().width()
    head = [each for each in page.head.findChildren(QAbstractButton) if each.isVisible()]
    for part in head:
        corner = part.mapTo(page, QPoint(0, 0))
        assert corner.x() >= 0
        assert corner.x() + part.width() <= width
    stacked = report.budgets.y() > report.chart.y()
    assert stacked == (width < 720)


async def test_right_to_left_puts_the_first_day_at_the_right(month: Desk) -> None:
    page = await month.open()
    page.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    chart = page.report.chart.chart
    QApplication.processEvents()
    assert chart.slot(0).left() > chart.slot(20).left()
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(chart, Qt.Key.Key_Home)
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.picked_bar == 1
    assert chart._at(round(chart.slot(5).center().x())) == 5


async def test_the_order_of_caps_and_what_they_say(month: Desk) -> None:
    month.budgets.caps = (
        BudgetState(DAILY, Decimal(2), Decimal("1.9999"), resets_on=date(2026, 11, 22)),
        BudgetState(replace(DAILY, id="x"), Decimal(2), Decimal(2), resets_on=date(2026, 11, 22)),
        BudgetState(
            replace(month.budgets.caps[1].budget, id="y"), Decimal(20), Decimal(16),
            forecast=Decimal(24), reached_on=date(2026, 11, 26), resets_on=date(2026, 12, 1),
        ),
        BudgetState(replace(month.budgets.caps[2].budget, alerts=()), Decimal(3), Decimal(1), unpriced=2),
    )  # fmt: skip
    page = await month.open()
    assert budgets(page) == [
        ("Today: $1.9999 of $2.00", "$0.0001 left until midnight"),
        ("Today: $2.00 of $2.00", "Used up. Messages are stopped until midnight."),
        ("November: $16.00 of $20.00, forecast $24.00", "At this pace the cap is reached on 26 November"),
        ("Work key: $1.00 of $3.00", "Stops at the cap · 2 prices unknown"),
    ]
    month.budgets.caps = ()
    month.feed.publish(BudgetsChanged())
    await month.settle()
    assert budgets(page) == []
    assert page.report.budgets.edit.text() == "Set a cap"


async def test_pictures_of_chart_and_page_are_copied(month: Desk) -> None:
    page = await month.open()
    page._copy_picture(page.report.chart)
    chart = QGuiApplication.clipboard().image()
    assert chart.size() == page.report.chart.size() * chart.devicePixelRatio()
    assert month.toasts.text == "Copied"
    hue = page.report.chart.chart.drawing.hues["anthropic"]
    assert hue.name() in {chart.pixelColor(QPoint(x, y)).name() for x, y in _across(chart)}
    page._copy_picture(page.report.content)
    assert QGuiApplication.clipboard().image().height() >= page.report.content.height()


def _across(image: QImage) -> list[tuple[int, int]]:
    """Points along a line just above the foot of the bars."""
    return [(x, round(image.height() * 0.8)) for x in range(image.width())]


@pytest.mark.parametrize(("form", "first"), [("csv", "local_date"), ("jsonl", "{")])
async def test_what_counts_is_exported(month: Desk, form: str, first: str) -> None:
    page = await month.open()
    page.show_view(replace(page.view, only=Only(tag="client")))
    await month.settle()
    target = month.folder / f"rows.{form}"
    count = await month.spending.export(target, form, page.view.counted(TODAY), page.view.only)  # type: ignore[arg-type]
    text = target.read_text("utf-8")
    assert first in text
    assert len(text.splitlines()) == count + (1 if form == "csv" else 0)
    assert count == sum(each.tag == "client" for each in sample.month(TODAY))


async def test_esc_leads_back_and_tab_reaches_everything(month: Desk) -> None:
    page = await month.open()
    left: list[bool] = []
    page.closed.connect(lambda: left.append(True))
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert left == [True]
    reached = set()
    here = page.nextInFocusChain()
    while here is not page:
        if here.focusPolicy() & Qt.FocusPolicy.TabFocus and here.isVisible():
            reached.add(here)
        here = here.nextInFocusChain()
    wanted = [page.report.chart.chart, page.report.models.list, page.report.chats.list, page.report.keys.list]
    wanted += [each for each in page.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]
    assert [each for each in wanted if each not in reached] == []
    assert [each for each in wanted if not (each.accessibleName() or getattr(each, "text", str)())] == []


async def test_the_wheel_over_a_table_scrolls_the_page(month: Desk) -> None:
    page = await month.open()
    page.resize(1008, 420)
    await month.settle()
    bar = page.report.verticalScrollBar()
    assert bar.maximum() > 0
    page.report.ensureWidgetVisible(page.report.models.list)
    bar.setValue(bar.value() - 40)
    before, over = bar.value(), page.report.models.list.viewport()
    at = over.mapTo(page, QPoint(5, 5))
    QTest.wheelEvent(page.windowHandle(), QPointF(at), QPoint(0, -120))
    QApplication.processEvents()
    assert bar.value() > before
