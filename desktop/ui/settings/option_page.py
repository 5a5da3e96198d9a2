"""A page made from the declarations of its options."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.settings.options import OPTIONS
from desktop.settings.store import Settings
from desktop.settings.types import Option
from desktop.ui.settings.editors import editor_for
from desktop.ui.settings.surfaces import Column, Highlighter
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.divider import Divider
from desktop.ui.widgets.labels import text_label


class OptionPage(Column):
    """Options in sections, each with its editor. What changes elsewhere shows here at once."""

    def __init__(
        self, theme: Theme, settings: Settings, catalogue: Catalogue, tasks: Tasks, page: str, title: str
    ) -> None:
        super().__init__(theme)
        self._rows: dict[str, OptionRow] = {}
        self.content.addWidget(text_label(theme, title, 20, 600))
        options = [option for option in OPTIONS if option.page == page]
        for section, members in groupby(options, key=lambda option: option.section):
            self._add_section(_(section), members, settings, catalogue, tasks)
        self.destroyed.connect(settings.subscribe(self._changed))

    def row(self, key: str) -> "OptionRow":
        """Raises KeyError for an option that is not on this page."""
        return self._rows[key]

    def go_to(self, key: str) -> None:
        """Show an option and light it up; the keyboard is then on its editor."""
        row = self._rows.get(key)
        if row is not None:
            self.ensureWidgetVisible(row)
            row.highlight()

    def _add_section(
        self, title: str, options: Iterable[Option[Any]], settings: Settings, catalogue: Catalogue, tasks: Tasks
    ) -> None:
        self.content.addSpacing(self.theme.px(24))
        self.content.addWidget(text_label(self.theme, title, 15, 600))
        self.content.addSpacing(self.theme.px(4))
        for at, option in enumerate(options):
            if at:
                self.content.addWidget(Divider(self.theme))
            editor = editor_for(self.theme, settings, catalogue, tasks, option, self)
            row = self._rows[option.key] = OptionRow(self.theme, option, editor)
            self.content.addWidget(row)

    def _changed(self, key: str) -> None:
        if row := self._rows.get(key):
            row.editor.show_value()  # type: ignore[attr-defined]


class OptionRow(QWidget):
    """The name and help of an option with its editor at the end, or below if it is wide."""

    def __init__(self, theme: Theme, option: Option[Any], editor: QWidget) -> None:
        super().__init__()
        self.editor = editor
        self._highlighter = Highlighter(theme, self)
        px = theme.px
        words = QVBoxLayout()
        words.setSpacing(px(2))
        title = text_label(theme, _(option.title), 14)
        title.setBuddy(editor)
        words.addWidget(title)
        if option.help:
            help_line = text_label(theme, _(option.help), 12, role="text-muted", wrap=True)
            words.addWidget(help_line)
            (editor.focusProxy() or editor).setAccessibleDescription(_(option.help))
        row: QHBoxLayout | QVBoxLayout
        if getattr(editor, "wide", False):
            row = QVBoxLayout(self)
            row.setSpacing(px(8))
            row.addLayout(words)
            row.addWidget(editor)
        else:
            row = QHBoxLayout(self)
            row.setSpacing(px(24))
            row.addStrut(px(28))
            row.addLayout(words, 1)
            row.addWidget(editor, 0, Qt.AlignmentFlag.AlignVCenter)
        row.setContentsMargins(0, px(10), 0, px(10))

    def highlight(self) -> None:
        self._highlighter.start()
        takes_focus = [self.editor.focusProxy() or self.editor, *self.editor.findChildren(QAbstractButton)]
        for widget in takes_focus:
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def paintEvent(self, event: QPaintEvent) -> None:
        self._highlighter.paint(QPainter(self), QRectF(self.rect()))
