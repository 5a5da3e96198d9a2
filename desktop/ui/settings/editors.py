"""One editor for each type of option. Each shows the value in force and puts a changed one in force at once."""

from typing import Any, Protocol

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.domain.model import ModelRef
from desktop.i18n import gettext as _
from desktop.services.catalogue import Catalogue
from desktop.settings.store import Settings
from desktop.settings.types import Address, Amount, Bool, Choice, FontFamily, Int, ModelName, Option, Text
from desktop.ui.settings.fonts import FontPopover
from desktop.ui.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Chip, IconButton
from desktop.ui.widgets.field import Field, FieldBox
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.paint import paint_box
from desktop.ui.widgets.toggle import Segments, Switch

SAVE_AFTER_MS = 600
"""How long after the last key a text is put in force."""


class Value:
    """An option of the settings, as an editor sees it."""

    def __init__(self, settings: Settings, option: Option[Any]) -> None:
        self.option = option
        self.name = _(option.title)
        self._settings = settings

    def get(self) -> Any:
        return self._settings.get(self.option)

    def set(self, value: object) -> str:
        """What is wrong with it; empty if it is in force now."""
        try:
            self._settings.set(self.option, value)
        except ValueError as error:
            return str(error)
        return ""


class Editor(Protocol):
    """A widget that edits one value."""

    def show_value(self) -> None:
        """Show what is in force now."""
        ...


def editor_for(
    theme: Theme, settings: Settings, catalogue: Catalogue, tasks: Tasks, option: Option[Any], parent: QWidget
) -> QWidget:
    """The editor for the option's type; it has `show_value`."""
    value = Value(settings, option)
    match option.type:
        case Bool():
            return SwitchEditor(theme, value, parent)
        case Int():
            return NumberEditor(theme, value, option.type, parent)
        case Choice():
            return ChoiceEditor(theme, value, option.type, parent)
        case FontFamily():
            return FontEditor(theme, value, option.type, parent)
        case ModelName():
            return ModelEditor(theme, value, catalogue, tasks, parent)
        case Address():
            return LineEditor(theme, value, "http://127.0.0.1:8080", 240, parent)
        case Amount():
            return LineEditor(theme, value, "0.92", 96, parent)
        case Text():
            return TextEditor(theme, value, parent)
    raise TypeError(option.type)


class SwitchEditor(Switch):
    def __init__(self, theme: Theme, value: Value, parent: QWidget) -> None:
        super().__init__(theme, value.name, parent=parent)
        self._value = value
        self.show_value()
        self.toggled.connect(value.set)

    def show_value(self) -> None:
        self.setChecked(self._value.get())


class ChoiceEditor(Segments):
    def __init__(self, theme: Theme, value: Value, kind: Choice, parent: QWidget) -> None:
        super().__init__(theme, [(choice, _(label)) for choice, label in kind.choices], value.name, parent)
        self._value = value
        self.show_value()
        self.changed.connect(value.set)

    def show_value(self) -> None:
        self.set_value(self._value.get())


