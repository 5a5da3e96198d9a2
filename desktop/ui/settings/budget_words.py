"""How caps are named on their page: what they count, over which time."""

from collections.abc import Mapping

from desktop.domain.budget import Budget, Period, Scope, ScopeKind
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue


def kind_name(kind: ScopeKind) -> str:
    return {
        ScopeKind.ALL: _("Everything"),
        ScopeKind.PROVIDER: _("A provider"),
        ScopeKind.KEY: _("A key"),
        ScopeKind.MODEL: _("A model"),
        ScopeKind.CONVERSATION: _("A chat"),
        ScopeKind.TAG: _("A tag"),
    }[kind]


def scope_name(scope: Scope, catalogue: Catalogue, titles: Mapping[str, str]) -> str:
    """What a cap counts. `titles` are those of chats by their ids."""
    match scope.kind:
        case ScopeKind.ALL:
            return _("Everything")
        case ScopeKind.PROVIDER:
            provider = catalogue.provider(scope.value)
            return provider.name if provider else scope.value
        case ScopeKind.MODEL:
            return catalogue.name_of(model_ref(scope.value))
        case ScopeKind.KEY:
            return _("Key “{label}”").format(label=scope.value)
        case ScopeKind.CONVERSATION:
            return titles.get(scope.value) or _("A deleted chat")
        case ScopeKind.TAG:
            return _("Tag “{tag}”").format(tag=scope.value)


def period_name(period: Period) -> str:
    return {
        Period.MESSAGE: _("Message"),
        Period.DAY: _("Day"),
        Period.WEEK: _("Week"),
        Period.MONTH: _("Month"),
        Period.TOTAL: _("Total"),
    }[period]


def own_name(scope: Scope, period: Period, scope_text: str) -> str:
    """What a cap is called that the user gives no name."""
    if scope.kind is not ScopeKind.ALL:
        return scope_text
    return {
        Period.MESSAGE: _("Each message"),
        Period.DAY: _("Daily"),
        Period.WEEK: _("Weekly"),
        Period.MONTH: _("Monthly"),
        Period.TOTAL: _("In total"),
    }[period]


def summary(budget: Budget, scope_text: str) -> str:
    """Everything · a day · warns at 50, 80, 100 %"""
    period = {
        Period.MESSAGE: _("each message"),
        Period.DAY: _("a day"),
        Period.WEEK: _("a week"),
        Period.MONTH: _("a month"),
        Period.TOTAL: _("in total"),
    }[budget.period]
    parts = [scope_text, period]
    if budget.alerts and budget.period is not Period.MESSAGE:
        parts.append(_("warns at {levels}%").format(levels=", ".join(map(str, budget.alerts))))
    if budget.allow_unpriced:
        parts.append(_("unknown prices allowed"))
    return " · ".join(parts)


def model_ref(text: str) -> ModelRef:
    """The model of "provider/model"."""
    provider, _slash, model = text.partition("/")
    return ModelRef(provider, model)
