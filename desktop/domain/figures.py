"""How numbers are written: money, tokens, times and speeds, with no-break spaces inside a figure.

Money is given in US dollars, as it is billed, and written in the currency that `select_currency` chose. Decimals and
grouping are the language's once `select` has been called, else English.
"""

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from desktop.i18n import gettext as _

NBSP = "\N{NO-BREAK SPACE}"

_decimal_mark = "."
_group_mark = ","
_sign = "$"
_rate = Decimal(1)


def select(decimal_mark: str, group_mark: str) -> None:
    """Write numbers with these marks from now on; an empty `group_mark` groups nothing."""
    global _decimal_mark, _group_mark
    _decimal_mark, _group_mark = decimal_mark, group_mark


def select_currency(sign: str, rate: Decimal) -> None:
    """Write money with this sign from now on; `rate` is what one US dollar is worth in it."""
    global _sign, _rate
    _sign, _rate = sign, rate


def money(amount: Decimal) -> str:
    """The cost of one message or chat: four decimals below $1, then two; never $0.00 unless nothing was spent."""
    return _single(amount * _rate)


def money_total(amount: Decimal) -> str:
    """A sum over a day, a month or everything: two decimals, four below one cent."""
    return _total(amount * _rate)


def money_at_most(amount: Decimal) -> str:
    """An upper bound, rounded up: three decimals below $1, else two. Nothing, where nothing can be spent, is $0.00."""
    return _sign + number(*_rounded_away(amount * _rate))


def money_between(low: Decimal, high: Decimal) -> str:
    """A range that holds what a send will cost: $0.004–0.031; with nothing to say of its lower end, ≤ $0.031."""
    most, decimals = _rounded_away(high * _rate)
    finer = 3 if low * _rate < 1 else 2
    least = (low * _rate).quantize(Decimal(1).scaleb(-finer), ROUND_DOWN)
    if not 0 < least < most:
        return f"≤{NBSP}{_sign}{number(most, decimals)}"
    return f"{_sign}{number(least, finer)}–{number(most, decimals)}"


def money_against(spent: Decimal, cap: Decimal) -> str:
    """What is spent of a cap: two decimals, and as many more as it takes not to look like the cap: $1.9983."""
    decimals, spent, cap = 2, spent * _rate, cap * _rate
    while spent < cap and decimals < 9 and _rounded(spent, decimals) >= _rounded(cap, decimals):
        decimals += 1
    return _total(spent) if decimals == 2 else _sign + number(spent, max(4, decimals))


def price(amount: Decimal, *, bare: bool = False) -> str:
    """What a million tokens cost: two decimals, three if needed; `bare` leaves them away from whole sums."""
    shown = amount * _rate
    if bare and shown == shown.to_integral_value():
        return _sign + number(shown, 0)
    return _sign + number(shown, 2 if _rounded(shown, 3) == _rounded(shown, 2) else 3)


def share(part: Decimal) -> str:
    """A part of 1 in per cent: 38%."""
    return f"{number(part * 100, 0)}%"


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


def _single(amount: Decimal) -> str:
    if 0 < amount < Decimal("0.0001"):
        return f"<{NBSP}{_sign}{number(Decimal('0.0001'), 4)}"
    four = _rounded(amount, 4)
    return _sign + number(amount, 4 if 0 < four < 1 else 2)


def _total(amount: Decimal) -> str:
    return _single(amount) if 0 < amount < Decimal("0.01") else _sign + number(amount, 2)


def _trimmed(value: Decimal, decimals: int) -> str:
    text = number(value, decimals)
    return text.rstrip("0").removesuffix(_decimal_mark)


def _rounded_away(amount: Decimal) -> tuple[Decimal, int]:
    """An upper bound with its number of decimals."""
    decimals = 3 if 0 < amount <= Decimal("0.999") else 2
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_UP), decimals


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
