"""Which rows of the ledger count: by key and by tag, and by the group that is looked into."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.domain.spending import Group, Grouping, Only
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.usage import words
from desktop.ui.widgets.menu import Menu

_FIELDS = {
    Grouping.PROVIDER: "provider_id",
    Grouping.MODEL: "model",
    Grouping.CONVERSATION: "conversation_id",
    Grouping.KEY: "key_label",
    Grouping.TAG: "tag",
    Grouping.PURPOSE: "purpose",
}


def narrowed(only: Only, by: Grouping, key: str) -> Only:
    """The rows of one group among those that count. Raises KeyError for days, which are no filter."""
    return replace(only, **{_FIELDS[by]: key})


def text(only: Only) -> str:
    """What counts, in a few words."""
    parts = []
    if only.key_label is not None:
        parts.append(only.key_label or _("no key"))
    if only.tag is not None:
        parts.append(only.tag or _("no tag"))
    return " · ".join(parts) or _("All keys and tags")


def named(days: Mapping[date, Sequence[Group]], by: Grouping) -> dict[date, list[Group]]:
    """The groups of each day with the names that a person reads."""
    return {day: [replace(group, name=words.name(group, by)) for group in groups] for day, groups in days.items()}


def menu(
    theme: Theme,
    only: Only,
    keys: Sequence[Group],
    tags: Sequence[str],
    choose: Callable[[Only], object],
    parent: QWidget,
) -> Menu:
    """Everything, or one key, one tag, or one of each; choosing what is chosen takes it back."""
    found = Menu(theme, _("Keys and tags"), parent)
    found.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def add(name: str, icon: str | None, chosen: bool, to: Only) -> None:
        action = found.add(None if chosen else icon, name, partial(choose, to))
        action.setCheckable(True)
        action.setChecked(chosen)

    add(_("All keys and tags"), None, only == Only(), Only())
    if keys:
        found.addSeparator()
    for group in keys:
        chosen = only.key_label == group.key
        add(words.name(group, Grouping.KEY), "key", chosen, replace(only, key_label=None if chosen else group.key))
    if tags:
        found.addSeparator()
        for tag in (*tags, ""):
            chosen = only.tag == tag
            add(tag or _("no tag"), "tag", chosen, replace(only, tag=None if chosen else tag))
    return found
