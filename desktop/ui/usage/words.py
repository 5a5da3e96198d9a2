"""What the parts of the usage page call things: groups, sums and how costs are known."""

from desktop.domain import figures
from desktop.domain.ledger import Purpose
from desktop.domain.spending import Group, Grouping, Sum
from desktop.i18n import gettext as _
from desktop.i18n import ngettext


def spent(total: Sum) -> str:
    """A cost; in words where nobody knows it, and where tokens were used that cost nothing."""
    if total.cost == 0 and total.unpriced:
        return _("price unknown")
    if total.cost == 0 and total.input_tokens + total.output_tokens:
        return _("free")
    return figures.money_total(total.cost)


def requests(count: int) -> str:
    return ngettext("{n} request", "{n} requests", count).format(n=figures.count(count))


def unpriced(count: int) -> str:
    """What a cost leaves out."""
    return ngettext("{n} request without a known price", "{n} requests without a known price", count).format(
        n=figures.count(count)
    )


def name(group: Group, by: Grouping) -> str:
    """What a group is called; those without a name say what they lack."""
    if by is Grouping.PURPOSE:
        return purpose(group.key)
    if group.name:
        return group.name.replace("\n", ", ")
    match by:
        case Grouping.TAG:
            return _("no tag")
        case Grouping.KEY:
            return _("no key")
    return group.key


def purpose(of: str) -> str:
    """What a request was made for, given as the value of a `Purpose`; other words stay as they are."""
    return (
        {
            Purpose.CHAT: _("Chat"),
            Purpose.TITLE: _("Chat titles"),
            Purpose.SUMMARY: _("Summaries"),
            Purpose.COMPARE: _("Comparisons"),
            Purpose.TOOL: _("Tools"),
            Purpose.EMBED: _("Embeddings"),
            Purpose.IMAGE: _("Pictures"),
            Purpose.TEST: _("Connection tests"),
        }.get(Purpose(of), of)
        if of in set(Purpose)
        else of
    )


def grouping(by: Grouping) -> str:
    """What bars are stacked by, as a choice in a menu. Raises KeyError for what they are not."""
    return {
        Grouping.PROVIDER: _("by provider"),
        Grouping.MODEL: _("by model"),
        Grouping.KEY: _("by key"),
        Grouping.TAG: _("by tag"),
        Grouping.PURPOSE: _("by purpose"),
    }[by]
