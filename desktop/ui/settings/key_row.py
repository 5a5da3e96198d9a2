"""One stored key: its label, its last four characters, and what can be done with it."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.model import KeyRef
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import IconButton
from desktop.ui.widgets.field import SHOWN_MS
from desktop.ui.widgets.labels import ElidedLabel, Label, Tag
from desktop.ui.widgets.menu import Menu

DOTS = "•" * 12


class KeyRow(QWidget):
    """Knows only the last four characters; the whole key is asked for while the eye is open and then dropped."""

    reveal_requested = Signal()
    rename_requested = Signal()
    remove_requested = Signal()
    moved = Signal(int)  # to this place in order of use, from 0

    def __init__(self, theme: Theme, ref: KeyRef, position: int, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ref = ref
        self._theme = theme
        self._position = position
        self._count = count
        self._tail = ""
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide_key)
        px = theme.px
        self.setFixedHeight(px(40) - 1)  # a line follows
        row = QHBoxLayout(self)
        row.setContentsMargins(px(12), 0, px(3), 0)
        row.setSpacing(px(4))
        label = ElidedLabel(theme, ref.label, 14, 500)
        label.setFixedWidth(px(80))
        row.addWidget(label)
        self.secret = Label(theme, DOTS, theme.code_font(13), "text-secondary")
        self.secret.setAccessibleName(_("Key “{label}”").format(label=ref.label))
        self.secret.setMinimumWidth(px(40))
        row.addWidget(self.secret, 1)
        if count > 1 and position == 0:
            row.addWidget(Tag(theme, _("Used first")))
            row.addSpacing(px(4))
        self.eye = IconButton(theme, "eye", _("Show the key “{label}”").format(label=ref.label))
        self.eye.clicked.connect(self._toggle)
        self.more = IconButton(theme, "dots-three-bold", _("More about the key “{label}”").format(label=ref.label))
        self.more.clicked.connect(self._open_menu)
        row.addWidget(self.eye)
        row.addSpacing(px(2))
        row.addWidget(self.more)
        for keys, step in (("Alt+Up", -1), ("Alt+Down", 1)):  # a button would take the arrow for itself
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._move, step))

    def show_tail(self, key: str | None) -> None:
        """Dots with the last four characters of the key."""
        self._tail = key[-4:] if key is not None and len(key) >= 12 else ""
        if not self._timer.isActive():
            self.secret.setText(DOTS + self._tail)

    def show_key(self, key: str) -> None:
        """The whole key for five seconds; a long one loses its middle."""
        metrics = QFontMetrics(self.secret.font())
        self.secret.setText(metrics.elidedText(key, Qt.TextElideMode.ElideMiddle, self.secret.width()))
        self.secret.setToolTip(key)
        self.eye.set_icon("eye-slash")
        self.eye.set_name(_("Hide the key “{label}”").format(label=self.ref.label))
        self._timer.start()

    def hide_key(self) -> None:
        self._timer.stop()
        self.secret.setText(DOTS + self._tail)
        self.secret.setToolTip("")
        self.eye.set_icon("eye")
        self.eye.set_name(_("Show the key “{label}”").format(label=self.ref.label))

    def _move(self, step: int) -> None:
        if 0 <= self._position + step < self._count:
            self.moved.emit(self._position + step)

    def _toggle(self) -> None:
        if self._timer.isActive():
            self.hide_key()
        else:
            self.reveal_requested.emit()

    def menu(self) -> Menu:
        """Rename, use first, remove."""
        menu = Menu(self._theme, _("Key “{label}”").format(label=self.ref.label), self)
        menu.add("pencil-simple", _("Rename…"), self.rename_requested.emit)
        if self._position > 0:
            menu.add("arrow-up-bold", _("Use first"), lambda: self.moved.emit(0))
        menu.addSeparator()
        menu.add("trash", _("Remove key…"), self.remove_requested.emit, danger=True)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