class NumberEditor(QWidget):
    """A field with its unit and two buttons; ↑ and ↓ go a step."""

    def __init__(self, theme: Theme, value: Value, kind: Int, parent: QWidget) -> None:
        super().__init__(parent)
        self._value = value
        self._kind = kind
        self.field = Field(theme, value.name)
        self.field.setFixedWidth(theme.px(64))
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setFont(theme.tabular(theme.font(14)))
        self.field.editingFinished.connect(self._take)
        self.field.installEventFilter(self)
        less = IconButton(theme, "caret-down-bold", _("Less: {name}").format(name=value.name), size=28)
        more = IconButton(theme, "caret-up-bold", _("More: {name}").format(name=value.name), size=28)
        less.clicked.connect(lambda: self._step(-1))
        more.clicked.connect(lambda: self._step(1))
        box = FieldBox(theme, self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(4))
        row.addWidget(box)
        unit = text_label(theme, kind.unit, 13, role="text-muted")
        unit.setMinimumWidth(theme.px(16))
        row.addWidget(unit)
        row.addWidget(less)
        row.addWidget(more)
        self.setFocusProxy(self.field)
        self.show_value()

    def show_value(self) -> None:
        self.field.setText(str(self._value.get()))
        self.field.set_error(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
            if step:
                self._step(step)
                return True
        return False

    def _take(self) -> None:
        text = self.field.text().strip()
        error = self._value.set(int(text) if text.isascii() and text.isdigit() else text)
        self.field.set_error(error)
        if not error:
            self.show_value()

    def _step(self, direction: int) -> None:
        """To the next multiple of the step, within the range."""
        step = self._kind.step
        places = (self._value.get() + direction * step) // step if direction > 0 else -(-self._value.get() // step) - 1
        self._value.set(min(max(places * step, self._kind.minimum), self._kind.maximum))
        self.show_value()


class FontEditor(Chip):
    """Shows the family and opens the list of those installed."""

    def __init__(self, theme: Theme, value: Value, kind: FontFamily, parent: QWidget) -> None:
        super().__init__(theme, "", caret=True, parent=parent)
        self._value = value
        self._kind = kind
        self.show_value()
        self.clicked.connect(self._open)

    def show_value(self) -> None:
        self.setText(self._value.get() or _("Default"))
        self.setAccessibleName(_("{name}: {value}").format(name=self._value.name, value=self.text()))
        self.updateGeometry()

    def _open(self) -> None:
        popover = FontPopover(self.theme, self._value.name, fixed_pitch=self._kind.fixed_pitch, parent=self)
        popover.chosen.connect(self._choose)
        popover.open_at(self)
        popover.go_to(self._value.get())

    def _choose(self, family: str) -> None:
        self._value.set(family)
        self.show_value()


class ModelEditor(QWidget):
    """Shows the model and opens the picker; a cross takes the choice back."""

    def __init__(self, theme: Theme, value: Value, catalogue: Catalogue, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._value = value
        self._catalogue = catalogue
        self._tasks = tasks
        self.chip = Chip(theme, "", caret=True)
        self.chip.clicked.connect(self._open)
        self.clear = IconButton(theme, "x-bold", _("No default model"), size=28)
        self.clear.clicked.connect(lambda: self._choose(None))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(4))
        row.addWidget(self.clear)
        row.addWidget(self.chip)
        self.setFocusProxy(self.chip)
        self.show_value()

    def _ref(self) -> ModelRef | None:
        provider, _slash, model = self._value.get().partition("/")
        return ModelRef(provider, model) if model else None

    def show_value(self) -> None:
        ref = self._ref()
        self.chip.setText(self._catalogue.name_of(ref) if ref else _("None chosen"))
        self.chip.setAccessibleName(_("{name}: {value}").format(name=self._value.name, value=self.chip.text()))
        self.chip.set_dot(self._theme.provider_color(ref.provider_id) if ref else None)
        self.chip.updateGeometry()
        self.clear.setVisible(ref is not None)

    def _open(self) -> None:
        from desktop.ui.chat.model_picker import ModelPicker  # built only when it is asked for
        from desktop.ui.settings.dialog import SettingsDialog  # which has the editors and so cannot be imported above

        picker = ModelPicker(self._theme, self._catalogue, self._tasks, self)
        picker.chosen.connect(self._choose)
        if isinstance(dialog := self.window(), SettingsDialog):
            picker.settings_requested.connect(dialog.show_page)
        picker.open_at(self.chip, self._ref())

    def _choose(self, ref: ModelRef | None) -> None:
        self._value.set(str(ref) if ref else "")
        self.show_value()


class LineEditor(QWidget):
    def __init__(self, theme: Theme, value: Value, placeholder: str, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._value = value
        self.field = Field(theme, value.name, placeholder=placeholder)
        self.field.setFixedWidth(theme.px(width))
        self.field.editingFinished.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(FieldBox(theme, self.field))
        self.setFixedWidth(theme.px(width))
        self.setFocusProxy(self.field)
        self.show_value()

    def show_value(self) -> None:
        self.field.setText(self._value.get())

    def _take(self) -> None:
        self.field.set_error(self._value.set(self.field.text().strip()))


class TextEditor(QFrame):
    """A box for several lines, put in force a moment after the last key and when the focus leaves."""

    wide = True

    def __init__(self, theme: Theme, value: Value, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._value = value
        self.edit = _Lines(theme, value.name)
        self.edit.left.connect(self._take)
        self.edit.focus_changed.connect(self.update)
        self._timer = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._timer.timeout.connect(self._take)
        self.edit.textChanged.connect(self._timer.start)
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(px(8), px(6), px(4), px(6))
        column.addWidget(self.edit)
        self.setFixedHeight(px(120))
        self.setFocusProxy(self.edit)
        self.show_value()
        theme.changed.connect(self.update)

    def show_value(self) -> None:
        if self._value.get() != self.edit.toPlainText() and not self.edit.hasFocus():
            self.edit.setPlainText(self._value.get())
            self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        color = self.theme.color
        focused = self.edit.hasFocus()
        edge, width = (color("accent"), self.theme.px(2)) if focused else (color("border-strong"), 1)
        paint_box(QPainter(self), QRectF(self.rect()), self.theme.px(8), color("surface-raised"), edge, width)

    def _take(self) -> None:
        self._timer.stop()
        self._value.set(self.edit.toPlainText())


class _Lines(QPlainTextEdit):
    left = Signal()
    focus_changed = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.font(14))
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self._recolor()
        theme.changed.connect(self._recolor)

    def _recolor(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.focus_changed.emit()
            if event.type() == QEvent.Type.FocusOut:
                self.left.emit()
        return handled
