"""What a cap counts: everything, or one provider, key, model, chat or tag."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.budget import Scope, ScopeKind
from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.ui.settings import budget_words as words
from desktop.ui.settings.model_choice import ModelChoice
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Chip
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.menu import Menu

CHATS = 30
"""How many of the latest chats are offered."""


@dataclass(frozen=True, slots=True)
class Known:
    """What can be chosen besides models: chats as (id, title), the latest first, and tags."""

    chats: Sequence[tuple[str, str]] = ()
    tags: Sequence[str] = ()


class ScopePicker(QWidget):
    changed = Signal()

    def __init__(self, theme: Theme, catalogue: Catalogue, known: Known, scope: Scope) -> None:
        super().__init__()
        self._theme = theme
        self._catalogue = catalogue
        self._known = known
        self._titles = dict(known.chats)
        self._scope = scope
        self.kind = Chip(theme, "", caret=True)
        self.kind.clicked.connect(self._choose_kind)
        self.value = Chip(theme, "", caret=True)
        self.value.clicked.connect(self._choose_value)
        self.tag = Field(theme, _("Tag"), placeholder=_("Name of the tag"))
        self.tag.textEdited.connect(self._type_tag)
        self._error = text_label(theme, "", 12, role="danger", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.kind)
        row.addWidget(self.value)
        row.addWidget(self.tag, 1)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addLayout(row)
        column.addWidget(self._error)
        self._show()
        self.tag.setText(scope.value if scope.kind is ScopeKind.TAG else "")

    @property
    def scope(self) -> Scope:
        """What is chosen; without a value where one is still missing."""
        return self._scope

    @property
    def text(self) -> str:
        """What is chosen, in words."""
        return words.scope_name(self._scope, self._catalogue, self._titles)

    def is_complete(self) -> bool:
        """Whether a value is chosen where one is needed; says so otherwise."""
        missing = self._scope.kind is not ScopeKind.ALL and not self._scope.value
        self._error.setText(_("Choose what the cap counts") if missing else "")
        self._error.setVisible(missing)
        self.value.setAccessibleDescription(self._error.text())
        return not missing

    def choose(self, scope: Scope) -> None:
        """Count something else."""
        self._scope = scope
        self._show()
        self.changed.emit()

    def _choose_kind(self) -> None:
        menu = Menu(self._theme, _("What the cap counts"), self)
        for kind in ScopeKind:
            action = menu.add(None, words.kind_name(kind), partial(self.choose, Scope(kind)))
            action.setCheckable(True)
            action.setChecked(kind is self._scope.kind)
        menu.popup(self.kind.mapToGlobal(self.kind.rect().bottomLeft()))

    def _choose_value(self) -> None:
        kind = self._scope.kind
        if kind is ScopeKind.MODEL:
            choice = ModelChoice(self._theme, self._catalogue, lambda _model: True, self)
            choice.chosen.connect(self._choose_model)
            choice.open_at(self.value)
            return
        menu = Menu(self._theme, words.kind_name(kind), self)
        for value, name in self.values():
            menu.add(None, name.replace("&", "&&"), partial(self.choose, Scope(kind, value)))
        if not menu.actions():
            menu.add(None, _("There is none yet"), lambda: None).setEnabled(False)
        menu.popup(self.value.mapToGlobal(self.value.rect().bottomLeft()))

    def _choose_model(self, ref: ModelRef) -> None:
        self.choose(Scope(ScopeKind.MODEL, str(ref)))

    def values(self) -> list[tuple[str, str]]:
        """What the menu offers, as (value, name)."""
        providers = [each for each in self._catalogue.providers() if each.service_id != "tour"]
        match self._scope.kind:
            case ScopeKind.PROVIDER:
                return [(each.id, each.name) for each in providers]
            case ScopeKind.KEY:
                labels = dict.fromkeys(label for each in providers for label in self._catalogue.key_labels(each.id))
                return [(label, label) for label in labels]
            case ScopeKind.CONVERSATION:
                return [(each, title) for each, title in self._known.chats[:CHATS]]
            case ScopeKind.TAG:
                return [(tag, tag) for tag in self._known.tags]
        return []

    def _type_tag(self, text: str) -> None:
        self._scope = Scope(ScopeKind.TAG, " ".join(text.split()))
        self._error.hide()
        self.changed.emit()

    def _show(self) -> None:
        kind = self._scope.kind
        self._error.hide()
        self.kind.setText(words.kind_name(kind))
        self.kind.setAccessibleName(_("{name}: {value}").format(name=_("What the cap counts"), value=self.kind.text()))
        is_tag = kind is ScopeKind.TAG
        self.value.setVisible(kind is not ScopeKind.ALL and (not is_tag or bool(self._known.tags)))
        self.tag.setVisible(is_tag)
        if is_tag and self.tag.text() != self._scope.value:
            self.tag.setText(self._scope.value)
        self.value.setText(self.text if self._scope.value else _("Choose…"))
        self.value.setAccessibleName(_("{name}: {value}").format(name=words.kind_name(kind), value=self.value.text()))
        self.kind.updateGeometry()
        self.value.updateGeometry()
