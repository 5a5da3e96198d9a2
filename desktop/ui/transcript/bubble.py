"""A question: a bubble at the right, which folds when it is long and becomes a field to be edited in place."""

from PySide6.QtCore import QDateTime, QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QRegion, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from desktop.i18n import gettext as _
from desktop.render.blocks import Block
from desktop.ui.theme.theme import Theme
from desktop.ui.transcript import measures
from desktop.ui.transcript.column import Column
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.flow import Flow
from desktop.ui.transcript.footer import SiblingSwitch, small_button
from desktop.ui.transcript.leaves import Place as LeafPlace
from desktop.ui.transcript.leaves import Run, TextLeaf, Tone
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.position import Highlight, Place
from desktop.ui.transcript.question import pieces
from desktop.ui.transcript.selection.clipboard import Words
from desktop.ui.transcript.selection.selection import Marks
from desktop.ui.transcript.styles import Styles
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.paint import paint_box

_PLACE = LeafPlace(above=0, tone=Tone.BUBBLE)
_MEASURED = 4000  # letters; a longer question takes all the width it may without being measured
_ROW = 28
_EDITOR_LINES = 14


class BubbleWidget(MessageWidget):
    raised = Signal()  # it reaches over the next turn and wants to be above it

    after = measures.AFTER_BUBBLE

    def __init__(self, styles: Styles, entry: Entry, parent: QWidget) -> None:
        super().__init__(styles, entry, parent)
        self._column = Column(styles, self)
        self._width = 0
        self._box = QRectF()
        self._unfolded = False
        self._is_folded = False
        self._fold: Button | None = None
        self._actions: _Actions | None = None
        self._editor: _Editor | None = None
        self._leaves_for: tuple[str, int, bool] | None = None
        self._pieces = pieces(entry.message.text)
        self._shown: list[str] = []
        self._marks: dict[Highlight, Marks] = {}
        self._name()

    @property
    def overhang(self) -> int:
        """How far it reaches into the next turn while its actions show."""
        return self.theme.px(_ROW - measures.AFTER_BUBBLE) if self._actions_shown else 0

    @property
    def is_busy(self) -> bool:
        return super().is_busy or self._editor is not None

    def columns(self) -> list[Column]:
        return [] if self._editor else [self._column]

    def numbered(self) -> tuple[Column]:
        return (self._column,)

    def texts(self) -> list[list[str]]:
        return [list(self._pieces)]

    def text_of(self, column: int, leaf: int) -> str:
        return self._pieces[leaf] if 0 <= leaf < len(self._pieces) else ""

    def blocks_of(self, column: int) -> tuple[Block, ...]:
        return ()

    def set_highlight(self, kind: Highlight, marks: Marks) -> None:
        self._marks[kind] = marks
        shown = {}
        for leaf, ranges in marks.get(0, {}).items():
            length = len(self._shown[leaf]) if leaf < len(self._shown) else 0
            if cut := tuple((start, min(end, length)) for start, end in ranges if start < length):
                shown[leaf] = cut
        self._column.set_highlight(kind, shown)

    def caret_rect(self, place: Place) -> QRectF:
        if self._is_cut(place) and self._fold is not None:
            return QRectF(self._fold.geometry())
        return super().caret_rect(place)

    def unfold(self, place: Place) -> bool:
        if not self._is_cut(place):
            return False
        self._toggle_fold()
        return True

    @property
    def unfolded(self) -> bool:
        return self._unfolded

    @unfolded.setter
    def unfolded(self, unfolded: bool) -> None:
        if unfolded != self._unfolded:
            self._toggle_fold()

    def source(self) -> Words:
        return Words(self.entry.message.text)

    def take(self, entry: Entry) -> None:
        """Show another state of the question."""
        self.entry = entry
        self._pieces = pieces(entry.message.text)
        self._name()
        self.update_active()
        self.update()

    def set_width(self, width: int) -> int:
        self._width = width
        px = self.theme.px
        pad_x, pad_y = px(measures.BUBBLE_PAD_X), px(measures.BUBBLE_PAD_Y)
        most = min(px(measures.BUBBLE_WIDTH), width) - 2 * pad_x
        if self._editor is not None:
            room = most + 2 * pad_x
            height = self._editor.set_width(room)
            self._box = self._at_right(room, height)
            self._editor.setGeometry(self._box.toRect())
            return height
        room = self._set_leaves(most)
        height = 2 * pad_y
        self._box = self._at_right(room + 2 * pad_x, height)
        self._column.set_geometry(round(self._box.x()) + pad_x, pad_y, room)
        height += self._column.height
        if self._fold is not None:
            self._fold.setVisible(self._is_folded or self._unfolded)
            if not self._fold.isHidden():
                self._fold.move(round(self._box.x()) + pad_x, height - pad_y + px(4))
                height += self._fold.height() + px(4)
        self._box.setHeight(height)
        return height

    def update_active(self) -> None:
        shown = self.is_pointed and self._editor is None
        if shown and self._actions is None:
            self._actions = _Actions(self.theme, self)
        if self._actions is not None:
            self._actions.set_siblings(self.entry.sibling_index, self.entry.sibling_count)
            self._actions.setVisible(shown)
        self._reach()

    def set_geometry(self, x: int, y: int, width: int, height: int) -> None:
        """Stand at a place in the view, with `height` as from `set_width`."""
        self.setGeometry(x, y, width, height + self.theme.px(measures.AFTER_BUBBLE) + self.overhang)
        self._reach()

    def edit(self) -> None:
        """Become a field with the message in it."""
        if self._editor is not None:
            return
        self._column.dispose()
        self._editor = _Editor(self.theme, self.entry.message.text, self)
        self._editor.cancelled.connect(self._end_edit)
        self._editor.accepted.connect(self._send)
        self._editor.resized.connect(lambda: self.resized.emit(self))
        if self._fold is not None:
            self._fold.hide()
        self._editor.show()
        self.update_active()
        self.resized.emit(self)
        self._editor.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def on_letter(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_E:
            self.edit()
            return True
        return super().on_letter(key)

    def fill_menu(self, menu: Menu) -> None:
        menu.add("pencil-simple", _("Edit message"), self.edit, "E")

    def paint_under(self, painter: QPainter, clip: QRect) -> None:
        if self._editor is None:
            paint_box(painter, self._box, self.theme.px(12), self.theme.color("bubble"))

    # Inside

    @property
    def _mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    @property
    def _actions_shown(self) -> bool:
        return self._actions is not None and not self._actions.isHidden()

    def _at_right(self, width: int, height: int) -> QRectF:
        return QRectF(0 if self._mirrored else self._width - width, 0, width, height)

    def _name(self) -> None:
        text = self.entry.message.text[:2000]
        clock = self.locale().toString(QDateTime.fromMSecsSinceEpoch(self.entry.message.created_ms), "HH:mm")
        self.setAccessibleName(_("You, {time}: {text}").format(time=clock, text=text))

    def _set_leaves(self, most: int) -> int:
        """Choose what is shown at a width. Returns the width it takes."""
        text = self.entry.message.text
        room = most
        if len(text) <= _MEASURED:
            flows = (Flow(self.styles, (Run(piece),), Tone.BUBBLE) for piece in self._pieces)
            room = min(most, max((flow.natural_width() for flow in flows), default=0))
        if self._leaves_for == (text, room, self._unfolded):
            return room
        self._leaves_for = (text, room, self._unfolded)
        self._shown = self._pieces if self._unfolded else self._first_lines(room)
        self._is_folded = self._shown != self._pieces
        self._column.set_leaves([TextLeaf(_PLACE, (Run(piece),)) for piece in self._shown])
        for kind, marks in self._marks.items():
            self.set_highlight(kind, marks)
        if self._is_folded or self._unfolded:
            self._show_fold()
        return room

    def _is_cut(self, place: Place) -> bool:
        """Whether a place is in the part that is folded away."""
        if not self._is_folded:
            return False
        last = len(self._shown) - 1
        return place.leaf > last or (place.leaf == last and place.offset > len(self._shown[last]))

    def _first_lines(self, room: int) -> list[str]:
        shown: list[str] = []
        left = measures.BUBBLE_LINES
        for piece in self._pieces:
            if left <= 0:
                break
            flow = Flow(self.styles, (Run(piece),), Tone.BUBBLE)
            flow.set_width(room, most=left)
            shown.append(flow.text_set() if flow.cut else piece)
            left -= max(1, flow.lines)
        return shown

    def _show_fold(self) -> None:
        if self._fold is None:
            self._fold = Button(self.theme, "", kind="link", small=True, parent=self)
            self._fold.clicked.connect(self._toggle_fold)
        self._fold.setText(_("Show less") if self._unfolded else _("Show all"))
        self._fold.resize(self._fold.sizeHint())

    def _toggle_fold(self) -> None:
        self._unfolded = not self._unfolded
        self.resized.emit(self)
        self.update()

    def _reach(self) -> None:
        """Lie over the next turn only where the actions are, and only while they show."""
        bottom = round(self._box.height())
        over = self.theme.px(measures.AFTER_BUBBLE)
        self.resize(self.width(), bottom + over + self.overhang)
        if not self._actions_shown:
            self.clearMask()
            return
        assert self._actions is not None
        self._actions.adjustSize()
        x = round(self._box.x()) if self._mirrored else round(self._box.right()) - self._actions.width()
        self._actions.move(x, bottom)
        self.setMask(QRegion(0, 0, self.width(), bottom + over) | QRegion(self._actions.geometry()))
        self.raised.emit()

    def _end_edit(self) -> None:
        if self._editor is None:
            return
        had_focus = self._editor.isAncestorOf(self.window().focusWidget() or self)
        self._editor.hide()
        self._editor.deleteLater()
        self._editor = None
        if had_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update_active()
        self.resized.emit(self)
        self.update()

    def _send(self, text: str) -> None:
        self._end_edit()
        self.edit_requested.emit(self.entry.message.id, text)


class _Actions(QWidget):
    """What can be done with a question, under it."""

    def __init__(self, theme: Theme, bubble: BubbleWidget) -> None:
        super().__init__(bubble)
        self._theme = theme
        self._switch = SiblingSwitch(theme, self)
        self._switch.moved.connect(bubble.show_sibling)
        self._copy = small_button(theme, "copy", _("Copy"), bubble.copy_message, self)
        self._edit = small_button(theme, "pencil-simple", _("Edit message"), bubble.edit, self)
        self._count = 1

    def set_siblings(self, index: int, count: int) -> None:
        self._count = count
        self._switch.set_siblings(index, count)
        self._switch.setVisible(count > 1)
        x = 0
        for widget in (self._switch, self._copy, self._edit):
            if widget is self._switch and count < 2:
                continue
            widget.move(x, 0)
            x += widget.width() + self._theme.px(2)
        self.resize(x, self._theme.px(_ROW))

    def sizeHint(self) -> QSize:
        gap = self._theme.px(2)
        switch = self._switch.width() + gap if self._count > 1 else 0
        return QSize(switch + self._copy.width() + gap + self._edit.width(), self._theme.px(_ROW))


class _Editor(QFrame):
    """A field in the place of a bubble."""

    cancelled = Signal()
    accepted = Signal(str)
    resized = Signal()

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._height = 0
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName(_("Edit message"))
        self.text.setFont(theme.reading_font())
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setTabChangesFocus(True)
        self.text.document().setDocumentMargin(0)
        self.text.setStyleSheet("background: transparent; border: none; padding: 0;")
        self.text.setPlainText(text)
        self.text.moveCursor(self.text.textCursor().MoveOperation.End)
        self.text.installEventFilter(self)
        self.text.textChanged.connect(self._on_change)
        self._cancel = Button(theme, _("Cancel"), kind="ghost", small=True, parent=self)
        self._cancel.clicked.connect(self.cancelled)
        self._accept = Button(theme, _("Send again"), kind="primary", small=True, parent=self)
        self._accept.clicked.connect(self._send)
        for button in (self._cancel, self._accept):
            button.resize(button.sizeHint())
        self._on_change()

    def set_width(self, width: int) -> int:
        px = self._theme.px
        pad = px(measures.BUBBLE_PAD_X)
        inner = width - 2 * pad
        self.text.setFixedWidth(inner)
        line = self.text.fontMetrics().lineSpacing()
        lines = self.text.document().size().height()  # a plain text's document counts lines
        height = round(line * min(max(lines, 1), _EDITOR_LINES)) + px(4)
        self.text.setGeometry(pad, px(measures.BUBBLE_PAD_Y), inner, height)
        y = px(measures.BUBBLE_PAD_Y) + height + px(8)
        first, last = self._cancel, self._accept
        x = width - pad - last.width()
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            last.move(pad, y)
            first.move(pad + last.width() + px(8), y)
        else:
            last.move(x, y)
            first.move(x - first.width() - px(8), y)
        self._height = y + last.height() + px(measures.BUBBLE_PAD_Y)
        return self._height

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.cancelled.emit()
                return True
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._send()
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        color = self._theme.color
        paint_box(
            QPainter(self),
            QRectF(self.rect()),
            self._theme.px(12),
            color("surface-raised"),
            color("accent"),
            self._theme.px(2),
        )

    def _send(self) -> None:
        if text := self.text.toPlainText().strip():
            self.accepted.emit(text)

    def _on_change(self) -> None:
        self._accept.setEnabled(bool(self.text.toPlainText().strip()))
        if self._height and self.set_width(self.width()) != self.height():
            self.resized.emit()
