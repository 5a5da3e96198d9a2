"""What it took to get a reply: a badge in the place of the model's name, and the tries it unfolds to."""

from PySide6.QtCore import QDateTime, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.domain import figures
from desktop.domain.errors import Dearer, NoneAnswered, RefusedOnRoute
from desktop.domain.message import Attempt, Message, Status
from desktop.domain.usage import Usage
from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.i18n import ngettext
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript.cost_words import amount
from desktop.ui.widgets.focus import KeyboardFocus
from desktop.ui.widgets.labels import Label, text_label
from desktop.ui.widgets.paint import paint_box, paint_hairline

_REASONS = {
    "no_key": N_("no key"),
    "no_connection": N_("no connection"),
    "timed_out": N_("no answer"),
    "broken_stream": N_("cut short"),
    "bad_answer": N_("no proper answer"),
    "too_long": N_("too long"),
    "refused": N_("refused"),
}
_FAILED = N_("it failed")
_PAD, _CARET, _TIME = 12, 12, 72
_ROW_GAP = 8


def summary(message: Message) -> str:
    """ "Mistral Large → answered by Claude Sonnet (429, 2 tries)", or "Mistral Large (429, 2 tries)"."""
    first = message.attempts[0]
    status, code = first.failure.http_status, first.failure.code
    reason = str(status) if status is not None else _(_REASONS.get(code, _FAILED))
    is_same = first.model == message.model
    n = len(message.attempts) + (is_same and _has_own_try(message))
    tries = ngettext("{n} try", "{n} tries", n).format(n=n)
    if is_same:
        form = _("{model} ({reason}, {tries})")
    elif message.text:
        form = _("{first} → answered by {model} ({reason}, {tries})")
    else:
        form = _("{first} → {model} ({reason}, {tries})")
    return form.format(first=first.model_name, model=message.model_name, reason=reason, tries=tries)


