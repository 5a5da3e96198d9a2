"""The money axis of the chart."""

from decimal import ROUND_CEILING, Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_MOST_LINES = 5
_CAP_IN_VIEW = 5
"""A cap so many times as high as the highest bar would press the bars flat: it is left out."""


def ticks(most: Decimal) -> list[Decimal]:
    """Round sums from 0 to the first that `most` does not pass, at most six of them."""
    if most <= 0:
        return [Decimal(0), Decimal(1)]
    unit = Decimal(1).scaleb((most / _MOST_LINES).adjusted())
    step = next(unit * each for each in _STEPS if unit * each * _MOST_LINES >= most)
    lines = int((most / step).to_integral_value(ROUND_CEILING))
    return [step * at for at in range(lines + 1)]


def cap_in_view(cap: Decimal | None, most: Decimal) -> Decimal | None:
    """The cap, where a line for it leaves the bars readable."""
    return cap if cap is not None and cap <= most * _CAP_IN_VIEW else None
