"""How models and providers have done lately and how they stand now, in the words of the model picker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.domain.figures import duration, latency
from desktop.domain.limits import RateLimits
from desktop.domain.model import KeyRef, ModelRef
from desktop.domain.route import Target
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.services.health import PERIODS_MS, Figures, Health, Report
from desktop.services.routes import Routes
from desktop.ui.settings.words import limits_line

DOWN_AFTER = 2  # failures in an hour, if they are more than half of the tries
FEW_REQUESTS = 20
FEW_TOKENS = 10_000

_SOME = 0.1  # the share of failures in an hour from which on they are told


@dataclass(frozen=True, slots=True)
class Note:
    """`dot` is a colour role; `text` stands beside it, `full` where there is room."""

    dot: str
    text: str
    full: str

    @property
    def is_good(self) -> bool:
        return self.dot == "success"


class Conditions:
    """Answers from memory: figures as of the last `read`, cooldowns and limits as of now."""

    def __init__(self, catalogue: Catalogue, routes: Routes, health: Health) -> None:
        self._catalogue = catalogue
        self._routes = routes
        self._health = health
        self._report = Report({}, {}, {}, 0)

    async def read(self) -> None:
        """Bring the figures up to now. Raises StorageError; the old figures then stay."""
        self._report = await self._health.report(PERIODS_MS["day"])

    def of_provider(self, provider_id: str) -> Note | None:
        """None where nothing was asked for a day and nothing is known."""
        figures = self._report.providers.get(provider_id)
        return self.stopped(provider_id) or (_note(figures) if figures else None)

    def stopped(self, provider_id: str) -> Note | None:
        """What keeps all models of a provider from answering."""
        if all(map(self._routes.standing.is_rejected, self._keys(provider_id))):
            text = _("key rejected")
            return Note("danger", text, text)
        figures = self._report.providers.get(provider_id)
        note = _stopped(figures) if figures else None
        return replace(note, text=_("provider down")) if note and note.dot == "danger" else note

    def of_model(self, ref: ModelRef) -> Note | None:
        """None where nothing was asked for a day and nothing is known."""
        figures = self._report.models.get(ref)
        return _note(figures) if figures else None

    def of_targets(self, targets: Sequence[Target]) -> Note | None:
        """Of a model or a route while none of its targets should be asked."""
        seconds = self.cooling_s(targets)
        if seconds <= 0:
            return None
        text = _("cooling, {time}").format(time=duration(round(seconds * 1000)))
        return Note("warning-fill", text, text)

    def cooling_s(self, targets: Sequence[Target]) -> float:
        """How long none of the targets should be asked, in seconds."""
        return self._routes.cooling_s(targets)

    def first(self, ref: ModelRef) -> str:
        """The median wait for the first token; empty where it was not measured."""
        figures = self._report.models.get(ref)
        return latency(figures.ttft_p50_ms) if figures and figures.ttft_p50_ms is not None else ""

    def limits(self, provider_id: str) -> str:
        """What is left for the provider's keys, where that is little. With several keys each is named."""
        lines = []
        keys = self._keys(provider_id)
        for key in keys:
            known = self._routes.standing.limits(key)
            if known and (text := few_left(*known)):
                lines.append(f"{key.label}: {text}" if len(keys) > 1 else text)
        return "\n".join(lines)

    def _keys(self, provider_id: str) -> list[KeyRef]:
        """A key from the environment has no label."""
        return [KeyRef(provider_id, label) for label in self._catalogue.key_labels(provider_id) or ("",)]


def few_left(limits: RateLimits, age_s: float) -> str:
    """What little was left `age_s` seconds ago, and when there is more; empty where there was plenty."""
    requests, tokens = limits.remaining, limits.remaining_tokens
    few = RateLimits(
        requests if requests is not None and requests <= FEW_REQUESTS else None,
        limits.reset_s,
        tokens if tokens is not None and tokens <= FEW_TOKENS else None,
        limits.reset_tokens_s,
    )
    return limits_line(few, age_s)


def _stopped(figures: Figures) -> Note | None:
    tries, failed = figures.bins[-1]  # of a day, which has 24
    if failed and failed == tries and figures.last_error == "no_credit":
        text = _("balance used up")
        return Note("warning-fill", text, text)
    if failed >= DOWN_AFTER and 2 * failed > tries:
        text = _("{n} of {all} failed").format(n=failed, all=tries)
        return Note("danger", text, _("Down: {n} of {all} failed in the last hour").format(n=failed, all=tries))
    return None


def _note(figures: Figures) -> Note:
    """From the last hour if much failed in it, else from the whole day."""
    if note := _stopped(figures):
        return note
    tries, failed = figures.bins[-1]
    if failed and failed >= _SOME * tries:
        text = _("{n} of {all} failed").format(n=failed, all=tries)
        return Note("warning-fill", text, _("{n} of {all} failed in the last hour").format(n=failed, all=tries))
    text = _("{n} of {all} answered in the last day").format(n=figures.answered, all=figures.tries)
    return Note("success", text, text)
