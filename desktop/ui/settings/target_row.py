"""One target of a route: where it may go to, with which key, and what is to be known about that."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QIntValidator,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.domain.route import Target
from desktop.i18n import gettext as _
from desktop.ui.settings.target_facts import Facts
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Chip, IconButton
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.labels import ElidedLabel, Tag, text_label
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.paint import paint_hairline
from desktop.ui.widgets.tile import paint_tile

HEIGHT = 52
HEAVIEST = 999


class TargetRow(QWidget):
    """Can be moved with Alt and an arrow wherever the keyboard is in it, and dragged by its grip."""

    changed = Signal()  # key or weight
    moved = Signal(int)  # by so many places
    removed = Signal()

    def __init__(self, theme: Theme, target: Target, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.target = target
        self._facts: Facts | None = None
        px = theme.px
        self.setFixedHeight(px(HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # else the list takes all spare room
        row = QHBoxLayout(self)
        row.setContentsMargins(px(6), 0, px(8), 0)
        row.setSpacing(px(8))
        self.grip = Grip(theme)
        row.addWidget(self.grip)
        self._tile = _Tile(theme)
        row.addWidget(self._tile)
        row.addSpacing(px(2))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        self.name = ElidedLabel(theme, "", 14, 500, mode=Qt.TextElideMode.ElideMiddle)
        self.line = ElidedLabel(theme, "", 12, role="text-muted")
        words.addWidget(self.name)
        words.addWidget(self.line)
        words.addStretch()
        row.addLayout(words, 1)
        self.asks = Tag(theme, _("Asks first"), "warning")
        self.asks.setToolTip(_("You are asked before it takes over, because it may cost more than twice as much."))
        row.addWidget(self.asks)
        self.key = Chip(theme, "", icon="key", caret=True)
        self.key.clicked.connect(self._choose_key)
        row.addWidget(self.key)
        self.weight = WeightField(theme)
        self.weight.edited.connect(self._set_weight)
        row.addWidget(self.weight)
        self.share = text_label(theme, "", 12, role="text-muted")
        self.share.setFont(theme.tabular(theme.font(12)))
        self.share.setMinimumWidth(px(34))
        row.addWidget(self.share)
        self.remove = IconButton(theme, "x-bold", _("Remove"), size=28)
        self.remove.clicked.connect(self.removed)
        row.addWidget(self.remove)
        for keys, step in (("Alt+Up", -1), ("Alt+Down", 1)):  # a button would take the arrow for itself
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self.moved.emit, step))
        theme.changed.connect(self.update)

    def show_facts(self, facts: Facts, position: int, count: int, share: float | None) -> None:
        """As things are now. `share` of the replies, from 0 to 1; None where weights do not count."""
        self._facts = facts
        self._tile.show_provider(facts)
        self.name.setText(facts.name)
        self.line.setText(facts.line)
        self.line.set_role("warning" if facts.passed_over else "text-muted")
        self.asks.setVisible(facts.asks_first)
        self.key.setVisible(bool(facts.keys))
        self.key.setText(self.target.key_label or _("Any key"))
        self.key.setAccessibleName(_("Key for {model}: {key}").format(model=facts.name, key=self.key.text()))
        self.key.updateGeometry()
        self.weight.setVisible(share is not None)
        self.weight.setAccessibleName(_("Weight of {model}").format(model=facts.name))
        self.weight.show_weight(self.target.weight)
        self.share.setVisible(share is not None)
        self.share.setText(f"{round((share or 0) * 100)}%")
        self.weight.setAccessibleDescription(_("{share} of the replies begin here").format(share=self.share.text()))
        place = _("Move {model}, {n} of {count}, with Alt and an arrow")
        self.grip.set_name(place.format(model=facts.name, n=position + 1, count=count))
        notes = [facts.line, self.asks.toolTip() if facts.asks_first else ""]
        self.grip.setAccessibleDescription(". ".join(filter(None, notes)))
        self.remove.setEnabled(count > 1)
        name = _("Remove {model}") if count > 1 else _("A route needs at least one model")
        self.remove.set_name(name.format(model=facts.name))

    def key_menu(self) -> Menu:
        assert self._facts is not None
        menu = Menu(self.theme, _("Key"), self)
        for label in self._facts.keys:
            text = label.replace("&", "&&") or _("Any key")
            action = menu.add(None, text, partial(self._set_key, label))
            action.setCheckable(True)
            action.setChecked(label == self.target.key_label)
        return menu

    def paintEvent(self, event: QPaintEvent) -> None:
        line = QRectF(0, self.height() - 1, self.width(), 1)
        paint_hairline(QPainter(self), line, self.theme.color("border"))

    def _choose_key(self) -> None:
        menu = self.key_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.key.mapToGlobal(self.key.rect().bottomLeft()))

    def _set_key(self, label: str) -> None:
        if label != self.target.key_label:
            self.target = replace(self.target, key_label=label)
            self.changed.emit()

    def _set_weight(self, weight: int) -> None:
        if weight != self.target.weight:
            self.target = replace(self.target, weight=weight)
            self.changed.emit()


class Grip(IconButton):
    """What a row is dragged by. The arrows alone move it too while the keyboard is here."""

    dragged = Signal(QPoint)  # global position of the pointer; the first time the drag begins
    dropped = Signal()
    cancelled = Signal()
    stepped = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "dots-six-vertical", _("Move"), size=28, role="text-muted")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._pressed_at: QPoint | None = None
        self._dragging = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.globalPosition().toPoint()
            self.setFocus(Qt.FocusReason.MouseFocusReason)  # so that Esc arrives here

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.globalPosition().toPoint()
        if self._pressed_at is None:
            return
        if self._dragging or (at - self._pressed_at).manhattanLength() >= QApplication.startDragDistance():
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragging = self._end()
        if dragging:
            self.dropped.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._end():
            self.cancelled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self._end():
            self.cancelled.emit()
        elif step and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.stepped.emit(step)
        else:
            super().keyPressEvent(event)

    def _end(self) -> bool:
        """Whether a drag was under way until now."""
        dragging, self._dragging, self._pressed_at = self._dragging, False, None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        return dragging


class WeightField(Field):
    """A whole number from 1; ↑ and ↓ go a step."""

    edited = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _("Weight"))
        self._weight = 1
        self.setFixedWidth(theme.px(52))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(theme.tabular(theme.font(14)))
        self.setValidator(QIntValidator(1, HEAVIEST, self))
        self.textEdited.connect(self._take)

    def show_weight(self, weight: int) -> None:
        self._weight = weight
        if not self.hasFocus() or self.hasAcceptableInput():
            self.setText(str(weight))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.setText(str(min(max(self._weight + step, 1), HEAVIEST)))
            self._take()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setText(str(self._weight))

    def _take(self) -> None:
        if self.hasAcceptableInput():
            self.edited.emit(int(self.text()))


class _Tile(QWidget):
    """The provider's tile; its name stands beside it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._of: Facts | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_provider(self, facts: Facts) -> None:
        self._of = facts
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(28), self._theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._of is not None:
            paint_tile(QPainter(self), self._theme, QRectF(self.rect()), self._of.service_id, self._of.provider_name)
