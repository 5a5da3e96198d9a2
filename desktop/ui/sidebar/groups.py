"""The time groups of the conversation list."""

import time
from datetime import date, datetime

from PySide6.QtCore import QDate, QLocale, QTime

from desktop.domain.conversation import Summary
from desktop.i18n import gettext as _

PINNED, TODAY, YESTERDAY, WEEK, MONTH, OLDER = range(6)


class Groups:
    """Groups as they stand on the local day `today`.

    A group is a number that grows downwards in the list; from OLDER on it counts calendar months back from today's.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self._day = today.toordinal()
        self._month = today.year * 12 + today.month - 1

    def of(self, summary: Summary) -> int:
        """The group of a conversation, by the local day of its last change."""
        if summary.pinned:
            return PINNED
        local = _local(summary.updated_ms)
        days = self._day - date(local.tm_year, local.tm_mon, local.tm_mday).toordinal()
        if days <= 0:
            return TODAY
        if days == 1:
            return YESTERDAY
        if days <= 7:
            return WEEK
        if days <= 30:
            return MONTH
        return OLDER + self._month - (local.tm_year * 12 + local.tm_mon - 1)

    def title(self, group: int) -> str:
        match group:
            case 0:
                return _("Pinned")
            case 1:
                return _("Today")
            case 2:
                return _("Yesterday")
            case 3:
                return _("Previous 7 days")
            case 4:
                return _("Previous 30 days")
        year, month = divmod(self._month - (group - OLDER), 12)
        name = QLocale().standaloneMonthName(month + 1)
        return name if year == self.today.year else _("{month} {year}").format(month=name, year=year)


def today() -> date:
    """The local day."""
    return datetime.now().astimezone().date()


def when(updated_ms: int, day: date) -> str:
    """A time as seen on the local day `day`: the clock for that day, the weekday for a week, else the date."""
    local = _local(updated_ms)
    then = date(local.tm_year, local.tm_mon, local.tm_mday)
    days = (day - then).days
    if days <= 0:
        return QLocale().toString(QTime(local.tm_hour, local.tm_min), QLocale.FormatType.ShortFormat)
    if days < 7:
        return QLocale().standaloneDayName(then.isoweekday())
    form = "d MMMM" if then.year == day.year else "d MMMM yyyy"
    return QLocale().toString(QDate(then.year, then.month, then.day), form)


def _local(ms: int) -> time.struct_time:
    return time.localtime(max(0, ms) / 1000)
