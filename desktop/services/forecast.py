"""What a period will have cost, and when a cap will be reached, if it goes on as it has begun.

The pace is what has been spent so far divided by the days that have begun, today included as a whole one: on the 21st
of a month with 30 days, $12.34 so far make 12.34 / 21 × 30 = $17.63. A single day has no pace: nobody spends evenly
from midnight to midnight.
"""

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from desktop.domain.cost import NANO


def by_the_end(spent: Decimal, first: date, last: date, today: date) -> Decimal | None:
    """US dollars for the whole period from `first` to `last`, to the nano-dollar; None for a single day."""
    if first == last:
        return None
    return (spent / _begun(first, today) * _begun(first, last)).quantize(NANO)


def reached_on(spent: Decimal, cap: Decimal, first: date, last: date, today: date) -> date | None:
    """The day on which the cap is reached; today where it has been. None if it will not be, or nobody can tell."""
    if spent >= cap:
        return today
    if first == last or not spent:
        return None
    days = int((cap * _begun(first, today) / spent).to_integral_value(ROUND_CEILING))
    return None if days > _begun(first, last) else max(today, first + timedelta(days=days - 1))


def _begun(first: date, today: date) -> int:
    """How many days of a period have begun on a day of it."""
    return (today - first).days + 1
