"""A field for a sum, a price or a per cent, with a decimal point or comma."""

import re
from decimal import Decimal

from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.field import Field

_AMOUNT = re.compile(r"\d{1,9}(?:[.,]\d{0,9})?|[.,]\d{1,9}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")


class AmountField(Field):
    """`least` and `most` are the ends of what is accepted, `least` itself only where it is nothing."""

    def __init__(
        self, theme: Theme, name: str, *, least: Decimal, most: Decimal, placeholder: str = "", is_needed: bool = True
    ) -> None:
        super().__init__(theme, name, placeholder=placeholder)
        self._least, self._most = least, most
        self._is_needed = is_needed
        self.textEdited.connect(lambda: self.set_error(None))

    def set_amount(self, amount: Decimal | None) -> None:
        """Show an amount as it would be typed, or nothing."""
        self.setText("" if amount is None else plain(amount))
        self.set_error(None)

    def amount(self) -> Decimal | None:
        """What is typed. None where nothing is, or nothing that can be used; `error` then says what is wrong."""
        text = self.text().strip()
        if not text and not self._is_needed:
            self.set_error(None)
            return None
        amount = parsed(text)
        if amount is None:
            without = _THOUSANDS.fullmatch(text)
            self.set_error(
                _("Write {plain} without a comma").format(plain=text.replace(",", ""))
                if without
                else _("A number, like 2.50")
            )
        elif amount > self._most or amount < self._least:
            ends = {"low": plain(self._least), "high": plain(self._most)}
            self.set_error(_("A number from {low} to {high}").format(**ends))
        else:
            self.set_error(None)
            return amount
        return None


def parsed(text: str) -> Decimal | None:
    """The number that a text means; None where it means none, or could mean two: 1,000."""
    bare = text.strip().lstrip("$").strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if not _AMOUNT.fullmatch(bare) or _THOUSANDS.fullmatch(bare):
        return None
    return Decimal(bare.replace(",", "."))


def plain(amount: Decimal) -> str:
    """2.50, 3, 0.125: at least two decimals where there are any."""
    text = f"{amount.normalize():f}"
    whole, point, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}" if point else whole
