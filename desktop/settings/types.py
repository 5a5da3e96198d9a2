"""The types an option can have. Each knows what is valid; the settings dialog knows how each is edited."""

from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Generic, Protocol, TypeVar

from desktop.i18n import gettext as _

T = TypeVar("T", bound=Hashable)
T_co = TypeVar("T_co", bound=Hashable, covariant=True)


class OptionType(Protocol[T_co]):
    """What a value must be. Values are what JSON can hold."""

    def check(self, value: object) -> T_co:
        """The value, if it is valid. Raises ValueError with a plain sentence for the user."""
        ...


@dataclass(frozen=True, slots=True)
class Bool:
    def check(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError(_("This is on or off."))
        return value


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number in a range, both ends included. `step` is how far one press of a button goes."""

    minimum: int
    maximum: int
    step: int = 1
    unit: str = ""

    def check(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not self.minimum <= value <= self.maximum:
            raise ValueError(_("A number from {low} to {high}").format(low=self.minimum, high=self.maximum))
        return value


@dataclass(frozen=True, slots=True)
class Text:
    long: bool = False

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(_("This is a text."))
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values, each with the label it is shown under."""

    choices: tuple[tuple[str, str], ...]

    def check(self, value: object) -> str:
        if not isinstance(value, str) or value not in dict(self.choices):
            raise ValueError(_("One of: {choices}").format(choices=", ".join(_(label) for _v, label in self.choices)))
        return value


@dataclass(frozen=True, slots=True)
class FontFamily:
    """The name of a font family; empty for the usual one."""

    fixed_pitch: bool = False

    def check(self, value: object) -> str:
        return Text().check(value)


@dataclass(frozen=True, slots=True)
class ModelName:
    """`provider/model`, or empty for none."""

    def check(self, value: object) -> str:
        text = Text().check(value)
        provider, slash, model = text.partition("/")
        if text and not (provider and slash and model):
            raise ValueError(_("A provider and a model, like ollama/llama3"))
        return text


@dataclass(frozen=True, slots=True)
class Amount:
    """A positive decimal number, as text so that nothing rounds it; or empty."""

    def check(self, value: object) -> str:
        text = Text().check(value)
        if not text:
            return text
        try:
            amount = Decimal(text.replace(",", "."))
        except InvalidOperation:
            amount = Decimal(0)
        if not (amount.is_finite() and Decimal("0.000001") <= amount <= 1_000_000):
            raise ValueError(_("A number above zero, like 0.92"))
        return f"{amount:f}"


@dataclass(frozen=True, slots=True)
class Address:
    """The URL of a proxy, or empty."""

    schemes: tuple[str, ...]

    def check(self, value: object) -> str:
        text = Text().check(value)
        if not text:
            return text
        try:
            from urllib.parse import urlsplit  # not on the way to the first window

            parts = urlsplit(text)
            usable = parts.scheme in self.schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            usable = False
        if not usable or text != text.strip():
            starts = ", ".join(f"{scheme}://" for scheme in self.schemes)
            raise ValueError(_("An address that starts with one of {starts}").format(starts=starts))
        return text


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """A choice of the user, declared once: stored under `key`, shown on `page` in `section`.

    `section`, `title` and `help` are marked for translation and translated where they are shown.
    """

    key: str
    type: OptionType[T]
    default: T
    page: str
    section: str
    title: str
    help: str = ""
