"""The header of the chat page: sidebar, title, model, and what the chat has cost."""

from decimal import Decimal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSpacerItem, QWidget

from desktop.domain import figures
from desktop.i18n import gettext as _
from desktop.ui.chat.runs import Run, RunsButton
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Chip, IconButton
from desktop.ui.widgets.field import Field
from desktop.ui.widgets.focus import KeyboardFocus
from desktop.ui.widgets.keys import key_text
from desktop.ui.widgets.labels import ElidedLabel

HEIGHT = 52
TITLE_MIN = 96
NO_TITLE_BELOW = 560


class Header(QWidget):
    """52 px with a hairline below."""

    sidebar_toggled = Signal()
    new_chat_requested = Signal()
    model_requested = Signal()
    renamed = Signal(str)
    find_requested = Signal()
    cost_requested = Signal()
    tags_requested = Signal()
    editing_ended = Signal()  # by a key, so that the focus needs a place to go

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._compact = False
        px = theme.px
        self.setFixedHeight(px(HEIGHT))
        self._toggle = IconButton(
            theme, "sidebar-left", _("Show or hide the sidebar"), shortcut_hint=key_text("Ctrl+B")
        )
        self._toggle.clicked.connect(self.sidebar_toggled)
        self._new_chat = IconButton(
            theme, "note-pencil", _("New chat"), shortcut_hint=key_text("Ctrl+N"), role="accent-text"
        )
        self._new_chat.clicked.connect(self.new_chat_requested)
        self._new_chat.hide()
        self._title = Title(theme)
        self._title.rename_requested.connect(self.rename)
        self._editor = TitleEditor(theme)
        self._editor.done.connect(self._on_renamed)
        self._editor.left.connect(self.editing_ended)
        self.chip = Chip(theme, "", caret=True)
        self.chip.clicked.connect(self.model_requested)
        self.tags = Chip(theme, "", icon="tag")
        self.tags.clicked.connect(self.tags_requested)
        self.tags.hide()
        self.cost = RunsButton(theme, 13)
        self.cost.clicked.connect(self.cost_requested)

        self._find = IconButton(theme, "magnifying-glass", _("Find in chat"), shortcut_hint=key_text("Ctrl+F"))
        self._find.clicked.connect(self.find_requested)
        self._find.hide()

        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self._row.addWidget(self._toggle)
        self._row.addSpacing(px(4))
        self._row.addWidget(self._new_chat)
        self._gap = QSpacerItem(px(4), 0)
        self._row.addSpacerItem(self._gap)
        self._row.addWidget(self._title)
        self._row.addWidget(self._editor, 1)
        self._row.addSpacing(px(12))
        self._row.addWidget(self.chip)
        self._row.addSpacing(px(12))
        self._row.addWidget(self.tags)
        self._row.addStretch(1)
        self._row.addWidget(self.cost)
        self._row.addSpacing(px(8))
        self._row.addWidget(self._find)
        self._set_margins()
        self.set_model("", None)
        theme.changed.connect(self.update)

    def set_title(self, title: str, *, can_rename: bool) -> None:
        """The title of the chat, or of a new one, which cannot be renamed."""
        self._title.set_title(title, can_rename=can_rename)

    def end_editing(self) -> None:
        """Leave the title as it was: another chat is shown."""
        self._editor.cancel()

    def set_model(self, name: str, dot: QColor | None) -> None:
        """The model that answers; an empty name says that none is chosen."""
        self.chip.setText(name or _("Choose a model"))
        self.chip.setAccessibleName(_("Model: {name}").format(name=name) if name else _("Choose a model"))
        self.chip.setToolTip(name)
        self.chip.set_dot(dot if name else None)
        self.chip.set_dashed(not name)

    def set_tags(self, tags: tuple[str, ...]) -> None:
        """Whom the chat is done for; in a narrow window that is not shown."""
        text = ", ".join(tags)
        self.tags.setText(text)
        self.tags.setToolTip(text)
        self.tags.setAccessibleName(_("Tags: {tags}").format(tags=text))
        self.tags.setVisible(bool(tags) and not self._compact)
        self.tags.updateGeometry()

    def set_cost(self, cost: Decimal | None, *, growing: bool = False, unpriced: bool = False) -> None:
        """What the chat has cost over all branches, in US dollars; `unpriced` says that this is not all of it.

        `growing`: while a reply is written. None without `unpriced` where nothing has been spent.
        """
        if cost is None:
            runs = (Run(_("price unknown"), "warning", 600),) if unpriced else ()
        else:
            least = f"≥{figures.NBSP}" if unpriced else ""
            runs = (Run(least + figures.money(cost), "accent-text" if growing else "text", 600),)
        if not runs:
            name = ""
        elif cost is None:
            name = _("What this chat cost is unknown")
        else:
            name = _("This chat cost {sum}").format(sum=runs[0].text)
        self.cost.show_runs(runs, unfolds=True, name=name)
        hint = _("The price of some replies is unknown") if unpriced else ""
        if hint != self.cost.toolTip():
            self.cost.setToolTip(hint)

    @property
    def last_control(self) -> QWidget:
        """What Tab leaves the header from."""
        return self._find

    def set_can_find(self, can_find: bool) -> None:
        """Whether there is a conversation to find something in."""
        self._find.setVisible(can_find)

    def set_compact(self, compact: bool) -> None:
        """In a narrow window there is no sidebar and so the new-chat button stands here."""
        self._compact = compact
        self._new_chat.setVisible(compact)
        self.tags.setVisible(bool(self.tags.text()) and not compact)
        self._gap.changeSize(self._theme.px(8 if compact else 4), 0)
        self._set_margins()
        self._fit()

    def rename(self) -> None:
        """Edit the title in place."""
        if self._title.can_rename:
            self._editor.edit(self._title.text())
            self._title.hide()

    def _on_renamed(self, title: str) -> None:
        self._fit()
        if title and title != self._title.text():
            self._title.set_title(title, can_rename=True)
            self.renamed.emit(title)

    def _set_margins(self) -> None:
        side = self._theme.px(8 if self._compact else 12)
        self._row.setContentsMargins(side, 0, self._theme.px(12), 0)

    def _fit(self) -> None:
        self._title.setVisible(self.width() >= self._theme.px(NO_TITLE_BELOW) and not self._editor.isVisibleTo(self))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._toggle.setFocus(event.reason())  # a focus proxy would make Tab go past the children

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.color("border"))


