"""The card of a reply that failed: what happened, what is kept, what can be done."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.domain.errors import Action, actions_for
from desktop.domain.message import Message
from desktop.i18n import gettext as _
from desktop.i18n import mark as N_
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.button import Button
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.paint import paint_box

_ACTION_WORDS = {
    Action.ADD_KEY: N_("Add a key"),
    Action.REPLACE_KEY: N_("Replace key"),
    Action.CHOOSE_MODEL: N_("Choose a model"),
    Action.RETRY: N_("Retry"),
    Action.EDIT_MESSAGE: N_("Edit message"),
    Action.OPEN_PROVIDER_SETTINGS: N_("Provider settings"),
    Action.OPEN_BILLING: N_("Open billing"),
    Action.SHOW_FOLDER: N_("Show the folder"),
    Action.UNLOCK_KEYCHAIN: N_("Unlock keychain"),
    Action.KEEP_FOR_SESSION: N_("Keep for this session"),
    Action.SET_PASSPHRASE: N_("Set a passphrase"),
    Action.USE_FALLBACK: N_("Use {model} once"),
    Action.CONTINUE: N_("Continue the reply"),
    Action.RAISE_CAP: N_("Raise the cap"),
    Action.SET_PRICE: N_("Set a price"),
}


@dataclass(frozen=True, slots=True)
class _Kind:
    icon: str
    fill: str
    edge: str
    color: str


def _danger(icon: str) -> _Kind:
    return _Kind(icon, "danger-soft", "danger-border", "danger")


def _warning(icon: str) -> _Kind:
    return _Kind(icon, "warning-soft", "warning-border", "warning")


def _plain(icon: str) -> _Kind:
    return _Kind(icon, "surface-raised", "border", "text-secondary")


_KINDS = {
    "no_key": _warning("key"),
    "key_rejected": _danger("key"),
    "not_allowed": _danger("key"),
    "no_credit": _danger("wallet"),
    "unknown_model": _warning("cube"),
    "rate_limited": _warning("warning-circle"),
    "overloaded": _warning("cloud-slash"),
    "timed_out": _warning("cloud-slash"),
    "no_connection": _plain("wifi-slash"),
    "too_long": _warning("stack"),
    "refused": _plain("prohibit"),
    "refused_on_route": _plain("prohibit"),
    "broken_stream": _plain("clock-counter-clockwise"),
    "none_answered": _warning("cloud-slash"),
    "dearer": _warning("wallet"),
    "over_budget": _danger("wallet"),
    "price_unknown": _warning("tag"),
    "keychain_locked": _warning("lock-key"),
    "no_keychain": _warning("lock-key-open"),
    "database_damaged": _danger("database"),
    "busy": _warning("database"),
}
_OTHER = _danger("warning-circle")
_TEXT_LEFT, _PAD, _BUTTON, _BETWEEN = 43, 12, 28, 8


class ErrorCard(QWidget):
    action_requested = Signal(object)  # Action
    resized = Signal()

    def __init__(self, theme: Theme, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        failure = message.failure
        assert failure is not None
        self._theme = theme
        self.failure = failure
        self._kind = _KINDS.get(failure.code, _OTHER)
        self._title = text_label(theme, failure.title, 14, 600, wrap=True, parent=self)
        self._line = text_label(theme, failure.explanation, 13, role="text-secondary", wrap=True, parent=self)
        self._detail = text_label(theme, failure.detail, 12, role="text-muted", wrap=True, parent=self)
        self._detail.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._detail.hide()
        status = "" if failure.http_status is None else str(failure.http_status)
        self._status = text_label(theme, status, 12, role="text-muted", parent=self)
        actions = actions_for(failure.code, has_text=bool(message.text))
        self._buttons = [self._button(action, _words(action, message, actions)) for action in actions]
        if failure.detail:
            details = Button(theme, _("Details"), kind="ghost", small=True, parent=self)
            details.clicked.connect(self._toggle_detail)
            self._buttons.append(details)
        self.setAccessibleName(" ".join(filter(None, (failure.title, failure.explanation))))
        theme.changed.connect(self.update)

    def set_width(self, width: int) -> int:
        """Lay out for a width. Returns the height."""
        px = self._theme.px
        left, right = px(_TEXT_LEFT), width - px(_PAD)
        y = px(_PAD)
        for label, least, above in ((self._title, 20, 0), (self._line, 18, 2), (self._detail, 16, 8)):
            if label is self._detail and label.isHidden():
                continue
            if not label.text():
                label.hide()
                continue
            y += px(above)
            height = max(px(least), label.heightForWidth(right - left))
            self._put(label, left, y, right - left, height, width)
            y += height
        y += px(10)
        self._status.resize(self._status.sizeHint())
        x = left
        for button in self._buttons:
            button.resize(button.sizeHint().boundedTo(QSize(right - left, px(_BUTTON))))  # a model's name may be long
            if x > left and x + button.width() > right - self._status.width() - px(_BETWEEN):
                x, y = left, y + px(_BUTTON + _BETWEEN)
            self._put(button, x, y, button.width(), button.height(), width)
            x += button.width() + px(_BETWEEN)
        self._put(self._status, right - self._status.width(), y, self._status.width(), px(_BUTTON), width)
        return y + px(_BUTTON) + px(_PAD) + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px, kind = self._theme, self._theme.px, self._kind
        paint_box(painter, QRectF(self.rect()), px(8), theme.color(kind.fill), theme.color(kind.edge))
        x = px(15)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = self.width() - x - px(18)
        theme.icons.paint(painter, QRectF(x, px(13), px(18), px(18)), kind.icon, theme.color(kind.color))

    def _button(self, action: Action, words: str) -> Button:
        button = Button(self._theme, words, small=True, parent=self)
        button.clicked.connect(lambda: self.action_requested.emit(action))
        return button

    def _toggle_detail(self) -> None:
        self._detail.setVisible(self._detail.isHidden())
        self.resized.emit()

    def _put(self, widget: QWidget, x: int, y: int, width: int, height: int, whole: int) -> None:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = whole - x - width
        widget.setGeometry(x, y, width, height)


def _words(action: Action, message: Message, actions: tuple[Action, ...]) -> str:
    if action is Action.RETRY and Action.CONTINUE in actions:
        return _("Start again")
    code = message.failure.code if message.failure is not None else ""
    if action is Action.RETRY and code == "none_answered":
        return _("Retry all")
    if action is Action.USE_FALLBACK and code == "refused_on_route":
        return _("Ask {model} instead").format(model=message.model_name)
    return _(_ACTION_WORDS[action]).format(model=message.model_name)
