"""What screen readers are told of a transcript, and when.

It costs nothing while there is none: Qt asks for `interface_for` only when somebody listens, and what answers is
imported then.
"""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.domain import figures
from desktop.domain.events import AllCooling, Offline, Pause
from desktop.domain.ids import now_ms
from desktop.domain.message import Message, Status
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.ui.transcript.blocks import pause_words
from desktop.ui.transcript.entry import Entry
from desktop.ui.widgets.announce import announce

_JUST_MS = 3000  # what began before that was running when its chat was opened

_is_installed = False


def install() -> None:
    """Let Qt ask here what a transcript and its messages are."""
    from PySide6.QtGui import QAccessible  # its many enums take 4 ms to make

    global _is_installed
    if not _is_installed:
        _is_installed = True
        QAccessible.installFactory(_interface_for)


def tell(widget: QWidget, entry: Entry, *, was_running: bool) -> None:
    """Announce that a reply has begun or ended, if it has. The text itself is not read as it comes."""
    message = entry.message
    if entry.running and not was_running and now_ms() - message.created_ms < _JUST_MS:
        announce(widget, _("Reply started"))
    elif was_running and not entry.running:
        announce(widget, ending(message, free=entry.free), urgent=message.status is Status.FAILED)


def tell_pause(widget: QWidget, pause: Pause) -> None:
    """Announce that a reply waits, and for what, or whom it asks; once, the seconds are not counted aloud."""
    if isinstance(pause, Offline) or not pause.is_brief:
        parts = [pause_words.title(pause)]
        if not isinstance(pause, Offline) and pause.wait_s:
            parts.append(pause_words.next_try(pause, pause.wait_s))
        parts += [pause_words.who_cools(pause)] if isinstance(pause, AllCooling) else []
        announce(widget, ", ".join(filter(None, parts)))


def ending(message: Message, *, free: bool) -> str:
    """ "Reply finished, 320 tokens, $0.0042"; "Stopped"; or what went wrong."""
    if message.status is Status.FAILED and message.failure is not None:
        failure = message.failure
        sentences = (failure.title, failure.explanation, failure.detail)
        return " ".join(each if each.endswith((".", "!", "?", "…")) else f"{each}." for each in sentences if each)
    if message.status is Status.STOPPED:
        return _("Stopped")
    parts = [_("Reply finished")]
    if (spent := message.spent) is not None:
        count = spent.output_tokens
        tokens = ngettext("{n} token", "{n} tokens", count).format(n=figures.count(count))
        parts.append(_("about {figure}").format(figure=tokens) if spent.estimated else tokens)
        if spent.cost is not None and not (free and not spent.cost):
            parts.append(figures.money(spent.cost))
    return ", ".join(parts)


def _interface_for(class_name: str, widget: QObject) -> object:
    # Qt asks again for every base class of what was not answered for; only the first question can be about ours.
    if class_name not in ("Transcript", "BubbleWidget", "ReplyWidget"):
        return None
    from desktop.ui.transcript.access.tree import interface_for  # not before somebody listens

    return interface_for(widget)
