"""Another day: the program's clocks moved, so that pictures do not change with the calendar.

To be called before anything of the program is imported, in a process of its own.
"""

import datetime
import time


def move_to(year: int, month: int, day: int) -> None:
    """It is noon and two hours of that day, local time, and goes on from there."""
    real, real_ns = time.time, time.time_ns
    then = datetime.datetime(year, month, day, 14, 2).astimezone()
    shift_ns = int(then.timestamp() * 1_000_000_000) - real_ns()

    class Moment(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Moment":
            return cls.fromtimestamp(time.time(), tz)

    class Day(datetime.date):
        @classmethod
        def today(cls) -> "Day":
            return cls.fromtimestamp(time.time())

    time.time = lambda: real() + shift_ns / 1_000_000_000
    time.time_ns = lambda: real_ns() + shift_ns
    datetime.datetime, datetime.date = Moment, Day  # type: ignore[misc]
