"""The field a message is written in: plain text of any size, lines 24 px apart, growing with its content."""

from PySide6.QtCore import (
    QMimeData,
    QObject,
    QPointF,
    QRect,
    QRectF,
    QSizeF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPyTextObject,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy, QTextEdit, QWidget

from desktop.domain import figures
from desktop.i18n import gettext as _
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.paint import paint_box

LINE = 24

# Laying a paragraph out costs the square of its length where it has no spaces (a megabyte takes minutes), and a
# document costs about a millisecond for each kilobyte. What is longer is held as one object and drawn as a chip.
LONG_PARAGRAPH = 5_000
LONG_PASTE = 100_000

_FOLDED = QTextFormat.ObjectTypes.UserObject.value
_CONTENT = QTextFormat.Property.UserProperty.value
_OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"


class MessageEdit(QTextEdit):
    """Plain text only. `text()` is exactly what was typed and pasted, folded passages included.

    Enter sends, Shift Enter begins a line; with `enter_sends` off Enter begins a line and Ctrl Enter sends. Nothing is
    sent while an input method composes.
    """

    submitted = Signal()
    edit_last_requested = Signal()
    height_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # For a viewport that Qt has made PySide looks through all of its classes: a start can be felt to wait for it.
        # The layout holds on to the old one, which is deleted.
        viewport = QWidget()
        viewport.setBackgroundRole(QPalette.ColorRole.Base)
        viewport.setCursor(Qt.CursorShape.IBeamCursor)
        self.document().documentLayout().setPaintDevice(viewport)
        self.setViewport(viewport)
        self._theme = theme
        self.enter_sends = True
        self._placeholder = ""
        self._composing = False
        self._caret_shown = False
        self._blinking = QTimer(self)  # not a QBasicTimer, which would outlive the field that it calls
        self._blinking.timeout.connect(self._blink)
        self._content_height = 0.0
        self._max_height = theme.px(10 * LINE)
        font = theme.reading_font(15)
        self._glyphs = min(QFontMetrics(font).height(), theme.px(LINE))
        # Qt puts the room between lines above the letters. To centre a line, put the field this much higher.
        self.lift = (theme.px(LINE) - self._glyphs) // 2
        self.setFont(font)
        self.setAccessibleName(_("Message"))
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursorWidth(0)  # Qt draws its own in the inverse of the ground, and never in accent
        self.cursorPositionChanged.connect(self._restart_blinking)
        self.document().setDocumentMargin(0)
        self._folds = _FoldedText(theme, self.document())
        self.document().documentLayout().registerHandler(_FOLDED, self._folds)
        self.document().documentLayout().documentSizeChanged.connect(self._on_size)
        self._set_line_height()
        self._recolor()
        theme.changed.connect(self._recolor)
        self._fit()

    # The text

    def text(self) -> str:
        """The whole text."""
        return _expanded(QTextCursor(self.document()), whole=True)

    def set_text(self, text: str) -> None:
        """Replace everything; what was there cannot be brought back with undo. The cursor stands at the end."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        self._insert(cursor, text)
        self.document().clearUndoRedoStacks()
        self.document().setModified(False)
        self._go_on_from(cursor)

    def insert_lines(self, text: str) -> None:
        """Put a text in as lines of its own where the cursor is, with a blank line before and after."""
        cursor = self.textCursor()
        cursor.clearSelection()
        cursor.beginEditBlock()
        if not cursor.atBlockStart():
            cursor.insertText("\n\n", QTextCharFormat())
        elif cursor.block().previous().text():
            cursor.insertText("\n", QTextCharFormat())
        self._insert(cursor, text)
        cursor.insertText("\n\n", QTextCharFormat())
        cursor.endEditBlock()
        self._go_on_from(cursor)

    def is_blank(self) -> bool:
        """Whether there is nothing to send."""
        document = self.document()
        return document.isEmpty() or (document.characterCount() < 1_000 and not self.text().strip())

    def set_placeholder(self, text: str) -> None:
        """What stands in the empty field. Never its accessible name."""
        self._placeholder = text
        self.viewport().update()

    def set_max_height(self, height: int) -> None:
        """Pixels from which on the field scrolls instead of growing."""
        self._max_height = max(height, self._theme.px(LINE))
        self._fit()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if self._sends(modifiers):
                self.submitted.emit()
            else:
                self.textCursor().insertBlock()  # Shift Enter would put Qt's line separator into the text
                self.ensureCursorVisible()
            return
        if event.key() == Qt.Key.Key_Up and not event.modifiers() and self.document().isEmpty():
            self.edit_last_requested.emit()
            return
        super().keyPressEvent(event)

    def _sends(self, modifiers: Qt.KeyboardModifier) -> bool:
        if self._composing:
            return False
        if modifiers == Qt.KeyboardModifier.ControlModifier:
            return True
        return self.enter_sends and modifiers == Qt.KeyboardModifier.NoModifier

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        self.viewport().update()

    # Pasting and dropping

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() and not any(url.isLocalFile() for url in source.urls())

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.canInsertFromMimeData(source):
            cursor = self.textCursor()
            cursor.beginEditBlock()
            cursor.removeSelectedText()
            self._insert(cursor, source.text())
            cursor.endEditBlock()
            self._go_on_from(cursor)

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(_expanded(self.textCursor(), whole=False))
        return data

    def _insert(self, cursor: QTextCursor, text: str) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        longest = max((len(line) for line in text.split("\n")), default=0)
        if len(text) > LONG_PASTE or cursor.block().length() + longest > LONG_PARAGRAPH:
            folded = QTextCharFormat()
            folded.setObjectType(_FOLDED)
            folded.setProperty(_CONTENT, text)
            cursor.insertText(_OBJECT, folded)
        else:
            cursor.insertText(text, QTextCharFormat())

    def _go_on_from(self, cursor: QTextCursor) -> None:
        self.setTextCursor(cursor)
        self.setCurrentCharFormat(QTextCharFormat())  # typing would go on in the format of a folded passage
        self.ensureCursorVisible()

    # Lines of 24 px

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(self._on_letters(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(self._on_letters(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(self._on_letters(event))

    def _on_letters(self, event: QMouseEvent) -> QMouseEvent:
        """The event moved down to the letters if it is between two lines, where Qt would take the end of the upper."""
        line = self._theme.px(LINE)
        into_line = (event.position().y() + self.verticalScrollBar().value()) % line
        if into_line >= line - self._glyphs:
            return event
        down = QPointF(0, line - self._glyphs - into_line)
        return QMouseEvent(
            event.type(),
            event.position() + down,
            event.globalPosition() + down,
            event.button(),
            event.buttons(),
            event.modifiers(),
        )

    def _set_line_height(self) -> None:
        block = QTextBlockFormat()
        block.setLineHeight(self._theme.px(LINE), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        self.textCursor().setBlockFormat(block)  # later paragraphs take it from this one
        self.document().clearUndoRedoStacks()

    # Size and paint

    def _on_size(self, size: QSizeF) -> None:
        if size.height() != self._content_height:
            self._content_height = size.height()
            self._fit()

    def _fit(self) -> None:
        height = min(max(round(self._content_height), self._theme.px(LINE)), self._max_height)
        if height != self.height():
            self.setFixedHeight(height)
            self.height_changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._placeholder and self.document().isEmpty() and not self._composing:
            painter = QPainter(self.viewport())
            painter.setFont(self.font())
            painter.setPen(self._theme.color("text-muted"))
            metrics = QFontMetrics(self.font())
            width = self.viewport().width()
            shown = metrics.elidedText(self._placeholder, Qt.TextElideMode.ElideRight, width)
            leading = Qt.AlignmentFlag.AlignLeft if self.isLeftToRight() else Qt.AlignmentFlag.AlignRight
            line = QRectF(0, 0, width, self._theme.px(LINE))
            painter.drawText(line, leading | Qt.AlignmentFlag.AlignBottom, shown)

        if self._caret_shown:
            QPainter(self.viewport()).fillRect(self._caret(), self._theme.color("accent"))

    def _recolor(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)

    # The caret

    def _caret(self) -> QRect:
        rect = self.cursorRect()
        rect.setWidth(self._theme.px(1.5))
        return rect

    def _blink(self) -> None:
        self._caret_shown = not self._caret_shown
        self.viewport().update(self._caret())

    def _restart_blinking(self) -> None:
        flash_ms = QApplication.cursorFlashTime()
        self._caret_shown = self.hasFocus()
        self.viewport().update()  # where the caret was is not known
        if self.hasFocus() and flash_ms > 0:
            self._blinking.start(flash_ms // 2)
        else:
            self._blinking.stop()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._restart_blinking()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._restart_blinking()


class _FoldedText(QPyTextObject):
    """Draws a long passage as a chip: "Pasted text, 1,048,576 characters"."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def intrinsicSize(self, document: QTextDocument, position: int, text_format: QTextFormat) -> QSizeF:
        metrics = QFontMetrics(self._theme.font(12, 500))
        width = metrics.horizontalAdvance(_fold_name(text_format)) + self._theme.px(16)
        return QSizeF(width, metrics.height())

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        document: QTextDocument,
        position: int,
        text_format: QTextFormat,
    ) -> None:
        theme, rect = self._theme, QRectF(rect)
        painter.save()
        paint_box(painter, rect, theme.px(4), theme.color("hover"), theme.color("border-strong"))
        painter.setFont(theme.font(12, 500))
        painter.setPen(theme.color("text-secondary"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, _fold_name(text_format))
        painter.restore()


def _fold_name(text_format: QTextFormat) -> str:
    return _("Pasted text, {n} characters").format(n=figures.count(len(str(text_format.property(_CONTENT)))))


def _expanded(selected: QTextCursor, *, whole: bool) -> str:
    """The plain text of a cursor's selection, or of its whole document, with every folded passage in its place."""
    document = selected.document()
    start = 0 if whole else selected.selectionStart()
    text = document.toPlainText() if whole else selected.selection().toPlainText()
    if _OBJECT not in text:
        return text
    end = document.characterCount() if whole else selected.selectionEnd()
    pieces: list[str] = []
    rest = text.split(_OBJECT)
    found = document.find(_OBJECT, start)
    while not found.isNull() and found.selectionEnd() <= end and len(rest) > 1:
        text_format = found.charFormat()
        is_fold = text_format.objectType() == _FOLDED
        pieces += [rest.pop(0), str(text_format.property(_CONTENT)) if is_fold else _OBJECT]
        found = document.find(_OBJECT, found)
    return "".join(pieces) + _OBJECT.join(rest)
