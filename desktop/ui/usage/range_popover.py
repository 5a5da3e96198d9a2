"""Choosing days: from one to another, or a span that is often wanted."""

from datetime import date, timedelta

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.spending import Span
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.field import Field, FieldBox
from desktop.ui.widgets.popover import Popover

SPANS = (7, 30, 90, 365)


class RangePopover(Popover):
    """Days are written as the language does, or as 2026-11-21; ↑ and ↓ go a day on."""

    chosen = Signal(object)  # a Span

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._today = date.min
        px = theme.px
        self.first, self.last = Field(theme, _("First day")), Field(theme, _("Last day"))
        self._boxes = [FieldBox(theme, self.first, _("From")), FieldBox(theme, self.last, _("To"))]
        fields = QHBoxLayout()
        fields.setSpacing(px(12))
        for field, box in zip((self.first, self.last), self._boxes, strict=True):
            field.setFixedWidth(px(132))
            field.setFont(theme.tabular(theme.font(14)))
            field.installEventFilter(self)
            field.returnPressed.connect(self._take)
            fields.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
        spans = QGridLayout()
        spans.setHorizontalSpacing(px(16))
        spans.setVerticalSpacing(px(4))
        for at, days in enumerate(SPANS):
            text = ngettext("Last {n} day", "Last {n} days", days).format(n=days)
            button = Button(theme, text, kind="link")
            button.clicked.connect(lambda _checked=False, days=days: self._choose(self._latest(days)))
            spans.addWidget(button, at // 2, at % 2, Qt.AlignmentFlag.AlignLeading)
        self.show_days = Button(theme, _("Show these days"), kind="primary")
        self.show_days.clicked.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(14), px(16), px(16))
        column.setSpacing(px(12))
        column.addLayout(fields)
        column.addLayout(spans)
        column.addWidget(self.show_days, 0, Qt.AlignmentFlag.AlignTrailing)

    def open_at(self, anchor: QWidget, span: Span, today: date) -> None:
        """Open below a widget, with a span to start from."""
        self._today = today
        self.first.setText(written(span.first))
        self.last.setText(written(min(span.last, today) if span.first <= today else span.last))
        for field in (self.first, self.last):
            field.set_error(None)
        self.show_below(anchor)
        self.first.setFocus(Qt.FocusReason.PopupFocusReason)
        self.first.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(watched, Field):
            step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
            day = read(watched.text())
            if step and day:
                watched.setText(written(day + timedelta(days=step)))
                return True
        return super().eventFilter(watched, event)

    def _take(self) -> None:
        days = []
        for field in (self.first, self.last):
            day = read(field.text())
            field.set_error(None if day else _("Write a day as {example}.").format(example=written(self._today)))
            days.append(day)
        first, last = days
        if first and last and first > last:
            self.last.set_error(_("This is before the first day."))
        elif first and last:
            self._choose(Span(first, last))
        self.adjustSize()

    def _latest(self, days: int) -> Span:
        return Span(self._today - timedelta(days=days - 1), self._today)

    def _choose(self, span: Span) -> None:
        self.close()
        self.chosen.emit(span)


def written(day: date) -> str:
    """A day as the language writes it in short, the year in full."""
    return QLocale().toString(QDate(day.year, day.month, day.day), _format())


def read(text: str) -> date | None:
    """The day that a text names; None for any other."""
    text = text.strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        found = QLocale().toDate(text, _format())
    return date(found.year(), found.month(), found.day()) if found.isValid() and 1 <= found.year() <= 9999 else None


def _format() -> str:
    short = QLocale().dateFormat(QLocale.FormatType.ShortFormat)
    return short if "yyyy" in short else short.replace("yy", "yyyy")
