"""The rows of the health page in words: how providers and models have done, and how keys stand."""

from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QDateTime, QLocale, QObject, Qt

from desktop.domain import figures
from desktop.domain.errors import AppError
from desktop.domain.model import KeyRef
from desktop.i18n import gettext as _
from desktop.i18n import ngettext
from desktop.providers.registry import KeyNeed, service
from desktop.services.catalogue import Catalogue, TestResult
from desktop.services.health import HOUR_MS, Figures, Report
from desktop.services.standing import Standing
from desktop.ui.settings.health import Outcome, error_words, key_from_environment
from desktop.ui.settings.rows import Heading, Index, RowsModel
from desktop.ui.settings.words import limits_line, plain
from desktop.ui.sidebar.groups import today, when

TESTING = "testing"
"""In the place of an outcome, until there is one."""

TOUR = "tour"


class Nothing(Heading):
    """A line that says why there are no rows."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A provider, or one of its models (`service_id` is then empty), over `start_ms` to `end_ms`."""

    name: str
    service_id: str
    figures: Figures
    start_ms: int
    end_ms: int

    @property
    def success(self) -> str:
        """Rounded down: 100% only if nothing failed."""
        return f"{int(self.figures.success * 100)}%"

    @property
    def first_token(self) -> tuple[str, ...]:
        """The median and the 95th percentile of the wait; empty without any."""
        middle, slow = self.figures.ttft_p50_ms, self.figures.ttft_p95_ms
        return () if middle is None or slow is None else (figures.latency(middle), figures.latency(slow))

    @property
    def speed(self) -> str:
        return "" if self.figures.speed_p50 is None else figures.speed(self.figures.speed_p50)

    @property
    def last_error(self) -> str:
        if self.figures.last_error_ms is None:
            return ""
        words = error_words(self.figures.last_error) or _("Error")
        return f"{words}, {when(self.figures.last_error_ms, today())}"

    def failures(self) -> list[str]:
        """The parts of the time in which tries failed, which the bars show: "14:00: 2 of 3 failed"."""
        found = []
        width = (self.end_ms - self.start_ms) / max(1, len(self.figures.bins))
        for at, (tries, failed) in enumerate(self.figures.bins):
            if failed:
                begin = _clock(round(self.start_ms + at * width), days=self.end_ms - self.start_ms > 24 * HOUR_MS)
                found.append(_("{time}: {k} of {n} failed").format(time=begin, k=failed, n=tries))
        return found


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key, and what its last test of this session found. `label` is empty for one that is not stored here."""

    ref: KeyRef
    provider: str
    service_id: str
    name: str
    limits: str
    rejected: bool
    outcome: Outcome | str | None

    @property
    def result(self) -> tuple[str, str]:
        """What the test found, and the role of its colour."""
        match self.outcome:
            case TestResult(models=models, latency_ms=latency):
                counted = ngettext("{n} model", "{n} models", models).format(n=figures.count(models))
                took = _("{n} ms").replace(" ", figures.NBSP).format(n=figures.count(latency))
                return _("Connected · {models} · {time}").format(models=counted, time=took), "success"
            case AppError() as error:
                return error.title + (f" · {error.http_status}" if error.http_status else ""), "danger"
            case str():
                return _("Testing"), "text-muted"
        return (_("Rejected. Test it to use it again."), "danger") if self.rejected else ("", "text-muted")


Row = Place | KeyLine


def places(report: Report, catalogue: Catalogue, start_ms: int, end_ms: int) -> list[Row | Heading]:
    """Providers in order of use with their models, the busiest first; then those that are gone."""
    order = [provider.id for provider in catalogue.providers()]
    rows: list[Row | Heading] = []
    for provider_id in sorted(report.providers, key=lambda each: order.index(each) if each in order else len(order)):
        provider = catalogue.provider(provider_id)
        name = provider.name if provider else report.provider_names[provider_id]
        service_id = provider.service_id if provider else provider_id
        rows.append(Place(name, service_id, report.providers[provider_id], start_ms, end_ms))
        models = [(ref, found) for ref, found in report.models.items() if ref.provider_id == provider_id]
        for ref, found in sorted(models, key=lambda each: -each[1].tries):
            rows.append(Place(catalogue.name_of(ref), "", found, start_ms, end_ms))
    return rows or [Nothing(_("No replies in this time"))]


def keys(catalogue: Catalogue, standing: Standing, outcomes: dict[KeyRef, Outcome | str]) -> list[KeyLine]:
    """The keys of the providers that are switched on; local servers without keys count as one."""
    found = []
    for provider in catalogue.providers():
        if not provider.enabled or provider.service_id == TOUR:
            continue
        variable = key_from_environment(provider)
        labels = ("",) if variable else provider.key_labels
        if not labels and service(provider.service_id).key is not KeyNeed.REQUIRED:
            labels = ("",)
        for label in labels:
            ref = KeyRef(provider.id, label)
            known = standing.limits(ref)
            rejected = standing.is_rejected(ref) or (len(labels) == 1 and standing.is_rejected(KeyRef(provider.id, "")))
            found.append(
                KeyLine(
                    ref,
                    provider.name,
                    provider.service_id,
                    label or variable or _("No key needed"),
                    limits_line(*known) if known else "",
                    rejected,
                    outcomes.get(ref),
                )
            )
    return found


class HealthRows(RowsModel[Row]):
    def __init__(self, parent: QObject) -> None:
        super().__init__(40, 36, parent=parent)

    def spoken(self, row: Row) -> str:
        if isinstance(row, KeyLine):
            reason = plain(row.outcome) if isinstance(row.outcome, AppError) else ""
            return ". ".join(filter(None, (f"{row.provider}, {row.name}", row.limits, row.result[0], reason)))
        found = row.figures
        parts = [row.name, _("{k} of {n} answered").format(k=found.answered, n=found.tries)]
        if found.ttft_p50_ms is not None and found.ttft_p95_ms is not None:
            half, most = figures.latency(found.ttft_p50_ms), figures.latency(found.ttft_p95_ms)
            parts.append(
                _("first token in half of them within {half}, in 95% within {most}").format(half=half, most=most)
            )
        if row.speed:
            parts.append(row.speed)
        if row.last_error:
            parts.append(_("last error: {error}").format(error=row.last_error))
        return ", ".join([*parts, *row.failures()])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if index.isValid() and role == Qt.ItemDataRole.ToolTipRole:
            # As rich text of our own, since Qt would take a provider's words for it if they look so.
            return "<br>".join(escape(line) for line in self._notes(self.row(index.row())))
        return super().data(index, role)

    def _notes(self, row: Row | Heading) -> list[str]:
        """What the row has no room for."""
        match row:
            case Place():
                answered = _("{k} of {n} answered").format(k=row.figures.answered, n=row.figures.tries)
                return [answered, *row.failures()]
            case KeyLine(outcome=AppError() as error):
                return [line for line in (row.limits, plain(error), error.detail) if line]
            case KeyLine() if row.limits:
                return [row.limits]
        return []


def _clock(ms: int, *, days: bool) -> str:
    at = QDateTime.fromMSecsSinceEpoch(ms)
    clock = QLocale().toString(at.time(), QLocale.FormatType.ShortFormat)
    return f"{QLocale().standaloneDayName(at.date().dayOfWeek())} {clock}" if days else clock
