"""Finding options and providers by words, across the pages of the settings."""

from collections.abc import Iterable
from dataclasses import dataclass

from desktop.i18n import gettext as _
from desktop.settings.types import Choice, Option


@dataclass(frozen=True, slots=True)
class Target:
    """A place to go to: a page and, on it, an option's key or a provider's id; empty for the page as a whole."""

    page: str
    anchor: str
    title: str
    page_title: str
    words: str


def page_target(page: str, title: str, extra: str = "") -> Target:
    return Target(page, "", title, title, f"{title} {extra}")


def option_target(option: Option[object], page_title: str) -> Target:
    """An option is found by its title, help, section and page, and by the names of its choices."""
    choices = [_(label) for _value, label in option.type.choices] if isinstance(option.type, Choice) else []
    words = (_(option.title), _(option.help), _(option.section), page_title, *choices)
    return Target(option.page, option.key, _(option.title), page_title, " ".join(words))


def find(query: str, targets: Iterable[Target]) -> list[Target]:
    """The targets that hold every word of the query; those whose title begins with it stand first."""
    wanted = query.casefold().split()
    found = [target for target in targets if all(word in target.words.casefold() for word in wanted)]
    start = query.strip().casefold()
    return sorted(found, key=lambda target: not target.title.casefold().startswith(start)) if wanted else []
