"""How numbers are written: money, tokens, times and speeds, with no-break spaces inside a figure.

Money is US dollars as billed. Decimals and grouping are the language's once `select` has been called, else English.
"""

from decimal import ROUND_HALF_UP, Decimal

from desktop.i18n import gettext as _

NBSP = "\N{NO-BREAK SPACE}"

_decimal_mark = "."
_group_mark = ","


def select(decimal_mark: str, group_mark: str) -> None:
    """Write numbers with these marks from now on; an empty `group_mark` groups nothing."""
    global _decimal_mark, _group_mark
    _decimal_mark, _group_mark = decimal_mark, group_mark


def money(amount: Decimal) -> str:
    """The cost of one message or chat: four decimals below $1, then two; never $0.00 unless nothing was spent."""
    if 0 < amount < Decimal("0.0001"):
        return f"<{NBSP}${number(Decimal('0.0001'), 4)}"
    four = _rounded(amount, 4)
    return f"${number(amount, 4 if 0 < four < 1 else 2)}"


def money_total(amount: Decimal) -> str:
    """A sum over a day, a month or everything: two decimals, four below one cent."""
    if 0 < amount < Decimal("0.01"):
        return money(amount)
    return f"${number(amount, 2)}"


def tokens(count: int) -> str:
    """A short count of tokens: 999, 1.2k, 24k, 262k, 4.12M."""
    if count < 1000:
        return str(count)
    if count < 9_950:
        return f"{_trimmed(Decimal(count) / 1000, 1)}k"
    if count < 999_500:
        return f"{number(Decimal(count) / 1000, 0)}k"
    return f"{_trimmed(Decimal(count) / 1_000_000, 2)}M"


def count(value: int) -> str:
    """A whole number in full: 1,204."""
    return number(Decimal(value), 0)


def latency(milliseconds: int) -> str:
    """A wait: 0.6 s, 12 s, 1 min 12 s."""
    if milliseconds < 9_950:
        return _("{n} s").replace(" ", NBSP).format(n=number(Decimal(milliseconds) / 1000, 1))
    return duration(milliseconds)


def duration(milliseconds: int) -> str:
    """A span in whole seconds, at least one: 6 s, 1 min 12 s."""
    minutes, seconds = divmod(max(1, round(milliseconds / 1000)), 60)
    if not minutes:
        return _("{n} s").replace(" ", NBSP).format(n=seconds)
    return _("{m} min {s} s").replace(" ", NBSP).format(m=minutes, s=seconds)


def speed(tokens_per_second: float) -> str:
    """84 tok/s; one decimal below ten."""
    value = Decimal(tokens_per_second)
    text = number(value, 1 if _rounded(value, 1) < 10 else 0)
    return _("{n} tok/s").replace(" ", NBSP).format(n=text)


def number(value: Decimal, decimals: int) -> str:
    """A number with exactly so many decimals, rounded half up, with the language's marks."""
    text = f"{_rounded(value, decimals):,.{decimals}f}"
    return text.replace(",", "\0").replace(".", _decimal_mark).replace("\0", _group_mark)


def _trimmed(value: Decimal, decimals: int) -> str:
    text = number(value, decimals)
    return text.rstrip("0").removesuffix(_decimal_mark)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
