"""How days and spans of days are written: in the language's own words, with the year where it is another than now."""

from datetime import date

from PySide6.QtCore import QDate, QLocale

from desktop.domain.spending import Span
from desktop.i18n import gettext as _
from desktop.ui.usage.view import Kind, View


def day(of: date, today: date) -> str:
    """9 November"""
    return QLocale().toString(_qdate(of), "d MMMM" if of.year == today.year else "d MMMM yyyy")


def short_day(of: date) -> str:
    """9 Nov"""
    return QLocale().toString(_qdate(of), "d MMM")


def weekday(of: date) -> str:
    """Mon"""
    return QLocale().standaloneDayName(of.isoweekday(), QLocale.FormatType.ShortFormat)


def short_month(of: date) -> str:
    """Nov"""
    return QLocale().standaloneMonthName(of.month, QLocale.FormatType.ShortFormat)


def month(of: date, today: date) -> str:
    """November"""
    name = QLocale().standaloneMonthName(of.month)
    return name if of.year == today.year else _("{month} {year}").format(month=name, year=of.year)


def span(of: Span, today: date) -> str:
    """1 to 21 November"""
    if of.days == 1:
        return day(of.last, today)
    return _("{first} to {last}").format(first=_first(of, today), last=day(of.last, today))


def short_span(of: Span, today: date) -> str:
    """1–21 November"""
    if of.days == 1:
        return day(of.last, today)
    dash = "–" if _one_month(of) else " – "
    return f"{_first(of, today)}{dash}{day(of.last, today)}"


def title(view: View, today: date) -> str:
    """What a period is called between the arrows of the head."""
    if view.kind is Kind.MONTH:
        return month(view.span.first, today)
    if view.kind is Kind.DAY and view.span.last == today:
        return _("Today")
    return short_span(view.span, today)


def _first(of: Span, today: date) -> str:
    return str(of.first.day) if _one_month(of) else day(of.first, today)


def _one_month(of: Span) -> bool:
    return (of.first.year, of.first.month) == (of.last.year, of.last.month)


def _qdate(of: date) -> QDate:
    return QDate(of.year, of.month, of.day)