class AttemptsBadge(KeyboardFocus, QPushButton):
    """Says who answered, and unfolds the tries."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(lambda: self._name())
        theme.changed.connect(self.update)

    def set_words(self, words: str) -> None:
        if words != self.text():
            self.setText(words)
            self._name()
            self.update()

    def set_room(self, width: int) -> None:
        """Be as wide as the words need, but no wider than this."""
        self.resize(min(self.sizeHint().width(), width), self.sizeHint().height())

    def ring_radius(self) -> int:
        return 6

    def sizeHint(self) -> QSize:
        px = self.theme.px
        words = QFontMetricsF(self._font()).horizontalAdvance(self.text())
        return QSize(round(words + px(6 + 5 + _CARET + 6) + 1), px(20))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self.theme, self.theme.px
        fill = "pressed" if self.isDown() else "hover"
        paint_box(painter, QRectF(self.rect()), px(6), theme.color(fill))
        color = theme.color("text" if self.underMouse() else "text-secondary")
        caret = QRectF(self.width() - px(6 + _CARET), (self.height() - px(_CARET)) / 2, px(_CARET), px(_CARET))
        words = QRectF(px(6), 0, self.width() - px(6 + 5 + _CARET + 6) + 1, self.height())
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            caret.moveLeft(px(6))
            words.moveRight(self.width() - px(6))
        theme.icons.paint(painter, caret, "caret-down-bold" if self.isChecked() else "caret-right-bold", color)
        painter.setFont(self._font())
        painter.setPen(color)
        shown = QFontMetricsF(self._font()).elidedText(self.text(), Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)

    def _font(self) -> QFont:
        return self.theme.tabular(self.theme.font(13, 500))

    def _name(self) -> None:
        form = _("Tries, {text}, unfolded") if self.isChecked() else _("Tries, {text}, folded")
        self.setAccessibleName(form.format(text=self.text()))
        self.setToolTip(self.text())


class AttemptsList(QWidget):
    """One row for each try: when, which model with which key, what went wrong, how long it took, was waited, cost."""

    def __init__(self, theme: Theme, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.message = message
        self._rows = [self._row(*_failed(attempt)) for attempt in message.attempts]
        if message.status is not Status.STREAMING and _has_own_try(message):
            self._rows.append(self._row(*_last(message)))
        self._lines: list[float] = []
        self.setAccessibleName(_("Tries"))
        theme.changed.connect(self.update)

    def texts(self) -> list[tuple[str, ...]]:
        """What is shown, for tests."""
        return [tuple(label.text() for label in row) for row in self._rows]

    def set_width(self, width: int) -> int:
        """Lay out for a width. Returns the height."""
        px = self._theme.px
        left, right = px(_PAD), width - px(_PAD)
        y = px(_PAD)
        self._lines = []
        for number, row in enumerate(self._rows):
            time, *others = row
            if number:
                self._lines.append(y + px(_ROW_GAP) / 2)
                y += px(_ROW_GAP) + 1
            self._put(time, left, y, px(_TIME), px(18), width)
            for label in others:
                if label.text():
                    room = right - left - px(_TIME)
                    height = max(px(16), label.heightForWidth(room))
                    self._put(label, left + px(_TIME), y, room, height, width)
                    y += height
        return y + px(_PAD)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self._theme, self._theme.px
        paint_box(painter, QRectF(self.rect()), px(8), theme.color("surface-raised"), theme.color("border"))
        for y in self._lines:
            line = QRectF(px(_PAD), y, self.width() - 2 * px(_PAD), 1)
            paint_hairline(painter, line, theme.color("border"))

    def _row(self, ms: int, who: str, what: str, figures_of: str) -> tuple[Label, ...]:
        theme = self._theme
        clock = self.locale().toString(QDateTime.fromMSecsSinceEpoch(ms).time(), "HH:mm:ss")
        time = text_label(theme, clock, 12, role="text-muted", parent=self)
        time.setFont(theme.tabular(theme.font(12)))
        return (
            time,
            text_label(theme, who, 13, 600, wrap=True, parent=self),
            text_label(theme, what, 13, role="text-secondary", wrap=True, parent=self),
            text_label(theme, figures_of, 12, role="text-muted", wrap=True, parent=self),
        )

    def _put(self, widget: QWidget, x: int, y: int, width: int, height: int, whole: int) -> None:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = whole - x - width
        widget.setGeometry(x, y, width, height)


def _has_own_try(message: Message) -> bool:
    """Whether the message itself tells of a try, after those that are its attempts."""
    if message.failure is not None:
        return message.failure.code not in (Dearer.code, NoneAnswered.code, RefusedOnRoute.code)
    return message.status is not Status.STREAMING or bool(message.text)


def _failed(attempt: Attempt) -> tuple[int, str, str, str]:
    who = attempt.model_name
    if attempt.key_label:
        who = _("{model}, key “{label}”").format(model=attempt.model_name, label=attempt.key_label)
    failure = attempt.failure
    parts = [
        "" if failure.http_status is None else str(failure.http_status),
        _("took {time}").format(time=figures.latency(attempt.ended_ms - attempt.started_ms)),
    ]
    if attempt.pause_ms:
        parts.append(_("then waited {time}").format(time=figures.latency(attempt.pause_ms)))
    parts.append(_cost(attempt.usage))
    return attempt.started_ms, who, failure.title, " · ".join(filter(None, parts))


def _last(message: Message) -> tuple[int, str, str, str]:
    """The try that the message itself tells of."""
    latest, failure = message.attempts[-1], message.failure
    began = latest.ended_ms + latest.pause_ms
    took = message.created_ms + (message.duration_ms or 0) - began
    words = _("Stopped") if message.status is Status.STOPPED else _("Answered")
    parts = [
        "" if failure is None or failure.http_status is None else str(failure.http_status),
        _("took {time}").format(time=figures.latency(took)) if took > 0 else "",
        _cost(message.usage),
    ]
    return began, message.model_name, failure.title if failure else words, " · ".join(filter(None, parts))


def _cost(usage: Usage | None) -> str:
    if usage is None:
        return _("no usage was reported")
    if usage.cost is not None and not usage.cost:
        return _("free")
    return amount(usage) or _("price unknown")
