"""A reply: who wrote it, its reasoning, its text, what went wrong, and its footer."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop.domain.errors import Action
from desktop.domain.events import Offline
from desktop.domain.message import Status
from desktop.i18n import gettext as _
from desktop.render.blocks import Block
from desktop.ui.transcript import measures
from desktop.ui.transcript.blocks.attempts import AttemptsBadge, AttemptsList, summary
from desktop.ui.transcript.blocks.error_card import ErrorCard
from desktop.ui.transcript.blocks.pause_card import PauseCard
from desktop.ui.transcript.blocks.reasoning import ReasoningToggle
from desktop.ui.transcript.column import Column
from desktop.ui.transcript.entry import Entry
from desktop.ui.transcript.footer import Footer
from desktop.ui.transcript.leaves import plain
from desktop.ui.transcript.message_widget import MessageWidget
from desktop.ui.transcript.position import Place
from desktop.ui.transcript.selection.clipboard import Excerpt
from desktop.ui.transcript.streaming import LiveReply
from desktop.ui.transcript.styles import Styles
from desktop.ui.transcript.written import Passage, Written
from desktop.ui.widgets.menu import Menu
from desktop.ui.widgets.paint import paint_dot


class ReplyWidget(MessageWidget):
    """`live` is the reply being written, None for one that has ended."""

    cost_asked = Signal(str)

    def __init__(self, styles: Styles, entry: Entry, written: Written, live: LiveReply | None, parent: QWidget) -> None:
        super().__init__(styles, entry, parent)
        self.setAutoFillBackground(True)  # what is under it need not be painted
        self.written = written
        self._live = live
        self._width = 0
        self._reasoning = Column(styles, self)
        self._answer = Column(styles, self)
        self._drawn_passages: dict[Column, tuple[Passage, int]] = {}
        self._toggle: ReasoningToggle | None = None
        self._badge: AttemptsBadge | None = None
        self._tries: AttemptsList | None = None
        self._card: ErrorCard | PauseCard | None = None
        self._stage = (False, False)  # of what is being written: whether there is reasoning, and an answer
        self._footer = Footer(self.theme, self)
        self._footer.copy_requested.connect(self.copy_message)
        self._footer.regenerate_requested.connect(lambda: self.regenerate_requested.emit(self.entry.message.id))
        self._footer.sibling_requested.connect(self.show_sibling)
        self._footer.pointed.connect(lambda: self.cost_asked.emit(self.entry.message.id))
        self._show()

    def columns(self) -> list[Column]:
        return [self._reasoning, self._answer] if self.shows_reasoning else [self._answer]

    def numbered(self) -> tuple[Column, Column]:
        return self._reasoning, self._answer

    @property
    def shows_reasoning(self) -> bool:
        return self._toggle is not None and self._toggle.isChecked()

    @property
    def unfolded(self) -> bool:
        return self.shows_reasoning

    @unfolded.setter
    def unfolded(self, unfolded: bool) -> None:
        if self._toggle is not None:
            self._toggle.setChecked(unfolded)

    def texts(self) -> list[list[str]]:
        return [[plain(leaf) for leaf in passage.leaves] for passage in self._passages]

    def text_of(self, column: int, leaf: int) -> str:
        found = self._passages[column].leaves
        return plain(found[leaf]) if 0 <= leaf < len(found) else ""

    def blocks_of(self, column: int) -> tuple[Block, ...]:
        return tuple(self._passages[column].blocks)

    def folded_rect(self) -> QRectF:
        return QRectF(self._toggle.geometry()) if self._toggle is not None else super().folded_rect()

    def unfold(self, place: Place) -> bool:
        if place.column > 0 or self._toggle is None or self.shows_reasoning:
            return False
        self._toggle.setChecked(True)
        return True

    def show_reply(self, entry: Entry, written: Written, live: LiveReply | None) -> None:
        """Show another state of the reply."""
        self.entry, self.written, self._live = entry, written, live
        self._show()

    def set_width(self, width: int) -> int:
        self._width = width
        px = self.theme.px
        inset = px(measures.OUTSET)
        room = width - 2 * inset
        y = 0
        if self._has_head:
            y = px(measures.HEAD)
            self._place_head(inset + px(16), room - px(16))
        below = px(measures.HEAD_GAP) if self._has_head else 0
        if self._tries is not None:
            self._tries.setGeometry(inset, y + below, room, self._tries.set_width(room))
            y += below + self._tries.height()
            below = px(measures.GAP)
        for column in self.columns():
            if len(column):
                column.set_geometry(inset, y + below, room)
                y += below + column.height
                below = px(measures.GAP)
        if self._card is not None:
            y += below
            height = self._card.set_width(room)
            self._card.setGeometry(inset, y, room, height)
            y += height
        if not self._footer.isHidden():
            y += px(measures.FOOTER_GAP) + px(measures.FOOTER)
            if (width, y) == (self.width(), self.height()):
                self._place_footer()
        return y

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_footer()

    def _place_footer(self) -> None:
        """At the lower end, once the reply has its new height: a footer outside of it had all of it painted anew."""
        height = self.theme.px(measures.FOOTER)
        self._footer.setGeometry(0, self.height() - height, self.width(), height)

    def append(self) -> None:
        """Show what has been written since."""
        self._show_passages()
        self._footer.turn_ring()
        if self._toggle is None and self.written.reasoning.text:
            self._show_toggle()
        stage = (self._toggle is not None, bool(self.written.answer.text))
        if stage != self._stage:
            self._stage = stage
            self.show_progress()

    def show_progress(self) -> None:
        """Show how far a reply is, by the clock."""
        if self._live is None:
            return
        if self._toggle is not None:
            thinking = not self.written.answer.text
            self._toggle.set_time(self._live.reasoning_ms, running=thinking)
        word = _("Writing") if self.written.answer.text else _("Waiting") if not self._toggle else _("Thinking")
        self._footer.set_writing(word, self._live.figures(self.entry))

    def explain_cost(self, words: str) -> None:
        """Say how the cost is known."""
        self._footer.explain(words)

    def update_active(self) -> None:
        self._footer.set_active(self.is_last or self.is_pointed)

    def on_letter(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_R and self._live is None:
            self.regenerate_requested.emit(self.entry.message.id)
            return True
        if key == Qt.Key.Key_Space and self._toggle is not None:
            self._toggle.toggle()
            return True
        return super().on_letter(key)

    def source(self) -> Excerpt:
        return Excerpt(self.written.answer.text, self.blocks_of(1))

    def fill_menu(self, menu: Menu) -> None:
        if self._live is None:
            message_id = self.entry.message.id
            menu.add("arrows-clockwise", _("Regenerate"), lambda: self.regenerate_requested.emit(message_id), "R")
            if self._footer.is_unpriced:
                menu.add("wallet", _("Set the price"), lambda: self.action_requested.emit(message_id, Action.SET_PRICE))

    def paint_under(self, painter: QPainter, clip: QRect) -> None:
        if not self._has_head or clip.top() > self.theme.px(measures.HEAD):
            return
        px, theme = self.theme.px, self.theme
        inset, height = px(measures.OUTSET), px(measures.HEAD)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        dot = QPointF(inset + px(4), height / 2)
        name = QRectF(inset + px(16), 0, self._name_width(), height)
        if mirrored:
            dot.setX(self.width() - dot.x())
            name.moveRight(self.width() - name.left())
        paint_dot(painter, dot, px(8), theme.provider_color(self.entry.provider_color_id))
        if self._badge is not None:
            return
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.color("text-secondary"))
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, self._name())

    # Inside

    @property
    def _passages(self) -> tuple[Passage, Passage]:
        return self.written.reasoning, self.written.answer

    @property
    def _has_head(self) -> bool:
        """A card without anything else says itself who failed."""
        has_text = self.written.answer.text or self.written.reasoning.text
        return not isinstance(self._card, ErrorCard) or bool(has_text or self._badge)

    def _name(self) -> str:
        message = self.entry.message
        return message.model_name or (message.model.model_id if message.model else "") or _("Reply")

    def _name_width(self) -> int:
        return round(QFontMetricsF(self.theme.font(13, 600)).horizontalAdvance(self._name()) + 1)

    def _show(self) -> None:
        message = self.entry.message
        running = self._live is not None
        self._show_passages()
        self._show_attempts()
        self._show_card()
        if self.written.reasoning.text:
            self._show_toggle()
        self._answer.set_caret(running and bool(self.written.answer.text))
        self._footer.set_siblings(self.entry.sibling_index, self.entry.sibling_count)
        self.setAccessibleName(f"{self._name()}: {self.written.answer.text[:2000]}")
        if running:
            self.show_progress()
        else:
            self._footer.set_finished(message, free=self.entry.free)
            if self._toggle is not None:
                self._toggle.set_time(message.reasoning_ms, running=False)
        self._footer.setVisible(self._has_head or self.entry.sibling_count > 1)
        if self.selecting is not None:
            self.selecting.mark(self)  # its leaves may be others now
        self.update_active()
        self.update()

    def _show_passages(self) -> None:
        for column, passage in zip(self.numbered(), self._passages, strict=True):
            drawn, settled = self._drawn_passages.get(column, (None, 0))
            keep = settled if drawn is passage else 0
            if keep <= len(column):
                column.set_leaves(passage.leaves[keep:], keep)
            self._drawn_passages[column] = (passage, passage.settled)
        if self._live is not None and self.written.answer.text:
            self._answer.set_caret(True)

    def _show_card(self) -> None:
        message, pause = self.entry.message, self.entry.paused
        failure = message.failure if message.status is Status.FAILED else None
        if pause is not None and not isinstance(pause, Offline) and pause.is_brief:
            pause = None
        card = self._card
        if isinstance(card, ErrorCard) and card.failure == failure:
            return
        if isinstance(card, PauseCard) and card.pause == pause:
            return
        self._drop(card)
        self._card = None
        if failure is not None:
            self._card = ErrorCard(self.theme, message, self)
            self._card.resized.connect(lambda: self.resized.emit(self))
        elif pause is not None:
            self._card = PauseCard(self.theme, pause, self)
        if self._card is not None:
            self._card.action_requested.connect(
                lambda action: self.action_requested.emit(self.entry.message.id, action)
            )
            self._card.show()

    def _show_attempts(self) -> None:
        message = self.entry.message
        if not message.attempts:
            return
        if self._badge is None:
            self._badge = AttemptsBadge(self.theme, self)
            self._badge.toggled.connect(self._unfold_attempts)
            self._badge.show()
        self._badge.set_words(summary(message))
        if self._tries is not None and self._tries.message != message:
            self._list_attempts()

    def _list_attempts(self) -> None:
        self._drop(self._tries)
        self._tries = None
        if self._badge is not None and self._badge.isChecked():
            self._tries = AttemptsList(self.theme, self.entry.message, self)
            self._tries.show()

    def _unfold_attempts(self) -> None:
        self._list_attempts()
        self.resized.emit(self)

    def _drop(self, part: QWidget | None) -> None:
        """Take a part away. If it has the focus, the reply keeps that."""
        if part is None:
            return
        focus = QApplication.focusWidget()
        if focus is not None and part.isAncestorOf(focus):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        part.hide()
        part.deleteLater()

    def _place_head(self, x: int, room: int) -> None:
        if self._badge is None and self._toggle is None:
            return
        gap = self.theme.px(14)
        if self._badge is None:
            width = self._name_width()
        else:
            beside = gap + self._toggle.width() if self._toggle is not None else 0
            self._badge.set_room(max(room - beside, room // 2))
            width = self._badge.width()
            self._put(self._badge, x, width, 0)
        if self._toggle is not None:
            self._put(self._toggle, x + width + gap, self._toggle.width(), 0)

    def _show_toggle(self) -> None:
        if self._toggle is not None:
            return
        self._toggle = ReasoningToggle(self.theme, self)
        self._toggle.toggled.connect(self._fold)
        self._toggle.show()

    def _fold(self, unfolded: bool) -> None:
        if not unfolded:
            self._reasoning.dispose()
        self.resized.emit(self)
        self.update()

    def _put(self, widget: QWidget, x: int, width: int, y: int) -> None:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = self._width - x - width
        widget.move(x, y)