class Title(KeyboardFocus, ElidedLabel):
    """The title; double-click, F2 or Enter edits it."""

    rename_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", size=15, weight=600, parent=parent)
        self.can_rename = False

    def set_title(self, title: str, *, can_rename: bool) -> None:
        self.setText(title)
        self.setAccessibleName(_("Chat title"))
        self.setAccessibleDescription(title)
        self.can_rename = can_rename
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if can_rename else Qt.FocusPolicy.NoFocus)
        self.updateGeometry()

    def ring_radius(self) -> int:
        return 4

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.theme.px(TITLE_MIN), self.sizeHint().width()), self.sizeHint().height())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.rename_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.rename_requested.emit()
        else:
            super().keyPressEvent(event)


class TitleEditor(Field):
    """Takes the place of the title. Enter or leaving saves, Esc restores; `done` has the new title or nothing."""

    done = Signal(str)
    left = Signal()  # by Enter or Esc

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _("Chat title"), size=15, parent=parent)
        self.setFont(theme.font(15, 600))
        self.setMaximumWidth(theme.px(420))
        self.hide()

    def edit(self, title: str) -> None:
        self.setText(title)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def cancel(self) -> None:
        self._end("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self._end("")
                self.left.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._end(self.text())
                self.left.emit()
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._end(self.text())

    def _end(self, title: str) -> None:
        if not self.isHidden():
            self.hide()
            self.done.emit(" ".join(title.split()))
