"""The chips above the composer: ways to begin, or the questions that the offline tour answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Chip

HEIGHT = 32
GAP = 8
GAP_BELOW = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a chip says, and what it puts into the composer."""

    label: str
    text: str


STARTERS = (
    (N_("Explain a clause in my lease"), N_("Explain this clause in my lease in plain words:\n\n")),
    (N_("Plan five dinners under £40"), N_("Plan five dinners for two for under £40, with a shopping list.")),
    (N_("Review this diff"), N_("Review this diff and say what could go wrong:\n\n")),
    (N_("Turn notes into minutes"), N_("Turn these notes into minutes with decisions and who does what:\n\n")),
)

# In English whatever the language of the window: the tour's pages are, and it finds them by the words of the question.
TOUR_QUESTIONS = (
    "What can Tuppence do?",
    "How do I add a key?",
    "Can I use local models?",
    "How do I edit a message?",
    "What does it cost?",
    "Show me a table and some code",
    "Which shortcuts are there?",
)


def starters() -> list[Suggestion]:
    """For a new chat."""
    return [Suggestion(_(label), _(text)) for label, text in STARTERS]


def tour_questions(asked: Sequence[str] = ()) -> list[Suggestion]:
    """What to ask the tour next."""
    return [Suggestion(question, question) for question in TOUR_QUESTIONS if question not in asked]


class Suggestions(QWidget):
    """One centred row of chips; those that do not fit are left out."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: list[Suggestion] = []
        self._chips: list[Chip] = []
        self._after: QWidget | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Suggestions"))

    def show_only(self, suggestions: Sequence[Suggestion]) -> None:
        """Show these; none hides the row."""
        if list(suggestions) != self._shown:
            self._shown = list(suggestions)
            for chip in self._chips:
                chip.hide()
                chip.deleteLater()
            self._chips = [self._chip(suggestion) for suggestion in suggestions]
            self._put_in_tab_order()
            self._place()
        self.setVisible(bool(suggestions))

    def follow(self, control: QWidget) -> None:
        """Come after this one when Tab is pressed; else new chips would come after everything in the window."""
        self._after = control
        self._put_in_tab_order()

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(HEIGHT) + self._theme.px(GAP_BELOW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _put_in_tab_order(self) -> None:
        before = self._after
        if before is None:
            return
        for chip in self._chips:
            QWidget.setTabOrder(before, chip)
            before = chip

    def _chip(self, suggestion: Suggestion) -> Chip:
        chip = Chip(self._theme, suggestion.label, pill=True, parent=self)
        chip.clicked.connect(lambda: self.chosen.emit(suggestion.text))
        return chip

    def _place(self) -> None:
        gap = self._theme.px(GAP)
        room = self.width() + gap
        fitting: list[Chip] = []
        for chip in self._chips:
            width = chip.sizeHint().width() + gap
            chip.setVisible(width <= room)
            if width <= room:
                room -= width
                fitting.append(chip)
        x = room // 2
        for chip in fitting if self.isLeftToRight() else reversed(fitting):
            size = chip.sizeHint()
            chip.setGeometry(x, 0, size.width(), size.height())
            x += size.width() + gap
