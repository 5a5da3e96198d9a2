"""Translations through gettext. English is the source language; catalogues stand in resources/locale.

The catalogue is loaded on the first use after `select`; with none that fits, texts come back unchanged and the gettext
module is never imported.
"""

from typing import Protocol


class _Catalogue(Protocol):
    def gettext(self, message: str, /) -> str: ...
    def ngettext(self, one: str, many: str, n: int, /) -> str: ...


_catalogue: _Catalogue | None = None


def select(catalogue: _Catalogue | None) -> None:
    """Use a catalogue (`gettext.GNUTranslations`), or None for the source language."""
    global _catalogue
    _catalogue = catalogue


def gettext(message: str) -> str:
    """The message in the user's language. Imported as `_` everywhere."""
    return message if _catalogue is None else _catalogue.gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """The form of a message that fits the number `n`."""
    if _catalogue is None:
        return one if n == 1 else many
    return _catalogue.ngettext(one, many, n)


def mark(message: str) -> str:
    """Marks a text for translation where it is declared; `gettext` translates it where it is shown."""
    return message
