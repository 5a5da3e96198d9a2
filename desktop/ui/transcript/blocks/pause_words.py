"""Why a reply waits, in words: for its card, and for those who listen."""

from desktop.domain import figures
from desktop.domain.events import AllCooling, Cooling, Offline, Pause, Retrying
from desktop.i18n import gettext as _


def title(pause: Pause) -> str:
    """The one line that says what is the matter."""
    match pause:
        case Offline():
            return _("Offline · will send when back")
        case Retrying(attempt):
            return attempt.failure.title
        case AllCooling(first, others):
            if pause.wait_s:
                return first.reason
            has_models = any(other.model != first.model for other in others)
            return _("No model of this route is ready") if has_models else _("No key for this model is ready")


def next_try(pause: Retrying | AllCooling, seconds: float) -> str:
    """ "next try in 8 s" or, where nothing has been sent yet, "will be sent in 8 s"."""
    form = _("will be sent in {time}") if isinstance(pause, AllCooling) else _("next try in {time}")
    return form.format(time=figures.duration(round(seconds * 1000)))


def who_cools(pause: AllCooling) -> str:
    """Who is asked and why, and for how long the others are left alone; empty where there are no others."""
    if not pause.others:
        return ""
    first = _("{model} recovers first and is asked.").format(model=pause.first.name)
    if not pause.wait_s and pause.first.reason:
        first = _("{model} recovers first and is asked. It failed with: {reason}.").format(
            model=pause.first.name, reason=pause.first.reason
        )
    return " ".join([first, *map(_other, pause.others)])


def _other(cooling: Cooling) -> str:
    time = figures.duration(round(cooling.wait_s * 1000))
    if not cooling.reason:
        return _("{model} cools for another {time}.").format(model=cooling.name, time=time)
    form = _("{model} cools for another {time}: {reason}.")
    return form.format(model=cooling.name, time=time, reason=cooling.reason)
